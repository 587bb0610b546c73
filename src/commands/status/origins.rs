//! Where each variable of a session came from: a switch of ours, the user, or a switch and then
//! something else.
//!
//! A switch leaves marks (`ASSUME_ROLE_KEY_ID`, `ASSUME_ROLE_REGION`); what agrees with them is
//! ours. A changed secret leaves no mark: only AWS can tell.

use crate::config::environment::Environment;
use crate::error::Result;
use crate::shell::variables::{CONTRADICTING, REGION, SESSION};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Origin {
    Ours,
    Yours,
    /// A switch, and then something else.
    Changed,
}

impl Origin {
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Ours => "ours",
            Self::Yours => "yours",
            Self::Changed => "changed",
        }
    }
}

/// Each variable that is set and that a switch would set or unset.
pub(super) fn of(environment: &Environment) -> Result<Vec<(&'static str, Origin)>> {
    let names = SESSION.into_iter().chain(REGION).chain(CONTRADICTING);
    let mut found = Vec::new();
    for name in names.filter(|name| environment.has(name)) {
        found.push((name, origin(name, environment)?));
    }
    Ok(found)
}

fn origin(name: &str, environment: &Environment) -> Result<Origin> {
    let read = |name| environment.text(name).map(Option::unwrap_or_default);
    let (value, mark) = (read(name)?, read("ASSUME_ROLE_KEY_ID")?);
    if mark.is_empty() {
        return Ok(Origin::Yours);
    }
    let or_changed = |is_ours| if is_ours { Origin::Ours } else { Origin::Changed };
    let or_yours = |is_ours| if is_ours { Origin::Ours } else { Origin::Yours };
    Ok(match name {
        "AWS_ACCESS_KEY_ID" | "AWS_SECRET_ACCESS_KEY" | "AWS_SESSION_TOKEN" => {
            or_changed(mark == read("AWS_ACCESS_KEY_ID")?)
        }
        "AWS_CREDENTIAL_EXPIRATION" => or_changed(value == read("AWS_SESSION_EXPIRATION")?),
        "AWS_SESSION_EXPIRATION" => or_changed(value == read("AWS_CREDENTIAL_EXPIRATION")?),
        "AWS_REGION" | "AWS_DEFAULT_REGION" => match read("ASSUME_ROLE_REGION")? {
            "" => Origin::Yours,
            chosen => or_changed(chosen == value),
        },
        // Set on request: the token's oldest name, and a name for prompts that know other tools
        // only.
        "AWS_SECURITY_TOKEN" => or_yours(value == read("AWS_SESSION_TOKEN")?),
        "AWS_SSO_PROFILE" => or_yours(
            value == format!("{}:{}", read("AWS_ACCOUNT_NAME")?, read("AWS_ACCOUNT_ROLE")?),
        ),
        name if CONTRADICTING.contains(&name) => Origin::Yours,
        _ => Origin::Ours,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn origins(variables: &[(&str, &str)]) -> Vec<(&'static str, Origin)> {
        of(&Environment::from_pairs(variables.iter().copied())).unwrap()
    }

    #[test]
    fn without_a_switch_everything_is_the_users() {
        let found = origins(&[
            ("AWS_ACCESS_KEY_ID", "AKIA1"),
            ("AWS_REGION", "eu-west-1"),
            ("AWS_ACCOUNT_NAME", "x"),
        ]);
        assert!(
            found.len() == 3 && found.iter().all(|(_, origin)| *origin == Origin::Yours),
            "{found:?}"
        );
    }

    #[test]
    fn marks_tell_what_a_switch_set() {
        let found = origins(&[
            ("ASSUME_ROLE_KEY_ID", "ASIA1"),
            ("AWS_ACCESS_KEY_ID", "ASIA1"),
            ("AWS_SESSION_TOKEN", "t"),
            ("AWS_SECURITY_TOKEN", "t"),
            ("AWS_ACCOUNT_NAME", "production"),
            ("AWS_ACCOUNT_ROLE", "read"),
            ("AWS_SSO_PROFILE", "production:read"),
            ("ASSUME_ROLE_REGION", "eu-west-1"),
            ("AWS_REGION", "eu-west-1"),
            ("AWS_DEFAULT_REGION", "us-east-1"),
            ("AWS_PROFILE", "work"),
        ]);
        for (name, origin) in found {
            let expected = match name {
                "AWS_DEFAULT_REGION" => Origin::Changed,
                "AWS_PROFILE" => Origin::Yours,
                _ => Origin::Ours,
            };
            assert_eq!(origin, expected, "{name}");
        }
    }

    #[test]
    fn other_keys_and_regions_are_told() {
        let found = origins(&[
            ("ASSUME_ROLE_KEY_ID", "ASIA1"),
            ("AWS_ACCESS_KEY_ID", "ASIA2"),
            ("AWS_REGION", "eu-west-1"),
            ("AWS_CREDENTIAL_EXPIRATION", "2026-11-22T00:00:00Z"),
        ]);
        let expected = [
            ("AWS_ACCESS_KEY_ID", Origin::Changed),
            ("AWS_CREDENTIAL_EXPIRATION", Origin::Changed),
            ("AWS_REGION", Origin::Yours),
        ];
        assert_eq!(found, expected);
    }
}

//! The words of a target, in the order of the old script and a little freer.

use super::unknown::near_regions;
use crate::cli;
use crate::error::{Error, Result};
use crate::types::sanitize::escape_up_to;
use crate::types::{Region, Secret};

/// What may stand behind a role.
#[derive(Clone, Debug, Default)]
pub(super) struct Extras {
    /// Six digits.
    pub code: Option<Secret>,
    /// A region-shaped word.
    pub region: Option<String>,
}

/// Sorts the words behind the role, in any order and each once: six digits are the code, a
/// region-shaped word the region, an empty word nothing (the old script was called with empty
/// arguments to skip them).
pub(super) fn extras(words: &[String]) -> Result<Extras> {
    let mut sorted = Extras::default();
    for word in words.iter().filter(|word| !word.is_empty()) {
        let is_code = word.len() == 6 && word.bytes().all(|byte| byte.is_ascii_digit());
        if is_code && sorted.code.is_none() {
            sorted.code = Some(Secret::new(word.clone()));
        } else if Region::is_shaped(word) && sorted.region.is_none() {
            sorted.region = Some(word.clone());
        } else if is_code {
            return Err(usage("there are two MFA codes"));
        } else if Region::is_shaped(word) {
            return Err(usage(format!("'{}' is a second region", escape_up_to(word, 80))));
        } else {
            let message = format!(
                "'{}' is neither a six-digit MFA code nor a region",
                escape_up_to(word, 80)
            );
            return Err(match near_regions(word) {
                Some(near) => Error::usage(message).hint(near),
                None => usage(message),
            });
        }
    }
    Ok(sorted)
}

/// The words of `ACCOUNT ROLE`, the role if there is one, and what stands behind them.
pub(super) fn account_and_role(words: &[String]) -> Result<(&str, Option<&str>, &[String])> {
    let Some((account, rest)) = words.split_first() else {
        return Err(usage("which account and role?")
            .hint("assume-role list shows what is known here; assume-role accounts add NAME ID names an account"));
    };
    if account.is_empty() {
        return Err(usage("the account is empty"));
    }
    match rest.split_first() {
        Some((role, _)) if role.is_empty() => Err(usage("the role is empty")),
        Some((role, rest)) => Ok((account, Some(role), rest)),
        None => Ok((account, None, rest)),
    }
}

/// The request as words that ask for the same session again: the target and what was chosen on the
/// command line, never a code or a consent. `region` is the one that stood among the words,
/// `target` what the rest came down to.
pub(super) fn without_secrets(
    asked: &cli::Target,
    region: Option<&str>,
    target: &[&str],
) -> Vec<String> {
    let options = [
        ("--region", asked.region.as_deref().or(region)),
        ("--duration", asked.duration.as_deref()),
        ("--mfa-serial", asked.mfa_serial.as_deref()),
        ("--base", asked.base.as_deref()),
        ("--scheme", asked.scheme.as_deref()),
        ("--session-name", asked.session_name.as_deref()),
        ("--external-id", asked.external_id.as_deref()),
        ("--source-identity", asked.source_identity.as_deref()),
        ("--policy", asked.policy.as_deref()),
        // What was read from standard input is gone.
        ("--saml-response", asked.saml_response.as_deref().filter(|path| *path != "-")),
        (
            "--web-identity-token-file",
            asked.web_identity_token_file.as_deref().filter(|path| *path != "-"),
        ),
        ("--profile", asked.profile.as_deref()),
    ];
    let chosen = options
        .into_iter()
        .filter_map(|(option, value)| value.map(|value| format!("{option}={value}")));
    let mut words: Vec<String> = chosen.collect();
    for (option, values) in [
        ("--via", &asked.via),
        ("--policy-arn", &asked.policy_arn),
        ("--tag", &asked.tag),
        ("--transitive-tag", &asked.transitive_tag),
    ] {
        words.extend(values.iter().map(|value| format!("{option}={value}")));
    }
    if asked.write {
        words.push("--write".to_owned());
    }
    words.push("--".to_owned());
    words.extend(target.iter().map(|&word| word.to_owned()));
    words
}

fn usage(message: impl Into<String>) -> Error {
    Error::usage(message).hint("assume-role ACCOUNT ROLE [MFA_CODE] [REGION]")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sorted(words: &[&str]) -> Result<Extras> {
        let words: Vec<String> = words.iter().map(|word| (*word).to_owned()).collect();
        extras(account_and_role(&words)?.2)
    }

    #[test]
    fn code_and_region_in_any_order() {
        for words in [["a", "r", "123456", "eu-west-1"], ["a", "r", "eu-west-1", "123456"]] {
            let sorted = sorted(&words).unwrap();
            assert_eq!(sorted.code.unwrap().expose(), "123456");
            assert_eq!(sorted.region.as_deref(), Some("eu-west-1"));
        }
    }

    #[test]
    fn empty_words_say_nothing() {
        let sorted = sorted(&["a", "r", "", "eu-west-1"]).unwrap();
        assert!(sorted.code.is_none() && sorted.region.is_some());
    }

    #[test]
    fn other_words_and_second_ones_are_refused() {
        for words in [
            &["a", "r", "12345"][..],
            &["a", "r", "x"],
            &["a", "r", "123456", "123457"],
            &["a", "r", "eu-west-1", "eu-west-2"],
            &["", "r"],
            &["a", ""],
            &[],
        ] {
            assert_eq!(sorted(words).unwrap_err().kind, crate::error::Kind::Usage, "{words:?}");
        }
    }
}

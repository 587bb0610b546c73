//! Values that several files spell the same way, checked by the rules of the STS model.
//!
//! Text and the place it came from go in; a value that STS takes, or an error with place and
//! remedy, comes out.

use std::fmt::Display;

use crate::error::{Error, Result};
use crate::types::parse_duration;
use crate::types::sanitize::escape_up_to;

/// The shortest and longest role session, in seconds (STS API reference, AssumeRole,
/// DurationSeconds).
const ROLE_SECONDS: std::ops::RangeInclusive<u32> = 900..=43200;

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Scheme {
    Bastion,
    Saml,
    WebIdentity,
    Profile,
    IdentityCenter,
}

impl Scheme {
    /// Each with its name and how the base proves itself then.
    pub(crate) const ALL: [(Self, &str, &str); 5] = [
        (Self::Bastion, "bastion", "keys of an IAM user"),
        (Self::IdentityCenter, "sso", "a sign-on to IAM Identity Center"),
        (Self::Saml, "saml", "a response of an identity provider"),
        (Self::WebIdentity, "web-identity", "a token of an identity provider"),
        (Self::Profile, "profile", "whatever the profile says"),
    ];

    pub fn parse(origin: impl Display, text: &str) -> Result<Self> {
        let known = Self::ALL.into_iter().find(|(_, name, _)| *name == text);
        known.map(|(scheme, ..)| scheme).ok_or_else(|| {
            let names = Self::ALL.map(|(_, name, _)| name).join(", ");
            Error::config(format!("{origin}: scheme '{}' is not known", escape_up_to(text, 80)))
                .hint(format!("known schemes: {names}"))
        })
    }
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ExternalId {
    None,
    Value(String),
}

impl ExternalId {
    /// Reads `none` or 2 to 1224 of `[\w+=,.@:/-]` (STS API reference, AssumeRole, ExternalId).
    pub fn parse(origin: impl Display, text: &str) -> Result<Self> {
        if text == "none" {
            return Ok(Self::None);
        }
        checked(origin, "external id", text, "_+=,.@:/-", 2..=1224).map(Self::Value)
    }
}

/// A duration of a role session, in seconds.
pub(crate) fn parse_role_duration(origin: impl Display, text: &str) -> Result<u32> {
    let seconds = parse_duration(&origin.to_string(), text)?;
    if ROLE_SECONDS.contains(&seconds) {
        return Ok(seconds);
    }
    Err(Error::config(format!("{origin}: duration {} is out of range", escape_up_to(text, 80)))
        .hint("a role session lasts 15m to 12h (900 to 43200 seconds)"))
}

/// The serial number or ARN of an MFA device (STS API reference, AssumeRole, SerialNumber).
pub(crate) fn parse_mfa_serial(origin: impl Display, text: &str) -> Result<String> {
    checked(origin, "MFA serial", text, "_+=/:,.@-", 9..=256)
}

/// A role session name or a source identity (STS API reference, AssumeRole, RoleSessionName).
pub(crate) fn parse_session_name(origin: impl Display, what: &str, text: &str) -> Result<String> {
    checked(origin, what, text, "_+=,.@-", 2..=64)
}

/// The ARN of a managed policy (STS API reference, PolicyDescriptorType).
pub(crate) fn parse_policy_arn(origin: impl Display, text: &str) -> Result<String> {
    if !text.starts_with("arn:") {
        return Err(Error::config(format!(
            "{origin}: policy '{}' is not an ARN",
            escape_up_to(text, 80)
        ))
        .hint("a policy looks like arn:aws:iam::aws:policy/ReadOnlyAccess"));
    }
    checked(origin, "policy", text, "_+=,.@:/-", 20..=2048)
}

/// A session tag (STS API reference, Tag).
pub(crate) fn parse_tag(origin: impl Display, key: &str, value: &str) -> Result<(String, String)> {
    let refuse = |what: &str, text: &str, why: &str| {
        Err(Error::config(format!("{origin}: tag {what} '{}' {why}", escape_up_to(text, 80)))
            .hint("a tag is letters, digits, blanks and _.:/=+-@ : at most 128 for the key, 256 for the value"))
    };
    for (what, text, longest) in [("key", key, 128), ("value", value, 256)] {
        if text.chars().count() > longest {
            return refuse(what, text, "is too long");
        }
        if !text.chars().all(|c| c.is_alphanumeric() || c == ' ' || "_.:/=+-@".contains(c)) {
            return refuse(what, text, "holds a character that STS refuses");
        }
    }
    if key.is_empty() {
        return refuse("key", key, "is empty");
    }
    Ok((key.to_owned(), value.to_owned()))
}

fn checked(
    origin: impl Display,
    what: &str,
    text: &str,
    also: &str,
    length: std::ops::RangeInclusive<usize>,
) -> Result<String> {
    let allowed = |c: &char| c.is_ascii_alphanumeric() || also.contains(*c);
    let why = match text.chars().find(|c| !allowed(c)) {
        Some(c) => format!("holds the character {}", escape_up_to(&c.to_string(), 1)),
        None if !length.contains(&text.len()) => {
            format!("has {} characters, not {} to {}", text.len(), length.start(), length.end())
        }
        None => return Ok(text.to_owned()),
    };
    Err(Error::config(format!("{origin}: {what} '{}' {why}", escape_up_to(text, 80)))
        .hint(format!("letters, digits and {also} are allowed")))
}

#[cfg(test)]
mod tests {
    use super::*;

    const HERE: &str = "~/.aws/config:3";

    #[test]
    fn durations_of_roles() {
        assert_eq!(parse_role_duration(HERE, "12h").unwrap(), 43200);
        for wrong in ["999999", "-1", "1e9", "0x10", "٣٦٠٠", "899", ""] {
            let error = parse_role_duration(HERE, wrong).unwrap_err();
            assert!(error.message.contains(HERE), "{wrong}: {error}");
        }
        assert!(
            parse_role_duration(HERE, "999999").unwrap_err().to_string().contains("900 to 43200")
        );
    }

    #[test]
    fn what_sts_would_refuse_is_refused_here() {
        assert!(parse_mfa_serial(HERE, "arn:aws:iam::123456789012:mfa/al.ice@x").is_ok());
        assert!(parse_mfa_serial(HERE, "arn:aws:iam::123456789012:mfa/a\"; touch x;").is_err());
        assert!(parse_session_name(HERE, "session name", "a b").is_err());
        assert!(parse_session_name(HERE, "session name", "a").is_err());
        assert!(parse_policy_arn(HERE, "ReadOnlyAccess").is_err());
        assert!(parse_policy_arn(HERE, "arn:aws:iam::aws:policy/ReadOnlyAccess").is_ok());
        assert!(parse_tag(HERE, "Größe", "a b").is_ok());
        assert!(parse_tag(HERE, "", "x").is_err());
        assert!(parse_tag(HERE, "a", "$(x)").is_err());
        assert!(Scheme::parse(HERE, "smal").unwrap_err().to_string().contains("web-identity"));
    }

    #[test]
    fn external_ids() {
        assert_eq!(ExternalId::parse(HERE, "none").unwrap(), ExternalId::None);
        assert_eq!(ExternalId::parse(HERE, "a:b/c").unwrap(), ExternalId::Value("a:b/c".into()));
        assert!(ExternalId::parse(HERE, "a\x1bb").unwrap_err().message.contains("\\x1b"));
    }
}

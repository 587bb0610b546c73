//! ARNs of roles, and what the ARN of a caller says about it.

use std::fmt;

use memchr::memchr;

use super::names::{AccountId, RoleName};
use super::partition::Partition;
use crate::error::{Error, Result};
use crate::types::sanitize::escape_up_to;

/// A role, by its ARN: `arn:aws:iam::123456789012:role/ops/read`.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct RoleArn {
    pub partition: Partition,
    pub account: AccountId,
    pub name: RoleName,
}

impl RoleArn {
    pub(crate) fn is_meant(word: &str) -> bool {
        word.starts_with("arn:")
    }

    /// Reads the ARN of a role of any partition, with a path if it has one.
    pub(crate) fn parse(origin: &str, text: &str) -> Result<Self> {
        let refuse = |why: &str| {
            Error::config(format!(
                "'{}' from {origin} is not the ARN of a role: {why}",
                escape_up_to(text, 200)
            ))
            .hint("a role looks like arn:aws:iam::123456789012:role/ops/read")
        };
        let mut resource = text;
        let mut part = || {
            let (part, rest) = resource.split_at_checked(memchr(b':', resource.as_bytes())?)?;
            resource = rest.get(1..)?;
            Some(part)
        };
        let (Some("arn"), Some(partition), Some(service), Some(""), Some(account)) =
            (part(), part(), part(), part(), part())
        else {
            return Err(refuse("it has other parts"));
        };
        let located = |error: Error| Error { hints: error.hints, ..refuse(&error.message) };
        let partition = Partition::parse(partition).map_err(located)?;
        let account =
            AccountId::parse(account).ok_or_else(|| refuse("the account has 12 digits"))?;
        if service == "sts" && resource.starts_with("assumed-role/") {
            return Err(refuse(
                "it is the ARN of a session; its role stands in IAM, and may have a path",
            ));
        }
        if service != "iam" || !resource.starts_with("role/") {
            return Err(refuse("it is not a role of IAM"));
        }
        Ok(Self { partition, account, name: RoleName::parse(resource).map_err(located)? })
    }
}

impl fmt::Display for RoleArn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "arn:{}:iam::{}:role/{}", self.partition, self.account, self.name)
    }
}

/// Whom keys act as: the account and the name in the ARN of `GetCallerIdentity`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Principal {
    pub account: AccountId,
    /// The user's name or the role's, without path and session; `root` for root.
    pub name: String,
}

impl Principal {
    /// Reads the ARN of a user, a role's session, a federated user, or root; `None` for anything
    /// else.
    pub(crate) fn parse(arn: &str) -> Option<Self> {
        let parts: Vec<&str> = arn.splitn(6, ':').collect();
        let ["arn", _, "iam" | "sts", _, account, resource] = parts.as_slice() else { return None };
        let mut words = resource.split('/');
        let kind = words.next()?;
        let name =
            if kind == "assumed-role" { words.next()? } else { words.next_back().unwrap_or(kind) };
        RoleName::parse(name).ok()?;
        Some(Self { account: AccountId::parse(account)?, name: name.to_owned() })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn roles_of_any_partition_with_and_without_a_path() {
        for arn in [
            "arn:aws:iam::123456789012:role/read",
            "arn:aws-us-gov:iam::123456789012:role/ops/read",
            "arn:aws-cn:iam::123456789012:role/a/b/c@d",
            "arn:aws:iam::123456789012:role/role/read",
        ] {
            assert_eq!(RoleArn::parse("a test", arn).unwrap().to_string(), arn);
        }
    }

    #[test]
    fn other_arns_are_refused() {
        for arn in [
            "arn:",
            "arn:aws:iam::123456789012:user/alice",
            "arn:aws:iam::12345678901:role/read",
            "arn:aws:iam:eu-west-1:123456789012:role/read",
            "arn:aws:sts::123456789012:assumed-role/read/alice",
            "arn:mars:iam::123456789012:role/read",
            "arn:aws:iam::123456789012:role/",
            "arn:aws:iam::123456789012:role/$(x)",
            "arn:aws:iam::123456789012:role/a:b",
        ] {
            let refusal = RoleArn::parse("~/.aws/config:7", arn).unwrap_err().message;
            assert!(refusal.contains(arn) && refusal.contains("~/.aws/config:7"), "{refusal}");
        }
    }

    #[test]
    fn callers() {
        for (arn, name) in [
            ("arn:aws:iam::123456789012:user/team/alice", "alice"),
            ("arn:aws:sts::123456789012:assumed-role/read/alice", "read"),
            ("arn:aws:sts::123456789012:federated-user/bob", "bob"),
            ("arn:aws:iam::123456789012:root", "root"),
        ] {
            assert_eq!(Principal::parse(arn).unwrap().name, name, "{arn}");
        }
        assert_eq!(Principal::parse("arn:aws:iam::123456789012:user/$(x)"), None);
        assert_eq!(Principal::parse("alice"), None);
    }
}

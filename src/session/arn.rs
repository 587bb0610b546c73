//! The ARN of an IAM role.

use super::names::{AccountId, RoleName};
use super::place::Partition;
use crate::error::{Error, Result};
use crate::shown::shown_up_to;

/// A role with its account and partition: `arn:aws:iam::123456789012:role/ops/read`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RoleArn {
    /// The partition.
    pub partition: Partition,
    /// The account.
    pub account: AccountId,
    /// The role with its path.
    pub role: RoleName,
}

impl RoleArn {
    /// Reads `arn:PARTITION:iam::ACCOUNT:role/PATH/NAME` (IAM user guide, "IAM identifiers").
    ///
    /// # Errors
    /// `Config` with what a role ARN looks like, or what is wrong with the role's name.
    pub fn parse(text: &str) -> Result<Self> {
        let refuse = || {
            Error::config(format!("'{}' is not the ARN of a role", shown_up_to(text, 80)))
                .hint("it looks like arn:aws:iam::123456789012:role/NAME")
        };
        let (partition, rest) =
            text.strip_prefix("arn:").and_then(|rest| rest.split_once(":iam::")).ok_or_else(refuse)?;
        let (account, resource) = rest.split_once(':').ok_or_else(refuse)?;
        let account = AccountId::parse(account).ok_or_else(refuse)?;
        if !resource.starts_with("role/") {
            return Err(refuse());
        }
        Ok(Self { partition: Partition::parse(partition)?, account, role: RoleName::parse(resource)? })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn roles_with_paths_in_any_partition() {
        let arn = RoleArn::parse("arn:aws-us-gov:iam::123456789012:role/role/ops/read").unwrap();
        assert_eq!(arn.partition.as_str(), "aws-us-gov");
        assert_eq!((arn.account.as_str(), arn.role.as_str()), ("123456789012", "role/ops/read"));
    }

    #[test]
    fn other_arns_are_refused() {
        for wrong in [
            "",
            "read",
            "arn:aws:iam::123456789012:user/alice",
            "arn:aws:sts::123456789012:assumed-role/read/alice",
            "arn:aws:iam::12345678901:role/read",
            "arn:aws:iam::123456789012:role/",
            "arn:aws:iam::123456789012:role/$(id)",
            "arn:mars:iam::123456789012:role/read",
        ] {
            assert!(RoleArn::parse(wrong).is_err(), "{wrong}");
        }
    }
}

//! An account and a role as they are known here.

use std::fmt;

use super::usage::Usage;
use crate::config::location::Location;
use crate::types::{AccountId, Name, Partition, Region, RoleName};

/// An account: its id, and everything that calls it by a name.
#[derive(Clone, Debug)]
pub(crate) struct KnownAccount {
    /// The id.
    pub id: AccountId,
    /// Its names in the accounts file, the most used first; none when only the id is known.
    pub names: Vec<Name>,
    /// The region that the accounts file gives it.
    pub region: Option<Region>,
    /// Its partition, where one is known.
    pub partition: Option<Partition>,
    /// Whether a switch has to be confirmed.
    pub protected: bool,
    /// Its roles, the most used first.
    pub roles: Vec<KnownRole>,
    /// How much its roles were used.
    pub usage: Usage,
}

/// A role of an account.
#[derive(Clone, Debug)]
pub(crate) struct KnownRole {
    /// The role with its path.
    pub name: RoleName,
    /// Who says that it exists, at most one of each file.
    pub sources: Vec<Source>,
    /// Whether it is taken when none is named.
    pub default: bool,
    /// How much it was used.
    pub usage: Usage,
}

/// Who says that a role exists.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Source {
    /// The accounts file.
    Accounts(Location),
    /// A profile with a `role_arn`.
    Profile(Name, Location),
    /// A profile of Identity Center.
    Sso(Name, Location),
    /// The last SAML response of a provider.
    Assertion,
    /// It was used before.
    History,
}

impl KnownAccount {
    /// What to call it: its first name, else its id.
    pub(crate) fn name(&self) -> &str {
        self.names.first().map_or(self.id.as_str(), Name::as_str)
    }
}

impl fmt::Display for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Accounts(place) => write!(f, "{place}"),
            Self::Profile(name, _) => write!(f, "profile {name}"),
            Self::Sso(name, _) => write!(f, "SSO profile {name}"),
            Self::Assertion => f.write_str("SAML response"),
            Self::History => f.write_str("used before"),
        }
    }
}

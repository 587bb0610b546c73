//! An account and a role as they are known here.

use std::cmp::Reverse;
use std::fmt;

use super::usage::Usage;
use crate::cache::Use;
use crate::config::location::Location;
use crate::types::{AccountId, Moment, Name, Partition, Region, RoleName};

/// An account: its id, and everything that calls it by a name.
#[derive(Clone, Debug)]
pub(crate) struct KnownAccount {
    pub id: AccountId,
    /// Its names in the accounts file, the most used first; none when only the id is known.
    pub names: Vec<Name>,
    /// What the accounts file says for each of the names, in the order of the file.
    pub aliases: Vec<Alias>,
    pub region: Option<Region>,
    pub partition: Option<Partition>,
    /// Whether a switch has to be confirmed.
    pub protected: bool,
    /// Whether sessions are read-only unless `--write` is given.
    pub read_only: bool,
    /// Its roles, the most used first.
    pub roles: Vec<KnownRole>,
    pub usage: Usage,
}

/// A name of an account, with its own region and default role.
#[derive(Clone, Debug)]
pub(crate) struct Alias {
    pub name: Name,
    pub region: Option<Region>,
    pub default_role: Option<RoleName>,
}

#[derive(Clone, Debug)]
pub(crate) struct KnownRole {
    pub name: RoleName,
    /// Who says that it exists, at most one of each file.
    pub sources: Vec<Source>,
    /// Whether it is taken when none is named.
    pub default: bool,
    pub usage: Usage,
}

/// Who says that a role exists.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Source {
    Accounts(Location),
    /// A profile with a `role_arn`.
    Profile(Name, Location),
    Sso(Name, Location),
    /// The last SAML response of a provider.
    Assertion,
    History,
}

impl Source {
    pub(crate) fn profile(&self) -> Option<&str> {
        match self {
            Self::Profile(name, _) | Self::Sso(name, _) => Some(name.as_str()),
            Self::Accounts(_) | Self::Assertion | Self::History => None,
        }
    }
}

/// How many other names an entry has at most: with all of them, a thousand would be a million.
const MOST_OTHERS: usize = 50;

impl KnownAccount {
    /// An entry for each name, with that name's settings and uses: what was chosen is what is
    /// entered.
    pub(super) fn by_alias(self, history: &[Use], now: Moment) -> Vec<Self> {
        if self.aliases.len() < 2 {
            return vec![self];
        }
        let entry = |alias: &Alias| {
            let uses: Vec<&Use> =
                history.iter().filter(|used| used.account == alias.name).collect();
            let usage_of = |role: Option<&RoleName>| {
                let mut usage = Usage::default();
                let of_role = |used: &&&Use| role.is_none() || used.role.as_ref() == role;
                uses.iter().filter(of_role).for_each(|used| usage.add(used, now));
                usage
            };
            let roles = self.roles.iter().map(|role| KnownRole {
                default: alias.default_role.as_ref() == Some(&role.name),
                usage: usage_of(Some(&role.name)),
                ..role.clone()
            });
            let others = self.names.iter().filter(|name| **name != alias.name);
            let names = std::iter::once(&alias.name).chain(others.take(MOST_OTHERS)).cloned();
            let mut entry = Self {
                id: self.id.clone(),
                names: names.collect(),
                aliases: vec![alias.clone()],
                region: alias.region.clone(),
                roles: roles.collect(),
                usage: usage_of(None),
                ..self
            };
            entry.sort_roles();
            entry
        };
        self.aliases.iter().map(entry).collect()
    }

    pub(super) fn sort_roles(&mut self) {
        let order = |role: &KnownRole| (Reverse(role.usage.score), !role.default);
        self.roles.sort_by(|a, b| order(a).cmp(&order(b)).then_with(|| a.name.cmp(&b.name)));
    }

    /// What to call it: its first name, else its id.
    pub(crate) fn name(&self) -> &str {
        self.names.first().map_or(self.id.as_str(), Name::as_str)
    }
}

impl fmt::Display for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Accounts(place) => place.fmt(f),
            Self::Profile(name, _) => write!(f, "profile {name}"),
            Self::Sso(name, _) => write!(f, "SSO profile {name}"),
            Self::Assertion => f.write_str("SAML response"),
            Self::History => f.write_str("used before"),
        }
    }
}

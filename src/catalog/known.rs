//! An account and a role as they are known here.

use std::cmp::Reverse;
use std::fmt;
use std::rc::Rc;

use serde::Serialize;

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
    /// Where the accounts file names it first.
    pub declared: Option<Rc<Location>>,
    /// Profiles that lead to it, at most one of each name.
    pub profiles: Vec<Lead>,
    /// Whether the last SAML response of a provider offered it.
    pub offered: bool,
    /// Whether it is taken when none is named.
    pub default: bool,
    pub usage: Usage,
}

/// A profile that leads to a role.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(crate) struct Lead {
    pub place: Location,
    pub profile: Name,
    #[serde(skip)]
    pub is_sso: bool,
}

/// Who says that a role exists.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "kind", rename_all = "lowercase")]
pub(crate) enum Source<'a> {
    Accounts {
        place: &'a Location,
    },
    Profile(&'a Lead),
    Sso(&'a Lead),
    /// The last SAML response of a provider.
    #[serde(rename = "saml")]
    Assertion,
    History,
}

impl KnownRole {
    /// Who says that it exists; where no source does, its use did.
    pub(crate) fn sources(&self) -> impl Iterator<Item = Source<'_>> {
        let declared = self.declared.iter().map(|place| Source::Accounts { place });
        let leads = self.profiles.iter().map(|lead| match lead.is_sso {
            true => Source::Sso(lead),
            false => Source::Profile(lead),
        });
        let said = declared.chain(leads).chain(self.offered.then_some(Source::Assertion));
        let is_used = self.declared.is_none() && self.profiles.is_empty() && !self.offered;
        said.chain(is_used.then_some(Source::History))
    }

    /// Whether the same is to be said of both, beside their use.
    pub(crate) fn is_known_alike(&self, other: &Self) -> bool {
        (self.default, self.offered) == (other.default, other.offered)
            && (&self.declared, &self.profiles) == (&other.declared, &other.profiles)
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
        self.names.first().map_or_else(|| self.id.as_str(), Name::as_str)
    }
}

impl Source<'_> {
    /// What `Display` shows, without its detours: a list has thousands.
    pub(crate) fn write_to(&self, out: &mut impl fmt::Write) -> fmt::Result {
        match self {
            Self::Accounts { place } => write!(out, "{place}"),
            Self::Profile(lead) | Self::Sso(lead) => {
                out.write_str(if lead.is_sso { "SSO profile " } else { "profile " })?;
                out.write_str(lead.profile.as_str())
            }
            Self::Assertion => out.write_str("SAML response"),
            Self::History => out.write_str("used before"),
        }
    }
}

impl fmt::Display for Source<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.write_to(f)
    }
}

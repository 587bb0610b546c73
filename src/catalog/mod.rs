//! The accounts and roles known on this machine: what TAB, the picker and `list` offer.
//!
//! The accounts file, the AWS config, the history of use and the roles that SAML responses offered
//! come in; accounts with their roles go out, the ones used often and recently first. A source that
//! is broken offers nothing and is remembered as a problem, since a list that is short helps more
//! than an error at each TAB. Nothing here asks, writes or knows the network.

mod gather;
mod known;
mod profile;
mod usage;

use gather::{Records, Scope, gather};
pub(crate) use known::{KnownAccount, KnownRole, Source};
pub(crate) use profile::{KnownProfile, Leads};
pub(crate) use usage::{Usage, ago};

use std::cmp::Reverse;
use std::collections::HashMap;

use memchr::memmem::Finder;

use crate::cache::{AssertionRoles, Choice, Store, Use};
use crate::config::accounts::Accounts;
use crate::config::environment::Environment;
use crate::config::profiles::Profiles;
use crate::config::settings::Settings;
use crate::error::{Error, Result};
use crate::types::{AccountId, Moment, Name, RoleArn};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Reach {
    /// What TAB may open: the accounts file, the config file, history and offers in the store.
    /// Nothing changes there.
    Glance,
    /// The same with the credentials file, for `--base`.
    GlanceAtKeys,
    Full,
}

/// What is known, unsorted until someone asks.
pub(crate) struct Catalogue {
    accounts: Option<Accounts>,
    profiles: Option<Profiles>,
    history: Vec<Use>,
    offers: Vec<RoleArn>,
    problems: Vec<Error>,
    warnings: Vec<String>,
    now: Moment,
}

impl Catalogue {
    /// Looks at everything within reach. `now` is this machine's clock.
    pub(crate) fn read(environment: &Environment, reach: Reach, now: Moment) -> Self {
        let mut problems = Vec::new();
        let settings = kept(Settings::read(environment), &mut problems);
        let set = settings.as_ref().and_then(|settings| settings.accounts.as_ref());
        let accounts = kept(Accounts::read(environment, set), &mut problems);
        let profiles = match reach {
            Reach::Glance => Profiles::read_config(environment),
            Reach::GlanceAtKeys | Reach::Full => Profiles::read(environment),
        };
        let profiles = kept(profiles, &mut problems);
        let choice = settings.as_ref().map(Choice::of).unwrap_or_default();
        let store = kept(Store::open(environment, choice), &mut problems);
        let history = match (&store, reach) {
            (None, _) => Vec::new(),
            (Some(store), Reach::Full) => store.history(),
            (Some(store), _) => store.peek_history(),
        };
        let offers = store.as_ref().map(offers).unwrap_or_default();
        let warnings = store.map(|store| store.take_warnings()).unwrap_or_default();
        Self { accounts, profiles, history, offers, problems, warnings, now }
    }

    /// Every account, the most used first, without its roles.
    pub(crate) fn accounts(&self) -> Vec<KnownAccount> {
        gather(&self.records(), self.profiles(), Scope::Accounts)
    }

    /// Every account with its roles, the most used first.
    pub(crate) fn accounts_with_roles(&self) -> Vec<KnownAccount> {
        gather(&self.records(), self.profiles(), Scope::Everything)
    }

    /// The same with an entry for each name of an account.
    pub(crate) fn entries(&self) -> Vec<KnownAccount> {
        let accounts = self.accounts_with_roles();
        if accounts.iter().all(|account| account.aliases.len() < 2) {
            return accounts;
        }
        let by_alias = |account: KnownAccount| account.by_alias(&self.history, self.now);
        let mut entries: Vec<KnownAccount> = accounts.into_iter().flat_map(by_alias).collect();
        // Names of one account that are used alike stay together, in the order of the file.
        entries.sort_by_key(|entry| Reverse(entry.usage.score));
        entries
    }

    /// The same for roles that are on offer now: only their accounts, only these roles.
    pub(crate) fn accounts_offering(mut self, offers: &[RoleArn]) -> Vec<KnownAccount> {
        self.offers = offers.to_vec();
        let mut accounts = self.accounts_with_roles();
        for account in &mut accounts {
            let id = account.id.clone();
            account.roles.retain(|role| {
                offers.iter().any(|offer| offer.account == id && offer.name == role.name)
            });
        }
        accounts.retain(|account| !account.roles.is_empty());
        accounts
    }

    /// The account that a word names, with its roles: an alias or an id.
    pub(crate) fn account(&self, word: &str) -> Option<KnownAccount> {
        let id = AccountId::parse(word).or_else(|| {
            let account = self.accounts.as_ref()?.find(word).ok().flatten()?;
            Some(account.id.clone())
        })?;
        // Nothing is taken apart that does not name the account.
        let finder = Finder::new(id.as_str());
        let sections = self.profiles.iter().flat_map(Profiles::iter);
        let sections = sections.filter(|section| section.mentions(&finder));
        gather(&self.records(), sections.filter_map(KnownProfile::new), Scope::One(&id)).pop()
    }

    /// Every account without its roles, and the profiles that a switch can go to by their name:
    /// each the most used first, then accounts by name and profiles in the order of the files.
    pub(crate) fn targets(&self) -> (Vec<KnownAccount>, Vec<KnownProfile<'_>>) {
        let profiles: Vec<KnownProfile<'_>> = self.profiles().collect();
        let accounts = gather(&self.records(), profiles.iter(), Scope::Accounts);
        (accounts, self.ranked(profiles))
    }

    /// The profiles that a switch can go to by their name, the most used first.
    pub(crate) fn target_profiles(&self) -> Vec<KnownProfile<'_>> {
        self.ranked(self.profiles().collect())
    }

    fn records(&self) -> Records<'_> {
        Records {
            accounts: self.accounts.as_ref(),
            history: &self.history,
            offers: &self.offers,
            now: self.now,
        }
    }

    fn ranked<'a>(&self, mut profiles: Vec<KnownProfile<'a>>) -> Vec<KnownProfile<'a>> {
        profiles.retain(|profile| profile.leads != Leads::Nowhere);
        let mut usages: HashMap<&str, Usage> = HashMap::new();
        for used in &self.history {
            usages.entry(used.account.as_str()).or_default().add(used, self.now);
        }
        for profile in &mut profiles {
            profile.usage = usages.get(profile.name).copied().unwrap_or_default();
        }
        profiles.sort_by_key(|profile| Reverse(profile.usage.score));
        profiles
    }

    /// Every profile with a valid name and what it leads to, in the order of the files.
    pub(crate) fn profiles(&self) -> impl Iterator<Item = KnownProfile<'_>> {
        self.profiles.iter().flat_map(Profiles::iter).filter_map(KnownProfile::new)
    }

    pub(crate) fn sso_sessions(&self) -> impl Iterator<Item = &str> {
        let sessions =
            self.profiles.iter().flat_map(Profiles::sso_sessions).map(|session| session.name());
        sessions.filter(|name| Name::parse("SSO session", name).is_ok())
    }

    /// What cannot be used, each with its place: files as a whole, entries of the accounts file,
    /// lines of profiles.
    pub(crate) fn problems(&self) -> Vec<Error> {
        let of_accounts = self.accounts.iter().flat_map(Accounts::problems);
        let of_profiles = self.profiles.iter().flat_map(Profiles::problems);
        self.problems.iter().chain(of_accounts).chain(of_profiles).cloned().collect()
    }

    /// What the user should hear about the store, and about names that several accounts files have.
    pub(crate) fn warnings(&self) -> Vec<String> {
        let clashes = self.accounts.as_ref().map(Accounts::clashes).unwrap_or_default();
        let told = clashes.split_first().map(|(first, others)| match others.len() {
            0 => first.clone(),
            count => format!("{first}; so are {count} more: assume-role doctor"),
        });
        self.warnings.iter().cloned().chain(told).collect()
    }
}

/// The roles that the last response of each provider offered.
fn offers(store: &Store) -> Vec<RoleArn> {
    let arns = store.peek::<AssertionRoles>().into_iter().flat_map(|offered| offered.roles);
    arns.filter_map(|arn| RoleArn::parse("the store", &arn).ok()).collect()
}

fn kept<T>(result: Result<T>, problems: &mut Vec<Error>) -> Option<T> {
    result.map_err(|error| problems.push(error)).ok()
}

#[cfg(test)]
mod tests;

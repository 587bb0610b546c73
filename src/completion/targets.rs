//! The names that a target is made of: accounts, roles of the account already typed, profiles.

use std::collections::{HashMap, HashSet};

use super::query::{Candidate, Query, joined};
use crate::catalog::{KnownAccount, KnownProfile, KnownRole, Leads, Reach, Source, Usage, ago};
use crate::types::{AccountId, Moment, Name, Partition, Region};

/// Account, role, then a region. Codes are not completed.
pub(super) fn words(query: &Query) -> Vec<Candidate> {
    match query.position.positionals.len() {
        0 => {
            let catalogue = query.catalogue(Reach::Glance);
            let (accounts, profiles) = catalogue.targets();
            // Accounts without a name come after those with one.
            let named = |is: bool| accounts.iter().filter(move |it| it.names.is_empty() != is);
            let mut found = of_accounts(query, named(true));
            found.extend(targets(query, &accounts, &profiles));
            found.extend(of_accounts(query, named(false)));
            found
        }
        1 => account_and_role(query),
        _ if query.position.has_region => Vec::new(),
        _ => regions(query),
    }
}

pub(super) fn account_and_role(query: &Query) -> Vec<Candidate> {
    match query.position.positionals.as_slice() {
        [] => of_accounts(query, query.catalogue(Reach::Glance).accounts().iter()),
        [account] => roles(query, account),
        _ => Vec::new(),
    }
}

/// The regions of the account's partition, its own first.
pub(super) fn regions(query: &Query) -> Vec<Candidate> {
    let (own, partition) = own_region(query);
    let first = own.as_ref().map(|region| Candidate::new(region.as_str(), "the account's"));
    let others = partition
        .regions()
        .iter()
        .filter(|name| own.as_ref().is_none_or(|own| own.as_str() != **name));
    first.into_iter().chain(others.map(|name| Candidate::new(*name, ""))).collect()
}

/// The region of the account that was typed, and its partition.
pub(super) fn own_region(query: &Query) -> (Option<Region>, Partition) {
    let account = query
        .position
        .positionals
        .first()
        .and_then(|word| query.catalogue(Reach::Glance).account(word));
    let region = account.as_ref().and_then(|account| account.region.clone());
    let partition =
        account.and_then(|account| account.partition).or(region.as_ref().map(Region::partition));
    (region, partition.unwrap_or_default())
}

/// What `profile remove` and `accounts remove` can take away.
pub(super) fn removable(query: &Query) -> Vec<Candidate> {
    let catalogue = query.catalogue(Reach::Glance);
    match query.position.path.iter().map(String::as_str).collect::<Vec<_>>().as_slice() {
        ["profile", "remove"] => {
            let placed = catalogue.profiles().filter_map(|profile| profile.name_and_place());
            placed.map(|(name, place)| Candidate::new(name.as_str(), place.to_string())).collect()
        }
        ["accounts", "remove"] => {
            let accounts = catalogue.accounts();
            let named = accounts
                .iter()
                .flat_map(|account| account.names.iter().map(move |name| (account, name)));
            named
                .map(|(account, name)| Candidate::new(name.as_str(), account.id.as_str()))
                .collect()
        }
        _ => Vec::new(),
    }
}

/// Every profile that a switch can go to.
pub(super) fn profiles(query: &Query) -> Vec<Candidate> {
    let catalogue = query.catalogue(Reach::GlanceAtKeys);
    let (accounts, profiles) = catalogue.targets();
    let described = Described::new(query, &accounts);
    profiles.iter().map(|profile| described.profile(profile)).collect()
}

/// Roles to go through: `ACCOUNT:ROLE`, and profiles.
pub(super) fn hops(query: &Query) -> Vec<Candidate> {
    let catalogue = query.catalogue(Reach::Glance);
    let accounts = catalogue.accounts_with_roles();
    let of_account = |account: &KnownAccount| {
        let hop = |role: &KnownRole| {
            Candidate::new(format!("{}:{}", account.name(), role.name), account.id.as_str())
        };
        account.roles.iter().map(hop).collect::<Vec<_>>()
    };
    let hops = accounts.iter().flat_map(of_account);
    hops.chain(targets(query, &accounts, &catalogue.target_profiles())).collect()
}

/// Whether a name can be typed where it is: a verb or an option would win over it.
fn is_reachable(query: &Query, name: &str) -> bool {
    let position = &query.position;
    position.escaped || !(name.starts_with('-') || position.taken.iter().any(|verb| verb == name))
}

fn of_accounts<'a>(
    query: &Query,
    accounts: impl Iterator<Item = &'a KnownAccount>,
) -> Vec<Candidate> {
    let (current, now) = (&query.position.current, query.known.now);
    let by_id = !current.is_empty() && current.bytes().all(|byte| byte.is_ascii_digit());
    let mut found = Vec::new();
    for account in accounts {
        let names = account.names.iter().map(Name::as_str).filter(|name| is_reachable(query, name));
        let described = || of_account(account, account.id.as_str(), now);
        found.extend(names.map(|name| Candidate::new(name, described())));
        if by_id || account.names.is_empty() {
            let name = account.names.first().map_or("", Name::as_str);
            found.push(Candidate::new(account.id.as_str(), of_account(account, name, now)));
        }
    }
    found
}

fn of_account(account: &KnownAccount, first: &str, now: Moment) -> String {
    let region = account.region.as_ref().map_or("", Region::as_str);
    let protected = if account.protected { "protected" } else { "" };
    joined([first, region, protected, &used(account.usage, now)])
}

fn roles(query: &Query, account: &str) -> Vec<Candidate> {
    let account = query.catalogue(Reach::Glance).account(account);
    let described = |role: &KnownRole| {
        let default = if role.default { "default" } else { "" };
        let source = role.sources().next().filter(|source| *source != Source::History);
        joined([
            default,
            &used(role.usage, query.known.now),
            &source.map(|source| source.to_string()).unwrap_or_default(),
        ])
    };
    let roles = account.into_iter().flat_map(|account| account.roles);
    roles.map(|role| Candidate::new(role.name.as_str(), described(&role))).collect()
}

/// The profiles that lead to a role. An account of the same name wins, so such a profile is none
/// here.
fn targets(
    query: &Query,
    accounts: &[KnownAccount],
    profiles: &[KnownProfile<'_>],
) -> Vec<Candidate> {
    if profiles.is_empty() {
        return Vec::new();
    }
    let described = Described::new(query, accounts);
    let is_target = |profile: &KnownProfile<'_>| {
        let name = profile.name;
        profile.leads.role().is_some() && is_reachable(query, name) && !described.is_account(name)
    };
    let targets = profiles.iter().filter(|profile| is_target(profile));
    targets.map(|profile| described.profile(profile)).collect()
}

/// Profiles in words, with the names of accounts for their ids.
struct Described<'a> {
    by_id: HashMap<&'a AccountId, &'a KnownAccount>,
    names: HashSet<&'a str>,
    now: Moment,
}

impl<'a> Described<'a> {
    fn new(query: &Query, accounts: &'a [KnownAccount]) -> Self {
        let names = accounts.iter().flat_map(|account| account.names.iter().map(Name::as_str));
        let by_id = accounts.iter().map(|account| (&account.id, account)).collect();
        Self { by_id, names: names.collect(), now: query.known.now }
    }

    fn is_account(&self, name: &str) -> bool {
        self.names.contains(name)
    }

    fn profile(&self, profile: &KnownProfile<'_>) -> Candidate {
        let mut leads = String::with_capacity(64);
        leads.push_str(match profile.leads {
            Leads::Credentials => "profile with keys",
            Leads::SignIn => "profile, console sign-in",
            _ => "profile",
        });
        if let Some((id, role, _)) = profile.leads.role() {
            let account = self.by_id.get(id).map_or(id.as_str(), |account| account.name());
            [", ", account, ":", role.as_str()].into_iter().for_each(|part| leads.push_str(part));
        }
        if profile.usage.last.is_some() {
            leads = joined([&leads, &used(profile.usage, self.now)]);
        }
        Candidate::new(profile.name, leads)
    }
}

fn used(usage: Usage, now: Moment) -> String {
    usage.last.map(|last| format!("used {}", ago(last, now))).unwrap_or_default()
}

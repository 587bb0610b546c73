//! The names that a target is made of: accounts, roles of the account already typed, profiles.

use std::collections::{HashMap, HashSet};

use super::query::{Out, Query, joined};
use crate::catalog::{KnownAccount, KnownProfile, KnownRole, Leads, Reach, Source, Usage, ago};
use crate::types::{AccountId, Moment, Name, Partition, Region};

/// Account, role, then a region. Codes are not completed.
pub(super) fn words(query: &Query<'_>, out: Out<'_>) {
    match query.position.positionals.len() {
        0 => {
            let catalogue = query.catalogue(Reach::Glance);
            let (accounts, profiles) = catalogue.targets();
            // Accounts without a name come after those with one.
            let named = |is: bool| accounts.iter().filter(move |it| it.names.is_empty() != is);
            of_accounts(query, named(true), out);
            targets(query, &accounts, &profiles, out);
            of_accounts(query, named(false), out);
        }
        1 => account_and_role(query, out),
        _ if query.position.has_region => {}
        _ => regions(query, out),
    }
}

pub(super) fn account_and_role(query: &Query<'_>, out: Out<'_>) {
    match query.position.positionals.as_slice() {
        [] => of_accounts(query, query.catalogue(Reach::Glance).accounts().iter(), out),
        [account] => roles(query, account, out),
        _ => {}
    }
}

/// The regions of the account's partition, its own first.
pub(super) fn regions(query: &Query<'_>, out: Out<'_>) {
    let (own, partition) = own_region(query);
    let own = own.as_ref().map(Region::as_str);
    own.into_iter().for_each(|region| out(region, "the account's"));
    let others = partition.regions().iter().filter(|name| own != Some(**name));
    others.for_each(|name| out(name, ""));
}

/// The region of the account that was typed, and its partition.
pub(super) fn own_region(query: &Query<'_>) -> (Option<Region>, Partition) {
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
pub(super) fn removable(query: &Query<'_>, out: Out<'_>) {
    let catalogue = query.catalogue(Reach::Glance);
    match query.position.path.iter().map(String::as_str).collect::<Vec<_>>().as_slice() {
        ["profile", "remove"] => {
            let placed = catalogue.profiles().filter_map(|profile| profile.name_and_place());
            placed.for_each(|(name, place)| out(name.as_str(), &place.to_string()));
        }
        ["accounts", "remove"] => {
            for account in catalogue.accounts() {
                account.names.iter().for_each(|name| out(name.as_str(), account.id.as_str()));
            }
        }
        _ => {}
    }
}

/// Every profile that a switch can go to.
pub(super) fn profiles(query: &Query<'_>, out: Out<'_>) {
    let catalogue = query.catalogue(Reach::GlanceAtKeys);
    let (accounts, profiles) = catalogue.targets();
    let described = Described::new(query, &accounts);
    profiles.iter().for_each(|profile| described.profile(profile, out));
}

/// Roles to go through: `ACCOUNT:ROLE`, and profiles.
pub(super) fn hops(query: &Query<'_>, out: Out<'_>) {
    let catalogue = query.catalogue(Reach::Glance);
    let accounts = catalogue.accounts_with_roles();
    for account in &accounts {
        for role in &account.roles {
            out(&format!("{}:{}", account.name(), role.name), account.id.as_str());
        }
    }
    targets(query, &accounts, &catalogue.target_profiles(), out);
}

/// Whether a name can be typed where it is: a verb or an option would win over it.
fn is_reachable(query: &Query<'_>, name: &str) -> bool {
    let position = &query.position;
    position.escaped || !(name.starts_with('-') || position.taken.iter().any(|verb| verb == name))
}

fn of_accounts<'a>(
    query: &Query<'_>,
    accounts: impl Iterator<Item = &'a KnownAccount>,
    out: Out<'_>,
) {
    let (current, now) = (&query.position.current, query.now);
    let by_id = !current.is_empty() && current.bytes().all(|byte| byte.is_ascii_digit());
    for account in accounts {
        let names = account.names.iter().map(Name::as_str).filter(|name| is_reachable(query, name));
        names.for_each(|name| out(name, &of_account(account, account.id.as_str(), now)));
        if by_id || account.names.is_empty() {
            let name = account.names.first().map_or("", Name::as_str);
            out(account.id.as_str(), &of_account(account, name, now));
        }
    }
}

fn of_account(account: &KnownAccount, first: &str, now: Moment) -> String {
    let region = account.region.as_ref().map_or("", Region::as_str);
    let protected = if account.protected { "protected" } else { "" };
    joined([first, region, protected, &used(account.usage, now)])
}

fn roles(query: &Query<'_>, account: &str, out: Out<'_>) {
    let account = query.catalogue(Reach::Glance).account(account);
    let described = |role: &KnownRole| {
        let default = if role.default { "default" } else { "" };
        let source = role.sources().next().filter(|source| *source != Source::History);
        joined([
            default,
            &used(role.usage, query.now),
            &source.map(|source| source.to_string()).unwrap_or_default(),
        ])
    };
    let roles = account.into_iter().flat_map(|account| account.roles);
    roles.for_each(|role| out(role.name.as_str(), &described(&role)));
}

/// The profiles that lead to a role. An account of the same name wins, so such a profile is none
/// here.
fn targets(
    query: &Query<'_>,
    accounts: &[KnownAccount],
    profiles: &[KnownProfile<'_>],
    out: Out<'_>,
) {
    if profiles.is_empty() {
        return;
    }
    let described = Described::new(query, accounts);
    let is_target = |profile: &KnownProfile<'_>| {
        let name = profile.name;
        profile.leads.role().is_some() && is_reachable(query, name) && !described.is_account(name)
    };
    let targets = profiles.iter().filter(|profile| is_target(profile));
    targets.for_each(|profile| described.profile(profile, out));
}

/// Profiles in words, with the names of accounts for their ids.
struct Described<'a> {
    by_id: HashMap<&'a AccountId, &'a str>,
    names: HashSet<&'a str>,
    now: Moment,
}

impl<'a> Described<'a> {
    fn new(query: &Query<'_>, accounts: &'a [KnownAccount]) -> Self {
        let names = accounts.iter().flat_map(|account| account.names.iter().map(Name::as_str));
        let named = accounts.iter().filter(|account| !account.names.is_empty());
        let by_id = named.map(|account| (&account.id, account.name())).collect();
        Self { by_id, names: names.collect(), now: query.now }
    }

    fn is_account(&self, name: &str) -> bool {
        self.names.contains(name)
    }

    fn profile(&self, profile: &KnownProfile<'_>, out: Out<'_>) {
        let mut leads = String::with_capacity(64);
        leads.push_str(match profile.leads {
            Leads::Credentials => "profile with keys",
            Leads::SignIn => "profile, console sign-in",
            _ => "profile",
        });
        if let Some((id, role, _)) = profile.leads.role() {
            let account = self.by_id.get(id).copied().unwrap_or(id.as_str());
            [", ", account, ":", role.as_str()].into_iter().for_each(|part| leads.push_str(part));
        }
        if profile.usage.last.is_some() {
            leads = joined([&leads, &used(profile.usage, self.now)]);
        }
        out(profile.name, &leads);
    }
}

fn used(usage: Usage, now: Moment) -> String {
    usage.last.map(|last| format!("used {}", ago(last, now))).unwrap_or_default()
}

//! Puts the sources together: one entry for each account id, one for each role of it.

use std::borrow::{Borrow, Cow};
use std::cmp::Reverse;
use std::collections::HashMap;
use std::rc::Rc;

use super::known::{Alias, KnownAccount, KnownRole, Lead};
use super::profile::{KnownProfile, Leads};
use super::usage::Usage;
use crate::cache::Use;
use crate::config::accounts::{Account, Accounts, Outline};
use crate::types::{AccountId, Moment, Name, RoleArn, RoleName};

/// What the caller wants to know. Twenty thousand accounts with their roles cost more than one with
/// its own.
#[derive(Clone, Copy)]
pub(super) enum Scope<'a> {
    Accounts,
    Everything,
    One(&'a AccountId),
}

/// What stands in the files, profiles aside.
pub(super) struct Records<'a> {
    pub accounts: Option<&'a Accounts>,
    pub history: &'a [Use],
    pub offers: &'a [RoleArn],
    pub now: Moment,
}

/// The accounts wanted, the most used first, then by name.
pub(super) fn gather<'p>(
    known: &Records<'_>,
    profiles: impl Iterator<Item = impl Borrow<KnownProfile<'p>>>,
    wanted: Scope<'_>,
) -> Vec<KnownAccount> {
    let mut gathering = Gathering {
        wanted,
        accounts: Vec::new(),
        by_id: HashMap::new(),
        latest: 0,
        roles: HashMap::new(),
    };
    if let Some(accounts) = known.accounts {
        match wanted {
            Scope::Accounts => accounts.outlines().for_each(|it| gathering.add_outline(it)),
            Scope::Everything => accounts.for_each(|it| gathering.add_declared(it)),
            Scope::One(id) => accounts.of_id(id).for_each(|it| gathering.add_declared(it)),
        }
    }
    for profile in profiles {
        gathering.add_profile(profile.borrow());
    }
    for role in known.offers {
        gathering.add_offer(role);
    }
    for used in known.history {
        gathering.add_use(used, known.now);
    }
    gathering.sorted(known.history)
}

/// From so many roles on they are looked up, not gone through.
const MANY: usize = 32;

struct Gathering<'a> {
    wanted: Scope<'a>,
    accounts: Vec<KnownAccount>,
    /// Where the account of an id stands, by the number that its digits are.
    by_id: HashMap<u64, usize>,
    /// The account that was asked for last, which is often the next one too.
    latest: usize,
    /// Where roles stand in accounts that have many.
    roles: HashMap<usize, HashMap<RoleName, usize>>,
}

impl Gathering<'_> {
    /// The account of that id, which is made if need be; `None` when it was not asked for.
    fn account(&mut self, id: &AccountId) -> Option<(usize, &mut KnownAccount)> {
        if matches!(self.wanted, Scope::One(wanted) if wanted != id) {
            return None;
        }
        if self.accounts.get(self.latest).is_none_or(|account| account.id != *id) {
            let number = id.as_str().parse().unwrap_or_default();
            self.latest = *self.by_id.entry(number).or_insert(self.accounts.len());
            if self.latest == self.accounts.len() {
                self.accounts.push(KnownAccount {
                    id: id.clone(),
                    names: Vec::with_capacity(1),
                    aliases: Vec::new(),
                    region: None,
                    partition: None,
                    protected: false,
                    read_only: false,
                    roles: Vec::new(),
                    usage: Usage::default(),
                });
            }
        }
        self.accounts.get_mut(self.latest).map(|account| (self.latest, account))
    }

    /// The role of an account, which is made if need be; `None` when roles were not asked for.
    fn role(&mut self, index: usize, name: Cow<'_, RoleName>) -> Option<&mut KnownRole> {
        if matches!(self.wanted, Scope::Accounts) {
            return None;
        }
        let roles = &mut self.accounts.get_mut(index)?.roles;
        let mut at = if roles.len() < MANY {
            roles.iter().position(|role| role.name == *name)
        } else {
            let names = || roles.iter().map(|role| role.name.clone()).zip(0..).collect();
            self.roles.entry(index).or_insert_with(names).get(&*name).copied()
        };
        if at.is_none() {
            at = Some(roles.len());
            if let Some(names) = self.roles.get_mut(&index) {
                names.insert(name.as_ref().clone(), roles.len());
            }
            roles.push(KnownRole {
                name: name.into_owned(),
                declared: None,
                profiles: Vec::new(),
                offered: false,
                default: false,
                usage: Usage::default(),
            });
        }
        roles.get_mut(at?)
    }

    fn add_outline(&mut self, outline: Outline) {
        if let Some((_, account)) = self.account(&outline.id) {
            account.names.push(outline.name);
            account.region = account.region.take().or(outline.region);
            account.protected |= outline.protected;
        }
    }

    fn add_declared(&mut self, declared: Account) {
        let Some((index, account)) = self.account(&declared.id) else { return };
        let default = declared.default_role;
        let alias = Alias {
            name: declared.name.clone(),
            region: declared.region.clone(),
            default_role: default.clone(),
        };
        // Most have one name, and there may be twenty thousand of them.
        account.aliases.reserve_exact(usize::from(account.aliases.is_empty()));
        account.aliases.push(alias);
        account.names.push(declared.name);
        account.read_only |= declared.read_only;
        account.region = account.region.take().or(declared.region);
        account.partition = account.partition.or(declared.partition);
        account.protected |= declared.protected;
        account.roles.reserve(declared.roles.len());
        let place = Rc::new(declared.place);
        for name in declared.roles.into_iter().chain(default.clone()) {
            let is_default = default.as_ref() == Some(&name);
            if let Some(role) = self.role(index, Cow::Owned(name)) {
                role.default |= is_default;
                role.declared.get_or_insert_with(|| Rc::clone(&place));
            }
        }
    }

    fn add_profile(&mut self, profile: &KnownProfile<'_>) {
        let Some((id, name, partition)) = profile.leads.role() else { return };
        let Some((index, account)) = self.account(id) else { return };
        account.partition = account.partition.or(partition);
        if let Some(role) = self.role(index, Cow::Borrowed(name))
            && let Some((profile_name, place)) = profile.name_and_place()
        {
            let is_sso = matches!(profile.leads, Leads::Sso(..));
            role.profiles.reserve_exact(usize::from(role.profiles.is_empty()));
            role.profiles.push(Lead { place, profile: profile_name, is_sso });
        }
    }

    fn add_offer(&mut self, offered: &RoleArn) {
        let Some((index, account)) = self.account(&offered.account) else { return };
        account.partition = account.partition.or(Some(offered.partition));
        if let Some(role) = self.role(index, Cow::Borrowed(&offered.name)) {
            role.offered = true;
        }
    }

    fn add_use(&mut self, used: &Use, now: Moment) {
        let Some((index, account)) = used.id.as_ref().and_then(|id| self.account(id)) else {
            return;
        };
        account.usage.add(used, now);
        let name = used.role.as_ref().map(Cow::Borrowed);
        if let Some(role) = name.and_then(|name| self.role(index, name)) {
            role.usage.add(used, now);
        }
    }

    fn sorted(mut self, history: &[Use]) -> Vec<KnownAccount> {
        for account in &mut self.accounts {
            account.sort_roles();
            if account.names.len() > 1 {
                // The history has the latest first.
                let last = |name: &Name| {
                    history.iter().position(|used| used.account == *name).unwrap_or(usize::MAX)
                };
                account.names.sort_by_key(last);
            }
        }
        // An id without a name says little.
        self.accounts.sort_by_cached_key(|account| {
            (Reverse(account.usage.score), account.names.is_empty(), account.name().to_lowercase())
        });
        self.accounts
    }
}

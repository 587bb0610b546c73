//! What several files say together: which names count, and what protects an account.

use std::collections::HashMap;

use memchr::memmem::Finder;

use super::account::{Account, read_id};
use super::{AccountEntry, Accounts};
use crate::error::Result;
use crate::types::AccountId;
use crate::types::sanitize::escape_up_to;

impl Accounts {
    /// The entry of that name in a file before this one.
    pub(super) fn earlier(&self, at: usize, name: &str) -> Option<(&Self, &AccountEntry)> {
        self.files().take(at).find_map(|file| Some((file, file.entry(name)?)))
    }

    /// The entries that do not count, since an earlier file has their name; each with the other.
    pub(super) fn hidden<'a>(&'a self) -> impl Iterator<Item = [(&'a Self, &'a AccountEntry); 2]> {
        self.files().enumerate().skip(1).flat_map(move |(at, file)| {
            let first = move |entry: &'a AccountEntry| {
                Some([(file, entry), self.earlier(at, file.name(entry))?])
            };
            file.entries.iter().filter_map(first)
        })
    }

    /// Names of a team's file that an earlier file has, each with both places.
    pub(crate) fn clashes(&self) -> Vec<String> {
        let clash = |both: [(&Self, &AccountEntry); 2]| {
            let [hidden, wins] = both.map(|(file, entry)| {
                let place = file.lines.place(entry.start);
                (format!("{}:{}", place.file, place.line), escape_up_to(file.name(entry), 80))
            });
            let ((place, name), (wins, _)) = (hidden, wins);
            format!("{place}: account {name} is named in {wins} too, which wins")
        };
        self.hidden().map(clash).collect()
    }

    /// That a file of the team gives the name of an account to another id.
    pub(crate) fn clash_of(&self, account: &Account) -> Option<String> {
        let named = |(file, entry): &(&Self, &AccountEntry)| {
            file.name(entry) == account.name.as_str()
                && read_id(file.value(entry)).as_ref() != Ok(&account.id)
        };
        let [(file, entry), _] = self.hidden().find(|[hidden, _]| named(hidden))?;
        let place = file.lines.place(entry.start);
        Some(format!(
            "{}:{} gives the name {} to another account",
            place.file, place.line, account.name
        ))
    }

    /// Why it may not be known what protects accounts: a file of the team cannot be read.
    pub(crate) fn unread(&self) -> Option<&str> {
        let broken = self.broken.first().map(|error| error.message.as_str());
        broken.or(self.missing.first().map(String::as_str))
    }

    /// The accounts, each with what a hidden one says about its id.
    pub(super) fn marked<I: Iterator<Item = Account>>(
        &self,
        accounts: I,
    ) -> impl Iterator<Item = Account> + use<I> {
        let marked = self.marked_by_hidden();
        accounts.map(move |mut account| {
            let hidden = marked.get(&account.id);
            account.protected |= hidden.is_some_and(|hidden| hidden.protected);
            account.read_only |= hidden.is_some_and(|hidden| hidden.read_only);
            account
        })
    }

    /// What hidden entries protect, together for each id.
    pub(super) fn marked_by_hidden(&self) -> HashMap<AccountId, Account> {
        let mut marked: HashMap<AccountId, Account> = HashMap::new();
        let right =
            |[(file, entry), _]: [(&Self, &_); 2]| file.account(entry, &mut Vec::new()).ok();
        for account in self.hidden().filter_map(right) {
            let (protected, read_only) = (account.protected, account.read_only);
            let known = marked.entry(account.id.clone()).or_insert(account);
            known.protected |= protected;
            known.read_only |= read_only;
        }
        marked
    }

    /// The entries of an id that count or are hidden, for what protects it.
    pub(crate) fn marking(&self, id: &AccountId) -> Result<Vec<Account>> {
        let hidden = || self.hidden().map(|[hidden, _]| hidden);
        // An entry without a right id may protect this one: what was meant is not known.
        let start = Finder::new(id.as_str().get(..3).unwrap_or_default());
        let looks_like_it = |(file, entry): &(&Self, &AccountEntry)| {
            let raw = file.value(entry).raw;
            let digits = || raw.chars().filter(char::is_ascii_digit).collect::<String>();
            let is_near = || start.find(raw.as_bytes()).is_some() && digits().contains(id.as_str());
            raw.starts_with('{') && (file.name(entry) == id.as_str() || is_near())
        };
        let mut unclear = self.each().chain(hidden()).filter(looks_like_it);
        if let Some(error) = unclear.find_map(|(file, entry)| read_id(file.value(entry)).err()) {
            return Err(error);
        }
        Self::of_same_id(self.each_naming(id).chain(hidden()), id)
    }
}

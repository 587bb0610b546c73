//! `~/.aws/accounts` (or `ACCOUNTS_FILE`): names for account ids, and what is known about each
//! account.
//!
//! It is strict JSON, since the old script read it with `jq` and other tools still do. An entry is
//! read when it is asked for, so a wrong one is an error only for a switch to that account; a file
//! that is not JSON is an error at once.
//!
//! `ACCOUNTS_FILE` may name several, with `:` between them: the first is the user's own, those of a
//! team after it are only read, and a name in an earlier one wins.

mod account;
mod paths;

use std::ops::Range;
use std::path::{Path, PathBuf};
use std::sync::Arc;

pub(crate) use account::{Account, Outline};
use account::{read_account, read_id, read_outline};

use crate::config::environment::Environment;
use crate::config::files::{ACCOUNTS_CAP, read_text, shown_path};
use crate::config::index::ByName;
use crate::config::json::{EXAMPLE, Json, Property};
use crate::config::location::Lines;
use crate::config::suggest::near;
use crate::error::{Error, Result};
use crate::types::sanitize::escape_up_to;
use crate::types::{AccountId, Name};

#[derive(Debug)]
pub struct Accounts {
    file: Option<Arc<str>>,
    exists: bool,
    lines: Lines,
    entries: Vec<AccountEntry>,
    by_name: ByName<usize>,
    warning: Option<String>,
    team: Vec<Self>,
    /// Why files of a team could not be read: an error for the request that needs their names.
    broken: Vec<Error>,
    missing: Vec<String>,
}

#[derive(Debug)]
struct AccountEntry {
    name: String,
    start: usize,
    value: Range<usize>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Listed<'a> {
    pub name: &'a str,
    pub id: AccountId,
}

impl Accounts {
    pub fn read(environment: &Environment) -> Result<Self> {
        let mut paths = paths::of(environment).into_iter();
        let Some(own) = paths.next() else {
            return Self::parse("".into(), String::new());
        };
        let home = environment.home();
        let mut accounts = Self::read_file(&own, home.as_deref())?;
        for path in paths {
            match Self::read_file(&path, home.as_deref()) {
                Ok(team) if team.exists => accounts.team.push(team),
                Ok(team) => accounts.missing.push(format!(
                    "ACCOUNTS_FILE names {}, which does not exist; clone it there, or take it out",
                    team.file().unwrap_or_default()
                )),
                Err(error) => accounts.broken.push(error),
            }
        }
        Ok(accounts)
    }

    fn read_file(path: &Path, home: Option<&Path>) -> Result<Self> {
        let Some(file) = read_text(path, home, ACCOUNTS_CAP)? else {
            let accounts = Self::parse("".into(), String::new())?;
            return Ok(Self { file: Some(shown_path(path, home).into()), ..accounts });
        };
        let accounts = Self::parse(Arc::clone(&file.shown), file.text)?;
        Ok(Self { file: Some(file.shown), exists: true, warning: file.warning, ..accounts })
    }

    /// Where the user's own file is, whether or not it is there; `None` without a home directory.
    pub fn path(environment: &Environment) -> Option<PathBuf> {
        paths::of(environment).into_iter().next()
    }

    /// Whether there are files of a team beside the user's own.
    pub(crate) fn are_several(environment: &Environment) -> bool {
        paths::of(environment).len() > 1
    }

    pub fn parse(file: Arc<str>, text: String) -> Result<Self> {
        let lines = Lines::new(file, text);
        let entries = entries(&lines)?;
        let by_name = ByName::new(entries.iter().map(|entry| entry.name.as_str()).zip(0..));
        let (team, broken, missing) = (Vec::new(), Vec::new(), Vec::new());
        let (file, exists, warning) = (None, false, None);
        Ok(Self { file, exists, lines, entries, by_name, warning, team, broken, missing })
    }

    pub fn find(&self, word: &str) -> Result<Option<Account>> {
        let mut found = self.files().filter_map(|file| Some((file, file.entry(word)?)));
        found.next().map(|(file, entry)| file.account(entry, &mut Vec::new())).transpose()
    }

    /// The user's own file and those of the team.
    fn files(&self) -> impl Iterator<Item = &Self> {
        std::iter::once(self).chain(&self.team)
    }

    fn entry(&self, name: &str) -> Option<&AccountEntry> {
        let name_of =
            |index: usize| self.entries.get(index).map_or("", |entry| entry.name.as_str());
        self.by_name.find(name, name_of).first().and_then(|&index| self.entries.get(index))
    }

    /// The entries that count, each with its file.
    fn each(&self) -> impl Iterator<Item = (&Self, &AccountEntry)> {
        self.files().enumerate().flat_map(move |(at, file)| {
            let counts = move |entry: &&AccountEntry| self.earlier(at, &entry.name).is_none();
            file.entries.iter().filter(counts).map(move |entry| (file, entry))
        })
    }

    /// The entry of that name in a file before this one.
    fn earlier(&self, at: usize, name: &str) -> Option<(&Self, &AccountEntry)> {
        self.files().take(at).find_map(|file| Some((file, file.entry(name)?)))
    }

    /// Names of a team's file that an earlier file has, each with both places.
    pub(crate) fn clashes(&self) -> Vec<String> {
        let team = self.files().enumerate().skip(1);
        let entries = team.flat_map(|(at, file)| file.entries.iter().map(move |e| (at, file, e)));
        let clash = entries.filter_map(|(at, file, entry)| {
            let place = |file: &Self, entry: &AccountEntry| {
                let place = file.lines.place(entry.start);
                format!("{}:{}", place.file, place.line)
            };
            let (first, wins) = self.earlier(at, &entry.name)?;
            let (name, wins) = (escape_up_to(&entry.name, 80), place(first, wins));
            Some(format!(
                "{}: account {name} is named in {wins} too, which wins",
                place(file, entry)
            ))
        });
        clash.collect()
    }

    /// How many accounts the user's own file has.
    pub(crate) fn own_count(&self) -> usize {
        self.entries.iter().filter(|entry| self.account(entry, &mut Vec::new()).is_ok()).count()
    }

    /// The files of the team, each with how many accounts it has.
    pub(crate) fn team(&self) -> impl Iterator<Item = (&str, usize)> {
        self.team.iter().map(|file| (file.file().unwrap_or_default(), file.own_count()))
    }

    /// Why a file of the team could not be read.
    pub(crate) fn broken(&self) -> &[Error] {
        &self.broken
    }

    pub(crate) fn missing(&self) -> &[String] {
        &self.missing
    }

    pub fn iter(&self) -> impl Iterator<Item = Account> {
        self.each().filter_map(|(file, entry)| file.account(entry, &mut Vec::new()).ok())
    }

    /// The accounts whose name and id are right, in the order of the file. What else their entries
    /// say is not looked at: this is for lists of thousands.
    pub fn listed(&self) -> impl Iterator<Item = Listed<'_>> {
        let named = self.each().filter(|(_, entry)| Name::parse("account", &entry.name).is_ok());
        named.filter_map(|(file, entry)| {
            Some(Listed { name: &entry.name, id: read_id(file.value(entry)).ok()? })
        })
    }

    pub fn outlines(&self) -> impl Iterator<Item = Outline> {
        self.each().filter_map(|(file, entry)| read_outline(&entry.name, file.value(entry)))
    }

    pub fn of_id(&self, id: &AccountId) -> impl Iterator<Item = Account> {
        let entries = self.each().filter(|(file, entry)| file.may_have_id(entry, id));
        let accounts =
            entries.filter_map(|(file, entry)| file.account(entry, &mut Vec::new()).ok());
        accounts.filter(|account| account.id == *id)
    }

    /// An id is written as it is, unless there are escapes: most entries need not be read.
    fn may_have_id(&self, entry: &AccountEntry, id: &AccountId) -> bool {
        let raw = self.value(entry).raw;
        raw.contains(id.as_str()) || raw.contains('\\')
    }

    /// The accounts that have this id, in the order of the file. An entry whose name is not allowed
    /// and that says nothing but the id is left out.
    pub fn aliases_of(&self, id: &AccountId) -> Result<Vec<Account>> {
        let same = self
            .each()
            .filter(|(file, entry)| file.may_have_id(entry, id))
            .filter(|(file, entry)| read_id(file.value(entry)).as_ref() == Ok(id));
        same.map(|(file, entry)| (file.value(entry), file.account(entry, &mut Vec::new())))
            .filter(|(value, account)| account.is_ok() || value.raw.starts_with('{'))
            .map(|(_, account)| account)
            .collect()
    }

    pub fn near(&self, word: &str) -> Vec<&str> {
        near(word, self.listed().map(|account| account.name))
    }

    pub fn problems(&self) -> impl Iterator<Item = Error> {
        let wrong = |(file, entry): (&Self, &_)| file.account(entry, &mut Vec::new()).err();
        self.each().filter_map(wrong).chain(self.broken.iter().cloned())
    }

    /// Keys that this version does not know, each as one line with its place. They are kept out,
    /// not refused: a later version may know them.
    pub fn unknown_keys(&self) -> Vec<String> {
        let mut unknown = Vec::new();
        for (file, entry) in self.each() {
            // What is wrong is what `problems` says.
            let _ = file.account(entry, &mut unknown);
        }
        unknown
    }

    /// The path as messages show it; `None` when there is no home directory and `ACCOUNTS_FILE` is
    /// not set.
    pub fn file(&self) -> Option<&str> {
        self.file.as_deref()
    }

    /// The whole file; empty when there is nothing in it.
    pub(crate) fn root(&self) -> Json<'_> {
        root(&self.lines)
    }

    pub fn exists(&self) -> bool {
        self.exists
    }

    pub fn warnings(&self) -> impl Iterator<Item = String> {
        let broken = self.broken.iter().map(|error| error.message.clone());
        let writers = self.files().filter_map(|file| file.warning.clone());
        writers.chain(self.missing.iter().cloned()).chain(broken)
    }

    fn account(&self, entry: &AccountEntry, unknown: &mut Vec<String>) -> Result<Account> {
        read_account(&entry.name, self.lines.spot(entry.start), self.value(entry), unknown)
    }

    fn value(&self, entry: &AccountEntry) -> Json<'_> {
        Json::new(&self.lines, self.lines.text().get(entry.value.clone()).unwrap_or_default())
    }
}

fn entries(lines: &Lines) -> Result<Vec<AccountEntry>> {
    let root = root(lines);
    match root.raw.bytes().next() {
        None => return Ok(Vec::new()),
        Some(b'[') => {
            return Err(Error::config(format!(
                "{}: the file is a list, not an object",
                root.spot()
            ))
            .hint(EXAMPLE));
        }
        _ => {}
    }
    let entry = |property: Property<'_>| {
        let (name, start) = (property.key.into_owned(), property.start);
        AccountEntry { name, start, value: property.value.range() }
    };
    Ok(root.object()?.into_iter().map(entry).collect())
}

fn root(lines: &Lines) -> Json<'_> {
    Json::new(lines, lines.text().trim())
}

#[cfg(test)]
mod tests;

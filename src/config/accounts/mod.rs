//! `~/.aws/accounts` (or `ACCOUNTS_FILE`): names for account ids, and what is known about each
//! account.
//!
//! It is strict JSON, since the old script read it with `jq` and other tools still do. An entry is
//! read when it is asked for, so a wrong one is an error only for a switch to that account; a file
//! that is not JSON is an error at once.

mod account;

use std::ops::Range;
use std::path::PathBuf;
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
use crate::types::{AccountId, Name};

#[derive(Debug)]
pub struct Accounts {
    file: Option<Arc<str>>,
    exists: bool,
    lines: Lines,
    entries: Vec<AccountEntry>,
    by_name: ByName<usize>,
    warning: Option<String>,
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
        let home = environment.home();
        let Some(path) = Self::path(environment) else {
            return Self::parse("".into(), String::new());
        };
        let Some(file) = read_text(&path, home.as_deref(), ACCOUNTS_CAP)? else {
            let accounts = Self::parse("".into(), String::new())?;
            return Ok(Self { file: Some(shown_path(&path, home.as_deref()).into()), ..accounts });
        };
        let accounts = Self::parse(Arc::clone(&file.shown), file.text)?;
        Ok(Self { file: Some(file.shown), exists: true, warning: file.warning, ..accounts })
    }

    /// Where the file is, whether or not it is there; `None` without a home directory.
    pub fn path(environment: &Environment) -> Option<PathBuf> {
        environment.file("ACCOUNTS_FILE", ".aws/accounts")
    }

    pub fn parse(file: Arc<str>, text: String) -> Result<Self> {
        let lines = Lines::new(file, text);
        let entries = entries(&lines)?;
        let by_name = ByName::new(entries.iter().map(|entry| entry.name.as_str()).zip(0..));
        Ok(Self { file: None, exists: false, lines, entries, by_name, warning: None })
    }

    pub fn find(&self, word: &str) -> Result<Option<Account>> {
        let name_of =
            |index: usize| self.entries.get(index).map_or("", |entry| entry.name.as_str());
        let found =
            self.by_name.find(word, name_of).first().and_then(|&index| self.entries.get(index));
        found.map(|entry| self.account(entry, &mut Vec::new())).transpose()
    }

    pub fn iter(&self) -> impl Iterator<Item = Account> {
        self.entries.iter().filter_map(|entry| self.account(entry, &mut Vec::new()).ok())
    }

    /// The accounts whose name and id are right, in the order of the file. What else their entries
    /// say is not looked at: this is for lists of thousands.
    pub fn listed(&self) -> impl Iterator<Item = Listed<'_>> {
        let named = self.entries.iter().filter(|entry| Name::parse("account", &entry.name).is_ok());
        named.filter_map(|entry| {
            Some(Listed { name: &entry.name, id: read_id(self.value(entry)).ok()? })
        })
    }

    pub fn outlines(&self) -> impl Iterator<Item = Outline> {
        self.entries.iter().filter_map(|entry| read_outline(&entry.name, self.value(entry)))
    }

    pub fn of_id(&self, id: &AccountId) -> impl Iterator<Item = Account> {
        let entries = self.entries.iter().filter(|entry| self.may_have_id(entry, id));
        let accounts = entries.filter_map(|entry| self.account(entry, &mut Vec::new()).ok());
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
            .entries
            .iter()
            .filter(|entry| self.may_have_id(entry, id))
            .filter(|entry| read_id(self.value(entry)).as_ref() == Ok(id));
        let says_more = |entry: &AccountEntry| self.value(entry).raw.starts_with('{');
        same.map(|entry| (entry, self.account(entry, &mut Vec::new())))
            .filter(|(entry, account)| account.is_ok() || says_more(entry))
            .map(|(_, account)| account)
            .collect()
    }

    pub fn near(&self, word: &str) -> Vec<&str> {
        near(word, self.listed().map(|account| account.name))
    }

    pub fn problems(&self) -> impl Iterator<Item = Error> {
        self.entries.iter().filter_map(|entry| self.account(entry, &mut Vec::new()).err())
    }

    /// Keys that this version does not know, each as one line with its place. They are kept out,
    /// not refused: a later version may know them.
    pub fn unknown_keys(&self) -> Vec<String> {
        let mut unknown = Vec::new();
        for entry in &self.entries {
            // What is wrong is what `problems` says.
            let _ = self.account(entry, &mut unknown);
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

    pub fn warning(&self) -> Option<&str> {
        self.warning.as_deref()
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

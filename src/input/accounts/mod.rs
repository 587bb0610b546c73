//! `~/.aws/accounts` (or `ACCOUNTS_FILE`): names for account ids, and what is known about each account.
//!
//! The file comes in once, as JSON; typed accounts go out. An entry that is wrong is an error only for whoever
//! asks for it, so that one bad line does not stop a morning's work; a file that is no JSON is an error at once.
//! Nothing here writes, asks or decides a default.

mod account;
mod field;
mod json;

use std::sync::Arc;

pub use account::Account;

use crate::error::{Error, Result};
use crate::input::environment::Environment;
use crate::input::files::{ACCOUNTS_CAP, read_text, shown_path};
use crate::input::near::near;
use crate::session::AccountId;

/// What the accounts file says.
#[derive(Debug)]
pub struct Accounts {
    file: Option<Arc<str>>,
    exists: bool,
    entries: Vec<Entry>,
    by_name: Vec<usize>,
    warning: Option<String>,
}

/// One key of the file with its value: an account, or why it is none.
#[derive(Debug)]
struct Entry {
    name: String,
    id: Option<AccountId>,
    account: Result<Account>,
    unknown: Vec<String>,
}

impl Accounts {
    /// Reads the file; a missing one holds no accounts.
    ///
    /// # Errors
    /// `Config` with line and column when the file is not readable, no JSON object, or has a name twice.
    pub fn read(environment: &Environment) -> Result<Self> {
        let home = environment.home();
        let Some(path) = environment.file("ACCOUNTS_FILE", ".aws/accounts") else {
            return Ok(Self { file: None, exists: false, entries: Vec::new(), by_name: Vec::new(), warning: None });
        };
        let Some(file) = read_text(&path, home.as_deref(), ACCOUNTS_CAP)? else {
            let shown = shown_path(&path, home.as_deref()).into();
            return Ok(Self {
                file: Some(shown),
                exists: false,
                entries: Vec::new(),
                by_name: Vec::new(),
                warning: None,
            });
        };
        let accounts = Self::parse(&file.shown, &file.text)?;
        Ok(Self { warning: file.warning, ..accounts })
    }

    fn parse(file: &Arc<str>, text: &str) -> Result<Self> {
        let entries = json::entries(file, text)?;
        let mut by_name: Vec<usize> = (0..entries.len()).collect();
        by_name.sort_by_key(|&index| entries.get(index).map(|entry| entry.name.as_str()));
        Ok(Self { file: Some(Arc::clone(file)), exists: true, entries, by_name, warning: None })
    }

    /// The account of exactly this name; `None` when the file has no such key.
    ///
    /// # Errors
    /// `Config` with the place when the entry is wrong.
    pub fn find(&self, word: &str) -> Result<Option<&Account>> {
        let name_of = |index: &usize| self.entries.get(*index).map_or("", |entry| entry.name.as_str());
        let Ok(position) = self.by_name.binary_search_by(|index| name_of(index).cmp(word)) else {
            return Ok(None);
        };
        let entry = self.by_name.get(position).and_then(|&index| self.entries.get(index));
        entry.map(|entry| entry.account.as_ref().map_err(Error::clone)).transpose()
    }

    /// The accounts whose entries are right, in the order of the file.
    pub fn iter(&self) -> impl Iterator<Item = &Account> {
        self.entries.iter().filter_map(|entry| entry.account.as_ref().ok())
    }

    /// The accounts that have this id, in the order of the file.
    ///
    /// # Errors
    /// `Config` when one of them is wrong: it might say that the account is protected.
    pub fn aliases_of(&self, id: &AccountId) -> Result<Vec<&Account>> {
        let same = self.entries.iter().filter(|entry| entry.id.as_ref() == Some(id));
        same.map(|entry| entry.account.as_ref().map_err(Error::clone)).collect()
    }

    /// Names that look like `word`, best first.
    pub fn near(&self, word: &str) -> Vec<&str> {
        near(word, self.iter().map(|account| account.name.as_str()))
    }

    /// What is wrong with entries, in the order of the file.
    pub fn problems(&self) -> impl Iterator<Item = &Error> {
        self.entries.iter().filter_map(|entry| entry.account.as_ref().err())
    }

    /// Keys that this version does not know, each as one line with its place. They are kept out, not refused: a
    /// later version may know them.
    pub fn unknown_keys(&self) -> impl Iterator<Item = &str> {
        self.entries.iter().flat_map(|entry| entry.unknown.iter().map(String::as_str))
    }

    /// The path as messages show it; `None` when there is no home directory and `ACCOUNTS_FILE` is not set.
    pub fn file(&self) -> Option<&str> {
        self.file.as_deref()
    }

    /// Whether the file is there.
    pub fn exists(&self) -> bool {
        self.exists
    }

    /// Who else could have written the file, if anyone.
    pub fn warning(&self) -> Option<&str> {
        self.warning.as_deref()
    }
}

#[cfg(test)]
mod tests;

//! `~/.aws/accounts` (or `ACCOUNTS_FILE`): names for account ids, and what is known about each
//! account.
//!
//! It is strict JSON, since the old script read it with `jq` and other tools still do. An entry is
//! read when it is asked for, so a wrong one is an error only for a switch to that account; a file
//! that is not JSON is an error at once.
//!
//! `ACCOUNTS_FILE`, or the setting `accounts`, may name several: the first is the user's own, those of
//! a team after it are only read, and a name in an earlier one wins. What protects an account is never
//! lost by that: a name that another one hides still marks the account of its own id.

mod account;
mod paths;
mod team;

use std::cell::OnceCell;
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use bytestring::ByteString;
use memchr::memchr;
use memchr::memmem;

pub(crate) use account::{Account, Outline};
use account::{read_account, read_id, read_outline};
use paths::Paths;

use crate::config::environment::Environment;
use crate::config::files::{ACCOUNTS_CAP, read_list, shown_path};
use crate::config::index::ByName;
use crate::config::json::{EXAMPLE, Json, Property};
use crate::config::location::{Excerpt, Lines};
use crate::config::settings::Setting;
use crate::config::suggest::near;
use crate::error::{Error, Kind, Result};
use crate::types::{AccountId, Name};

#[derive(Debug)]
pub struct Accounts {
    file: Option<Arc<str>>,
    exists: bool,
    lines: Lines,
    entries: Vec<AccountEntry>,
    /// For files of a team, each of whose names is looked up in the earlier ones.
    by_name: OnceCell<ByName>,
    survey: OnceCell<Survey>,
    warning: Option<String>,
    team: Vec<Self>,
    /// Why files of a team could not be read: an error for the request that needs their names.
    broken: Vec<Error>,
    missing: Vec<String>,
}

#[derive(Debug)]
struct AccountEntry {
    name: Excerpt,
    start: usize,
    value: Range<usize>,
}

/// What there is to say about all entries, beside what they say.
#[derive(Debug, Default)]
struct Survey {
    problems: Vec<Error>,
    unknown: Vec<String>,
    /// How many accounts the file itself has, without those of the team.
    own: usize,
}

impl Accounts {
    pub(crate) fn read(
        environment: &Environment,
        setting: Option<&Setting<String>>,
    ) -> Result<Self> {
        let Paths { own, team } = paths::of(environment, setting);
        let home = environment.home();
        let mut accounts = match own {
            Some(own) => Self::read_file(&own, home.as_deref())?,
            None => Self::parse("".into(), String::new())?,
        };
        for path in team {
            match Self::read_file(&path, home.as_deref()) {
                // One that a program is just writing says nothing about protection either.
                Ok(team) if !team.lines.text().trim().is_empty() => accounts.team.push(team),
                Ok(team) => {
                    let what = match team.exists {
                        true => "is empty; restore it, or take it out",
                        false => "does not exist; clone it there, or take it out",
                    };
                    let variable = || paths::VARIABLE.to_owned();
                    let set = setting.filter(|_| !environment.has(paths::VARIABLE));
                    accounts.missing.push(format!(
                        "{} names {}, which {what}",
                        set.map_or_else(variable, |set| set.origin.to_string()),
                        team.file().unwrap_or_default()
                    ));
                }
                Err(error) => accounts.broken.push(error),
            }
        }
        Ok(accounts)
    }

    fn read_file(path: &Path, home: Option<&Path>) -> Result<Self> {
        let file = read_list(path, home, ACCOUNTS_CAP)?;
        let exists = file.is_some();
        let (shown, text, warning) = match file {
            Some(file) => (file.shown, file.text, file.warning),
            None => (shown_path(path, home).into(), ByteString::new(), None),
        };
        Ok(Self { file: Some(Arc::clone(&shown)), exists, warning, ..Self::parse(shown, text)? })
    }

    /// Where the user's own file is, whether or not it is there; `None` without a home directory.
    pub(crate) fn path(
        environment: &Environment,
        setting: Option<&Setting<String>>,
    ) -> Option<PathBuf> {
        paths::of(environment, setting).own
    }

    /// The same for an edit, which is refused where the file is a team's too.
    pub(crate) fn edited_path(
        environment: &Environment,
        setting: Option<&Setting<String>>,
    ) -> Result<PathBuf> {
        let Paths { own, team } = paths::of(environment, setting);
        let own = own.ok_or_else(|| {
            Error::config("HOME is not set, so there is no ~/.aws/accounts")
                .hint("set HOME, or ACCOUNTS_FILE")
        })?;
        let real = |path: &PathBuf| path.canonicalize().ok();
        let home = environment.home();
        match team.iter().find(|team| real(team).is_some_and(|team| real(&own) == Some(team))) {
            None => Ok(own),
            Some(team) => Err(Error::new(
                Kind::Guard,
                format!(
                    "{} is a team's file, which is never edited",
                    shown_path(team, home.as_deref())
                ),
            )
            .hint("name a file of your own first: ACCOUNTS_FILE=OWN:TEAM")),
        }
    }

    /// Whether the variable names files of a team beside the user's own.
    pub(crate) fn are_several(environment: &Environment) -> bool {
        !paths::of(environment, None).team.is_empty()
    }

    pub fn parse(file: Arc<str>, text: impl Into<ByteString>) -> Result<Self> {
        let lines = Lines::new(file, text);
        let entries = entries(&lines)?;
        let (by_name, survey) = (OnceCell::new(), OnceCell::new());
        let (team, broken, missing) = (Vec::new(), Vec::new(), Vec::new());
        let (file, exists, warning) = (None, false, None);
        Ok(Self { file, exists, lines, entries, by_name, survey, warning, team, broken, missing })
    }

    pub fn find(&self, word: &str) -> Result<Option<Account>> {
        let mut found = self.files().filter_map(|file| {
            Some((file, file.entries.iter().find(|entry| file.name(entry) == word)?))
        });
        found.next().map(|(file, entry)| file.account(entry, &mut Vec::new())).transpose()
    }

    /// The user's own file and those of the team.
    fn files(&self) -> impl Iterator<Item = &Self> {
        std::iter::once(self).chain(&self.team)
    }

    fn entry(&self, name: &str) -> Option<&AccountEntry> {
        let name_of = |index: usize| self.entries.get(index).map_or("", |entry| self.name(entry));
        let by_name = self.by_name.get_or_init(|| ByName::new(0..self.entries.len(), name_of));
        by_name.find(name, name_of).first().and_then(|&index| self.entries.get(index))
    }

    /// The entries that count, each with its file.
    fn each(&self) -> impl Iterator<Item = (&Self, &AccountEntry)> {
        self.counting(|file| file.entries.iter())
    }

    /// Those of them that may have this id.
    fn each_naming(&self, id: &AccountId) -> impl Iterator<Item = (&Self, &AccountEntry)> {
        self.counting(|file| file.naming(id).into_iter())
    }

    fn counting<'a, I: Iterator<Item = &'a AccountEntry>>(
        &'a self,
        entries: impl Fn(&'a Self) -> I,
    ) -> impl Iterator<Item = (&'a Self, &'a AccountEntry)> {
        self.files().enumerate().flat_map(move |(at, file)| {
            let counts = move |entry: &&AccountEntry| self.earlier(at, file.name(entry)).is_none();
            entries(file).filter(counts).map(move |entry| (file, entry))
        })
    }

    /// An id is written as it is, unless there are escapes: nothing is taken apart that does not
    /// name it.
    fn naming(&self, id: &AccountId) -> Vec<&AccountEntry> {
        let text = self.lines.text().as_bytes();
        if memchr(b'\\', text).is_some() {
            return self.entries.iter().collect();
        }
        let entry_at = |offset: usize| {
            let at = self.entries.partition_point(|entry| entry.value.end <= offset);
            self.entries.get(at).filter(|entry| entry.value.contains(&offset))
        };
        let mut entries: Vec<_> =
            memmem::find_iter(text, id.as_str()).filter_map(entry_at).collect();
        entries.dedup_by_key(|entry| entry.start);
        entries
    }

    /// How many accounts the user's own file has.
    pub(crate) fn own_count(&self) -> usize {
        self.survey().own
    }

    /// The files of the team, each with how many accounts it has.
    pub(crate) fn team(&self) -> impl Iterator<Item = (&str, usize)> {
        self.team.iter().map(|file| (file.file().unwrap_or_default(), file.own_count()))
    }

    pub(crate) fn broken(&self) -> &[Error] {
        &self.broken
    }

    pub(crate) fn missing(&self) -> &[String] {
        &self.missing
    }

    /// Every account, once: a hundred thousand roles are kept by who needs them. What is wrong is known
    /// afterwards.
    pub fn for_each(&self, mut found: impl FnMut(Account)) {
        let (mut problems, mut unknown, mut own) = (Vec::new(), Vec::new(), 0);
        let read = self.each().filter_map(|(file, entry)| {
            file.account(entry, &mut unknown).map_err(|error| problems.push(error)).ok()
        });
        self.marked(read).for_each(|account| {
            own += usize::from(self.file.as_ref() == Some(&account.place.file));
            found(account);
        });
        problems.extend_from_slice(&self.broken);
        self.survey.get_or_init(|| Survey { problems, unknown, own });
    }

    fn survey(&self) -> &Survey {
        if self.survey.get().is_none() {
            self.for_each(drop);
        }
        self.survey.get_or_init(Survey::default)
    }

    /// The name and id of each account where both are right, in the order of the file. What else the
    /// entries say is not looked at: this is for lists of thousands.
    pub fn listed(&self) -> impl Iterator<Item = (&str, AccountId)> {
        let named = self.each().map(|(file, entry)| (file.name(entry), file.value(entry)));
        let named = named.filter(|(name, _)| Name::allows(name));
        named.filter_map(|(name, value)| Some((name, read_id(value).ok()?)))
    }

    pub fn outlines(&self) -> impl Iterator<Item = Outline> {
        let marked = self.marked_by_hidden();
        let outlines = self
            .each()
            .filter_map(|(file, entry)| read_outline(file.name(entry), file.value(entry)));
        outlines.map(move |outline| {
            let protected =
                outline.protected || marked.get(&outline.id).is_some_and(|it| it.protected);
            Outline { protected, ..outline }
        })
    }

    pub fn of_id(&self, id: &AccountId) -> impl Iterator<Item = Account> {
        let entries = self.each_naming(id);
        let right = entries.filter_map(|(file, entry)| file.account(entry, &mut Vec::new()).ok());
        self.marked(right).filter(|account| account.id == *id)
    }

    /// The accounts that have this id, in the order of the file. An entry whose name is not allowed
    /// and that says nothing but the id is left out.
    pub fn aliases_of(&self, id: &AccountId) -> Result<Vec<Account>> {
        Self::of_same_id(self.each_naming(id), id)
    }

    fn of_same_id<'a>(
        entries: impl Iterator<Item = (&'a Self, &'a AccountEntry)>,
        id: &AccountId,
    ) -> Result<Vec<Account>> {
        let same = entries.filter(|(file, entry)| read_id(file.value(entry)).as_ref() == Ok(id));
        same.map(|(file, entry)| (file.value(entry), file.account(entry, &mut Vec::new())))
            .filter(|(value, account)| account.is_ok() || value.raw.starts_with('{'))
            .map(|(_, account)| account)
            .collect()
    }

    pub fn near(&self, word: &str) -> Vec<&str> {
        near(word, self.listed().map(|(name, _)| name))
    }

    pub fn problems(&self) -> &[Error] {
        &self.survey().problems
    }

    /// Keys that this version does not know, each as one line with its place. They are kept out,
    /// not refused: a later version may know them.
    pub fn unknown_keys(&self) -> &[String] {
        &self.survey().unknown
    }

    /// The path as messages show it; `None` when there is no home directory and `ACCOUNTS_FILE` is
    /// not set.
    pub fn file(&self) -> Option<&str> {
        self.file.as_deref()
    }

    /// The whole file; empty when there is nothing in it.
    pub(crate) fn root(&self) -> Json<'_> {
        Json::new(&self.lines, self.lines.text().trim())
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
        read_account(self.name(entry), self.lines.spot(entry.start), self.value(entry), unknown)
    }

    fn name<'a>(&'a self, entry: &'a AccountEntry) -> &'a str {
        entry.name.within(self.lines.text())
    }

    fn value(&self, entry: &AccountEntry) -> Json<'_> {
        Json::new(&self.lines, self.lines.text().get(entry.value.clone()).unwrap_or_default())
    }
}

fn entries(lines: &Lines) -> Result<Vec<AccountEntry>> {
    let root = Json::new(lines, lines.text().trim());
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
        let name = Excerpt::new(lines.text(), property.key);
        AccountEntry { name, start: property.start, value: property.value.range() }
    };
    Ok(root.object()?.into_iter().map(entry).collect())
}

#[cfg(test)]
mod tests;

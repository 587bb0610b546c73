//! What is remembered between runs: base sessions, role sessions, facts that save a question, the
//! history of use.
//!
//! Comes in: the environment, which store the user wants, and `now` by this machine's clock. Goes
//! out: entries for exactly the key that was asked for, and warnings. Plain files with mode 0600 in
//! a directory with mode 0700. A store that is there by default can only cost a question more:
//! whatever goes wrong becomes one warning and an empty answer. A store that the user configured is
//! used or fails. Codes, passwords and long-lived keys are never kept, and looking never creates
//! anything.

mod cleanup;
mod clock;
mod config;
mod directory;
mod encoding;
mod entry;
mod error;
mod file;
mod history;
mod key;
mod location;
mod lock;
mod record;

use std::cell::{Cell, RefCell};
use std::path::Path;

pub(crate) use config::keep_config;
use directory::{Directory, Place};
pub(crate) use entry::Entry;
pub use entry::{AssertionRoles, BaseFacts, BaseSession, LegalDuration, MfaDevice, RoleSession};
use error::StoreError;
use file::Identity;
pub use history::Use;
pub use key::Key;
pub use location::{Choice, Kind};
pub(crate) use lock::{Holder, Lock};
use record::Found;

use crate::config::Config;
use crate::config::environment::Environment;
use crate::error::{Error, Result};
use crate::types::Moment;
use crate::types::sanitize::escape;

#[derive(Debug)]
pub struct Store {
    place: Option<Place>,
    configured: bool,
    /// Damaged files are left where they are.
    only_looks: bool,
    warnings: RefCell<Vec<String>>,
    /// The skew that this run measured, and the one that it read.
    measured: Cell<Option<i64>>,
    skew: Cell<Option<i64>>,
}

impl Store {
    pub fn of(config: &Config) -> Result<Self> {
        Self::open(&config.environment, Choice::of(&config.settings))
    }

    /// Finds the store and looks whether it may be used. Creates nothing.
    pub fn open(environment: &Environment, choice: Choice) -> Result<Self> {
        let mut store = Self {
            place: None,
            configured: choice.configured,
            only_looks: false,
            warnings: RefCell::default(),
            measured: Cell::default(),
            skew: Cell::default(),
        };
        let found = Place::find(environment, choice.kind).and_then(|place| {
            if let Some(place) = &place {
                place.open()?;
            }
            Ok(place)
        });
        match found {
            Ok(place) => store.place = place,
            Err(fault) => store.excuse(&fault)?,
        }
        Ok(store)
    }

    /// The same store for a reader that changes nothing, not even a damaged file's name.
    #[must_use]
    pub fn only_looking(self) -> Self {
        Self { only_looks: true, ..self }
    }

    /// Where it is, whether or not it is there yet; `None` when nothing is kept.
    pub fn path(&self) -> Option<&Path> {
        self.place.as_ref().map(|place| place.path.as_path())
    }

    /// What the user should hear, each thing once; empties the list.
    pub fn take_warnings(&self) -> Vec<String> {
        self.warnings.take()
    }

    /// The entry for a key, when there is one that is good at `now` (this machine's clock; the
    /// stored skew is applied). An unreadable, foreign, damaged or newer one counts as none.
    pub fn get<T: Entry>(&self, key: &Key, now: Moment) -> Result<Option<T>> {
        let found = self.load::<T>(key)?;
        Ok(found.filter(|value| value.life().is_none() || value.is_live(now.plus(self.skew(now)))))
    }

    /// Whether there is an entry for a key, even one that has ended as far as AWS's clock is known.
    pub fn has<T: Entry>(&self, key: &Key) -> Result<bool> {
        Ok(self.load::<T>(key)?.is_some())
    }

    /// Keeps an entry, in place of an older one. `now` is this machine's clock; measure the skew
    /// first.
    pub fn put<T: Entry>(&self, key: &Key, value: &T, now: Moment) -> Result<()> {
        let name = record::name::<T>(key);
        let text = record::text(key, value)
            .map_err(|error| Error::io("an entry cannot be written").because(error))?;
        let aws_now = now.plus(self.skew(now));
        self.change(|directory| {
            if let Found::Newer = record::read::<T>(directory, &name)? {
                self.warn(newer(directory, &name));
                return Ok(());
            }
            directory.replace(&name, &text, value.life().map(|(_, ends)| ends))?;
            if value.life().is_some() {
                directory.sweep(now, aws_now);
            }
            Ok(())
        })
    }

    /// All entries of a kind that are good at `now`, with their keys, in no order.
    pub fn all<T: Entry>(&self, now: Moment) -> Result<Vec<(Key, T)>> {
        let aws_now = now.plus(self.skew(now));
        self.look(|directory| {
            let names = directory.names_of::<T>()?;
            Ok(names.iter().filter_map(|name| self.entry_in(directory, name)).collect::<Vec<_>>())
        })
        .map(|entries| {
            entries.into_iter().filter(|(_, value): &(Key, T)| value.is_live(aws_now)).collect()
        })
    }

    /// All facts of a kind, in no order. Nothing on the disk changes and nothing is told, whatever
    /// state they are in: for TAB, which may only look.
    pub fn peek<T: Entry>(&self) -> Vec<T> {
        let Some(Ok(Some(directory))) = self.place.as_ref().map(Place::open) else {
            return Vec::new();
        };
        let entry = |name: &String| match record::read::<T>(&directory, name) {
            Ok(Found::Entry(_, value)) => Some(value),
            _ => None,
        };
        directory.names_of::<T>().unwrap_or_default().iter().filter_map(entry).collect()
    }

    /// Forgets the entries of a kind whose key `matches`, and returns how many there were.
    pub fn forget<T: Entry>(&self, matches: impl Fn(&Key) -> bool) -> Result<usize> {
        self.must(|directory| {
            let mut count = 0;
            for name in directory.names_of::<T>()? {
                if self.entry_in::<T>(directory, &name).is_some_and(|(key, _)| matches(&key)) {
                    count += usize::from(directory.remove(&name)?);
                }
            }
            directory.settle()?;
            Ok(count)
        })
    }

    /// Forgets every session, good or damaged, and keeps what is known besides; returns how many
    /// files went.
    pub fn forget_sessions(&self) -> Result<usize> {
        self.must(|directory| directory.remove_if(cleanup::may_hold_keys))
    }

    /// Forgets everything but the history of use; returns how many files went.
    pub fn forget_all(&self) -> Result<usize> {
        self.measured.set(None);
        self.skew.set(None);
        self.must(|directory| directory.remove_if(cleanup::is_ours_but_history))
    }

    /// One entry among many: one that cannot be read is told and passed over.
    fn entry_in<T: Entry>(&self, directory: &Directory, name: &str) -> Option<(Key, T)> {
        match record::read::<T>(directory, name) {
            Ok(Found::Entry(key, value)) => Some((key, value)),
            Ok(Found::Nothing | Found::Newer | Found::Damaged(_)) => None,
            Err(fault) => {
                self.warn(described(&fault));
                None
            }
        }
    }

    fn load<T: Entry>(&self, key: &Key) -> Result<Option<T>> {
        let name = record::name::<T>(key);
        self.look(|directory| match record::read::<T>(directory, &name)? {
            Found::Entry(stored, value) if stored == *key => Ok(Some(value)),
            Found::Damaged(identity) => {
                self.set_aside(directory, &name, identity)?;
                Ok(None)
            }
            Found::Entry(..) | Found::Newer | Found::Nothing => Ok(None),
        })
    }

    fn set_aside(
        &self,
        directory: &Directory,
        name: &str,
        damaged: Identity,
    ) -> std::result::Result<(), StoreError> {
        if self.only_looks {
            self.warn(format!("{} is damaged", escape(&directory.path_of(name).to_string_lossy())));
            return Ok(());
        }
        if let Some(aside) = directory.set_aside(name, damaged)? {
            let aside = escape(&aside.to_string_lossy());
            self.warn(format!("a stored file was damaged and is set aside as {aside}; a new one is made when needed"));
        }
        Ok(())
    }

    /// Does something with the directory if it is there.
    fn look<V: Default>(
        &self,
        work: impl Fn(&Directory) -> std::result::Result<V, StoreError>,
    ) -> Result<V> {
        self.attempt(Place::open, work).or_else(|fault| self.excuse(&fault).map(|()| V::default()))
    }

    /// Does something with the directory, which is made if need be.
    fn change<V: Default>(
        &self,
        work: impl Fn(&Directory) -> std::result::Result<V, StoreError>,
    ) -> Result<V> {
        let open = |place: &Place| place.open_or_make().map(Some);
        self.attempt(open, work).or_else(|fault| self.excuse(&fault).map(|()| V::default()))
    }

    /// Does something with the directory if it is there, and fails where it fails.
    fn must<V: Default>(
        &self,
        work: impl Fn(&Directory) -> std::result::Result<V, StoreError>,
    ) -> Result<V> {
        self.attempt(Place::open, work).map_err(|fault| refusal(&fault))
    }

    /// What has gone is tried once more from the beginning, then it is a fault like any other.
    fn attempt<V: Default>(
        &self,
        open: impl Fn(&Place) -> std::result::Result<Option<Directory>, StoreError>,
        work: impl Fn(&Directory) -> std::result::Result<V, StoreError>,
    ) -> std::result::Result<V, StoreError> {
        let Some(place) = &self.place else { return Ok(V::default()) };
        let once = || match open(place)? {
            Some(directory) => work(&directory),
            None => Ok(V::default()),
        };
        match once() {
            Err(fault) if fault.has_gone() => once(),
            done => done,
        }
    }

    fn excuse(&self, fault: &StoreError) -> Result<()> {
        if self.configured {
            return Err(refusal(fault));
        }
        self.warn(described(fault));
        Ok(())
    }

    fn warn(&self, text: String) {
        let mut warnings = self.warnings.borrow_mut();
        if !warnings.contains(&text) {
            warnings.push(text);
        }
    }
}

fn described(fault: &StoreError) -> String {
    format!("the store is not used: {}; {}", fault.why(), fault.remedy())
}

fn refusal(fault: &StoreError) -> Error {
    Error::io("the store cannot be used").because(fault.why()).hint(fault.remedy())
}

fn newer(directory: &Directory, name: &str) -> String {
    let path = directory.path_of(name);
    format!(
        "{} was written by a newer assume-role and is left as it is",
        escape(&path.to_string_lossy())
    )
}

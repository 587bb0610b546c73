//! What is remembered between runs: base sessions, role sessions, facts that save a question, the
//! history of use.
//!
//! Plain files with mode 0600 in a directory with mode 0700. A store that is there by default can
//! only cost a question more: whatever goes wrong becomes one warning and an empty answer. A store
//! that the user configured is used or fails. Codes, passwords and long-lived keys are never kept,
//! and looking never creates anything.

mod cleanup;
mod config;
mod directory;
mod entry;
mod error;
mod file;
mod history;
mod key;
mod lock;
mod record;
mod skew;
#[cfg(test)]
mod tests;

use std::cell::{Cell, RefCell};
use std::fs::File;
use std::path::Path;

pub(crate) use config::keep_config;
pub use directory::{Choice, Kind};
use directory::{Directory, Place};
pub(crate) use entry::ProgramKeys;
pub use entry::{
    AssertionRoles, BaseFacts, BaseSession, Entry, LegalDuration, MfaDevice, RoleSession,
};
use error::StoreError;
use file::{Identity, identity};
pub use history::Use;
pub use key::Key;
use lock::{Claim, PAUSE, Patience};
pub use lock::{Holder, Lock};
use record::Slot;
pub(crate) use skew::JITTER;
use skew::Skew;

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
            if let Slot::Newer = record::read::<T>(directory, &name)? {
                self.warn(newer(directory, &name));
                return Ok(());
            }
            directory.replace(&name, &text, value.life().map(|(_, ends)| ends))?;
            if value.life().is_some() {
                cleanup::sweep(directory, now, aws_now);
            }
            Ok(())
        })
    }

    /// All entries of a kind that are good at `now`, with their keys, in no order.
    pub fn all<T: Entry>(&self, now: Moment) -> Result<Vec<(Key, T)>> {
        let aws_now = now.plus(self.skew(now));
        self.look(|directory| {
            let names = cleanup::names_of::<T>(directory)?;
            Ok(names.iter().filter_map(|name| self.entry_in(directory, name)).collect::<Vec<_>>())
        })
        .map(|entries| {
            entries.into_iter().filter(|(_, value): &(Key, T)| value.is_live(aws_now)).collect()
        })
    }

    /// All facts of a kind, in no order. Nothing on the disk changes and nothing is said, whatever
    /// state they are in: for TAB, which may only look.
    pub fn peek<T: Entry>(&self) -> Vec<T> {
        let Some(Ok(Some(directory))) = self.place.as_ref().map(Place::open) else {
            return Vec::new();
        };
        let entry = |name: &String| match record::read::<T>(&directory, name) {
            Ok(Slot::Entry(_, value)) => Some(value),
            _ => None,
        };
        cleanup::names_of::<T>(&directory).unwrap_or_default().iter().filter_map(entry).collect()
    }

    /// Forgets the entries of a kind whose key `matches`, and returns how many there were.
    pub fn forget<T: Entry>(&self, matches: impl Fn(&Key) -> bool) -> Result<usize> {
        self.must(|directory| {
            let mut count = 0;
            for name in cleanup::names_of::<T>(directory)? {
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
        self.must(|directory| cleanup::remove_if(directory, cleanup::may_hold_keys))
    }

    /// Forgets everything but the history of use; returns how many files went.
    pub fn forget_all(&self) -> Result<usize> {
        self.measured.set(None);
        self.skew.set(None);
        self.must(|directory| cleanup::remove_if(directory, cleanup::is_ours_but_history))
    }

    /// The roles used, the latest first. A history that cannot be read is empty.
    pub fn history(&self) -> Vec<Use> {
        let found = self.look(|directory| match history::read(directory)? {
            history::Slot::Uses(uses) => Ok(uses),
            history::Slot::Nothing => Ok(Vec::new()),
            history::Slot::Damaged(identity) => {
                self.set_aside(directory, history::NAME, identity)?;
                Ok(Vec::new())
            }
        });
        found.unwrap_or_default()
    }

    /// As [`Self::history`], but nothing on the disk changes and nothing is said, whatever state
    /// the file is in: for TAB, which may only look.
    pub fn peek_history(&self) -> Vec<Use> {
        let Some(Ok(Some(directory))) = self.place.as_ref().map(Place::open) else {
            return Vec::new();
        };
        match history::read(&directory) {
            Ok(history::Slot::Uses(uses)) => uses,
            _ => Vec::new(),
        }
    }

    pub fn put_use(&self, used: &Use) -> Result<()> {
        self.change(|directory| history::add(directory, used))
    }

    /// AWS's clock minus this machine's, in seconds, as last measured; 0 when it is not known.
    /// An expiry by AWS's clock, minus this, is the expiry by this machine's clock.
    pub fn skew(&self, now: Moment) -> i64 {
        if let Some(skew) = self.measured.get().or(self.skew.get()) {
            return skew;
        }
        // A store that cannot be read has said so, or will where it matters more.
        let skew = self.load::<Skew>(&Key::new()).ok().flatten().map_or(0, |skew| skew.at(now));
        self.skew.set(Some(skew));
        skew
    }

    /// Remembers a skew that was just measured against a `Date` header of AWS.
    pub fn put_skew(&self, seconds: i64, now: Moment) -> Result<()> {
        let known = self.load::<Skew>(&Key::new())?;
        self.measured.set(Some(seconds));
        if known.is_some_and(|known| !known.is_outdated(seconds, now)) {
            return Ok(());
        }
        self.put(&Key::new(), &Skew { seconds, measured: now }, now)
    }

    /// Takes the lock for making an entry. `waiting` hears whom we wait for, once for each change.
    /// The wait is given up when the future is dropped, as Ctrl-C does.
    pub async fn lock<T: Entry>(&self, key: &Key, waiting: &mut dyn FnMut(Holder)) -> Result<Lock> {
        self.lock_with::<T>(key, Patience::default(), waiting).await
    }

    async fn lock_with<T: Entry>(
        &self,
        key: &Key,
        patience: Patience,
        waiting: &mut dyn FnMut(Holder),
    ) -> Result<Lock> {
        let mut claim = Claim::new(lock::name_for(&record::name::<T>(key)), patience);
        let open = |name: &str| self.change(|directory| directory.open_lock(name).map(Some));
        let has_name = |name: &str, file: &File| {
            let named = self.attempt(Place::open, |directory| directory.stat(name));
            match (named, rustix::fs::fstat(file)) {
                (Ok(named), Ok(ours)) => named.as_ref().map(identity) == Some(identity(&ours)),
                _ => true,
            }
        };
        loop {
            if let Some(lock) = claim.attempt(open, has_name, waiting)? {
                // What the process that held it measured counts now.
                self.skew.set(None);
                return Ok(lock);
            }
            tokio::time::sleep(PAUSE).await;
        }
    }

    /// One entry among many: one that cannot be read gives a warning and is passed over.
    fn entry_in<T: Entry>(&self, directory: &Directory, name: &str) -> Option<(Key, T)> {
        match record::read::<T>(directory, name) {
            Ok(Slot::Entry(key, value)) => Some((key, value)),
            Ok(Slot::Nothing | Slot::Newer | Slot::Damaged(_)) => None,
            Err(fault) => {
                self.warn(fault.warning());
                None
            }
        }
    }

    fn load<T: Entry>(&self, key: &Key) -> Result<Option<T>> {
        let name = record::name::<T>(key);
        self.look(|directory| match record::read::<T>(directory, &name)? {
            Slot::Entry(stored, value) if stored == *key => Ok(Some(value)),
            Slot::Damaged(identity) => {
                self.set_aside(directory, &name, identity)?;
                Ok(None)
            }
            Slot::Entry(..) | Slot::Newer | Slot::Nothing => Ok(None),
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
        if let Some(aside) = cleanup::set_aside(directory, name, damaged)? {
            let aside = escape(&aside.to_string_lossy());
            self.warn(format!("a stored file was damaged and is set aside as {aside}; a new one is made when needed"));
        }
        Ok(())
    }

    fn look<V: Default>(
        &self,
        work: impl Fn(&Directory) -> std::result::Result<V, StoreError>,
    ) -> Result<V> {
        self.attempt(Place::open, work).or_else(|fault| self.excuse(&fault).map(|()| V::default()))
    }

    fn change<V: Default>(
        &self,
        work: impl Fn(&Directory) -> std::result::Result<V, StoreError>,
    ) -> Result<V> {
        let open = |place: &Place| place.open_or_make().map(Some);
        self.attempt(open, work).or_else(|fault| self.excuse(&fault).map(|()| V::default()))
    }

    fn must<V: Default>(
        &self,
        work: impl Fn(&Directory) -> std::result::Result<V, StoreError>,
    ) -> Result<V> {
        self.attempt(Place::open, work).map_err(|fault| fault.refusal())
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
            return Err(fault.refusal());
        }
        self.warn(fault.warning());
        Ok(())
    }

    /// Keeps what is to be told at the end, once.
    pub(crate) fn warn(&self, text: String) {
        let mut warnings = self.warnings.borrow_mut();
        if !warnings.contains(&text) {
            warnings.push(text);
        }
    }
}

fn newer(directory: &Directory, name: &str) -> String {
    let path = directory.path_of(name);
    format!(
        "{} was written by a newer assume-role and is left as it is",
        escape(&path.to_string_lossy())
    )
}

//! One at a time: the process that asks the user or AWS, while the others wait for its result.
//!
//! A lock is the kernel's, on a file beside the entry, so the death of its holder frees it at once.
//! The file says who holds it and whether a person is being asked, for the message and for the
//! patience of the others. Without a usable store, or on a file system without locks, everyone goes
//! on unlocked: a question too many is better than none.

use std::fs::{File, TryLockError};
use std::io::ErrorKind;
use std::os::unix::fs::FileExt;
use std::time::{Duration, Instant};

use rustix::fs::OFlags;

use super::Store;
use super::directory::{Directory, Place};
use super::entry::Entry;
use super::error::StoreError;
use super::file::identity;
use super::key::Key;
use super::record;
use crate::error::{Error, Result};

pub(super) const PREFIX: &str = "lock-";
/// How often a waiter tries. A freed lock is taken well within a second.
const PAUSE: Duration = Duration::from_millis(25);

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Holder {
    /// The process, when it had the time to say so.
    pub pid: Option<u32>,
    /// Whether it is asking the user something.
    pub asking: bool,
}

#[derive(Clone, Copy, Debug)]
struct Patience {
    /// Altogether, and so for a person who is being asked.
    altogether: Duration,
    /// For one holder that asks nobody: three or four calls, each of which may take 8 s.
    working: Duration,
    /// Before the wait for such a holder is worth a message.
    silent: Duration,
}

impl Default for Patience {
    fn default() -> Self {
        Self {
            altogether: Duration::from_secs(120),
            working: Duration::from_secs(30),
            silent: Duration::from_secs(1),
        }
    }
}

/// A held lock; dropping it frees it. After taking it, read the entry again: another process may
/// have made it.
#[derive(Debug)]
pub struct Lock {
    file: Option<File>,
}

impl Lock {
    /// Tells the waiters whether the user is being asked something from now on.
    pub fn asking(&self, asking: bool) {
        self.tell(Holder { pid: None, asking });
    }

    /// Tells the waiters that we wait for someone else, and so do they.
    pub fn waits_for(&self, other: Holder) {
        self.tell(other);
    }

    fn tell(&self, holder: Holder) {
        if let Some(file) = &self.file {
            mark(file, holder);
        }
    }
}

impl Store {
    /// Takes the lock for making an entry. `waiting` is told whom we wait for, once for each
    /// change. The wait is given up when the future is dropped, as Ctrl-C does.
    pub async fn lock<T: Entry>(&self, key: &Key, waiting: &mut dyn FnMut(Holder)) -> Result<Lock> {
        let mut claim = self.claim::<T>(key, Patience::default());
        loop {
            match claim.attempt(waiting)? {
                Some(lock) => return Ok(lock),
                None => tokio::time::sleep(PAUSE).await,
            }
        }
    }

    /// As [`Store::lock`], without a runtime.
    pub fn lock_blocking<T: Entry>(
        &self,
        key: &Key,
        waiting: &mut dyn FnMut(Holder),
    ) -> Result<Lock> {
        self.claim::<T>(key, Patience::default()).wait(waiting)
    }

    fn claim<T: Entry>(&self, key: &Key, patience: Patience) -> Claim<'_> {
        let name = name_for(&record::name::<T>(key));
        Claim { store: self, name, file: None, wait: Wait::new(patience), was_stale: false }
    }

    /// A sweep may have removed the file before we had the lock, and then others lock another file.
    fn has_lost_its_name(&self, name: &str, file: &File) -> bool {
        let named = self
            .attempt(Place::open, |directory| directory.stat(name))
            .map(|stat| stat.as_ref().map(identity));
        match (named, rustix::fs::fstat(file)) {
            (Ok(named), Ok(ours)) => named != Some(identity(&ours)),
            _ => false,
        }
    }
}

/// The name of an entry's lock, by the name of its file.
pub(super) fn name_for(entry: &str) -> String {
    format!("{PREFIX}{}", entry.trim_end_matches(".json"))
}

impl Directory {
    pub(super) fn open_lock(&self, name: &str) -> std::result::Result<File, StoreError> {
        let opened = self.open_file(name, OFlags::RDWR | OFlags::CREATE)?;
        opened.map(|(file, _)| file).ok_or_else(|| self.system(ErrorKind::NotFound))
    }

    /// Removes a file unless somebody holds its lock.
    pub(super) fn remove_unlocked(&self, name: &str) -> std::result::Result<bool, StoreError> {
        match self.open_file(name, OFlags::RDWR) {
            Ok(Some((file, _))) if matches!(file.try_lock(), Err(TryLockError::WouldBlock)) => {
                Ok(false)
            }
            // A umask took the owner's bits from it before it was killed: nobody can hold it.
            Err(fault) if !fault.is_denied() => Err(fault),
            _ => self.remove(name),
        }
    }
}

struct Claim<'a> {
    store: &'a Store,
    name: String,
    file: Option<File>,
    wait: Wait,
    was_stale: bool,
}

impl Claim<'_> {
    /// Tries once. `None` when somebody holds it, or the file has to be opened anew: try again
    /// after [`PAUSE`].
    fn attempt(&mut self, waiting: &mut dyn FnMut(Holder)) -> Result<Option<Lock>> {
        let file = match self.file.take() {
            Some(file) => file,
            None => {
                match self.store.change(|directory| directory.open_lock(&self.name).map(Some))? {
                    Some(file) => file,
                    None => return Ok(Some(Lock { file: None })),
                }
            }
        };
        match file.try_lock() {
            Ok(()) if self.store.has_lost_its_name(&self.name, &file) => Ok(None),
            Ok(()) => {
                mark(&file, Holder::default());
                self.store.forget_read_skew();
                Ok(Some(Lock { file: Some(file) }))
            }
            Err(TryLockError::WouldBlock) => {
                self.wait.once(holder_of(&file), waiting)?;
                self.file = Some(file);
                Ok(None)
            }
            Err(TryLockError::Error(error)) if is_stale(&error) && !self.was_stale => {
                self.was_stale = true;
                Ok(None)
            }
            Err(TryLockError::Error(_)) => Ok(Some(Lock { file: None })),
        }
    }

    fn wait(mut self, waiting: &mut dyn FnMut(Holder)) -> Result<Lock> {
        loop {
            match self.attempt(waiting)? {
                Some(lock) => return Ok(lock),
                None => std::thread::sleep(PAUSE),
            }
        }
    }
}

struct Wait {
    patience: Patience,
    began: Instant,
    holder: Option<Holder>,
    /// Since when this holder has been doing what it does.
    since: Instant,
    told: Option<Holder>,
}

impl Wait {
    fn new(patience: Patience) -> Self {
        let now = Instant::now();
        Self { patience, began: now, holder: None, since: now, told: None }
    }

    fn once(&mut self, holder: Holder, waiting: &mut dyn FnMut(Holder)) -> Result<()> {
        if self.holder != Some(holder) {
            self.holder = Some(holder);
            self.since = Instant::now();
        }
        let patience = self.patience;
        let worked = self.since.elapsed();
        if self.began.elapsed() >= patience.altogether
            || (!holder.asking && worked >= patience.working)
        {
            return Err(given_up(holder, self.began.elapsed()));
        }
        if self.told != Some(holder) && (holder.asking || worked >= patience.silent) {
            self.told = Some(holder);
            waiting(holder);
        }
        Ok(())
    }
}

fn given_up(holder: Holder, waited: Duration) -> Error {
    let who = holder.pid.map_or("another process".to_owned(), |pid| format!("process {pid}"));
    let doing = if holder.asking { "asking for an answer" } else { "fetching the same session" };
    let error = Error::io(format!("{who} is still {doing} after {} s", waited.as_secs()));
    match holder.pid {
        Some(pid) => error.hint(format!("answer it in its terminal, or end it: kill {pid}")),
        None => error.hint("look for another assume-role that waits or is stopped"),
    }
}

/// Always the same length and written at once, so that a reader never sees half of it.
fn mark(file: &File, holder: Holder) {
    let pid = holder.pid.unwrap_or_else(std::process::id);
    let doing = if holder.asking { "asking" } else { "working" };
    let _ = file.write_all_at(format!("{pid:<10} {doing:<7}\n").as_bytes(), 0);
}

fn holder_of(file: &File) -> Holder {
    let mut bytes = [0; 32];
    let length = file.read_at(&mut bytes, 0).unwrap_or_default();
    let text = String::from_utf8_lossy(bytes.get(..length).unwrap_or_default());
    let mut words = text.split_whitespace();
    let pid = words.next().and_then(|word| word.parse().ok());
    Holder { pid, asking: words.next() == Some("asking") }
}

fn is_stale(error: &std::io::Error) -> bool {
    error.kind() == ErrorKind::StaleNetworkFileHandle
}

#[cfg(test)]
mod tests {
    use std::path::Path;
    use std::sync::mpsc;

    use tempfile::TempDir;

    use super::*;
    use crate::cache::{BaseSession, Choice, Kind, RoleSession};
    use crate::config::environment::Environment;

    const IMPATIENT: Patience = Patience {
        altogether: Duration::from_secs(120),
        working: Duration::ZERO,
        silent: Duration::ZERO,
    };

    fn store(home: &Path) -> Store {
        Store::open(
            &Environment::from_pairs([("HOME", home)]),
            Choice { kind: Kind::File, configured: false },
        )
        .unwrap()
    }

    fn take(store: &Store, patience: Patience) -> Result<Lock> {
        store.claim::<BaseSession>(&Key::new(), patience).wait(&mut |_| {})
    }

    #[test]
    fn a_lock_keeps_others_out_until_it_is_dropped() {
        let home = TempDir::new().unwrap();
        let (one, other) = (store(home.path()), store(home.path()));
        let lock = take(&one, IMPATIENT).unwrap();
        let refusal = take(&other, IMPATIENT).unwrap_err();
        assert!(
            refusal.message.contains(&format!("process {} is still fetching", std::process::id())),
            "{refusal}"
        );
        other.claim::<RoleSession>(&Key::new(), IMPATIENT).wait(&mut |_| {}).unwrap();
        drop(lock);
        take(&other, IMPATIENT).unwrap();
    }

    #[test]
    fn a_holder_that_asks_gets_more_time_but_not_forever() {
        let home = TempDir::new().unwrap();
        let (one, other) = (store(home.path()), store(home.path()));
        let lock = take(&one, IMPATIENT).unwrap();
        lock.asking(true);
        let mut told = Vec::new();
        let patience = Patience { altogether: PAUSE * 3, ..IMPATIENT };
        let refusal = other
            .claim::<BaseSession>(&Key::new(), patience)
            .wait(&mut |holder| told.push(holder))
            .unwrap_err();
        assert_eq!(told, [Holder { pid: Some(std::process::id()), asking: true }]);
        assert!(refusal.message.contains("asking for an answer"), "{refusal}");
    }

    #[test]
    fn a_lock_file_that_lost_its_name_is_no_lock() {
        let home = TempDir::new().unwrap();
        let one = store(home.path());
        let lock = take(&one, IMPATIENT).unwrap();
        lock.asking(true);
        let (send, told) = mpsc::channel();
        let path = home.path().to_owned();
        let waiter = std::thread::spawn(move || {
            let other = store(&path);
            other
                .claim::<BaseSession>(&Key::new(), IMPATIENT)
                .wait(&mut |_| send.send(()).unwrap())
                .unwrap()
        });
        told.recv().unwrap();
        let directory = home.path().join(".local/state/assume-role");
        let name = std::fs::read_dir(&directory).unwrap().next().unwrap().unwrap().file_name();
        std::fs::remove_file(directory.join(&name)).unwrap();
        drop(lock);
        let second = waiter.join().unwrap();
        take(&one, IMPATIENT).unwrap_err();
        drop(second);
    }
}

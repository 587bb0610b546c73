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

use crate::error::{Error, Result};

pub(super) const PREFIX: &str = "lock-";
/// How often a waiter tries. A freed lock is taken well within a second.
pub(super) const PAUSE: Duration = Duration::from_millis(25);

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Holder {
    /// The process, when it had the time to say so.
    pub pid: Option<u32>,
    pub asking: bool,
}

#[derive(Clone, Copy, Debug)]
pub(super) struct Patience {
    /// Altogether, and so for a person who is being asked.
    pub(super) altogether: Duration,
    /// For one holder that asks no question: three or four calls, each of which may take 8 s.
    pub(super) working: Duration,
    /// Before the wait for such a holder is worth a message.
    pub(super) silent: Duration,
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

/// The name of an entry's lock, by the name of its file.
pub(super) fn name_for(entry: &str) -> String {
    format!("{PREFIX}{}", entry.trim_end_matches(".json"))
}

/// A lock that is wanted, and what the wait for it has come to.
pub(super) struct Claim {
    pub(super) name: String,
    file: Option<File>,
    wait: Wait,
    was_stale: bool,
}

impl Claim {
    pub(super) fn new(name: String, patience: Patience) -> Self {
        Self { name, file: None, wait: Wait::new(patience), was_stale: false }
    }

    /// Tries once with the lock file, which `open` opens where this has not; without one everyone
    /// goes on unlocked. `None` when another process holds it, or when it has to be opened anew: try again
    /// after [`PAUSE`]. `has_name` says whether a file is still the one of that name: a sweep may
    /// have removed it before we had the lock, and then others lock another file.
    pub(super) fn attempt(
        &mut self,
        open: impl FnOnce(&str) -> Result<Option<File>>,
        has_name: impl FnOnce(&str, &File) -> bool,
        waiting: &mut dyn FnMut(Holder),
    ) -> Result<Option<Lock>> {
        let file = match self.file.take() {
            Some(file) => file,
            None => match open(&self.name)? {
                Some(file) => file,
                None => return Ok(Some(Lock { file: None })),
            },
        };
        match file.try_lock() {
            Ok(()) if !has_name(&self.name, &file) => Ok(None),
            Ok(()) => {
                mark(&file, Holder::default());
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

//! The lock that keeps two edits apart.
//!
//! It is the kernel's, so that the death of its holder frees it, on a file of ours beside the edited
//! one: a user who may read a directory or a file can lock it, and hold up its owner.

use std::fs::{self, Metadata, TryLockError};
use std::io;
use std::os::unix::fs::{FileExt, MetadataExt, OpenOptionsExt};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use rustix::fs::OFlags;
use rustix::process::geteuid;

use super::edited_file::unwritable;
use crate::config::files::{shell_path, shown_path};
use crate::error::{Error, Result};

const PAUSE: Duration = Duration::from_millis(25);
/// An edit takes at most the two seconds that it waits for others: a process that holds the lock longer
/// is stopped.
const PATIENCE: Duration = Duration::from_secs(10);
/// Only its owner may open it; it holds the number of the process that has the lock.
pub(super) const LOCK: &str = ".assume-role-lock";

/// Another user's file is no lock of ours: it could be held for ever.
fn is_of_other(data: io::Result<Metadata>) -> bool {
    data.is_ok_and(|data| data.uid() != geteuid().as_raw())
}

/// A held lock. Its file goes away with it, before others can have it.
pub(crate) struct Lock {
    path: PathBuf,
    _file: fs::File,
}

impl Lock {
    /// Waits for the lock. `None` where the file system has none, or another user put one there:
    /// what another process wrote meanwhile is noticed anyway, right before the new file replaces the old one.
    pub(super) fn take(directory: &Path, name: &str, shown: &str) -> Result<Option<Self>> {
        let path = directory.join(name);
        let began = Instant::now();
        loop {
            let flags = (OFlags::NOFOLLOW | OFlags::NONBLOCK).bits().cast_signed();
            let mut options = fs::OpenOptions::new();
            options.read(true).write(true).create(true).truncate(false).mode(0o600);
            let file = match options.custom_flags(flags).open(&path) {
                Ok(file) => file,
                Err(_) if is_of_other(fs::symlink_metadata(&path)) => return Ok(None),
                // A link, a directory, or a file that not even its owner may open.
                Err(error) if fs::symlink_metadata(&path).is_ok() => {
                    return Err(is_no_lock(&path, shown, &error));
                }
                Err(error) => return Err(unwritable(shown, &error)),
            };
            if is_of_other(file.metadata()) {
                return Ok(None);
            }
            match file.try_lock() {
                Ok(()) => match Self::new(file, path.clone()) {
                    Some(lock) => return Ok(Some(lock)),
                    None => continue,
                },
                Err(TryLockError::WouldBlock) if began.elapsed() < PATIENCE => {
                    std::thread::sleep(PAUSE);
                }
                Err(TryLockError::WouldBlock) => return Err(still_held(&file, shown)),
                Err(TryLockError::Error(_)) => {
                    let _ = fs::remove_file(&path);
                    return Ok(None);
                }
            }
        }
    }

    /// `None` when the file lost its name to the holder before: others lock another file by now.
    fn new(file: fs::File, path: PathBuf) -> Option<Self> {
        let (own, named) = (file.metadata().ok()?, fs::symlink_metadata(&path).ok()?);
        if (own.dev(), own.ino()) != (named.dev(), named.ino()) {
            return None;
        }
        let _ = file.write_all_at(format!("{:<10}\n", std::process::id()).as_bytes(), 0);
        Some(Self { path, _file: file })
    }
}

impl Drop for Lock {
    fn drop(&mut self) {
        let _ = fs::remove_file(&self.path);
    }
}

fn is_no_lock(path: &Path, shown: &str, error: &io::Error) -> Error {
    let lock = shown_path(path, None);
    Error::io(format!("{lock} cannot be the lock for {shown}"))
        .because(error)
        .hint(format!("move it away: mv {0} {0}.old", shell_path(&lock)))
}

fn still_held(file: &fs::File, shown: &str) -> Error {
    let mut bytes = [0; 16];
    let length = file.read_at(&mut bytes, 0).unwrap_or_default();
    let text = String::from_utf8_lossy(bytes.get(..length).unwrap_or_default());
    match text.trim().parse::<u32>() {
        Ok(pid) => Error::io(format!("process {pid} is still changing {shown}"))
            .hint(format!("if it is stopped, end it: kill {pid}")),
        Err(_) => Error::io(format!("another process is still changing {shown}"))
            .hint("look for another assume-role that is stopped"),
    }
}

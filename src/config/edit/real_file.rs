//! The file behind a path and all its links, who may change it, and the lock for edits.
//!
//! The lock is the kernel's, so that the death of its holder frees it, on a file of ours beside the
//! edited one: a user who may read a directory or a file can lock it, and hold up its owner.

use std::fs::{self, DirBuilder, Metadata, TryLockError};
use std::io::{self, ErrorKind};
use std::os::unix::fs::{DirBuilderExt, FileExt, MetadataExt, OpenOptionsExt};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use rustix::fs::OFlags;
use rustix::process::geteuid;

use crate::config::files::{shell_path, shown_path};
use crate::error::{Error, Kind, Result};

/// More links than this lead to each other.
const MOST_LINKS: usize = 40;
const PAUSE: Duration = Duration::from_millis(25);
/// An edit takes at most the two seconds that it waits for others: a process that holds the lock longer
/// is stopped.
const PATIENCE: Duration = Duration::from_secs(10);
/// Only its owner may open it; it holds the number of the process that has the lock.
const LOCK: &str = ".assume-role-lock";

pub(super) struct EditedFile {
    pub path: PathBuf,
    pub directory: PathBuf,
}

impl EditedFile {
    /// Follows the links of a path, also one that leads to a file that is not there yet.
    pub(super) fn find(path: &Path, shown: &str) -> Result<Self> {
        let mut path = path.to_owned();
        for _ in 0..MOST_LINKS {
            let directory = match path.parent() {
                Some(parent) if !parent.as_os_str().is_empty() => parent.to_owned(),
                _ => PathBuf::from("."),
            };
            match fs::read_link(&path) {
                Ok(target) => path = directory.join(target),
                Err(_) => return Ok(Self { path, directory }),
            }
        }
        Err(Error::io(format!("{shown} is a link that leads to itself"))
            .hint(format!("look at it: ls -l {}", shell_path(shown))))
    }

    /// The metadata of the file that is to be replaced; `None` when there is none.
    pub(super) fn metadata(&self, shown: &str) -> Result<Option<Metadata>> {
        match fs::metadata(&self.path) {
            Ok(data) if data.mode() & 0o200 == 0 => Err(Error::io(format!("{shown} is read-only"))
                .hint(format!("if it is yours to change: chmod u+w {}", shell_path(shown)))),
            Ok(data) => Ok(Some(data)),
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
            Err(error) => Err(unwritable(shown, &error)),
        }
    }

    pub(super) fn make_directory(&self, shown: &str) -> Result<()> {
        if geteuid().is_root() && !self.path.exists() {
            self.refuse_in_home_of_other(shown)?;
        }
        let made = DirBuilder::new().recursive(true).mode(0o700).create(&self.directory);
        made.map_err(|error| unwritable(shown, &error))
    }

    /// `sudo` leaves HOME as it was, and the owner of that home could not change what root makes there.
    fn refuse_in_home_of_other(&self, shown: &str) -> Result<()> {
        let above = self.directory.ancestors().find_map(|directory| fs::metadata(directory).ok());
        match above.map(|data| data.uid()).filter(|&owner| owner != 0) {
            None => Ok(()),
            Some(owner) => Err(Error::new(
                Kind::Guard,
                format!("{shown} would be root's, in a directory of user {owner}"),
            )
            .hint("do it as that user; as root, with root's own home: sudo -H")),
        }
    }

    /// Waits for the lock. `None` where the file system has none, or another user put one there:
    /// what another process wrote meanwhile is noticed anyway, right before the new file replaces the old one.
    pub(super) fn lock(&self, shown: &str) -> Result<Option<Lock>> {
        let path = self.directory.join(LOCK);
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
                Ok(()) => match Lock::new(file, path.clone()) {
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
}

/// Another user's file is no lock of ours: it could be held for ever.
fn is_of_other(data: io::Result<Metadata>) -> bool {
    data.is_ok_and(|data| data.uid() != geteuid().as_raw())
}

/// A held lock. Its file goes away with it, before others can have it.
pub(super) struct Lock {
    path: PathBuf,
    _file: fs::File,
}

impl Lock {
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

pub(super) fn unwritable(shown: &str, error: &io::Error) -> Error {
    let hint = match error.kind() {
        ErrorKind::StorageFull | ErrorKind::QuotaExceeded => {
            "free some space there; the file is as it was".to_owned()
        }
        ErrorKind::PermissionDenied | ErrorKind::ReadOnlyFilesystem => {
            format!("look at its directory: ls -ld \"$(dirname {})\"", shell_path(shown))
        }
        _ => format!("look at it: ls -l {}", shell_path(shown)),
    };
    Error::io(format!("{shown} cannot be written")).because(error).hint(hint)
}

//! The files of the store, read and replaced.
//!
//! Reading never follows a link, never waits on a pipe, never takes what others could have written,
//! and never reads without end. Writing leaves the old file or the new one, whatever happens in
//! between.

use std::fs::{File, TryLockError};
use std::io::Read;
use std::os::unix::fs::FileExt;
use std::path::PathBuf;
use std::sync::atomic::{AtomicU32, Ordering};

use rustix::fs::{AtFlags, Dir, Mode, OFlags, Stat, Timespec, Timestamps, UTIME_OMIT};
use rustix::io::Errno;
use zeroize::Zeroizing;

use super::directory::{Directory, must_be_our_file, not_a_file};
use super::error::StoreError;
use crate::types::Moment;

/// How the names of files that are still being written begin.
pub(super) const UNFINISHED: &str = ".new-";
/// A name taken by a file left over from a killed process of the same number is passed over this
/// often.
const TRIES: u32 = 100;

pub(super) struct Content {
    pub(super) bytes: Zeroizing<Vec<u8>>,
    /// False when the file is longer than was asked for.
    pub(super) whole: bool,
    /// Which file it was, in case another takes its name meanwhile.
    pub(super) identity: Identity,
}

/// Device and inode: the file itself, whatever its name.
pub(super) type Identity = (rustix::fs::Dev, u64);

impl Directory {
    pub(super) fn names(&self) -> Result<Vec<String>, StoreError> {
        let directory = Dir::read_from(&self.handle).map_err(|errno| self.system(errno))?;
        let mut names = Vec::new();
        for entry in directory {
            let entry = entry.map_err(|errno| self.system(errno))?;
            // Names of ours are ASCII; others are none of our business.
            if let Ok(name) = entry.file_name().to_str()
                && !matches!(name, "." | "..")
            {
                names.push(name.to_owned());
            }
        }
        Ok(names)
    }

    pub(super) fn stat(&self, name: &str) -> Result<Option<Stat>, StoreError> {
        match rustix::fs::statat(&self.handle, name, AtFlags::SYMLINK_NOFOLLOW) {
            Ok(stat) => Ok(Some(stat)),
            Err(Errno::NOENT) => Ok(None),
            Err(errno) => Err(self.system(errno)),
        }
    }

    /// What is known of a file of ours; `None` also for one that is not a file or not ours.
    pub(super) fn our_file(&self, name: &str) -> Option<Stat> {
        let stat = self.stat(name).ok().flatten()?;
        must_be_our_file(&self.path_of(name), &stat).is_ok().then_some(stat)
    }

    pub(super) fn age(&self, name: &str, now: Moment) -> Option<i64> {
        self.our_file(name).map(|stat| now.since(Moment(stat.st_ctime)))
    }

    pub(super) fn path_of(&self, name: &str) -> PathBuf {
        self.path.join(name)
    }

    pub(super) fn system(&self, error: impl Into<std::io::Error>) -> StoreError {
        StoreError::system(&self.path, error)
    }

    /// Opens a file of ours; `None` when there is none. `flags` say for what.
    pub(super) fn open_file(
        &self,
        name: &str,
        flags: OFlags,
    ) -> Result<Option<(File, Stat)>, StoreError> {
        // NONBLOCK: opening a pipe would wait for its other end.
        let flags = flags | OFlags::NOFOLLOW | OFlags::CLOEXEC | OFlags::NONBLOCK;
        let mode = Mode::RUSR | Mode::WUSR;
        let handle = match rustix::fs::openat(&self.handle, name, flags, mode) {
            Ok(handle) => handle,
            Err(Errno::NOENT) => return Ok(None),
            Err(Errno::LOOP | Errno::ISDIR | Errno::NXIO) => {
                return Err(not_a_file(&self.path_of(name)));
            }
            Err(errno) => return Err(self.system(errno)),
        };
        let stat = rustix::fs::fstat(&handle).map_err(|errno| self.system(errno))?;
        must_be_our_file(&self.path_of(name), &stat)?;
        if flags.contains(OFlags::CREATE) && Mode::from_raw_mode(stat.st_mode) & Mode::RWXU != mode
        {
            // A umask may have taken the owner's own bits.
            rustix::fs::fchmod(&handle, mode).map_err(|errno| self.system(errno))?;
        }
        Ok(Some((File::from(handle), stat)))
    }

    /// Reads a file, at most `longest` bytes of it; `None` when there is none.
    pub(super) fn read(&self, name: &str, longest: u64) -> Result<Option<Content>, StoreError> {
        let Some((file, stat)) = self.open_file(name, OFlags::RDONLY)? else { return Ok(None) };
        let size = u64::try_from(stat.st_size).unwrap_or(u64::MAX);
        // Room for all of it at once: a buffer that grows leaves copies of the secrets behind.
        let room = usize::try_from(size.min(longest)).unwrap_or_default().saturating_add(2);
        let mut bytes = Zeroizing::new(Vec::with_capacity(room));
        if size <= longest {
            file.take(longest.saturating_add(1))
                .read_to_end(&mut bytes)
                .map_err(|error| self.system(error))?;
        }
        let whole = size <= longest && bytes.len() as u64 <= longest;
        Ok(Some(Content { bytes, whole, identity: identity(&stat) }))
    }

    /// Puts `bytes` under `name`: a new file with mode 0600 in the old one's place. What `ends` is a
    /// session: it is on the disk before it takes the place, and its end becomes its time of change, by
    /// which the sweep knows old sessions without opening them. All else is left to the system: after
    /// a power cut the old one is there, or one that is damaged and counts as none, which costs a
    /// call, and waiting for a disk would cost every switch.
    pub(super) fn replace(
        &self,
        name: &str,
        bytes: &[u8],
        ends: Option<Moment>,
    ) -> Result<(), StoreError> {
        let (unfinished, file) = self.create_unfinished()?;
        let done = fill(&file, bytes, ends).and_then(|()| {
            Ok(rustix::fs::renameat(&self.handle, &unfinished, &self.handle, name)?)
        });
        done.map_err(|error| {
            let _ = self.remove(&unfinished);
            self.system(error)
        })
    }

    pub(super) fn create_unfinished(&self) -> Result<(String, File), StoreError> {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        for _ in 0..TRIES {
            let name = format!(
                "{UNFINISHED}{}-{}",
                std::process::id(),
                COUNT.fetch_add(1, Ordering::Relaxed)
            );
            let flags =
                OFlags::WRONLY | OFlags::CREATE | OFlags::EXCL | OFlags::NOFOLLOW | OFlags::CLOEXEC;
            match rustix::fs::openat(&self.handle, &name, flags, Mode::RUSR | Mode::WUSR) {
                Ok(handle) => {
                    let file = File::from(handle);
                    // A sweep leaves it alone, whatever its clock says. Where there are no locks
                    // its age decides.
                    let _ = file.try_lock();
                    return Ok((name, file));
                }
                Err(Errno::EXIST) => {}
                Err(errno) => return Err(self.system(errno)),
            }
        }
        Err(self.system(Errno::EXIST))
    }

    pub(super) fn remove(&self, name: &str) -> Result<bool, StoreError> {
        match rustix::fs::unlinkat(&self.handle, name, AtFlags::empty()) {
            Ok(()) => Ok(true),
            Err(Errno::NOENT) => Ok(false),
            Err(errno) => Err(self.system(errno)),
        }
    }

    pub(super) fn open_lock(&self, name: &str) -> Result<File, StoreError> {
        let opened = self.open_file(name, OFlags::RDWR | OFlags::CREATE)?;
        opened.map(|(file, _)| file).ok_or_else(|| self.system(Errno::NOENT))
    }

    pub(super) fn remove_unlocked(&self, name: &str) -> Result<bool, StoreError> {
        match self.open_file(name, OFlags::RDWR) {
            Ok(Some((file, _))) if matches!(file.try_lock(), Err(TryLockError::WouldBlock)) => {
                Ok(false)
            }
            // A umask took the owner's bits from it before it was killed: no process can hold it.
            Err(fault) if !fault.is_denied() => Err(fault),
            _ => self.remove(name),
        }
    }

    /// Brings the names themselves to the disk. Some file systems cannot do that for a directory
    /// and say so.
    pub(super) fn settle(&self) -> Result<(), StoreError> {
        match rustix::fs::fsync(&self.handle) {
            Ok(()) | Err(Errno::INVAL) => Ok(()),
            Err(errno) => Err(self.system(errno)),
        }
    }
}

fn fill(file: &File, bytes: &[u8], ends: Option<Moment>) -> std::io::Result<()> {
    // A umask may have taken the owner's own bits.
    rustix::fs::fchmod(file, Mode::RUSR | Mode::WUSR)?;
    file.write_all_at(bytes, 0)?;
    if let Some(ends) = ends {
        let last_access = Timespec { tv_sec: 0, tv_nsec: UTIME_OMIT };
        let last_modification = Timespec { tv_sec: ends.0, tv_nsec: 0 };
        rustix::fs::futimens(file, &Timestamps { last_access, last_modification })?;
        file.sync_all()?;
    }
    Ok(())
}

pub(super) fn identity(stat: &Stat) -> Identity {
    (stat.st_dev, stat.st_ino)
}

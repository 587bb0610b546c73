//! A look at a file that other programs write as well: in place, in pieces, or by emptying it first.
//!
//! What such a writer shows for a moment is half of a file, and an edit of that half would put it in
//! the place of the whole. Equal bytes alone say nothing about it: two looks into the same moment
//! agree.

use std::fs::{self, Metadata};
use std::io::{Seek, SeekFrom};
use std::os::unix::fs::MetadataExt;
use std::path::Path;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use zeroize::Zeroizing;

use crate::config::files::{open, read_open, read_up_to};
use crate::error::{Error, Result};

/// How long a file has to have been left alone.
const QUIET: Duration = Duration::from_millis(100);
/// The same for one that is empty or became shorter, as between a writer's two steps.
const QUIET_WHEN_SHORT: Duration = Duration::from_millis(1900);
const PATIENCE: Duration = Duration::from_secs(2);
const PAUSE: Duration = Duration::from_millis(10);
/// How long after the exchange a program that opened the old file before is waited for.
const LATE: Duration = Duration::from_millis(50);

/// What tells two states of a file apart, also where their bytes are equal: device, inode, size, and
/// the times of the last write and the last change in nanoseconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Version {
    file: (u64, u64),
    size: u64,
    written: (i64, i64),
    changed: (i64, i64),
}

impl Version {
    fn new(data: &Metadata) -> Self {
        Self {
            file: (data.dev(), data.ino()),
            size: data.size(),
            written: (data.mtime(), data.mtime_nsec()),
            changed: (data.ctime(), data.ctime_nsec()),
        }
    }

    /// Since when nothing changed, by this machine's clock; nothing when that is in the future.
    fn age(&self) -> Duration {
        let (seconds, nanoseconds) = self.changed;
        let since = u64::try_from(seconds).ok().and_then(|seconds| {
            UNIX_EPOCH.checked_add(Duration::new(seconds, u32::try_from(nanoseconds).ok()?))
        });
        since.and_then(|since| SystemTime::now().duration_since(since).ok()).unwrap_or_default()
    }

    /// Whether no program wrote in between. A change of the name alone counts as none.
    fn is_as_written(&self, other: &Self) -> bool {
        (self.file, self.size, self.written) == (other.file, other.size, other.written)
    }
}

/// What a file held, and which state of it that was.
pub(super) struct Look {
    pub bytes: Zeroizing<Vec<u8>>,
    /// Open still, so that what is written to it after it lost its name is not lost; `None` without
    /// a file.
    pub file: Option<fs::File>,
    version: Option<Version>,
    /// What has the name: another file, once this one has been replaced.
    named: Option<Version>,
}

impl Look {
    /// What the file holds this moment.
    pub(super) fn now(path: &Path, shown: &str, cap: u64) -> Result<Self> {
        match open(path, shown)? {
            Some(file) => Self::of(file, None, shown, cap),
            None => {
                Ok(Self { bytes: Zeroizing::default(), file: None, version: None, named: None })
            }
        }
    }

    /// What an open file holds; `named` is what has its name, where that is another file.
    fn of(file: fs::File, named: Option<Version>, shown: &str, cap: u64) -> Result<Self> {
        let (bytes, metadata) = read_open(&file, shown, cap, read_up_to)?;
        let version = Some(Version::new(&metadata));
        let named = named.or(version);
        Ok(Self { bytes: Zeroizing::new(bytes), file: Some(file), version, named })
    }

    /// Looks until the file has been left alone for long enough.
    pub(super) fn settled(shown: &str, look: impl Fn() -> Result<Self>) -> Result<Self> {
        let began = Instant::now();
        let mut since = began;
        let mut last: Option<Version> = None;
        let mut longest = 0;
        loop {
            let found = look()?;
            let Some(version) = found.version else { return Ok(found) };
            if last != Some(version) {
                since = Instant::now();
            }
            last = Some(version);
            let is_short = version.size == 0 || version.size < longest;
            longest = longest.max(version.size);
            let quiet = if is_short { QUIET_WHEN_SHORT } else { QUIET };
            if version.age().max(since.elapsed()) >= quiet {
                return Ok(found);
            }
            if began.elapsed() >= PATIENCE {
                return Err(never_settles(shown));
            }
            std::thread::sleep(PAUSE);
        }
    }

    /// Whether the file that was looked at has its name still.
    pub(super) fn has_name(&self) -> bool {
        self.version.map(|version| version.file) == self.named.map(|named| named.file)
    }

    /// Whether the name still leads to what it led to.
    pub(super) fn is_current(&self, path: &Path, shown: &str, cap: u64) -> Result<bool> {
        let now = Self::now(path, shown, cap)?;
        Ok(now.version == self.named && (!self.has_name() || now.bytes == self.bytes))
    }

    /// What another program wrote to this file although its name went to `replacement`, since it had
    /// opened it before.
    pub(super) fn written_late(
        &self,
        replacement: &fs::File,
        shown: &str,
        cap: u64,
    ) -> Result<Option<Self>> {
        let (Some(file), Some(version)) = (&self.file, self.version) else { return Ok(None) };
        let is_same = || {
            let data = file.metadata().map_err(|error| lost_sight(shown, &error))?;
            Ok::<_, Error>(version.is_as_written(&Version::new(&data)))
        };
        if is_same()? {
            std::thread::sleep(LATE);
            if is_same()? {
                return Ok(None);
            }
        }
        let named = replacement.metadata().map_err(|error| lost_sight(shown, &error))?;
        let late = Self::settled(shown, || {
            let mut file = file.try_clone().map_err(|error| lost_sight(shown, &error))?;
            file.seek(SeekFrom::Start(0)).map_err(|error| lost_sight(shown, &error))?;
            Self::of(file, Some(Version::new(&named)), shown, cap)
        });
        late.map(Some)
    }
}

pub(super) fn never_settles(shown: &str) -> Error {
    Error::io(format!("{shown} keeps being changed by others")).hint("try again when they are done")
}

fn lost_sight(shown: &str, error: &std::io::Error) -> Error {
    Error::io(format!("{shown} cannot be looked at again")).because(error)
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use super::*;

    const CAP: u64 = 1000;

    fn now(path: &Path) -> Look {
        Look::now(path, "f", CAP).unwrap()
    }

    #[test]
    fn equal_bytes_of_another_state_are_not_current() {
        let home = tempfile::tempdir().unwrap();
        let path = home.path().join("f");
        fs::write(&path, "a").unwrap();
        let look = now(&path);
        assert!(look.is_current(&path, "f", CAP).unwrap());
        fs::write(home.path().join("g"), "a").unwrap();
        fs::rename(home.path().join("g"), &path).unwrap();
        assert!(!look.is_current(&path, "f", CAP).unwrap(), "another file with the same bytes");
        fs::remove_file(&path).unwrap();
        assert!(!look.is_current(&path, "f", CAP).unwrap());
        let missing = now(&path);
        assert!(missing.is_current(&path, "f", CAP).unwrap());
        fs::write(&path, "").unwrap();
        assert!(!missing.is_current(&path, "f", CAP).unwrap());
    }

    #[test]
    fn what_is_written_to_the_old_file_is_found() {
        let home = tempfile::tempdir().unwrap();
        let (path, new) = (home.path().join("f"), home.path().join("new"));
        fs::write(&path, "theirs").unwrap();
        let look = now(&path);
        let mut opened_before = fs::OpenOptions::new().append(true).open(&path).unwrap();
        fs::write(&new, "ours").unwrap();
        fs::rename(&new, &path).unwrap();
        let replacement = fs::File::open(&path).unwrap();
        assert!(
            look.written_late(&replacement, "f", CAP).unwrap().is_none(),
            "renaming is no write"
        );
        opened_before.write_all(b" and more").unwrap();
        let late = look.written_late(&replacement, "f", CAP).unwrap().unwrap();
        assert_eq!((&**late.bytes, late.has_name()), (&b"theirs and more"[..], false));
        assert!(late.is_current(&path, "f", CAP).unwrap(), "the name leads to the replacement");
        assert!(late.written_late(&replacement, "f", CAP).unwrap().is_none());
    }
}

//! A file replaced whole or not at all, whatever happens in between and whoever else writes.
//!
//! What the file holds goes to the caller, what it shall hold comes back. The new bytes are on the disk, beside the old
//! ones, before they take their name; mode, owner and links stay. Nobody else of us writes meanwhile, and what somebody
//! else wrote is noticed: then the caller decides anew.

use std::fs;
use std::io::{self, Write};
use std::os::unix::fs::{MetadataExt, PermissionsExt, fchown};
use std::path::{Path, PathBuf};

use tempfile::NamedTempFile;
use zeroize::Zeroizing;

use super::place::{Kept, Place, unwritable};
use crate::error::{Error, Kind, Result};
use crate::input::files::{read_bytes, shown_path};

/// How the names of files begin that are still being written.
const UNFINISHED: &str = ".assume-role-new-";
/// What stands behind the name of a file in that of its backup.
const BACKUP: &str = ".assume-role-backup";
/// So often somebody else may come first.
const TRIES: u32 = 20;

/// A file of the user.
pub struct File {
    path: PathBuf,
    home: Option<PathBuf>,
    shown: String,
    cap: u64,
    /// Whether it holds secrets, so that nobody else may read it.
    private: bool,
}

/// What a change does to a file.
pub struct Change {
    /// The path as messages show it.
    pub shown: String,
    /// What the file held.
    pub before: Zeroizing<Vec<u8>>,
    /// What it holds afterwards.
    pub after: Zeroizing<Vec<u8>>,
    /// What the user should hear.
    pub warnings: Vec<String>,
}

impl Change {
    /// Whether nothing changes.
    pub fn is_none(&self) -> bool {
        self.before == self.after
    }
}

impl File {
    /// The file at a path, of at most `cap` bytes.
    ///
    /// # Errors
    /// `Config` for the path that stands for "no file".
    pub fn new(path: PathBuf, home: Option<&Path>, cap: u64) -> Result<Self> {
        let shown = shown_path(&path, home);
        if path == Path::new("/dev/null") {
            return Err(Error::config("/dev/null is no file to write to").hint("unset the variable that names it"));
        }
        Ok(Self { path, home: home.map(Path::to_owned), shown, cap, private: false })
    }

    /// The same, for secrets: whatever its mode was, afterwards only its owner can read it.
    #[must_use]
    pub fn private(self) -> Self {
        Self { private: true, ..self }
    }

    /// The path as messages show it.
    pub fn shown(&self) -> &str {
        &self.shown
    }

    /// What the file holds; nothing when it is not there.
    ///
    /// # Errors
    /// `Config` when it is no regular file, too large or not readable.
    pub fn read(&self) -> Result<Zeroizing<Vec<u8>>> {
        let read = read_bytes(&self.path, self.home.as_deref(), self.cap)?;
        Ok(Zeroizing::new(read.map(|file| file.bytes).unwrap_or_default()))
    }

    /// What a change would do; writes nothing.
    ///
    /// # Errors
    /// Those of `make`, and as [`Self::read`].
    pub fn plan(&self, make: impl Fn(&[u8]) -> Result<Vec<u8>>) -> Result<Change> {
        let before = self.read()?;
        let after = Zeroizing::new(make(&before)?);
        Ok(Change { shown: self.shown.clone(), before, after, warnings: Vec::new() })
    }

    /// Changes the file to what `make` says; it may be asked again when somebody else changed the file meanwhile.
    /// `keeps` says of what the file held whether that is to be kept beside it.
    ///
    /// # Errors
    /// Those of `make`; `Io` when the file cannot be written, which then is as it was.
    pub fn change(&self, make: impl Fn(&[u8]) -> Result<Vec<u8>>, keeps: impl Fn(&[u8]) -> bool) -> Result<Change> {
        let place = Place::find(&self.path, &self.shown)?;
        // A refusal comes before the first trace of a change, and before a directory is made.
        let planned = self.plan(&make)?;
        if planned.is_none() {
            return Ok(planned);
        }
        place.make_directory(&self.shown)?;
        let lock = place.lock(&self.shown)?;
        if lock.is_some() {
            sweep(&place.directory);
        }
        for _ in 0..TRIES {
            let mut change = self.plan(&make)?;
            if change.is_none() {
                return Ok(change);
            }
            let kept = place.kept(&self.shown)?;
            let mode = self.mode(kept, &mut change.warnings);
            let new = self.written(&place, &change.after, mode, kept)?;
            if !change.before.is_empty() && keeps(&change.before) {
                self.back_up(&place, &change.before)?;
            }
            if self.read()? != change.before {
                continue;
            }
            new.persist(&place.path).map_err(|error| unwritable(&self.shown, &error.error))?;
            settle(&place.directory);
            return Ok(change);
        }
        Err(Error::io(format!("{} keeps being changed by others", self.shown)).hint("try again when they are done"))
    }

    /// Where the backup is, as messages show it.
    pub fn backup_shown(&self) -> String {
        shown_path(&backup_of(&self.path), self.home.as_deref())
    }

    fn mode(&self, kept: Option<Kept>, warnings: &mut Vec<String>) -> u32 {
        let Some(kept) = kept else { return 0o600 };
        if kept.names > 1 {
            warnings.push(format!("{} has {} names; the others keep the old file", self.shown, kept.names));
        }
        if self.private && kept.mode & 0o077 != 0 {
            warnings.push(format!("{} was open to others (mode {:04o}), now it is yours alone", self.shown, kept.mode));
            return 0o600;
        }
        kept.mode
    }

    /// The new file, on the disk under a name of its own.
    fn written(&self, place: &Place, bytes: &[u8], mode: u32, kept: Option<Kept>) -> Result<NamedTempFile> {
        let failed = |error: &io::Error| unwritable(&self.shown, error);
        let mut new = unfinished(&place.directory).map_err(|error| failed(&error))?;
        if let Some(kept) = kept {
            let own = new.as_file().metadata().map_err(|error| failed(&error))?;
            if (own.uid(), own.gid()) != (kept.owner, kept.group) {
                fchown(new.as_file(), Some(kept.owner), Some(kept.group)).map_err(|error| {
                    Error::io(format!("{} belongs to user {} and group {}", self.shown, kept.owner, kept.group))
                        .because(format!("a new file there cannot be theirs: {error}"))
                        .hint("change it as its owner")
                })?;
            }
        }
        fill(&mut new, bytes, mode).map_err(|error| failed(&error))?;
        Ok(new)
    }

    fn back_up(&self, place: &Place, bytes: &[u8]) -> Result<()> {
        let path = backup_of(&self.path);
        let directory = path.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(&place.directory);
        let failed = |error: &io::Error| unwritable(&self.backup_shown(), error);
        let mut new = unfinished(directory).map_err(|error| failed(&error))?;
        fill(&mut new, bytes, 0o600).map_err(|error| failed(&error))?;
        new.persist(&path).map_err(|error| failed(&error.error))?;
        settle(directory);
        Ok(())
    }
}

/// Beside the name that the user knows, also when that is a link.
fn backup_of(path: &Path) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(BACKUP);
    PathBuf::from(name)
}

fn unfinished(directory: &Path) -> io::Result<NamedTempFile> {
    tempfile::Builder::new().prefix(UNFINISHED).tempfile_in(directory)
}

fn fill(file: &mut NamedTempFile, bytes: &[u8], mode: u32) -> io::Result<()> {
    file.as_file().set_permissions(fs::Permissions::from_mode(mode))?;
    file.write_all(bytes)?;
    file.as_file().sync_all()
}

/// What a killed process left behind. Only whoever holds the lock knows that nobody is writing it.
fn sweep(directory: &Path) {
    let entries = fs::read_dir(directory).into_iter().flatten().flatten();
    for entry in entries.filter(|entry| entry.file_name().to_string_lossy().starts_with(UNFINISHED)) {
        let _ = fs::remove_file(entry.path());
    }
}

/// Brings the name itself to the disk; some file systems cannot do that for a directory.
fn settle(directory: &Path) {
    if let Ok(directory) = fs::File::open(directory) {
        let _ = directory.sync_all();
    }
}

/// A change that breaks what it should have kept is a fault of this program, and is not made.
pub(super) fn lost(shown: &str, what: &str) -> Error {
    Error::new(Kind::Bug, format!("{shown} would lose {what}, so it was not changed"))
}

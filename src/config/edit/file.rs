//! A file replaced whole or not at all, whatever happens meanwhile.
//!
//! The new bytes are on the disk, beside the old ones, before they take their name; mode, owner and
//! links stay. The lock keeps other processes of this program away; a change by any other program is
//! noticed, before the new file takes the name and shortly after, and then the edit is made anew from
//! what the file holds now.

use std::fs::{self, Metadata};
use std::io::{self, Write};
use std::os::unix::fs::{MetadataExt, PermissionsExt, fchown};
use std::path::{Path, PathBuf};

use rustix::fs::{Mode, OFlags};
use tempfile::NamedTempFile;
use zeroize::Zeroizing;

use super::attributes;
use super::edited_file::{EditedFile, unwritable};
use super::lock::{LOCK, Lock};
use super::look::{Look, never_settles};
use super::unfinished::{UNFINISHED, sweep, swept, unfinished};
use crate::config::environment::Environment;
use crate::config::files::{CONFIG_CAP, read_bytes, shown_path};
use crate::config::profiles::{FileKind, Profiles};
use crate::config::signals::Held;
use crate::error::{Error, Kind, Result};

/// The lock of what takes several edits.
const LONG_LOCK: &str = ".assume-role-rotation-lock";
const BACKUP: &str = ".assume-role-backup";
/// How often another program may change the file first.
const TRIES: u32 = 20;

pub(crate) struct File {
    path: PathBuf,
    home: Option<PathBuf>,
    shown: String,
    cap: u64,
    /// Whether it holds secrets, which only its owner may read.
    private: bool,
    /// Whether what it held may stay beside it.
    copies: bool,
}

pub(crate) struct Change {
    pub shown: String,
    pub before: Zeroizing<Vec<u8>>,
    pub after: Zeroizing<Vec<u8>>,
    pub warnings: Vec<String>,
}

impl Change {
    pub(crate) fn is_empty(&self) -> bool {
        self.before == self.after
    }
}

impl File {
    pub(crate) fn new(path: PathBuf, home: Option<&Path>, cap: u64) -> Result<Self> {
        let shown = shown_path(&path, home);
        if path == Path::new("/dev/null") {
            return Err(Error::config("/dev/null cannot be written to")
                .hint("unset the variable that names it"));
        }
        Ok(Self { path, home: home.map(Path::to_owned), shown, cap, private: false, copies: true })
    }

    /// The file of profiles of a kind; that of keys is for its owner's eyes only.
    pub(crate) fn of_profiles(kind: FileKind, environment: &Environment) -> Result<Self> {
        let path = Profiles::path_of(kind, environment).ok_or_else(|| {
            Error::config("HOME is not set, so there is no ~/.aws")
                .hint("set HOME to your home directory")
        })?;
        let file = Self::new(path, environment.home().as_deref(), CONFIG_CAP)?;
        Ok(if kind == FileKind::Credentials { file.private() } else { file })
    }

    /// The same, for secrets: whatever its mode was, afterwards only its owner can read it.
    #[must_use]
    pub(crate) fn private(self) -> Self {
        Self { private: true, ..self }
    }

    /// The same for what leaves the file because it was a danger there: not even the copy of a file
    /// that became much shorter stays.
    #[must_use]
    pub(crate) fn without_copies(self) -> Self {
        Self { copies: false, ..self }
    }

    pub(crate) fn shown(&self) -> &str {
        &self.shown
    }

    pub(crate) fn read(&self) -> Result<Zeroizing<Vec<u8>>> {
        let read = read_bytes(&self.path, self.home.as_deref(), self.cap)?;
        Ok(Zeroizing::new(read.map(|file| file.bytes).unwrap_or_default()))
    }

    /// What `change` would do; what it would refuse is refused.
    pub(crate) fn plan(&self, make: impl Fn(&[u8]) -> Result<Vec<u8>>) -> Result<Change> {
        let change = self.plan_from(self.look()?.bytes, make)?;
        if !change.is_empty() {
            EditedFile::find(&self.path, &self.shown)?.metadata(&self.shown)?;
        }
        Ok(change)
    }

    /// The same for a step that comes before the change and cannot be taken back: the directory is
    /// seen to take a new file of the right owner, too.
    pub(crate) fn rehearse(&self, make: impl Fn(&[u8]) -> Result<Vec<u8>>) -> Result<()> {
        if self.plan(make)?.is_empty() {
            return Ok(());
        }
        let ((place, _lock), _held) = (self.locked()?, Held::for_a_moment());
        self.unfinished(&place.directory, place.metadata(&self.shown)?.as_ref()).map(drop)
    }

    /// Keeps other processes of this program away from what takes several edits.
    pub(crate) fn hold(&self) -> Result<Option<Lock>> {
        let place = EditedFile::find(&self.path, &self.shown)?;
        place.make_directory(&self.shown)?;
        Lock::take(&place.directory, LONG_LOCK, &self.shown)
    }

    fn locked(&self) -> Result<(EditedFile, Option<Lock>)> {
        let place = EditedFile::find(&self.path, &self.shown)?;
        place.make_directory(&self.shown)?;
        let lock = Lock::take(&place.directory, LOCK, &self.shown)?;
        Ok((place, lock))
    }

    fn plan_from(
        &self,
        before: Zeroizing<Vec<u8>>,
        make: impl Fn(&[u8]) -> Result<Vec<u8>>,
    ) -> Result<Change> {
        let after = Zeroizing::new(make(&before)?);
        Ok(Change { shown: self.shown.clone(), before, after, warnings: Vec::new() })
    }

    fn look(&self) -> Result<Look> {
        Look::settled(&self.shown, || Look::now(&self.path, &self.shown, self.cap))
    }

    /// Changes the file to what `make` makes of it, once more if another program changed it meanwhile.
    /// `keeps` decides whether a backup of the old file stays beside it; one stays as well when the
    /// new file has less than half of what this edit saw there.
    pub(crate) fn change(
        &self,
        make: impl Fn(&[u8]) -> Result<Vec<u8>>,
        keeps: impl Fn(&[u8]) -> bool,
    ) -> Result<Change> {
        // A refusal comes before the first trace of a change, and before a directory is made.
        let planned = self.plan(&make)?;
        let directory = EditedFile::find(&self.path, &self.shown)?.directory;
        if planned.is_empty() && unfinished(&directory).next().is_none() {
            return Ok(planned);
        }
        let (place, lock) = self.locked()?;
        let left = lock.iter().flat_map(|_| sweep(&place.directory, None));
        let left: Vec<String> =
            left.map(|path| swept(&shown_path(&path, self.home.as_deref()))).collect();
        let mut largest = planned.before;
        let mut look = self.look()?;
        for _ in 0..TRIES {
            if look.bytes.len() > largest.len() {
                largest = look.bytes.clone();
            }
            let mut change = self.plan_from(look.bytes.clone(), &make)?;
            change.warnings.extend(left.iter().cloned());
            if change.is_empty() && look.has_name() {
                return Ok(change);
            }
            let old = place.metadata(&self.shown)?;
            let mut mode = self.mode(old.as_ref(), &mut change.warnings);
            // A signal between here and the exchange would leave the new file under its first name.
            let held = Held::for_a_moment();
            let mut new = self.unfinished(&place.directory, old.as_ref())?;
            if let Some(file) = look.file.as_ref().filter(|_| !self.private)
                && let Some(warning) = attributes::copy(file, new.as_file(), &self.shown)
            {
                change.warnings.push(warning);
                mode = 0o600;
            }
            fill(&mut new, &change.after, mode).map_err(|error| unwritable(&self.shown, &error))?;
            let is_short = self.copies && change.after.len() < largest.len() / 2;
            if is_short {
                self.back_up(&place, &largest, old.as_ref())?;
            } else if !change.before.is_empty() && keeps(&change.before) {
                self.back_up(&place, &change.before, old.as_ref())?;
            }
            if !look.is_current(&self.path, &self.shown, self.cap)? {
                look = self.look()?;
                continue;
            }
            let Some(new) = self.persist(new, &place, old.is_some())? else {
                look = self.look()?;
                continue;
            };
            settle(&place.directory);
            drop(held);
            match look.written_late(&new, &self.shown, self.cap)? {
                None => return Ok(change),
                Some(late) => look = late,
            }
        }
        Err(never_settles(&self.shown))
    }

    /// Gives the new file its name; `None` when another program made a file of that name meanwhile.
    fn persist(
        &self,
        new: NamedTempFile,
        place: &EditedFile,
        replaces: bool,
    ) -> Result<Option<fs::File>> {
        let named =
            if replaces { new.persist(&place.path) } else { new.persist_noclobber(&place.path) };
        match named {
            Ok(file) => Ok(Some(file)),
            Err(error) if error.error.kind() == io::ErrorKind::AlreadyExists => Ok(None),
            Err(error) => Err(unwritable(&self.shown, &error.error)),
        }
    }

    pub(crate) fn backup_shown(&self) -> String {
        shown_path(&beside(&self.path, BACKUP), self.home.as_deref())
    }

    /// Copies of it that stand beside it under such names, or as our own backup.
    pub(crate) fn copies(&self, ends: &[&str]) -> Vec<String> {
        let ends = ends.iter().chain(&[BACKUP]);
        let found = ends.filter(|end| beside(&self.path, end).exists());
        found.map(|end| format!("{}{end}", self.shown)).collect()
    }

    fn mode(&self, old: Option<&Metadata>, warnings: &mut Vec<String>) -> u32 {
        let Some(old) = old else { return 0o600 };
        let (shown, mode) = (&self.shown, old.mode() & 0o7777);
        if old.nlink() > 1 {
            let names = old.nlink();
            warnings.push(format!("{shown} has {names} names; the others keep the old file"));
        }
        if self.private && mode & 0o077 != 0 {
            warnings.push(format!("others could read {shown} (mode {mode:04o}); now only you can"));
            return 0o600;
        }
        mode
    }

    /// A file for the new bytes, of the owner of the old ones.
    fn unfinished(&self, directory: &Path, old: Option<&Metadata>) -> Result<NamedTempFile> {
        let failed = |error: io::Error| unwritable(&self.shown, &error);
        let new =
            tempfile::Builder::new().prefix(UNFINISHED).tempfile_in(directory).map_err(failed)?;
        if let Some(old) = old {
            let own = new.as_file().metadata().map_err(failed)?;
            let (user, group) = (old.uid(), old.gid());
            if (own.uid(), own.gid()) != (user, group) {
                fchown(new.as_file(), Some(user), Some(group)).map_err(|error| {
                    let shown = &self.shown;
                    Error::io(format!("{shown} belongs to user {user} and group {group}"))
                        .because(format!("a new file there cannot be theirs: {error}"))
                        .hint("change it as its owner")
                })?;
            }
        }
        Ok(new)
    }

    fn back_up(&self, place: &EditedFile, bytes: &[u8], old: Option<&Metadata>) -> Result<()> {
        let path = beside(&self.path, BACKUP);
        let directory = path
            .parent()
            .filter(|parent| !parent.as_os_str().is_empty())
            .unwrap_or(&place.directory);
        let failed = |error: io::Error| unwritable(&self.backup_shown(), &error);
        let mut new = self.unfinished(directory, old)?;
        fill(&mut new, bytes, 0o600).map_err(failed)?;
        new.persist(&path).map_err(|error| failed(error.error))?;
        settle(directory);
        Ok(())
    }
}

/// Beside the name that the user knows, also when that is a link.
fn beside(path: &Path, end: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(end);
    PathBuf::from(name)
}

fn fill(file: &mut NamedTempFile, bytes: &[u8], mode: u32) -> io::Result<()> {
    file.as_file().set_permissions(fs::Permissions::from_mode(mode))?;
    file.write_all(bytes)?;
    file.as_file().sync_all()
}

/// Brings the name itself to the disk; some file systems cannot do that for a directory.
fn settle(directory: &Path) {
    let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::CLOEXEC;
    if let Ok(directory) = rustix::fs::open(directory, flags, Mode::empty()) {
        let _ = rustix::fs::fsync(directory);
    }
}

/// A change that breaks what it should have kept is a fault of this program, and is not made.
pub(super) fn lost(shown: &str, what: &str) -> Error {
    Error::new(Kind::Bug, format!("{shown} would lose {what}, so it was not changed"))
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;

    use super::*;

    fn file(directory: &Path, text: &str) -> File {
        fs::write(directory.join("f"), text).unwrap();
        File::new(directory.join("f"), None, 1000).unwrap()
    }

    fn with(line: &str) -> impl Fn(&[u8]) -> Result<Vec<u8>> {
        move |bytes| Ok([bytes, line.as_bytes()].concat())
    }

    #[test]
    fn what_others_write_meanwhile_is_kept() {
        let home = tempfile::tempdir().unwrap();
        let file = file(home.path(), "a\n");
        let asked = Cell::new(0);
        let make = |bytes: &[u8]| {
            asked.set(asked.get() + 1);
            // Between reading and writing, twice: once as an editor saves, once as a program
            // appends.
            match asked.get() {
                2 => fs::write(home.path().join("f"), "a\nb\n").unwrap(),
                3 => fs::write(home.path().join("f"), "a\nb\nc\n").unwrap(),
                _ => {}
            }
            with("ours\n")(bytes)
        };
        let change = file.change(make, |_| false).unwrap();
        assert_eq!(*file.read().unwrap(), b"a\nb\nc\nours\n");
        assert_eq!(*change.before, b"a\nb\nc\n");
        assert_eq!(fs::read_dir(home.path()).unwrap().count(), 1, "nothing is left beside it");
    }

    #[test]
    fn a_file_that_is_never_left_alone_is_given_up() {
        let home = tempfile::tempdir().unwrap();
        let file = file(home.path(), "");
        let count = Cell::new(0);
        let make = |bytes: &[u8]| {
            count.set(count.get() + 1);
            fs::write(home.path().join("f"), count.get().to_string()).unwrap();
            with("ours")(bytes)
        };
        let error = file.change(make, |_| false).err().unwrap();
        assert!(error.message.contains("keeps being changed"));
    }

    #[test]
    fn no_change_writes_nothing() {
        let home = tempfile::tempdir().unwrap();
        let file = File::new(home.path().join("new/f"), None, 1000).unwrap();
        assert!(file.change(|bytes| Ok(bytes.to_vec()), |_| true).unwrap().is_empty());
        assert!(!home.path().join("new").exists());
    }

    #[test]
    fn what_a_killed_process_left_is_swept() {
        let home = tempfile::tempdir().unwrap();
        let file = file(home.path(), "a");
        fs::write(home.path().join(format!("{UNFINISHED}x")), "half").unwrap();
        file.change(with("b"), |_| true).unwrap();
        let mut names: Vec<_> =
            fs::read_dir(home.path()).unwrap().map(|entry| entry.unwrap().file_name()).collect();
        names.sort();
        assert_eq!(names, ["f", "f.assume-role-backup"]);
    }
}

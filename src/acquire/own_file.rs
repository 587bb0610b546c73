//! Files in which AWS's tools keep a sign-on: read where they are the user's own, replaced whole,
//! removed.

use std::fs::DirBuilder;
use std::io::{self, Write};
use std::os::unix::fs::{DirBuilderExt, MetadataExt};
use std::path::Path;
use std::time::Duration;

use tempfile::NamedTempFile;
use zeroize::Zeroizing;

use crate::config::edit::{UNFINISHED, sweep};
use crate::config::files::{others_may_read, read_bytes, shown_path};
use crate::types::Moment;

/// How long another process may take between AWS's answer and its file, and how often that is looked
/// for.
pub(super) const PATIENCE: Duration = Duration::from_secs(2);
pub(super) const PAUSE: Duration = Duration::from_millis(50);

/// What a file holds. With what another user put there, we would act as that user.
pub(super) fn read(path: &Path, cap: u64) -> Option<Zeroizing<Vec<u8>>> {
    let file = read_bytes(path, None, cap).ok()?.filter(|file| file.warning.is_none())?;
    Some(Zeroizing::new(file.bytes))
}

/// What a person has to hear about a file: that others may read it, else why it cannot be used.
pub(super) fn told(path: &Path, cap: u64, is_used: bool, writer: &str) -> Option<String> {
    if is_used {
        return others_may_read(path, &shown_path(path, None), "a sign-on");
    }
    match read_bytes(path, None, cap) {
        Ok(file) => file.map(|file| {
            file.warning.unwrap_or_else(|| format!("{} is not what {writer} writes", file.shown))
        }),
        Err(error) => Some(error.message),
    }
}

/// Removes a file; false where there is none.
pub(super) fn remove(path: &Path) -> io::Result<bool> {
    match std::fs::remove_file(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(false),
        outcome => outcome.map(|()| true),
    }
}

/// A place beside a file for what will be in it, for its owner's eyes only.
pub(super) struct Draft<'a> {
    path: &'a Path,
    file: NamedTempFile,
}

impl<'a> Draft<'a> {
    pub(super) fn new(path: &'a Path) -> io::Result<Self> {
        let directory = path.parent().unwrap_or(path);
        DirBuilder::new().recursive(true).mode(0o700).create(directory)?;
        let file = tempfile::Builder::new().prefix(UNFINISHED).tempfile_in(directory)?;
        // By the clock of the file system; no process takes that long between here and the end.
        let now = file.as_file().metadata()?.mtime();
        sweep(directory, Some(Moment(now)));
        Ok(Self { path, file })
    }

    /// Puts it in place of the file: a reader sees the old one or the new one.
    pub(super) fn keep(mut self, text: &str) -> io::Result<()> {
        self.file.write_all(text.as_bytes())?;
        self.file.as_file().sync_all()?;
        self.file.persist(self.path).map_err(|error| error.error)?;
        Ok(())
    }
}

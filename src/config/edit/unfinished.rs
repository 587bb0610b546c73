//! Files that are still being written, and those that a killed process left.

use std::fs;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

use crate::types::Moment;

/// How the names of files begin that are still being written.
pub(crate) const UNFINISHED: &str = ".assume-role-new-";
/// After how many seconds one of them is left over from a process that was killed.
const ABANDONED: i64 = 60;

/// Removes what killed processes left behind, and gives its paths: all of it under the lock, which makes
/// certain that none is writing, else what was abandoned by `now`.
pub(crate) fn sweep(directory: &Path, now: Option<Moment>) -> Vec<PathBuf> {
    let is_left = |entry: &fs::DirEntry| {
        let age = |now: Moment| Some(now.since(Moment(entry.metadata().ok()?.mtime())));
        now.is_none_or(|now| age(now).is_some_and(|age| age > ABANDONED))
    };
    let left = unfinished(directory).filter(is_left).map(|entry| entry.path());
    left.filter(|path| fs::remove_file(path).is_ok()).collect()
}

pub(super) fn unfinished(directory: &Path) -> impl Iterator<Item = fs::DirEntry> + use<> {
    let entries = fs::read_dir(directory).into_iter().flatten().flatten();
    entries.filter(|it| it.file_name().to_string_lossy().starts_with(UNFINISHED))
}

/// What the user hears of a file that a sweep removed.
pub(crate) fn swept(shown: &str) -> String {
    format!("removed {shown}, left by an edit that was killed")
}

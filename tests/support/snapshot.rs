//! A directory as data, for tests that say "nothing changed".

use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

use sha2::{Digest, Sha256};

/// What is known of a file, a directory or a link.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// Kind and permission bits, as `stat` has them.
    pub mode: u32,
    /// The size in bytes; 0 for a directory, whose size means nothing.
    pub size: u64,
    /// When it was last changed, in nanoseconds since 1970.
    pub modified: i128,
    /// SHA-256 of the contents, or where a link points.
    pub contents: String,
}

/// Everything under a directory, by path relative to it.
pub type Snapshot = BTreeMap<PathBuf, Entry>;

/// Looks at everything under `root`, the root itself aside.
///
/// # Errors
/// When something cannot be read.
pub fn snapshot(root: &Path) -> io::Result<Snapshot> {
    let mut found = Snapshot::new();
    walk(root, root, &mut found)?;
    Ok(found)
}

fn walk(root: &Path, directory: &Path, found: &mut Snapshot) -> io::Result<()> {
    for item in fs::read_dir(directory)? {
        let path = item?.path();
        let metadata = fs::symlink_metadata(&path)?;
        let contents = if metadata.is_symlink() {
            fs::read_link(&path)?.to_string_lossy().into_owned()
        } else if metadata.is_file() {
            Sha256::digest(fs::read(&path)?).iter().map(|byte| format!("{byte:02x}")).collect()
        } else {
            String::new()
        };
        let entry = Entry {
            mode: metadata.mode(),
            size: if metadata.is_dir() { 0 } else { metadata.size() },
            modified: i128::from(metadata.mtime()) * 1_000_000_000
                + i128::from(metadata.mtime_nsec()),
            contents,
        };
        found.insert(path.strip_prefix(root).unwrap_or(&path).to_owned(), entry);
        if metadata.is_dir() {
            walk(root, &path, found)?;
        }
    }
    Ok(())
}

//! The file behind a path and all its links, and who may change it.

use std::fs::{self, DirBuilder, Metadata};
use std::io::{self, ErrorKind};
use std::os::unix::fs::{DirBuilderExt, MetadataExt};
use std::path::{Path, PathBuf};

use rustix::process::geteuid;

use crate::config::files::shell_path;
use crate::error::{Error, Kind, Result};

/// More links than this lead to each other.
const MOST_LINKS: usize = 40;

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
}

pub(super) fn unwritable(shown: &str, error: &io::Error) -> Error {
    let hint = match error.kind() {
        ErrorKind::StorageFull | ErrorKind::QuotaExceeded => {
            "free some space there; the file is as it was".to_owned()
        }
        ErrorKind::ResourceBusy => "it is mounted by itself: mount its directory".to_owned(),
        ErrorKind::PermissionDenied | ErrorKind::ReadOnlyFilesystem => {
            format!("look at its directory: ls -ld \"$(dirname {})\"", shell_path(shown))
        }
        _ => format!("look at it: ls -l {}", shell_path(shown)),
    };
    Error::io(format!("{shown} cannot be written")).because(error).hint(hint)
}

//! Why the store could not be used, before it is known whether that is an error or only a warning.

use std::io;
use std::path::{Path, PathBuf};

use crate::error::Error;
use crate::types::quote;
use crate::types::sanitize::escape;

#[derive(Debug)]
pub(super) enum StoreError {
    System {
        path: PathBuf,
        error: io::Error,
    },
    /// Something is there that others could have written or can read. It is left as it is.
    Unsafe {
        why: String,
        remedy: String,
    },
}

impl StoreError {
    pub(super) fn system(path: &Path, error: impl Into<io::Error>) -> Self {
        Self::System { path: path.to_owned(), error: error.into() }
    }

    /// Whether something went away underneath (NFS loses handles, a sweep by a clock that jumped
    /// takes what is being written): the same once more can succeed.
    pub(super) fn has_gone(&self) -> bool {
        use io::ErrorKind::{NotFound, StaleNetworkFileHandle};
        matches!(self, Self::System { error, .. } if matches!(error.kind(), NotFound | StaleNetworkFileHandle))
    }

    /// Whether the owner's own bits are missing.
    pub(super) fn is_denied(&self) -> bool {
        matches!(self, Self::System { error, .. } if error.kind() == io::ErrorKind::PermissionDenied)
    }

    /// As an error, where the store has to be used.
    pub(super) fn refusal(&self) -> Error {
        Error::io("the store cannot be used").because(self.why()).hint(self.remedy())
    }

    /// As a warning, where it only saves a question.
    pub(super) fn warning(&self) -> String {
        format!("the store is not used: {}; {}", self.why(), self.remedy())
    }

    pub(super) fn why(&self) -> String {
        match self {
            Self::System { path, error } => format!("{}: {error}", escape(&path.to_string_lossy())),
            Self::Unsafe { why, .. } => why.clone(),
        }
    }

    pub(super) fn remedy(&self) -> String {
        let (path, error) = match self {
            Self::Unsafe { remedy, .. } => return remedy.clone(),
            Self::System { path, error } => (path, error),
        };
        match error.kind() {
            io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => {
                "free some space there".to_owned()
            }
            io::ErrorKind::FileTooLarge => "let files be written: ulimit -f unlimited".to_owned(),
            io::ErrorKind::ReadOnlyFilesystem => {
                "name a writable directory in XDG_STATE_HOME".to_owned()
            }
            io::ErrorKind::PermissionDenied => {
                format!("look at its owner and mode: ls -ld {}", word(path))
            }
            _ => "ASSUME_ROLE_STORE=none turns the store off".to_owned(),
        }
    }
}

/// A path as a word that can be pasted into a shell.
pub(super) fn word(path: &Path) -> String {
    quote::word(&escape(&path.to_string_lossy()))
}

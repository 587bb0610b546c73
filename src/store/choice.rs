//! Which store the user wants.

use crate::error::{Error, Result};
use crate::shown::shown;

/// Where entries are kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// In the state directory: survives a logout and a reboot.
    File,
    /// In the runtime directory: in memory, gone at the end of the login.
    Runtime,
    /// Nowhere.
    None,
}

impl Kind {
    /// `file`, `runtime` or `none`.
    ///
    /// # Errors
    /// `Config`; `origin` says where the word came from.
    pub fn parse(origin: &str, text: &str) -> Result<Self> {
        match text {
            "file" => Ok(Self::File),
            "runtime" => Ok(Self::Runtime),
            "none" => Ok(Self::None),
            _ => Err(Error::config(format!("store '{}' from {origin} is not known", shown(text)))
                .hint("the stores are: file, runtime, none")),
        }
    }
}

/// Which store is wanted, and how much.
#[derive(Clone, Copy, Debug)]
pub struct Choice {
    /// Where.
    pub kind: Kind,
    /// Whether the user said so: then a store that cannot be used is an error.
    pub configured: bool,
}

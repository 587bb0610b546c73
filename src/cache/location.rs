//! Which store the user wants.

use crate::config::settings::{Settings, StoreKind};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// In the state directory: survives a logout and a reboot.
    File,
    /// In the runtime directory: in memory, gone at the end of the login.
    Runtime,
    None,
}

#[derive(Clone, Copy, Debug)]
pub struct Choice {
    pub kind: Kind,
    /// Whether the user said so: then a store that cannot be used is an error.
    pub configured: bool,
}

impl Default for Choice {
    fn default() -> Self {
        Self { kind: Kind::File, configured: false }
    }
}

impl Choice {
    pub fn of(settings: &Settings) -> Self {
        let kind = match settings.store.value {
            StoreKind::File => Kind::File,
            StoreKind::Runtime => Kind::Runtime,
            StoreKind::None => Kind::None,
        };
        Self { kind, configured: settings.store.is_configured() }
    }
}

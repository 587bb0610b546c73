//! The shell's side: what is printed for a shell to evaluate, and how a value gets there unharmed.
//!
//! Sessions and requests come in as values, text goes out; nothing here reads a file or knows AWS's
//! services.

pub(crate) mod completion_scripts;
pub(crate) mod detect;
pub(crate) mod exports;
pub(crate) mod formats;
pub(crate) mod integration;
pub(crate) mod prompt_style;
pub(crate) mod quote;
pub(crate) mod variables;
pub(crate) mod words;

mod fish;
mod sh;

use crate::error::{Error, Result};
use crate::types::sanitize::escape_up_to;

/// A shell with an integration.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Shell {
    /// bash, 3.2 and later.
    Bash,
    Zsh,
    /// fish, 3.6 and later.
    Fish,
}

impl Shell {
    /// Every shell there is.
    pub const ALL: [Self; 3] = [Self::Bash, Self::Zsh, Self::Fish];

    /// The name, as typed after `init`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Bash => "bash",
            Self::Zsh => "zsh",
            Self::Fish => "fish",
        }
    }

    /// `text` as one word.
    pub(crate) fn quoted(self, text: &str) -> String {
        match self {
            Self::Bash | Self::Zsh => quote::sh(text),
            Self::Fish => quote::fish(text),
        }
    }

    /// The shell of that name.
    pub fn parse(text: &str) -> Result<Self> {
        Self::ALL.into_iter().find(|shell| shell.name() == text).ok_or_else(|| {
            let names: Vec<&str> = Self::ALL.into_iter().map(Self::name).collect();
            Error::usage(format!(
                "there is no integration for the shell '{}'",
                escape_up_to(text, 80)
            ))
            .hint(format!("shells: {}", names.join(", ")))
        })
    }
}

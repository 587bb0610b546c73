//! The shell's side: what is printed for a shell to evaluate, and how a value gets there unharmed.
//!
//! Sessions and requests come in as values, text comes out; nothing here reads a file or knows AWS's
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

mod definition;
mod posix;
mod record;

mod bash;
mod elvish;
mod fish;
mod nu;
mod sh;
mod xonsh;
mod zsh;

use definition::Code;
pub(crate) use definition::{AtTab, Definition};

use crate::error::{Error, Result};
use crate::types::sanitize::escape_up_to;

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Shell {
    Bash,
    Zsh,
    Fish,
    Elvish,
    Sh,
    Nu,
    Xonsh,
}

impl Shell {
    pub const ALL: [Self; 7] =
        [Self::Bash, Self::Zsh, Self::Fish, Self::Elvish, Self::Nu, Self::Xonsh, Self::Sh];

    pub(crate) fn definition(self) -> &'static Definition {
        match self {
            Self::Bash => &bash::BASH,
            Self::Zsh => &zsh::ZSH,
            Self::Fish => &fish::FISH,
            Self::Elvish => &elvish::ELVISH,
            Self::Sh => &sh::SH,
            Self::Nu => &nu::NU,
            Self::Xonsh => &xonsh::XONSH,
        }
    }

    pub fn name(self) -> &'static str {
        self.definition().name
    }

    pub(crate) fn quoted(self, text: &str) -> String {
        (self.definition().quoted)(text)
    }

    /// The shell that takes the integration of that name.
    pub(crate) fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|shell| {
            let Definition { name: own, also, .. } = shell.definition();
            *own == name || also.contains(&name)
        })
    }

    /// As [`Shell::named`], for a name that was typed.
    pub fn parse(text: &str) -> Result<Self> {
        Self::named(text).ok_or_else(|| {
            let text = escape_up_to(text, 80);
            Error::usage(format!("there is no integration for the shell '{text}'"))
                .hint(format!("shells: {}", Self::ALL.map(Self::name).join(", ")))
        })
    }

    /// All of them, as a person lists them; `before` stands before each but the first.
    pub(crate) fn all(before: &str) -> String {
        match Self::ALL.map(Self::name).as_slice() {
            [first @ .., last] => {
                format!("{} or {before}{last}", first.join(&format!(", {before}")))
            }
            [] => String::new(),
        }
    }
}

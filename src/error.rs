//! The one error type: what failed, why, and what to do about it.
//!
//! A message names the thing and the place (`~/.aws/config:12`), a cause says why, a hint says what
//! to type. Text that came from outside (AWS, an identity provider, a file) goes in through
//! [`crate::types::sanitize::escape`].

use std::fmt;

/// What went wrong, as far as scripts care. Each kind is one exit code of the documented table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// `doctor` found something broken (1).
    Broken,
    /// The words of the command line do not fit (2).
    Usage,
    /// No such account, role or profile, or a bad file or value (3).
    Config,
    /// Refused by AWS or the identity provider (4).
    Refused,
    /// Needs an answer and may not ask (5).
    NeedsAnswer,
    /// Network, service, or a malformed reply (6).
    Network,
    /// Not enough time left in the session (7).
    TooShort,
    /// Refused by a guard of this program (8).
    Guard,
    /// The local file system, or a read-only variable (9).
    Io,
    /// A fault of this program (70).
    Bug,
    /// A command that cannot be run (126, as env(1) has it).
    NotExecutable,
    /// A command that is not there (127).
    NotFound,
    /// The user said no (130).
    Cancelled,
    /// A signal ended it (128 and the signal's number).
    Killed(u8),
}

impl Kind {
    /// Whether nothing else is tried after it: its user, or who ends processes, said so.
    pub(crate) fn ends_the_run(self) -> bool {
        matches!(self, Self::Cancelled | Self::Killed(_))
    }

    pub fn exit_code(self) -> u8 {
        match self {
            Self::Broken => 1,
            Self::Usage => 2,
            Self::Config => 3,
            Self::Refused => 4,
            Self::NeedsAnswer => 5,
            Self::Network => 6,
            Self::TooShort => 7,
            Self::Guard => 8,
            Self::Io => 9,
            Self::Bug => 70,
            Self::NotExecutable => 126,
            Self::NotFound => 127,
            Self::Cancelled => 130,
            Self::Killed(signal) => 128 + signal.min(127),
        }
    }
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Error {
    pub kind: Kind,
    /// What failed, as one sentence without a final period.
    pub message: String,
    /// Why, outermost first.
    pub causes: Vec<String>,
    /// What to do; each is one line, a command where there is one.
    pub hints: Vec<String>,
}

pub type Result<T> = std::result::Result<T, Error>;

impl Error {
    pub fn new(kind: Kind, message: impl Into<String>) -> Self {
        Self { kind, message: message.into(), causes: Vec::new(), hints: Vec::new() }
    }

    pub fn usage(message: impl Into<String>) -> Self {
        Self::new(Kind::Usage, message)
    }

    pub fn config(message: impl Into<String>) -> Self {
        Self::new(Kind::Config, message)
    }

    pub fn refused(message: impl Into<String>) -> Self {
        Self::new(Kind::Refused, message)
    }

    pub fn network(message: impl Into<String>) -> Self {
        Self::new(Kind::Network, message)
    }

    pub fn io(message: impl Into<String>) -> Self {
        Self::new(Kind::Io, message)
    }

    #[must_use]
    pub fn because(mut self, cause: impl fmt::Display) -> Self {
        self.causes.push(cause.to_string());
        self
    }

    #[must_use]
    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hints.push(hint.into());
        self
    }
}

/// The plain text: `assume-role: MESSAGE`, indented causes, `hint:` lines. Colour is the caller's
/// affair.
impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "assume-role: {}", self.message)?;
        for cause in &self.causes {
            write!(f, "\n  {cause}")?;
        }
        for hint in &self.hints {
            write!(f, "\nhint: {hint}")?;
        }
        Ok(())
    }
}

impl std::error::Error for Error {}

//! A value and what decided it.

use std::borrow::Cow;
use std::fmt;
use std::path::PathBuf;

use crate::config::Config;
use crate::config::location::Location;
use crate::config::profiles::Section;

/// A value with its origin: `--region`, `AWS_REGION`, `~/.aws/config:3`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Chosen<T> {
    pub value: T,
    pub origin: Origin,
}

impl<T> Chosen<T> {
    pub(crate) fn new(value: T, origin: impl Into<Origin>) -> Self {
        Self { value, origin: origin.into() }
    }

    pub(crate) fn map<U>(self, convert: impl FnOnce(T) -> U) -> Chosen<U> {
        Chosen { value: convert(self.value), origin: self.origin }
    }
}

/// A value of a profile, with its place.
pub(crate) fn chosen(profile: &Section<'_>, key: &str) -> Option<Chosen<String>> {
    profile.value(key).map(|value| Chosen::new(value.text.to_owned(), &value.place()))
}

/// A file that a profile names; `~/` is the home directory.
pub(crate) fn file_of(named: Chosen<String>, config: &Config) -> Chosen<PathBuf> {
    let home = config.environment.home();
    named.map(|text| match (text.strip_prefix("~/"), home) {
        (Some(rest), Some(home)) => home.join(rest),
        _ => PathBuf::from(text),
    })
}

/// What decided a value. Some origins change what happens: a duration of the command line is
/// refused rather than shortened, and a remembered MFA device may be forgotten.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Origin {
    /// An option, or the words of the command line.
    CommandLine(&'static str),
    /// An environment variable.
    Variable(Cow<'static, str>),
    /// A line of a file, or a setting.
    Place(String),
    /// Nothing: the default, with the reason where there is one to give.
    Default(&'static str),
    /// An earlier run.
    Remembered,
    /// `iam:ListMFADevices`.
    Listed,
    /// A guess, since `iam:ListMFADevices` is not allowed.
    Guessed,
}

impl Origin {
    /// Of what stands among the words.
    pub(crate) const TYPED: Self = Self::CommandLine("the command line");

    pub(crate) fn is_command_line(&self) -> bool {
        matches!(self, Self::CommandLine(_))
    }

    pub(crate) fn is_default(&self) -> bool {
        matches!(self, Self::Default(_))
    }
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::CommandLine(name) | Self::Default(name) => name,
            Self::Variable(name) => name,
            Self::Place(place) => place,
            Self::Remembered => "remembered",
            Self::Listed => "iam:ListMFADevices",
            Self::Guessed => "a guess: iam:ListMFADevices was not possible",
        })
    }
}

impl From<&Location> for Origin {
    fn from(place: &Location) -> Self {
        Self::Place(place.to_string())
    }
}

/// Options start with dashes; any other constant name is a variable's.
impl From<&'static str> for Origin {
    fn from(name: &'static str) -> Self {
        if name.starts_with("--") { Self::CommandLine(name) } else { Self::Variable(name.into()) }
    }
}

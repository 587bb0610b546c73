//! The environment as data. This is the only reader of `std::env`; everyone else is handed an
//! [`Environment`].

use std::collections::HashMap;
use std::ffi::{OsStr, OsString};
use std::path::PathBuf;

use crate::error::{Error, Result};

/// The environment variables of one run. An empty value counts as unset: the old script exported
/// empty names, and AWS's tools treat them alike.
#[derive(Clone, Debug, Default)]
pub struct Environment {
    variables: HashMap<OsString, OsString>,
}

impl Environment {
    pub fn of_process() -> Self {
        Self::from_pairs(std::env::vars_os())
    }

    pub fn from_pairs<K: Into<OsString>, V: Into<OsString>>(
        pairs: impl IntoIterator<Item = (K, V)>,
    ) -> Self {
        Self {
            variables: pairs.into_iter().map(|(name, value)| (name.into(), value.into())).collect(),
        }
    }

    pub fn raw(&self, name: &str) -> Option<&OsStr> {
        self.variables
            .get(OsStr::new(name))
            .map(OsString::as_os_str)
            .filter(|value| !value.is_empty())
    }

    pub fn text(&self, name: &str) -> Result<Option<&str>> {
        self.raw(name)
            .map(|value| {
                value.to_str().ok_or_else(|| {
                    Error::config(format!("the variable {name} is not UTF-8"))
                        .hint(format!("unset {name}"))
                })
            })
            .transpose()
    }

    pub fn has(&self, name: &str) -> bool {
        self.raw(name).is_some()
    }

    pub fn turns_on(&self, name: &str) -> Result<bool> {
        Ok(self.text(name)? == Some("1"))
    }

    /// Whether the terminal takes nothing but text: `TERM` is `dumb`, or nobody says what it is.
    pub fn has_dumb_terminal(&self) -> bool {
        self.raw("TERM").is_none_or(|term| term == "dumb")
    }

    pub fn path(&self, name: &str) -> Option<PathBuf> {
        self.raw(name).map(PathBuf::from)
    }

    /// The home directory: `HOME`, when it is an absolute path.
    pub fn home(&self) -> Option<PathBuf> {
        self.path("HOME").filter(|home| home.is_absolute())
    }

    /// A file of the user: the variable when it is set (with `~/` expanded), else the place under
    /// the home directory.
    pub fn file(&self, variable: &str, under_home: &str) -> Option<PathBuf> {
        match self.path(variable) {
            Some(path) => match (path.strip_prefix("~"), self.home()) {
                (Ok(rest), Some(home)) => Some(home.join(rest)),
                _ => Some(path),
            },
            None => self.home().map(|home| home.join(under_home)),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;

    #[test]
    fn empty_counts_as_unset() {
        let environment = Environment::from_pairs([("A", ""), ("B", "x")]);
        assert_eq!(environment.text("A").unwrap(), None);
        assert_eq!(environment.text("B").unwrap(), Some("x"));
    }

    #[test]
    fn a_relative_home_is_no_home() {
        assert_eq!(Environment::from_pairs([("HOME", "here")]).home(), None);
    }

    #[test]
    fn files_of_the_user() {
        let environment = Environment::from_pairs([("HOME", "/h"), ("F", "~/x"), ("G", "/y")]);
        assert_eq!(
            environment.file("E", ".aws/config").as_deref(),
            Some(Path::new("/h/.aws/config"))
        );
        assert_eq!(environment.file("F", "z").as_deref(), Some(Path::new("/h/x")));
        assert_eq!(environment.file("G", "z").as_deref(), Some(Path::new("/y")));
    }
}

//! The environment as data: everything else is handed an [`Environment`] in place of `std::env`.

use std::collections::HashMap;
use std::ffi::{OsStr, OsString};
use std::path::{Path, PathBuf};
use std::process::Command;

use super::files::shown_path;
use crate::error::{Error, Result};
use crate::types::sanitize::escape_up_to;

/// Where a program is that this one chose to run, by the absolute entries of PATH alone: a `.` among
/// them would run what lies in whatever directory the user stands in.
pub(crate) fn located(name: &str) -> Option<PathBuf> {
    let search = std::env::var_os("PATH").unwrap_or_default();
    let absolute = std::env::split_paths(&search).filter(|directory| directory.is_absolute());
    which::which_in(name, Some(std::env::join_paths(absolute).ok()?), "/").ok()
}

/// Runs such a program. One that is not installed fails when it is started.
pub(crate) fn helper(name: &str) -> Command {
    Command::new(located(name).unwrap_or_else(|| Path::new("/nonexistent").join(name)))
}

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

    /// Whether the terminal takes nothing but text: `TERM` is `dumb`, or it is not set.
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

    /// Why there are no files of the user, if that is the fault of `HOME`.
    pub(crate) fn home_problem(&self) -> Option<String> {
        let Some(home) = self.path("HOME") else { return Some("HOME is not set".to_owned()) };
        let shown = escape_up_to(&home.to_string_lossy(), 300);
        if !home.is_absolute() {
            return Some(format!("HOME is '{shown}', which is not an absolute path"));
        }
        (!home.exists()).then(|| format!("HOME is {shown}, which does not exist"))
    }

    /// That a variable names a file that is not there; `/dev/null` is meant to hold nothing.
    pub(crate) fn missing_file(&self, variable: &str) -> Option<String> {
        let path = self.file(variable, "").filter(|_| self.has(variable))?;
        let is_missing = path != Path::new("/dev/null") && !path.exists();
        let shown = shown_path(&path, self.home().as_deref());
        is_missing.then(|| format!("{variable} names {shown}, which does not exist"))
    }

    /// A path with the home directory in place of a `~` at its beginning.
    pub(crate) fn expanded(&self, path: PathBuf) -> PathBuf {
        match (path.strip_prefix("~"), self.home()) {
            (Ok(rest), Some(home)) => home.join(rest),
            _ => path,
        }
    }

    /// A file of the user: the variable when it is set (with `~/` expanded), else the place under
    /// the home directory.
    pub fn file(&self, variable: &str, under_home: &str) -> Option<PathBuf> {
        match self.path(variable) {
            Some(path) => Some(self.expanded(path)),
            None => self.home().map(|home| home.join(under_home)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn empty_counts_as_unset() {
        let environment = Environment::from_pairs([("A", ""), ("B", "x")]);
        assert_eq!(environment.text("A").unwrap(), None);
        assert_eq!(environment.text("B").unwrap(), Some("x"));
    }

    #[test]
    fn what_is_wrong_with_home_and_with_paths_in_variables() {
        for (home, problem) in [
            ("", Some("HOME is not set")),
            ("here", Some("HOME is 'here', which is not an absolute path")),
            ("/nonexistent/x", Some("HOME is /nonexistent/x, which does not exist")),
            ("/", None),
        ] {
            let environment = Environment::from_pairs([("HOME", home)]);
            assert_eq!(environment.home_problem().as_deref(), problem);
            assert_eq!(environment.home().is_some(), home.starts_with('/'), "{home}");
        }
        for (path, problem) in [
            ("", None),
            ("/dev/null", None),
            ("~/nonexistent", Some("F names ~/nonexistent, which does not exist")),
            ("/", None),
        ] {
            let environment = Environment::from_pairs([("HOME", "/tmp"), ("F", path)]);
            assert_eq!(environment.missing_file("F").as_deref(), problem);
        }
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

//! A program that takes this one's place: `execve`, without a shell and without a process in
//! between.
//!
//! It gets the terminal, the standard streams and the signals as this process got them. What the
//! system refuses comes back with the codes of env(1): 127 for a program that is not there, 126 for
//! one that cannot be run.

use std::ffi::{OsStr, OsString};
use std::io::ErrorKind;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::Command;

use rustix::fs::{Access, access};
use rustix::process::{Resource, Rlimit, setrlimit};

use crate::error::{Error, Kind, Result};
use crate::types::sanitize::escape;

/// Where the system looks when PATH is not set (POSIX, `confstr`).
const NO_PATH: &str = "/bin:/usr/bin";

#[derive(Debug, PartialEq, Eq)]
pub(super) struct Program {
    path: PathBuf,
    /// What it was called by.
    name: OsString,
}

/// Finds a program as `execvp` does: a name with a slash is a path, any other is looked up in the
/// directories of `search`, the value of PATH, where an empty one stands for the working directory.
pub(super) fn find(name: &OsStr, search: Option<&OsStr>) -> Result<Program> {
    let found = |path: PathBuf| Program { path, name: name.to_owned() };
    let said = escape(&name.to_string_lossy());
    if name.as_encoded_bytes().contains(&b'/') {
        let path = PathBuf::from(name);
        return match (is_executable(&path), path.try_exists()) {
            (true, _) => Ok(found(path)),
            (false, Ok(false)) => Err(Error::new(Kind::NotFound, format!("there is no {said}"))),
            (false, _) => Err(not_executable(&path)),
        };
    }
    let directories = std::env::split_paths(search.unwrap_or(OsStr::new(NO_PATH)));
    let candidates: Vec<PathBuf> = directories
        .map(|directory| {
            if directory.as_os_str().is_empty() { PathBuf::from(".") } else { directory }.join(name)
        })
        .filter(|path| !name.is_empty() && path.exists())
        .collect();
    match (candidates.iter().find(|path| is_executable(path)), candidates.first()) {
        (Some(path), _) => Ok(found(path.clone())),
        (None, Some(path)) => Err(not_executable(path)),
        (None, None) => {
            Err(Error::new(Kind::NotFound, format!("there is no program '{said}' on the PATH")))
        }
    }
}

fn is_executable(path: &Path) -> bool {
    path.is_file() && access(path, Access::EXEC_OK).is_ok()
}

fn not_executable(path: &Path) -> Error {
    let path = escape(&path.to_string_lossy());
    Error::new(Kind::NotExecutable, format!("{path} cannot be run"))
        .hint(format!("look at it: ls -ld {path}"))
}

impl Program {
    /// Becomes the program; comes back only when that fails. A change without a value takes the
    /// variable away. `core` is the limit on core dumps that this process was started with.
    pub(super) fn run<'a>(
        &self,
        arguments: &[OsString],
        changes: impl IntoIterator<Item = (&'a str, Option<&'a OsStr>)>,
        core: &Rlimit,
    ) -> Error {
        let mut command = Command::new(&self.path);
        command.arg0(&self.name).args(arguments);
        for (name, value) in changes {
            match value {
                Some(value) => command.env(name, value),
                None => command.env_remove(name),
            };
        }
        // A limit that cannot be given back is no reason to run nothing.
        let _ = setrlimit(Resource::Core, *core);
        let error = command.exec();
        let path = escape(&self.path.to_string_lossy());
        match error.kind() {
            // It was there, so what is missing is what its first line names.
            ErrorKind::NotFound => {
                Error::new(Kind::NotFound, format!("{path} needs a program that is not there"))
                    .because(error)
                    .hint(format!("look at its first line: head -n 1 {path}"))
            }
            _ => Error::new(Kind::NotExecutable, format!("{path} cannot be run")).because(error),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::fs::{Permissions, create_dir, set_permissions, write};
    use std::os::unix::fs::PermissionsExt;

    use super::*;

    #[test]
    fn the_first_that_may_be_run_is_taken() {
        let root = tempfile::tempdir().unwrap();
        let directories =
            ["none", "directory", "plain", "program", "later"].map(|name| root.path().join(name));
        directories.iter().skip(1).for_each(|directory| create_dir(directory).unwrap());
        let [_, directory, plain, program, later] = &directories;
        create_dir(directory.join("x")).unwrap();
        for (place, mode) in [(plain, 0o600), (program, 0o700), (later, 0o700)] {
            write(place.join("x"), "").unwrap();
            set_permissions(place.join("x"), Permissions::from_mode(mode)).unwrap();
        }
        let search = |directories: &[PathBuf], name: &str| {
            find(name.as_ref(), Some(&std::env::join_paths(directories).unwrap()))
        };
        assert_eq!(search(&directories, "x").unwrap().path, program.join("x"));
        let refused =
            |directories: &[PathBuf], name: &str| search(directories, name).unwrap_err().kind;
        assert_eq!(refused(&directories[..3], "x"), Kind::NotExecutable);
        assert_eq!(refused(&directories[..1], "x"), Kind::NotFound);
        assert_eq!(refused(&directories, ""), Kind::NotFound);
        assert_eq!(refused(&directories, directory.to_str().unwrap()), Kind::NotExecutable);
        assert_eq!(refused(&directories, "/none/x"), Kind::NotFound);
    }

    #[test]
    fn without_a_path_the_system_has_one() {
        assert!(find("sh".as_ref(), None).unwrap().path.ends_with("bin/sh"));
    }
}

//! Programs that tests need and a machine may lack. `tests/run` installs them; without one a test
//! says so and passes, except under `CI=true`.

use std::fs::OpenOptions;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::Command;

/// A program on the PATH.
///
/// # Panics
/// When it is missing under `CI=true`, as for the other functions here.
pub fn find(program: &str) -> Option<PathBuf> {
    which::which(program).ok().or_else(|| missing(program))
}

/// A file of a package that brings no program, and that only Linux distributions have.
pub fn find_file(path: &str) -> Option<PathBuf> {
    let found = Path::new(path).exists().then(|| path.into());
    if cfg!(target_os = "linux") { found.or_else(|| missing(path)) } else { found }
}

/// What `tests/run` keeps in its cache directory and names by a variable.
pub fn from_environment(variable: &str) -> Option<PathBuf> {
    std::env::var_os(variable).map(PathBuf::from).or_else(|| missing(variable))
}

/// A shell that `tests/run` installs from Python's or npm's packages.
pub fn find_shell(name: &str) -> Option<PathBuf> {
    from_environment("ASSUME_ROLE_TEST_SHELLS").map(|directory| directory.join("bin").join(name))
}

/// Notes that this test has started a shell, for [`tests/run`] to hold the table of `README.md` to.
pub fn note_shell(name: &str) {
    let Some(list) = std::env::var_os("ASSUME_ROLE_TEST_STARTED") else { return };
    let thread = std::thread::current();
    // A thread that a test started has no name: the test has noted the shell, or another has.
    let Some(test) = thread.name() else { return };
    let note = format!("{test} {name}\n");
    let mut list = OpenOptions::new().append(true).create(true).open(list).unwrap();
    list.write_all(note.as_bytes()).unwrap();
}

/// The AWS CLI in its second version.
pub fn aws_cli_2() -> Option<PathBuf> {
    let is_second = |path: &PathBuf| {
        let version = Command::new(path).arg("--version").output();
        version.is_ok_and(|output| output.stdout.starts_with(b"aws-cli/2"))
    };
    let found = which::which_all_global("aws").ok().and_then(|mut paths| paths.find(is_second));
    found.or_else(|| missing("aws"))
}

/// `ASSUME_ROLE_TEST_MISSING` is the file in which `tests/run NAME` finds what the tests of that
/// name lacked; it installs that and runs them again.
fn missing(name: &str) -> Option<PathBuf> {
    if let Some(list) = std::env::var_os("ASSUME_ROLE_TEST_MISSING") {
        let mut list = OpenOptions::new().append(true).create(true).open(list).unwrap();
        list.write_all(format!("{name}\n").as_bytes()).unwrap();
    } else {
        let strict = std::env::var_os("CI").is_some_and(|value| value == "true");
        assert!(!strict, "{name} is missing, and CI=true wants every test to run");
    }
    // Not eprintln, which the harness keeps to itself when a test passes.
    let _ = writeln!(std::io::stderr(), "SKIPPED: {name} is missing; tests/run installs it");
    None
}

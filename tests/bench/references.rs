//! Programs that are not ours: what people use today, and what counts. `tests/run reference`
//! installs each into the cache directory the first time that it is wanted.

use std::path::{Path, PathBuf};
use std::process::Command;

use crate::support::failure::{Failure, Outcome};

const ALL: &str = include_str!("references");

/// A program by its name in the list.
///
/// # Errors
/// When it cannot be installed here, with what the installation said last.
pub fn find(name: &str) -> Outcome<PathBuf> {
    let run = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/run");
    let output = Command::new(run).args(["reference", name]).output()?;
    let last =
        |bytes: &[u8]| String::from_utf8_lossy(bytes).trim().lines().last().map(str::to_owned);
    if output.status.success() {
        return Ok(last(&output.stdout).unwrap_or_default().into());
    }
    let why = last(&output.stderr).unwrap_or_else(|| output.status.to_string());
    Err(Failure(format!("not found here: {why}")))
}

/// Its package and version, for people.
pub fn title(name: &str) -> String {
    let words = ALL.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(' '));
    match words.unwrap_or_default().split(' ').collect::<Vec<_>>().as_slice() {
        ["pip" | "crate", package, _] => package.replace("==", " ").replace('@', " "),
        _ => format!("{name} of this system"),
    }
}

//! Config files for programs that take this one's place, so that this one cannot remove them.
//!
//! The name is a hash of the text, which holds no secrets: the same text is one file however often
//! it is asked for. A file that was not asked for in a long time is removed.

use std::path::PathBuf;

use sha2::{Digest, Sha256};

use super::directory::{Directory, Kind, Place};
use super::error::StoreError;
use crate::config::environment::Environment;
use crate::error::{Error, Result};
use crate::types::{Moment, hex};

const PREFIX: &str = "config-";
/// How long a file is kept after it was last asked for, in seconds: longer than any command that
/// reads it.
const KEPT: i64 = 30 * 24 * 3600;

pub(crate) fn keep_config(
    text: &str,
    kind: Kind,
    environment: &Environment,
    now: Moment,
) -> Result<PathBuf> {
    let kind = if kind == Kind::None { Kind::File } else { kind };
    let written = || -> std::result::Result<_, StoreError> {
        let Some(place) = Place::find(environment, kind)? else { return Ok(None) };
        let directory = place.open_or_make()?;
        let digest = Sha256::digest(text.as_bytes());
        let (half, _) = digest.split_at(16);
        let name = format!("{PREFIX}{}", hex(half));
        sweep(&directory, now);
        // Also when it is there: its time says that it is in use, and who ran before may have
        // changed it.
        directory.replace(&name, text.as_bytes(), None)?;
        Ok(Some(directory.path_of(&name)))
    };
    match written() {
        Ok(Some(path)) => Ok(path),
        Ok(None) => Err(Error::io("there is no place for a config file")),
        Err(fault) => Err(fault.refusal()),
    }
}

pub(super) fn sweep(directory: &Directory, now: Moment) {
    for name in directory.names().unwrap_or_default() {
        let is_old = || directory.age(&name, now).is_some_and(|age| age > KEPT);
        if name.starts_with(PREFIX) && is_old() {
            let _ = directory.remove(&name);
        }
    }
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::{MetadataExt, PermissionsExt};

    use tempfile::TempDir;

    use super::*;

    #[test]
    fn the_same_text_is_one_file_and_old_ones_go() {
        let home = TempDir::new().unwrap();
        let environment = Environment::from_pairs([("HOME", home.path())]);
        let now = Moment(home.path().metadata().unwrap().ctime());
        let keep = |text: &str, days: i64| {
            keep_config(text, Kind::None, &environment, now.plus(days * 86_400))
        };
        let first = keep("[profile a]\n", 0).unwrap();
        assert_eq!(first.metadata().unwrap().permissions().mode() & 0o777, 0o600);
        std::fs::write(&first, "changed").unwrap();
        assert_eq!(keep("[profile a]\n", 29).unwrap(), first);
        assert_eq!(std::fs::read_to_string(&first).unwrap(), "[profile a]\n");
        let other = keep("[profile b]\n", 31).unwrap();
        assert!(!first.exists() && other.exists());
    }
}

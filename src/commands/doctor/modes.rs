//! Who else may read or write a file that keys stand in, or that says which program gets them; and
//! what killed edits left beside it.

use std::collections::BTreeSet;
use std::fs;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

use super::finding::Finding;
use crate::config::accounts::Accounts;
use crate::config::edit::{sweep, swept};
use crate::config::environment::Environment;
use crate::config::files::{chmod, shown_path};
use crate::config::settings::{Setting, Settings};
use crate::shell::quote::word;
use crate::types::Moment;

/// Where AWS's tools keep sign-ons, each in a file for its owner alone.
const SIGN_ONS: [&str; 2] = [".aws/sso/cache", ".aws/login/cache"];

/// Bits of a mode: the group or everyone may write, or read.
const OTHERS_WRITE: u32 = 0o022;
const OTHERS_READ: u32 = 0o044;

/// What is wrong with the files and the directories that they are in.
pub(super) fn of_files(
    environment: &Environment,
    set: Option<&Setting<String>>,
    now: Moment,
) -> Vec<Finding> {
    let home = environment.home();
    let sign_ons = home.iter().flat_map(|home| SIGN_ONS.map(|directory| home.join(directory)));
    let edited = [
        (environment.file("AWS_SHARED_CREDENTIALS_FILE", ".aws/credentials"), true),
        (environment.file("AWS_CONFIG_FILE", ".aws/config"), false),
        (Accounts::path(environment, set), false),
    ];
    let parent = |(path, _): &(Option<PathBuf>, bool)| Some(path.as_ref()?.parent()?.to_owned());
    let directories: BTreeSet<PathBuf> =
        edited.iter().filter_map(parent).chain(sign_ons.clone()).collect();
    // It may hold keys, so it is not left to the next edit.
    let left = directories.iter().flat_map(|directory| sweep(directory, Some(now)));
    let mut wrong: Vec<Finding> =
        left.map(|path| Finding::note(&swept(&shown_path(&path, home.as_deref())))).collect();
    let others = [
        (environment.file("SAML_FILE", ".saml/credentials"), true),
        (home.as_ref().map(|home| home.join(".aws")), false),
        (Settings::path(environment), false),
    ];
    let mut kept: Vec<PathBuf> = sign_ons
        .filter_map(|directory| fs::read_dir(directory).ok())
        .flat_map(|entries| entries.flatten().map(|entry| entry.path()))
        .collect();
    kept.sort();
    let files = edited.into_iter().chain(others).filter_map(|(path, is)| Some((path?, is)));
    let files = files.chain(kept.into_iter().map(|path| (path, true)));
    wrong.extend(files.flat_map(|(path, is_secret)| findings(&path, is_secret, home.as_deref())));
    if wrong.is_empty() {
        wrong.push(Finding::fine("only you can write these files and read the keys in them"));
    }
    wrong
}

/// What is wrong with the owner and the mode of a file or directory; `is_secret` when others may
/// not even read it.
fn findings(path: &Path, is_secret: bool, home: Option<&Path>) -> Vec<Finding> {
    let Ok(metadata) = fs::metadata(path) else { return Vec::new() };
    // As it can be typed: a quoted tilde would be no home.
    let (shown, typed) = (shown_path(path, home), word(&path.to_string_lossy()));
    let me = rustix::process::geteuid().as_raw();
    if metadata.uid() != me && metadata.uid() != 0 {
        let whose = format!("{shown} belongs to user {}, and this is user {me}", metadata.uid());
        return vec![Finding::warning(&whose).remedy(format!("look at it: ls -ld {typed}"))];
    }
    let mode = metadata.mode() & 0o777;
    let may = |bits: u32, what: &str| {
        (mode & bits != 0).then(|| format!("others may {what} {shown} (mode {mode:04o})"))
    };
    let directory = metadata.is_dir();
    let found = match (may(OTHERS_WRITE, "write"), may(OTHERS_READ, "read").filter(|_| is_secret)) {
        (Some(what), _) => Some((what, if is_secret && !directory { "600" } else { "go-w" })),
        (None, Some(what)) => Some((what, if directory { "700" } else { "600" })),
        (None, None) => None,
    };
    found
        .into_iter()
        .map(|(what, mode)| Finding::warning(&what).remedy(chmod(mode, &metadata, &shown)))
        .collect()
}

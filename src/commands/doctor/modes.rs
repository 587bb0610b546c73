//! Who else may read or write a file that keys stand in, or that says which program gets them.

use std::fs;
use std::os::unix::fs::MetadataExt;
use std::path::Path;

use super::finding::Finding;
use crate::config::files::shown_path;
use crate::shell::quote::word;

/// Bits of a mode: the group or everyone may write, or read.
const OTHERS_WRITE: u32 = 0o022;
const OTHERS_READ: u32 = 0o044;

/// What is wrong with the owner and the mode of a file or directory; `is_secret` when others may
/// not even read it.
pub(super) fn findings(path: &Path, is_secret: bool, home: Option<&Path>) -> Vec<Finding> {
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
        .map(|(what, mode)| Finding::warning(&what).remedy(format!("chmod {mode} {typed}")))
        .collect()
}

//! Where the program is, whether another one comes first, and who could put one there.

use std::fs;
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::path::{Path, PathBuf};

use super::finding::Finding;
use crate::commands::context::Context;
use crate::config::files::{chmod, shown_path};

/// Bits of a mode: everyone may write; only owners may rename and delete.
const OTHERS_WRITE: u32 = 0o002;
const STICKY: u32 = 0o1000;

/// What there is to say about this program and the `PATH` that it is found on.
pub(super) fn findings(context: &Context) -> Vec<Finding> {
    let search = context.environment.raw("PATH").unwrap_or_default();
    let home = context.environment.home();
    let shown = |path: &Path| shown_path(path, home.as_deref());
    let called = context.binary().ok();
    let elements: Vec<PathBuf> = std::env::split_paths(search).collect();
    let programs: Vec<PathBuf> = elements
        .iter()
        .map(|element| context.directory.join(element).join("assume-role"))
        .filter(|path| is_program(path))
        .collect();
    let version = env!("CARGO_PKG_VERSION");
    let mut findings = vec![match &called {
        Some(path) => Finding::fine(&format!("assume-role {version}, {}", shown(path))),
        None => Finding::fine(&format!("assume-role {version}")),
    }];
    findings.extend(others(&programs, called.as_deref(), shown));
    findings.extend(open_directories(&elements, called.as_deref(), shown));
    findings
}

fn others(
    programs: &[PathBuf],
    called: Option<&Path>,
    shown: impl Fn(&Path) -> String,
) -> Vec<Finding> {
    let Some(called) = called else { return Vec::new() };
    let is_same = |one: &Path| fs::canonicalize(one).ok() == fs::canonicalize(called).ok();
    match programs.first() {
        None => vec![
            Finding::note("no assume-role is on the PATH: the function finds it, scripts do not")
                .remedy(format!(
                    "add {} to the PATH",
                    called.parent().map(&shown).unwrap_or_default()
                )),
        ],
        Some(first) => {
            let mut findings: Vec<Finding> = Vec::new();
            if !is_same(first) {
                findings.push(
                    Finding::warning(&format!(
                        "{} comes first in the PATH, and is another program",
                        shown(first)
                    ))
                    .remedy("remove it, or put this one's directory before it"),
                );
            }
            let rest = programs.iter().skip(1).filter(|path| !is_same(path));
            findings.extend(rest.map(|path| {
                Finding::note(&format!("another one comes later in the PATH: {}", shown(path)))
            }));
            findings
        }
    }
}

/// Directories that come before ours and that others could put a program into.
fn open_directories(
    elements: &[PathBuf],
    called: Option<&Path>,
    shown: impl Fn(&Path) -> String,
) -> Vec<Finding> {
    let ours = called.and_then(Path::parent);
    // Ours too: who may write there may put another program in its place.
    let end = elements
        .iter()
        .position(|element| Some(element.as_path()) == ours)
        .map_or(elements.len(), |at| at + 1);
    let before = elements.iter().take(end);
    let mut findings = Vec::new();
    let mut seen: Vec<&Path> = Vec::new();
    for element in before {
        if seen.contains(&element.as_path()) {
            continue;
        }
        seen.push(element);
        if !element.is_absolute() {
            let name = if element.as_os_str().is_empty() {
                "an empty element".to_owned()
            } else {
                shown(element)
            };
            findings.push(
                Finding::warning(&format!("{name} in the PATH is the current directory")).remedy(
                    "remove it: what lies there could pass for aws, terraform or assume-role",
                ),
            );
        } else if let Ok(metadata) = fs::metadata(element)
            && metadata.is_dir()
            && metadata.mode() & OTHERS_WRITE != 0
        {
            let sticky =
                if metadata.mode() & STICKY != 0 { ", and anyone may add to it" } else { "" };
            findings.push(
                Finding::warning(&format!(
                    "everyone may write {}, where the PATH looks for programs{sticky}",
                    shown(element)
                ))
                .remedy(format!(
                    "{}; or put it behind {}",
                    chmod("o-w", &metadata, &shown(element)),
                    ours.map(&shown).unwrap_or_default()
                )),
            );
        }
    }
    findings
}

fn is_program(path: &Path) -> bool {
    fs::metadata(path)
        .is_ok_and(|metadata| metadata.is_file() && metadata.permissions().mode() & 0o111 != 0)
}

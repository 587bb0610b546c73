//! The store: where it is, what it holds, on what kind of disk, and what it knows about the clock.

use std::path::Path;

use super::files::{FilesRead, counted};
use super::finding::{Finding, Level};
use crate::cache::{BaseSession, Choice, Kind, RoleSession, Store};
use crate::commands::context::Context;
use crate::config::files::shown_path;
use crate::types::minutes;

/// From here on a clock is reported as off, in seconds.
const SKEW_TOLD: i64 = 60;

pub(super) fn findings(read: &FilesRead, context: &Context) -> Vec<Finding> {
    let choice = read.settings().map(Choice::of).unwrap_or_default();
    let store = match Store::open(&context.environment, choice) {
        Ok(store) => store.only_looking(),
        Err(error) => return vec![Finding::of_error(Level::Broken, &error)],
    };
    let Some(path) = store.path() else {
        let warned = warnings(&store);
        return if choice.kind == Kind::None {
            vec![Finding::note("the store is off: every switch asks AWS, and for a code")]
        } else {
            warned
        };
    };
    let now = context.now();
    let mut findings = vec![described(&store, path, context)];
    findings.extend(file_system(path, choice.kind));
    let skew = store.skew(now);
    findings.push(match skew.abs() {
        ..=SKEW_TOLD => Finding::fine("the clock: no difference to AWS's is known"),
        off => {
            let direction = if skew > 0 { "behind" } else { "ahead of" };
            Finding::warning(&format!("this machine's clock is {} {direction} AWS's", minutes(off)))
                .remedy("set it, best by NTP; until then the time left is corrected")
        }
    });
    findings.extend(warnings(&store));
    findings
}

fn described(store: &Store, path: &Path, context: &Context) -> Finding {
    let now = context.now();
    let shown = shown_path(path, context.environment.home().as_deref());
    let roles = store.all::<RoleSession>(now).map(|found| found.len()).unwrap_or_default();
    let own = store.all::<BaseSession>(now).map(|found| found.len()).unwrap_or_default();
    match (path.exists(), roles + own) {
        (false, _) => Finding::fine(&format!("{shown}: not there yet; the first switch makes it")),
        (true, 0) => Finding::fine(&format!("{shown}: no live session")),
        (true, _) => {
            let (roles, own) = (counted(roles, "role session"), counted(own, "MFA session"));
            Finding::fine(&format!("{shown}: {roles}, {own}"))
        }
    }
}

/// What the store warns of: it is not used then, or a file in it is damaged.
fn warnings(store: &Store) -> Vec<Finding> {
    store.take_warnings().iter().map(|text| Finding::of_warning(Level::Warning, text)).collect()
}

/// File systems that keep no promises, or only until the machine goes down.
fn file_system(path: &Path, kind: Kind) -> Option<Finding> {
    let there = path.ancestors().find(|path| path.exists())?;
    let name = file_system_name(there)?;
    match name {
        "tmpfs" if kind == Kind::File => {
            Some(Finding::note("the store lies on a tmpfs: it is gone when the machine goes down"))
        }
        "tmpfs" => None,
        remote => Some(
            Finding::warning(&format!(
                "the store lies on {remote}: locks may not hold, and others may read the disk"
            ))
            .remedy("keep it in memory: store = \"runtime\" in ~/.config/assume-role/config.toml"),
        ),
    }
}

/// The file systems that are worth a word (Linux statfs(2)).
#[cfg(target_os = "linux")]
fn file_system_name(path: &Path) -> Option<&'static str> {
    let kinds = [
        (0x6969, "NFS"),
        (0x517B, "SMB"),
        (0xFF53_4D42, "CIFS"),
        (0xFE53_4D42, "SMB"),
        (0x0102_1997, "9P (a Windows disk under WSL)"),
        (0x6573_5546, "FUSE"),
        (0x0102_1994, "tmpfs"),
        (0x8584_58F6, "tmpfs"),
    ];
    let kind = magic(rustix::fs::statfs(path).ok()?.f_type);
    kinds.iter().find(|(magic, _)| *magic == kind).map(|(_, name)| *name)
}

/// The lower half of a type, whose width and sign differ from machine to machine.
#[cfg(target_os = "linux")]
fn magic(kind: impl Into<i64>) -> i64 {
    kind.into() & 0xFFFF_FFFF
}

#[cfg(not(target_os = "linux"))]
fn file_system_name(_: &Path) -> Option<&'static str> {
    None
}

//! Keeping the directory small and clean: ended sessions, leftovers of killed runs, damaged
//! entries.

use std::fs::TryLockError;
use std::path::PathBuf;

use rustix::io::Errno;

use super::config;
use super::directory::Directory;
use super::entry::{
    AssertionRoles, BaseFacts, BaseSession, Entry, LegalDuration, ProgramKeys, RoleSession,
};
use super::error::StoreError;
use super::file::{Identity, UNFINISHED, identity};
use super::lock;
use super::record::{self, Slot};
use super::skew::Skew;
use crate::types::Moment;

const DAMAGED: &str = ".damaged-";
/// So many damaged entries are kept for a look at what happened.
const DAMAGED_KEPT: usize = 3;
/// A file that is still unfinished after so many seconds belongs to a run that was killed.
const ABANDONED: i64 = 60;
/// A lock file that no process took for so many seconds is removed.
const UNUSED: i64 = 24 * 3600;
/// The mark that backup programs look for (Cache Directory Tagging Specification).
const TAG: &str = "CACHEDIR.TAG";
const TAG_TEXT: &[u8] = b"Signature: 8a477f597d28d172789f06886806bc55\n\
    # Temporary keys of assume-role: not worth a backup. See https://bford.info/cachedir/\n";

pub(super) fn may_hold_keys(name: &str) -> bool {
    is_of::<BaseSession>(name)
        || is_of::<RoleSession>(name)
        || name.starts_with(DAMAGED)
        || name.starts_with(UNFINISHED)
}

/// Whether a file is one of the store other than the history.
pub(super) fn is_ours_but_history(name: &str) -> bool {
    let is_fact = is_of::<BaseFacts>(name)
        || is_of::<LegalDuration>(name)
        || is_of::<ProgramKeys>(name)
        || is_of::<AssertionRoles>(name)
        || is_of::<Skew>(name);
    may_hold_keys(name) || is_fact || name.starts_with(lock::PREFIX) || name == TAG
}

fn is_of<T: Entry>(name: &str) -> bool {
    name.strip_prefix(T::KIND).is_some_and(|rest| rest.starts_with('-'))
}

pub(super) fn names_of<T: Entry>(directory: &Directory) -> Result<Vec<String>, StoreError> {
    Ok(directory.names()?.into_iter().filter(|name| is_of::<T>(name)).collect())
}

/// Removes the files whose name passes, and returns how many there were. One that cannot be
/// removed keeps none of the others.
pub(super) fn remove_if(
    directory: &Directory,
    goes: impl Fn(&str) -> bool,
) -> Result<usize, StoreError> {
    let mut count = 0;
    let mut first_fault = None;
    for name in directory.names()?.iter().filter(|name| goes(name)) {
        let removed = if name.starts_with(lock::PREFIX) {
            directory.remove_unlocked(name)
        } else {
            directory.remove(name)
        };
        match removed {
            Ok(removed) => count += usize::from(removed),
            Err(fault) => first_fault = first_fault.or(Some(fault)),
        }
    }
    directory.settle()?;
    first_fault.map_or(Ok(count), Err)
}

/// Moves a damaged file out of the way and says where to; `None` when another run has done it
/// or has already written a good one in its place.
pub(super) fn set_aside(
    directory: &Directory,
    name: &str,
    damaged: Identity,
) -> Result<Option<PathBuf>, StoreError> {
    if directory.stat(name)?.is_none_or(|stat| identity(&stat) != damaged) {
        return Ok(None);
    }
    let aside = format!("{DAMAGED}{name}");
    match rustix::fs::renameat(&directory.handle, name, &directory.handle, &aside) {
        Ok(()) => {}
        Err(Errno::NOENT) => return Ok(None),
        Err(errno) => return Err(directory.system(errno)),
    }
    thin_out_damaged(directory)?;
    Ok(Some(directory.path_of(&aside)))
}

fn thin_out_damaged(directory: &Directory) -> Result<(), StoreError> {
    let mut damaged = Vec::new();
    for name in directory.names()?.into_iter().filter(|name| name.starts_with(DAMAGED)) {
        if let Some(stat) = directory.stat(&name)? {
            damaged.push((stat.st_ctime, name));
        }
    }
    damaged.sort();
    let surplus = damaged.len().saturating_sub(DAMAGED_KEPT);
    for (_, name) in damaged.into_iter().take(surplus) {
        directory.remove(&name)?;
    }
    Ok(())
}

/// Removes ended sessions and what killed runs left unfinished, as far as that goes: a sweep
/// that fails costs nothing. Only sessions whose time of change, which is set to their end, is
/// past get opened.
pub(super) fn sweep(directory: &Directory, now: Moment, aws_now: Moment) {
    let names = directory.names().unwrap_or_default();
    if !names.iter().any(|name| name == TAG) {
        let _ = directory.replace(TAG, TAG_TEXT, None);
    }
    config::sweep(directory, now);
    let is_older = |name: &str, seconds| directory.age(name, now).is_some_and(|age| age > seconds);
    for name in names {
        let is_left_behind = name.starts_with(lock::PREFIX) && is_older(&name, UNUSED)
            || name.starts_with(UNFINISHED) && is_older(&name, ABANDONED);
        let _ = if is_left_behind {
            directory.remove_unlocked(&name).map(drop)
        } else if is_of::<BaseSession>(&name) {
            sweep_session::<BaseSession>(directory, &name, aws_now)
        } else if is_of::<RoleSession>(&name) {
            sweep_session::<RoleSession>(directory, &name, aws_now)
        } else {
            Ok(())
        };
    }
}

/// Removes an ended session with its lock, unless someone holds that: the session is being
/// replaced then.
fn sweep_session<T: Entry>(
    directory: &Directory,
    name: &str,
    aws_now: Moment,
) -> Result<(), StoreError> {
    if has_ended::<T>(directory, name, aws_now) {
        let lock_name = lock::name_for(name);
        let lock = directory.open_lock(&lock_name)?;
        if !matches!(lock.try_lock(), Err(TryLockError::WouldBlock)) {
            if has_ended::<T>(directory, name, aws_now) {
                directory.remove(name)?;
            }
            directory.remove(&lock_name)?;
        }
    }
    Ok(())
}

fn has_ended<T: Entry>(directory: &Directory, name: &str, aws_now: Moment) -> bool {
    directory.our_file(name).is_some_and(|stat| stat.st_mtime <= aws_now.0)
        && matches!(record::read::<T>(directory, name), Ok(Slot::Entry(_, value))
            if value.life().is_some_and(|(_, ends)| ends <= aws_now))
}

#[cfg(test)]
mod tests {
    use tempfile::TempDir;

    use super::*;
    use crate::cache::directory::{Kind, Place};
    use crate::config::environment::Environment;

    #[test]
    fn what_is_being_written_stays_whatever_the_clock_says() {
        let home = TempDir::new().unwrap();
        let place = Place::find(&Environment::from_pairs([("HOME", home.path())]), Kind::File)
            .unwrap()
            .unwrap();
        let directory = place.open_or_make().unwrap();
        let (name, file) = directory.create_unfinished().unwrap();
        let later = Moment(4_000_000_000);
        sweep(&directory, later, later);
        assert!(directory.stat(&name).unwrap().is_some());
        drop(file);
        sweep(&directory, later, later);
        assert!(directory.stat(&name).unwrap().is_none());
    }

    #[test]
    fn a_good_file_is_not_set_aside_for_the_damaged_one_before_it() {
        let home = TempDir::new().unwrap();
        let place = Place::find(&Environment::from_pairs([("HOME", home.path())]), Kind::File)
            .unwrap()
            .unwrap();
        let directory = place.open_or_make().unwrap();
        directory.replace("role-x", b"bad", None).unwrap();
        let bad = directory.read("role-x", 10).unwrap().unwrap();
        directory.replace("role-x", b"good", None).unwrap();
        assert_eq!(set_aside(&directory, "role-x", bad.identity).unwrap(), None);
        assert_eq!(*directory.read("role-x", 10).unwrap().unwrap().bytes, b"good");
    }
}

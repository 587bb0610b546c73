//! The one directory of the store: where it is, whether it may be trusted, and how it comes to be.
//! Looking never creates anything; only a first write does.

use std::fs::{DirBuilder, Permissions, set_permissions};
use std::io;
use std::os::fd::OwnedFd;
use std::os::unix::fs::{DirBuilderExt, MetadataExt, PermissionsExt};
use std::path::{Path, PathBuf};

use rustix::fs::{FileType, Mode, OFlags, Stat};
use rustix::io::Errno;

use super::error::{StoreError, word};
use crate::config::environment::Environment;
use crate::config::settings::{Settings, StoreKind};
use crate::types::sanitize::escape;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// In the state directory: survives a logout and a reboot.
    File,
    /// In the runtime directory: in memory, gone at the end of the login.
    Runtime,
    None,
}

#[derive(Clone, Copy, Debug)]
pub struct Choice {
    pub kind: Kind,
    /// Whether the user said so: then a store that cannot be used is an error.
    pub configured: bool,
}

impl Default for Choice {
    fn default() -> Self {
        Self { kind: Kind::File, configured: false }
    }
}

impl Choice {
    pub fn of(settings: &Settings) -> Self {
        let kind = match settings.store.value {
            StoreKind::File => Kind::File,
            StoreKind::Runtime => Kind::Runtime,
            StoreKind::None => Kind::None,
        };
        Self { kind, configured: settings.store.is_configured() }
    }
}

/// Where the store belongs, whether or not it is there.
#[derive(Clone, Debug)]
pub(super) struct Place {
    pub(super) path: PathBuf,
    /// What has to be there already: a home that does not exist is not ours to make.
    root: PathBuf,
}

/// The open directory. Every file is reached through this handle, so that no other process can swap the path
/// underneath.
#[derive(Debug)]
pub(super) struct Directory {
    pub(super) handle: OwnedFd,
    pub(super) path: PathBuf,
}

impl Place {
    /// `$XDG_STATE_HOME/assume-role`, else `~/.local/state/assume-role`; for `runtime`
    /// `$XDG_RUNTIME_DIR/assume-role` (XDG Base Directory Specification: relative paths are
    /// ignored).
    pub(super) fn find(environment: &Environment, kind: Kind) -> Result<Option<Self>, StoreError> {
        let absolute = |name: &str| environment.path(name).filter(|path| path.is_absolute());
        let missing = |variable: &str, remedy: &str| StoreError::Unsafe {
            why: format!("{variable} names no absolute path"),
            remedy: remedy.to_owned(),
        };
        let (root, parent) = match kind {
            Kind::None => return Ok(None),
            Kind::Runtime => {
                let runtime = absolute("XDG_RUNTIME_DIR").ok_or_else(|| {
                    missing("XDG_RUNTIME_DIR", "choose another store: ASSUME_ROLE_STORE=file")
                })?;
                (runtime.clone(), runtime)
            }
            Kind::File => match absolute("XDG_STATE_HOME") {
                Some(state) => (PathBuf::from("/"), state),
                None => {
                    let home = environment.home().ok_or_else(|| {
                        missing("HOME", "set HOME, or name a directory in XDG_STATE_HOME")
                    })?;
                    let state = home.join(".local/state");
                    (home, state)
                }
            },
        };
        Ok(Some(Self { path: parent.join("assume-role"), root }))
    }

    /// Opens the directory; `None` when it is not there yet.
    pub(super) fn open(&self) -> Result<Option<Directory>, StoreError> {
        let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::NOFOLLOW | OFlags::CLOEXEC;
        match rustix::fs::open(&self.path, flags, Mode::empty()) {
            Ok(handle) => {
                let stat = rustix::fs::fstat(&handle)
                    .map_err(|errno| StoreError::system(&self.path, errno))?;
                must_be_ours(&self.path, &stat, "700")?;
                Ok(Some(Directory { handle, path: self.path.clone() }))
            }
            Err(Errno::NOENT) => self.may_be_made().map(|()| None),
            Err(Errno::NOTDIR | Errno::LOOP) if self.path.symlink_metadata().is_ok() => {
                Err(StoreError::Unsafe {
                    why: format!(
                        "{} is not a directory but a link or a file",
                        escape(&self.path.to_string_lossy())
                    ),
                    remedy: format!("look at it, then: rm {}", word(&self.path)),
                })
            }
            Err(errno) => Err(StoreError::system(&self.path, errno)),
        }
    }

    /// Opens the directory, making it and its missing parents with mode 0700 first.
    pub(super) fn open_or_make(&self) -> Result<Directory, StoreError> {
        if let Some(directory) = self.open()? {
            return Ok(directory);
        }
        let mut missing: Vec<&Path> =
            self.path.ancestors().take_while(|path| !path.exists()).collect();
        missing.reverse();
        for path in missing {
            make_private(path).map_err(|error| StoreError::system(path, error))?;
        }
        self.open()?.ok_or_else(|| StoreError::system(&self.path, Errno::NOENT))
    }

    /// A home of another user (`sudo` without `-H`) gets no files of ours, and a missing home is
    /// not made.
    fn may_be_made(&self) -> Result<(), StoreError> {
        let nearest =
            self.path.ancestors().skip(1).find_map(|path| Some((path, path.metadata().ok()?)));
        match nearest {
            Some((path, metadata)) if path.starts_with(&self.root) => {
                must_be_owned(path, metadata.uid())
            }
            _ => Err(StoreError::Unsafe {
                why: format!("{} does not exist", escape(&self.root.to_string_lossy())),
                remedy: "name a directory of yours in XDG_STATE_HOME".to_owned(),
            }),
        }
    }
}

/// The mode is given at birth, and once more because a umask may have taken even the owner's bits.
fn make_private(path: &Path) -> io::Result<()> {
    match DirBuilder::new().mode(0o700).create(path) {
        Ok(()) => set_permissions(path, Permissions::from_mode(0o700)),
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Ok(()),
        Err(error) => Err(error),
    }
}

/// Refuses what others own, can read or can write. `mode` is the right one, for the remedy.
pub(super) fn must_be_ours(path: &Path, stat: &Stat, mode: &str) -> Result<(), StoreError> {
    must_be_owned(path, stat.st_uid)?;
    let bits = Mode::from_raw_mode(stat.st_mode).bits() & 0o777;
    if bits & 0o077 == 0 {
        return Ok(());
    }
    Err(StoreError::Unsafe {
        why: format!("{} is open to others (mode {bits:04o})", escape(&path.to_string_lossy())),
        remedy: format!("chmod {mode} {}", word(path)),
    })
}

fn must_be_owned(path: &Path, owner: u32) -> Result<(), StoreError> {
    let us = rustix::process::geteuid().as_raw();
    if owner == us {
        return Ok(());
    }
    Err(StoreError::Unsafe {
        why: format!(
            "{} belongs to user {owner}, and this is user {us}",
            escape(&path.to_string_lossy())
        ),
        remedy: "under sudo take your own home (sudo -H), else look at its owner".to_owned(),
    })
}

/// Refuses a file that is not a regular one of ours alone.
pub(super) fn must_be_our_file(path: &Path, stat: &Stat) -> Result<(), StoreError> {
    if FileType::from_raw_mode(stat.st_mode) != FileType::RegularFile {
        return Err(not_a_file(path));
    }
    must_be_ours(path, stat, "600")
}

/// The refusal of a link, a pipe, a directory where a file should be.
pub(super) fn not_a_file(path: &Path) -> StoreError {
    StoreError::Unsafe {
        why: format!("{} is not a plain file", escape(&path.to_string_lossy())),
        remedy: format!("look at it, then: rm -r {}", word(path)),
    }
}

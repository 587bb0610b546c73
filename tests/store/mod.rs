//! The store on a real file system: what is kept, what is refused, and that nothing is lost.
//!
//! Crashes, crowds and foreign users need processes of their own: the test binary starts itself
//! again with one task for [`child::child`].

mod child;
pub mod crashes;
mod crowds;
mod entries;
mod faults;
mod homes;
mod limits;
mod logout;
mod modes;
mod places;
mod states;

use std::fs;
use std::path::{Path, PathBuf};

use assume_role::testing::cache::{
    BaseSession, Choice, Entry, Holder, Key, Kind, Lock, RoleSession, Store,
};
use assume_role::testing::config::environment::Environment;
use assume_role::testing::error::Result;
use assume_role::testing::types::{Credentials, Moment, Secret, Session};
use tempfile::TempDir;

const NOW: Moment = Moment(1_795_305_600);

/// Waits for a lock as the program does.
fn lock<T: Entry>(store: &Store, key: &Key, waiting: &mut dyn FnMut(Holder)) -> Result<Lock> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap();
    runtime.block_on(store.lock::<T>(key, waiting))
}

/// A home of its own, with the store that belongs to it.
struct World {
    home: TempDir,
}

impl World {
    fn new() -> Self {
        Self { home: TempDir::new().unwrap() }
    }

    fn path(&self) -> &Path {
        self.home.path()
    }

    fn store(&self) -> Store {
        open(self.path(), false).unwrap()
    }

    fn configured(&self) -> Result<Store> {
        open(self.path(), true)
    }

    fn directory(&self) -> PathBuf {
        directory(self.path())
    }

    /// The names of all files in the store, in order.
    fn names(&self) -> Vec<String> {
        let Ok(entries) = fs::read_dir(self.directory()) else { return Vec::new() };
        let mut names: Vec<String> =
            entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
        names.sort();
        names
    }

    fn names_with(&self, start: &str) -> Vec<String> {
        self.names().into_iter().filter(|name| name.starts_with(start)).collect()
    }

    /// The file of the only entry whose name begins so.
    fn file_of(&self, start: &str) -> PathBuf {
        let names = self.names_with(start);
        assert_eq!(names.len(), 1, "{names:?}");
        self.directory().join(&names[0])
    }
}

fn open(home: &Path, configured: bool) -> Result<Store> {
    Store::open(&Environment::from_pairs([("HOME", home)]), Choice { kind: Kind::File, configured })
}

fn directory(home: &Path) -> PathBuf {
    home.join(".local/state/assume-role")
}

fn key(role: &str) -> Key {
    Key::new().with("scheme", "bastion").with("account", "123456789012").with("role", role)
}

fn keys(secret: &str) -> Credentials {
    Credentials {
        id: "ASIAEXAMPLE".into(),
        secret: Secret::new(secret.into()),
        token: Some(Secret::new("token".into())),
    }
}

/// An hour of a role from now on. The secret tells sessions apart.
fn role_session(secret: &str) -> RoleSession {
    role_session_until(secret, NOW.plus(3600))
}

fn role_session_until(secret: &str, expires: Moment) -> RoleSession {
    RoleSession {
        session: Session { keys: keys(secret), expires },
        assumed_role: "arn:aws:sts::123456789012:assumed-role/read/alice".into(),
        granted: 3600,
    }
}

/// Twelve hours of a base session.
fn base_session(secret: &str) -> BaseSession {
    BaseSession {
        session: Session { keys: keys(secret), expires: NOW.plus(12 * 3600) },
        made: NOW,
        mfa_serial: Some("arn:aws:iam::123456789012:mfa/alice".into()),
    }
}

/// What the store holds for a role, asked by a new run.
fn held(home: &Path, role: &str) -> Option<String> {
    let found: Option<RoleSession> = open(home, false).unwrap().get(&key(role), NOW).unwrap();
    found.map(|found| found.session.keys.secret.expose().to_owned())
}

fn is_root() -> bool {
    rustix::process::geteuid().is_root()
}

/// Says that a test cannot be done here; under `CI=true` that is a failure.
fn skip(why: &str) {
    assert!(std::env::var("CI").as_deref() != Ok("true"), "not done: {why}");
    eprintln!("not done: {why}");
}

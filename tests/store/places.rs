//! Where the store is, for each kind and each environment.

use std::fs;
use std::path::Path;

use assume_role::testing::cache::{Choice, Kind, RoleSession, Store};
use assume_role::testing::config::environment::Environment;
use assume_role::testing::error::{self, Result};
use tempfile::TempDir;

use super::{NOW, key, lock, role_session};

fn open(kind: Kind, configured: bool, variables: &[(&str, &Path)]) -> Result<Store> {
    Store::open(&Environment::from_pairs(variables.iter().copied()), Choice { kind, configured })
}

/// Keeps an entry, and returns what was warned of.
fn keep(store: &Store) -> Vec<String> {
    store.put(&key("read"), &role_session("s"), NOW).unwrap();
    store.take_warnings()
}

#[test]
fn the_state_directory_comes_first() {
    let (home, state) = (TempDir::new().unwrap(), TempDir::new().unwrap());
    let deep = state.path().join("not/yet/there");
    let variables = [("HOME", home.path()), ("XDG_STATE_HOME", &deep)];
    assert_eq!(keep(&open(Kind::File, false, &variables).unwrap()), Vec::<String>::new());
    assert!(deep.join("assume-role").is_dir());
    assert_eq!(fs::read_dir(home.path()).unwrap().count(), 0);
}

#[test]
fn a_relative_state_directory_is_ignored() {
    let home = TempDir::new().unwrap();
    let variables = [("HOME", home.path()), ("XDG_STATE_HOME", Path::new("here"))];
    assert_eq!(keep(&open(Kind::File, false, &variables).unwrap()), Vec::<String>::new());
    assert!(home.path().join(".local/state/assume-role").is_dir());
    assert!(!Path::new("here").exists());
}

#[test]
fn the_runtime_store_lies_in_the_runtime_directory() {
    let (home, runtime) = (TempDir::new().unwrap(), TempDir::new().unwrap());
    let variables = [("HOME", home.path()), ("XDG_RUNTIME_DIR", runtime.path())];
    assert_eq!(keep(&open(Kind::Runtime, true, &variables).unwrap()), Vec::<String>::new());
    assert!(runtime.path().join("assume-role").is_dir());
    assert_eq!(fs::read_dir(home.path()).unwrap().count(), 0);
}

#[test]
fn a_runtime_store_without_its_directory_is_an_error_and_not_another_store() {
    let home = TempDir::new().unwrap();
    let gone = home.path().join("gone");
    let with_gone = [("HOME", home.path()), ("XDG_RUNTIME_DIR", gone.as_path())];
    for variables in [&with_gone[..1], &with_gone[..]] {
        let refusal = open(Kind::Runtime, true, variables).unwrap_err();
        assert_eq!(refusal.kind, error::Kind::Io);
        assert!(!refusal.hints.is_empty(), "{refusal}");
    }
    assert_eq!(fs::read_dir(home.path()).unwrap().count(), 0);
}

#[test]
fn no_store_keeps_nothing_and_says_nothing() {
    let home = TempDir::new().unwrap();
    let store = open(Kind::None, true, &[("HOME", home.path())]).unwrap();
    assert_eq!(keep(&store), Vec::<String>::new());
    lock::<RoleSession>(&store, &key("read"), &mut |_| {}).unwrap();
    assert_eq!(store.get::<RoleSession>(&key("read"), NOW).unwrap(), None);
    assert_eq!(store.forget_all().unwrap(), 0);
    assert_eq!(fs::read_dir(home.path()).unwrap().count(), 0);
}

#[test]
fn a_missing_home_is_not_made() {
    let home = TempDir::new().unwrap();
    let gone = home.path().join("gone");
    for variables in [&[("HOME", gone.as_path())][..], &[]] {
        let store = open(Kind::File, false, variables).unwrap();
        assert_eq!(keep(&store).len(), 1);
        assert_eq!(open(Kind::File, true, variables).unwrap_err().kind, error::Kind::Io);
    }
    assert!(!gone.exists());
}

//! Any bytes in the files of the store.

use std::fs;
use std::path::PathBuf;

use assume_role::testing::cache::{
    AssertionRoles, BaseFacts, BaseSession, Choice, Entry, Key, Kind, LegalDuration, RoleSession,
    Store, Use,
};
use assume_role::testing::config::environment::Environment;
use assume_role::testing::types::{Credentials, Name, Secret, Session};

use super::targets::{NOW, home, plain, refusal};

fn key() -> Key {
    Key::new().with("scheme", "bastion").with("account", "123456789012").with("role", "read")
}

/// A stored file of each kind holds other bytes; the first says which.
pub fn store(bytes: &[u8]) {
    let Some((which, bytes)) = bytes.split_first() else { return };
    let home = home("store");
    let environment = Environment::from_pairs([("HOME", &home)]);
    let open =
        || Store::open(&environment, Choice { kind: Kind::File, configured: false }).unwrap();
    let directory = home.join(".local/state/assume-role");
    let _ = fs::remove_dir_all(&directory);
    let keys = Credentials {
        id: "ASIAEXAMPLE".into(),
        secret: Secret::new("s".into()),
        token: Some(Secret::new("t".into())),
    };
    let session = Session { keys, expires: NOW.plus(3600) };
    let role = RoleSession { session: session.clone(), assumed_role: "arn".into(), granted: 3600 };
    let base = BaseSession { session, made: NOW, mfa_serial: None };
    let put = |store: &Store| {
        store.put(&key(), &role, NOW).unwrap();
        store.put(&key(), &base, NOW).unwrap();
        let facts = BaseFacts { account: None, arn: None, mfa: None, learned: NOW };
        store.put(&key(), &facts, NOW).unwrap();
        store.put(&key(), &AssertionRoles { roles: Vec::new(), learned: NOW }, NOW).unwrap();
        store.put(&key(), &LegalDuration { seconds: 7200, learned: NOW }, NOW).unwrap();
        let account = Name::parse("account", "production").unwrap();
        store.put_use(&Use { account, id: None, role: None, last: NOW, count: 1 }).unwrap();
        store.put_skew(120, NOW).unwrap();
    };
    put(&open());
    let mut files: Vec<PathBuf> =
        fs::read_dir(&directory).unwrap().map(|it| it.unwrap().path()).collect();
    files.sort();
    fs::write(&files[usize::from(*which) % files.len()], bytes).unwrap();
    let store = open();
    looks_at::<RoleSession>(&store);
    looks_at::<BaseSession>(&store);
    looks_at::<BaseFacts>(&store);
    looks_at::<AssertionRoles>(&store);
    looks_at::<LegalDuration>(&store);
    for used in store.history() {
        plain(used.account.as_str());
    }
    assert!(store.skew(NOW).abs() < 10_000_000_000);
    put(&store);
    store.take_warnings().iter().for_each(|text| plain(text));
    store.forget_all().unwrap();
}

fn looks_at<T: Entry>(store: &Store) {
    store.get::<T>(&key(), NOW).map_or_else(|error| refusal(&error), drop);
    store.all::<T>(NOW).map_or_else(|error| refusal(&error), drop);
    store.peek::<T>();
}

//! The store on a real file system: what is kept, what is refused, and that nothing is lost.

use std::fs;
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::path::PathBuf;

use assume_role::input::environment::Environment;
use assume_role::session::{Keys, Moment, Secret, Session};
use assume_role::store::{Choice, Key, Kind, RoleSession, Store};
use tempfile::TempDir;

const NOW: Moment = Moment(1_795_305_600);

/// A home of its own, with the store that belongs to it.
struct World {
    home: TempDir,
}

impl World {
    fn new() -> Self {
        Self { home: TempDir::new().unwrap() }
    }

    fn store(&self) -> Store {
        self.choose(false).unwrap()
    }

    fn choose(&self, configured: bool) -> assume_role::error::Result<Store> {
        let environment = Environment::from_pairs([("HOME", self.home.path())]);
        Store::open(&environment, Choice { kind: Kind::File, configured })
    }

    fn directory(&self) -> PathBuf {
        self.home.path().join(".local/state/assume-role")
    }

    fn names(&self) -> Vec<String> {
        let Ok(entries) = fs::read_dir(self.directory()) else { return Vec::new() };
        let mut names: Vec<String> = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
        names.sort();
        names
    }
}

fn key(role: &str) -> Key {
    Key::new().with("scheme", "bastion").with("account", "123456789012").with("role", role)
}

fn role_session(secret: &str) -> RoleSession {
    RoleSession {
        session: Session {
            keys: Keys {
                id: "ASIAEXAMPLE".into(),
                secret: Secret::new(secret.into()),
                token: Some(Secret::new("token".into())),
            },
            expires: NOW.plus(3600),
        },
        assumed_role: "arn:aws:sts::123456789012:assumed-role/read/alice".into(),
        granted: 3600,
    }
}

#[test]
fn what_is_put_comes_back_until_it_ends() {
    let world = World::new();
    let store = world.store();
    store.put(&key("read"), &role_session("s"), NOW).unwrap();
    let again = world.store();
    assert_eq!(again.get(&key("read"), NOW).unwrap(), Some(role_session("s")));
    assert_eq!(again.get::<RoleSession>(&key("admin"), NOW).unwrap(), None);
    assert_eq!(again.get::<RoleSession>(&key("read"), NOW.plus(3600)).unwrap(), None);
    assert_eq!(again.take_warnings(), Vec::<String>::new());
}

#[test]
fn looking_creates_nothing() {
    let world = World::new();
    let store = world.store();
    assert_eq!(store.get::<RoleSession>(&key("read"), NOW).unwrap(), None);
    assert_eq!(store.forget_all().unwrap(), 0);
    assert_eq!(fs::read_dir(world.home.path()).unwrap().count(), 0);
}

#[test]
fn files_are_ours_alone() {
    let world = World::new();
    world.store().put(&key("read"), &role_session("s"), NOW).unwrap();
    assert_eq!(fs::metadata(world.directory()).unwrap().permissions().mode() & 0o777, 0o700);
    for name in world.names() {
        assert_eq!(fs::metadata(world.directory().join(&name)).unwrap().mode() & 0o777, 0o600, "{name}");
    }
}

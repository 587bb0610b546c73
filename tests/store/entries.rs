//! What is put comes back, for the right key, for as long as it is good; and forgetting forgets.

use std::fs;
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::time::{Duration, SystemTime};

use assume_role::testing::cache::{
    BaseFacts, BaseSession, Key, LegalDuration, MfaDevice, RoleSession, Use,
};
use assume_role::testing::types::{AccountId, Moment, Name, RoleName};

use super::{NOW, World, base_session, held, key, lock, role_session, role_session_until};

#[test]
fn a_session_comes_back_until_it_ends() {
    let world = World::new();
    let store = world.store();
    store.put(&key("read"), &role_session("s"), NOW).unwrap();
    store.put(&key("base"), &base_session("b"), NOW).unwrap();
    let again = world.store();
    assert_eq!(again.get(&key("read"), NOW).unwrap(), Some(role_session("s")));
    assert_eq!(again.get(&key("base"), NOW).unwrap(), Some(base_session("b")));
    assert_eq!(again.get::<RoleSession>(&key("admin"), NOW).unwrap(), None);
    assert_eq!(again.get::<RoleSession>(&key("base"), NOW).unwrap(), None);
    assert!(again.get::<RoleSession>(&key("read"), NOW.plus(3599)).unwrap().is_some());
    assert_eq!(again.get::<RoleSession>(&key("read"), NOW.plus(3600)).unwrap(), None);
    assert_eq!(again.get::<BaseSession>(&key("base"), NOW.plus(12 * 3600)).unwrap(), None);
    assert_eq!(again.take_warnings(), Vec::<String>::new());
}

#[test]
fn facts_come_back_and_have_no_end() {
    let world = World::new();
    let facts = BaseFacts {
        account: AccountId::parse("123456789012"),
        arn: Some("arn:aws:iam::123456789012:user/alice".into()),
        mfa: Some(MfaDevice::None),
        learned: NOW,
    };
    let legal = LegalDuration { seconds: 7200, learned: NOW };
    world.store().put(&key("base"), &facts, NOW).unwrap();
    world.store().put(&key("read"), &legal, NOW).unwrap();
    let later = NOW.plus(400 * 86400);
    assert_eq!(world.store().get(&key("base"), later).unwrap(), Some(facts));
    assert_eq!(world.store().get(&key("read"), later).unwrap(), Some(legal));
}

#[test]
fn looking_creates_nothing() {
    let world = World::new();
    let store = world.store();
    assert_eq!(store.get::<RoleSession>(&key("read"), NOW).unwrap(), None);
    assert_eq!(store.all::<RoleSession>(NOW).unwrap(), []);
    assert_eq!(store.history(), []);
    assert_eq!(store.skew(NOW), 0);
    assert_eq!(store.forget_all().unwrap(), 0);
    assert_eq!(fs::read_dir(world.path()).unwrap().count(), 0);
}

#[test]
fn the_end_is_judged_by_the_clock_of_aws() {
    let world = World::new();
    let store = world.store();
    // This machine is two hours behind: what AWS ends at NOW + 1 h ends an hour ago by this clock.
    let behind = NOW.plus(-7200);
    store.put_skew(7200, behind).unwrap();
    store.put(&key("read"), &role_session("s"), behind).unwrap();
    let again = world.store();
    assert_eq!(again.skew(behind), 7200);
    assert!(again.get::<RoleSession>(&key("read"), behind.plus(3599)).unwrap().is_some());
    assert_eq!(again.get::<RoleSession>(&key("read"), behind.plus(3600)).unwrap(), None);
}

#[test]
fn a_clock_that_was_set_back_costs_no_base_session() {
    let world = World::new();
    world.store().put(&key("read"), &role_session("s"), NOW).unwrap();
    world.store().put(&key("base"), &base_session("b"), NOW).unwrap();
    for now in [Moment(0), NOW.plus(-7200)] {
        let store = world.store();
        assert_eq!(
            store.get::<RoleSession>(&key("read"), now).unwrap(),
            None,
            "the time left cannot be told"
        );
        assert_eq!(store.get(&key("base"), now).unwrap(), Some(base_session("b")));
        assert_eq!(store.take_warnings(), Vec::<String>::new());
    }
    assert_eq!(held(world.path(), "read").as_deref(), Some("s"));
}

#[test]
fn ended_sessions_and_unfinished_files_are_swept() {
    let world = World::new();
    let store = world.store();
    for (role, minutes) in [("one", 10), ("two", 20), ("three", 60)] {
        store.put(&key(role), &role_session_until(role, NOW.plus(minutes * 60)), NOW).unwrap();
    }
    let abandoned = world.directory().join(".new-1-0");
    fs::write(&abandoned, "half").unwrap();
    fs::set_permissions(&abandoned, PermissionsExt::from_mode(0o600)).unwrap();
    let born = fs::metadata(&abandoned).unwrap().ctime();

    // A file that another run may still be writing stays; sessions of later runs do not hide behind
    // it.
    let soon = Moment(born + 60);
    store.put(&key("four"), &role_session_until("four", soon.plus(3600)), soon).unwrap();
    assert!(abandoned.exists());

    let later = Moment(NOW.0.max(born) + 1200);
    let end = later.plus(3600);
    store.put(&key("four"), &role_session_until("four", end), later).unwrap();
    assert!(!abandoned.exists());
    let mut left: Vec<String> = store
        .all::<RoleSession>(Moment(0))
        .unwrap()
        .iter()
        .map(|(key, _)| key.field("role").unwrap().into())
        .collect();
    left.sort();
    assert!(!left.contains(&"one".into()) && !left.contains(&"two".into()), "{left:?}");
    assert_eq!(
        world.names_with("role-").len(),
        world.store().all::<RoleSession>(later).unwrap().len()
    );
}

#[test]
fn a_sweep_of_many_takes_the_ended_only() {
    let world = World::new();
    let store = world.store();
    store.put(&key("live"), &role_session("s"), NOW).unwrap();
    let text = fs::read_to_string(world.file_of("role-")).unwrap();
    for n in 0..2000 {
        let path = world.directory().join(format!("role-{n}.json"));
        let ends = if n < 200 { NOW } else { NOW.plus(3600) };
        fs::write(&path, text.replace("1795309200", &ends.0.to_string())).unwrap();
        let file = fs::File::open(&path).unwrap();
        file.set_permissions(PermissionsExt::from_mode(0o600)).unwrap();
        // Half of the live ones have lost their time of change, as after a restored backup.
        let changed = if n % 2 == 0 { ends } else { Moment(0) };
        file.set_modified(
            SystemTime::UNIX_EPOCH + Duration::from_secs(u64::try_from(changed.0).unwrap()),
        )
        .unwrap();
    }
    store.put(&key("other"), &role_session("s"), NOW).unwrap();
    assert_eq!(world.names_with("role-").len(), 2000 - 200 + 2);
}

#[test]
fn one_target_is_forgotten_and_others_stay() {
    let world = World::new();
    let store = world.store();
    store.put(&key("read").with("duration", "900"), &role_session("a"), NOW).unwrap();
    store.put(&key("read").with("duration", "3600"), &role_session("b"), NOW).unwrap();
    store.put(&key("admin"), &role_session("c"), NOW).unwrap();
    assert_eq!(store.forget::<RoleSession>(|key| key.field("role") == Some("read")).unwrap(), 2);
    let left = store.all::<RoleSession>(NOW).unwrap();
    assert_eq!(left, [(key("admin"), role_session("c"))]);
}

#[test]
fn forgetting_sessions_leaves_facts_and_forgetting_all_leaves_history() {
    let world = World::new();
    let store = world.store();
    store.put(&key("read"), &role_session("a"), NOW).unwrap();
    store.put(&key("base"), &base_session("b"), NOW).unwrap();
    store.put(&key("read"), &LegalDuration { seconds: 900, learned: NOW }, NOW).unwrap();
    store.put_skew(90, NOW).unwrap();
    store.put_use(&used("prod", "read", NOW)).unwrap();
    drop(lock::<BaseSession>(&store, &key("base"), &mut |_| {}).unwrap());
    fs::write(world.directory().join(".damaged-role-x.json"), "s3cr3t").unwrap();

    fs::write(world.directory().join("notes.txt"), "of the user").unwrap();

    store.forget_sessions().unwrap();
    for start in ["role-", "base-", ".damaged-", ".new-"] {
        assert_eq!(world.names_with(start), Vec::<String>::new(), "{start}");
    }
    assert!(store.get::<LegalDuration>(&key("read"), NOW).unwrap().is_some());

    store.forget_all().unwrap();
    assert_eq!(world.names(), ["history", "notes.txt"]);
    assert_eq!(world.store().history(), [used("prod", "read", NOW)]);
}

#[test]
fn an_entry_that_cannot_be_deleted_is_reported_and_the_others_are_deleted() {
    let world = World::new();
    let store = world.store();
    store.put(&key("read"), &role_session("a"), NOW).unwrap();
    fs::create_dir(world.directory().join("base-x.json")).unwrap();
    fs::create_dir(world.directory().join("role-x.json")).unwrap();
    assert_eq!(store.forget_sessions().unwrap_err().kind, assume_role::testing::error::Kind::Io);
    assert_eq!(held(world.path(), "read"), None);
}

#[test]
fn history_counts_and_orders() {
    let world = World::new();
    let store = world.store();
    for (account, role, seconds) in
        [("prod", "read", 1), ("R and D", "ops/admin", 2), ("prod", "read", 3)]
    {
        store.put_use(&used(account, role, NOW.plus(seconds))).unwrap();
    }
    let history = world.store().history();
    assert_eq!(
        history,
        [
            Use { count: 2, ..used("prod", "read", NOW.plus(3)) },
            used("R and D", "ops/admin", NOW.plus(2))
        ]
    );
    assert_eq!(fs::metadata(world.directory().join("history")).unwrap().mode() & 0o777, 0o600);
}

#[test]
fn a_half_written_line_costs_only_itself() {
    let world = World::new();
    let store = world.store();
    store.put_use(&used("prod", "read", NOW)).unwrap();
    let path = world.directory().join("history");
    let mut text = fs::read_to_string(&path).unwrap();
    text.push_str("179");
    fs::write(&path, &text).unwrap();
    store.put_use(&used("prod", "admin", NOW.plus(1))).unwrap();
    assert_eq!(store.history(), [used("prod", "admin", NOW.plus(1)), used("prod", "read", NOW)]);
}

#[test]
fn a_long_history_is_folded() {
    let world = World::new();
    let store = world.store();
    store.put_use(&used("prod", "read", NOW)).unwrap();
    let path = world.directory().join("history");
    let mut text = fs::read_to_string(&path).unwrap();
    let line = text.lines().last().unwrap().to_owned() + "\n";
    while text.len() <= 1 << 19 {
        text.push_str(&line);
    }
    let count = u32::try_from(text.lines().count()).unwrap();
    fs::write(&path, &text).unwrap();
    store.put_use(&used("prod", "read", NOW.plus(5))).unwrap();
    assert!(fs::metadata(&path).unwrap().len() < 200);
    assert_eq!(store.history(), [Use { count, ..used("prod", "read", NOW.plus(5)) }]);
}

#[test]
fn a_key_without_parts_is_a_key() {
    let world = World::new();
    world.store().put(&Key::new(), &role_session("s"), NOW).unwrap();
    assert!(world.store().get::<RoleSession>(&Key::new(), NOW).unwrap().is_some());
}

fn used(account: &str, role: &str, last: Moment) -> Use {
    Use {
        account: Name::parse("account", account).unwrap(),
        id: AccountId::parse("123456789012"),
        role: Some(RoleName::parse(role).unwrap()),
        last,
        count: 1,
    }
}

//! Killed at any system call of a write, the store is as before or as after, and the next run
//! cleans up.

use std::fs;
use std::os::unix::fs::MetadataExt;
use std::os::unix::process::ExitStatusExt;

use assume_role::testing::cache::{BaseSession, RoleSession};
use assume_role::testing::types::Moment;

use super::{
    NOW, World, base_session, child, held, key, lock, role_session, role_session_until, skip,
};

/// The calls that change something, with the names they have on different machines.
const CALLS: [&str; 9] = [
    "openat", "fchmod", "pwrite64", "utimensat", "fsync", "?rename,?renameat,?renameat2",
    "unlinkat", "flock", "write",
];
const KILL: i32 = 9;

pub fn has_strace() -> bool {
    let has = std::process::Command::new("strace").arg("--version").output().is_ok();
    if !has {
        skip("strace is missing");
    }
    has
}

/// Runs `task` again and again, killed at the first, second, … of these calls, until it gets
/// through. Returns how often it was killed.
fn killed_at_each(
    calls: &str,
    task: &str,
    prepare: impl Fn(&World),
    check: impl Fn(&World, &str),
) -> u32 {
    for n in 1..100 {
        let world = World::new();
        prepare(&world);
        let inject = format!("inject={calls}:signal=KILL:when={n}");
        let strace = ["strace", "-f", "-o", "/dev/null", "-e", &inject];
        let status = child::wrapped(&strace, world.path(), task).status().unwrap();
        if status.code() == Some(0) {
            return n - 1;
        }
        let killed = status.signal() == Some(KILL) || status.code() == Some(128 + KILL);
        assert!(killed, "{inject}: {status}");
        check(&world, &inject);
    }
    panic!("{calls}: never got through");
}

#[test]
fn a_killed_write_leaves_the_old_or_the_new() {
    if !has_strace() {
        return;
    }
    let prepare =
        |world: &World| world.store().put(&key("read"), &role_session("old"), NOW).unwrap();
    let check = |world: &World, when: &str| {
        let held = held(world.path(), "read");
        assert!(matches!(held.as_deref(), Some("old" | "new")), "{when}: {held:?}");
        let unfinished = world.names_with(".new-");
        assert!(unfinished.len() <= 1, "{when}: {unfinished:?}");
        let Some(name) = unfinished.first() else { return };
        let born = Moment(fs::metadata(world.directory().join(name)).unwrap().ctime());
        let later = born.plus(61);
        world
            .store()
            .put(&key("other"), &role_session_until("other", later.plus(3600)), later)
            .unwrap();
        assert_eq!(world.names_with(".new-"), Vec::<String>::new(), "{when}");
    };
    let killed: Vec<u32> =
        CALLS.iter().map(|calls| killed_at_each(calls, "put read new", prepare, check)).collect();
    for (calls, killed) in CALLS.iter().zip(killed) {
        let happens = !matches!(*calls, "unlinkat" | "flock" | "write");
        assert!(!happens || killed > 0, "{calls} was never called: the test does not reach it");
    }
}

#[test]
fn a_killed_first_write_leaves_a_usable_store() {
    if !has_strace() {
        return;
    }
    let check = |world: &World, when: &str| {
        let store = world.store();
        store.get::<RoleSession>(&key("read"), NOW).unwrap();
        store.put(&key("read"), &role_session("again"), NOW).unwrap();
        assert_eq!(held(world.path(), "read").as_deref(), Some("again"), "{when}");
        assert_eq!(store.take_warnings(), Vec::<String>::new(), "{when}");
    };
    for calls in ["?mkdir,?mkdirat", "?chmod,?fchmodat"] {
        let killed = killed_at_each(calls, "put read new", |_| (), check);
        assert_eq!(killed, 3, "three directories are made, each with its mode: {calls}");
    }
}

#[test]
fn a_killed_holder_leaves_no_lock() {
    if !has_strace() {
        return;
    }
    let check = |world: &World, when: &str| {
        let store = world.store();
        lock::<BaseSession>(&store, &key("base"), &mut |holder| panic!("{when}: {holder:?}"))
            .unwrap();
        let found = store.get(&key("base"), NOW).unwrap();
        assert!(found.is_none() || found == Some(base_session("b")), "{when}");
    };
    for calls in ["flock", "pwrite64", "fsync"] {
        let killed = killed_at_each(calls, "ask", |_| (), check);
        assert!(killed > 0, "{calls} was never called: the test does not reach it");
    }
}

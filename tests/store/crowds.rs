//! Many processes at once: one question, no lost entry, and the death of one holds up no other.

use std::fs;
use std::path::Path;
use std::process::Child;

use assume_role::testing::cache::RoleSession;

use super::{NOW, World, base_session, child, held, key};

const CROWD: usize = 50;

fn all_succeed(crowd: Vec<Child>) {
    for mut process in crowd {
        assert_eq!(process.wait().unwrap().code(), Some(0));
    }
}

/// Waits for a word of another process; fails when that process ends without it.
fn word(path: &Path, from: &mut Child) -> String {
    loop {
        if let Ok(word) = fs::read_to_string(path) {
            return word;
        }
        assert_eq!(from.try_wait().unwrap(), None, "ended without a word in {}", path.display());
        std::thread::yield_now();
    }
}

#[test]
fn fifty_processes_ask_once_and_keep_fifty_roles() {
    let world = World::new();
    let task = |n| format!("switch role{n} {CROWD}");
    let crowd =
        (0..CROWD).map(|n| child::command(world.path(), &task(n)).spawn().unwrap()).collect();
    all_succeed(crowd);
    assert_eq!(fs::read_to_string(world.path().join("asked")).unwrap(), "?");
    for n in 0..CROWD {
        let role = format!("role{n}");
        assert_eq!(held(world.path(), &role), Some(role));
    }
    assert_eq!(world.store().get(&key("base"), NOW).unwrap(), Some(base_session("b")));
    assert_eq!(world.names_with(".new-"), Vec::<String>::new());
    assert_eq!(world.names_with("lock-").len(), 1);
}

#[test]
fn fifty_processes_write_the_same_entry() {
    let world = World::new();
    let crowd = (0..CROWD)
        .map(|n| child::command(world.path(), &format!("put read s{n}")).spawn().unwrap())
        .collect();
    all_succeed(crowd);
    assert!(held(world.path(), "read").is_some());
    assert_eq!(world.store().all::<RoleSession>(NOW).unwrap().len(), 1);
    assert_eq!(world.names_with(".new-"), Vec::<String>::new());
}

#[test]
fn fifty_uses_are_fifty_lines() {
    let world = World::new();
    let crowd = (0..CROWD)
        .map(|n| child::command(world.path(), &format!("use account{n}")).spawn().unwrap())
        .collect();
    all_succeed(crowd);
    assert_eq!(world.store().history().len(), CROWD);
}

#[test]
fn the_death_of_the_holder_frees_the_waiter() {
    let world = World::new();
    let mut holder = child::command(world.path(), "hold").spawn().unwrap();
    word(&world.path().join("holding"), &mut holder);
    let mut waiter = child::command(world.path(), "wait").spawn().unwrap();
    let told = word(&world.path().join("waiting"), &mut waiter);
    assert_eq!(told, format!("Holder {{ pid: Some({}), asking: true }}", holder.id()));
    holder.kill().unwrap();
    holder.wait().unwrap();
    assert_eq!(waiter.wait().unwrap().code(), Some(0));
}

//! One lock for all: who waits, how long, and for whom.

use std::path::Path;
use std::sync::mpsc;
use std::time::Duration;

use tempfile::TempDir;

use super::*;

const IMPATIENT: Patience = Patience {
    altogether: Duration::from_secs(120),
    working: Duration::ZERO,
    silent: Duration::ZERO,
};

fn store(home: &Path) -> Store {
    Store::open(
        &Environment::from_pairs([("HOME", home)]),
        Choice { kind: Kind::File, configured: false },
    )
    .unwrap()
}

fn wait_for<T: Entry>(
    store: &Store,
    patience: Patience,
    waiting: &mut dyn FnMut(Holder),
) -> Result<Lock> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap();
    runtime.block_on(store.lock_with::<T>(&Key::new(), patience, waiting))
}

fn take(store: &Store, patience: Patience) -> Result<Lock> {
    wait_for::<BaseSession>(store, patience, &mut |_| {})
}

#[test]
fn a_lock_keeps_others_out_until_it_is_dropped() {
    let home = TempDir::new().unwrap();
    let (one, other) = (store(home.path()), store(home.path()));
    let lock = take(&one, IMPATIENT).unwrap();
    let refusal = take(&other, IMPATIENT).unwrap_err();
    assert!(
        refusal.message.contains(&format!("process {} is still fetching", std::process::id())),
        "{refusal}"
    );
    wait_for::<RoleSession>(&other, IMPATIENT, &mut |_| {}).unwrap();
    drop(lock);
    take(&other, IMPATIENT).unwrap();
}

#[test]
fn a_holder_that_asks_gets_more_time_but_not_forever() {
    let home = TempDir::new().unwrap();
    let (one, other) = (store(home.path()), store(home.path()));
    let lock = take(&one, IMPATIENT).unwrap();
    lock.asking(true);
    let mut told = Vec::new();
    let patience = Patience { altogether: PAUSE * 3, ..IMPATIENT };
    let refusal =
        wait_for::<BaseSession>(&other, patience, &mut |holder| told.push(holder)).unwrap_err();
    assert_eq!(told, [Holder { pid: Some(std::process::id()), asking: true }]);
    assert!(refusal.message.contains("asking for an answer"), "{refusal}");
}

#[test]
fn a_lock_file_that_lost_its_name_is_no_lock() {
    let home = TempDir::new().unwrap();
    let one = store(home.path());
    let lock = take(&one, IMPATIENT).unwrap();
    lock.asking(true);
    let (send, told) = mpsc::channel();
    let path = home.path().to_owned();
    let waiter = std::thread::spawn(move || {
        let other = store(&path);
        wait_for::<BaseSession>(&other, IMPATIENT, &mut |_| send.send(()).unwrap()).unwrap()
    });
    told.recv().unwrap();
    let directory = home.path().join(".local/state/assume-role");
    let name = std::fs::read_dir(&directory).unwrap().next().unwrap().unwrap().file_name();
    std::fs::remove_file(directory.join(&name)).unwrap();
    drop(lock);
    let second = waiter.join().unwrap();
    take(&one, IMPATIENT).unwrap_err();
    drop(second);
}

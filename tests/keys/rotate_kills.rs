//! `kill -9` after every step of a rotation, at AWS and in the keyring: the profile has a key that works, no
//! secret is anywhere else, and the next run ends what was begun.

use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;

use super::rotate::{in_use, rotate, works};
use super::{files_with, forget_runs, imported, mode, runs, with_keyrings};
use crate::fake_aws::sts::{Fault, Gate};
use crate::scenes::Scene;
use crate::support::process::each;

/// The files besides `~/.aws/credentials` that hold a secret. A kill in an edit leaves the file that was
/// to take the name, which the next edit removes.
pub fn elsewhere(scene: &Scene, secret: &str, is_killed: bool) -> Vec<PathBuf> {
    let is_unfinished = |path: &Path| path.to_string_lossy().contains("/.aws/.assume-role-new-");
    let mut found = files_with(scene, secret);
    found.retain(|path| !(path.ends_with(".aws/credentials") || is_killed && is_unfinished(path)));
    found
}

/// The profile has a key that AWS takes, and no secret is where it should not be.
fn check(scene: &Scene, is_killed: bool, when: &str) {
    for (key, _) in scene.sts.access_keys() {
        assert_eq!(elsewhere(scene, &key.secret, is_killed), Vec::<PathBuf>::new(), "{when}");
    }
    assert!(works(scene), "{when}: {:?} and {:?}", in_use(scene), scene.sts.access_keys());
}

/// The same verb once more, after which all is in order.
fn next_run_ends_it(scene: &Scene, words: &[&str], when: &str) {
    let ran = rotate(scene, words);
    // What the kill left undone is done; what it did not is begun anew.
    assert_eq!(ran.status, 0, "{when}: {ran:?}");
    check(scene, false, when);
    let states = scene.sts.access_keys();
    assert_eq!(states.len(), 2, "{when}: {states:?}");
    assert_eq!(states.iter().filter(|(_, active)| *active).count(), 1, "{when}: {states:?}");
}

fn fresh(kind: &str, undo: bool) -> Scene {
    let scene = if kind == "file" { with_keyrings() } else { imported(kind) };
    if undo {
        assert_eq!(rotate(&scene, &[]).status, 0);
    }
    forget_runs(&scene);
    scene
}

fn words(undo: bool) -> &'static [&'static str] {
    if undo { &["--undo"] } else { &[] }
}

/// Kills a rotation while AWS answers its call of that number.
fn killed_in_call(kind: &str, undo: bool, calls: &[String], at: usize) {
    let scene = fresh(kind, undo);
    let action = &calls[at];
    let earlier = calls[..at].iter().filter(|call| *call == action).count();
    let before = scene.sts.count(action);
    let gate = Gate::new();
    for _ in 0..earlier {
        scene.sts.fail_next(action, Fault::Delay(Duration::ZERO));
    }
    scene.sts.fail_next(action, Fault::Pause(gate.clone()));
    let code = scene.code();
    let mut command = scene.world.command(["keys", "rotate", "default", "--mfa-code", &code]);
    command.args(words(undo)).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    let mut child = command.spawn().unwrap();
    scene.wait_for_call(action, before + earlier + 1);
    child.kill().unwrap();
    child.wait().unwrap();
    gate.release();
    let when = format!("{kind}, undo {undo}, call {at} of {calls:?}");
    check(&scene, true, &when);
    next_run_ends_it(&scene, &[], &when);
}

/// Has the keyring kill a rotation in its run of that number, before or after it did what it does.
fn killed_in_run(undo: bool, at: usize, after: bool) {
    let scene = fresh("pass", undo);
    let root = scene.world.root().display();
    let kill = if after { "trap 'kill -9 $PPID' EXIT" } else { "kill -9 $PPID" };
    mode(&scene, &format!("[ $(wc -l <'{root}/runs') != {at} ] || {kill}"));
    let when = format!("undo {undo}, run {at}, after {after}");
    assert_ne!(rotate(&scene, words(undo)).status, 0, "{when}");
    mode(&scene, "");
    check(&scene, true, &when);
    next_run_ends_it(&scene, &[], &when);
}

#[test]
fn a_rotation_that_is_killed_in_any_call_or_run_is_ended_by_the_next() {
    let mut calls = Vec::new();
    let mut in_runs = Vec::new();
    for (kind, undo) in [("pass", false), ("pass", true), ("file", false), ("file", true)] {
        let scene = fresh(kind, undo);
        let before = scene.sts.requests().len();
        assert_eq!(rotate(&scene, words(undo)).status, 0);
        let made: Vec<String> =
            scene.sts.requests()[before..].iter().map(|call| call.action.clone()).collect();
        assert!(made.len() >= 4, "{made:?}");
        calls.extend((0..made.len()).map(|at| (kind, undo, made.clone(), at)));
        if kind == "pass" {
            let count = runs(&scene).len();
            assert!(count >= 2, "{:?}", runs(&scene));
            in_runs.extend((1..=count).flat_map(|at| [(undo, at, false), (undo, at, true)]));
        }
    }
    each(6, &calls, |(kind, undo, calls, at)| killed_in_call(kind, *undo, calls, *at));
    each(6, &in_runs, |(undo, at, after)| killed_in_run(*undo, *at, *after));
}

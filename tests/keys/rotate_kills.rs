//! `kill -9` after every step of a rotation, and at random moments of all verbs that move a key: the
//! profile has a key that works, no secret is anywhere else, and the next run ends what was begun.

use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use super::rotate::{in_use, rotate, works};
use super::{credentials, files_with, forget_runs, imported, keys, mode, runs, with_keyrings};
use crate::fake_aws::sts::{Fault, Gate};
use crate::scenes::Scene;

/// How many kills at random moments: more by `ASSUME_ROLE_KILLS`.
const KILLS: usize = 24;

/// Does each of these on a few threads: a rotation mostly waits.
fn each<T: Sync>(all: &[T], act: impl Fn(&T) + Sync) {
    let next = AtomicUsize::new(0);
    std::thread::scope(|scope| {
        for _ in 0..6 {
            scope.spawn(|| {
                while let Some(one) = all.get(next.fetch_add(1, Ordering::Relaxed)) {
                    act(one);
                }
            });
        }
    });
}

/// The files besides `~/.aws/credentials` that hold a secret. A kill in an edit leaves the file that was
/// to take the name, which the next edit removes.
fn elsewhere(scene: &Scene, secret: &str, is_killed: bool) -> Vec<PathBuf> {
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
    each(&calls, |(kind, undo, calls, at)| killed_in_call(kind, *undo, calls, *at));
    each(&in_runs, |(undo, at, after)| killed_in_run(*undo, *at, *after));
}

/// Starts a verb and kills it some time later.
fn killed(scene: &Scene, words: &[&str], after: Duration) {
    let mut command = scene.world.command(["keys"].iter().chain(words));
    command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    let mut child = command.spawn().unwrap();
    std::thread::sleep(after);
    let _ = child.kill();
    child.wait().unwrap();
}

#[test]
fn kills_at_random_moments_lose_no_key() {
    let kills = std::env::var("ASSUME_ROLE_KILLS").ok().and_then(|text| text.parse().ok());
    let rounds: Vec<u64> = (0..kills.unwrap_or(KILLS) as u64).collect();
    each(&rounds, |round| {
        // A fixed sequence, so that a failure can be seen again.
        let random = round.wrapping_mul(0x9E37_79B9_7F4A_7C15) >> 16;
        let when = format!("round {round}");
        let scene = with_keyrings();
        match round % 4 {
            0 => {
                killed(&scene, &["import", "default"], Duration::from_micros(random % 400_000));
                check_moved(&scene, &when);
                assert_eq!(keys(&scene, &["import", "default"]).status, 0, "{when}");
                assert!(!credentials(&scene).contains(&scene.key.secret), "{when}");
                check(&scene, false, &when);
            }
            1 => {
                assert_eq!(keys(&scene, &["import", "default"]).status, 0, "{when}");
                let export = ["export", "default", "--write"];
                killed(&scene, &export, Duration::from_micros(random % 600_000));
                check_moved(&scene, &when);
                keys(&scene, &export);
                assert!(credentials(&scene).contains(&scene.key.secret), "{when}");
                check(&scene, false, &when);
            }
            kind => {
                if kind == 2 {
                    assert_eq!(keys(&scene, &["import", "default"]).status, 0, "{when}");
                }
                // Twice, since the second finds what the first left.
                for share in [random % 2_500_000, (random >> 20) % 2_500_000] {
                    let code = scene.code();
                    let words = ["rotate", "default", "--mfa-code", &code];
                    killed(&scene, &words, Duration::from_micros(share));
                    check(&scene, true, &when);
                }
                next_run_ends_it(&scene, &[], &when);
            }
        }
    });
}

/// A key on its way is in its file or, whole, in the keyring; and nowhere else.
fn check_moved(scene: &Scene, when: &str) {
    let item = scene.world.root().join("items").join(&scene.key.id);
    let item = std::fs::read_to_string(item).unwrap_or_default();
    let in_keyring = item.contains(&scene.key.secret) && item.ends_with('}');
    assert!(credentials(scene).contains(&scene.key.secret) || in_keyring, "{when}: lost");
    assert_eq!(elsewhere(scene, &scene.key.secret, true), Vec::<PathBuf>::new(), "{when}");
}

//! `kill -9` at any moment: the key is in the file or, proved, in the keyring, and nowhere else.

use std::fs;
use std::process::Stdio;
use std::time::Duration;

use super::{credentials, files_with, keys, mode, with_keyrings};
use crate::scenes::Scene;

/// Where the secret is: in its file, and in the keyring.
fn copies(scene: &Scene) -> (bool, bool) {
    let (id, secret) = (&scene.key.id, &scene.key.secret);
    let in_file = credentials(scene).contains(secret);
    let item = fs::read_to_string(scene.world.root().join("items").join(id)).unwrap_or_default();
    (in_file, item.contains(secret) && item.ends_with('}'))
}

/// Starts a verb, kills it after some microseconds, and says where the secret is then.
fn killed(scene: &Scene, words: &[&str], after: u64) -> (bool, bool) {
    let mut command = scene.world.command(["keys"].iter().chain(words));
    let command = command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    let mut child = command.spawn().unwrap();
    std::thread::sleep(Duration::from_micros(after));
    let _ = child.kill();
    child.wait().unwrap();
    copies(scene)
}

/// A verb that is killed here and there, and the same verb once more, which ends it.
fn kill_again_and_again(words: &[&str], ends: (bool, bool)) {
    let is_import = words.contains(&"import");
    for attempt in 0..40 {
        let scene = with_keyrings();
        if !is_import {
            assert_eq!(keys(&scene, &["import", "default"]).status, 0);
        }
        let (in_file, in_keyring) = killed(&scene, words, 2_000 + attempt * 2_500);
        assert!(in_file || in_keyring, "attempt {attempt}: the key is lost");
        let ran = keys(&scene, words);
        let is_done = !is_import && ran.stderr.contains("is in a file");
        assert!(ran.status == 0 || is_done, "attempt {attempt}: {ran:?}");
        let end = copies(&scene);
        assert_eq!(end.0, ends.0, "attempt {attempt}");
        assert!(end.1 || end.0, "attempt {attempt}");
        let elsewhere = files_with(&scene, &scene.key.secret);
        let elsewhere: Vec<_> =
            elsewhere.iter().filter(|path| !path.ends_with("credentials")).collect();
        assert!(elsewhere.is_empty(), "attempt {attempt}: {elsewhere:?}");
    }
}

#[test]
fn an_import_that_is_killed_loses_nothing_and_is_ended_by_the_next() {
    kill_again_and_again(&["import", "default"], (false, true));
}

#[test]
fn an_export_that_is_killed_loses_nothing_and_is_ended_by_the_next() {
    kill_again_and_again(&["export", "default", "--write"], (true, false));
}

#[test]
fn a_keyring_that_kills_us_in_any_of_its_runs_loses_nothing() {
    for run in 1..=3 {
        let scene = with_keyrings();
        let root = scene.world.root().display();
        mode(&scene, &format!("[ $(wc -l <'{root}/runs') != {run} ] || kill -9 $PPID"));
        let ran = keys(&scene, &["import", "default"]);
        assert_ne!(ran.status, 0, "run {run}: {ran:?}");
        assert!(copies(&scene).0, "run {run}: the file was touched before the key was proved");
        mode(&scene, "");
        assert_eq!(keys(&scene, &["import", "default"]).status, 0);
        assert_eq!(copies(&scene), (false, true), "run {run}");
    }
}

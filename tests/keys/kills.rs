//! A keyring whose program kills us: the key is in the file until it is proved. Kills at any call of ours:
//! `crate::kills`.

use std::fs;

use super::{credentials, keys, mode, with_keyrings};
use crate::scenes::Scene;

/// Where the secret is: in its file, and in the keyring.
fn copies(scene: &Scene) -> (bool, bool) {
    let (id, secret) = (&scene.key.id, &scene.key.secret);
    let in_file = credentials(scene).contains(secret);
    let item = fs::read_to_string(scene.world.root().join("items").join(id)).unwrap_or_default();
    (in_file, item.contains(secret) && item.ends_with('}'))
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

//! A rotation beside the other verbs, and beside another rotation.

use super::rotate::{in_use, items, rotate, rotated, states, works};
use super::{config, files_with, imported, keys, with_keyrings};
use crate::fake_aws::sts::{Fault, Gate};
use crate::scenes::BASTION;

#[test]
fn a_key_that_moves_after_a_rotation_keeps_its_way_back() {
    let scene = with_keyrings();
    rotated(&scene, &[]);
    let (old, new) = (scene.key.clone(), in_use(&scene));
    for words in
        [&["import", "default", "--keyring", "pass"][..], &["export", "default", "--write"]]
    {
        let ran = keys(&scene, words);
        assert_eq!(ran.status, 0, "{words:?}: {ran:?}");
        let moved = words[0] == "import";
        for secret in [&old.secret, &new.secret] {
            assert_eq!(files_with(&scene, secret).len(), usize::from(!moved), "{words:?}");
        }
        assert_eq!(items(&scene), if moved { 2 } else { 0 }, "{words:?}");
        assert_eq!(keys(&scene, &["rotate", "default", "--undo"]).status, 0, "{words:?}");
        assert_eq!(in_use(&scene).id, old.id);
        assert_eq!(keys(&scene, &["rotate", "default", "--undo"]).status, 0, "{words:?}");
        assert_eq!(in_use(&scene).id, new.id);
        assert!(works(&scene));
    }
    assert_eq!(config(&scene), "");
    assert_eq!(keys(&scene, &["import", "default", "--keyring", "pass"]).status, 0);
    assert_eq!(keys(&scene, &["remove", "default", "--yes"]).status, 0);
    assert_eq!((items(&scene), config(&scene).as_str()), (0, ""));
}

#[test]
fn a_rotation_that_is_not_finished_is_ended_before_the_key_moves() {
    for kind in ["pass", "file"] {
        let scene = if kind == "file" { with_keyrings() } else { imported(kind) };
        scene.sts.fail_next("UpdateAccessKey", Fault::error(400, "Unlucky", "no"));
        assert_ne!(rotate(&scene, &[]).status, 0);
        let words = if kind == "file" {
            &["import", "default"][..]
        } else {
            &["export", "default", "--write"]
        };
        let ran = keys(&scene, words);
        assert_eq!(ran.status, 8, "{ran:?}");
        assert!(ran.stderr.contains("assume-role keys rotate default"), "{ran:?}");
        let doctor = || scene.world.run(["doctor"]).unwrap().stdout;
        assert!(doctor().contains("the rotation of profile default was broken off"));
        let ran = rotated(&scene, &[]);
        assert!(ran.stderr.contains("going on with the rotation"), "{ran:?}");
        assert!(doctor().contains("is kept, inactive at AWS"), "{}", doctor());
        assert!(works(&scene));
        assert_eq!(scene.sts.count("CreateAccessKey"), 1);
    }
}

#[test]
fn two_rotations_at_once_are_one_after_the_other() {
    let scene = imported("pass");
    let code = scene.code();
    let words = ["keys", "rotate", "default", "--mfa-code", &code];
    let gate = Gate::new();
    scene.sts.fail_next("CreateAccessKey", Fault::Pause(gate.clone()));
    let mut first = scene.world.command(words).spawn().unwrap();
    scene.wait_for_call("CreateAccessKey", 1);
    let mut second = scene.world.command(["keys", "rotate", "default"]).spawn().unwrap();
    gate.release();
    assert!(first.wait().unwrap().success() && second.wait().unwrap().success());
    assert!(works(&scene) && states(&scene).len() == 2);
    assert_eq!(scene.sts.count("CreateAccessKey"), 2);
}

#[test]
fn neither_protection_nor_reading_only_is_in_the_way() {
    let scene = imported("pass");
    let account = format!(r#"{{"id": "{BASTION}", "protected": true, "read_only": true}}"#);
    scene.world.accounts(&format!(r#"{{"default": {account}}}"#)).unwrap();
    rotated(&scene, &[]);
    assert!(works(&scene));
    assert_eq!(scene.sts.count("GetScopedCredentials"), 0);
}

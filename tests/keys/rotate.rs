//! `keys rotate`: one code, a new key that is proved, and an old one that waits for `--undo`.

use std::fs;
use std::path::PathBuf;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use super::{
    KINDS, config, credentials, files_with, forget_runs, imported, keys, mode, runs, with_keyrings,
};
use crate::fake_aws::sts::{AccessKey, Fault, User};
use crate::scenes::{BASTION, Scene, with_user};
use crate::support::process::Ran;

pub(super) fn rotate(scene: &Scene, words: &[&str]) -> Ran {
    let code = scene.code();
    keys(scene, &[&["rotate", "default", "--mfa-code", &code], words].concat())
}

pub(super) fn rotated(scene: &Scene, words: &[&str]) -> Ran {
    let ran = rotate(scene, words);
    assert_eq!(ran.status, 0, "{ran:?}");
    ran
}

/// The key that the profile uses: its id, and its secret from where the profile says that it is.
pub(super) fn in_use(scene: &Scene) -> AccessKey {
    let line = |text: &str, key: &str| {
        let line = text.lines().find_map(|line| line.strip_prefix(key)?.split_once('='));
        line.map(|(_, value)| value.trim().to_owned())
    };
    if let Some(reference) = line(&config(scene), "assume_role_keys") {
        let id = reference.split(' ').next_back().unwrap().to_owned();
        let item = fs::read_to_string(scene.world.root().join("items").join(&id)).unwrap();
        let known = scene.sts.access_keys().into_iter().find(|(key, _)| key.id == id);
        let (key, _) = known.unwrap_or_else(|| panic!("{id} is not at AWS"));
        // The keychain's item is Base64.
        let held =
            STANDARD.decode(item.trim()).map_or(item, |bytes| String::from_utf8(bytes).unwrap());
        assert!(held.contains(&key.secret), "the keyring holds another secret of {id}");
        return key;
    }
    let text = credentials(scene) + &config(scene);
    AccessKey {
        id: line(&text, "aws_access_key_id").unwrap(),
        secret: line(&text, "aws_secret_access_key").unwrap(),
    }
}

/// Whether AWS takes the key that the profile uses.
pub fn works(scene: &Scene) -> bool {
    scene.sts.access_keys().contains(&(in_use(scene), true))
}

pub(super) fn items(scene: &Scene) -> usize {
    fs::read_dir(scene.world.root().join("items")).unwrap().count()
}

pub(super) fn states(scene: &Scene) -> Vec<(String, bool)> {
    let keys = scene.sts.access_keys().into_iter();
    keys.map(|(key, active)| (key.id, active)).collect()
}

#[test]
fn one_code_changes_the_key_in_every_keyring_and_the_way_back_is_open() {
    for (kind, _) in KINDS {
        let scene = imported(kind);
        let old = scene.key.clone();
        let before = config(&scene);
        rotated(&scene, &[]);
        let new = in_use(&scene);
        assert_ne!(new.id, old.id, "{kind}");
        assert_eq!(states(&scene), [(old.id.clone(), false), (new.id.clone(), true)]);
        assert_eq!(scene.codes_sent(), 1, "{kind}");
        assert_eq!(scene.sts.count("CreateAccessKey"), 1);
        for secret in [&old.secret, &new.secret] {
            assert_eq!(files_with(&scene, secret), Vec::<PathBuf>::new(), "{kind}");
            assert!(!runs(&scene).iter().any(|run| run.contains(secret)), "{kind}");
        }
        let after = config(&scene);
        let kept = |text: &str| {
            let lines = text.lines().filter(|line| !line.starts_with("assume_role_"));
            lines.map(str::to_owned).collect::<Vec<_>>()
        };
        assert_eq!(kept(&after), kept(&before), "{kind}");
        // The session goes over to the new key: the next switch asks no code.
        scene.switch(&["production", "read"]);
        assert_eq!(scene.codes_sent(), 1, "{kind}");

        for (back, forth) in [(&old, &new), (&new, &old)] {
            let ran = keys(&scene, &["rotate", "default", "--undo"]);
            assert_eq!(ran.status, 0, "{ran:?}");
            assert_eq!(in_use(&scene).id, back.id, "{kind}");
            let mut now = states(&scene);
            now.sort_by_key(|(_, active)| *active);
            assert_eq!(now, [(forth.id.clone(), false), (back.id.clone(), true)]);
        }
        assert_eq!(scene.sts.count("CreateAccessKey"), 1, "{kind}");

        let ran = keys(&scene, &["rotate", "default"]);
        assert_eq!(ran.status, 0, "{ran:?}");
        assert!(ran.stderr.contains("the last rotation replaced it"), "{ran:?}");
        assert!(works(&scene) && !states(&scene).iter().any(|(id, _)| *id == old.id), "{kind}");
        assert_eq!(items(&scene), 2, "{kind}");
        let ran = keys(&scene, &["rotate", "default", "--delete"]);
        assert_eq!(ran.status, 0, "{ran:?}");
        assert!(works(&scene), "{kind}");
        assert_eq!((states(&scene).len(), items(&scene)), (1, 1), "{kind}");
        assert_eq!(config(&scene).lines().count(), before.lines().count(), "{kind}");
        assert_eq!(keys(&scene, &["rotate", "default", "--undo"]).status, 3, "{kind}");
        assert_eq!(scene.codes_sent(), 1, "{kind}");
    }
}

#[test]
fn a_key_that_stands_in_a_file_is_changed_there() {
    for in_config in [false, true] {
        let scene = with_keyrings();
        let lines = format!(
            "# mine\n[default]\naws_access_key_id = {}\n# between\naws_secret_access_key={}\nregion = eu-west-1\n",
            scene.key.id, scene.key.secret
        );
        let (text, none) = if in_config { (lines.as_str(), "") } else { ("", lines.as_str()) };
        scene.world.config(text).unwrap();
        scene.world.credentials(none).unwrap();
        let old = scene.key.clone();
        rotated(&scene, &[]);
        let new = in_use(&scene);
        assert_eq!(states(&scene), [(old.id.clone(), false), (new.id.clone(), true)]);
        let file = if in_config { config(&scene) } else { credentials(&scene) };
        for line in ["# mine\n", "# between\n", "region = eu-west-1\n", &new.secret] {
            assert!(file.contains(line), "{file}");
        }
        for secret in [&old.secret, &new.secret] {
            assert_eq!(files_with(&scene, secret).len(), 1, "in its file and nowhere else");
        }
        scene.switch(&["production", "read"]);
        assert_eq!((scene.codes_sent(), runs(&scene).len()), (1, 0));
        assert_eq!(keys(&scene, &["rotate", "default", "--undo"]).status, 0);
        assert_eq!(in_use(&scene), old);
        assert!(works(&scene));
        assert_eq!(keys(&scene, &["rotate", "default", "--delete"]).status, 0);
        assert!(works(&scene) && states(&scene).len() == 1);
        for secret in [&old.secret, &new.secret] {
            assert_eq!(files_with(&scene, secret), Vec::<PathBuf>::new());
        }
    }
}

#[test]
fn a_user_without_a_device_needs_no_code() {
    let scene = with_user(User::new(BASTION, "team/bob"));
    let ran = keys(&scene, &["rotate", "default"]);
    assert_eq!(ran.status, 0, "{ran:?}");
    assert!(works(&scene));
    assert_eq!(scene.sts.last("CreateAccessKey").unwrap().get("UserName"), Some("bob"));
    assert_eq!(keys(&scene, &["rotate", "default", "--undo"]).status, 0);
    assert_eq!(in_use(&scene), scene.key);
    assert!(works(&scene));
}

#[test]
fn a_second_key_is_named_before_anything_changes() {
    for kind in ["pass", "file"] {
        let scene = if kind == "file" { with_keyrings() } else { imported(kind) };
        let other = scene.sts.add_key(&scene.key.id);
        let before = (config(&scene), credentials(&scene), items(&scene));
        for (active, words) in [(true, &[][..]), (false, &[]), (true, &["--dry-run"])] {
            scene.sts.set_active(&other.id, active);
            let ran = rotate(&scene, words);
            assert_eq!(ran.status, 8, "{ran:?}");
            let state = if active { "active" } else { "inactive" };
            let tail = &other.id[other.id.len() - 4..];
            for told in [&format!("…{tail} ({state}"), "never used", "made 20", "two keys"] {
                assert!(ran.stderr.contains(told), "{told}: {ran:?}");
            }
        }
        assert_eq!(scene.sts.count("CreateAccessKey"), 0);
        assert_eq!((config(&scene), credentials(&scene), items(&scene)), before);
    }
}

#[test]
fn a_lost_answer_is_never_asked_for_again_and_its_key_is_deleted() {
    for kind in ["pass", "file"] {
        for fault in [
            Fault::Close,
            Fault::Hang,
            Fault::CutAfter(300),
            Fault::replace("SecretAccessKey", "$(touch x)"),
            Fault::replace("AccessKeyId", "x"),
        ] {
            let scene = if kind == "file" { with_keyrings() } else { imported(kind) };
            let before = (config(&scene), credentials(&scene));
            scene.sts.fail_next("CreateAccessKey", fault.clone());
            let ran = rotate(&scene, &[]);
            assert_eq!(ran.status, 6, "{fault:?}: {ran:?}");
            assert!(ran.stderr.contains("nothing has changed"), "{fault:?}: {ran:?}");
            assert_eq!(scene.sts.count("CreateAccessKey"), 1, "{fault:?}");
            assert_eq!(states(&scene), [(scene.key.id.clone(), true)], "{fault:?}");
            assert_eq!((config(&scene), credentials(&scene)), before, "{fault:?}");
            rotated(&scene, &[]);
            assert!(works(&scene));
        }
        // Where even the list does not come, the next run looks.
        let scene = if kind == "file" { with_keyrings() } else { imported(kind) };
        scene.sts.fail_next("CreateAccessKey", Fault::Close);
        scene.sts.fail_next("ListAccessKeys", Fault::Delay(std::time::Duration::ZERO));
        scene.sts.fail_next("ListAccessKeys", Fault::error(400, "Unlucky", "no"));
        let ran = rotate(&scene, &[]);
        assert_eq!(ran.status, 6, "{ran:?}");
        assert!(ran.stderr.contains("is not known; the next run looks"), "{ran:?}");
        assert_eq!(states(&scene).len(), 2);
        let ran = rotated(&scene, &[]);
        assert!(ran.stderr.contains("its secret is lost"), "{ran:?}");
        assert!(works(&scene) && states(&scene).len() == 2);
        assert_eq!(scene.sts.count("CreateAccessKey"), 2);
    }
}

#[test]
fn a_key_that_aws_knows_late_is_waited_for() {
    for kind in ["pass", "file"] {
        let scene = if kind == "file" { with_keyrings() } else { imported(kind) };
        scene.sts.know_new_keys_late(3);
        rotated(&scene, &[]);
        assert!(works(&scene), "{kind}");
        assert!(scene.sts.count("GetCallerIdentity") >= 5, "{kind}");
    }
}

#[test]
fn what_no_policy_allows_is_refused_with_the_policy() {
    for (action, made) in [
        ("iam:ListAccessKeys", 0),
        ("iam:CreateAccessKey", 0),
        ("iam:UpdateAccessKey", 1),
        ("iam:GetAccessKeyLastUsed", 0),
        ("iam:DeleteAccessKey", 0),
    ] {
        let scene = imported("pass");
        let is_about_second = ["iam:GetAccessKeyLastUsed", "iam:DeleteAccessKey"].contains(&action);
        if is_about_second {
            rotated(&scene, &[]);
        }
        let count = scene.sts.count("CreateAccessKey");
        scene.sts.deny(action);
        let ran = rotate(&scene, &[]);
        assert_eq!(ran.status, 4, "{action}: {ran:?}");
        assert!(ran.stderr.contains(&format!("may not call {action}")), "{ran:?}");
        let said = ran.stderr.split_whitespace().collect::<Vec<_>>().join(" ");
        let policy = "{\"Version\": \"2012-10-17\", \"Statement\": [{\"Effect\": \"Allow\", \"Action\": [\"iam:ListAccessKeys\", \
                      \"iam:CreateAccessKey\", \"iam:UpdateAccessKey\", \"iam:DeleteAccessKey\", \"iam:GetAccessKeyLastUsed\"], \
                      \"Resource\": \"arn:aws:iam::*:user/${aws:username}\"}]}";
        assert!(said.contains(policy), "{said}");
        assert_eq!(
            scene.sts.count("CreateAccessKey") - count,
            made + usize::from(action == "iam:CreateAccessKey")
        );
        assert!(works(&scene), "{action}");
    }
}

#[test]
fn a_keyring_that_takes_no_key_is_found_out_before_there_is_one() {
    for (script, made) in [
        ("[ \"$1\" != insert ] || exit 1", 0),
        ("[ \"$1\" != insert ] || { cat >/dev/null; exit 0; }", 0),
        // The trial passes, the key does not.
        ("case \"$1 $4\" in 'insert '*/ASSUME*) ;; insert*) echo no >&2; exit 1 ;; esac", 1),
    ] {
        let scene = imported("pass");
        let before = config(&scene);
        mode(&scene, script);
        let ran = rotate(&scene, &[]);
        assert_eq!(ran.status, 9, "{script}: {ran:?}");
        assert!(ran.stderr.contains("nothing has changed"), "{ran:?}");
        assert_eq!(scene.sts.count("CreateAccessKey"), made, "{script}");
        assert_eq!(states(&scene), [(scene.key.id.clone(), true)], "{script}");
        assert_eq!(config(&scene), before, "{script}");
        mode(&scene, "");
        rotated(&scene, &[]);
        assert_eq!(items(&scene), 2, "{script}");
    }
}

#[test]
fn a_dry_run_asks_aws_and_changes_nothing() {
    let scene = imported("pass");
    let changes = |scene: &Scene| {
        ["CreateAccessKey", "UpdateAccessKey", "DeleteAccessKey"].map(|call| scene.sts.count(call))
    };
    for words in [&["--dry-run"][..], &["--dry-run", "--delete"]] {
        let before = (config(&scene), items(&scene));
        forget_runs(&scene);
        let ran = rotated(&scene, words);
        assert!(ran.stderr.contains("would make a new key for the user alice"), "{ran:?}");
        assert_eq!(changes(&scene), [0, 0, 0]);
        assert_eq!((config(&scene), items(&scene)), before);
        assert!(!runs(&scene).iter().any(|run| run.contains("insert")), "{:?}", runs(&scene));
    }
    rotated(&scene, &[]);
    let before = (config(&scene), changes(&scene));
    let ran = rotated(&scene, &["--dry-run"]);
    assert!(ran.stderr.contains("would delete the key"), "{ran:?}");
    let ran = rotated(&scene, &["--dry-run", "--undo"]);
    assert!(ran.stderr.contains("would prove the key"), "{ran:?}");
    assert_eq!((config(&scene), changes(&scene)), before);
}

#[test]
fn what_cannot_be_rotated_says_why() {
    let scene = with_keyrings();
    scene
        .world
        .config("[profile role]\nrole_arn = arn:aws:iam::123456789012:role/read\nsource_profile = default\n[profile sso]\nregion = eu-west-1\n")
        .unwrap();
    for (words, status, says) in [
        (&["rotate", "role"][..], 3, "has no key in a keyring"),
        (&["rotate", "sso"], 3, "has no key in a keyring"),
        (&["rotate", "defalt"], 3, "default"),
        (&["rotate", "default", "--undo"], 3, "no rotation of default"),
        (&["rotate", "default"], 5, "--mfa-code"),
    ] {
        let ran = keys(&scene, words);
        assert_eq!(ran.status, status, "{words:?}: {ran:?}");
        assert!(ran.stderr.contains(says), "{words:?}: {ran:?}");
    }
    // In both places it is first moved into one.
    let file = credentials(&scene);
    assert_eq!(keys(&scene, &["import", "default", "--keyring", "pass"]).status, 0);
    scene.world.credentials(&file).unwrap();
    let ran = rotate(&scene, &[]);
    assert_eq!(ran.status, 8, "{ran:?}");
    assert!(ran.stderr.contains("assume-role keys import default"), "{ran:?}");
    assert_eq!(scene.sts.count("CreateAccessKey"), 0);
    // A key that was switched off at AWS is no base for a new one.
    let scene = imported("pass");
    scene.switch_with_code(&["production", "read"]);
    scene.sts.set_active(&scene.key.id, false);
    let ran = rotate(&scene, &[]);
    assert_eq!((ran.status, scene.sts.count("CreateAccessKey")), (3, 0), "{ran:?}");
    assert!(ran.stderr.contains("inactive at AWS"), "{ran:?}");
}

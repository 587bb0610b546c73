//! What the files hold and refuse: whatever can be refused is refused before a keyring is touched, and
//! the secret leaves every place where it stands.

use std::fs;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::PathBuf;

use super::{KINDS, config, credentials, files_with, imported, keys, mode, runs, with_keyrings};
use crate::scenes::Scene;

/// Text of a file: `KEY` is both lines of the scene's key, `ID` and `SECRET` what they say.
fn filled(scene: &Scene, text: &str) -> String {
    let text = text.replace("KEY", "aws_access_key_id = ID\naws_secret_access_key = SECRET\n");
    text.replace("ID", &scene.key.id).replace("SECRET", &scene.key.secret)
}

fn with_files(in_config: &str, in_credentials: &str) -> Scene {
    let scene = with_keyrings();
    scene.world.config(&filled(&scene, in_config)).unwrap();
    scene.world.credentials(&filled(&scene, in_credentials)).unwrap();
    scene
}

/// The runs that change a keyring.
fn writes(scene: &Scene) -> Vec<String> {
    let reads = ["search", "lookup", "find-generic-password", "show", "get"];
    let is_read = |run: &String| run.split(' ').nth(1).is_some_and(|verb| reads.contains(&verb));
    runs(scene).into_iter().filter(|run| !is_read(run)).collect()
}

fn set_mode(scene: &Scene, file: &str, mode: u32) {
    let path = scene.world.home().join(".aws").join(file);
    fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
}

#[test]
fn a_secret_leaves_both_files_and_each_line() {
    for (in_config, in_credentials) in [
        ("[default]\nKEY", "[default]\nKEY"),
        ("[default]\nregion = eu-west-1\nKEYoutput = json\n", "[default]\nKEY"),
        ("[default]\nKEY", ""),
        ("", "[default]\nKEYKEY"),
        ("[default]\nAws_Secret_Access_Key=SECRET\n", "[default]\nKEY"),
        ("[default]\naws_access_key_id = ID\n", "[default]\nKEY"),
        ("[default]\nKEY\n[profile b]\nregion = eu-west-1\n", "[b]\nx = y\n[default]\nKEYz = 1\n"),
    ] {
        let scene = with_files(in_config, in_credentials);
        let plan = keys(&scene, &["import", "default", "--dry-run"]);
        assert!(plan.stdout.contains("-aws_secret_access_key = ***"), "{plan:?}");
        assert_eq!(writes(&scene), Vec::<String>::new());
        let ran = keys(&scene, &["import", "default"]);
        assert_eq!(ran.status, 0, "{ran:?}");
        assert_eq!(files_with(&scene, &scene.key.secret), Vec::<PathBuf>::new(), "{in_config}");
        for text in [config(&scene), credentials(&scene)] {
            assert!(!text.contains("aws_access_key_id"), "{text}");
        }
        assert!(scene.who(&scene.switch_with_code(&["production", "read"])).contains("read"));
    }
}

#[test]
fn another_key_of_the_profile_is_never_thrown_away() {
    let other = "aws_access_key_id = AKIAOTHEROTHEROTHER1\naws_secret_access_key = wJalrXUtnFEMIK7MDENGbPx\n";
    for (in_config, in_credentials, place) in [
        (&*format!("[default]\n{other}"), "[default]\nKEY", "~/.aws/config:2"),
        (
            "[default]\naws_secret_access_key = wJalrXUtnFEMIK7\n",
            "[default]\nKEY",
            "~/.aws/config:2",
        ),
        ("", &*format!("[default]\n{other}KEY"), "~/.aws/credentials:2"),
    ] {
        let scene = with_files(in_config, in_credentials);
        let before = (config(&scene), credentials(&scene));
        for words in [&["import", "default"][..], &["import", "default", "--dry-run"]] {
            let ran = keys(&scene, words);
            assert_eq!(ran.status, 8, "{ran:?}");
            assert!(ran.stderr.contains(&format!("holds another key too ({place})")), "{ran:?}");
            assert!(!ran.stderr.contains("wJalr"), "{ran:?}");
        }
        assert_eq!((config(&scene), credentials(&scene)), before);
        assert_eq!(runs(&scene), Vec::<String>::new());
    }
}

#[test]
fn places_that_keep_the_secret_are_told_with_what_to_do() {
    let scene = with_files(
        "[profile old]\nKEY",
        "# aws_secret_access_key = SECRET\n[default]\nKEY[other]\nKEY",
    );
    for words in [&["import", "default", "--dry-run"][..], &["import", "default"]] {
        let ran = keys(&scene, words);
        assert_eq!(ran.status, 0, "{ran:?}");
        let said = ran.stderr.split_whitespace().collect::<Vec<_>>().join(" ");
        for told in [
            "'old' has the same key in a file (~/.aws/config:3): assume-role keys import old",
            "'other' has the same key in a file (~/.aws/credentials:7): assume-role keys import other",
            "~/.aws/credentials:1 has the same secret in a comment",
        ] {
            assert!(said.contains(told), "{told}: {said}");
        }
    }
    for name in ["old", "other"] {
        assert_eq!(keys(&scene, &["import", name]).status, 0, "{name}");
    }
    assert_eq!(credentials(&scene), filled(&scene, "# aws_secret_access_key = SECRET\n"));
}

#[test]
fn a_value_that_is_no_key_is_refused_at_its_line() {
    for (lines, line) in [
        ("aws_access_key_id = ID\naws_secret_access_key = SECRET  # old\n", 3),
        ("aws_secret_access_key = SECRET\t; old\naws_access_key_id = ID\n", 2),
        ("aws_access_key_id = ID # mine\naws_secret_access_key = SECRET\n", 2),
        ("aws_access_key_id = ID\naws_secret_access_key = short\n", 3),
        ("aws_access_key_id = ID\naws_secret_access_key = SECRET\n  SECRET\n", 3),
    ] {
        for (in_config, in_credentials, file) in [
            (String::new(), format!("[default]\n{lines}"), "credentials"),
            (format!("[default]\n{lines}"), String::new(), "config"),
        ] {
            let scene = with_files(&in_config, &in_credentials);
            let ran = keys(&scene, &["import", "default"]);
            assert_eq!(ran.status, 3, "{lines}: {ran:?}");
            assert!(ran.stderr.contains(&format!("~/.aws/{file}:{line}: that is no")), "{ran:?}");
            assert_eq!(ran.stderr.contains("comment"), lines.contains(['#', ';']), "{ran:?}");
            assert!(!ran.stderr.contains(&scene.key.secret), "{ran:?}");
            assert_eq!(runs(&scene), Vec::<String>::new());
        }
    }
}

/// What makes one of the files refuse each edit.
fn spoil(scene: &Scene, file: &str, how: &str) {
    let path = scene.world.home().join(".aws").join(file);
    if !path.exists() {
        fs::write(&path, "").unwrap();
    }
    match how {
        "read-only" => set_mode(scene, file, 0o400),
        "defined twice" => {
            let text = fs::read_to_string(&path).unwrap();
            fs::write(&path, format!("[default]\na = 1\n{text}[default]\nb = 2\n")).unwrap();
        }
        _ => {
            fs::remove_file(&path).unwrap();
            symlink(&path, &path).unwrap();
        }
    }
}

#[test]
fn what_a_file_refuses_is_refused_before_a_keyring_is_touched() {
    for file in ["config", "credentials"] {
        for how in ["read-only", "defined twice"] {
            for (kind, _) in KINDS {
                let scene = with_keyrings();
                scene.world.config("[default]\nregion = x\n").unwrap();
                spoil(&scene, file, how);
                let before = (config(&scene), credentials(&scene));
                for words in [&["import", "default", "--dry-run"][..], &["import", "default"]] {
                    let ran = keys(&scene, &[words, &["--keyring", kind]].concat());
                    assert!([3, 9].contains(&ran.status), "{file} {how}: {ran:?}");
                    assert!(ran.stderr.contains(how), "{file} {how}: {ran:?}");
                    assert!(ran.stderr.contains(&format!("~/.aws/{file}")), "{ran:?}");
                }
                assert_eq!(writes(&scene), Vec::<String>::new(), "{file} {how} {kind}");
                assert_eq!((config(&scene), credentials(&scene)), before);
            }
        }
    }
}

#[test]
fn the_other_verbs_ask_the_files_first_too() {
    for (words, file) in [
        (&["export", "default", "--write"][..], "config"),
        (&["export", "default", "--write"], "credentials"),
        (&["remove", "default", "--yes"], "config"),
    ] {
        for how in ["read-only", "defined twice"] {
            let scene = imported("pass");
            spoil(&scene, file, how);
            let before = (config(&scene), credentials(&scene));
            let ran = keys(&scene, words);
            assert!([3, 9].contains(&ran.status), "{words:?} {file} {how}: {ran:?}");
            assert_eq!(writes(&scene), Vec::<String>::new(), "{words:?} {file} {how}: {ran:?}");
            assert_eq!((config(&scene), credentials(&scene)), before, "{words:?} {file} {how}");
        }
    }
    let mut scene = with_keyrings();
    scene.world.credentials("").unwrap();
    scene.world.config("[default]\nregion = x\n").unwrap();
    scene.world.set("AWS_ACCESS_KEY_ID", scene.key.id.clone());
    scene.world.set("AWS_SECRET_ACCESS_KEY", scene.key.secret.clone());
    set_mode(&scene, "config", 0o400);
    let ran = keys(&scene, &["add", "default", "--env"]);
    assert_eq!((ran.status, writes(&scene)), (9, Vec::new()), "{ran:?}");
}

#[test]
fn a_file_that_turns_read_only_meanwhile_leaves_a_move_that_the_next_run_ends() {
    for file in ["config", "credentials"] {
        let scene = with_keyrings();
        scene.world.config("[default]\nregion = x\n").unwrap();
        let path = scene.world.home().join(".aws").join(file).display().to_string();
        mode(&scene, &format!("[ \"$1\" != insert ] || chmod 400 '{path}'"));
        let ran = keys(&scene, &["import", "default", "--keyring", "pass"]);
        assert_eq!(ran.status, 9, "{ran:?}");
        assert!(ran.stderr.contains("is read-only") && ran.stderr.contains("in pass"), "{ran:?}");
        assert!(ran.stderr.contains("assume-role keys import default --keyring pass"), "{ran:?}");
        assert!(credentials(&scene).contains(&scene.key.secret), "{file}");
        mode(&scene, "");
        set_mode(&scene, file, 0o600);
        // The reference says which keyring it was.
        let again = if file == "config" { &["--keyring", "pass"][..] } else { &[] };
        let ran = keys(&scene, &[&["import", "default"], again].concat());
        assert_eq!(ran.status, 0, "{ran:?}");
        assert_eq!(files_with(&scene, &scene.key.secret), Vec::<PathBuf>::new());
    }
}

#[test]
fn what_a_program_complains_shows_no_secret() {
    for (kind, _) in KINDS {
        for says in [
            "cat >&2; exit 7",
            "input=$(cat); echo \"bad input: $input\" >&2; exit 7",
            "echo 'cannot read: SECRET' >&2; exit 7",
            "printf 'a word that ends with %.20s\\n' 'SECRET' >&2; exit 7",
            "printf '%s' '{\"Version\":1,\"AccessKeyId\":\"ID\",\"SecretAccessKey\":\"SECRET\"}' | base64 -w0 >&2; exit 7",
        ] {
            let scene = with_keyrings();
            let reads = "[ -n \"$1\" ] && case $1 in search|find-*|show|get) false ;; esac";
            mode(&scene, &format!("if {reads}; then echo sorry >&2; {}; fi", filled(&scene, says)));
            let ran = keys(&scene, &["import", "default", "--keyring", kind]);
            assert_eq!(ran.status, 9, "{kind} {says}: {ran:?}");
            assert!(ran.stderr.contains("sorry"), "{kind} {says}: {ran:?}");
            let part = &scene.key.secret[..12];
            assert!(!ran.stderr.contains(part), "{kind} {says}: {ran:?}");
            assert!(!ran.stderr.contains("eyJWZXJzaW9u"), "{kind} {says}: {ran:?}");
        }
    }
    // A credential_process prints the keys; what it complains is shown where it is not at a terminal.
    let scene = with_keyrings();
    let script = scene.world.root().join("prints");
    fs::write(&script, filled(&scene, "#!/bin/sh\necho sorry >&2\necho SECRET >&2\nexit 1\n"))
        .unwrap();
    fs::set_permissions(&script, fs::Permissions::from_mode(0o700)).unwrap();
    scene.world.credentials("").unwrap();
    scene.world.config(&format!("[default]\ncredential_process = {}\n", script.display())).unwrap();
    let said = scene.refused(4, &["production", "read"]);
    assert!(said.contains("sorry") && !said.contains(&scene.key.secret), "{said}");
}

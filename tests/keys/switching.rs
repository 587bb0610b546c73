//! A switch with a key in a keyring: when the keyring is asked, and what its answers lead to.

use super::{KINDS, forget_runs, imported, install, mode, runs};
use crate::scenes::crowd::{Member, ends_with_its_children, lingering};
use crate::support::process;

#[test]
fn the_secret_is_fetched_once_for_twelve_hours_of_switches() {
    for (kind, program) in KINDS {
        let scene = imported(kind);
        let told = scene.switch_with_code(&["production", "read"]);
        assert!(scene.who(&told).contains("assumed-role/read/"), "{kind}");
        let asked = runs(&scene);
        assert_eq!(asked.len(), 1, "{kind}: {asked:?}");
        assert!(asked[0].starts_with(program), "{asked:?}");
        scene.switch(&["production", "read"]);
        scene.switch(&["production", "admin"]);
        let mut status = scene.world.command(["status"]);
        for name in ["ASSUME_ROLE_KEY_ID", "AWS_ACCESS_KEY_ID", "ASSUME_ROLE_TARGET"] {
            status.env(name, told.get(name).unwrap());
        }
        let shown = process::run(status, b"").unwrap().stdout;
        let id = &scene.key.id[scene.key.id.len() - 4..];
        let place = format!("profile default ({kind}, ~/.aws/config:2)");
        assert!(shown.contains(&format!("{place}  (key …{id})")), "{shown}");
        assert_eq!(runs(&scene).len(), 1, "{kind}");
    }
}

#[test]
fn what_signs_nothing_asks_no_keyring() {
    let scene = imported("secret-service");
    for words in [
        &["explain", "production", "read"][..],
        &["explain", "production", "read", "--json"],
        &["list"],
        &["keys", "list"],
        &["profile", "list"],
        &["status"],
        &["doctor"],
    ] {
        scene.world.run(words).unwrap();
    }
    let mut tab = scene.world.command(["--", "assume-role", "production", ""]);
    tab.env("COMPLETE", "bash").env("_CLAP_COMPLETE_INDEX", "2");
    assert!(tab.output().unwrap().status.success());
    assert_eq!(runs(&scene), Vec::<String>::new());
    let told = scene.world.run(["explain", "production", "read"]).unwrap().stdout;
    assert!(told.contains("of profile default (secret-service, ~/.aws/config:2)"), "{told}");
}

#[test]
fn fifty_shells_with_an_empty_store_ask_the_keyring_once() {
    let scene = imported("secret-service");
    let code = scene.code();
    let crowd: Vec<Member> = (0..50)
        .map(|number| Member::start(&scene, number, &["production", "read", &code]))
        .collect();
    crowd.into_iter().for_each(Member::succeeds);
    assert_eq!(runs(&scene).len(), 1, "{:?}", runs(&scene));
    assert_eq!(scene.sts.count("GetSessionToken"), 1);
}

#[test]
fn what_a_keyring_started_ends_with_the_switch() {
    for (kind, _) in KINDS {
        let scene = imported(kind);
        mode(&scene, &lingering(&scene));
        ends_with_its_children(&scene, &["production", "read"]);
    }
}

#[test]
fn each_answer_has_its_message_and_status() {
    let silent = "secret-service";
    for (kind, script, status, says) in [
        (silent, "exit 0", 3, "holds no key …"),
        (
            silent,
            "case $1 in search) printf '[/1]\\nlabel = x\\n'; exit 0 ;; lookup) exit 1 ;; esac",
            5,
            "secret-service is locked",
        ),
        (
            silent,
            "echo 'Cannot autolaunch D-Bus without X11 $DISPLAY' >&2; exit 1",
            9,
            "this session has no D-Bus",
        ),
        (
            silent,
            "echo 'The name org.freedesktop.secrets was not provided by any .service files' >&2; exit 1",
            9,
            "nothing provides org.freedesktop.secrets",
        ),
        (silent, "kill -SEGV $$", 9, "secret-tool was killed"),
        (silent, "echo '[/1]'; echo 'secret = hello'; exit 0", 3, "is no key"),
        (silent, "echo what; exit 0", 9, "printed an unexpected answer"),
        ("keychain", "exit 36", 5, "keychain is locked"),
        ("keychain", "exit 128", 130, "cancelled"),
        ("keychain", "exit 1", 9, "security failed with status 1"),
        // Its words are read, so it says them in English.
        (
            "pass",
            "[ $LC_ALL$LANGUAGE = C.UTF-8 ] && echo 'gpg: decryption failed: No secret key' >&2; exit 2",
            5,
            "pass is locked",
        ),
        (
            "pass",
            "echo 'gpg: public key decryption failed: Operation cancelled' >&2; exit 2",
            130,
            "cancelled",
        ),
        ("pass", "echo 'Error: You must run: pass init' >&2; exit 1", 9, "pass has no store yet"),
        ("helper:fake", "echo not json; exit 0", 9, "printed an unexpected answer"),
        ("helper:fake", "kill -9 $$", 9, "docker-credential-fake was killed"),
    ] {
        let mut scene = imported(kind);
        mode(&scene, script);
        scene.world.set("LANGUAGE", "de");
        let code = scene.code();
        let said = scene.refused(status, &["production", "read", &code]);
        assert!(said.contains(says), "{kind} {script}: {said}");
        assert_eq!(scene.sts.count("GetSessionToken"), 0);
    }
}

#[test]
fn a_dialog_that_is_dismissed_on_a_desktop_is_a_no() {
    let mut scene = imported("secret-service");
    scene.world.set("DISPLAY", ":0");
    let locked =
        "case $1 in search) printf '[/1]\\nlabel = x\\n'; exit 0 ;; lookup) exit 1 ;; esac";
    mode(&scene, locked);
    let code = scene.code();
    let said = scene.refused(130, &["production", "read", &code]);
    assert!(said.contains("stays locked: cancelled"), "{said}");
    forget_runs(&scene);
    let said = scene.refused(5, &["production", "read", &code, "--no-input"]);
    assert!(said.contains("secret-service is locked"), "{said}");
    assert_eq!(runs(&scene).len(), 1, "no dialog where none is allowed");
}

#[test]
fn a_program_that_is_not_there_is_named() {
    let scene = imported("helper:fake");
    std::fs::remove_file(scene.world.bin().join("docker-credential-fake")).unwrap();
    let code = scene.code();
    let said = scene.refused(9, &["production", "read", &code]);
    assert!(said.contains("docker-credential-fake is not installed"), "{said}");
}

#[test]
fn a_silent_keyring_has_a_deadline() {
    let scene = imported("pass");
    mode(&scene, "exec sleep 100");
    let began = std::time::Instant::now();
    let code = scene.code();
    let said = scene.refused(9, &["production", "read", &code, "--no-input"]);
    assert!(said.contains("pass gave no answer in 10s"), "{said}");
    assert!(began.elapsed().as_secs() < 30, "{:?}", began.elapsed());
}

#[test]
fn the_key_has_to_be_the_one_that_is_named() {
    let scene = imported("pass");
    let other = r#"{"Version":1,"AccessKeyId":"AKIAOTHEROTHEROTHER1","SecretAccessKey":"wJalrXUtnFEMI/K7MDENG"}"#;
    install(&scene, "pass", &format!("echo '{other}'"));
    let code = scene.code();
    let said = scene.refused(3, &["production", "read", &code]);
    assert!(said.contains("holds the key …HER1 under the name of …"), "{said}");
}

#[test]
fn other_programs_get_a_session_by_the_line_in_the_config() {
    let scene = imported("pass");
    scene.switch_with_code(&["production", "read"]);
    forget_runs(&scene);
    let line = super::config(&scene);
    let line = line.lines().find_map(|line| line.strip_prefix("credential_process = ")).unwrap();
    let mut command = scene.world.command_of("/bin/sh");
    command.args(["-c", line]);
    let printed = crate::support::process::run(command, b"").unwrap();
    assert_eq!(printed.status, 0, "{printed:?}");
    assert!(printed.stdout.contains("SessionToken"));
    assert!(!printed.stdout.contains(&scene.key.secret));
    assert_eq!(runs(&scene), Vec::<String>::new());
}

#[test]
fn a_role_beyond_an_hour_is_assumed_with_the_key_itself() {
    let scene = crate::keys::imported("pass");
    scene.add_roles(&[("long", 43_200)]);
    let code = scene.code();
    let told = scene.switch(&["production", "long", "--duration", "4h", &code]);
    told.assert_lasts(4 * 3600);
    assert_eq!(runs(&scene).len(), 1);
}

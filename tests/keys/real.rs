//! The programs themselves: `pass` with gpg, a helper of Docker over it, and `secret-tool` with a service
//! on a bus of its own.

use std::process::Command;

use super::{config, credentials, keys};
use crate::scenes::{Scene, bastion};
use crate::support::process::{Ran, run};
use crate::support::tools::find;

/// Runs a script of `sh` in the world's environment.
fn sh(scene: &Scene, script: &str) -> Ran {
    let mut command = scene.world.command_of("/bin/sh");
    command.args(["-c", script]);
    run(command, b"").unwrap()
}

#[test]
fn pass_keeps_a_key() {
    if find("pass").is_some() {
        keeps_a_key("pass");
    }
}

#[test]
fn a_helper_of_docker_keeps_a_key() {
    if find("pass").is_some() && find("docker-credential-pass").is_some() {
        keeps_a_key("helper:pass");
    }
}

/// Moves a key into a keyring over `pass`, switches with it and takes it back.
fn keeps_a_key(keyring: &str) {
    let mut scene = bastion();
    // The sockets of gpg's agent have short names only.
    let gpg = tempfile::Builder::new().prefix("g").tempdir().unwrap();
    scene.world.set("GNUPGHOME", gpg.path());
    let made = sh(
        &scene,
        "chmod 700 \"$GNUPGHOME\" && gpg --batch --quiet --passphrase '' --quick-generate-key test ed25519 cert never \
         && fpr=$(gpg --list-keys --with-colons | awk -F: '/^fpr/ { print $10; exit }') \
         && gpg --batch --quiet --passphrase '' --quick-add-key \"$fpr\" cv25519 encr never && pass init \"$fpr\"",
    );
    assert_eq!(made.status, 0, "{made:?}");
    let ran = keys(&scene, &["import", "default", "--keyring", keyring]);
    assert_eq!(ran.status, 0, "{ran:?}");
    assert_eq!(credentials(&scene), "");
    let told = scene.switch_with_code(&["production", "read"]);
    assert!(scene.who(&told).contains("assumed-role/read/"));
    let back = keys(&scene, &["export", "default", "--write"]);
    assert_eq!(back.status, 0, "{back:?}");
    assert!(credentials(&scene).contains(&scene.key.secret));
    let left = sh(&scene, "pass ls; gpgconf --kill gpg-agent");
    assert!(!left.stdout.contains(&scene.key.id), "{left:?}");
}

#[test]
fn the_secret_service_keeps_a_key_and_knows_a_locked_one_from_a_missing_one() {
    let helper = "docker-credential-secretservice";
    let programs = ["secret-tool", "gnome-keyring-daemon", "dbus-run-session", helper];
    if programs.iter().any(|program| find(program).is_none()) {
        return;
    }
    let mut scene = bastion();
    let runtime = tempfile::Builder::new().prefix("r").tempdir().unwrap();
    scene.world.set("XDG_RUNTIME_DIR", runtime.path());
    let lock = "dbus-send --session --print-reply --dest=org.freedesktop.secrets /org/freedesktop/secrets \
                org.freedesktop.Secret.Service.Lock array:objpath:/org/freedesktop/secrets/collection/login >/dev/null";
    // A program that asks the service itself makes the bus start another one, which is locked.
    let owned = "dbus-send --session --print-reply --dest=org.freedesktop.DBus /org/freedesktop/DBus \
                 org.freedesktop.DBus.NameHasOwner string:org.freedesktop.secrets";
    let id = &scene.key.id;
    let code = scene.code();
    let script = format!(
        "printf test | gnome-keyring-daemon --unlock --components=secrets --foreground >/dev/null 2>&1 & daemon=$!
         tries=0
         until {owned} | grep -q true || [ $((tries += 1)) -gt 2000 ]; do :; done
         printf x | secret-tool store --label=ready a b; echo ready $?
         assume-role keys import default --keyring helper:secretservice; echo helper $?
         assume-role keys export default --write; echo back $?
         assume-role keys import default; echo import $?
         assume-role env production read {code} >/dev/null; echo switch $?
         {lock}
         assume-role keys export default >/dev/null; echo locked $?
         kill $daemon"
    );
    let mut command: Command = scene.world.command_of("dbus-run-session");
    command.args(["--", "sh", "-c", &script]);
    let ran = run(command, b"").unwrap();
    for line in ["helper 0", "back 0", "import 0", "switch 0", "locked 5"] {
        assert!(ran.stdout.contains(line), "{line}: {ran:?}");
    }
    assert!(ran.stderr.contains("secret-service is locked"), "{ran:?}");
    assert!(config(&scene).contains(&format!("assume_role_keys = secret-service {id}")));
    assert_eq!(credentials(&scene), "");
}

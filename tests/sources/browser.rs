//! A page to sign on is opened on a desktop and nowhere else; page and code are printed everywhere.
//!
//! Whether this is a container is asked of two files at the root of the system, which no test can
//! make or remove; so strace answers in place of the kernel.

use std::os::unix::fs::PermissionsExt;

use super::sso::signed;
use crate::scenes::Scene;
use crate::support::process;
use crate::support::tools::find;

const PAGE: &str = "https://device.sso.eu-west-1.amazonaws.com/?user_code=ABCD-EFGH";

/// Signs on with these variables; tells whether a page was opened.
fn opened(scene: &Scene, in_container: bool, variables: &[(&str, &str)], more: &[&str]) -> bool {
    let mark = scene.world.root().join("opened");
    let _ = std::fs::remove_file(&mark);
    for opener in ["xdg-open", "open"] {
        let path = scene.world.bin().join(opener);
        std::fs::write(&path, format!("#!/bin/sh\necho \"$1\" >'{}'\n", mark.display())).unwrap();
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o700)).unwrap();
    }
    let answer = if in_container { "retval=0" } else { "error=ENOENT" };
    let mut command = scene.world.command_of("strace");
    // Only the two files of a container are answered for; strace waits for the opener to end.
    command
        .args(["-f", "-qq", "-P", "/.dockerenv", "-P", "/run/.containerenv"])
        .args(["-e", "trace=stat,newfstatat,statx", "-e"])
        .arg(format!("inject=stat,newfstatat,statx:{answer}"))
        .args(["-o", "/dev/null"])
        .arg(scene.world.program())
        .args(["login", "corp", "--device"])
        .args(more)
        .envs(variables.iter().copied());
    let ran = process::run(command, b"").unwrap();
    assert!(
        ran.status == 0 && ran.stderr.contains(PAGE) && ran.stderr.contains("ABCD-EFGH"),
        "{ran:?}"
    );
    std::fs::read_to_string(mark).is_ok_and(|page| page.trim() == PAGE)
}

#[test]
fn a_page_is_opened_on_a_desktop_only() {
    let Some(_) = find("strace") else { return };
    let (scene, _sso) = signed();
    let desktop = ("DISPLAY", ":0");
    assert!(opened(&scene, false, &[desktop], &[]));
    assert!(opened(&scene, false, &[("WAYLAND_DISPLAY", "wayland-0")], &[]));
    assert!(!opened(&scene, false, &[], &[]), "without a screen");
    assert!(!opened(&scene, true, &[desktop], &[]), "in a container");
    assert!(!opened(&scene, false, &[desktop], &["--no-input"]), "where no question may be asked");
    for name in
        ["SSH_CONNECTION", "SSH_CLIENT", "SSH_TTY", "CI", "KUBERNETES_SERVICE_HOST", "container"]
    {
        assert!(!opened(&scene, false, &[desktop, (name, "x")], &[]), "{name}");
    }
}

#[test]
fn an_invalid_page_address_is_never_shown_or_opened() {
    let Some(_) = find("strace") else { return };
    let (mut scene, sso) = signed();
    sso.send_to("file:///etc/passwd");
    scene.world.set("DISPLAY", ":0");
    let trace = scene.world.root().join("trace");
    let mut command = scene.world.command_of("strace");
    command.args(["-f", "-qq", "-e", "trace=execve", "-o"]).arg(&trace).arg(scene.world.program());
    let ran = process::run(
        {
            command.args(["login", "corp", "--device"]);
            command
        },
        b"",
    )
    .unwrap();
    assert!(ran.status == 6 && ran.stderr.contains("is no page"), "{ran:?}");
    assert_eq!(std::fs::read_to_string(trace).unwrap().matches("execve(").count(), 1);
}

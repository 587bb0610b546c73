//! Homes of every kind: under each umask, of another user, read-only, full, missing; and the
//! settings that choose where the store is. Whatever happens to a store that is there by default,
//! the switch works.

use std::fs;
use std::os::unix::fs::{MetadataExt, lchown};
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::Command;

use rustix::process::geteuid;

use crate::scenes::{Scene, bastion};
use crate::support::process::{Ran, run};
use crate::support::tools::find;

/// The unprivileged user of most systems; any number without files would do.
const PLAIN_USER: u32 = 65534;

fn skip(why: &str) {
    assert!(std::env::var("CI").as_deref() != Ok("true"), "not done: {why}");
    eprintln!("not done: {why}");
}

/// Gives everything of a world to a user without privileges, with a program that this user can
/// reach.
fn give_to_plain_user(scene: &Scene) {
    let program = scene.world.program();
    let binary = fs::canonicalize(&program).unwrap();
    fs::remove_file(&program).unwrap();
    // Not `fs::copy`: a process forked meanwhile by another test would hold the copy open, and it
    // could not be run.
    assert!(Command::new("cp").arg(binary).arg(&program).status().unwrap().success());
    give(scene.world.root());
}

fn give(path: &Path) {
    lchown(path, Some(PLAIN_USER), Some(PLAIN_USER)).unwrap();
    if path.is_dir() && !path.is_symlink() {
        fs::read_dir(path).unwrap().for_each(|entry| give(&entry.unwrap().path()));
    }
}

/// The arguments of a switch with a code that is good.
fn switch(scene: &Scene) -> Vec<String> {
    ["export", "--shell", "bash", "production", "read", &scene.code()].map(str::to_owned).to_vec()
}

/// The octal mode at the end of a traced call's arguments: `openat(3, "x", O_CREAT, 0600) = 4`.
fn mode_of(line: &str) -> &str {
    line.rsplit_once(") ").and_then(|(call, _)| call.rsplit_once(", ")).map_or("", |(_, mode)| mode)
}

#[test]
fn no_file_is_ever_open_to_others() {
    if find("strace").is_none() {
        return;
    }
    for umask in ["000", "022", "077", "777"] {
        let scene = bastion();
        let log = scene.world.root().join("log");
        fs::write(&log, "").unwrap();
        let mut command = scene.world.command_of("strace");
        command.args(["-f", "-e", "trace=%file,fchmod", "-o"]).arg(&log);
        command
            .args(["sh", "-c", &format!("umask {umask}; exec \"$@\""), "sh"])
            .arg(scene.world.program());
        if geteuid().is_root() {
            give_to_plain_user(&scene);
            command.uid(PLAIN_USER).gid(PLAIN_USER);
        }
        command.args(switch(&scene));
        let ran = run(command, b"").unwrap();
        assert!(ran.status == 0 && !ran.stderr.contains("warning"), "umask {umask}: {ran:?}");
        let log = fs::read_to_string(log).unwrap();
        let mut made = 0;
        for line in log.lines() {
            let is_directory =
                line.contains("mkdir") || line.contains(" chmod(") || line.contains("fchmodat(");
            if is_directory
                || line.contains("O_CREAT")
                || line.contains("creat(")
                || line.contains("fchmod(")
            {
                made += 1;
                assert_eq!(
                    mode_of(line),
                    if is_directory { "0700" } else { "0600" },
                    "umask {umask}: {line}"
                );
            }
            let ours = scene.world.root().to_str().unwrap();
            let stranger = line
                .split('"')
                .nth(1)
                .filter(|path| path.starts_with("/tmp") && !path.starts_with(ours));
            assert_eq!(stranger, None, "nothing of ours is looked for among everybody's files");
        }
        assert!(made > 10, "{log}");
        let store = scene.world.home().join(".local/state/assume-role");
        assert_eq!(fs::metadata(&store).unwrap().mode() & 0o777, 0o700);
        for entry in fs::read_dir(&store).unwrap() {
            let entry = entry.unwrap();
            assert_eq!(entry.metadata().unwrap().mode() & 0o777, 0o600, "umask {umask}: {entry:?}");
        }
    }
}

/// One warning about the store, and a switch that works.
#[track_caller]
fn costs_the_cache_only(ran: &Ran, why: &str) {
    assert_eq!(ran.status, 0, "{ran:?}");
    assert!(ran.stdout.contains("AWS_SESSION_TOKEN="), "{ran:?}");
    let warnings: Vec<&str> =
        ran.stderr.lines().filter(|line| line.starts_with("warning: the store")).collect();
    assert_eq!(warnings.len(), 1, "{ran:?}");
    assert!(warnings[0].contains("the store is not used") && warnings[0].contains(why), "{ran:?}");
}

/// A configured store that cannot be used: nothing is switched, the reason is reported.
#[track_caller]
fn is_refused(ran: &Ran, why: &str) {
    assert_eq!((ran.status, ran.stdout.as_str()), (9, ""), "{ran:?}");
    assert!(ran.stderr.contains("the store cannot be used") && ran.stderr.contains(why), "{ran:?}");
    assert!(ran.stderr.contains("hint:"), "{ran:?}");
}

#[test]
fn the_home_of_another_user_gets_nothing() {
    if !geteuid().is_root() {
        return skip("a home of another user needs root");
    }
    let mut scene = bastion();
    give(&scene.world.home());
    let before = scene.world.snapshot().unwrap();
    let why = "belongs to user 65534, and this is user 0";
    costs_the_cache_only(&scene.world.run(switch(&scene)).unwrap(), why);
    scene.world.set("ASSUME_ROLE_STORE", "file");
    is_refused(&scene.world.run(switch(&scene)).unwrap(), why);
    assert_eq!(scene.world.snapshot().unwrap(), before);
}

/// Runs a switch where `prepare` has mounted something.
fn run_mounted(scene: &Scene, prepare: &str) -> Ran {
    let mut command = scene.world.command_of("unshare");
    command
        .args(["-m", "sh", "-c", &format!("{prepare} && exec \"$@\""), "sh"])
        .arg(scene.world.program());
    command.args(switch(scene));
    run(command, b"").unwrap()
}

fn can_mount() -> bool {
    let can = geteuid().is_root()
        && Command::new("unshare").args(["-m", "true"]).status().is_ok_and(|s| s.success());
    if !can {
        skip("mounting needs root");
    }
    can
}

#[test]
fn a_read_only_home_costs_the_cache_only() {
    if !can_mount() {
        return;
    }
    let mut scene = bastion();
    let read_only = "mount --bind \"$HOME\" \"$HOME\" && mount -o remount,ro,bind \"$HOME\"";
    let before = scene.world.snapshot().unwrap();
    costs_the_cache_only(&run_mounted(&scene, read_only), "Read-only file system");
    scene.world.set("ASSUME_ROLE_STORE", "file");
    is_refused(&run_mounted(&scene, read_only), "Read-only file system");
    assert_eq!(scene.world.snapshot().unwrap(), before);
    scene.world.unset("ASSUME_ROLE_STORE");
    // What was stored before is still used.
    scene.switch_with_code(&["production", "read"]);
    let heard = scene.sts.connections();
    let ran = run_mounted(&scene, read_only);
    assert!(ran.status == 0 && !ran.stderr.contains("warning"), "{ran:?}");
    assert_eq!(scene.sts.connections(), heard);
}

#[test]
fn a_full_disk_costs_the_cache_only() {
    if !can_mount() {
        return;
    }
    let mut scene = bastion();
    scene.world.write(".local/state/x", "").unwrap();
    let full = "mount -t tmpfs -o size=16k,mode=700 none \"$HOME/.local/state\" && \
                { head -c 100000 /dev/zero >\"$HOME/.local/state/x\" 2>/dev/null; true; }";
    costs_the_cache_only(&run_mounted(&scene, full), "No space left on device");
    scene.world.set("ASSUME_ROLE_STORE", "file");
    is_refused(&run_mounted(&scene, full), "No space left on device");
}

#[test]
fn a_missing_home_costs_the_cache_only() {
    for home in [None, Some("/nonexistent"), Some("relative")] {
        let mut scene = bastion();
        let files = scene.world.home().join(".aws");
        for (variable, name) in [
            ("AWS_CONFIG_FILE", "config"),
            ("AWS_SHARED_CREDENTIALS_FILE", "credentials"),
            ("ACCOUNTS_FILE", "accounts"),
        ] {
            scene.world.set(variable, files.join(name));
        }
        match home {
            Some(home) => scene.world.set("HOME", home),
            None => scene.world.unset("HOME"),
        }
        let why = if home == Some("/nonexistent") {
            "/nonexistent does not exist"
        } else {
            "HOME names no absolute path"
        };
        costs_the_cache_only(&scene.world.run(switch(&scene)).unwrap(), why);
        scene.world.set("ASSUME_ROLE_STORE", "file");
        is_refused(&scene.world.run(switch(&scene)).unwrap(), why);
        scene.world.set("ASSUME_ROLE_STORE", "none");
        let ran = scene.world.run(switch(&scene)).unwrap();
        assert!(ran.status == 0 && !ran.stderr.contains("warning"), "{ran:?}");
        assert!(
            !Path::new("/nonexistent").exists() && !scene.world.home().join("relative").exists()
        );
    }
}

#[test]
fn a_store_that_others_can_read_is_not_used() {
    use std::os::unix::fs::PermissionsExt;
    let scene = bastion();
    scene.switch_with_code(&["production", "read"]);
    let store = scene.world.home().join(".local/state/assume-role");
    fs::set_permissions(&store, fs::Permissions::from_mode(0o755)).unwrap();
    let before = scene.world.snapshot().unwrap();
    let ran = scene.world.run(switch(&scene)).unwrap();
    costs_the_cache_only(&ran, "is open to others (mode 0755)");
    assert!(ran.stderr.contains("chmod 700 "), "{ran:?}");
    assert_eq!(scene.world.snapshot().unwrap(), before);
}

#[test]
fn no_store_asks_each_time_and_writes_nothing() {
    let mut scene = bastion();
    scene.world.set("ASSUME_ROLE_STORE", "none");
    let before = scene.world.snapshot().unwrap();
    for _ in 0..2 {
        scene.refused(5, &["production", "read"]);
        let ran = scene.world.run(switch(&scene)).unwrap();
        assert!(ran.status == 0 && !ran.stderr.contains("warning"), "{ran:?}");
    }
    assert_eq!(scene.sts.count("GetSessionToken"), 2);
    assert_eq!(scene.world.snapshot().unwrap(), before);
}

#[test]
fn the_runtime_store_keeps_what_a_login_needs() {
    let mut scene = bastion();
    let runtime = scene.world.root().join("runtime");
    fs::create_dir(&runtime).unwrap();
    scene.world.set("ASSUME_ROLE_STORE", "runtime");
    let before = scene.world.snapshot().unwrap();
    is_refused(&scene.world.run(switch(&scene)).unwrap(), "XDG_RUNTIME_DIR");
    scene.world.set("XDG_RUNTIME_DIR", &runtime);
    scene.switch_with_code(&["production", "read"]);
    scene.switch(&["production", "read"]);
    scene.switch(&["production", "admin"]);
    assert_eq!((scene.sts.count("GetSessionToken"), scene.sts.count("AssumeRole")), (1, 2));
    assert_eq!(scene.world.snapshot().unwrap(), before, "the home is not touched");
    // A new login begins with an empty directory.
    fs::remove_dir_all(runtime.join("assume-role")).unwrap();
    scene.refused(5, &["production", "read"]);
}

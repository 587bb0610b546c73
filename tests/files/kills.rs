//! What a signal leaves of an edit, and what takes away the rest of one that was killed. Kills themselves:
//! `crate::kills`.

use std::fs;
use std::time::{Duration, SystemTime};

use crate::scenes::{Scene, bastion};
use crate::support::process::{self, Ran};
use crate::support::tools::find;

/// Calls that change files, with the names they have on different machines.
const CALLS: [&str; 7] = [
    "write", "pwrite64", "fsync", "?fchmod,?fchmodat", "?rename,?renameat,?renameat2",
    "?unlink,?unlinkat", "flock",
];

fn words(line: &str) -> Vec<&str> {
    line.split_whitespace().collect()
}

fn unfinished(scene: &Scene) -> usize {
    let names = fs::read_dir(scene.world.home().join(".aws")).unwrap().flatten();
    names.filter(|it| it.file_name().to_string_lossy().starts_with(".assume-role-new-")).count()
}

/// A run that gets a signal at the given call of these.
fn signalled(scene: &Scene, calls: &str, signal: &str, when: u32, line: &str) -> Ran {
    let mut command = scene.world.command_of("strace");
    let inject = format!("inject={calls}:signal={signal}:when={when}");
    command.args(["-f", "-o", "/dev/null", "-e", &inject]);
    command.arg(scene.world.program()).args(words(line));
    process::run(command, b"").unwrap()
}

fn home() -> Scene {
    let scene = bastion();
    scene.world.accounts(r#"{"production": "123456789012", "old": "210987654321"}"#).unwrap();
    scene.world.config("# mine\n[default]\nregion = eu-west-1\n").unwrap();
    scene
}

#[test]
fn a_signal_leaves_nothing_unfinished() {
    if find("strace").is_none() {
        return;
    }
    let mut signals = [("TERM", 143), ("HUP", 129), ("INT", 130), ("QUIT", 131)].iter().cycle();
    let (mut died, mut done) = (0, 0);
    for calls in CALLS {
        for when in 1.. {
            let (signal, status) = signals.next().unwrap();
            let scene = home();
            assert_eq!(scene.world.run(words("profile add p production read")).unwrap().status, 0);
            let ran = signalled(&scene, calls, signal, when, "profile remove p");
            let what = format!("{signal} at {calls} {when}: {ran:?}");
            assert_eq!(unfinished(&scene), 0, "{what}");
            match ran.status {
                // There is no such call any more.
                0 => break,
                other => assert_eq!(other, *status, "{what}"),
            }
            died += 1;
            let text = fs::read_to_string(scene.world.home().join(".aws/config")).unwrap();
            done += usize::from(!text.contains("[profile p]"));
        }
    }
    assert!(died >= 8 && done > 0 && done < died, "{died} died, {done} of them after the edit");
}

#[test]
fn doctor_takes_away_what_was_left_long_ago() {
    let scene = home();
    let left = |name: &str, age: u64| {
        let path = scene.world.write(name, "secret").unwrap();
        let then = SystemTime::now() - Duration::from_secs(age);
        fs::File::open(&path).unwrap().set_modified(then).unwrap();
        path
    };
    let old = left(".aws/.assume-role-new-old", 120);
    let young = left(".aws/.assume-role-new-young", 0);
    let ran = scene.world.run(["doctor"]).unwrap();
    assert!(ran.stdout.contains("removed ~/.aws/.assume-role-new-old"), "{ran:?}");
    assert!(!old.exists() && young.exists());
    // An edit holds the lock, so that it is certain; one that has nothing to do as well.
    let ran = scene.world.run(words("accounts add old 210987654321")).unwrap();
    assert!(ran.stderr.contains("removed ~/.aws/.assume-role-new-young"), "{ran:?}");
    assert!(!young.exists());
}

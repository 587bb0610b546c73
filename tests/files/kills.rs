//! Each edit and a sign-on, killed at every system call that changes something: each file is as before or
//! as after, and what is left over the next run takes away.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use crate::scenes::{Scene, bastion};
use crate::sources::sso;
use crate::support::process::{self, Ran};
use crate::support::tools::find;

/// Calls that change files, with the names they have on different machines.
const CALLS: [&str; 7] = [
    "write",
    "pwrite64",
    "fsync",
    "?fchmod,?fchmodat",
    "?rename,?renameat,?renameat2",
    "?unlink,?unlinkat",
    "flock",
];
const ACCOUNTS: &str = "{\n  \"production\": \"123456789012\",\n  \"old\": \"210987654321\"\n}\n";
const CONFIG: &str = "# mine\n[default]\nregion = eu-west-1\n";

/// What runs before the edit, and the edit.
const EDITS: [(&str, &str); 4] = [
    ("", "profile add p production read --assume"),
    ("profile add p production read", "profile remove p"),
    ("", "accounts add new 333333333333"),
    ("", "accounts remove old"),
];

fn words(line: &str) -> Vec<&str> {
    line.split_whitespace().collect()
}

/// The files of a directory by name, but for those that say so in their names: a lock, and what was being
/// written.
fn files(directory: &Path) -> (BTreeMap<PathBuf, String>, Vec<PathBuf>) {
    let (mut whole, mut unfinished) = (BTreeMap::new(), Vec::new());
    for entry in fs::read_dir(directory).into_iter().flatten().flatten() {
        let name = PathBuf::from(entry.file_name());
        if name.to_string_lossy().starts_with(".assume-role-lock") || entry.path().is_dir() {
            continue;
        }
        match name.to_string_lossy().starts_with('.') {
            true => unfinished.push(name),
            false => drop(whole.insert(name, fs::read_to_string(entry.path()).unwrap())),
        }
    }
    (whole, unfinished)
}

fn dying(scene: &Scene, calls: &str, when: u32, line: &str) -> Ran {
    signalled(scene, calls, "KILL", when, line)
}

/// A run that gets a signal at the given call of these.
fn signalled(scene: &Scene, calls: &str, signal: &str, when: u32, line: &str) -> Ran {
    let mut command = scene.world.command_of("strace");
    let inject = format!("inject={calls}:signal={signal}:when={when}");
    command.args(["-f", "-o", "/dev/null", "-e", &inject]);
    command.arg(scene.world.program()).args(words(line));
    process::run(command, b"").unwrap()
}

/// A home before an edit.
fn home(before: &str) -> Scene {
    let scene = bastion();
    scene.world.accounts(ACCOUNTS).unwrap();
    scene.world.config(CONFIG).unwrap();
    // The same key in each home, so that the files are the same.
    let key =
        "aws_access_key_id = AKIADEFAULT123456789\naws_secret_access_key = s3cr3t0123456789\n";
    scene.world.credentials(&format!("[default]\n{key}")).unwrap();
    if !before.is_empty() {
        assert_eq!(scene.world.run(words(before)).unwrap().status, 0);
    }
    scene
}

/// The same home for every file: what a profile says of the program holds its path.
fn shown(scene: &Scene) -> (BTreeMap<PathBuf, String>, Vec<PathBuf>) {
    let (mut whole, unfinished) = files(&scene.world.home().join(".aws"));
    for text in whole.values_mut() {
        *text = text.replace(&scene.world.root().display().to_string(), "ROOT");
    }
    (whole, unfinished)
}

#[test]
fn each_edit_can_be_killed_anywhere() {
    if find("strace").is_none() {
        return;
    }
    std::thread::scope(|scope| {
        for (before, edit) in EDITS {
            scope.spawn(move || {
                let scene = home(before);
                let was = shown(&scene).0;
                assert_eq!(scene.world.run(words(edit)).unwrap().status, 0, "{edit}");
                let is = shown(&scene).0;
                assert_ne!(was, is, "{edit}");
                let mut killed = 0;
                for calls in CALLS {
                    for when in 1.. {
                        let scene = home(before);
                        if dying(&scene, calls, when, edit).status == 0 {
                            break;
                        }
                        killed += 1;
                        let what = format!("{edit}, {calls} {when}");
                        let (left, unfinished) = shown(&scene);
                        let mut untold = !unfinished.is_empty();
                        // The config and the credentials are written side by side.
                        assert!(unfinished.len() <= 2, "{what}: {unfinished:?}");
                        for (name, text) in &left {
                            let known = [was.get(name), is.get(name)];
                            assert!(known.contains(&Some(text)), "{what}: {name:?}: {text}");
                        }
                        assert!(was.keys().all(|name| left.contains_key(name)), "{what}: {left:?}");
                        // One that was done already is refused, and sweeps all the same when another
                        // edit follows.
                        let again = scene.world.run(words(edit)).unwrap();
                        untold &= !again.stderr.contains("left by an edit that was killed");
                        assert_eq!(shown(&scene).0, is, "{what}");
                        let more =
                            ["profile add q production admin", "accounts add q 444444444444"];
                        for line in more {
                            let ran = scene.world.run(words(line)).unwrap();
                            assert_eq!(ran.status, 0, "{what}");
                            untold &= !ran.stderr.contains("left by an edit that was killed");
                        }
                        assert!(!untold, "{what}");
                        assert!(shown(&scene).1.is_empty(), "{what}: {:?}", shown(&scene).1);
                    }
                }
                assert!(killed >= 8, "{edit}: killed {killed} times only");
            });
        }
    });
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
            let ((signal, status), (before, edit)) = (signals.next().unwrap(), EDITS[1]);
            let scene = home(before);
            let ran = signalled(&scene, calls, signal, when, edit);
            let what = format!("{signal} at {calls} {when}: {ran:?}");
            assert!(shown(&scene).1.is_empty(), "{what}");
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
    let scene = home("");
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

#[test]
fn a_sign_on_can_be_killed_anywhere() {
    if find("strace").is_none() {
        return;
    }
    let login = "login --device corp";
    let cache = |scene: &Scene| files(&scene.world.home().join(".aws/sso/cache"));
    let mut killed = 0;
    for calls in CALLS {
        for when in 1.. {
            let (scene, _service) = sso::signed();
            if dying(&scene, calls, when, login).status == 0 {
                break;
            }
            killed += 1;
            let what = format!("{calls} {when}");
            for (name, text) in cache(&scene).0 {
                let json: Result<serde_json::Value, _> = serde_json::from_str(&text);
                assert!(json.is_ok_and(|json| json.is_object()), "{what}: {name:?}: {text}");
            }
            // Later, the next one cleans up.
            let directory = scene.world.home().join(".aws/sso/cache");
            for name in cache(&scene).1 {
                let long_ago = SystemTime::now() - Duration::from_secs(120);
                fs::File::open(directory.join(name)).unwrap().set_modified(long_ago).unwrap();
            }
            assert_eq!(scene.world.run(words(login)).unwrap().status, 0, "{what}");
            scene.switch(&["read"]);
            let (whole, unfinished) = cache(&scene);
            assert!(unfinished.is_empty() && !whole.is_empty(), "{what}: {unfinished:?}");
        }
    }
    assert!(killed >= 4, "killed {killed} times only");
}

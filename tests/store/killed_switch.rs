//! A whole switch, killed at each system call that changes something: the next run works and asks
//! at most what it must, and what was left unfinished is swept.

use crate::scenes::day::Day;
use crate::scenes::{Scene, bastion};
use crate::support::process::{Ran, run};
use crate::support::tools::find;

/// Calls that change files, with the names they have on different machines, and how often a first
/// switch makes them at the least.
const CALLS: [(&str, u32); 5] = [
    ("write", 2),
    ("pwrite64", 6),
    ("fsync", 4),
    ("?rename,?renameat,?renameat2", 4),
    ("?fchmod,utimensat", 4),
];
/// As shells report a process that was killed.
const KILLED: i32 = 137;

/// The names in the store that begin so.
fn stored(scene: &Scene, start: &str) -> Vec<String> {
    let Ok(entries) = std::fs::read_dir(scene.world.home().join(".local/state/assume-role")) else {
        return Vec::new();
    };
    entries
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .filter(|name| name.starts_with(start))
        .collect()
}

/// Switches, and is killed at the `when`-th of these calls.
fn switch_and_die(scene: &Scene, calls: &str, when: u32, words: &[&str]) -> Ran {
    let mut command = scene.world.command_of("strace");
    command.args([
        "-f",
        "-o",
        "/dev/null",
        "-e",
        &format!("inject={calls}:signal=KILL:when={when}"),
    ]);
    command.arg(scene.world.program()).args(["export", "--shell", "bash"]).args(words);
    run(command, b"").unwrap()
}

/// Whatever the last run left: the next one needs no code where the base session was kept, and no
/// network where the role was.
fn next_run_works(day: &Day, what: &str) {
    let (has_base, has_role) =
        (!stored(&day.scene, "base-").is_empty(), !stored(&day.scene, "role-").is_empty());
    let heard = day.heard();
    let mut ran = day.scene.export(&["production", "read"]);
    if has_base {
        assert_eq!(ran.status, 0, "{what}: {ran:?}");
        assert!(!has_role || day.heard() == heard, "{what}: the role was there");
    } else {
        assert_eq!(ran.status, 5, "{what}: {ran:?}");
        ran = day.scene.export(&["production", "read", &day.scene.code()]);
        assert_eq!(ran.status, 0, "{what}: {ran:?}");
    }
    assert!(
        !ran.stderr.contains("warning") && ran.stdout.contains("AWS_SESSION_TOKEN="),
        "{what}: {ran:?}"
    );
    // Later, the next one that writes cleans up.
    day.comes_to(120);
    day.scene.switch(&["production", "admin"]);
    assert_eq!(stored(&day.scene, ".new-"), Vec::<String>::new(), "{what}");
    assert_eq!(stored(&day.scene, ".damaged-"), Vec::<String>::new(), "{what}");
    assert!(day.scene.codes_sent() <= 2, "{what}");
}

#[test]
fn a_first_switch_can_be_killed_anywhere() {
    if find("strace").is_none() {
        return;
    }
    for (calls, at_least) in CALLS {
        let mut when = 1;
        loop {
            let Some(day) = Day::begin(bastion()) else { return };
            let code = day.scene.code();
            let ran = switch_and_die(&day.scene, calls, when, &["production", "read", &code]);
            if ran.status == 0 {
                break;
            }
            assert_eq!(ran.status, KILLED, "{ran:?}");
            next_run_works(&day, &format!("{calls} {when}"));
            when += 1;
        }
        assert!(when > at_least, "{calls}: only {when}");
    }
}

#[test]
fn a_renewal_can_be_killed_anywhere() {
    if find("strace").is_none() {
        return;
    }
    for (calls, _) in CALLS {
        let mut when = 1;
        loop {
            let Some(day) = Day::begin(bastion()) else { return };
            let old = day.first_shell();
            day.comes_to(3000);
            let ran = switch_and_die(&day.scene, calls, when, &["production", "read"]);
            if ran.status == 0 {
                break;
            }
            assert_eq!(ran.status, KILLED, "{ran:?}");
            let new = day.scene.switch(&["production", "read"]);
            assert_ne!(new.keys().id, old.key());
            assert_eq!(
                (day.scene.codes_sent(), stored(&day.scene, "role-").len()),
                (1, 1),
                "{calls} {when}"
            );
            when += 1;
        }
    }
}

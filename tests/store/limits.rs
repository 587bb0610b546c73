//! Limits of the shell (`ulimit`): a message and an exit code, never a signal.

use crate::scenes::{Scene, bastion};
use crate::support::process::{Ran, run};

fn limited(scene: &Scene, limit: &str, words: &str) -> Ran {
    let mut command = scene.world.command_of("/bin/sh");
    command.args(["-c", &format!("ulimit {limit}; exec assume-role {words}")]);
    run(command, b"").unwrap()
}

#[test]
fn files_that_may_not_grow_cost_the_cache_only() {
    let scene = bastion();
    let words = format!("export --shell bash production read {}", scene.code());
    let switched = limited(&scene, "-f 0", &words);
    assert_eq!(switched.status, 0, "{switched:?}");
    assert!(switched.stdout.contains("AWS_SESSION_TOKEN"), "{switched:?}");
    assert_eq!(switched.stderr.matches("warning:").count(), 1, "{switched:?}");
    assert!(switched.stderr.contains("ulimit -f unlimited"), "{switched:?}");
}

#[test]
fn an_edit_that_may_not_write_leaves_nothing_behind() {
    let scene = bastion();
    let files = || {
        let files = scene.files_of_the_user();
        files.iter().map(|(name, entry)| (name.clone(), entry.contents.clone())).collect::<Vec<_>>()
    };
    let before = files();
    for words in ["accounts add staging 222222222222", "profile add x production read"] {
        let edited = limited(&scene, "-f 0", words);
        assert!(edited.status == 9 && edited.stderr.contains("File too large"), "{edited:?}");
        assert_eq!(files(), before, "{words}");
    }
}

#[test]
fn programs_that_are_started_may_end_by_that_signal_again() {
    let scene = bastion();
    scene.switch_with_code(&["production", "read"]);
    let script = "exec production read -- sh -c 'echo text > \"$HOME/file\"; echo still here'";
    let ran = limited(&scene, "-f 0", script);
    assert!(!ran.stdout.contains("still here"), "{ran:?}");
}

#[test]
fn a_small_stack_and_few_files_are_enough_or_said() {
    let scene = bastion();
    scene.switch_with_code(&["production", "read"]);
    let words = "export --shell bash production read";
    for limit in ["-s 64", "-s 256", "-n 16"] {
        assert_eq!(limited(&scene, limit, words).status, 0, "{limit}");
    }
    for files in 5..16 {
        let few = limited(&scene, &format!("-n {files}"), words);
        let told =
            few.stderr.contains(&format!("only {files} files")) && few.stderr.contains("ulimit -n");
        assert!(few.status == 9 && told, "{files}: {few:?}");
    }
    let refreshed = limited(&scene, "-n 16", &format!("{words} --refresh"));
    assert_eq!(refreshed.status, 0, "{refreshed:?}");
}

//! Signals, job control and the terminal: they belong to the command, as if nothing stood before it.

use std::process::Command;

use rustix::process::Signal;

use super::{EXEC, ready};
use crate::scenes::bastion;
use crate::support::process::run;
use crate::support::terminal::Terminal;

/// A script starts its background with Ctrl-C ignored.
#[cfg(target_os = "linux")]
#[test]
fn a_signal_that_was_ignored_is_ignored_by_the_command() {
    let scene = bastion();
    let code = scene.code();
    for words in [&["exec", "production", "read", &code, "--"][..], &EXEC] {
        let mut ours = scene.world.command_of("sh");
        ours.args(["-c", "trap '' INT TSTP; exec \"$@\"", "sh", "assume-role"]).args(words);
        ours.args(["grep", "^SigIgn", "/proc/self/status"]);
        let ran = run(ours, b"").unwrap();
        let mask =
            u64::from_str_radix(ran.stdout.trim_start_matches("SigIgn:").trim(), 16).unwrap();
        let both = 1 << 1 | 1 << 19;
        assert_eq!(mask & both, both, "{ran:?}");
    }
}

#[test]
fn the_terminal_and_the_process_stay_the_same() {
    let scene = ready();
    let mut terminal = scene
        .world
        .terminal(EXEC.iter().chain(&[
            "sh",
            "-c",
            "test -t 0 && test -t 1 && test -t 2 && echo pid $$.",
        ]))
        .unwrap();
    terminal.wait_for(&format!("pid {}.", terminal.id())).unwrap();
    assert_eq!(terminal.wait().unwrap(), 0);
}

#[test]
fn control_c_reaches_the_command_after_a_question_too() {
    let scene = bastion();
    // No command is started after `ready`: dash loses a signal that comes in the middle of that.
    let script = "sleep 60 & trap 'kill $!; echo caught; exit 7' INT; echo ready; wait";
    let mut terminal = scene.world.terminal(EXEC.iter().chain(&["sh", "-c", script])).unwrap();
    terminal.wait_for("MFA code of").unwrap();
    terminal.type_line(&scene.code()).unwrap();
    terminal.wait_for("ready").unwrap();
    assert!(terminal.is_ordinary().unwrap());
    terminal.press_control('c').unwrap();
    terminal.wait_for("caught").unwrap();
    assert_eq!(terminal.wait().unwrap(), 7);
    let mut terminal = scene
        .world
        .terminal(EXEC.iter().chain(&["sh", "-c", "echo ready; exec sleep 60"]))
        .unwrap();
    terminal.wait_for("ready").unwrap();
    terminal.press_control('c').unwrap();
    assert_eq!(terminal.wait().unwrap(), 130);
}

#[test]
fn control_c_at_the_question_runs_nothing() {
    let scene = bastion();
    let mut terminal = scene.world.terminal(EXEC.iter().chain(&["touch", "ran"])).unwrap();
    terminal.wait_for("MFA code of").unwrap();
    terminal.press_control('c').unwrap();
    assert_eq!(terminal.wait().unwrap(), 130);
    assert!(!scene.world.home().join("ran").exists());
}

#[test]
fn control_z_stops_the_command_and_fg_goes_on() {
    let scene = bastion();
    let mut bash = Command::new("bash");
    bash.args(["--norc", "--noprofile", "-i"]);
    let mut terminal = scene.world.terminal_of(bash).unwrap();
    // In two halves, so that the line itself does not show what it will print.
    let script =
        "trap 'echo aga\\in' CONT; echo be\\gun; until read x; do :; done; echo go\\t \\$x";
    terminal
        .type_line(&format!("PS1='$ '; assume-role exec production read -- sh -c \"{script}\""))
        .unwrap();
    terminal.wait_for("MFA code of").unwrap();
    terminal.type_line(&scene.code()).unwrap();
    terminal.wait_for("begun").unwrap();
    terminal.press_control('z').unwrap();
    terminal.wait_for("Stopped").unwrap();
    terminal.type_line("fg").unwrap();
    terminal.wait_for("again").unwrap();
    terminal.type_line("line").unwrap();
    terminal.wait_for("got line").unwrap();
    terminal.type_line("exit 3").unwrap();
    assert_eq!(terminal.wait().unwrap(), 3);
}

#[test]
fn a_signal_to_the_process_is_one_to_the_command() {
    let scene = ready();
    let mut terminal = scene
        .world
        .terminal(EXEC.iter().chain(&[
            "sh",
            "-c",
            "trap 'exit 9' USR1; echo ready; while :; do sleep 0.1; done",
        ]))
        .unwrap();
    terminal.wait_for("ready").unwrap();
    terminal.signal(Signal::USR1).unwrap();
    assert_eq!(terminal.wait().unwrap(), 9);
}

#[test]
fn a_question_is_asked_on_the_terminal_while_the_streams_are_pipes() {
    let scene = bastion();
    let mut command = Command::new(scene.world.program());
    command.args(EXEC).args(["sh", "-c", "echo $AWS_ACCOUNT_ROLE"]);
    command.env_clear().envs(scene.world.environment()).current_dir(scene.world.home());
    let mut terminal = Terminal::start_captured(command).unwrap();
    terminal.wait_for("MFA code of").unwrap();
    terminal.type_line(&scene.code()).unwrap();
    assert_eq!(terminal.wait().unwrap(), 0);
    assert_eq!(terminal.stdout(), "read\n");
}

//! The world, the terminal and the shells.

use std::collections::BTreeSet;
use std::os::unix::fs::PermissionsExt;
use std::process::Command;

use rustix::process::Signal;

use crate::support::process::run;
use crate::support::shells::{Script, Shell};
use crate::support::terminal::Terminal;
use crate::support::tmux::Tmux;
use crate::support::tools::find;
use crate::support::world::World;

fn world() -> World {
    World::new("/bin/echo").unwrap()
}

fn sh(text: &str) -> Command {
    let mut command = Command::new("/bin/sh");
    command.args(["-c", text]);
    command
}

#[test]
fn a_command_sees_only_its_world() {
    let world = world();
    let seen = run(world.command_of("/usr/bin/env"), b"").unwrap().stdout;
    let names: BTreeSet<&str> =
        seen.lines().filter_map(|line| Some(line.split_once('=')?.0)).collect();
    let expected = ["AWS_EC2_METADATA_DISABLED", "HOME", "LC_ALL", "PATH", "TERM"];
    assert_eq!(names, BTreeSet::from(expected));
    let mut command = world.command_of("/bin/sh");
    command.args([
        "-c",
        "command -v assume-role; (: </dev/tty) 2>/dev/null || echo no terminal; exit 7",
    ]);
    let ran = run(command, b"").unwrap();
    assert_eq!(
        (ran.stdout, ran.status),
        (format!("{}\nno terminal\n", world.program().display()), 7)
    );
    assert_eq!(world.run(["a", "b c"]).unwrap().stdout, "a b c\n");
}

#[test]
fn a_snapshot_sees_every_change() {
    let world = world();
    let file = world.accounts("{}").unwrap();
    let before = world.snapshot().unwrap();
    assert_eq!(before, world.snapshot().unwrap());
    std::fs::set_permissions(&file, std::fs::Permissions::from_mode(0o644)).unwrap();
    let wider = world.snapshot().unwrap();
    assert_ne!(before, wider);
    std::fs::write(world.home().join(".aws/new"), "").unwrap();
    assert_ne!(wider, world.snapshot().unwrap());
}

#[test]
fn the_terminal_is_the_controlling_one() {
    let world = world();
    let mut terminal = world
        .terminal_of(sh(
            "printf 'code? ' >/dev/tty; read -r code </dev/tty; echo got $code; exit 3",
        ))
        .unwrap();
    assert_eq!(terminal.wait_for("code? ").unwrap(), "");
    terminal.type_line("123456").unwrap();
    terminal.wait_for("got 123456").unwrap();
    assert_eq!(terminal.wait().unwrap(), 3);
    assert!(terminal.screen().starts_with("code? 123456\ngot 123456"), "{}", terminal.screen());
}

#[test]
fn a_terminal_keeps_captured_output_apart() {
    let mut terminal =
        Terminal::start_captured(sh("echo out; echo question >/dev/tty; read -r a; echo $a"))
            .unwrap();
    terminal.wait_for("question").unwrap();
    terminal.type_line("answer").unwrap();
    assert_eq!(terminal.wait().unwrap(), 0);
    assert_eq!(terminal.stdout(), "out\nanswer\n");
}

#[test]
fn keys_signals_and_modes_reach_the_command() {
    let mut terminal = Terminal::start(sh("stty -echo; echo quiet; exec cat")).unwrap();
    terminal.wait_for("quiet").unwrap();
    // What comes back now comes from cat, so that Ctrl-C meets cat and not a shell on its way to
    // it.
    terminal.type_line("again").unwrap();
    terminal.wait_for("again").unwrap();
    assert!(!terminal.is_ordinary().unwrap());
    terminal.press_control('c').unwrap();
    assert_eq!(terminal.wait().unwrap(), 130);
    let mut terminal = Terminal::start(sh("echo ready; exec sleep 1000")).unwrap();
    terminal.wait_for("ready").unwrap();
    assert!(terminal.is_ordinary().unwrap());
    terminal.signal(Signal::TERM).unwrap();
    assert_eq!(terminal.wait().unwrap(), 143);
    assert!(
        Terminal::start(sh("echo something else"))
            .unwrap()
            .wait_for("never")
            .unwrap_err()
            .0
            .contains("else")
    );
}

#[test]
fn scripts_run_in_every_shell() {
    let world = world();
    for shell in [Shell::Bash, Shell::Zsh, Shell::Fish, Shell::Dash] {
        if shell.find().is_none() {
            continue;
        }
        let rc = if shell == Shell::Fish { "set -gx FROM_RC yes" } else { "export FROM_RC=yes" };
        let ran =
            Script::new(shell, "echo $FROM_RC; echo oops >&2; exit 4").rc(rc).run(&world).unwrap();
        assert_eq!(
            (ran.stdout.as_str(), ran.stderr.as_str(), ran.status),
            ("yes\n", "oops\n", 4),
            "{shell:?}"
        );
    }
    let ran = Script::new(Shell::Bash, "false; echo on").options(&["-eu"]).run(&world).unwrap();
    assert_eq!((ran.stdout.as_str(), ran.status), ("", 1));
}

#[test]
fn shells_run_in_tmux() {
    if find("tmux").is_none() {
        return;
    }
    for shell in Shell::INTEGRATED {
        if shell.find().is_none() {
            continue;
        }
        let world = world();
        let rc =
            if shell == Shell::Fish { "set -gx FROM_RC yes\n" } else { "export FROM_RC=yes\n" };
        let mut tmux = Tmux::start(&world, shell, rc).unwrap();
        let said = tmux.run("echo $FROM_RC; assume-role $TMUX hello").unwrap();
        assert_eq!((said.text.trim(), said.status), ("yes\nhello", 0), "{shell:?}");
        assert_eq!(tmux.run("false").unwrap().status, 1, "{shell:?}");
        tmux.begin("echo reading; cat >/dev/null").unwrap();
        tmux.wait_for("\nreading").unwrap();
        tmux.paste("pasted").unwrap();
        tmux.press("Enter").unwrap();
        tmux.press("C-d").unwrap();
        assert_eq!(tmux.finish().unwrap().status, 0, "{shell:?}");
    }
}

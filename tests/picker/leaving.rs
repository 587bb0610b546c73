//! Every way out of the picker leaves the terminal as it was.

use std::process::Command;

use assume_role::testing::config::settings::PickerKind;
use assume_role::testing::ui::picker::{Choice, Item};
use rustix::process::Signal;

use super::{left, picker, scene, until};
use crate::support::terminal::Terminal;

#[test]
fn leaving_changes_nothing() {
    let scene = scene();
    for keys in ["\x1b", "\x03", "\x04", "zzz\x1b\x1b"] {
        let before = (scene.world.snapshot().unwrap(), scene.sts.connections());
        let mut terminal = picker(&scene, &[]);
        terminal.type_text(keys).unwrap();
        assert_eq!(left(terminal, 130), "", "{keys:?}");
        assert_eq!((scene.world.snapshot().unwrap(), scene.sts.connections()), before, "{keys:?}");
    }
}

#[test]
fn a_signal_leaves_the_terminal_as_it_was() {
    let scene = scene();
    for (signal, status) in
        [(Signal::TERM, 143), (Signal::HUP, 129), (Signal::QUIT, 131), (Signal::INT, 130)]
    {
        let terminal = picker(&scene, &[]);
        assert!(!terminal.is_ordinary().unwrap());
        terminal.signal(signal).unwrap();
        assert_eq!(left(terminal, status), "");
    }
}

/// Not a test of its own: a choice that goes wrong, in a process of its own.
#[test]
#[ignore = "run by the test below, on a terminal"]
fn a_choice_that_panics() {
    let items = [Item { account: "a".into(), ..Item::default() }];
    let preview = |_: usize| -> String { panic!("on purpose") };
    let _ = Choice { prompt: "?", items: &items, preview: &preview, coloured: false }
        .make(PickerKind::Builtin);
}

#[test]
fn a_panic_leaves_the_terminal_as_it_was() {
    let mut command = Command::new(std::env::current_exe().unwrap());
    command.args(["--ignored", "--exact", "picker::leaving::a_choice_that_panics", "--nocapture"]);
    let mut terminal = Terminal::start(command).unwrap();
    terminal.wait_for("\x1b[?1049h").unwrap();
    terminal.wait_for("\x1b[?1049l").unwrap();
    terminal.wait_for("on purpose").unwrap();
    assert_eq!(terminal.wait().unwrap(), 101, "{}", terminal.text());
    assert!(terminal.is_ordinary().unwrap());
}

#[test]
fn a_signal_after_the_choice_ends_it_as_ever() {
    let scene = scene();
    let mut terminal = picker(&scene, &["--yes"]);
    terminal.type_text("prd read\r").unwrap();
    terminal.wait_for("MFA code of").unwrap();
    terminal.signal(Signal::TERM).unwrap();
    assert_eq!(left(terminal, 143), "");
}

#[test]
fn it_is_not_stopped_but_goes_on_where_it_was() {
    let scene = scene();
    let mut terminal = picker(&scene, &["--yes"]);
    until(&mut terminal, "known from");
    terminal.signal(Signal::TSTP).unwrap();
    terminal.type_text("single").unwrap();
    until(&mut terminal, "> single  only");
    // What stops it against its will may have drawn on the screen meanwhile.
    terminal.signal(Signal::STOP).unwrap();
    terminal.wait_stopped().unwrap();
    terminal.make_ordinary().unwrap();
    terminal.signal(Signal::CONT).unwrap();
    terminal.wait_for("\x1b[?1049h").unwrap();
    until(&mut terminal, "> single  only");
    assert!(!terminal.is_ordinary().unwrap());
    terminal.type_text("\x1b").unwrap();
    assert_eq!(left(terminal, 130), "");
}

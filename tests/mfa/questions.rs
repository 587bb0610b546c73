//! Questions on the terminal device: what may be typed, what a key that gives up leaves, what
//! no other process may read.

use std::process::Command;

use rustix::process::Signal;

use crate::fake_aws::sts::{Fault, Gate};
use crate::scenes::{DEVICE, Scene, bastion};
use crate::support::process::PATIENCE;
use crate::support::terminal::Terminal;

const READ: [&str; 2] = ["production", "read"];
const QUESTION: &str = "MFA code of arn:aws:iam::999999999999:mfa/alice:";
const AGAIN: &str = "AWS refused that code; each code works once, and not for long\r\nMFA code of arn:aws:iam::999999999999:mfa/alice:";

/// A user whose keys and device are known from an earlier run, without a base session.
fn known() -> Scene {
    let scene = bastion();
    scene.switch_with_code(&READ);
    let forgotten = scene.world.run(["logout"]).unwrap();
    assert_eq!(forgotten.status, 0, "{forgotten:?}");
    scene
}

fn asked(scene: &Scene) -> Terminal {
    let mut terminal = scene.on_terminal(&READ);
    terminal.wait_for(QUESTION).unwrap();
    terminal
}

/// Asserts how a switch on a terminal ended; gives all that the terminal showed.
#[track_caller]
fn ended(mut terminal: Terminal, status: i32) -> String {
    let code = terminal.wait().unwrap();
    assert_eq!(code, status, "{}", terminal.text());
    let stdout = terminal.stdout();
    assert_eq!(stdout.is_empty(), status != 0, "{stdout}");
    // Three letters alone may well stand in the keys.
    assert!(!stdout.contains(QUESTION) && terminal.is_ordinary().unwrap());
    terminal.text()
}

#[test]
fn a_code_as_people_type_and_paste_it() {
    for form in ["{}", "  {} ", "{1} {2}", "\x1b[200~{}\x1b[201~", "\x1b[200~{1} {2}\x1b[201~"] {
        let scene = bastion();
        let mut terminal = asked(&scene);
        let code = scene.code();
        let typed = form.replace("{}", &code).replace("{1}", &code[..3]).replace("{2}", &code[3..]);
        terminal.type_line(&typed).unwrap();
        ended(terminal, 0);
        assert_eq!(
            scene.sts.last("GetSessionToken").unwrap().get("TokenCode"),
            Some(code.as_str()),
            "{form:?}"
        );
    }
}

#[test]
fn an_invalid_code_is_asked_for_again_and_never_sent() {
    for typed in [
        "12345",
        "1234567",
        "abcdef",
        "１２３４５６",
        "",
        "\u{16}\u{0}123456",
        "123-456",
        &"9".repeat(3000),
    ] {
        let scene = bastion();
        let mut terminal = asked(&scene);
        terminal.type_line(typed).unwrap();
        terminal.wait_for("a code is six digits").unwrap();
        terminal.wait_for(QUESTION).unwrap();
        assert_eq!(scene.codes_sent(), 0, "{typed:?}");
        terminal.type_line(&scene.code()).unwrap();
        ended(terminal, 0);
    }
}

#[test]
fn three_invalid_codes_end_the_question() {
    let scene = bastion();
    let mut terminal = asked(&scene);
    for _ in 0..2 {
        terminal.type_line("no").unwrap();
        terminal.wait_for(QUESTION).unwrap();
    }
    terminal.type_line("no").unwrap();
    assert!(ended(terminal, 4).contains("no valid MFA code after 3 tries"));
    assert_eq!(scene.codes_sent(), 0);
}

#[test]
fn a_wrong_code_is_asked_for_again_three_times_in_all() {
    let scene = bastion();
    let mut terminal = asked(&scene);
    for wrong in ["000000", "000001"] {
        terminal.type_line(wrong).unwrap();
        terminal.wait_for(AGAIN).unwrap();
    }
    terminal.type_line("000002").unwrap();
    let text = ended(terminal, 4);
    assert!(text.contains("that MFA code was not accepted") && text.contains(DEVICE), "{text}");
    assert_eq!(scene.codes_sent(), 3);
}

#[test]
fn after_a_wrong_code_a_good_one_will_do() {
    let scene = bastion();
    let mut terminal = asked(&scene);
    terminal.type_line("000000").unwrap();
    terminal.wait_for(AGAIN).unwrap();
    terminal.type_line(&scene.code()).unwrap();
    ended(terminal, 0);
    assert_eq!(scene.sts.count("ListMFADevices"), 1);
}

#[test]
fn a_used_code_is_reported_and_the_next_one_taken() {
    let scene = bastion();
    let used = scene.code();
    scene.switch(&["production", "read", &used]);
    let mut terminal = scene.on_terminal(&["production", "read", "--refresh", &used]);
    terminal.wait_for(AGAIN).unwrap();
    terminal.type_line(&scene.code()).unwrap();
    ended(terminal, 0);
}

#[test]
fn the_same_wrong_code_is_not_sent_a_second_time() {
    let scene = bastion();
    let mut terminal = asked(&scene);
    terminal.type_line("000000").unwrap();
    terminal.wait_for(AGAIN).unwrap();
    terminal.type_line("000000").unwrap();
    terminal.wait_for(AGAIN).unwrap();
    assert_eq!(scene.codes_sent(), 1);
    terminal.type_line("000000").unwrap();
    let text = ended(terminal, 4);
    assert!(text.contains("not accepted"), "{text}");
    assert_eq!(scene.codes_sent(), 1);
}

#[test]
fn giving_up_changes_nothing() {
    for (key, status) in [('c', 130), ('d', 130), ('\\', 131)] {
        let scene = known();
        let before = scene.files_of_the_user();
        let mut terminal = asked(&scene);
        terminal.press_control(key).unwrap();
        ended(terminal, status);
        assert_eq!((scene.codes_sent(), scene.files_of_the_user()), (1, before));
        scene.switch_with_code(&READ);
    }
}

#[test]
fn a_signal_ends_the_question() {
    for (signal, status) in [(Signal::TERM, 143), (Signal::HUP, 129), (Signal::KILL, 137)] {
        let scene = bastion();
        let terminal = asked(&scene);
        terminal.signal(signal).unwrap();
        ended(terminal, status);
        scene.switch_with_code(&READ);
    }
}

#[test]
fn stopped_and_continued_the_question_still_stands() {
    let scene = bastion();
    let mut terminal = asked(&scene);
    terminal.signal(Signal::STOP).unwrap();
    terminal.signal(Signal::CONT).unwrap();
    terminal.type_line(&scene.code()).unwrap();
    ended(terminal, 0);
}

/// A dash that compares the terminal's settings before and after a switch on it.
fn under_dash(scene: &Scene, script: &str) -> Terminal {
    let text = format!(
        "trap : INT QUIT TERM; before=$(stty -a); {script}; [ \"$(stty -a)\" = \"$before\" ] && echo same"
    );
    let mut command = Command::new("dash");
    command.args(["-c", &text]);
    scene.world.terminal_of(command).unwrap()
}

#[test]
fn the_terminal_is_as_it_was_whatever_ended_the_question() {
    for (key, status) in [(Some('c'), 130), (Some('d'), 130), (Some('\\'), 131), (None, 0)] {
        let scene = bastion();
        let mut terminal = under_dash(&scene, "assume-role production read >out; echo ended $?");
        terminal.wait_for(QUESTION).unwrap();
        match key {
            Some(key) => terminal.press_control(key).unwrap(),
            None => terminal.type_line(&scene.code()).unwrap(),
        }
        terminal.wait_for(&format!("ended {status}")).unwrap();
        terminal.wait_for("same").unwrap();
    }
}

#[test]
fn the_terminal_is_as_it_was_after_a_signal() {
    let scene = bastion();
    let mut terminal = under_dash(
        &scene,
        "assume-role production read >out & echo pid $! end; wait $!; echo ended $?",
    );
    terminal.wait_for("pid ").unwrap();
    let pid = terminal.wait_for(" end").unwrap().parse().unwrap();
    terminal.wait_for(QUESTION).unwrap();
    rustix::process::kill_process(rustix::process::Pid::from_raw(pid).unwrap(), Signal::TERM)
        .unwrap();
    terminal.wait_for("ended 143").unwrap();
    terminal.wait_for("same").unwrap();
}

#[test]
fn standard_input_is_left_to_other_readers() {
    let scene = bastion();
    std::fs::write(scene.world.root().join("list"), "123456\nproduction\n").unwrap();
    let script = "{ assume-role production read >out; echo ended $?; cat; } <../list";
    let mut terminal = under_dash(&scene, script);
    terminal.wait_for(QUESTION).unwrap();
    terminal.type_line(&scene.code()).unwrap();
    terminal.wait_for("ended 0\r\n123456\r\nproduction\r\n").unwrap();
}

#[test]
fn the_question_reaches_the_terminal_though_all_streams_go_elsewhere() {
    let scene = bastion();
    let mut terminal =
        under_dash(&scene, "assume-role production read </dev/null >out 2>err; echo ended $?");
    terminal.wait_for(QUESTION).unwrap();
    terminal.type_line(&scene.code()).unwrap();
    terminal.wait_for("ended 0").unwrap();
    let err = std::fs::read_to_string(scene.world.home().join("err")).unwrap();
    assert!(!err.contains("MFA code") && err.contains("production:read"), "{err}");
}

#[test]
fn without_a_terminal_an_answer_is_needed() {
    let said = bastion().refused(5, &READ);
    assert!(said.contains("no terminal to ask on") && said.contains("--mfa-code 123456"), "{said}");
}

#[test]
fn where_questions_are_forbidden_none_is_asked() {
    let scene = bastion();
    let text = ended(scene.on_terminal(&["production", "read", "--no-input"]), 5);
    assert!(text.contains("--no-input") && !text.contains(QUESTION), "{text}");
}

#[test]
fn the_connection_opens_while_the_code_is_typed() {
    let scene = known();
    let gate = Gate::new();
    scene.sts.fail_next("GetCallerIdentity", Fault::Pause(gate.clone()));
    let connections = scene.sts.connections();
    let mut terminal = asked(&scene);
    assert!(gate.wait_reached(PATIENCE), "nothing was sent while the question stood");
    assert_eq!(scene.sts.connections(), connections + 1);
    gate.release();
    terminal.type_line(&scene.code()).unwrap();
    ended(terminal, 0);
    let opened = scene.sts.last("GetCallerIdentity").unwrap().connection;
    let calls =
        ["GetSessionToken", "AssumeRole"].map(|action| scene.sts.last(action).unwrap().connection);
    assert_eq!((calls, scene.sts.connections()), ([opened, opened], connections + 1));
}

#[test]
fn a_code_typed_before_the_connection_stands_is_kept() {
    let scene = known();
    let gate = Gate::new();
    scene.sts.fail_next("GetCallerIdentity", Fault::Pause(gate.clone()));
    let mut terminal = asked(&scene);
    assert!(gate.wait_reached(PATIENCE));
    terminal.type_line(&scene.code()).unwrap();
    gate.release();
    ended(terminal, 0);
}

#[test]
fn a_connection_that_was_closed_while_the_code_was_typed_is_opened_again() {
    let scene = known();
    scene.sts.fail_next("GetCallerIdentity", Fault::Farewell);
    let mut terminal = asked(&scene);
    scene.wait_for_call("GetCallerIdentity", 2);
    scene.wait_until("the client has closed its side", || scene.sts.open_connections() == 0);
    terminal.type_line(&scene.code()).unwrap();
    ended(terminal, 0);
    assert_eq!(scene.codes_sent(), 2);
}

#[test]
fn a_question_ends_when_the_network_is_down() {
    let scene = known();
    scene.sts.fail_always("GetCallerIdentity", Some(Fault::Close));
    let text = ended(asked(&scene), 6);
    assert!(text.contains("\nassume-role: "), "{text}");
    assert_eq!(scene.codes_sent(), 1);
}

#[test]
fn a_question_ends_when_the_network_times_out() {
    let mut scene = known();
    scene.world.set("ASSUME_ROLE_TIMEOUT", "1s");
    scene.sts.fail_always("GetCallerIdentity", Some(Fault::Hang));
    assert!(ended(asked(&scene), 6).contains("no answer from"));
}

#[test]
fn a_question_ends_when_aws_does_not_know_the_key() {
    let scene = known();
    scene.sts.disable_key(&scene.key.id);
    let text = ended(asked(&scene), 4);
    assert!(
        text.contains("\nassume-role: AWS does not know the access key of profile default"),
        "{text}"
    );
}

#[test]
fn keys_used_for_the_first_time_are_proved_before_any_question() {
    let scene = bastion();
    scene.sts.fail_always(
        "GetCallerIdentity",
        Some(Fault::error(403, "InvalidClientTokenId", "invalid")),
    );
    let text = ended(scene.on_terminal(&READ), 4);
    assert!(!text.contains("MFA code"), "{text}");
}

#[test]
fn the_devices_may_be_declined_too() {
    let scene = bastion();
    scene.sts.add_device(&scene.key.id, "phone");
    let mut terminal = scene.on_terminal(&READ);
    terminal.wait_for("Which MFA device?").unwrap();
    terminal.press_control('d').unwrap();
    ended(terminal, 130);
    assert_eq!(scene.codes_sent(), 0);
}

#[test]
fn why_a_longer_session_takes_another_code_is_said() {
    let scene = bastion();
    scene.switch_with_code(&READ);
    let mut terminal = scene.on_terminal(&["production", "read", "--duration", "2h"]);
    terminal.wait_for("A session of more than 1h takes a code of its own.\r\n").unwrap();
    terminal.wait_for(QUESTION).unwrap();
    terminal.press_control('c').unwrap();
    ended(terminal, 130);
}

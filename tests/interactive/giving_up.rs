//! A question that is not answered.

use super::{QUESTION, Seat, in_each};
use crate::scenes::bastion;
use crate::support::shells::Shell;

const COMMAND: &str = "assume-role production read";

/// Types the command, presses a key at its question, and gives the status that the next line sees.
fn status_after(seat: &mut Seat<'_>, key: &str) -> i32 {
    seat.tmux.type_line(COMMAND).unwrap();
    seat.tmux.wait_until("a question", |screen| screen.trim_end().ends_with(QUESTION)).unwrap();
    seat.tmux.press(key).unwrap();
    seat.at_prompt();
    let keep = if seat.shell == Shell::Fish { "set kept $status" } else { "kept=$?" };
    seat.types(keep);
    seat.does("echo $kept").trim().parse().unwrap()
}

#[test]
fn interrupted_or_ended_the_environment_is_as_before() {
    in_each(|shell| {
        for key in ["C-c", "C-d"] {
            let scene = bastion();
            let mut seat = Seat::take(&scene, shell);
            let before = seat.environment();
            assert_eq!(status_after(&mut seat, key), 130, "{shell:?} {key}");
            assert_eq!(seat.environment(), before, "{shell:?} {key}");
            assert_eq!(scene.codes_sent(), 0, "{shell:?} {key}");
            assert_eq!(seat.types_with_code(COMMAND).status, 0, "{shell:?} {key}");
        }
    });
}

#[test]
fn what_follows_an_interrupted_switch_is_not_done_with_the_wrong_keys() {
    in_each(|shell| {
        let scene = bastion();
        let seat = Seat::take(&scene, shell);
        seat.tmux.type_line("assume-role production read && echo do\"\"ne").unwrap();
        seat.tmux.wait_for(QUESTION).unwrap();
        seat.tmux.press("C-c").unwrap();
        seat.at_prompt();
        assert!(!seat.tmux.screen().unwrap().contains("done"), "{shell:?}");
    });
}

#[test]
fn a_question_cannot_be_stopped() {
    in_each(|shell| {
        let scene = bastion();
        let mut seat = Seat::take(&scene, shell);
        seat.begins(COMMAND);
        seat.tmux.press("C-z").unwrap();
        seat.tmux.wait_for("^Z").unwrap();
        seat.tmux.type_line(&scene.code()).unwrap();
        let said = seat.tmux.finish().unwrap();
        assert_eq!(said.status, 0, "{shell:?}: {}", said.text);
    });
}

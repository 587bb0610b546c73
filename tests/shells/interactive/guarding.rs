//! A protected account, at a real keyboard.

use super::{Seat, in_each, session_of};
use crate::scenes::{PRODUCTION, bastion};

const QUESTION: &str = "To become production:read, type production:";

#[test]
fn the_name_is_typed_or_nothing_changes() {
    in_each(|shell| {
        let scene = bastion();
        scene.switch_with_code(&["production", "read"]);
        scene
            .world
            .accounts(&format!(r#"{{"production": {{"id": "{PRODUCTION}", "protected": true}}}}"#))
            .unwrap();
        let mut seat = Seat::take(&scene, shell);
        let before = seat.environment();
        for (answer, key, status) in
            [("prod", "Enter", 8), ("", "C-c", 130), ("", "C-d", 130), ("", "Enter", 130)]
        {
            seat.tmux.begin("assume-role production read").unwrap();
            seat.tmux
                .wait_until("a question", |screen| screen.trim_end().ends_with(QUESTION))
                .unwrap();
            seat.tmux.type_text(answer).unwrap();
            seat.tmux.press(key).unwrap();
            // An interrupted line runs no further in bash and zsh: its status is asked for in
            // another.
            if key == "C-c" {
                seat.at_prompt_again(key);
            } else {
                assert_eq!(seat.tmux.finish().unwrap().status, status, "{shell:?} {key}");
            }
            assert_eq!(seat.environment(), before, "{shell:?} {key}");
            seat.does("clear");
        }
        seat.tmux.begin("assume-role production read").unwrap();
        seat.tmux.wait_until("a question", |screen| screen.trim_end().ends_with(QUESTION)).unwrap();
        seat.tmux.type_line("production").unwrap();
        assert_eq!(seat.tmux.finish().unwrap().status, 0, "{shell:?}");
        assert_eq!(seat.who(), session_of("read"), "{shell:?}");
        assert_eq!(
            seat.environment().get("ASSUME_ROLE_PROTECTED").map(String::as_str),
            Some(PRODUCTION),
            "{shell:?}"
        );
    });
}

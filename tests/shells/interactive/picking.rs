//! The picker at a real shell: `assume-role` alone, and with an account alone.

use super::{Seat, in_each, in_each_that_evaluates, session_of};
use crate::scenes::{PRODUCTION, Scene, bastion};

/// Two accounts whose roles are written down.
fn scene() -> Scene {
    let scene = bastion();
    let accounts = format!(
        r#"{{
    "production": {{"id": "{PRODUCTION}", "roles": ["read", "admin", "ops/deploy"]}},
    "it's (日本)": {{"id": "333333333333", "roles": ["only"]}}
}}"#
    );
    scene.world.accounts(&accounts).unwrap();
    scene
}

#[test]
fn the_shell_becomes_what_was_picked() {
    in_each(|shell| {
        let scene = scene();
        let mut seat = Seat::take(&scene, shell);
        seat.types_with_code("assume-role production read");
        seat.tmux.begin("assume-role").unwrap();
        seat.tmux.wait_for("> production   read").unwrap();
        seat.tmux.type_text("adm").unwrap();
        seat.tmux.wait_for("> production  admin").unwrap();
        seat.tmux.press("Enter").unwrap();
        let said = seat.tmux.finish().unwrap();
        assert_eq!(said.status, 0, "{shell:?}: {}", said.text);
        assert_eq!(seat.who(), session_of("admin"), "{shell:?}");
        // What stood on the screen before is there again.
        assert!(seat.tmux.screen().unwrap().contains("assume-role production read"), "{shell:?}");
    });
}

#[test]
fn arrows_choose_among_the_roles_of_an_account() {
    in_each(|shell| {
        let scene = scene();
        let mut seat = Seat::take(&scene, shell);
        seat.tmux.begin("assume-role production").unwrap();
        seat.tmux.wait_for("> production  admin").unwrap();
        seat.tmux.press("Down").unwrap();
        seat.tmux.wait_for("> production  ops/deploy").unwrap();
        seat.tmux.press("Down").unwrap();
        seat.tmux.wait_for("> production  read").unwrap();
        seat.tmux.press("Up").unwrap();
        seat.tmux.wait_for("> production  ops/deploy").unwrap();
        seat.tmux.press("Enter").unwrap();
        seat.tmux.wait_for("MFA code of").unwrap();
        seat.tmux.type_line(&scene.code()).unwrap();
        let said = seat.tmux.finish().unwrap();
        assert_eq!(said.status, 0, "{shell:?}: {}", said.text);
        assert_eq!(seat.who(), session_of("deploy"), "{shell:?}");
        assert_eq!(seat.environment()["AWS_ACCOUNT_ROLE"], "ops/deploy", "{shell:?}");
    });
}

#[test]
fn leaving_the_picker_keeps_the_role_before() {
    in_each_that_evaluates(|shell| {
        let scene = scene();
        let mut seat = Seat::take(&scene, shell);
        seat.types_with_code("assume-role production read");
        let before = seat.environment();
        for (command, key) in [
            ("assume-role", "Escape"),
            ("assume-role", "C-c"),
            ("assume-role production", "C-z"),
            ("assume-role", "C-d"),
        ] {
            seat.tmux.begin(command).unwrap();
            seat.tmux.wait_for("Esc leaves everything as it is").unwrap();
            seat.tmux.press(key).unwrap();
            let said = seat.tmux.finish().unwrap();
            assert_eq!(
                (said.status, seat.environment()),
                (130, before.clone()),
                "{shell:?} {key}: {}",
                said.text
            );
        }
        // The shell still edits lines.
        seat.tmux.type_text("echo typed").unwrap();
        seat.tmux.press("BSpace").unwrap();
        seat.tmux.press("Enter").unwrap();
        seat.tmux.wait_for("\ntype\n").unwrap();
    });
}

#[test]
fn a_window_may_change_its_size_and_be_narrow() {
    in_each(|shell| {
        let scene = scene();
        let mut seat = Seat::take(&scene, shell);
        seat.tmux.begin("assume-role").unwrap();
        seat.tmux.wait_for("it's (日本)  only").unwrap();
        seat.tmux.resize(20, 8).unwrap();
        seat.tmux
            .wait_until("a narrow list", |screen| {
                screen.contains("\n> ") && screen.contains("it's")
            })
            .unwrap();
        seat.tmux.resize(80, 24).unwrap();
        seat.tmux.wait_for("it's (日本)  only").unwrap();
        seat.tmux.press("Escape").unwrap();
        assert_eq!(seat.tmux.finish().unwrap().status, 130, "{shell:?}");
    });
}

//! Out of a role: what stood before is there again.

use super::{PROMPT, Seat, in_each, in_each_that_evaluates, session_of};
use crate::scenes::bastion;
use crate::support::shells::{Shell, text_of};

#[test]
fn leaving_restores_profile_and_region() {
    in_each(|shell| {
        let scene = bastion();
        let mut seat = Seat::take(&scene, shell);
        for (name, value) in
            [("AWS_PROFILE", "default"), ("AWS_REGION", "us-west-2"), ("AWS_VAULT", "other")]
        {
            seat.does(&seat.exporting(name, value));
        }
        let before = seat.environment();
        assert_eq!(
            seat.types_with_code("assume-role production read eu-west-1").status,
            0,
            "{shell:?}"
        );
        let during = seat.environment();
        assert!(
            !during.contains_key("AWS_PROFILE") && !during.contains_key("AWS_VAULT"),
            "{shell:?}"
        );
        assert_eq!(during["AWS_REGION"], "eu-west-1", "{shell:?}");
        seat.does("assume-role production admin ap-south-1");
        // Loaded once more, the integration still knows what stood before.
        seat.does(shell.loads_init().trim());
        assert_eq!(seat.does("assume-role leave"), "", "{shell:?}");
        assert_eq!(seat.environment(), before, "{shell:?}");
        let said = seat.does("assume-role leave");
        assert!(said.contains("no session to leave in this shell"), "{shell:?}: {said}");
        assert_eq!(seat.environment(), before, "{shell:?}");
    });
}

#[test]
fn the_role_that_was_left_is_the_one_before() {
    in_each(|shell| {
        let scene = bastion();
        let mut seat = Seat::take(&scene, shell);
        seat.types_with_code("assume-role production read");
        seat.does("assume-role production admin");
        seat.does("assume-role leave");
        seat.does("assume-role -");
        assert_eq!(seat.who(), session_of("admin"), "{shell:?}");
        assert!(!seat.environment().contains_key("ASSUME_ROLE_LEFT"), "{shell:?}");
    });
}

#[test]
fn leaving_restores_the_users_own_keys() {
    in_each(|shell| {
        let scene = bastion();
        let mut seat = Seat::take(&scene, shell);
        seat.does(&seat.exporting("AWS_ACCESS_KEY_ID", &scene.key.id));
        seat.does(&seat.exporting("AWS_SECRET_ACCESS_KEY", &scene.key.secret));
        let before = seat.environment();
        assert_eq!(seat.types_with_code("assume-role production read").status, 0, "{shell:?}");
        assert_eq!(seat.who(), session_of("read"), "{shell:?}");
        seat.does("assume-role leave");
        assert_eq!(seat.environment(), before, "{shell:?}");
        assert_eq!(seat.who(), "arn:aws:iam::999999999999:user/alice", "{shell:?}");
        seat.does("assume-role production admin");
        assert_eq!(scene.codes_sent(), 1, "{shell:?}");
    });
}

#[test]
fn keys_set_by_hand_after_a_switch_are_the_users_latest() {
    in_each(|shell| {
        for switches_again in [true, false] {
            let scene = bastion();
            let mut seat = Seat::take(&scene, shell);
            seat.does(&seat.exporting("AWS_ACCESS_KEY_ID", "AKIAOFBEFORE"));
            seat.does(&seat.exporting("AWS_SECRET_ACCESS_KEY", "secret-of-before"));
            seat.does(&seat.exporting("AWS_PROFILE", "default"));
            seat.types_with_code("assume-role production read");
            seat.does(&seat.exporting("AWS_ACCESS_KEY_ID", &scene.key.id));
            seat.does(&seat.exporting("AWS_SECRET_ACCESS_KEY", &scene.key.secret));
            if switches_again {
                seat.does("assume-role production admin");
                assert_eq!(seat.who(), session_of("admin"), "{shell:?}");
            }
            seat.does("assume-role leave");
            let after = seat.environment();
            assert_eq!(after["AWS_ACCESS_KEY_ID"], scene.key.id, "{shell:?} {switches_again}");
            assert_eq!(after["AWS_PROFILE"], "default", "{shell:?} {switches_again}");
            for gone in ["AWS_SESSION_TOKEN", "AWS_ACCOUNT_NAME", "ASSUME_ROLE_KEY_ID"] {
                assert!(!after.contains_key(gone), "{shell:?} {switches_again} {gone}");
            }
            assert_eq!(seat.who(), "arn:aws:iam::999999999999:user/alice", "{shell:?}");
        }
    });
}

/// What shows the role that was left; it is no variable of the environment.
fn showing_left(shell: Shell) -> String {
    match shell {
        Shell::Nu => "print $\"<($env.ASSUME_ROLE_LEFT?.0? | default '')>\"".to_owned(),
        Shell::Xonsh => "echo @('<' + __xonsh__._assume_role['left'] + '>')".to_owned(),
        _ => shell.showing("ASSUME_ROLE_LEFT"),
    }
}

#[test]
fn the_role_that_was_left_is_known_to_this_shell_only() {
    in_each_that_evaluates(|shell| {
        let scene = bastion();
        let mut seat = Seat::take(&scene, shell);
        seat.types_with_code("assume-role production read eu-west-1");
        seat.does("assume-role leave");
        assert!(!seat.environment().contains_key("ASSUME_ROLE_LEFT"), "{shell:?}");
        let left = seat.does(&showing_left(shell));
        assert!(left.contains("-- production read>"), "{shell:?}: {left}");
        seat.does("assume-role leave");
        assert_eq!(seat.does(&showing_left(shell)), left, "{shell:?}");
        seat.does("assume-role production admin");
        assert_eq!(seat.does(&showing_left(shell)), "<>", "{shell:?}");
    });
}

#[test]
fn a_child_shell_leaves_what_it_inherited_and_says_what_it_cannot_know() {
    in_each(|shell| {
        let scene = bastion();
        let mut seat = Seat::take(&scene, shell);
        seat.does(&seat.exporting("AWS_PROFILE", "default"));
        seat.types_with_code("assume-role production read");
        let prompts = |screen: &str| screen.matches(PROMPT).count();
        // The prompt of this shell may come later than the end of its last command.
        let is_ready = |screen: &str| screen.trim_end().ends_with(PROMPT);
        let ready = seat.tmux.wait_until("a prompt", is_ready).unwrap();
        let before = prompts(&ready);
        let program = text_of(&shell.find().unwrap());
        seat.tmux
            .type_line(&[&[program.as_str()], &shell.program()[1..]].concat().join(" "))
            .unwrap();
        seat.tmux.wait_until("its prompt", |screen| prompts(screen) > before).unwrap();
        let said = seat.does("assume-role leave");
        assert!(said.contains("known only to the shell that switched"), "{shell:?}: {said}");
        let names: Vec<String> = seat.environment().into_keys().collect();
        let ours = |name: &String| name.starts_with("ASSUME_ROLE_") || name.starts_with("AWS_ACC");
        assert!(!names.iter().any(ours), "{shell:?}: {names:?}");
    });
}

#[test]
fn a_universal_profile_of_fish_is_named() {
    if Shell::Fish.find().is_none() {
        return;
    }
    let scene = bastion();
    let mut seat = Seat::take(&scene, Shell::Fish);
    seat.does("set -Ux AWS_PROFILE default");
    let said = seat.types_with_code("assume-role production read");
    assert_eq!(said.status, 0, "{}", said.text);
    assert!(said.text.contains("set -e -U AWS_PROFILE"), "{}", said.text);
    assert_eq!(seat.who(), session_of("read"));
    seat.does("set -e -U AWS_PROFILE");
    let said = seat.does("assume-role production admin");
    assert!(!said.contains("universal"), "{said}");
}

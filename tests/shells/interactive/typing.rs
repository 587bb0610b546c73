//! Lines as people type, paste and trace them.

use super::{PROMPT, QUESTION, Seat, in_each, in_each_that_evaluates, session_of};
use crate::scenes::bastion;
use crate::support::shells::Shell;
use crate::support::tmux::Tmux;
use crate::support::tools::find;

#[test]
fn an_old_line_works_with_the_integration_loaded() {
    in_each_that_evaluates(|shell| {
        let lines = match shell {
            Shell::Fish => &["eval (assume-role production ROLE)"][..],
            _ => {
                &["eval \"$(assume-role production ROLE)\"", "eval $(assume-role production ROLE)"]
            }
        };
        for line in lines {
            let scene = bastion();
            let mut seat = Seat::take(&scene, shell);
            let said = seat.types_with_code(&line.replace("ROLE", "read"));
            assert_eq!(said.status, 0, "{shell:?}: {line}: {}", said.text);
            assert_eq!(seat.who(), session_of("read"), "{shell:?}: {line}");
            let before = seat.environment();
            let said = seat.types(&line.replace("ROLE", "no-such"));
            assert_eq!(
                (said.status, seat.environment()),
                (4, before),
                "{shell:?}: {line}: {}",
                said.text
            );
            seat.does(&line.replace("ROLE", "admin"));
            assert_eq!(seat.who(), session_of("admin"), "{shell:?}: {line}");
            seat.does("assume-role leave");
            assert!(!seat.environment().contains_key("AWS_ACCESS_KEY_ID"), "{shell:?}: {line}");
        }
    });
}

#[test]
fn a_trace_shows_no_secret() {
    in_each_that_evaluates(|shell| {
        let scene = bastion();
        let mut seat = Seat::take(&scene, shell);
        let (on, off) = if shell == Shell::Fish {
            ("set -g fish_trace 1", "set -e fish_trace")
        } else {
            ("set -x", "set +x")
        };
        let mut secrets = vec![scene.key.secret.clone()];
        seat.does(on);
        seat.types_with_code("assume-role production read");
        seat.does(off);
        secrets.extend(session_secrets(&mut seat));
        seat.does(on);
        for line in ["assume-role production admin", "assume-role ensure 10m", "assume-role -"] {
            seat.does(line);
        }
        seat.does(off);
        secrets.extend(session_secrets(&mut seat));
        seat.does(on);
        seat.does("assume-role leave");
        seat.does("echo tra\"\"ced");
        let screen = seat.tmux.screen().unwrap().replace('\n', "");
        for secret in secrets {
            assert!(secret.len() >= 20 && !screen.contains(&secret), "{shell:?}: {secret}");
        }
        assert!(screen.matches("traced").count() >= 2, "{shell:?}: the trace goes on: {screen}");
    });
}

fn session_secrets(seat: &mut Seat<'_>) -> [String; 2] {
    let environment = seat.environment();
    ["AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN"].map(|name| environment[name].clone())
}

#[test]
fn command_and_code_may_be_pasted() {
    in_each(|shell| {
        let scene = bastion();
        let mut seat = Seat::take(&scene, shell);
        seat.tmux.paste("assume-role production read").unwrap();
        seat.tmux
            .wait_until("the paste", |screen| screen.trim_end().ends_with("production read"))
            .unwrap();
        seat.tmux.press("Enter").unwrap();
        seat.tmux.wait_until("a question", |screen| screen.trim_end().ends_with(QUESTION)).unwrap();
        let code = scene.code();
        seat.tmux.paste(&format!(" {} {}\n", &code[..3], &code[3..])).unwrap();
        seat.tmux.wait_for("production:read (").unwrap();
        seat.at_prompt();
        assert_eq!(seat.who(), session_of("read"), "{shell:?}");
    });
}

#[test]
fn without_words_it_says_what_it_needs() {
    in_each(|shell| {
        let scene = bastion();
        let mut seat = Seat::take(&scene, shell);
        let before = seat.environment();
        let said = seat.types("assume-role --no-input");
        assert!(said.text.contains("which account and role?"), "{shell:?}: {}", said.text);
        assert!(said.text.contains("assume-role ACCOUNT ROLE"), "{shell:?}: {}", said.text);
        assert_eq!((said.status, seat.environment()), (2, before), "{shell:?}");
    });
}

#[test]
fn typed_ahead_of_its_end_the_next_line_waits_its_turn() {
    in_each_that_evaluates(|shell| {
        let scene = bastion();
        let mut seat = Seat::take(&scene, shell);
        seat.types_with_code("assume-role production read");
        let show = shell.showing("AWS_ACCOUNT_ROLE");
        seat.tmux.type_text(&format!("assume-role production admin\r{show}\r")).unwrap();
        seat.tmux
            .wait_until("both", |screen| {
                screen.contains("<admin>") && screen.trim_end().ends_with(PROMPT)
            })
            .unwrap();
    });
}

/// ksh93 gives itself a prompt only when its start file leaves it without one.
#[test]
fn a_prompt_that_no_one_set_stays_what_it_is() {
    for shell in [Shell::Ksh93, Shell::Mksh, Shell::Yash, Shell::Dash, Shell::Busybox] {
        if find("tmux").is_none() || shell.find().is_none() {
            continue;
        }
        let scene = bastion();
        let tmux = Tmux::start(&scene.world, shell, &shell.loads_init()).unwrap();
        tmux.type_text("eval echo \"en\"d\n").unwrap();
        let ends = |screen: &str| {
            let last = screen.trim_end().rsplit('\n').next().unwrap_or_default().trim_end();
            screen.contains("\nend\n") && last.ends_with(['#', '$'])
        };
        tmux.wait_until(&format!("{shell:?}'s own prompt"), ends).unwrap();
    }
}

#[test]
fn a_command_that_was_named_finds_a_renewed_session() {
    in_each(|shell| {
        if ![Shell::Zsh, Shell::Fish, Shell::Nu, Shell::Xonsh].contains(&shell) {
            return;
        }
        let mut scene = bastion();
        scene.world.set("ASSUME_ROLE_CONFIG_RENEW", "aws ls");
        let mut seat = Seat::take(&scene, shell);
        seat.types_with_code("assume-role production read");
        seat.does(&seat.exporting("ASSUME_ROLE_EXPIRES", "1"));
        seat.does("echo ls");
        assert_eq!(seat.environment()["ASSUME_ROLE_EXPIRES"], "1", "{shell:?}");
        let said = seat.does("ls .");
        assert!(!said.contains("Error"), "{shell:?}: {said}");
        assert_ne!(seat.environment()["ASSUME_ROLE_EXPIRES"], "1", "{shell:?}");
    });
}

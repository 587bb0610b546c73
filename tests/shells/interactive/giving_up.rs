//! A question that is not answered.

use std::fs::{Permissions, set_permissions};
use std::os::unix::fs::PermissionsExt;

use super::{QUESTION, Seat, in_each, in_each_that_evaluates, session_of};
use crate::fake_aws::sts::Fault;
use crate::scenes::bastion;
use crate::sources::saml::with_login;
use crate::support::shells::Shell;
use crate::support::tools::find;

const COMMAND: &str = "assume-role production read";

/// Types the command, presses a key at its question, and gives the status that the next line sees.
fn status_after(seat: &mut Seat<'_>, key: &str) -> i32 {
    seat.tmux.type_line(COMMAND).unwrap();
    seat.tmux.wait_until("a question", |screen| screen.trim_end().ends_with(QUESTION)).unwrap();
    status_of_key(seat, key)
}

fn status_of_key(seat: &mut Seat<'_>, key: &str) -> i32 {
    seat.tmux.press(key).unwrap();
    seat.at_prompt_again(key);
    let show = match seat.shell {
        Shell::Fish => "set kept $status; echo $kept",
        Shell::Nu => "print $env.LAST_EXIT_CODE",
        Shell::Xonsh => "echo @($LAST_RETURN_CODE)",
        _ => "kept=$?; echo $kept",
    };
    seat.does(show).trim().parse().unwrap()
}

#[test]
fn interrupted_or_ended_the_environment_is_as_before() {
    in_each_that_evaluates(|shell| {
        for key in ["C-c", "C-d"] {
            let scene = bastion();
            let mut seat = Seat::take(&scene, shell);
            let before = seat.environment();
            let status = if key == "C-c" { shell.interrupted() } else { 130 };
            assert_eq!(status_after(&mut seat, key), status, "{shell:?} {key}");
            assert_eq!(seat.environment(), before, "{shell:?} {key}");
            assert_eq!(scene.codes_sent(), 0, "{shell:?} {key}");
            assert_eq!(seat.types_with_code(COMMAND).status, 0, "{shell:?} {key}");
        }
    });
}

#[test]
fn elvish_throws_and_changes_nothing() {
    if find("tmux").is_none() || Shell::Elvish.find().is_none() {
        return;
    }
    let scene = bastion();
    let mut seat = Seat::take(&scene, Shell::Elvish);
    let before = seat.environment();
    seat.tmux.type_line(COMMAND).unwrap();
    seat.tmux.wait_for(QUESTION).unwrap();
    seat.tmux.press("C-c").unwrap();
    seat.tmux.wait_for("cancelled").unwrap();
    seat.at_prompt();
    assert_eq!(seat.environment(), before);
    assert_eq!(seat.types_with_code(COMMAND).status, 0);
}

#[test]
fn what_follows_an_interrupted_switch_is_not_done_with_the_wrong_keys() {
    in_each_that_evaluates(|shell| {
        let scene = bastion();
        let seat = Seat::take(&scene, shell);
        let then = match shell {
            Shell::Nu => "; print ('do' + 'ne')",
            Shell::Xonsh => " && echo @('do' + 'ne')",
            _ => " && echo do\"\"ne",
        };
        seat.tmux.type_line(&format!("{COMMAND}{then}")).unwrap();
        seat.tmux.wait_for(QUESTION).unwrap();
        seat.tmux.press("C-c").unwrap();
        seat.at_prompt_again("C-c");
        assert!(!seat.tmux.screen().unwrap().contains("done"), "{shell:?}");
    });
}

#[test]
fn waiting_for_an_answer_of_aws_can_be_given_up() {
    in_each_that_evaluates(|shell| {
        let scene = bastion();
        scene.switch_with_code(&["production", "admin"]);
        scene.sts.fail_always("AssumeRole", Some(Fault::Hang));
        let mut seat = Seat::take(&scene, shell);
        let before = seat.environment();
        seat.tmux.type_line(COMMAND).unwrap();
        scene.wait_for_call("AssumeRole", 2);
        assert_eq!(
            (status_of_key(&mut seat, "C-c"), seat.environment()),
            (shell.interrupted(), before),
            "{shell:?}"
        );
    });
}

/// The program, with Ctrl-C pressed once in the middle of the code that it gives.
const INTERRUPTING: &str = r#"#!/bin/sh
code="$(PROGRAM "$@")" || exit
printf '%s\n' "$code" | sed \
    -e 's/ \\[a-z]* \\export \\AWS/ \\printf x >>~\/interrupted; \\kill -INT $$;&/' \
    -e 's/builtin set -gx AWS_SECRET/test -e ~\/interrupted; or begin; printf x >>~\/interrupted; kill -INT $fish_pid; end; &/'
"#;

/// The same in xonsh, which gets no code.
const INTERRUPTING_XONSH: &str = "import os, signal
@events.on_envvar_new
def _(name, **_):
    if name == 'AWS_SECRET_ACCESS_KEY':
        open($HOME + '/interrupted', 'w').close()
        os.kill(os.getpid(), signal.SIGINT)
";

/// dash and busybox cannot put a trap back, and yash and elvish have none that holds Ctrl-C up.
#[test]
fn a_switch_that_has_begun_is_not_left_half_done() {
    use Shell::{Bash, Fish, Ksh93, Mksh, Xonsh, Zsh};
    for shell in [Bash, Fish, Ksh93, Mksh, Xonsh, Zsh] {
        if shell.find().is_none() || find("tmux").is_none() {
            continue;
        }
        let scene = bastion();
        scene.switch_with_code(&["production", "admin"]);
        let program = scene.world.program().display().to_string();
        let wrapper = INTERRUPTING.replace("PROGRAM", &program);
        let wrapper = scene.world.write("interrupting", wrapper).unwrap();
        set_permissions(&wrapper, Permissions::from_mode(0o755)).unwrap();
        let more = match shell {
            Xonsh => INTERRUPTING_XONSH.to_owned(),
            _ => {
                // Behind `init SHELL` of the line that loads the integration.
                let load = shell.loads_init();
                let shell_at = load.find("init ").unwrap() + "init ".len();
                let end = shell_at + load[shell_at..].find([')', ' ']).unwrap();
                let (before, behind) = load.split_at(end);
                format!("{before} | sed 's|{program}|{}|g'{behind}", wrapper.display())
            }
        };
        let mut seat = Seat::with(&scene, shell, &more);
        seat.tmux.type_line(COMMAND).unwrap();
        scene.wait_for_call("AssumeRole", 2);
        seat.at_prompt();
        assert!(scene.world.home().join("interrupted").exists(), "{shell:?}");
        assert_eq!(seat.who(), session_of("read"), "{shell:?}");
        if ![Fish, Xonsh].contains(&shell) {
            seat.does("trap ': of the user' INT");
            seat.does("assume-role production admin");
            assert!(seat.does("trap").contains(": of the user"), "{shell:?}");
        }
        seat.does("assume-role leave");
        assert_eq!(seat.environment().get("AWS_ACCESS_KEY_ID"), None, "{shell:?}");
    }
}

#[test]
fn a_question_cannot_be_stopped() {
    in_each(|shell| {
        let scene = bastion();
        let mut seat = Seat::take(&scene, shell);
        // Alone on its line, of which ksh93 would forget the rest.
        seat.tmux.type_line(COMMAND).unwrap();
        seat.tmux.wait_for(QUESTION).unwrap();
        seat.tmux.press("C-z").unwrap();
        seat.tmux.wait_for("^Z").unwrap();
        seat.tmux.type_line(&scene.code()).unwrap();
        seat.at_prompt();
        assert_eq!(seat.who(), session_of("read"), "{shell:?}");
    });
}

#[test]
fn nor_can_the_question_for_a_password() {
    in_each(|shell| {
        let (scene, idp) = with_login();
        scene.world.write(".saml/credentials", "username = luke\n").unwrap();
        let mut seat = Seat::take(&scene, shell);
        seat.tmux.type_line(COMMAND).unwrap();
        seat.tmux.wait_for("\nPassword of luke at").unwrap();
        seat.tmux.press("C-z").unwrap();
        seat.tmux.type_line("hunter2").unwrap();
        seat.at_prompt();
        let screen = seat.tmux.screen().unwrap();
        assert!(!screen.contains("hunter2"), "{shell:?}: {screen}");
        assert!(seat.environment().contains_key("AWS_ACCESS_KEY_ID"), "{shell:?}: {screen}");
        assert_eq!(idp.last()["password"], "hunter2", "{shell:?}");
    });
}

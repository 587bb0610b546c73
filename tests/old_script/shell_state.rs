//! What the old script left in the shell, or took from it.

use super::{evaluated, loaded, look, seen};
use crate::scenes::{Scene, bastion};
use crate::support::shells::{Script, Shell};

#[test]
fn b1_loading_it_runs_nothing_prints_nothing_and_keeps_the_shell() {
    for (shell, options) in [(Shell::Bash, "-eu"), (Shell::Zsh, "-eu")] {
        if shell.find().is_some() {
            let scene = bastion();
            let script = format!("{}{}echo alive\n", shell.loads_init(), shell.loads_init());
            let ran = Script::new(shell, &script).options(&[options]).run(&scene.world).unwrap();
            assert_eq!((ran.status, ran.stdout.as_str(), ran.stderr.as_str()), (0, "alive\n", ""));
            assert_eq!(scene.sts.connections(), 0);
        }
    }
}

#[test]
fn b5_no_variable_is_ever_exported_empty() {
    let script = |scene: &Scene, _| {
        let code = scene.code();
        format!(
            "assume-role production no-such {code}\ncommand env\necho between\nassume-role production read\ncommand env\n"
        )
    };
    loaded(bastion, script, |_, ran| {
        let empty = ran.stdout.lines().find(|line| {
            line.split_once('=')
                .is_some_and(|(name, value)| name.starts_with("AWS_") && value.is_empty())
        });
        assert_eq!(empty, None, "{ran:?}");
        let (failed, switched) = ran.stdout.split_once("between").unwrap();
        assert!(!failed.contains("AWS_REGION") && !failed.contains("AWS_ACCOUNT"), "{ran:?}");
        assert!(
            switched.contains("AWS_ACCOUNT_NAME=production") && !switched.contains("AWS_REGION"),
            "{ran:?}"
        );
    });
}

#[test]
fn b12_what_is_said_never_reaches_the_eval() {
    let said = || {
        let mut scene = bastion();
        scene.world.set("AWS_ROLE_SESSION_TIMEOUT", "7200");
        scene.sts.set_clock(300);
        scene
    };
    let script = |scene: &Scene, shell| {
        format!("eval $(assume-role production read {} -v)\n{}", scene.code(), look(shell, "it"))
    };
    evaluated(said, script, |_, ran| {
        assert_eq!(seen(ran, "it").0, "0", "{ran:?}");
        assert_eq!(ran.stdout.lines().count(), 1, "{ran:?}");
        assert!(
            !ran.stderr.contains("not found") && ran.stderr.contains("base: profile default"),
            "{ran:?}"
        );
    });
}

#[test]
fn b14_functions_and_variables_of_the_user_stay_theirs() {
    for shell in [Shell::Bash, Shell::Zsh].into_iter().filter(|shell| shell.find().is_some()) {
        let scene = bastion();
        let functions =
            if shell == Shell::Bash { "declare -F" } else { "print -l ${(k)functions}" };
        let mine = ["setup", "cleanup", "usage", "echo_out"]
            .map(|name| format!("{name}() {{ echo my {name}; }}\n"));
        let names = "compgen_names() { set | grep -o '^[A-Za-z_][A-Za-z_0-9]*=' | sort -u; }\n";
        let script = format!(
            "{}role=mine region=mine SESSION=mine\n{names}{functions} >f1; compgen_names >v1\n\
             assume-role production read {code}\nassume-role production no-such\n\
             {functions} >f2; compgen_names >v2\nsetup; cleanup; usage; echo_out; echo $role $region $SESSION\n",
            mine.concat(),
            code = scene.code()
        );
        let ran = Script::new(shell, &script).rc(&shell.loads_init()).run(&scene.world).unwrap();
        assert_eq!(
            ran.stdout, "my setup\nmy cleanup\nmy usage\nmy echo_out\nmine mine mine\n",
            "{ran:?}"
        );
        let read = |name: &str| std::fs::read_to_string(scene.world.home().join(name)).unwrap();
        assert_eq!(read("f1"), read("f2"));
        let (before, after) = (read("v1"), read("v2"));
        let new = after.lines().filter(|line| !before.lines().any(|old| old == *line));
        let foreign: Vec<&str> = new
            .filter(|line| {
                !["AWS_", "ASSUME_ROLE_", "__assume_role_was_"]
                    .iter()
                    .any(|ours| line.starts_with(ours))
            })
            .filter(|line| {
                !["_=", "BASH_SUBSHELL=", "PIPESTATUS=", "BASH_LINENO=", "FUNCNAME="].contains(line)
            })
            .collect();
        assert_eq!(foreign, Vec::<&str>::new(), "{shell:?}");
    }
}

#[test]
fn b17_fish_evaluates_it_as_it_is() {
    if Shell::Fish.find().is_some() {
        let scene = bastion();
        let text = format!(
            "assume-role export --shell fish production read {} | source\n{}command env | grep -c ^AWS_SESSION_TOKEN=\n",
            scene.code(),
            look(Shell::Fish, "it")
        );
        let ran = Script::new(Shell::Fish, &text).run(&scene.world).unwrap();
        assert!(
            seen(&ran, "it").1.starts_with("production/read/ASIA") && ran.stdout.ends_with("\n1\n"),
            "{ran:?}"
        );
    }
}

#[test]
fn a_loop_over_a_list_keeps_its_lines() {
    if Shell::Bash.find().is_some() {
        let scene = bastion();
        std::fs::write(scene.world.home().join("list"), "read\nadmin\nops/deploy\n").unwrap();
        let script = "eval \"$(assume-role init bash)\"; while read role; do assume-role production \"$role\"; echo got $AWS_ACCOUNT_ROLE; done <list";
        let mut command = std::process::Command::new("bash");
        command.args(["--norc", "--noprofile", "-c", script]);
        let mut terminal = scene.world.terminal_of(command).unwrap();
        terminal.wait_for("MFA code of").unwrap();
        terminal.type_line(&scene.code()).unwrap();
        for role in ["got read", "got admin", "got ops/deploy"] {
            terminal.wait_for(role).unwrap();
        }
        assert_eq!((terminal.wait().unwrap(), scene.codes_sent()), (0, 1));
    }
}

#[test]
fn what_another_session_left_in_the_environment_decides_nothing() {
    let canary = |scene: &Scene| scene.world.root().join("canary");
    for start in ["a[$(touch CANARY)]", "08", "9999999999", "-1"] {
        let mut scene = bastion();
        scene
            .world
            .set("AWS_SESSION_START", start.replace("CANARY", &canary(&scene).to_string_lossy()));
        scene.world.set("AWS_SESSION_ACCESS_KEY_ID", "ASIAMALLORY");
        scene.world.set("AWS_SESSION_SECRET_ACCESS_KEY", "x");
        scene.world.set("AWS_SESSION_SESSION_TOKEN", "x");
        let told = scene.switch_with_code(&["production", "read"]);
        assert_eq!(scene.who(&told), "arn:aws:sts::123456789012:assumed-role/read/alice");
        assert!(
            scene
                .sts
                .requests()
                .iter()
                .all(|logged| logged.key_id.as_deref() != Some("ASIAMALLORY"))
        );
        assert!(!canary(&scene).exists());
    }
}

#[test]
fn the_base_session_reaches_no_child_process_unless_the_old_names_are_asked_for() {
    let base = |scene: &Scene| {
        scene.sts.issued().into_iter().find(|issued| issued.action == "GetSessionToken").unwrap()
    };
    for shell in Shell::INTEGRATED.into_iter().filter(|shell| shell.find().is_some()) {
        for legacy in [false, true] {
            let mut scene = bastion();
            if legacy {
                scene.world.set("ASSUME_ROLE_LEGACY", "1");
            }
            let script = format!("assume-role production read {}\ncommand env\n", scene.code());
            let ran =
                Script::new(shell, &script).rc(&shell.loads_init()).run(&scene.world).unwrap();
            let base = base(&scene);
            for (name, value) in [
                ("AWS_SESSION_ACCESS_KEY_ID", &base.key_id),
                ("AWS_SESSION_SECRET_ACCESS_KEY", &base.secret),
                ("AWS_SESSION_SESSION_TOKEN", &base.token),
            ] {
                assert_eq!(
                    ran.stdout.lines().any(|line| line == format!("{name}={value}")),
                    legacy,
                    "{ran:?}"
                );
            }
            assert_eq!(ran.stdout.contains(&base.secret), legacy);
        }
    }
}

//! The code that switches and leaves, evaluated by real shells.

use assume_role::testing::shell::Shell;
use assume_role::testing::shell::exports::{self, Form};
use assume_role::testing::shell::variables::{Legacy, Switch};
use assume_role::testing::types::{Credentials, Moment, Secret};

use super::evaluating::{EVALUATIONS, SECRET, Session, TOKEN, in_every_shell, leave, write};
use crate::scenes::real_shells::{dump, is_here, run};

#[test]
fn a_switch_sets_and_unsets() {
    in_every_shell(
        |evaluation| evaluation.eval("first") + &dump("AFTER"),
        |evaluation, outcome| {
            let environment = outcome.environment("AFTER");
            let expected = [
                ("AWS_REGION", "eu-west-1"),
                ("AWS_DEFAULT_REGION", "eu-west-1"),
                ("AWS_ACCESS_KEY_ID", "ASIAFIRST"),
                ("AWS_SECRET_ACCESS_KEY", SECRET),
                ("AWS_SESSION_TOKEN", TOKEN),
                ("AWS_ACCOUNT_ID", "123456789012"),
                ("AWS_ACCOUNT_NAME", "R&D a*b (eu)"),
                ("AWS_ACCOUNT_ROLE", "ops/read"),
                ("AWS_CREDENTIAL_EXPIRATION", "2026-11-22T00:00:00Z"),
                ("AWS_SESSION_EXPIRATION", "2026-11-22T00:00:00Z"),
                ("ASSUME_ROLE_KEY_ID", "ASIAFIRST"),
                ("ASSUME_ROLE_EXPIRES", "1795305590"),
                ("ASSUME_ROLE_RENEWABLE", "1795340000"),
                ("ASSUME_ROLE_TARGET", "R%26D%20a%2Ab%20%28eu%29 ops/read"),
                ("ASSUME_ROLE_REGION", "eu-west-1"),
            ];
            let ours: Vec<_> =
                environment.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
            let mut expected = expected.to_vec();
            expected.sort_unstable();
            assert_eq!(ours, expected, "{}: {}", evaluation.name(), outcome.err);
            assert_eq!((outcome.status, outcome.err.as_str()), (0, ""), "{}", evaluation.name());
        },
    );
}

#[test]
fn a_second_switch_leaves_nothing_of_the_first() {
    in_every_shell(
        |evaluation| evaluation.eval("first") + &evaluation.eval("second") + &dump("AFTER"),
        |evaluation, outcome| {
            let environment = outcome.environment("AFTER");
            assert_eq!(environment["AWS_ACCOUNT_NAME"], "it's", "{}", evaluation.name());
            for name in ["AWS_REGION", "AWS_DEFAULT_REGION", "ASSUME_ROLE_REGION", "AWS_PROFILE"] {
                assert!(!environment.contains_key(name), "{}: {name}", evaluation.name());
            }
        },
    );
}

#[test]
fn leave_restores_what_stood_before() {
    in_every_shell(
        |evaluation| {
            let before = evaluation.set(false, "AWS_REGION", "eu-central-1")
                + &evaluation.set(true, "GEO_ENV", "geo");
            let steps =
                evaluation.eval("first") + &evaluation.eval("second") + &evaluation.eval("leave");
            let region = if evaluation.is_fish() {
                "echo; echo REGION $AWS_REGION\nset --names | string match '*assume_role*'; true\n"
            } else {
                "echo; echo REGION $AWS_REGION\nset | grep -a ^__assume_role || true\n"
            };
            before + evaluation.keyword() + &dump("BEFORE") + &steps + &dump("AFTER") + region
        },
        |evaluation, outcome| {
            assert_eq!(
                outcome.environment("BEFORE"),
                outcome.environment("AFTER"),
                "{}",
                evaluation.name()
            );
            assert!(
                outcome.out.ends_with("\nREGION eu-central-1\n"),
                "{}: {}",
                evaluation.name(),
                outcome.out
            );
            assert_eq!((outcome.status, outcome.err.as_str()), (0, ""), "{}", evaluation.name());
        },
    );
}

#[test]
fn a_child_shell_only_unsets_and_says_so() {
    in_every_shell(
        |evaluation| {
            evaluation.eval("first")
                + &evaluation.in_a_child(&(evaluation.eval("leave") + &dump("CHILD")))
        },
        |evaluation, outcome| {
            let environment = outcome.environment("CHILD");
            let names: Vec<&str> = environment.keys().map(String::as_str).collect();
            assert!(names.is_empty(), "{}: {names:?} {}", evaluation.name(), outcome.err);
            assert!(
                outcome.err.contains("known only to the shell that switched"),
                "{}",
                evaluation.name()
            );
        },
    );
}

#[test]
fn a_child_shell_keeps_what_is_not_ours() {
    in_every_shell(
        |evaluation| {
            let own = evaluation.set(true, "AWS_ACCESS_KEY_ID", "AKIAOTHER")
                + &evaluation.set(true, "AWS_REGION", "us-west-2");
            evaluation.eval("first")
                + &evaluation.in_a_child(&(own + &evaluation.eval("leave") + &dump("CHILD")))
        },
        |evaluation, outcome| {
            let environment = outcome.environment("CHILD");
            assert_eq!(
                environment["AWS_ACCESS_KEY_ID"],
                "AKIAOTHER",
                "{}: {}",
                evaluation.name(),
                outcome.err
            );
            assert_eq!(environment["AWS_REGION"], "us-west-2", "{}", evaluation.name());
            assert!(
                !environment.keys().any(|name| name.starts_with("ASSUME_ROLE")),
                "{}",
                evaluation.name()
            );
            assert!(!environment.contains_key("AWS_ACCOUNT_NAME"), "{}", evaluation.name());
        },
    );
}

#[test]
fn with_nothing_to_leave_it_says_so_and_succeeds() {
    in_every_shell(
        |evaluation| dump("BEFORE") + &evaluation.eval("leave") + &dump("AFTER"),
        |evaluation, outcome| {
            assert_eq!(
                outcome.environment("BEFORE"),
                outcome.environment("AFTER"),
                "{}",
                evaluation.name()
            );
            assert_eq!(outcome.status, 0, "{}", evaluation.name());
            assert_eq!(
                outcome.err,
                "assume-role: no session to leave in this shell\n",
                "{}",
                evaluation.name()
            );
        },
    );
}

#[test]
fn a_read_only_variable_is_named_and_nothing_changes() {
    for name in ["AWS_REGION", "AWS_PROFILE", "ASSUME_ROLE_PREVIOUS", "AWS_SESSION_TOKEN"] {
        for (file, kind) in [("first", "switch"), ("leave", "leave")] {
            in_every_shell(
                |evaluation| {
                    if evaluation.is_fish() {
                        return String::new();
                    }
                    let dumps = dump("AFTER");
                    format!(
                        "readonly {name}=mine\n{}set +e\n{{ {} }}; status=$?\n{dumps}exit $status\n",
                        dump("BEFORE"),
                        evaluation.eval(file)
                    )
                    .replace("status", "code")
                },
                |evaluation, outcome| {
                    if !evaluation.is_fish() {
                        let what = format!("{kind} {name} {}", evaluation.name());
                        assert_eq!(
                            outcome.environment("BEFORE"),
                            outcome.environment("AFTER"),
                            "{what}"
                        );
                        assert_eq!(outcome.status, 9, "{what}: {}", outcome.err);
                        assert!(
                            outcome.err.contains(&format!("{name} is read-only")),
                            "{what}: {}",
                            outcome.err
                        );
                    }
                },
            );
        }
    }
}

#[test]
fn what_is_kept_is_never_exported() {
    in_every_shell(
        |evaluation| {
            let all = if evaluation.is_fish() { "" } else { "set -a\n" };
            format!("{all}{}{}", evaluation.eval("first"), dump("AFTER"))
        },
        |evaluation, outcome| {
            // dash cannot take a variable out of the environment again; the function turns -a off.
            let can = ["bash", "bash --posix", "zsh", "fish"];
            if can.contains(&evaluation.shell[0]) {
                let names = outcome.environment("AFTER");
                assert!(
                    !names.keys().any(|name| name.starts_with("__")),
                    "{}: {names:?}",
                    evaluation.name()
                );
            }
        },
    );
}

#[test]
fn aliases_functions_and_attributes_do_not_get_in_between() {
    for evaluation in EVALUATIONS
        .iter()
        .filter(|evaluation| !evaluation.is_fish() && is_here(evaluation.shell[0]))
    {
        let home = tempfile::tempdir().unwrap();
        write(
            home.path(),
            "first",
            &Session::named("ASIAFIRST", "production").text(evaluation.form),
        );
        let mut setup = String::new();
        if evaluation.form != Form::Direct && ["bash", "zsh"].contains(&evaluation.shell[0]) {
            for word in ["export", "unset", "test", "printf", "typeset"] {
                setup.push_str(&format!("function {word} {{ echo HIJACKED; }}\n"));
            }
        }
        setup.push_str(match evaluation.shell[0] {
            "zsh" => "builtin typeset -i AWS_ACCOUNT_ROLE\nalias -g AWS_REGION=HIJACKED export=HIJACKED\n",
            "bash" => "declare -i AWS_ACCOUNT_ROLE\ndeclare -a AWS_REGION=(a b)\nshopt -s expand_aliases\n",
            _ if evaluation.form == Form::function(Shell::Sh) => "test() { echo HIJACKED; }\n",
            _ => "",
        });
        for word in ["export", "unset", "test", "printf", "exit", "typeset", "builtin"] {
            setup.push_str(&format!("\\alias {word}='echo HIJACKED '\n"));
        }
        if !evaluation.eval.contains("eval $") {
            setup.push_str("IFS=x\n");
        }
        setup.push_str(evaluation.keyword());
        let outcome = run(
            evaluation.shell,
            home.path(),
            &[],
            &(setup + &evaluation.eval("first") + &dump("AFTER")),
        );
        let environment = outcome.environment("AFTER");
        assert_eq!(
            environment["AWS_ACCOUNT_ROLE"],
            "ops/read",
            "{}: {}",
            evaluation.name(),
            outcome.err
        );
        assert_eq!(environment["AWS_ACCOUNT_NAME"], "production", "{}", evaluation.name());
        assert_eq!(environment["AWS_REGION"], "eu-west-1", "{}", evaluation.name());
        assert!(!outcome.out.contains("HIJACKED"), "{}: {}", evaluation.name(), outcome.out);
    }
}

#[test]
fn an_unquoted_eval_takes_no_file_name_for_a_value() {
    let name = "a*b";
    for evaluation in EVALUATIONS
        .iter()
        .filter(|evaluation| evaluation.form == Form::Direct && is_here(evaluation.shell[0]))
    {
        let home = tempfile::tempdir().unwrap();
        let text = Session::named("ASIAFIRST", name).text(evaluation.form);
        write(home.path(), "first", &text);
        std::fs::write(home.path().join("AWS_ACCOUNT_NAME='a';touch pwned;'b'"), "").unwrap();
        let outcome =
            run(evaluation.shell, home.path(), &[], &(evaluation.eval("first") + &dump("AFTER")));
        assert_eq!(outcome.environment("AFTER")["AWS_ACCOUNT_NAME"], name, "{}", evaluation.name());
        assert!(!home.path().join("pwned").exists(), "{}", evaluation.name());
        assert!(!text.contains(['*', '?', '[', '#']), "{text}");
    }
}

#[test]
fn a_universal_variable_of_fish_is_named() {
    if !is_here("fish") {
        return;
    }
    let home = tempfile::tempdir().unwrap();
    let session = Session::named("ASIAFIRST", "production");
    write(home.path(), "first", &session.text(Form::function(Shell::Fish)));
    write(home.path(), "leave", &leave(Form::function(Shell::Fish)));
    let script = "set -Ux AWS_PROFILE old\nset -Ux AWS_REGION us-west-2\neval (cat first)\necho status $status\n";
    let rest = format!("{}eval (cat leave)\necho $AWS_PROFILE $AWS_REGION\n", dump("AFTER"));
    let outcome = run(&["fish with configuration"], home.path(), &[], &(script.to_owned() + &rest));
    assert!(
        outcome.err.contains("set -e -U AWS_PROFILE") && !outcome.err.contains("AWS_REGION"),
        "{}",
        outcome.err
    );
    assert!(outcome.out.contains("status 0"), "{}", outcome.out);
    assert_eq!(outcome.environment("AFTER")["AWS_REGION"], "eu-west-1");
    assert!(outcome.out.ends_with("old us-west-2\n"), "{}", outcome.out);
}

#[test]
fn the_old_names_come_in_the_old_order() {
    let base = Credentials {
        id: "ASIABASE".into(),
        secret: Secret::new("b-secret".into()),
        token: Some(Secret::new("b-token".into())),
    };
    let session = Session::named("ASIAFIRST", "production");
    let legacy = Legacy {
        base: Some((&base, Moment(1_795_300_000))),
        base_profile: Some("work"),
        role_started: Moment(1_795_302_000),
    };
    let switch = Switch { legacy: Some(legacy), ..session.switch() };
    let set: Vec<(&str, String)> = switch
        .changes()
        .into_iter()
        .filter_map(|change| Some((change.name, change.value?.into_owned())))
        .take(17)
        .collect();
    let expected = [
        ("AWS_REGION", "eu-west-1"),
        ("AWS_DEFAULT_REGION", "eu-west-1"),
        ("AWS_ACCESS_KEY_ID", "ASIAFIRST"),
        ("AWS_SECRET_ACCESS_KEY", SECRET),
        ("AWS_SESSION_TOKEN", TOKEN),
        ("AWS_ACCOUNT_ID", "123456789012"),
        ("AWS_ACCOUNT_NAME", "production"),
        ("AWS_ACCOUNT_ROLE", "ops/read"),
        ("AWS_SESSION_ACCESS_KEY_ID", "ASIABASE"),
        ("AWS_SESSION_SECRET_ACCESS_KEY", "b-secret"),
        ("AWS_SESSION_SESSION_TOKEN", "b-token"),
        ("AWS_SESSION_SECURITY_TOKEN", "b-token"),
        ("AWS_SESSION_START", "1795300000"),
        ("GEO_ENV", "production"),
        ("AWS_PROFILE_ASSUME_ROLE", "work"),
        ("AWS_SECURITY_TOKEN", TOKEN),
        ("ROLE_SESSION_START", "1795302000"),
    ];
    assert_eq!(set, expected.map(|(name, value)| (name, value.to_owned())));
}

#[test]
fn json_unsets_with_null() {
    let session = Session::named("ASIAFIRST", "production");
    let text = exports::switch(Form::Program, &session.switch());
    let json: serde_json::Value = serde_json::from_str(text.expose()).unwrap();
    assert_eq!(json["AWS_ACCESS_KEY_ID"], "ASIAFIRST");
    assert!(json["AWS_PROFILE"].is_null() && json.as_object().unwrap().contains_key("AWS_PROFILE"));
}

#[test]
fn a_failure_reaches_the_status() {
    for shell in ["sh", "dash", "bash", "zsh"] {
        if is_here(shell) {
            let home = tempfile::tempdir().unwrap();
            let script = format!("eval \"$('{}' leave x)\"; echo $?", crate::scenes::binary());
            assert_eq!(run(&[shell], home.path(), &[], &script).out, "2\n", "{shell}");
        }
    }
}

#[test]
fn the_bridge_for_other_prompts_comes_and_goes() {
    let session = Session::named("ASIAFIRST", "production");
    for evaluation in EVALUATIONS.iter().filter(|evaluation| is_here(evaluation.shell[0])) {
        let home = tempfile::tempdir().unwrap();
        let switch = Switch { bridge: true, ..session.switch() };
        write(home.path(), "first", exports::switch(evaluation.form, &switch).expose());
        write(home.path(), "leave", &leave(evaluation.form));
        let child = evaluation.in_a_child(&(evaluation.eval("leave") + &dump("CHILD")));
        let outcome = run(
            evaluation.shell,
            home.path(),
            &[],
            &(evaluation.eval("first") + &dump("AFTER") + &child),
        );
        assert_eq!(
            outcome.environment("AFTER")["AWS_SSO_PROFILE"],
            "production:ops/read",
            "{}",
            evaluation.name()
        );
        assert!(outcome.environment("CHILD").is_empty(), "{}: {}", evaluation.name(), outcome.err);
    }
}

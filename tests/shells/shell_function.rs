//! The function that `init` defines, called in real shells with a stand-in for the program.

use crate::scenes::real_shells::{Outcome, dump, is_here, run};
use crate::shells::init_scripts::{Home, OF_SH, SHELLS};

const SECRET: &str = "SECRETsecret0123456789";

/// Code as `export` prints it: one variable that is secret.
fn code(shell: &str) -> String {
    match shell {
        "fish" => format!("begin; builtin set -gx GOT '{SECRET}'; end\n"),
        "bash" | "zsh" => format!("{{ \\builtin \\export GOT='{SECRET}'; }}\n"),
        _ => format!("{{ \\export GOT='{SECRET}'; }}\n"),
    }
}

/// Loads the function in each set-up of each shell and runs `script` there. `$?` in it is `$status`
/// in fish.
fn everywhere(variables: &[(&str, &str)], script: &str, check: impl Fn(&str, &Home, &Outcome)) {
    for (shell, load) in SHELLS.iter().chain(&OF_SH).filter(|(shell, _)| is_here(shell[0])) {
        let home = Home::new();
        home.write("code", &code(shell[0].split(' ').next().unwrap()));
        let body = if shell[0] == "fish" {
            let script = script.replace("$?", "$status").replace("${GOT-}", "$GOT");
            let assigned = |line: &str| match line.split_once("='") {
                Some((name, value)) if name == name.to_uppercase() => {
                    format!("set -g {name} '{value}")
                }
                _ => line.to_owned(),
            };
            script.lines().map(assigned).collect::<Vec<_>>().join("\n")
        } else if OF_SH.iter().any(|(of_sh, _)| of_sh == shell) {
            script.replace("assume-role", "assume_role")
        } else {
            script.to_owned()
        };
        let mut all = vec![("TERM", "dumb"), ("LC_ALL", "C.UTF-8")];
        all.extend(variables);
        let outcome = run(shell, home.path(), &all, &format!("{load}{body}\n"));
        check(&format!("{shell:?}: {}", outcome.err), &home, &outcome);
    }
}

#[test]
fn a_target_is_exported_with_its_words_untouched() {
    everywhere(
        &[("COMPLETE", "zsh")],
        "assume-role -- 'a b' '*' '' --region x; echo $?; echo $GOT",
        |what, home, outcome| {
            let words = home.read("words");
            let (head, tail) = words.split_at(words.find("--shell").expect(what));
            assert_eq!((head, tail.split_once('\n').unwrap().0), ("export\n", "--shell"), "{what}");
            assert!(tail.ends_with("sh\n--\na b\n*\n\n--region\nx\n"), "{what}: {tail}");
            assert_eq!(home.read("complete"), "", "{what}");
            assert_eq!(outcome.out, format!("0\n{SECRET}\n"), "{what}");
            assert_eq!(outcome.err, "", "{what}");
        },
    );
}

#[test]
fn print_verbs_go_straight_to_the_program() {
    for verb in crate::structure::printing_words() {
        everywhere(
            &[("ANSWER", "3"), ("COMPLETE", "zsh")],
            &format!("assume-role {verb} x || echo $?"),
            |what, home, outcome| {
                let expected = if verb == "export" {
                    format!("{}3\n", home.read("code"))
                } else {
                    format!("printed {verb} x\n3\n")
                };
                assert_eq!(outcome.out, expected, "{what}");
                assert_eq!(home.read("complete"), "", "{what}");
            },
        );
    }
}

#[test]
fn a_failure_changes_nothing_and_keeps_its_status() {
    for (answer, status) in [("4", "4"), ("130", "130"), ("killed", "137")] {
        everywhere(
            &[("ANSWER", answer)],
            "assume-role a r || echo $?; echo got ${GOT-}",
            |what, _, outcome| {
                // How a shell tells that a program was killed is its own.
                let status = match (answer, what) {
                    ("killed", what) if what.contains("ksh93") => "265",
                    ("killed", what) if what.contains("yash") => "393",
                    _ => status,
                };
                assert_eq!(outcome.out, format!("{status}\ngot\n"), "{what}");
            },
        );
    }
}

#[test]
fn a_status_of_the_evaluated_code_is_kept() {
    for (shell, load) in SHELLS.iter().filter(|(shell, _)| shell[0] != "fish" && is_here(shell[0]))
    {
        let home = Home::new();
        home.write("code", "{ (exit 9); }\n");
        let outcome = run(
            shell,
            home.path(),
            &[("TERM", "dumb")],
            &format!("{load}assume-role a r || echo $?\n"),
        );
        assert_eq!(outcome.out, "9\n", "{shell:?}: {}", outcome.err);
    }
}

#[test]
fn an_old_eval_line_gets_the_direct_form() {
    for (shell, load) in SHELLS.iter().filter(|(shell, _)| shell[0] != "fish" && is_here(shell[0]))
    {
        for (direct, variables, expected) in [
            ("{ \\export GOT='it'; }\n", &[][..], "0 it\n"),
            ("(exit 4)\n", &[("ANSWER", "4")], "4 \n"),
        ] {
            let home = Home::new();
            home.write("code", "{ \\export GOT='the form for the function'; }\n");
            home.write("direct", direct);
            let script = format!(
                "{load}status_of() {{ eval \"$(assume-role a r)\" && :; }}\nstatus_of || code=$?\necho \"${{code-0}} ${{GOT-}}\"\n"
            );
            let mut all = vec![("TERM", "dumb")];
            all.extend(variables);
            let outcome = run(shell, home.path(), &all, &script);
            assert_eq!(outcome.out, expected, "{shell:?}: {}", outcome.err);
        }
    }
}

#[test]
fn in_fish_a_substitution_gets_the_code_and_the_status() {
    if is_here("fish") {
        for (answer, expected) in [("0", format!("0 {SECRET}\n")), ("4", "4 \n".to_owned())] {
            let home = Home::new();
            home.write("code", &code("fish"));
            let script = "cat init.fish | source\neval (assume-role a r)\necho $status $GOT\n";
            let outcome = run(&["fish"], home.path(), &[("ANSWER", answer)], script);
            assert_eq!(outcome.out.trim_end(), expected.trim_end(), "{}", outcome.err);
        }
    }
}

#[test]
fn fish_that_reads_less_than_the_code_says_so() {
    if is_here("fish") {
        let home = Home::new();
        home.write("code", &code("fish"));
        let limit = "cat init.fish | source\nset -g fish_read_limit 9\n";
        let script = format!("{limit}assume-role a r\necho $status $GOT\n");
        let outcome = run(&["fish"], home.path(), &[], &script);
        assert_eq!(outcome.out, "9\n", "{}", outcome.err);
        assert!(outcome.err.contains("fish_read_limit is too small"), "{}", outcome.err);
    }
}

#[test]
fn a_trace_shows_no_secret_and_goes_on() {
    everywhere(&[], "set -x\nassume-role a r\necho AFTER", |what, _, outcome| {
        assert!(!outcome.err.contains(SECRET), "{what}");
        assert!(what.contains("fish") || outcome.err.contains("echo AFTER"), "{what}");
    });
    if is_here("fish") {
        let home = Home::new();
        home.write("code", &code("fish"));
        let script = "cat init.fish | source\nset fish_trace 1\nassume-role a r\necho AFTER\n";
        let outcome = run(&["fish"], home.path(), &[], script);
        assert!(
            outcome.err.contains("echo AFTER") && !outcome.err.contains(SECRET),
            "{}",
            outcome.err
        );
    }
}

/// `set -v` prints what is evaluated, and a DEBUG trap every command that it enters. The user's own
/// traps and options are there again afterwards.
#[test]
fn no_trap_and_no_option_shows_a_secret() {
    let debug = "trap 'echo \"D: $BASH_COMMAND\"' DEBUG";
    let all = "for it in DEBUG RETURN ERR; do trap 'echo \"T: $BASH_COMMAND\"' $it; done";
    let rows = [
        ("bash", "set -v".to_owned()),
        ("bash", "set -xv".to_owned()),
        ("bash", format!("{debug}; set -T")),
        ("bash", format!("{debug}; set -xvo functrace")),
        ("bash", format!("{debug}; shopt -s extdebug")),
        ("bash", format!("{debug}; declare -ft assume-role")),
        ("bash", format!("{all}; set -ET")),
        ("zsh", "setopt verbose xtrace".to_owned()),
        ("zsh", "trap 'print -r -- \"D: $ZSH_DEBUG_CMD\"' DEBUG".to_owned()),
        ("zsh", "TRAPDEBUG() { print -r -- \"D: $ZSH_DEBUG_CMD\" }".to_owned()),
        ("zsh", "functions -T assume-role; TRAPDEBUG() { print -r -- $ZSH_DEBUG_CMD }".to_owned()),
        ("zsh as ksh", "trap 'echo \"D: $ZSH_DEBUG_CMD\"' DEBUG".to_owned()),
    ];
    for (shell, set_up) in rows.iter().filter(|(shell, _)| is_here(shell)) {
        let state = if *shell == "bash" {
            "trap -p; echo $-; shopt -p extdebug"
        } else {
            "trap; setopt; functions TRAPDEBUG"
        };
        for code in [code(shell), code(shell).replace("; }", "; (exit 9); }")] {
            let home = Home::new();
            home.write("code", &code);
            let load = SHELLS.iter().find(|(words, _)| words[0] == *shell).unwrap().1;
            let script = format!(
                "{load}{set_up}\n{{ {state}; }} >before\nassume-role a r\n\
                 {{ {state}; }} >after\nenv >got\necho GOES ON\n"
            );
            let outcome = run(&[shell], home.path(), &[("TERM", "dumb")], &script);
            let shown = outcome.out + &outcome.err;
            assert!(!shown.contains(SECRET), "{shell} {set_up}: {shown}");
            assert!(shown.contains("GOES ON"), "{shell} {set_up}: {shown}");
            assert!(home.read("got").contains(SECRET), "{shell} {set_up}: {shown}");
            assert_eq!(home.read("before"), home.read("after"), "{shell} {set_up}");
            assert!(home.read("before").contains("DEBUG") || !set_up.contains("DEBUG"), "{set_up}");
        }
    }
}

/// The old script ran in the shell and saw its variables, whether they were exported or not.
#[test]
fn settings_that_are_not_exported_count() {
    let names = [
        "AWS_PROFILE_ASSUME_ROLE",
        "AWS_ROLE_SESSION_TIMEOUT",
        "AWS_USERNAME",
        "ACCOUNTS_FILE",
        "AWS_ASSUME_ROLE_AUTH_SCHEME",
        "SAML_FILE",
        "SAML_IDP_ASSERTION_URL",
        "SAML_IDP_NAME",
        "SAML_IDP_REQUEST_BODY_TEMPLATE",
        "ASSUME_ROLE_ALLOW_HTTP",
        "ASSUME_ROLE_BRIDGE",
        "ASSUME_ROLE_CONFIG_STORE",
        "ASSUME_ROLE_LEGACY",
        "ASSUME_ROLE_STORE",
        "ASSUME_ROLE_TIMEOUT",
    ];
    for call in ["assume-role a r", "assume-role status"] {
        let set = names.map(|name| format!("{name}='{name} is it'\n")).concat();
        everywhere(&[], &format!("{set}{call} >/dev/null\nenv >after"), |what, home, _| {
            for name in names {
                let line = format!("{name}={name} is it\n");
                assert!(home.read("environment").contains(&line), "{name}: {call}: {what}");
                let exports_all = what.contains("\"-a\"") || what.contains("all_export");
                assert_eq!(home.read("after").contains(&line), exports_all, "{name}: {what}");
            }
        });
    }
}

#[test]
fn options_and_variables_are_as_before() {
    for (shell, load) in SHELLS.iter().filter(|(shell, _)| shell[0] != "fish" && is_here(shell[0]))
    {
        let home = Home::new();
        home.write("code", "{ \\builtin \\export GOT=it; }\n");
        let list =
            if shell[0] == "bash" { "set -o; shopt; compgen -v" } else { "setopt; typeset +" };
        let script =
            format!("{load}GOT=it\n( {list} ) >before\nassume-role a r\n( {list} ) >after\n");
        let outcome = run(shell, home.path(), &[("TERM", "dumb")], &script);
        let ignored = |text: String| -> Vec<String> {
            let names = [
                "_", "BASH_REMATCH", "PIPESTATUS", "LINENO", "RANDOM", "TTYIDLE", "SECONDS", "GOT",
            ];
            text.lines()
                .filter(|line| !names.iter().any(|name| line.split(' ').next_back() == Some(name)))
                .map(str::to_owned)
                .collect()
        };
        assert_eq!(
            ignored(home.read("before")),
            ignored(home.read("after")),
            "{shell:?}: {}",
            outcome.err
        );
        assert!(!home.read("before").is_empty(), "{shell:?}: {}", outcome.err);
    }
}

#[test]
fn the_function_alone_works_in_a_bare_shell() {
    for (shell, show) in [
        ("bash", "declare -f assume-role"),
        ("zsh", "functions assume-role"),
        ("fish", "functions assume-role"),
    ] {
        if is_here(shell) {
            let home = Home::new();
            home.write("code", &code(shell));
            let load = SHELLS.iter().find(|(words, _)| *words == [shell]).unwrap().1;
            let copy = run(&[shell], home.path(), &[], &format!("{load}{show}\n")).out;
            let outcome = run(
                &[shell],
                home.path(),
                &[],
                &format!("{copy}\nassume-role a r\n{}", dump("AFTER")),
            );
            assert_eq!(outcome.environment("AFTER")["GOT"], SECRET, "{shell}: {}", outcome.err);
        }
    }
}

#[test]
fn the_program_has_the_standard_input_of_the_caller() {
    let home = Home::new();
    for (shell, load) in [("bash", SHELLS[0].1), ("zsh", SHELLS[4].1), ("fish", SHELLS[14].1)] {
        home.write("code", "");
        home.write("input", shell);
        std::fs::write(&home.program, "#!/bin/sh\ncat >\"$HOME/stdin\"\n").unwrap();
        run(&[shell], home.path(), &[], &format!("{load}assume-role a r <input\n"))
            .assert_silent(shell);
        assert_eq!(home.read("stdin"), shell);
    }
}

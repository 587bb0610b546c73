//! The function in nushell and xonsh, which do what a record says: before a stand-in for the program.

use std::path::Path;
use std::process::Command;

use assume_role::testing::shell::Shell;
use assume_role::testing::shell::integration::{InitOptions, ShortName};

use super::init_scripts::Home;
use crate::scenes::real_shells::{Outcome, is_here, run};
use crate::support::tools::find_shell;

const SHELLS: [Shell; 2] = [Shell::Nu, Shell::Xonsh];

fn here() -> impl Iterator<Item = Shell> {
    SHELLS.into_iter().filter(|shell| is_here(shell.name()))
}

fn load(shell: Shell) -> &'static str {
    match shell {
        Shell::Nu => "source init.nu\n",
        _ => "exec(open('init.xonsh').read())\n",
    }
}

/// What shows a variable as a child finds it, between bars.
fn child(shell: Shell, name: &str) -> String {
    let script = format!("sh -c 'printf \"|%s|\" \"${{{name}-unset}}\"'\n");
    if shell == Shell::Nu { format!("^{script}") } else { script }
}

fn types(home: &Home, shell: Shell, lines: &str) -> Outcome {
    let variables = [("LC_ALL", "C.UTF-8"), ("TERM", "dumb"), ("THEIRS", "before")];
    run(&[shell.name()], home.path(), &variables, &format!("{}{lines}", load(shell)))
}

fn record(forget: &str, keep: &str, restore: &str, set: &str) -> String {
    format!(r#"{{"forget":[{forget}],"keep":{{{keep}}},"restore":[{restore}],"set":{{{set}}}}}"#)
}

#[test]
fn any_value_arrives_as_it_is_and_nothing_is_run() {
    const VALUE: &str = "it's \"q\" $(touch pwned) `touch pwned` ; {x} \\ ~ * 日本\u{1b}[31m\nend";
    for shell in here() {
        let home = Home::new();
        let value = serde_json::to_string(VALUE).unwrap();
        home.write("code", &record("", "", "", &format!(r#""GOT":{value},"THEIRS":null"#)));
        let lines = format!(
            "assume-role 001234 45m 'a b' -v --region eu\n{}{}",
            child(shell, "GOT"),
            child(shell, "THEIRS")
        );
        let outcome = types(&home, shell, &lines);
        assert_eq!(outcome.out, format!("|{VALUE}||unset|"), "{shell:?}: {}", outcome.err);
        let words =
            format!("export\n--shell\n{}\n001234\n45m\na b\n-v\n--region\neu\n", shell.name());
        assert_eq!(
            (home.read("words"), home.read("complete")),
            (words, String::new()),
            "{shell:?}"
        );
        assert!(!home.path().join("pwned").exists(), "{shell:?}");
    }
}

#[test]
fn the_fields_of_a_record_are_done_in_their_order() {
    for shell in here() {
        let home = Home::new();
        home.write(
            "code",
            &record(
                "",
                r#""THEIRS":"before","A":null"#,
                "",
                r#""THEIRS":"1","A":"1","ASSUME_ROLE_LEFT":null"#,
            ),
        );
        let again = record(r#""A""#, r#""THEIRS":"1","A":"mine""#, "", r#""THEIRS":"2","A":"2""#);
        home.write("again", &again);
        let leave =
            record("", "", r#""THEIRS","A","B""#, r#""B":null,"ASSUME_ROLE_LEFT":"-- a r""#);
        home.write("leave", &leave);
        let show = child(shell, "THEIRS") + &child(shell, "A") + &child(shell, "ASSUME_ROLE_LEFT");
        let copy = |file: &str| format!("cp {file} code\n");
        let lines = format!(
            "assume-role a r\n{show}{}assume-role a r\n{show}{}assume-role leave\n{show}assume-role -\n",
            copy("again"),
            copy("leave")
        );
        let outcome = types(&home, shell, &lines);
        let shown = "|1||1||unset||2||2||unset||before||mine||unset|";
        assert_eq!((outcome.out.as_str(), outcome.err.as_str()), (shown, ""), "{shell:?}");
        assert!(home.read("environment").contains("\nASSUME_ROLE_LEFT=-- a r\n"), "{shell:?}");
        assert!(!home.read("words").contains("--keeps"), "{shell:?}: nothing is kept any more");
        home.write("code", &record("", r#""A":null"#, "", ""));
        types(&home, shell, "assume-role a r\nassume-role leave\n");
        let words = format!("export\n--shell\n{}\n--keeps\nleave\n", shell.name());
        assert_eq!(home.read("words"), words, "{shell:?}");
    }
}

#[test]
fn a_failure_changes_nothing_and_no_answer_is_nothing_to_do() {
    for shell in here() {
        let home = Home::new();
        home.write("code", &record("", "", "", r#""THEIRS":"changed""#));
        let failing = match shell {
            Shell::Nu => {
                "$env.ANSWER = '4'\ntry { assume-role a r }\nprint --no-newline $env.LAST_EXIT_CODE\n"
            }
            _ => "$ANSWER = '4'\nassume-role a r || printf 4\n",
        };
        let outcome = types(&home, shell, &format!("{failing}{}", child(shell, "THEIRS")));
        assert_eq!(outcome.out, "4|before|", "{shell:?}: {}", outcome.err);
        home.write("code", "");
        let outcome =
            types(&home, shell, &format!("assume-role ensure 45m\n{}", child(shell, "THEIRS")));
        assert_eq!((outcome.out.as_str(), outcome.err.as_str()), ("|before|", ""), "{shell:?}");
    }
}

#[test]
fn what_prints_is_piped_as_any_command() {
    for shell in here() {
        let home = Home::new();
        for (words, printed) in [
            ("list --json", "printed list --json"),
            ("explain '$HOME' '~x'", "printed explain $HOME ~x"),
        ] {
            let quoted =
                if shell == Shell::Xonsh { words.replace(" '", " r'") } else { words.into() };
            let outcome = types(&home, shell, &format!("assume-role {quoted} | cat\n"));
            // What xonsh looks for in such words costs the pipe there, not the words.
            if shell == Shell::Nu || words.starts_with("list") {
                assert_eq!(outcome.out.trim_end(), printed, "{shell:?}: {}", outcome.err);
            }
            types(&home, shell, &format!("assume-role {quoted}\n"));
            let words = printed.trim_start_matches("printed ").replace(' ', "\n") + "\n";
            assert_eq!(home.read("words"), words, "{shell:?}");
        }
    }
}

#[test]
fn loading_is_silent_from_any_path_with_every_option() {
    for shell in here() {
        for directory in
            ["with space", "s'q", "'#", "q\"u", "$(touch pwned)", "back\\slash", "日本", "{x}"]
        {
            let home = Home::with_program(&format!("{directory}/assume-role"));
            home.init(&InitOptions {
                cmd: Some(ShortName::parse("a-r").unwrap()),
                no_completions: directory == "{x}",
                ..InitOptions::default()
            });
            home.write("code", "");
            let twice = if shell == Shell::Xonsh { load(shell) } else { "" };
            let outcome = types(&home, shell, &format!("{twice}a-r x 'y z'\n"));
            outcome.assert_silent(&format!("{shell:?} {directory}"));
            let words = format!("export\n--shell\n{}\nx\ny z\n", shell.name());
            assert_eq!(home.read("words"), words, "{shell:?} {directory}");
            assert!(!home.path().join("pwned").exists(), "{shell:?} {directory}");
        }
    }
}

#[test]
fn the_scripts_pass_the_checks_of_their_languages() {
    let home = Home::new();
    for no_completions in [false, true] {
        home.init(&InitOptions { no_completions, ..InitOptions::default() });
        if let Some(nu) = find_shell("nu") {
            let said =
                said(Command::new(nu).args(["--ide-check", "20"]).arg(home.path().join("init.nu")));
            assert!(!said.contains(r#""severity":"#), "{said}");
        }
        if let Some(xonsh) = find_shell("xonsh") {
            let code = "import sys; compile(sys.stdin.read(), 'init.xonsh', 'exec')";
            let python = xonsh.canonicalize().unwrap().with_file_name("python");
            let script = std::fs::File::open(home.path().join("init.xonsh")).unwrap();
            let said = said(Command::new(python).args(["-W", "error", "-c", code]).stdin(script));
            assert_eq!(said, "");
        }
    }
    let segment = Path::new(env!("CARGO_MANIFEST_DIR")).join("shell/prompts/nushell.nu");
    if find_shell("nu").is_some() {
        let text = format!(
            "source {}\n$env.ASSUME_ROLE_PROMPT = 'a:r 5m'; $env.ASSUME_ROLE_PROMPT_STATE = 'warning'\nprint (assume-role-segment)",
            segment.display()
        );
        let outcome = run(&["nu"], home.path(), &[], &text);
        assert_eq!(
            (outcome.out.as_str(), outcome.err.as_str()),
            ("\u{1b}[33ma:r 5m\u{1b}[0m \n", "")
        );
    }
}

fn said(command: &mut Command) -> String {
    let output = command.output().unwrap();
    String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr)
}

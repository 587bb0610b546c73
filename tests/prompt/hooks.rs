//! The hooks among other hooks: what a status was, what the user's own hooks see, and the clocks.

use std::time::{SystemTime, UNIX_EPOCH};

use assume_role::testing::shell::Shell;
use assume_role::testing::shell::integration::InitOptions;

use super::{init, role, stopped};
use crate::scenes::real_shells::{Outcome, is_here, run, run_lines};

/// Interactive bash, its hooks run before each line of `lines`.
fn bash(setup: &str, lines: &str, old: bool) -> (Outcome, String) {
    let home = tempfile::tempdir().unwrap();
    let mut text = init(Shell::Bash, &InitOptions::default());
    if old {
        text = format!("TEST_VERSION=(3 2)\n{}", text.replace("BASH_VERSINFO", "TEST_VERSION"));
    }
    std::fs::write(home.path().join("init"), text).unwrap();
    // Not through $( … ): the pipeline of that would be the first that a hook sees.
    let probe = "probe() { local all=(\"$?\" \"${PIPESTATUS[@]}\"); echo \"${all[*]}\" >>log; }\n";
    let all =
        format!("{probe}{setup}\n{}\n{lines}\n", stopped(Shell::Bash) + &role(Shell::Bash, 3540));
    let outcome = run_lines(&["bash", "-i"], home.path(), &[("TERM", "dumb"), ("PS1", "$ ")], &all);
    let log = std::fs::read_to_string(home.path().join("log")).unwrap_or_default();
    (outcome, log)
}

const LOAD: &str = "source ./init";
const PIPELINE: &str = "(exit 3) | (exit 4) | (exit 5)";

#[test]
fn statuses_survive_in_every_kind_of_prompt_command() {
    if !is_here("bash") {
        return;
    }
    let before = [
        "PROMPT_COMMAND=probe", "PROMPT_COMMAND='probe;'", "PROMPT_COMMAND='probe ; '",
        "PROMPT_COMMAND=$'probe\\n'", "PROMPT_COMMAND=(probe)", "PROMPT_COMMAND=(: probe)",
    ];
    for setup in before {
        for old in [false, true] {
            if old && setup.contains('(') {
                continue; // arrays came with 5.1
            }
            let lines = format!(
                "{PIPELINE}\necho \"status $?\"\n{PIPELINE}\necho \"pipe ${{PIPESTATUS[*]}}\"\necho \"$ASSUME_ROLE_PROMPT\""
            );
            let (outcome, log) = bash(&format!("{setup}\n{LOAD}\n{LOAD}"), &lines, old);
            assert!(log.contains("\n5 3 4 5\n"), "{setup} {old}: {log}");
            assert_eq!(
                outcome.out, "status 5\npipe 3 4 5\nproduction:read 59m\n",
                "{setup} {old}: {}",
                outcome.err
            );
            assert!(!outcome.err.contains("syntax error"), "{setup} {old}: {}", outcome.err);
        }
    }
}

#[test]
fn hooks_after_ours_see_the_status_too() {
    if !is_here("bash") {
        return;
    }
    for after in [
        "PROMPT_COMMAND+=(probe)",
        "PROMPT_COMMAND=probe",
        "PROMPT_COMMAND=\"${PROMPT_COMMAND:+$PROMPT_COMMAND;}probe\"",
    ] {
        let (outcome, log) = bash(
            &format!("{LOAD}\n{after}"),
            &format!("{PIPELINE}\necho \"$ASSUME_ROLE_PROMPT\""),
            false,
        );
        assert!(log.contains("\n5 3 4 5\n"), "{after}: {log}");
        assert_eq!(outcome.out, "production:read 59m\n", "{after}: {}", outcome.err);
    }
    // A string in which ours comes first: the status stays, the pipeline's cannot.
    let (_, log) =
        bash(&format!("{LOAD}\nPROMPT_COMMAND=\"$PROMPT_COMMAND;probe\""), PIPELINE, true);
    assert!(log.contains("\n5 "), "{log}");
}

#[test]
fn one_hook_however_often_it_is_loaded() {
    if !is_here("bash") {
        return;
    }
    for (setup, expected) in [
        ("unset PROMPT_COMMAND", "declare -a PROMPT_COMMAND=([1]=\"__assume_role_hook\")\n"),
        ("PROMPT_COMMAND=", "declare -a PROMPT_COMMAND=([0]=\"\" [1]=\"__assume_role_hook\")\n"),
        (
            "PROMPT_COMMAND=probe",
            "declare -a PROMPT_COMMAND=([0]=\"probe\" [1]=\"__assume_role_hook\")\n",
        ),
        (
            "PROMPT_COMMAND=probe IFS=_",
            "declare -a PROMPT_COMMAND=([0]=\"probe\" [1]=\"__assume_role_hook\")\n",
        ),
    ] {
        let (outcome, _) =
            bash(&format!("{setup}\n{LOAD}\n{LOAD}\n{LOAD}"), "declare -p PROMPT_COMMAND", false);
        assert_eq!(outcome.out, expected, "{setup}: {}", outcome.err);
    }
    let (outcome, _) = bash(
        &format!("PROMPT_COMMAND='probe; '\n{LOAD}\n{LOAD}"),
        "echo \"$PROMPT_COMMAND\"",
        true,
    );
    assert_eq!(outcome.out, "probe;__assume_role_hook\n", "{}", outcome.err);
}

/// The mechanism of bash-preexec, in short: one hook that runs a list of functions, in front of
/// what was there, and one behind it; functions see `$?`.
const PREEXEC: &str = "
status_of() { return \"$1\"; }
dispatch() { local last=$? hook; for hook in \"${precmd_functions[@]}\"; do status_of \"$last\"; \"$hook\"; done; return \"$last\"; }
behind() { :; }
precmd_functions=(noted)
noted() { echo \"noted $?\" >>log; }
PROMPT_COMMAND=\"dispatch${PROMPT_COMMAND:+;$PROMPT_COMMAND}\"
PROMPT_COMMAND+=(behind)";

#[test]
fn a_dispatcher_of_hooks_before_or_after_ours() {
    if !is_here("bash") {
        return;
    }
    for setup in [format!("{PREEXEC}\n{LOAD}\n{LOAD}"), format!("{LOAD}{PREEXEC}\n{LOAD}")] {
        let (outcome, log) = bash(&setup, "(exit 7)\necho \"$? $ASSUME_ROLE_PROMPT\"", false);
        assert!(log.contains("noted 7\n"), "{log}");
        assert_eq!(outcome.out, "7 production:read 59m\n", "{}", outcome.err);
    }
}

#[test]
fn bash_under_every_option_prompts_in_silence() {
    if !is_here("bash") {
        return;
    }
    for options in [
        "set -u",
        "set -f",
        "set -o pipefail",
        "set -o posix",
        "set -a",
        "set -T",
        "set -E",
        "IFS=x",
        "shopt -s nocasematch extglob",
        "shopt -u sourcepath",
        "alias local='echo ALIAS' return='echo ALIAS' printf='echo ALIAS' set='echo ALIAS'",
    ] {
        for old in [false, true] {
            let (outcome, _) =
                bash(&format!("{LOAD}\n{options}"), "false\necho \"$? $ASSUME_ROLE_PROMPT\"", old);
            assert_eq!(outcome.out, "1 production:read 59m\n", "{options}: {}", outcome.err);
            let strange = outcome.err.lines().find(|line| !line.contains("$ "));
            assert_eq!(strange, None, "{options}: {}", outcome.err);
        }
    }
}

#[test]
fn set_e_does_not_close_an_interactive_bash() {
    if is_here("bash") {
        for old in [false, true] {
            let (outcome, _) = bash(
                &format!("{LOAD}\nset -eu -o pipefail"),
                "unset ASSUME_ROLE_EXPIRES\n:\nexpired=1 ASSUME_ROLE_EXPIRES=5\nAWS_PROFILE=x\nunset ASSUME_ROLE_KEY_ID AWS_ACCOUNT_NAME\necho alive",
                old,
            );
            assert_eq!(outcome.out, "alive\n", "{}", outcome.err);
        }
    }
}

#[test]
fn a_trace_does_not_show_the_hook() {
    if is_here("bash") {
        let (outcome, _) = bash(LOAD, "set -x\n:\necho \"$ASSUME_ROLE_PROMPT\"", false);
        assert!(outcome.err.contains("+ echo 'production:read 59m'"), "{}", outcome.err);
        assert!(!outcome.err.contains("+ case"), "{}", outcome.err);
    }
}

#[test]
fn clocks_tell_the_time() {
    let epoch = || SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs();
    let text = init(Shell::Bash, &InitOptions::default());
    let ask = "__assume_role_clock; echo \"$__assume_role_now\"\n";
    let mut clocks = vec![
        ("zsh", init(Shell::Zsh, &InitOptions::default()) + "echo ${(%)__assume_role_clock}\n"),
        (
            "fish",
            init(Shell::Fish, &InitOptions::default())
                + "math --scale=0 \"round(-60 * $(__assume_role_minutes_until 0))\"\n",
        ),
        ("bash", text.clone() + ask),
    ];
    for version in ["3 2", "4 4"] {
        let old =
            format!("TEST_VERSION=({version})\n{}", text.replace("BASH_VERSINFO", "TEST_VERSION"));
        clocks.push(("bash", old + ask));
    }
    for (shell, script) in clocks.iter().filter(|(shell, _)| is_here(shell)) {
        let home = tempfile::tempdir().unwrap();
        let before = epoch();
        let outcome = run(&[shell, "-i"], home.path(), &[("TERM", "dumb")], script);
        let after = epoch();
        let told: u64 =
            outcome.out.trim().parse().unwrap_or_else(|_| panic!("{shell}: {outcome:?}"));
        // The anchor of SECONDS may be a second off, since both are whole.
        assert!(
            (before.saturating_sub(1)..=after + 1).contains(&told),
            "{shell}: {before} {told} {after}"
        );
    }
}

#[test]
fn zsh_keeps_statuses_and_runs_last() {
    if !is_here("zsh") {
        return;
    }
    let home = tempfile::tempdir().unwrap();
    std::fs::write(home.path().join("init"), init(Shell::Zsh, &InitOptions::default())).unwrap();
    for options in [
        "",
        "setopt ksh_arrays",
        "setopt no_unset",
        "setopt sh_word_split no_prompt_subst",
        "setopt warn_create_global",
    ] {
        let lines = format!(
            "probe() {{ print -r -- $? $pipestatus >>log }}\nprecmd_functions=(probe)\n{options}\nsource ./init\nsource ./init\nprecmd_functions+=(probe)\n{}{}{PIPELINE}\nprint \"status $?\"\nprint -r -- \"${{precmd_functions[*]}}\"\nprint -r -- $ASSUME_ROLE_PROMPT\n",
            stopped(Shell::Zsh),
            role(Shell::Zsh, 3540)
        );
        let outcome = run_lines(&["zsh", "-i"], home.path(), &[("TERM", "dumb")], &lines);
        let log = std::fs::read_to_string(home.path().join("log")).unwrap();
        assert!(options.contains("ksh") || log.contains("5 3 4 5\n5 3 4 5\n"), "{options}: {log}");
        assert!(outcome.out.contains("status 5\n"), "{options}: {} {}", outcome.out, outcome.err);
        assert!(
            outcome.out.contains("probe probe __assume_role_hook"),
            "{options}: {}",
            outcome.out
        );
        assert!(
            outcome.out.ends_with("production:read 59m\n"),
            "{options}: {} {}",
            outcome.out,
            outcome.err
        );
        assert!(!outcome.err.contains("__assume_role"), "{options}: {}", outcome.err);
    }
}

//! What a prompt costs: no process, no file, no connection.

use std::path::Path;
use std::process::Command;

use assume_role::testing::shell::Shell;
use assume_role::testing::shell::integration::InitOptions;

use super::{EDITOR, init, role};
use crate::scenes::real_shells::{command, is_here};

/// What a thread costs its own process, and no prompt: its start, and the number of processors, which
/// the C library reads when a second thread first asks for memory, so in one run and not in another.
const OF_THREADS: [&str; 2] = ["CLONE_THREAD", "\"/sys/devices/system/cpu"];

/// The system calls that would start a process, open a file or a connection while `script` runs.
pub fn calls(shell: &str, home: &Path, script: &str) -> Vec<String> {
    let file = home.join("script");
    let log = home.join("log");
    std::fs::write(&file, script).unwrap();
    let options: &[&str] = if ["elvish", "nu", "xonsh"].contains(&shell) { &[] } else { &["-i"] };
    let shell =
        command(&[&[shell], options].concat(), home, &[("TERM", "dumb"), ("LC_ALL", "C.UTF-8")]);
    let mut traced = Command::new("strace");
    traced.args(["-f", "-qq", "-o"]).arg(&log);
    traced.arg("-e").arg(
        "trace=clone,clone3,fork,vfork,execve,execveat,open,openat,openat2,creat,socket,connect",
    );
    traced.arg(shell.get_program()).args(shell.get_args()).arg(&file);
    traced.env_clear().current_dir(home);
    for (name, value) in shell.get_envs() {
        traced.env(name, value.unwrap());
    }
    let output = traced.output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    assert!(String::from_utf8_lossy(&output.stdout).contains("production:read"), "{output:?}");
    let text = String::from_utf8_lossy(&std::fs::read(&log).unwrap()).into_owned();
    let call = |line: &str| line.split_once(' ').map(|(_, call)| call.trim_start().to_owned());
    // Ends of processes and signals are no calls, a call that others interrupt has two lines, and of
    // a thread that ends meanwhile strace may know no more than that.
    let is_call = |call: &String| {
        let is_other = ["+++", "---", "<...", "???("].iter().any(|mark| call.starts_with(mark));
        !(is_other || OF_THREADS.iter().any(|mark| call.contains(mark)))
    };
    text.lines().filter_map(call).filter(is_call).collect()
}

/// A hundred prompts add no call to those of one.
fn check(shell: Shell, init: &str) {
    if !(is_here(shell.name()) && is_here("strace")) {
        return;
    }
    let home = tempfile::tempdir().unwrap();
    let (prompt, loop_of) = match shell {
        Shell::Bash => (
            "PS1='> '\n",
            "for ((n = 0; n < COUNT; n++)); do __assume_role_hook; shown=\"${PS1@P}\"; done\necho \"$shown\"\n",
        ),
        Shell::Zsh => (
            "PROMPT='> '\n",
            "for ((n = 0; n < COUNT; n++)); do __assume_role_hook; shown=\"${(%%)PROMPT}\"; done\nprint -r -- \"$shown\"\n",
        ),
        Shell::Fish => (
            "function fish_prompt; builtin printf '> '; end\n",
            "for n in (seq COUNT); emit fish_prompt; set shown (fish_prompt); end\nbuiltin printf '%s\\n' $shown\n",
        ),
        other => super::not_here(other),
    };
    // Far enough away that no minute ends with another text in between.
    let all = |count: &str| {
        calls(
            shell.name(),
            home.path(),
            &format!(
                "{prompt}{init}{}{}",
                role(shell, 40_000_000),
                loop_of.replace("COUNT", count)
            ),
        )
    };
    let (one, hundred) = (all("1"), all("100"));
    assert!(!one.is_empty());
    assert_eq!(
        one.len(),
        hundred.len(),
        "{shell:?}: {:#?}",
        hundred.iter().rev().take(3).collect::<Vec<_>>()
    );
}

#[test]
fn a_prompt_starts_nothing_and_opens_nothing() {
    for shell in super::SHELLS {
        check(shell, &init(shell, &InitOptions::default()));
    }
}

#[test]
fn nor_does_it_in_old_bash() {
    for version in ["3 2", "4 4"] {
        let text =
            init(Shell::Bash, &InitOptions::default()).replace("BASH_VERSINFO", "TEST_VERSION");
        check(Shell::Bash, &format!("TEST_VERSION=({version})\n{text}"));
    }
}

/// yash has no clock: it reads one file of the kernel for each prompt.
#[test]
fn nor_does_it_in_ksh_and_yash_opens_one() {
    for (shell, opens) in [("ksh93", 0), ("mksh", 0), ("yash", 1)] {
        if !(is_here(shell) && is_here("strace")) {
            continue;
        }
        let home = tempfile::tempdir().unwrap();
        let draw = match shell {
            "yash" => "__assume_role_hook; shown=$__assume_role_shown",
            "mksh" => "shown=${|__assume_role_segment;}",
            _ => "shown=${ __assume_role_segment; }",
        };
        let all = |count: usize| {
            let loop_of = format!(
                "n=0; while [ $n -lt {count} ]; do {draw}; n=$((n+1)); done; echo \"$shown\"\n"
            );
            let text = init(Shell::Sh, &InitOptions::default()) + &role(Shell::Sh, 40_000_000);
            calls(shell, home.path(), &(text + &loop_of))
        };
        let (one, hundred) = (all(1), all(100));
        assert_eq!(one.len() + 99 * opens, hundred.len(), "{shell}: {:#?}", hundred.last());
    }
}

/// elvish has no clock either.
#[test]
fn nor_does_it_in_elvish_which_opens_one() {
    if !(is_here("elvish") && is_here("strace")) {
        return;
    }
    let home = tempfile::tempdir().unwrap();
    let all = |count: usize| {
        let loop_of = format!("range {count} | each {{|_| assume-role-hook }}\necho $shown\n");
        let init = EDITOR.to_owned() + &init(Shell::Elvish, &InitOptions::default());
        let text = init + &role(Shell::Elvish, 40_000_000) + &loop_of;
        calls("elvish", home.path(), &text)
    };
    let (one, hundred) = (all(1), all(100));
    assert_eq!(one.len() + 99, hundred.len(), "{:#?}", hundred.last());
}

#[test]
fn the_measure_sees_a_process() {
    if is_here("bash") && is_here("strace") {
        let home = tempfile::tempdir().unwrap();
        let count = |script: &str| {
            calls("bash", home.path(), &format!("echo production:read\n{script}")).len()
        };
        assert!(count("x=$(:); x=$(:)\n") > count("x=$(:)\n"));
    }
}

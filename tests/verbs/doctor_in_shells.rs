//! `doctor` in interactive shells: what the function says about its shell is what is there.

use crate::scenes::binary;
use crate::support::shells::Shell;
use crate::support::tmux::Tmux;
use crate::support::tools::find;
use crate::support::world::World;

/// What `doctor` says about a shell with that rc file.
fn said(shell: Shell, rc: &str) -> Option<String> {
    if find("tmux").is_none() || shell.find().is_none() {
        return None;
    }
    let world = World::new(binary()).unwrap();
    let mut tmux = Tmux::start(&world, shell, rc).unwrap();
    let said = tmux.run("assume-role doctor").unwrap();
    assert_eq!(said.status, 0, "{said:?}");
    assert!(
        said.text.trim_start().starts_with("program\n"),
        "the function itself says nothing: {said:?}"
    );
    let after = tmux.run(&shell.showing("ASSUME_ROLE_SHELL_STATE")).unwrap();
    assert!(after.text.contains("<>"), "the variable is for one call only: {after:?}");
    let (_, rest) = said.text.split_once("shell\n").unwrap_or_else(|| panic!("{said:?}"));
    Some(rest.split_once("files\n").unwrap().0.to_owned())
}

#[track_caller]
fn assert_says(said: Option<String>, parts: &[&str]) {
    if let Some(said) = said {
        for part in parts {
            assert!(said.contains(part), "{part}: {said}");
        }
    }
}

#[test]
fn a_shell_that_loads_the_line_is_well() {
    for shell in [&Shell::INTEGRATED[..], &[Shell::Nu, Shell::Xonsh]].concat() {
        let compinit =
            if shell == Shell::Zsh { "autoload -Uz compinit && compinit -D\n" } else { "" };
        let said = said(shell, &format!("{compinit}{}", shell.loads_init()));
        assert_says(
            said,
            &[
                &format!("ok       the function is loaded in this {} ", shell.name()),
                "ok       TAB completion is registered\n",
                "ok       the hook ",
                "ok       the prompt shows the role\n",
            ],
        );
    }
}

#[test]
fn a_shell_that_does_not_load_it_gets_the_line_to_add() {
    for shell in Shell::INTEGRATED {
        assert_says(
            said(shell, ""),
            &["warning  the function is not loaded in this shell", shell.loads_init().trim()],
        );
    }
}

#[test]
fn without_completions() {
    for shell in [&Shell::INTEGRATED[..], &[Shell::Nu, Shell::Xonsh]].concat() {
        let rc = shell.loads_init().replace(" init ", " init --no-completions ");
        assert_says(said(shell, &rc), &["warning  TAB completion is not registered"]);
    }
    assert_says(said(Shell::Zsh, &Shell::Zsh.loads_init()), &["autoload -Uz compinit && compinit"]);
}

#[test]
fn hooks_that_come_later_or_push_ours_out() {
    let bash = Shell::Bash.loads_init();
    assert_says(
        said(Shell::Bash, &format!("{bash}PROMPT_COMMAND=(true)\n")),
        &["the hook is no longer called"],
    );
    assert_says(
        said(Shell::Bash, &format!("{bash}PROMPT_COMMAND+=(true)\n")),
        &["hooks that come after ours: true"],
    );
    let zsh = Shell::Zsh.loads_init();
    assert_says(
        said(Shell::Zsh, &format!("{zsh}precmd_functions=()\n")),
        &["the hook is no longer called"],
    );
    assert_says(
        said(Shell::Zsh, &format!("{zsh}unfunction __assume_role_hook\n")),
        &["warning  the prompt hook is gone"],
    );
}

#[test]
fn prompts_of_others() {
    for shell in [Shell::Bash, Shell::Zsh] {
        let rc = shell.loads_init();
        let none = rc.replace(" init ", " init --prompt none ");
        assert_says(
            said(shell, &none),
            &["the prompt does not show the role, as your settings say"],
        );
        let own = format!("PS1='${{ASSUME_ROLE_PROMPT}}> '\n{rc}");
        assert_says(said(shell, &own), &["ok       the prompt shows the role in a way of its own"]);
    }
    let framework = "function _p9k_precmd() { : }; precmd_functions+=(_p9k_precmd)\n";
    assert_says(
        said(Shell::Zsh, &format!("{framework}{}", Shell::Zsh.loads_init())),
        &["powerlevel10k draws the prompt", "docs/prompts.md"],
    );
    let fish = "set -U AWS_PROFILE work\n";
    assert_says(
        said(Shell::Fish, &format!("{fish}{}", Shell::Fish.loads_init())),
        &["AWS_PROFILE is a universal variable", "set --erase --universal AWS_PROFILE"],
    );
}

#[test]
fn other_tools_are_seen() {
    let bash = format!(
        "assume-role-with-bastion() {{ :; }}\nalias awsume='. awsume'\n{}",
        Shell::Bash.loads_init()
    );
    assert_says(said(Shell::Bash, &bash), &["the old script was loaded", "awsume is loaded too"]);
    let zsh = format!(
        "assume-role-with-bastion() {{ :; }}\nalias assume='. assume'\n{}",
        Shell::Zsh.loads_init()
    );
    assert_says(said(Shell::Zsh, &zsh), &["the old script was loaded", "granted is loaded too"]);
    let fish = format!("function assume; end\n{}", Shell::Fish.loads_init());
    assert_says(said(Shell::Fish, &fish), &["granted is loaded too"]);
}

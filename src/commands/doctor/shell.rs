//! Whether the running shell is set up: the function, TAB, the hook and its place, the prompt,
//! other tools.

use super::finding::Finding;
use super::prompt;
use super::state::ShellState;
use crate::commands::context::Context;
use crate::commands::init;
use crate::shell::variables::REGION;

/// What the shell says about itself; without a word of it the function is not loaded.
pub(super) fn findings(state: Option<&ShellState>, context: &Context) -> Vec<Finding> {
    let Some(state) = state.filter(|state| !state.get("shell").is_empty()) else {
        let error = init::not_loaded(context);
        let missing = Finding::warning(
            "the function is not loaded in this shell, so a switch cannot change it",
        );
        return vec![
            error.hints.iter().fold(missing, |finding, hint| finding.remedy(hint.as_str())),
        ];
    };
    let (shell, version) = state.shell();
    let version = version.split('(').next().unwrap_or_default();
    let mut findings =
        vec![Finding::fine(format!("the function is loaded in this {shell} {version}").trim_end())];
    findings.extend(too_old(shell, version));
    if state.is_interactive() {
        // What a shell cannot have its function says nothing about.
        if state.says("completion") {
            findings.push(completion(shell, state));
        }
        if state.says("hook") {
            findings.extend(hook(shell, state));
        }
        if state.says("prompt") {
            findings.push(prompt::finding(shell, state));
        }
    } else {
        findings
            .push(Finding::note("this shell is not interactive: no prompt and no TAB to look at"));
    }
    findings.extend(others(state));
    findings.extend(universal(state));
    findings
}

/// The oldest versions that the whole integration works with.
fn too_old(shell: &str, version: &str) -> Option<Finding> {
    let oldest = match shell {
        "bash" => (3, 2),
        "zsh" => (5, 0),
        "fish" => (3, 6),
        "nu" => (0, 108),
        _ => return None,
    };
    let mut numbers = version
        .split(|c: char| !c.is_ascii_digit())
        .filter_map(|number| number.parse::<u32>().ok());
    let running = (numbers.next()?, numbers.next().unwrap_or(0));
    (running < oldest).then(|| {
        Finding::warning(&format!(
            "{shell} {version} is older than {}.{}: the prompt may stay empty",
            oldest.0, oldest.1
        ))
    })
}

fn completion(shell: &str, state: &ShellState) -> Finding {
    let answer = state.get("completion");
    let is_registered = match shell {
        "bash" => answer.contains("-F _assume_role"),
        "zsh" => answer.starts_with("_assume-role"),
        _ => answer.contains("__assume_role_candidates"),
    };
    if is_registered {
        return Finding::fine("TAB completion is registered");
    }
    let missing = Finding::warning("TAB completion is not registered in this shell");
    match (shell, answer) {
        ("zsh", answer) if answer.contains("compdef: none") => {
            missing.remedy("add to ~/.zshrc: autoload -Uz compinit && compinit")
        }
        (_, "") => missing.remedy("was init called with --no-completions?"),
        _ => missing.remedy("another completion took its place; load assume-role after it"),
    }
}

/// The hook, and what stands behind it.
fn hook(shell: &str, state: &ShellState) -> Vec<Finding> {
    const OURS: &str = "__assume_role_hook";
    if !state.get("hook").contains("function") {
        return vec![
            Finding::warning("the prompt hook is gone: the time left is not updated")
                .remedy("load assume-role once more, after what replaced it"),
        ];
    }
    // The others keep no list of hooks that a program would overwrite.
    if !["bash", "zsh"].contains(&shell) {
        return vec![Finding::fine("the hook runs before each prompt")];
    }
    let Some((_, after)) = state.get("hooks").rsplit_once(OURS) else {
        return vec![
            Finding::warning("the hook is no longer called before the prompt: something replaced the list of hooks")
                .remedy(format!("add to it instead of setting it: {}", list_of(shell))),
        ];
    };
    let after = after.trim_matches([' ', ';', '\n']);
    if after.is_empty() {
        return vec![Finding::fine("the hook is called before each prompt, after all others")];
    }
    vec![
        Finding::note(&format!("hooks that come after ours: {after}"))
            .remedy("one of them that builds the prompt shows the time of the prompt before; load assume-role last"),
    ]
}

fn list_of(shell: &str) -> &'static str {
    match shell {
        "bash" => "PROMPT_COMMAND=\"${PROMPT_COMMAND:+$PROMPT_COMMAND;}your_hook\"",
        _ => "precmd_functions+=(your_hook)",
    }
}

/// Functions and aliases of other programs that change the same variables.
fn others(state: &ShellState) -> Vec<Finding> {
    let mut findings = Vec::new();
    let answer = state.get("others");
    let has_old = answer
        .lines()
        .any(|line| line.trim() == "function" || line == "assume-role-with-bastion: function");
    if has_old {
        findings
            .push(Finding::warning("the old script was loaded into this shell as well").remedy(
            "remove the line `source $(which assume-role)` from the file your shell starts with",
        ));
    }
    for (name, tool) in [("awsume", "awsume"), ("assume", "granted")] {
        let is_there = answer.lines().filter(|line| !line.ends_with(": none")).any(|line| {
            let words = line.trim_start_matches("alias ").trim_start_matches("function ");
            words.split(['=', ':', ' ']).next() == Some(name)
        });
        if is_there {
            findings.push(Finding::note(&format!(
                "{tool} is loaded too (`{name}`): after it has set keys, the prompt shows ? in place of a role"
            )));
        }
    }
    findings
}

/// fish keeps universal variables for all shells, whatever a switch does.
fn universal(state: &ShellState) -> Vec<Finding> {
    // A region of one's own may well be for all shells.
    let names = state.get("universal").split_whitespace().filter(|name| !REGION.contains(name));
    names
        .map(|name| {
            Finding::warning(&format!(
                "{name} is a universal variable: it comes back in every new shell"
            ))
            .remedy(format!("set --erase --universal {name}"))
        })
        .collect()
}

//! Whether the prompt shows the role, and if not, why.

use super::finding::Finding;
use super::state::ShellState;

/// Frameworks, and by what they are known in hooks and prompts.
const FRAMEWORKS: [(&str, &[&str]); 7] = [
    ("starship", &["starship"]),
    ("powerlevel10k", &["_p9k_"]),
    ("oh-my-posh", &["_omp_"]),
    ("tide", &["_tide_"]),
    ("pure", &["prompt_pure", "_pure_"]),
    ("spaceship", &["spaceship"]),
    ("liquidprompt", &["_lp_"]),
];

/// What a prompt holds that refers to the segment, put there by us or by the user.
const SEGMENTS: [&str; 7] = [
    "__assume_role_shown", "assume-role-segment", "__assume_role_segment", "%71v",
    "__assume_role_their_prompt", "__assume_role_before", "{assume_role}",
];
const OWN: [&str; 4] =
    ["ASSUME_ROLE_PROMPT", "AWS_ACCOUNT_NAME", "aws_account_info", "assume_role_prompt"];

pub(super) fn finding(shell: &str, state: &ShellState) -> Finding {
    let (prompt, hooks) = (state.get("prompt"), state.get("hooks"));
    let holds = |marks: &[&str]| marks.iter().any(|mark| prompt.contains(mark));
    if holds(&SEGMENTS) {
        return Finding::fine("the prompt shows the role");
    }
    if holds(&OWN) || hooks.contains("aws_account_info") {
        return Finding::fine("the prompt shows the role in a way of its own");
    }
    let segment = ["prompt_assume_role", "spaceship_assume_role", "_tide_item_assume_role"];
    let has_segment = segment.iter().any(|name| state.has("segments", name));
    let is_known =
        |marks: &[&str]| marks.iter().any(|mark| hooks.contains(mark) || prompt.contains(mark));
    if let Some((name, _)) = FRAMEWORKS.iter().find(|(_, marks)| is_known(marks)) {
        return match has_segment {
            true => Finding::fine(&format!("{name} draws the prompt and has the segment")),
            false => Finding::note(&format!("{name} draws the prompt; the segment is left to it"))
                .remedy(format!("docs/prompts.md says how {name} shows it")),
        };
    }
    if state.get("side") == "none" {
        return Finding::note("the prompt does not show the role, as your settings say");
    }
    let missing = Finding::warning("the prompt does not show the role");
    match shell {
        "bash" if !state.get("flags").contains("promptvars") => {
            missing.remedy("shopt -s promptvars")
        }
        "zsh" if !state.get("flags").contains("prompt_percent") => {
            missing.remedy("setopt prompt_percent")
        }
        "fish" => {
            missing.remedy("has another program replaced fish_prompt? load assume-role after it")
        }
        _ => missing.remedy("does something set it anew at each prompt? load assume-role after it"),
    }
}

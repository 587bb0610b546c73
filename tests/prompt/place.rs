//! Where the segment stands: in a plain prompt by itself, and not where the prompt already shows it.

use assume_role::testing::config::settings::PromptSide;
use assume_role::testing::shell::Shell;
use assume_role::testing::shell::integration::InitOptions;
use assume_role::testing::shell::prompt_style::Look;

use super::{init, role, stopped};
use crate::scenes::real_shells::{is_here, run};

/// A prompt to draw: what the rc file holds before and after the integration, and the seconds left
/// of a role.
struct Drawn<'a> {
    shell: Shell,
    side: PromptSide,
    before: &'a str,
    after: &'a str,
    left: Option<i64>,
}

impl<'a> Drawn<'a> {
    fn of(shell: Shell, before: &'a str) -> Self {
        Self { shell, side: PromptSide::Auto, before, after: "", left: Some(3540) }
    }

    /// What the second prompt shows, escapes and all; the right one follows a bar.
    fn bytes(&self) -> String {
        let home = tempfile::tempdir().unwrap();
        let look = Look { side: self.side, ..Look::default() };
        let init = init(self.shell, &InitOptions { look, ..InitOptions::default() });
        let role = self.left.map(|left| role(self.shell, left)).unwrap_or_default();
        let (hooks, draw) = match self.shell {
            Shell::Bash => (
                "for hook in \"${PROMPT_COMMAND[@]}\"; do eval \"$hook\"; done\n",
                "printf '%s' \"${PS1@P}\"\n",
            ),
            Shell::Zsh => (
                "for hook in $precmd_functions; do $hook; done\n",
                "print -rn -- \"${(%%)PROMPT}\"\n[[ -z $RPROMPT ]] || print -rn -- \"|${(%%)RPROMPT}\"\n",
            ),
            Shell::Fish => (
                "emit fish_prompt\n",
                "printf '%s' (fish_prompt | string collect)\nfunctions -q fish_right_prompt; and printf '|%s' (fish_right_prompt | string collect)\n",
            ),
            other => super::not_here(other),
        };
        let stopped = stopped(self.shell);
        let script = format!(
            "{}\n{init}{init}{stopped}{role}{}\n{hooks}{hooks}{draw}",
            self.before, self.after
        );
        let variables = [("TERM", "xterm"), ("LC_ALL", "C.UTF-8")];
        let outcome = run(&[self.shell.name(), "-i"], home.path(), &variables, &script);
        assert_eq!(outcome.err, "", "{:?}", self.shell);
        outcome.out
    }

    /// The same without colours.
    fn text(&self) -> String {
        let bytes = self.bytes();
        let mut parts = bytes.split('\u{1b}');
        let mut text = parts.next().unwrap().to_owned();
        for part in parts {
            text.push_str(
                part.strip_prefix("(B").unwrap_or_else(|| part.split_once('m').unwrap().1),
            );
        }
        text
    }
}

/// The shells that are here, each with a prompt that shows `here> `.
fn shells() -> impl Iterator<Item = (Shell, &'static str)> {
    let prompt = |shell| match shell {
        Shell::Bash => "PS1='here> '",
        Shell::Zsh => "PROMPT='here> '",
        Shell::Fish => "function fish_prompt; printf 'here> '; end",
        other => super::not_here(other),
    };
    super::SHELLS
        .into_iter()
        .filter(|shell| is_here(shell.name()))
        .map(move |shell| (shell, prompt(shell)))
}

#[test]
fn a_plain_prompt_gets_it_whenever_it_was_set() {
    for (shell, prompt) in shells() {
        let before = Drawn::of(shell, prompt);
        assert_eq!(before.text(), "production:read 59m here> ", "{shell:?}");
        let after = Drawn { after: prompt, ..Drawn::of(shell, "") };
        assert_eq!(after.text(), "production:read 59m here> ", "{shell:?}");
    }
}

#[test]
fn without_a_role_a_prompt_is_as_it_was() {
    for (shell, prompt) in shells() {
        assert_eq!(Drawn { left: None, ..Drawn::of(shell, prompt) }.bytes(), "here> ", "{shell:?}");
    }
}

#[test]
fn the_colour_tells_the_state() {
    for (shell, prompt) in shells() {
        let protected = match shell {
            Shell::Fish => "set -g ASSUME_ROLE_PROTECTED 1",
            _ => "ASSUME_ROLE_PROTECTED=1",
        };
        let states = [
            ("", 3540, "36m"),
            (protected, 3540, "35m"),
            ("", 599, "33m"),
            ("", 119, "31m"),
            ("", 0, "31m"),
        ];
        for (after, left, colour) in states {
            let bytes = Drawn { after, left: Some(left), ..Drawn::of(shell, prompt) }.bytes();
            let (_, coloured) =
                bytes.split_once(colour).unwrap_or_else(|| panic!("{shell:?} {left}: {bytes:?}"));
            assert!(coloured.starts_with("production:read "), "{shell:?} {left}: {bytes:?}");
        }
    }
}

#[test]
fn a_prompt_that_shows_it_already_is_left_alone() {
    for (shell, prompt) in shells() {
        let (variable, theirs): (_, &[&str]) = match shell {
            Shell::Bash => (
                "PS1='[$ASSUME_ROLE_PROMPT] '",
                &[
                    "aws_account_info() { :; }\nPS1='$(aws_account_info)here> '",
                    "PS1='${AWS_ACCOUNT_NAME:+}here> '",
                    "PS1='here> '; PROMPT_COMMAND=': aws_account_info'",
                ],
            ),
            Shell::Zsh => (
                "setopt prompt_subst; PROMPT='[${ASSUME_ROLE_PROMPT}] '",
                &[
                    "PROMPT='here> ' RPROMPT='%1(l.$(aws_account_info).)'",
                    "PROMPT='%(?.here> .$AWS_ACCOUNT_NAME)'",
                ],
            ),
            Shell::Fish => (
                "function fish_prompt; printf '[%s] ' $ASSUME_ROLE_PROMPT; end",
                &["function fish_prompt; test x = \"$AWS_ACCOUNT_NAME\"; printf 'here> '; end"],
            ),
            other => super::not_here(other),
        };
        assert_eq!(Drawn::of(shell, variable).text(), "[production:read 59m] ", "{shell:?}");
        for before in theirs {
            let shown = Drawn::of(shell, before).text();
            assert!(!shown.contains("production"), "{shell:?} {before}: {shown}");
        }
        assert!(
            Drawn { side: PromptSide::None, ..Drawn::of(shell, prompt) }.text() == "here> ",
            "{shell:?}"
        );
    }
}

#[test]
fn a_prompt_of_a_framework_is_left_alone_unless_set() {
    let frameworks = |shell| -> &'static [&'static str] {
        match shell {
            Shell::Bash => &["starship_precmd", "_omp_hook", "__lp_set_prompt"],
            Shell::Zsh => &[
                "starship_precmd",
                "_p9k_precmd",
                "_omp_precmd",
                "prompt_pure_precmd",
                "spaceship_exec_time_precmd_hook",
                "_lp_precmd",
            ],
            Shell::Fish => &["starship", "_tide_item", "_pure_prompt", "_omp_prompt", "spaceship"],
            other => super::not_here(other),
        }
    };
    for (shell, prompt) in shells() {
        for hook in frameworks(shell) {
            let theirs = match shell {
                Shell::Bash => format!("{prompt}\n{hook}() {{ :; }}\nPROMPT_COMMAND={hook}"),
                Shell::Zsh => format!("{prompt}\n{hook}() {{ : }}\nprecmd_functions=({hook})"),
                Shell::Fish => format!("function fish_prompt; : {hook}; printf 'here> '; end"),
                other => super::not_here(other),
            };
            assert_eq!(Drawn::of(shell, &theirs).text(), "here> ", "{shell:?} {hook}");
            // Set up after us, it is the same.
            assert_eq!(
                Drawn { after: &theirs, ..Drawn::of(shell, "") }.text(),
                "here> ",
                "{shell:?} {hook}"
            );
            let told = Drawn { side: PromptSide::Left, ..Drawn::of(shell, &theirs) };
            assert_eq!(told.text(), "production:read 59m here> ", "{shell:?} {hook}");
        }
    }
}

#[test]
fn the_right_side_where_there_is_one() {
    for (shell, prompt) in shells() {
        let (more, expected) = match shell {
            Shell::Bash => ("", "production:read 59m here> "),
            Shell::Zsh => ("RPROMPT=right", "here> |production:read 59m right"),
            Shell::Fish => (
                "function fish_right_prompt; printf right; end",
                "here> |production:read 59m right",
            ),
            other => super::not_here(other),
        };
        let drawn = Drawn { side: PromptSide::Right, after: more, ..Drawn::of(shell, prompt) };
        assert_eq!(drawn.text(), expected, "{shell:?}");
        if shell != Shell::Bash {
            let alone = Drawn { side: PromptSide::Right, ..Drawn::of(shell, prompt) };
            assert_eq!(alone.text(), "here> |production:read 59m ", "{shell:?}");
        }
    }
}

#[test]
fn a_prompt_that_starts_with_an_empty_line_keeps_it() {
    for (shell, before) in [
        (Shell::Bash, "PS1='\\nhere> '"),
        (Shell::Bash, "PS1=$'\\nhere> '"),
        (Shell::Zsh, "PROMPT=$'\\nhere> '"),
        (Shell::Fish, "function fish_prompt; printf '\\nhere> '; end"),
    ] {
        if is_here(shell.name()) {
            assert_eq!(
                Drawn::of(shell, before).text(),
                "\nproduction:read 59m here> ",
                "{shell:?}"
            );
        }
    }
}

#[test]
fn the_users_prompt_in_fish_sees_their_status_and_may_change() {
    if !is_here("fish") {
        return;
    }
    let theirs = "function fish_prompt; printf '%s %s> ' $status (string join , $pipestatus); end";
    let changed = Drawn {
        after: "emit fish_prompt\nfunction fish_prompt; printf 'new\\nline> '; end",
        ..Drawn::of(Shell::Fish, theirs)
    };
    assert_eq!(changed.text(), "production:read 59m new\nline> ");

    let home = tempfile::tempdir().unwrap();
    let init = init(Shell::Fish, &InitOptions::default())
        + &stopped(Shell::Fish)
        + &role(Shell::Fish, 3540);
    let script = format!(
        "{theirs}\n{init}\nemit fish_prompt\nsh -c 'exit 3' | sh -c 'exit 4'\nfish_prompt\n"
    );
    let outcome = run(&["fish", "-i"], home.path(), &[("TERM", "dumb")], &script);
    assert_eq!(outcome.out, "production:read 59m 4 3,4> \n", "{}", outcome.err);
}

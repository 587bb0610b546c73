//! Where the segment stands in nushell and xonsh, and what it costs there.

use assume_role::testing::config::settings::PromptSide;
use assume_role::testing::shell::Shell;
use assume_role::testing::shell::integration::InitOptions;
use assume_role::testing::shell::prompt_style::Look;

use super::cost::calls;
use super::{init, role, stopped};
use crate::scenes::real_shells::{is_here, run};

const SHELLS: [Shell; 2] = [Shell::Nu, Shell::Xonsh];

/// What the second prompt shows, colours apart, and behind a bar what the right one does. `theirs`
/// sets the user's prompts, after the integration or before it.
fn drawn(
    shell: Shell,
    side: PromptSide,
    theirs: &str,
    is_first: bool,
    left: Option<i64>,
) -> String {
    let home = tempfile::tempdir().unwrap();
    let options = InitOptions { look: Look { side, ..Look::default() }, ..InitOptions::default() };
    let init = init(shell, &options) + &stopped(shell);
    let role = left.map(|left| role(shell, left)).unwrap_or_default();
    let (before, after) = if is_first { (theirs, "") } else { ("", theirs) };
    let draw = match shell {
        Shell::Nu => concat!(
            "__assume_role_hook\n__assume_role_hook\n",
            "def shown [prompt: any] { if ($prompt | describe) == closure { do $prompt } else { $prompt } }\n",
            "print --no-newline $\"(shown $env.PROMPT_COMMAND | ansi strip)|(shown $env.PROMPT_COMMAND_RIGHT | ansi strip)\"\n",
        ),
        // Colours are fields for the line editor.
        _ => concat!(
            "events.on_pre_prompt_format.fire(); events.on_pre_prompt_format.fire()\n",
            "import re\nfrom xonsh.prompt.base import PromptFormatter\n",
            "def shown(prompt): return re.sub(r'{[A-Z_]+}', '', PromptFormatter()(prompt))\n",
            "print(shown($PROMPT) + '|' + shown($RIGHT_PROMPT), end='')\n",
        ),
    };
    let script = format!("{before}\n{init}{after}\n{role}{draw}");
    let variables = [("TERM", "xterm"), ("LC_ALL", "C.UTF-8")];
    let outcome = run(&[shell.name()], home.path(), &variables, &script);
    assert_eq!(outcome.err, "", "{shell:?}");
    outcome.out
}

/// A line that sets the left prompt and the right one.
fn prompts(shell: Shell, left: &str, right: &str) -> String {
    match shell {
        Shell::Nu => format!(
            "$env.PROMPT_COMMAND = {{|| \"{left}\" }}; $env.PROMPT_COMMAND_RIGHT = \"{right}\""
        ),
        _ => format!("$PROMPT = \"{left}\"; $RIGHT_PROMPT = \"{right}\""),
    }
}

#[test]
fn a_plain_prompt_gets_it_on_the_side_that_was_chosen() {
    for shell in SHELLS.into_iter().filter(|shell| is_here(shell.name())) {
        let theirs = prompts(shell, "here> ", "right");
        for (side, left, expected) in [
            (PromptSide::Auto, Some(3540), "production:read 59m here> |right"),
            (PromptSide::Left, Some(-5), "production:read expired here> |right"),
            (PromptSide::Right, Some(3540), "here> |production:read 59m right"),
            (PromptSide::None, Some(3540), "here> |right"),
            (PromptSide::Auto, None, "here> |right"),
        ] {
            for is_first in [true, false] {
                let shown = drawn(shell, side, &theirs, is_first, left);
                assert_eq!(shown, expected, "{shell:?} {is_first}");
            }
        }
        let shown =
            drawn(shell, PromptSide::Auto, &prompts(shell, "\\nhere> ", ""), true, Some(60));
        assert_eq!(shown, "\nproduction:read 1m here> |", "{shell:?}");
    }
}

#[test]
fn a_prompt_that_shows_it_already_or_that_a_framework_draws_is_left_alone() {
    for shell in SHELLS.into_iter().filter(|shell| is_here(shell.name())) {
        let (own, framework) = match shell {
            Shell::Nu => (
                "$env.PROMPT_COMMAND = {|| $'[($env.ASSUME_ROLE_PROMPT?)] ' }; $env.PROMPT_COMMAND_RIGHT = ''",
                "$env.PROMPT_COMMAND = {|| 'starship> ' }; $env.PROMPT_COMMAND_RIGHT = ''",
            ),
            _ => (
                "$PROMPT = '[{$ASSUME_ROLE_PROMPT}] '; $RIGHT_PROMPT = ''",
                "$PROMPT = lambda: 'starship> '; $RIGHT_PROMPT = ''",
            ),
        };
        let shown = drawn(shell, PromptSide::Auto, own, true, Some(3540));
        assert_eq!(shown, "[production:read 59m] |", "{shell:?}");
        let shown = drawn(shell, PromptSide::Auto, framework, true, Some(3540));
        assert_eq!(shown, "starship> |", "{shell:?}");
    }
}

/// A hundred prompts start and open no more than one.
#[test]
fn a_prompt_starts_nothing_and_opens_nothing() {
    for shell in SHELLS.into_iter().filter(|shell| is_here(shell.name()) && is_here("strace")) {
        let home = tempfile::tempdir().unwrap();
        let setup = init(shell, &InitOptions::default()) + &role(shell, 40_000_000);
        let all = |count: u32| {
            let prompts = match shell {
                Shell::Nu => format!(
                    "for _ in 1..{count} {{ __assume_role_hook; do $env.PROMPT_COMMAND | ignore }}\n__assume_role_hook\nprint $env.ASSUME_ROLE_PROMPT\n"
                ),
                _ => format!(
                    "for _ in range({count}): events.on_pre_prompt_format.fire(); $PROMPT_FIELDS['assume_role']()\nprint($ASSUME_ROLE_PROMPT)\n"
                ),
            };
            let prompt = self::prompts(shell, "> ", "");
            calls(shell.name(), home.path(), &format!("{prompt}\n{setup}{prompts}"))
        };
        let (one, hundred) = (all(1), all(100));
        assert!(!one.is_empty());
        assert_eq!(one.len(), hundred.len(), "{shell:?}: {:#?}", hundred.last());
    }
}

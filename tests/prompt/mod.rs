//! The prompt: what the shells' own hooks show, where it stands, what it costs, and what it cannot
//! be made to do.

mod cost;
mod frameworks;
mod hooks;
mod hostile;
mod nu_and_xonsh;
mod oracle;
mod pictures;
mod place;
mod renewal;

use assume_role::testing::shell::Shell;
use assume_role::testing::shell::integration::{InitOptions, script};
use assume_role::testing::shell::quote;

/// The shells whose hooks these tests drive; those of nushell and xonsh are in [`nu_and_xonsh`].
pub const SHELLS: [Shell; 3] = [Shell::Bash, Shell::Zsh, Shell::Fish];

/// For a shell that is none of [`SHELLS`].
pub fn not_here(shell: Shell) -> ! {
    panic!("{} is not one of the shells here", shell.name())
}

/// What the editor of elvish has, for its scripts to run without a terminal.
pub const EDITOR: &str = "var edit: = (ns [&prompt={ put theirs } &before-readline=[] \
    &add-var~={|@_| } &completion:=(ns [&arg-completer=[&]])])\n";

/// A moment at which the clocks of the shells are stopped.
pub const NOW: i64 = 1_795_305_600;

/// The integration of a shell as `init` prints it, its program out of reach. In nushell, where a
/// function cannot be defined anew, its clock stands still from the beginning.
pub fn init(shell: Shell, options: &InitOptions) -> String {
    let text = script(shell, "/nowhere/assume-role".as_ref(), options).unwrap();
    match shell {
        Shell::Nu => {
            let clock = "(date now | into int) // 1_000_000_000";
            assert_eq!(text.matches(clock).count(), 1);
            text.replace(clock, &NOW.to_string())
        }
        _ => text,
    }
}

/// Stops the clock of a loaded integration at [`NOW`].
pub fn stopped(shell: Shell) -> String {
    match shell {
        Shell::Bash => format!("function __assume_role_clock {{ __assume_role_now={NOW}; }}\n"),
        Shell::Zsh => format!("__assume_role_clock={NOW}\n"),
        Shell::Sh => format!("__assume_role_hook() {{ __assume_role_look {NOW}; }}\n"),
        Shell::Elvish => format!("set now~ = {{ num {NOW} }}\n"),
        Shell::Fish => {
            format!(
                "function __assume_role_minutes_until; builtin math \"($argv[1] - {NOW}) / 60\"; end\n"
            )
        }
        Shell::Nu => String::new(),
        Shell::Xonsh => format!("import time; time.time = lambda: {NOW}\n"),
        other => not_here(other),
    }
}

/// `NAME=value` in a shell's own words, not exported.
pub fn assign(shell: Shell, name: &str, value: &str) -> String {
    match shell {
        Shell::Bash | Shell::Zsh | Shell::Sh => format!("{name}={}\n", quote::sh(value)),
        Shell::Elvish => format!("set-env {name} '{}'\n", value.replace('\'', "''")),
        Shell::Fish => format!("set -g {name} {}\n", quote::fish(value)),
        Shell::Nu => format!("$env.{name} = r####'{value}'####\n"),
        Shell::Xonsh => {
            format!("${{...}}['{name}'] = {}\n", serde_json::to_string(value).unwrap())
        }
        other => not_here(other),
    }
}

/// A role with that much time left.
pub fn role(shell: Shell, left: i64) -> String {
    let expires = (NOW + left).to_string();
    let variables = [
        ("ASSUME_ROLE_KEY_ID", "ASIA1"),
        ("AWS_ACCESS_KEY_ID", "ASIA1"),
        ("AWS_ACCOUNT_NAME", "production"),
        ("AWS_ACCOUNT_ROLE", "read"),
        ("ASSUME_ROLE_EXPIRES", &expires),
    ];
    variables.iter().map(|(name, value)| assign(shell, name, value)).collect()
}

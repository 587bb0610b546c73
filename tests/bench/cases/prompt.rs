//! What each prompt costs: the hook of each shell, beside a function that does nothing.

use std::process::Command;
use std::time::SystemTime;

use crate::measure::{Budget, Case, Prepare, Task};
use crate::references;
use crate::support::failure::Failure;

/// A shell: its name, the words that start it, the hook and a function that does nothing, a loop
/// around COMMAND that runs COUNT times, and what one hook may take, in microseconds.
struct Hook {
    name: &'static str,
    shell: &'static str,
    options: &'static [&'static str],
    before: &'static str,
    hook: &'static str,
    empty: &'static str,
    looped: &'static str,
    times: u32,
    micros: Option<f64>,
}

const BASH: Hook = Hook {
    name: "bash",
    shell: "bash",
    options: &["--norc", "--noprofile", "-i"],
    before: "function empty { :; }",
    hook: "__assume_role_hook",
    empty: "empty",
    looped: "for ((n = 0; n < COUNT; n++)); do COMMAND; done",
    times: 2000,
    micros: Some(60.0),
};
/// A shell of sh: it has no loop of its own that all of them read alike.
const SH: Hook = Hook {
    options: &["-i"],
    before: "empty() { :; }",
    looped: "n=0; while [ $n -lt COUNT ]; do n=$((n + 1)); COMMAND; done",
    micros: None,
    ..BASH
};
static HOOKS: [Hook; 10] = [
    BASH,
    Hook {
        name: "bash as of 3.2",
        before: "TEST_VERSION=(3 2); function empty { :; }",
        micros: Some(150.0),
        ..BASH
    },
    Hook { name: "zsh", shell: "zsh", options: &["-f", "-i"], ..BASH },
    Hook {
        name: "fish",
        shell: "fish",
        options: &["--no-config", "-i"],
        before: "function empty; end",
        hook: "set -g __assume_role_drawn yes; __assume_role_hook",
        empty: "set -g __assume_role_drawn yes; empty",
        looped: "for n in (seq COUNT); COMMAND; end",
        times: 500,
        micros: Some(400.0),
    },
    Hook {
        name: "nushell",
        shell: "nu",
        options: &["--no-config-file"],
        before: "def --env empty [] { }",
        looped: "for _ in 1..COUNT { COMMAND }",
        times: 500,
        micros: Some(500.0),
        ..BASH
    },
    Hook {
        name: "xonsh",
        shell: "xonsh",
        options: &["--no-rc"],
        before: "def empty(): pass",
        hook: "events.on_pre_prompt_format.fire()",
        empty: "empty()",
        looped: "for _ in range(COUNT): COMMAND",
        times: 2000,
        micros: Some(100.0),
    },
    Hook {
        name: "elvish",
        shell: "elvish",
        options: &[],
        before: concat!(
            "var edit: = (ns [&prompt={ put theirs } &before-readline=[] &add-var~={|@_| } ",
            "&completion:=(ns [&arg-completer=[&]])])\nfn empty { }",
        ),
        hook: "assume-role-hook",
        looped: "range COUNT | each {|_| COMMAND }",
        times: 500,
        micros: None,
        ..BASH
    },
    Hook {
        name: "ksh93",
        shell: "ksh93",
        hook: "shown=${ __assume_role_segment; }",
        empty: "shown=${ empty; }",
        ..SH
    },
    Hook {
        name: "mksh",
        shell: "mksh",
        hook: "shown=${|__assume_role_segment;}",
        empty: "shown=${|empty;}",
        ..SH
    },
    Hook { name: "yash", shell: "yash", times: 500, ..SH },
];

/// Ours beside starship's, which starts a process for each.
static WITH_STARSHIP: Hook = Hook { hook: "starship_precmd", times: 20, ..BASH };
static BESIDE_STARSHIP: Hook = Hook { times: 20, ..BASH };

pub fn cases() -> Vec<Case> {
    let mut cases: Vec<Case> = HOOKS
        .iter()
        .map(|hook| {
            let empty = ("an empty function", looped(hook, hook.empty, Ours));
            let of = f64::from(hook.times) / 1e3;
            let budget = Budget::Left { unit: "µs", of, most: hook.micros, noise: 0.0 };
            Case::new(
                format!("prompt hook, {}", hook.name),
                looped(hook, hook.hook, Ours),
                empty,
                budget,
            )
        })
        .collect();
    let ours = looped(&BESIDE_STARSHIP, BASH.hook, Ours);
    let theirs =
        (references::title("starship"), looped(&WITH_STARSHIP, WITH_STARSHIP.hook, Starship));
    cases.push(Case::new("20 prompts of bash", ours, theirs, Budget::None));
    cases
}

/// Whose integration a shell loads.
#[derive(Clone, Copy)]
enum Whose {
    Ours,
    Starship,
}
use Whose::{Ours, Starship};

/// A shell that does one thing again and again, in a role that has nearly an hour left.
fn looped(hook: &'static Hook, what: &'static str, whose: Whose) -> Prepare {
    Box::new(move |program| {
        let home = tempfile::tempdir()?;
        let shell = references::find(hook.shell)?;
        let program = match whose {
            Ours => program.to_owned(),
            Starship => references::find("starship")?,
        };
        let output = Command::new(&program).args(["init", hook.shell]).env_clear().output()?;
        if !output.status.success() {
            return Err(Failure(format!("there is no init {}", hook.shell)));
        }
        let mut init = String::from_utf8_lossy(&output.stdout).into_owned();
        if hook.before.contains("TEST_VERSION") {
            init = init.replace("BASH_VERSINFO", "TEST_VERSION");
        }
        let looped = hook.looped.replace("COUNT", &hook.times.to_string());
        let looped = looped.replace("COMMAND", what);
        let script = home.path().join("script");
        std::fs::write(&script, format!("{}\n{init}\n{looped}\n", hook.before))?;
        let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH);
        let now = now.map_or(0, |now| now.as_secs());
        Ok(Task::Command(Box::new(move || {
            let mut command = Command::new(&shell);
            command.args(hook.options).arg(&script).env_clear().current_dir(home.path());
            command.env("HOME", home.path()).env("PATH", "/usr/local/bin:/usr/bin:/bin");
            command.envs([
                ("TERM", "dumb"),
                ("LC_ALL", "C.UTF-8"),
                ("AWS_ACCESS_KEY_ID", "ASIA1"),
                ("ASSUME_ROLE_KEY_ID", "ASIA1"),
                ("AWS_ACCOUNT_NAME", "production"),
                ("AWS_ACCOUNT_ROLE", "read"),
            ]);
            command.env("ASSUME_ROLE_EXPIRES", (now + 3540).to_string());
            command.env("ASSUME_ROLE_RENEWABLE", (now + 40_000).to_string());
            Ok(command)
        })))
    })
}

//! What each prompt costs: the hook of each shell, beside a function that does nothing.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::rc::Rc;
use std::time::SystemTime;

use tempfile::TempDir;

use crate::measure::{Budget, Case, Make};
use crate::support::failure::Outcome;
use crate::support::tools::{find, find_shell};

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

const SH_LOOP: &str = "for ((n = 0; n < COUNT; n++)); do COMMAND; done";
const HOOKS: [Hook; 7] = [
    Hook {
        name: "bash",
        shell: "bash",
        options: &["--norc", "--noprofile", "-i"],
        before: "function empty { :; }",
        hook: "__assume_role_hook",
        empty: "empty",
        looped: SH_LOOP,
        times: 2000,
        micros: Some(60.0),
    },
    Hook {
        name: "bash as of 3.2",
        shell: "bash",
        options: &["--norc", "--noprofile", "-i"],
        before: "TEST_VERSION=(3 2); function empty { :; }",
        hook: "__assume_role_hook",
        empty: "empty",
        looped: SH_LOOP,
        times: 2000,
        micros: Some(150.0),
    },
    Hook {
        name: "zsh",
        shell: "zsh",
        options: &["-f", "-i"],
        before: "function empty { :; }",
        hook: "__assume_role_hook",
        empty: "empty",
        looped: SH_LOOP,
        times: 2000,
        micros: Some(60.0),
    },
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
        hook: "__assume_role_hook",
        empty: "empty",
        looped: "for _ in 1..COUNT { COMMAND }",
        times: 500,
        micros: Some(500.0),
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
        empty: "empty",
        looped: "range COUNT | each {|_| COMMAND }",
        times: 500,
        micros: None,
    },
];

/// The cases for a program.
///
/// # Errors
/// When the program does not print an integration.
pub fn cases(program: &Path) -> Outcome<Vec<Case>> {
    let home = Rc::new(tempfile::tempdir()?);
    let mut cases = Vec::new();
    for hook in &HOOKS {
        let shell = match hook.shell {
            name @ ("nu" | "xonsh") => find_shell(name),
            name => find(name),
        };
        let Some(shell) = shell else { continue };
        let output = Command::new(program).args(["init", hook.shell]).env_clear().output()?;
        if !output.status.success() {
            continue;
        }
        let mut init = String::from_utf8_lossy(&output.stdout).into_owned();
        if hook.before.contains("TEST_VERSION") {
            init = init.replace("BASH_VERSINFO", "TEST_VERSION");
        }
        let command = |what: &str, name: &str| -> Outcome<Make> {
            let looped = hook.looped.replace("COUNT", &hook.times.to_string());
            let looped = looped.replace("COMMAND", what);
            let script = home.path().join(format!("{}-{name}", hook.name.replace(' ', "-")));
            std::fs::write(&script, format!("{}\n{init}\n{looped}\n", hook.before))?;
            Ok(start(&home, &shell, hook.options, script))
        };
        let empty = ("an empty function", command(hook.empty, "empty")?);
        let budget = Budget::Each { times: hook.times, micros: hook.micros };
        let name = format!("prompt hook, {}", hook.name);
        cases.push(Case::new(name, command(hook.hook, "hook")?, empty, budget));
    }
    Ok(cases)
}

/// A shell that runs a script in a role that has nearly an hour left.
fn start(
    home: &Rc<TempDir>,
    shell: &Path,
    options: &'static [&'static str],
    script: PathBuf,
) -> Make {
    let (home, shell) = (Rc::clone(home), shell.to_owned());
    let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).map_or(0, |it| it.as_secs());
    Box::new(move || {
        let mut command = Command::new(&shell);
        command.args(options).arg(&script).env_clear().current_dir(home.path());
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
        command
    })
}

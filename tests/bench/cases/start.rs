//! What every run costs before it does anything, and what each new shell pays.

use std::path::{Path, PathBuf};
use std::process::Command;

use crate::measure::{Budget, Case, Prepare, Task};
use crate::references;
use crate::support::failure::{Failure, Outcome};
use crate::support::world::World;

/// A shell, the file that it reads at its start, what loads the integration, and the words with which
/// it starts and ends; elvish reads its file only when it will be typed to, and there is nothing to read.
type Start = (&'static str, &'static str, &'static str, &'static [&'static str]);

const STARTS: [Start; 6] = [
    ("bash", ".bashrc", r#"eval "$(assume-role init bash)""#, &["-i", "-c", "exit"]),
    ("zsh", ".zshrc", r#"eval "$(assume-role init zsh)""#, &["-i", "-c", "exit"]),
    ("fish", ".config/fish/config.fish", "assume-role init fish | source", &["-i", "-c", "exit"]),
    ("nu", "config.nu", "source ~/integration", &["--config", "config.nu", "-c", "exit"]),
    ("xonsh", ".xonshrc", "exec($(assume-role init xonsh))", &["-i", "-c", "pass"]),
    ("elvish", ".config/elvish/rc.elv", "eval (assume-role init elvish | slurp)", &[]),
];

pub fn cases() -> Vec<Case> {
    let nothing: Prepare = Box::new(|_| Ok(bare("/bin/true".into(), &[])));
    let version = Case::new(
        "`--version`",
        ours(&["--version"]),
        ("`/bin/true`", nothing),
        Budget::Ratio(1.5),
    );
    let mut cases = vec![version.counted().weighed()];
    for (name, words) in [
        ("`init bash`", &["init", "bash"]),
        ("`init zsh`", &["init", "zsh"]),
        ("`init fish`", &["init", "fish"]),
    ] {
        let theirs: Prepare = Box::new(move |_| Ok(bare(references::find("zoxide")?, words)));
        let beside = (references::title("zoxide"), theirs);
        cases.push(Case::new(name, ours(words), beside, Budget::Ratio(1.2)).counted());
    }
    cases.extend(STARTS.iter().map(|start| {
        let name = format!("start of {} with us", start.0);
        Case::new(name, shell(start, start.2), ("without us", shell(start, "")), Budget::None)
    }));
    cases
}

fn ours(words: &'static [&'static str]) -> Prepare {
    Box::new(move |program| Ok(bare(program.to_owned(), words)))
}

/// A program that finds no home.
fn bare(program: PathBuf, words: &'static [&'static str]) -> Task {
    Task::Command(Box::new(move || {
        let mut command = Command::new(&program);
        command.args(words).env_clear().env("HOME", "/proc/nowhere");
        command.env("PATH", "/usr/local/bin:/usr/bin:/bin");
        Ok(command)
    }))
}

fn shell(&(name, file, _, words): &'static Start, line: &'static str) -> Prepare {
    Box::new(move |program: &Path| -> Outcome<Task> {
        let shell = references::find(name)?;
        let world = World::new(program)?;
        world.write(file, line)?;
        let integration = world.run(["init", name])?;
        if integration.status != 0 {
            return Err(Failure(format!("there is no init {name}")));
        }
        // nushell reads a file that was written before.
        world.write("integration", integration.stdout)?;
        Ok(Task::Command(Box::new(move || {
            let mut command = Command::new(&shell);
            command.args(words).env_clear().envs(world.environment()).current_dir(world.home());
            Ok(command)
        })))
    })
}

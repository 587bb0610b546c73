//! What each new shell pays: `init`, beside zoxide's where that is installed.

use std::path::Path;
use std::process::Command;

use crate::measure::{Budget, Case, Make};
use crate::support::failure::Outcome;

/// The cases for a program.
///
/// # Errors
/// When zoxide cannot be started.
pub fn cases(program: &Path) -> Outcome<Vec<Case>> {
    let zoxide = which::which("zoxide").ok();
    let mut cases = Vec::new();
    for shell in ["bash", "zsh", "fish"] {
        let ours = command(program, ["init", shell]);
        let name = format!("`init {shell}`");
        cases.push(match &zoxide {
            Some(zoxide) => {
                let theirs = command(zoxide, ["init", shell]);
                let beside = format!("{} init", version(zoxide)?);
                Case::new(name, ours, (&beside, theirs), Budget::Ratio(1.2))
            }
            None => {
                let version = command(program, ["--version", ""]);
                let beside = ("`--version` (zoxide is not installed)", version);
                Case::new(name, ours, beside, Budget::None)
            }
        });
    }
    Ok(cases)
}

/// `zoxide 0.10.0`: older ones were quicker.
fn version(zoxide: &Path) -> Outcome<String> {
    let output = Command::new(zoxide).arg("--version").output()?;
    Ok(String::from_utf8_lossy(&output.stdout).trim().to_owned())
}

fn command(program: &Path, arguments: [&str; 2]) -> Make {
    let program = program.to_owned();
    let arguments: Vec<String> =
        arguments.iter().filter(|word| !word.is_empty()).map(|&word| word.to_owned()).collect();
    Box::new(move || {
        let mut command = Command::new(&program);
        command
            .args(&arguments)
            .env_clear()
            .env("PATH", "/usr/local/bin:/usr/bin:/bin")
            .env("HOME", "/nonexistent");
        command
    })
}

//! What each new shell pays: `init`, beside zoxide's where that is installed.

use std::path::Path;
use std::process::Command;

use crate::measure::{Case, Make};
use crate::support::failure::Outcome;

/// The cases for a program.
///
/// # Errors
/// When zoxide cannot be started.
pub fn cases(program: &Path) -> Outcome<Vec<Case>> {
    let zoxide = which::which("zoxide").ok();
    let mut cases = Vec::new();
    for shell in ["bash", "zsh", "fish"] {
        let beside: (String, Make, Option<f64>) = match &zoxide {
            Some(zoxide) => {
                (format!("{} init", version(zoxide)?), command(zoxide, ["init", shell]), Some(1.3))
            }
            None => (
                "--version (zoxide is not installed)".to_owned(),
                command(program, ["--version", ""]),
                None,
            ),
        };
        cases.push(Case {
            name: format!("init {shell}"),
            command: command(program, ["init", shell]),
            beside: (beside.0, beside.1),
            budget: beside.2,
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

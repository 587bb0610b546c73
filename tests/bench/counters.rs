//! What repeats from run to run: instructions, and the most memory that is in use.

use std::path::PathBuf;
use std::process::Command;

use crate::references;
use crate::support::failure::{Failure, Outcome};

/// Millions of instructions, as callgrind counts them.
///
/// # Errors
/// When callgrind cannot be installed, or the command fails.
pub fn instructions(command: &Command) -> Outcome<f64> {
    let options = ["--tool=callgrind", "--callgrind-out-file=/dev/null"];
    let said = under(references::find("callgrind")?, &options, command)?;
    let collected = said.lines().find_map(|line| line.split_once("Collected : ")?.1.parse().ok());
    let collected: f64 = collected.ok_or_else(|| Failure(format!("no count: {said}")))?;
    Ok(collected / 1e6)
}

/// Megabytes, as the system saw them. Not from here: what is started from a large process counts that
/// process too, and GNU's time is small.
///
/// # Errors
/// When GNU's time cannot be installed, or the command fails.
pub fn megabytes(command: &Command) -> Outcome<f64> {
    let said = under(references::find("memory")?, &["--format=%M"], command)?;
    let kibibytes = said.lines().last().and_then(|line| line.trim().parse::<f64>().ok());
    let kibibytes = kibibytes.ok_or_else(|| Failure(format!("no size: {said}")))?;
    Ok(kibibytes * 1024.0 / 1e6)
}

/// What is said on standard error when another program runs the command, in the same environment.
fn under(program: PathBuf, options: &[&str], command: &Command) -> Outcome<String> {
    let mut outer = Command::new(program);
    outer.args(options).arg(command.get_program()).args(command.get_args()).env_clear();
    outer.envs(command.get_envs().filter_map(|(name, value)| Some((name, value?))));
    if let Some(directory) = command.get_current_dir() {
        outer.current_dir(directory);
    }
    let output = outer.output()?;
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    if output.status.success() { Ok(said) } else { Err(Failure(said)) }
}

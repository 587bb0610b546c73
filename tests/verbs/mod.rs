//! The verbs that print, edit or run something, a file for each.

mod console;
mod cost;
mod credential_process;
mod doctor;
mod doctor_in_shells;
mod doctor_online;
mod env_formats;
mod exec;
mod explain;
mod list;
mod status;
mod status_verify;

use std::fs;

use crate::support::process;
use crate::support::tools::find;
use crate::support::world::World;

/// Runs a verb that promises to stay on this machine and to change nothing: it starts no program,
/// opens no socket and no terminal, writes no file, and of the user's files opens those alone that
/// begin with one of `allowed`. Without strace nothing is looked at.
#[track_caller]
fn assert_offline(world: &World, words: &[&str], allowed: &[&str]) {
    let Some(strace) = find("strace") else { return };
    let trace = world.root().join("trace");
    let mut command = world.command_of(&strace);
    command.args(["-f", "-e", "trace=%network,execve,openat,open", "-o"]).arg(&trace);
    command.arg(world.program()).args(words);
    assert_eq!(process::run(command, b"").unwrap().status, 0, "{words:?}");
    let lines = fs::read_to_string(&trace).unwrap();
    assert_eq!(lines.matches("execve(").count(), 1, "{words:?}: {lines}");
    for call in ["socket(", "connect(", "O_WRONLY", "O_RDWR", "O_CREAT", "resolv.conf", "/dev/tty"]
    {
        assert!(!lines.contains(call), "{words:?}: {call}: {lines}");
    }
    let home = format!("{}/", world.home().display());
    let paths = lines.lines().filter_map(|line| line.split('"').nth(1));
    for path in paths.filter_map(|path| path.strip_prefix(&home)) {
        assert!(allowed.iter().any(|name| path.starts_with(name)), "{words:?} opens {path}");
    }
}

//! assume-role: change the current shell to an AWS IAM role.
//!
//! The library holds everything; the binary calls [`run`]. `tests/structure/` has the list of
//! layers, each importing only what stands before it.

#![warn(unreachable_pub)]

mod acquire;
mod aws;
mod cache;
mod catalog;
mod cli;
mod commands;
mod completion;
mod config;
mod error;
mod plan;
mod prompt;
mod shell;
#[doc(hidden)]
pub mod testing;
mod types;
mod ui;

use std::ffi::OsString;
use std::io::Write;

use commands::Context;
use config::environment::Environment;
use error::{Error, Kind};
use rustix::process::{Resource, Rlimit, Signal, getrlimit, setrlimit};
use ui::report::Report;

/// The stack that a run may need, in bytes; with less (`ulimit -s`) it brings its own.
const STACK: u64 = 1 << 20;

/// Files open at once in the busiest moment: a question, a lock, a connection, and the runtime's.
const FILES: u64 = 16;

/// Runs the program with its arguments, the name first, and returns the exit code.
///
/// Standard output gets everything in one write at the very end: a reader that evaluates
/// it gets all of it or nothing.
pub fn run(arguments: Vec<OsString>) -> u8 {
    // A file that may not grow is then an error like any other instead of the end.
    config::signals::catch(Signal::XFSZ);
    let limit = |resource| getrlimit(resource).current.unwrap_or(u64::MAX);
    let refuse = |message: String, hint| {
        fail(&Report::plain(), &Error::io(message).hint(format!("ulimit {hint}")))
    };
    let files = limit(Resource::Nofile);
    if files < FILES {
        return refuse(format!("only {files} files may be open at once"), "-n 256");
    }
    if limit(Resource::Stack) >= STACK {
        return run_here(arguments);
    }
    let stack = usize::try_from(STACK).unwrap_or_default();
    let run = std::thread::Builder::new().stack_size(stack).spawn(move || run_here(arguments));
    match run.map(std::thread::JoinHandle::join) {
        Ok(Ok(code)) => code,
        _ => refuse("there is no room for a stack".to_owned(), "-s 8192"),
    }
}

fn run_here(arguments: Vec<OsString>) -> u8 {
    let core_limit = forbid_core_dumps();
    if let Some(answer) = at_tab(&arguments) {
        // Messages have no place on a line that is being completed.
        let _ = write_out(&answer);
        return 0;
    }
    let context = match Context::of_process(arguments, core_limit) {
        Ok(context) => context,
        Err(error) => return fail(&Report::plain(), &error),
    };
    let outcome = commands::run(&context);
    let written = write_out(outcome.output.as_bytes());
    match (outcome.error, written) {
        (Some(error), _) => fail(&outcome.report, &error),
        (None, Err(error)) if error.kind() == std::io::ErrorKind::BrokenPipe => 141,
        (None, Err(error)) => fail(
            &outcome.report,
            &Error::new(Kind::Io, "standard output cannot be written").because(error),
        ),
        (None, Ok(())) => 0,
    }
}

fn at_tab(arguments: &[OsString]) -> Option<Vec<u8>> {
    let directory = std::env::current_dir().unwrap_or_default();
    completion::answer(arguments, &Environment::of_process(), types::local_now(), &directory)
}

fn fail(report: &Report, error: &Error) -> u8 {
    report.error(error);
    error.kind.exit_code()
}

fn write_out(bytes: &[u8]) -> std::io::Result<()> {
    if bytes.is_empty() {
        return Ok(());
    }
    let mut out = std::io::stdout().lock();
    out.write_all(bytes)?;
    out.flush()
}

/// A crash must not leave keys in a core file. Where the limit cannot be lowered there is nothing
/// to do about it. Gives back the limit that was.
fn forbid_core_dumps() -> Rlimit {
    let limit = getrlimit(Resource::Core);
    let _ = setrlimit(Resource::Core, Rlimit { current: Some(0), ..limit });
    limit
}

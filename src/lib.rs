//! assume-role: change the current shell to an AWS IAM role.
//!
//! The library holds everything; the binary calls [`run`]. The layers, each importing only what stands before it:
//! ending, error, shown, session, cli, input, store, edit, catalogue, request, sts, source, shell, report, page,
//! table, picker, completion, command.

pub mod catalogue;
pub mod cli;
pub mod command;
pub mod completion;
pub mod edit;
pub mod ending;
pub mod error;
pub mod input;
pub mod page;
pub mod picker;
pub mod prompt;
pub mod report;
pub mod request;
pub mod session;
pub mod shell;
pub mod shown;
pub mod source;
pub mod store;
pub mod sts;
pub mod table;

use std::ffi::OsString;
use std::io::Write;

use command::Context;
use error::{Error, Kind};
use input::environment::Environment;
use report::Report;
use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

/// Runs the program with its arguments, the name first, and returns the exit code.
///
/// Whatever goes to standard output goes out in one write at the very end: a reader that evaluates it gets all of
/// it or nothing.
pub fn run(arguments: Vec<OsString>) -> u8 {
    let core_limit = forbid_core_dumps();
    if let Some(answer) = at_tab(&arguments) {
        // Whoever presses TAB reads no messages.
        let _ = write_out(&answer);
        return 0;
    }
    let context = match Context::of_process(arguments, core_limit) {
        Ok(context) => context,
        Err(error) => return fail(&Report::plain(), &error),
    };
    let outcome = command::run(&context);
    let written = write_out(outcome.output.as_bytes());
    match (outcome.error, written) {
        (Some(error), _) => fail(&outcome.report, &error),
        (None, Err(error)) if error.kind() == std::io::ErrorKind::BrokenPipe => 141,
        (None, Err(error)) => {
            fail(&outcome.report, &Error::new(Kind::Io, "standard output cannot be written").because(error))
        }
        (None, Ok(())) => 0,
    }
}

fn at_tab(arguments: &[OsString]) -> Option<Vec<u8>> {
    let directory = std::env::current_dir().unwrap_or_default();
    completion::answer(arguments, &Environment::of_process(), sts::local_now(), &directory)
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

/// A crash must not leave keys in a core file. Where the limit cannot be lowered there is nothing to do about it.
/// Gives back the limit that was.
fn forbid_core_dumps() -> Rlimit {
    let limit = getrlimit(Resource::Core);
    let _ = setrlimit(Resource::Core, Rlimit { current: Some(0), ..limit });
    limit
}

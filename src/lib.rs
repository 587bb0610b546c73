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
mod types;
mod ui;

/// What the integration tests call directly; everything else is private, so that the compiler finds
/// what is dead.
#[doc(hidden)]
pub mod testing {
    pub mod prompt {
        pub use crate::prompt::{Variables, segment};
    }
    pub mod cache {
        pub use crate::cache::{
            AssertionRoles, BaseFacts, BaseSession, Choice, Entry, Holder, Key, Kind,
            LegalDuration, Lock, MfaDevice, RoleSession, Store, Use,
        };
    }
    pub mod cli {
        pub use crate::cli::{Cli, Parsed, parse, verbs};
        pub mod help {
            pub use crate::cli::help::{Length, command, examples_of};
        }
    }
    pub mod completion {
        pub use crate::completion::answer;
    }
    pub mod config {
        pub mod environment {
            pub use crate::config::environment::Environment;
        }
        pub mod location {
            pub use crate::config::location::Location;
        }
        pub mod profiles {
            pub use crate::config::profiles::Profiles;
        }
        pub mod settings {
            pub use crate::config::settings::{PickerKind, PromptSide};
        }
    }
    pub mod error {
        pub use crate::error::{Error, Kind, Result};
    }
    pub mod shell {
        pub use crate::shell::Shell;
        pub mod exports {
            pub use crate::shell::exports::*;
        }
        pub mod formats {
            pub use crate::shell::formats::{EnvFormat, text};
        }
        pub mod integration {
            pub use crate::shell::integration::{InitOptions, ShortName, script};
        }
        pub mod prompt_style {
            pub use crate::shell::prompt_style::Look;
        }
        pub mod quote {
            pub use crate::shell::quote::*;
        }
        pub mod variables {
            pub use crate::shell::variables::{Legacy, OWN, Switch, restored};
        }
        pub mod words {
            pub use crate::shell::words::*;
        }
    }
    pub mod types {
        pub use crate::types::{
            AccountId, Credentials, Moment, Name, Region, RoleName, Secret, Session, known_regions,
        };
        pub mod sanitize {
            pub use crate::types::sanitize::is_plain;
        }
    }
    pub mod ui {
        pub mod picker {
            pub use crate::ui::picker::{Choice, Item};
        }
    }
}

use std::ffi::OsString;
use std::io::Write;
use std::sync::Arc;

use commands::Context;
use config::environment::Environment;
use error::{Error, Kind};
use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
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
    // A file that may not grow is then an error like any other instead of the end. A handler, and
    // not "ignored": the programs that we start get the usual again.
    let _ = signal_hook::flag::register(signal_hook::consts::SIGXFSZ, Arc::default());
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

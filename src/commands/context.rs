//! What a run is given and what it leaves.

use std::ffi::{OsStr, OsString};
use std::io::{IsTerminal, stdout};
use std::path::PathBuf;
use std::time::SystemTime;

use rustix::fs::{FileType, OFlags, Stat, fcntl_getfl, fstat, stat};
use rustix::process::Rlimit;

use crate::config::environment::Environment;
use crate::error::{Error, Result};
use crate::shell::integration::binary_path;
use crate::types::{Clock, Moment, Secret, local_now};
use crate::ui::Color;
use crate::ui::page::Page;
use crate::ui::report::Report;
use crate::ui::terminal::Terminal;

/// What a run is given: everything that is read from the process is read here.
#[derive(Debug)]
pub(crate) struct Context {
    /// The arguments, the program's name first.
    pub arguments: Vec<OsString>,
    pub environment: Environment,
    /// This machine's clock.
    pub clock: Clock,
    /// The working directory.
    pub directory: PathBuf,
    /// Whether standard output is a terminal.
    pub prints_to_terminal: bool,
    /// The limit on core dumps that the process was started with, for a program that takes its
    /// place.
    pub core_limit: Rlimit,
}

impl Context {
    /// Reads the process.
    pub(crate) fn of_process(arguments: Vec<OsString>, core_limit: Rlimit) -> Result<Self> {
        if SystemTime::now() < SystemTime::UNIX_EPOCH {
            return Err(Error::io("this machine's clock is set before 1970").hint("set the clock"));
        }
        Ok(Self {
            arguments,
            environment: Environment::of_process(),
            clock: local_now,
            directory: std::env::current_dir().unwrap_or_default(),
            prints_to_terminal: stdout().is_terminal(),
            core_limit,
        })
    }

    /// Refuses to make what nothing can take: a code would be spent on keys. Not for what tells
    /// something by its status, too: Python and Node discard an output by one that looks closed.
    pub(crate) fn expect_output(&self) -> Result<()> {
        if output_is_closed() {
            return Err(Error::io("standard output is closed, so nothing can be printed")
                .hint("to run it all the same: > /dev/null"));
        }
        Ok(())
    }

    /// The same for the keys of a session. Where no code was typed and no one can be asked nothing is
    /// spent on them, and a service may have opened `/dev/null` for reading too.
    pub(crate) fn expect_output_of_keys(&self, has_code: bool, no_input: bool) -> Result<()> {
        match has_code || (Terminal { may_ask: !no_input }).can_ask() {
            true => self.expect_output(),
            false => Ok(()),
        }
    }

    /// Standard output as a page.
    pub(crate) fn page(&self, color: Color) -> Page {
        Page::of_output(color, self.prints_to_terminal, &self.environment)
    }

    /// A path of this program that holds in any directory, as it was called where that is possible.
    pub(crate) fn binary(&self) -> Result<PathBuf> {
        let called = self.arguments.first().map_or(OsStr::new("assume-role"), OsString::as_os_str);
        binary_path(
            called,
            &self.directory,
            self.environment.raw("PATH"),
            std::env::current_exe().ok(),
        )
        .ok_or_else(|| {
            Error::config("the path of this program cannot be found")
                .hint("call it by its full path")
        })
    }

    /// The time by this machine's clock.
    pub(crate) fn now(&self) -> Moment {
        (self.clock)()
    }
}

/// What a run leaves: text for standard output, and how it ended.
pub(crate) struct Outcome {
    /// Written in one go; may hold secrets.
    pub output: Output,
    /// How to print the error.
    pub report: Report,
    /// Why it failed.
    pub error: Option<Error>,
}

/// Text for standard output.
pub(crate) enum Output {
    /// Nothing secret.
    Text(String),
    /// A session as code or JSON.
    Session(Secret),
}

impl Output {
    pub(crate) fn as_bytes(&self) -> &[u8] {
        match self {
            Self::Text(text) => text.as_bytes(),
            Self::Session(secret) => secret.expose().as_bytes(),
        }
    }
}

/// Text for people, and what is wrong all the same.
pub(crate) struct Printed {
    /// For standard output, whatever is wrong.
    pub text: String,
    /// What is wrong; decides the exit code.
    pub error: Option<Error>,
}

impl Printed {
    /// Text without anything wrong.
    pub(crate) fn text(text: String) -> Self {
        Self { text, error: None }
    }
}

/// What is closed at the start the runtime opens anew, as `/dev/null` and for reading too. `> /dev/null`
/// does not do that, but other programs do when they start one whose output they do not want.
fn output_is_closed() -> bool {
    let output = stdout();
    let is_for_reading = fcntl_getfl(&output)
        .is_ok_and(|flags| flags.bits() & OFlags::RWMODE.bits() == OFlags::RDWR.bits());
    let device = |stat: Stat| {
        (FileType::from_raw_mode(stat.st_mode) == FileType::CharacterDevice).then_some(stat.st_rdev)
    };
    let null = stat("/dev/null").ok().and_then(device);
    is_for_reading && null.is_some() && fstat(output).ok().and_then(device) == null
}

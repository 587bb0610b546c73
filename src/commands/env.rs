//! `env`: the keys of a session as text for another program.

use std::io::stdout;
use std::os::fd::AsFd;

use clap::ValueEnum;
use clap::builder::PossibleValue;
use rustix::fs::{FileType, fstat};

use super::context::Context;
use super::session;
use crate::cli;
use crate::error::{Error, Result};
use crate::plan::Invocation;
use crate::shell::formats::{self, EnvFormat};
use crate::shell::variables::value_in;
use crate::types::Secret;
use crate::types::quote::word;
use crate::ui::report::Report;

/// The text; nothing is printed on a terminal, where it would stay to be read.
pub(super) fn run(arguments: &cli::Env, context: &Context, report: &Report) -> Result<Secret> {
    if context.prints_to_terminal {
        let words = arguments.target.words.iter().take(2).map(|text| word(text));
        let words: Vec<String> = words.collect();
        let command =
            |verb: &str| format!("assume-role {verb} {}", words.join(" ")).trim().to_owned();
        return Err(Error::usage("env prints keys, which do not belong on a terminal")
            .hint(format!("into a file: (umask 077; {} > keys)", command("env")))
            .hint(format!("for one command: {} -- COMMAND", command("exec"))));
    }
    context.expect_output_of_keys(arguments.target.has_code(), arguments.target.no_input)?;
    if others_may_read(stdout()) {
        report.warn("others may read the file that these keys go into; (umask 077; …) makes one for you alone");
    }
    let format = arguments.format.to_possible_value();
    let format = format.as_ref().filter(|_| arguments.format != EnvFormat::default());
    let how = Invocation::of_verb("env ").option("--format", format.map(PossibleValue::get_name));
    match session::of_verb(arguments.target.request_as(how), context, report)? {
        None => {
            formats::text(arguments.format, |name| context.environment.text(name).ok().flatten())
        }
        Some(role) => role.with_switch(context, |switch| {
            let changes = switch.changes();
            formats::text(arguments.format, |name| value_in(&changes, name))
        })?,
    }
}

fn others_may_read(output: impl AsFd) -> bool {
    fstat(output).is_ok_and(|file| {
        FileType::from_raw_mode(file.st_mode) == FileType::RegularFile && file.st_mode & 0o077 != 0
    })
}

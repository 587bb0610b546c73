//! `exec`: one command with a role, and nothing of this program between it and the user.
//!
//! Everything that can be refused is refused before the user is asked for a code. What a switch
//! would set the command gets, what would contradict it the command does not.

use std::convert::Infallible;
use std::ffi::{OsStr, OsString};

use super::context::Context;
use super::profile_as::{self, Named};
use super::program::{self, Program};
use super::session;
use crate::cli::Exec;
use crate::error::{Error, Kind, Result};
use crate::plan::{Invocation, Request};
use crate::shell::quote;
use crate::shell::variables::{CONTRADICTING, OWN, PROFILES, SESSION};
use crate::types::parse_time_left;
use crate::types::sanitize::escape;
use crate::ui::report::Report;

/// Becomes the command.
pub(super) fn run(arguments: &Exec, context: &Context, report: &Report) -> Result<Infallible> {
    let (name, rest) =
        arguments.command.split_first().ok_or_else(|| no_command(&arguments.target.words))?;
    let command: Vec<String> =
        arguments.command.iter().map(|word| quote::word(&word.to_string_lossy())).collect();
    let command = command.join(" ");
    let wanted = arguments
        .min
        .as_deref()
        .map(|text| parse_time_left("--min", text))
        .transpose()?
        .unwrap_or(0);
    let named = profile_as::read(arguments)?;
    let named_options = arguments.profile_as.iter();
    let how = Invocation { rest: format!(" -- {command}"), ..Invocation::of_verb("exec ") };
    let how = how.option("--min", arguments.min.as_deref());
    let how = named_options.fold(how, |how, named| how.option("--profile-as", Some(named)));
    let request = Request { min_left: wanted.into(), ..arguments.target.request_as(how) };
    let program = program::find(name, context.environment.raw("PATH")).map_err(|error| {
        if error.kind != Kind::NotFound || name.as_encoded_bytes().contains(&b'/') {
            return error;
        }
        let rest = format!(" -- bash -ic {}", quote::word(&command));
        let words: Vec<&str> = request.words.iter().map(String::as_str).collect();
        let in_shell = Invocation { rest, ..request.invocation.clone() }.with(&words);
        error.hint(format!("an alias or function of your shell needs that shell: {in_shell}"))
    })?;
    let start = |changes: &[(&str, Option<&str>)]| {
        become_program(&program, rest, changes, &named, context, report)
    };
    if !named.is_empty() && !request.names_target() {
        let lies = CONTRADICTING.iter().filter(|name| !PROFILES.contains(name));
        let gone =
            SESSION.iter().chain(&OWN).filter(|name| **name != "ASSUME_ROLE_REGION").chain(lies);
        return Err(start(&gone.map(|name| (*name, None)).collect::<Vec<_>>()));
    }
    let Some(role) = session::of_verb(request, context, report)? else {
        return Err(start(&PROFILES.map(|name| (name, None))));
    };
    role.with_switch(context, |switch| {
        let changes = switch.changes();
        Err(start(
            &changes
                .iter()
                .map(|change| (change.name, change.value.as_deref()))
                .collect::<Vec<_>>(),
        ))
    })?
}

fn no_command(words: &[String]) -> Error {
    let words: Vec<String> = words.iter().map(|text| quote::word(&escape(text))).collect();
    let (target, command) = words.split_at(words.len().min(2));
    let target: String = target.iter().map(|word| format!("{word} ")).collect();
    let command = if command.is_empty() { "COMMAND".to_owned() } else { command.join(" ") };
    Error::usage("no command: put it after --")
        .hint(format!("for a command: assume-role exec {target}-- {command}"))
        .hint(format!("for a shell: assume-role exec {target}-- \"$SHELL\""))
}

/// Comes back only with what kept the command from running.
fn become_program(
    program: &Program,
    arguments: &[OsString],
    changes: &[(&str, Option<&str>)],
    named: &[Named],
    context: &Context,
    report: &Report,
) -> Error {
    let config = match named.is_empty() {
        true => None,
        false => match profile_as::config(named, context, report) {
            Ok(path) => Some(path),
            Err(error) => return error,
        },
    };
    // Older SDKs for Go and JavaScript read no config file unless they are told to.
    let of_profiles = config.as_deref().map(|path| {
        [
            ("AWS_CONFIG_FILE", Some(path.as_os_str())),
            ("AWS_SDK_LOAD_CONFIG", Some(OsStr::new("1"))),
        ]
    });
    let changes = changes.iter().map(|(name, value)| (*name, value.map(OsStr::new)));
    program.run(arguments, changes.chain(of_profiles.into_iter().flatten()), &context.core_limit)
}

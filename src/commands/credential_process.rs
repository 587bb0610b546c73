//! `credential-process`: a session as SDKs ask for it, many times a day and many at once.
//!
//! JSON of version 1 goes to standard output, and nothing else: who reads it takes any other byte
//! for a fault. What is said besides is lost where all went well, so nothing is said then, and
//! where it did not one line, which the SDK shows as its own error. Questions go to the terminal
//! device, if this process may use it.

use std::path::Path;

use super::context::Context;
use super::{choose, session};
use crate::cli;
use crate::config::Config;
use crate::error::{Error, Kind, Result};
use crate::plan::{Invocation, Plan, Request};
use crate::shell::variables::value_in;
use crate::shell::{formats, quote};
use crate::types::Secret;
use crate::types::sanitize::escape;
use crate::ui::report::Report;
use crate::ui::terminal::is_in_background;

const OF_FILES: [&str; 3] = ["--policy=", "--saml-response=", "--web-identity-token-file="];

pub(super) fn run(arguments: &cli::CredentialProcess, context: &Context) -> Result<Secret> {
    json(arguments, context).map_err(in_one_line)
}

fn json(arguments: &cli::CredentialProcess, context: &Context) -> Result<Secret> {
    if context.prints_to_terminal {
        return Err(Error::usage(
            "credential-process prints keys, which do not belong on a terminal",
        )
        .hint("to see whether it works: assume-role credential-process … > /dev/null"));
    }
    context.expect_output_of_keys(arguments.target.has_code(), arguments.target.no_input)?;
    let in_background = is_in_background();
    let silent = Report::silent();
    let how = Invocation::of_verb("credential-process ");
    let typed = session::previous(arguments.target.request_as(how), &context.environment)?;
    let config = Config::read(&context.environment)?;
    // The user consented by writing it into ~/.aws/config: an SDK only renews. And an SDK asks too often
    // for a list to choose from.
    let request = Request { yes: true, no_input: true, ..typed.clone() };
    let plan = choose::plan(request, &config, context, &silent)?;
    // A question that was asked in a terminal serves from then on.
    let invocation = Invocation { rest: " -- true".to_owned(), ..Invocation::of_verb("exec ") };
    let plan = Plan { may_ask: !typed.no_input && !in_background, invocation, ..plan };
    let in_terminal = plan.command();
    let role = session::carry_out(plan, &config, context, &silent)
        .map_err(|error| without_question(error, &in_terminal, in_background))?;
    role.with_switch(context, |switch| {
        let changes = switch.changes();
        formats::for_sdks(|name| value_in(&changes, name))
    })?
}

/// What to do where no question was possible.
fn without_question(error: Error, in_terminal: &str, in_background: bool) -> Error {
    if error.kind != Kind::NeedsAnswer {
        return error;
    }
    let hints = vec![format!("in a terminal: {in_terminal}")];
    if in_background {
        // Reading the terminal would stop it, and its caller would wait for ever.
        let message = "an answer is needed, but a background job may not ask".into();
        return Error { message, hints, ..error };
    }
    Error { hints, ..error }
}

/// The path of this program, as it may stand in a config file.
pub(super) fn program(context: &Context) -> Result<String> {
    let binary = context.binary()?;
    binary.to_str().filter(|path| !path.contains(['\n', '\r'])).map(str::to_owned).ok_or_else(
        || {
            Error::config(format!(
                "the path of this program cannot stand in a file: {}",
                escape(&binary.to_string_lossy())
            ))
            .hint("install it under a path in UTF-8")
        },
    )
}

/// The line with which a profile has this program asked for the keys of a request, given as its
/// words, for those who hand it to a shell and for those who split it as one would. It is run in
/// any directory, so files are named from the root.
pub(super) fn line(program: &str, words: &[String], directory: &Path) -> String {
    let mut line = vec![program.to_owned(), "credential-process".to_owned()];
    line.extend(words.iter().map(|word| absolute(word, directory)));
    // Nothing stands behind it when the target is an option.
    line.pop_if(|word| word == "--");
    line.iter().map(|word| quote::process(word)).collect::<Vec<_>>().join(" ")
}

fn absolute(word: &str, directory: &Path) -> String {
    match OF_FILES.iter().find_map(|option| Some((option, word.strip_prefix(option)?))) {
        Some((option, path)) => format!("{option}{}", directory.join(path).display()),
        None => word.to_owned(),
    }
}

/// An error with its causes and the first thing to do as one line.
pub(super) fn in_one_line(error: Error) -> Error {
    let Error { kind, message, causes, hints } = error;
    let causes = causes.iter().map(|cause| format!(": {}", cause.trim())).collect::<String>();
    let hint = hints.first().map(|hint| format!(" (hint: {hint})")).unwrap_or_default();
    Error::new(kind, format!("{message}{causes}{hint}").replace('\n', "; "))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_line_says_what_why_and_what_to_do() {
        let error = Error::refused("no")
            .because("a cause\nof two lines")
            .because("another")
            .hint("do")
            .hint("or do");
        let line = in_one_line(error);
        assert_eq!(line.to_string(), "assume-role: no: a cause; of two lines: another (hint: do)");
    }

    #[test]
    fn the_line_of_a_profile_holds_in_any_directory() {
        for (words, expected) in [
            (&["--", "a b", "read"][..], "/x credential-process -- 'a b' read"),
            (&["--profile=p", "--"], "/x credential-process --profile=p"),
            (
                &["--policy=p.json", "--", "a", "b"],
                "/x credential-process '--policy=/work dir/p.json' -- a b",
            ),
            (
                &["--policy=/p.json", "--base=x", "--"],
                "/x credential-process --policy=/p.json --base=x",
            ),
        ] {
            let words: Vec<String> = words.iter().map(|&word| word.to_owned()).collect();
            assert_eq!(line("/x", &words, Path::new("/work dir")), expected);
        }
    }
}

//! One file for each verb, and the match that leads to it. `session` and `choose` are what the verbs
//! that hand out keys share.

mod accounts;
mod assume;
mod changes;
mod choose;
mod console;
mod context;
mod credential_process;
mod doctor;
mod ensure;
mod env;
mod exec;
mod explain;
mod export;
mod handover;
mod init;
mod keys;
mod list;
mod login;
mod logout;
mod man;
mod profile;
mod profile_as;
mod program;
mod session;
mod status;
mod wall_clock;

use std::ffi::OsString;

pub(crate) use context::Context;
use context::{Outcome, Output, Printed};

use crate::cli::{self, Parsed, Verb};
use crate::error::{Error, Result};
use crate::shell::Shell;
use crate::shell::completion_scripts::packaged;
use crate::shell::exports::Form;
use crate::ui::Color;
use crate::ui::report::Report;

pub(crate) fn run(context: &Context) -> Outcome {
    let words = context.arguments.get(1..).unwrap_or_default();
    let cli = match cli::parse_once(words) {
        Ok(Parsed::Words(cli)) => cli,
        Ok(Parsed::Text(text)) => {
            let text = if context.page(Color::Auto).coloured {
                text.ansi().to_string()
            } else {
                text.to_string()
            };
            return Outcome { output: Output::Text(text), report: Report::plain(), error: None };
        }
        Err(error) => return unreadable(words.first(), error, context),
    };
    let asked = cli.asked();
    let report = Report::new(asked.color, asked.verbose, &context.environment);
    let result = match &cli.verb {
        Some(Verb::Init(arguments)) => init::run(arguments, context, &report).map(Output::Text),
        Some(Verb::Export(arguments)) => export::run(arguments, context),
        Some(Verb::Status(arguments)) => return told(status::run(arguments, context), report),
        Some(Verb::List(arguments)) => Ok(Output::Text(list::run(arguments, context, &report))),
        Some(Verb::Exec(arguments)) => {
            exec::run(arguments, context, &report).map(|never| match never {})
        }
        Some(Verb::Env(arguments)) => env::run(arguments, context, &report).map(Output::Session),
        Some(Verb::CredentialProcess(arguments)) => {
            credential_process::run(arguments, context).map(Output::Session)
        }
        Some(Verb::Explain(arguments)) => {
            return told(explain::run(arguments, context, &report), report);
        }
        Some(Verb::Doctor(arguments)) => return told(doctor::run(*arguments, context), report),
        Some(Verb::Console(arguments)) => {
            console::run(arguments, context, &report).map(Output::Session)
        }
        Some(Verb::Profile(arguments)) => {
            profile::run(arguments, context, &report).map(Output::Text)
        }
        Some(Verb::Keys(arguments)) => keys::run(arguments, context, &report),
        Some(Verb::Accounts(arguments)) => {
            accounts::run(arguments, context, &report).map(Output::Text)
        }
        Some(Verb::Man) => context.expect_output().map(|()| Output::Text(man::run())),
        Some(Verb::Completions(arguments)) => context
            .expect_output()
            .and_then(|()| Shell::parse(&arguments.shell))
            .map(|shell| Output::Text(packaged(shell))),
        Some(Verb::Login(arguments)) => {
            login::run(arguments, context, &report).map(|()| Output::Text(String::new()))
        }
        Some(Verb::Logout(arguments)) => {
            logout::run(arguments, context, &report).map(|()| Output::Text(String::new()))
        }
        Some(Verb::Leave | Verb::Ensure(_)) | None => return directly(&cli, context, report),
    };
    match result {
        Ok(output) => Outcome { output, report, error: None },
        Err(error) => failed(report, error),
    }
}

/// A target without the shell function: `eval "$(assume-role production read)"`. A failure is code
/// too, since the status of a command inside `eval "$(…)"` is lost.
fn directly(cli: &cli::Cli, context: &Context, report: Report) -> Outcome {
    if context.prints_to_terminal {
        return failed(report, init::not_loaded(context));
    }
    match export::answer(cli, Form::Direct, context, &report) {
        Ok(output) => Outcome { output, report, error: None },
        Err(error) => failed_as_code(report, error),
    }
}

/// Words that are not understood, from a caller that may evaluate what we print: all but the verbs
/// that print text.
fn unreadable(first: Option<&OsString>, error: Error, context: &Context) -> Outcome {
    let report = Report::new(Color::Auto, false, &context.environment);
    let prints_text = first
        .and_then(|word| word.to_str())
        .is_some_and(|word| cli::is_verb(word) && !cli::changes_shell(word));
    let error = match first.is_some_and(|word| word == "credential-process") {
        true => credential_process::in_one_line(error),
        false => error,
    };
    if prints_text || context.prints_to_terminal {
        failed(report, error)
    } else {
        failed_as_code(report, error)
    }
}

fn told(result: Result<Printed>, report: Report) -> Outcome {
    match result {
        Ok(Printed { text, error }) => Outcome { output: Output::Text(text), report, error },
        Err(error) => failed(report, error),
    }
}

fn failed_as_code(report: Report, error: Error) -> Outcome {
    Outcome {
        output: Output::Text(format!("(exit {})\n", error.kind.exit_code())),
        report,
        error: Some(error),
    }
}

fn failed(report: Report, error: Error) -> Outcome {
    Outcome { output: Output::Text(String::new()), report, error: Some(error) }
}

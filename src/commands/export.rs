//! `export`: a switch, or the way back, as code for a shell. Its words are the program's own, read
//! a second time.

use super::assume::Language;
use super::context::{Context, Output};
use super::{assume, ensure, session};
use crate::cli::{self, Cli, ExportFormat, Parsed, Verb};
use crate::error::{Error, Result};
use crate::shell::Shell;
use crate::shell::exports::{self, Form};
use crate::types::quote::word;
use crate::ui::Color;
use crate::ui::report::Report;

/// Reads the words and answers them for the shell that asked.
pub(super) fn run(arguments: &cli::Export, context: &Context) -> Result<Output> {
    let words: String = arguments
        .words
        .iter()
        .take(2)
        .map(|text| format!(" {}", word(&text.to_string_lossy())))
        .collect();
    if context.prints_to_terminal {
        let message =
            "export prints code with keys in it, which does not belong on a terminal".to_owned();
        let unloaded = Error { message, ..super::init::not_loaded(context) };
        return Err(unloaded.hint(format!("where that is loaded: assume-role{words}")));
    }
    let language = match (arguments.shell.as_deref(), arguments.format) {
        (Some(shell), None) => Language::Code(Form::Function(Shell::parse(shell)?)),
        (None, Some(ExportFormat::Json)) => Language::Json,
        // The function gave the shell: a shell would take JSON for a command, and show it.
        (Some(_), Some(_)) => {
            return Err(Error::usage(
                "--format is for programs that cannot evaluate code; this shell can",
            )
            .hint(format!("assume-role export --format json{words}")));
        }
        (None, None) => {
            return Err(Error::usage("for which shell?")
                .hint(format!("assume-role export --shell zsh{words}")));
        }
    };
    let report = Report::new(Color::Auto, false, &context.environment);
    match cli::parse(&arguments.words)? {
        // What is for people must not be evaluated.
        Parsed::Text(text) => {
            report.text(&text.to_string());
            Ok(Output::Text(String::new()))
        }
        Parsed::Words(cli) => {
            let report = Report::new(cli.target.color, cli.target.verbose, &context.environment);
            answer(&cli, language, context, &report)
        }
    }
}

/// The code for words that change the shell, in the form of the caller that evaluates it.
pub(super) fn code(cli: &Cli, form: Form, context: &Context, report: &Report) -> Result<Output> {
    answer(cli, Language::Code(form), context, report)
}

fn answer(cli: &Cli, language: Language, context: &Context, report: &Report) -> Result<Output> {
    match &cli.verb {
        None => {
            let request = session::previous(cli.target.request(), &context.environment)?;
            assume::run(request, language, context, report).map(Output::Session)
        }
        Some(Verb::Ensure(arguments)) => ensure::run(arguments, language, context, report),
        Some(Verb::Leave) => Ok(Output::Text(match language {
            Language::Code(form) => {
                exports::leave(form, context.environment.turns_on("ASSUME_ROLE_LEGACY")?)
            }
            Language::Json => exports::leave_json(),
        })),
        Some(_) => Err(Error::usage("that verb changes no shell").hint("call it without export")),
    }
}

//! `export`: a switch, or the way back, as code for a shell. Its words are the program's own, read
//! a second time.

use super::context::{Context, Output};
use super::{assume, ensure, session};
use crate::cli::{self, Cli, ExportFormat, Parsed, Verb};
use crate::error::{Error, Result};
use crate::shell::Shell;
use crate::shell::exports::{self, Form, Leave};
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
    let form = match (arguments.shell.as_deref(), arguments.format) {
        (Some(shell), None) => {
            Form::Function { shell: Shell::parse(shell)?, keeps: arguments.keeps }
        }
        (None, Some(ExportFormat::Json)) => Form::Program,
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
            answer(&cli, form, context, &report)
        }
    }
}

/// What changes the caller in the way that the words say, in its form.
pub(super) fn answer(cli: &Cli, form: Form, context: &Context, report: &Report) -> Result<Output> {
    match &cli.verb {
        None => {
            context.expect_output_of_keys(cli.target.has_code(), cli.target.no_input)?;
            let request = session::previous(cli.target.request(), &context.environment)?;
            assume::run(request, form, context, report).map(Output::Session)
        }
        Some(Verb::Ensure(arguments)) => {
            context.expect_output_of_keys(arguments.mfa_code.is_some(), arguments.no_input)?;
            ensure::run(arguments, form, context, report)
        }
        Some(Verb::Leave) => {
            context.expect_output()?;
            let environment = &context.environment;
            let legacy = environment.turns_on("ASSUME_ROLE_LEGACY")?;
            let Leave { text, said } = exports::leave(form, environment, legacy);
            said.into_iter().for_each(|line| report.text(line));
            Ok(Output::Session(text))
        }
        Some(_) => {
            Err(Error::usage("that verb does not change the shell").hint("call it without export"))
        }
    }
}

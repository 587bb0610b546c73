//! `init`: the script that a shell loads in its rc file.

use super::context::Context;
use crate::cli;
use crate::config::settings::{PromptSide, Settings};
use crate::error::{Error, Result};
use crate::shell::detect::{detect, parent_command};
use crate::shell::integration::{InitOptions, ShortName, script};
use crate::shell::prompt_style::Look;
use crate::shell::{Definition, Shell};
use crate::ui::report::Report;

/// The script for a shell; with wrong settings, which are told, it looks as without any.
pub(super) fn run(arguments: &cli::Init, context: &Context, report: &Report) -> Result<String> {
    context.expect_output()?;
    let shell = match arguments.shell.as_str() {
        "-" => running_shell(context)?,
        name => Shell::parse(name)?,
    };
    let binary = context.binary()?;
    let cmd = arguments.cmd.as_deref().map(ShortName::parse).transpose()?;
    // A slip in the settings must not take the function away from every new shell.
    let mut look = Settings::read(&context.environment).map_or_else(
        |error| {
            report.error(&error);
            Look::default()
        },
        |settings| Look::from(&settings),
    );
    if let Some(side) = arguments.prompt {
        look.side = side.into();
    }
    script(shell, &binary, &InitOptions { cmd, look, no_completions: arguments.no_completions })
}

/// The refusal to print keys on a terminal, with the line that would have made it work.
pub(super) fn not_loaded(context: &Context) -> Error {
    let error =
        Error::usage("this shell has not loaded assume-role, so it cannot be changed from here");
    let shell = running_shell(context).unwrap_or(Shell::Bash);
    let Definition { load, rc, .. } = shell.definition();
    error.hint(*load).hint(format!("the same line in {rc} loads it in every new shell"))
}

fn running_shell(context: &Context) -> Result<Shell> {
    detect(parent_command().as_deref(), context.environment.raw("SHELL"))
}

impl From<cli::Side> for PromptSide {
    fn from(side: cli::Side) -> Self {
        match side {
            cli::Side::Auto => Self::Auto,
            cli::Side::Left => Self::Left,
            cli::Side::Right => Self::Right,
            cli::Side::None => Self::None,
        }
    }
}

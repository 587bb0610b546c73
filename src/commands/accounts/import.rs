//! `accounts import`: what another tool's files know.

use super::edit::{told, write};
use super::takeover::Takeover;
use crate::cli;
use crate::commands::context::Context;
use crate::config::Config;
use crate::config::import;
use crate::error::Result;
use crate::ui::report::Report;

/// Takes accounts and roles over. The diff goes to standard output, what stays as it is to standard
/// error.
pub(super) fn run(
    arguments: &cli::AccountsImport,
    context: &Context,
    report: &Report,
) -> Result<String> {
    let environment = &context.environment;
    let leads = import::read(arguments.from, arguments.file.as_deref(), environment)?;
    for problem in &leads.problems {
        report.warn(problem);
    }
    if leads.accounts.is_empty() {
        report.note(&format!("no account in {}", leads.files.join(" or ")));
        return Ok(String::new());
    }
    let takeover = Takeover::of(leads.accounts, &Config::read(environment)?.accounts);
    let (change, outcomes) = write(&takeover.wanted, arguments.dry_run, environment)?;
    takeover.tell(&outcomes, arguments.dry_run, report);
    Ok(told(&change, true, context, report))
}

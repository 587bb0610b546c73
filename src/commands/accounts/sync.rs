//! `accounts sync`: names and roles from AWS itself. Nothing is renamed and nothing removed; what
//! AWS does not list any more is reported.

use std::collections::HashMap;

use super::edit::{told, write};
use super::survey;
use super::takeover::Takeover;
use crate::acquire::Runtime;
use crate::cache::Store;
use crate::cli;
use crate::commands::context::Context;
use crate::config::Config;
use crate::config::accounts::Accounts;
use crate::config::suggest::first_few;
use crate::error::{Error, Kind, Result};
use crate::plan::AccountSurvey;
use crate::types::AccountId;
use crate::ui::report::Report;
use crate::ui::terminal::Terminal;

/// Asks AWS and writes what is new: on a terminal after a question, else at once. The diff goes to
/// standard output.
pub(super) fn run(
    arguments: cli::AccountsSync,
    context: &Context,
    report: &Report,
) -> Result<String> {
    let config = Config::read(&context.environment)?;
    let survey = AccountSurvey::resolve(&config)?;
    let store = Store::of(&config)?;
    let learnt = Runtime::new()?.run(survey::ask(&survey, &store, context.clock, report))?;
    report.warn_all(config.warnings().into_iter().chain(store.take_warnings()));
    if learnt.leads.is_empty() && learnt.members.is_none() {
        let error = Error::refused("no accounts were found");
        return Err(learnt.silent.into_iter().fold(error, Error::because));
    }
    for line in &learnt.silent {
        report.note(line);
    }
    if let Some(members) = &learnt.members {
        tell_others(members, &config.accounts, report);
    }
    let takeover = Takeover::of(learnt.leads, &config.accounts);
    let (planned, outcomes) = write(&takeover.wanted, true, &context.environment)?;
    let terminal = Terminal { may_ask: true };
    let asks = !arguments.dry_run && !planned.is_empty() && terminal.can_ask();
    if asks {
        terminal.say(&told(&planned, true, context, report));
        let answer = Runtime::new()?.run(terminal.ask_text("Write it? [y/N]"));
        if !answer.is_ok_and(|answer| {
            answer.eq_ignore_ascii_case("y") || answer.eq_ignore_ascii_case("yes")
        }) {
            return Err(Error::new(Kind::Cancelled, "nothing was written"));
        }
    }
    if arguments.dry_run {
        takeover.tell(&outcomes, true, report);
        return Ok(told(&planned, true, context, report));
    }
    let (change, outcomes) = write(&takeover.wanted, false, &context.environment)?;
    takeover.tell(&outcomes, false, report);
    // Who was asked has seen it.
    Ok(told(&change, !(asks && context.prints_to_terminal), context, report))
}

/// What stands in the file and not, or not any more, in the organization.
fn tell_others(members: &[(AccountId, bool)], accounts: &Accounts, report: &Report) {
    let states: HashMap<&AccountId, bool> =
        members.iter().map(|(id, is_active)| (id, *is_active)).collect();
    let named = |wanted: Option<bool>| {
        let same = accounts.listed().filter(|(_, id)| states.get(id).copied() == wanted);
        first_few(same.map(|(name, _)| name).collect::<Vec<_>>())
    };
    if let Some(names) = named(None) {
        report.note(&format!("not in this organization, or not any more; kept: {names}"));
    }
    if let Some(names) = named(Some(false)) {
        report.note(&format!("closed or suspended at AWS; kept: {names}"));
    }
}

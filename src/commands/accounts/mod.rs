//! `accounts`: the names of `~/.aws/accounts`, edited by hand, from other tools, or from what AWS
//! says.

mod edit;
mod import;
mod progress;
mod survey;
mod sync;
mod takeover;

use super::context::Context;
use crate::cli::{self, AccountsEdit};
use crate::config::accounts::{Account, Accounts};
use crate::config::edit::accounts::{NewAccount, Outcome, remove};
use crate::config::settings::Settings;
use crate::error::{Error, Kind, Result};
use crate::shell::quote;
use crate::types::sanitize::escape_up_to;
use crate::types::{AccountId, Name, RoleName};
use crate::ui::report::Report;
use edit::{file, told, write};

/// Edits the file. What goes to standard output is a diff.
pub(super) fn run(arguments: &cli::Accounts, context: &Context, report: &Report) -> Result<String> {
    match &arguments.edit {
        AccountsEdit::Add(add) => name(add, context, report),
        AccountsEdit::Remove(remove) => take_away(remove, context, report),
        AccountsEdit::Import(import) => import::run(import, context, report),
        AccountsEdit::Sync(sync) => sync::run(*sync, context, report),
    }
}

fn name(arguments: &cli::AccountsAdd, context: &Context, report: &Report) -> Result<String> {
    let name = Name::parse("account", &arguments.name)?;
    let id = account_id(&arguments.id)?;
    if AccountId::parse(name.as_str()).is_some() {
        return Err(Error::usage(format!("'{name}' is an account id itself, not a name for one")));
    }
    let roles =
        arguments.role.iter().map(|role| RoleName::parse(role)).collect::<Result<Vec<_>>>()?;
    let wish = NewAccount::new(name.clone(), id.clone(), roles);
    let (change, outcomes) =
        write(std::slice::from_ref(&wish), arguments.dry_run, &context.environment)?;
    match outcomes.into_iter().next() {
        Some(Outcome::Conflict(other)) => {
            return Err(Error::new(Kind::Guard, format!("{name} is {other} already")).hint(
                format!(
                    "if it is wrong, take it away first: assume-role accounts remove {}",
                    quote::sh(name.as_str())
                ),
            ));
        }
        Some(Outcome::Broken(error)) => return Err(error),
        Some(Outcome::Known) => report.note(&format!("{name} is {id} already")),
        _ if arguments.dry_run => {}
        _ => report.done(name.as_str(), &format!(" is {id}")),
    }
    if let Some(clash) = still_named(name.as_str(), context).and_then(|(_, clash)| clash) {
        report.warn(&clash);
    }
    if cli::is_verb(name.as_str()) {
        report.note(&format!(
            "{name} is a verb too; the account is reached by assume-role -- {name} ROLE"
        ));
    }
    Ok(told(&change, arguments.dry_run, context, report))
}

fn account_id(text: &str) -> Result<AccountId> {
    AccountId::parse(text).ok_or_else(|| {
        let error = Error::usage(format!("'{}' is not an account id", escape_up_to(text, 80)));
        let digits: String = text.chars().filter(char::is_ascii_digit).collect();
        match digits.len() {
            12 => error.hint(format!("without the separators: {digits}")),
            count => error.hint(format!("an id has 12 digits, this has {count}")),
        }
    })
}

/// What all files together say of a name, and whether one gives it to another account.
fn still_named(name: &str, context: &Context) -> Option<(Account, Option<String>)> {
    let settings = Settings::read(&context.environment).ok()?;
    let all = Accounts::read(&context.environment, settings.accounts.as_ref()).ok()?;
    let account = all.find(name).ok().flatten()?;
    let clash = all.clash_of(&account);
    Some((account, clash))
}

fn take_away(
    arguments: &cli::AccountsRemove,
    context: &Context,
    report: &Report,
) -> Result<String> {
    let file = file(&context.environment)?;
    let without = |bytes: &[u8]| remove(bytes, &arguments.name, file.shown());
    let change =
        if arguments.dry_run { file.plan(without) } else { file.change(without, |_| false) };
    let change = change.map_err(|error| match still_named(&arguments.name, context) {
        Some((account, _)) if account.place.file.as_ref() != file.shown() => error.because(
            format!("{} names it, in a file of a team, which is never edited", account.place),
        ),
        _ => error,
    })?;
    if !arguments.dry_run {
        report.done(&format!("account name {}", escape_up_to(&arguments.name, 80)), " removed");
        if let Some((account, _)) = still_named(&arguments.name, context) {
            report.note(&format!("{} names it too, and counts now", account.place));
        }
    }
    Ok(told(&change, arguments.dry_run, context, report))
}

//! Edits of the accounts file, written or only shown.

use std::cell::RefCell;

use crate::commands::changes;
use crate::commands::context::Context;
use crate::config::accounts::Accounts;
use crate::config::edit::accounts::{NewAccount, Outcome, put};
use crate::config::edit::diff::Look;
use crate::config::edit::{Change, File};
use crate::config::environment::Environment;
use crate::config::files::ACCOUNTS_CAP;
use crate::config::settings::Settings;
use crate::error::Result;
use crate::ui::report::Report;

pub(super) fn file(environment: &Environment) -> Result<File> {
    let settings = Settings::read(environment)?;
    let path = Accounts::edited_path(environment, settings.accounts.as_ref())?;
    File::new(path, environment.home().as_deref(), ACCOUNTS_CAP)
}

/// Writes accounts, or only says what that would change.
pub(super) fn write(
    wanted: &[NewAccount],
    dry: bool,
    environment: &Environment,
) -> Result<(Change, Vec<Outcome>)> {
    let file = file(environment)?;
    // An edit of the file in the meantime changes what becomes of the wishes.
    let outcomes = RefCell::new(Vec::new());
    let with = |bytes: &[u8]| {
        let (after, told) = put(bytes, wanted, file.shown())?;
        outcomes.replace(told);
        Ok(after)
    };
    let change = if dry { file.plan(with)? } else { file.change(with, |_| false)? };
    Ok((change, outcomes.into_inner()))
}

pub(super) fn told(change: &Change, as_diff: bool, context: &Context, report: &Report) -> String {
    changes::told(std::slice::from_ref(change), Look::Accounts, as_diff, context, report)
}

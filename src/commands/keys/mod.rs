//! `keys`: long-lived keys in a keyring. Whatever is moved is proved to be there before it goes
//! here, so that a kill after any step loses no key, and the same command again ends the move.

mod add;
mod export;
mod import;
mod list;
mod profile;
mod remove;
mod rotate;

use super::context::{Context, Output};
use crate::cli::{self, KeysEdit};
use crate::error::Result;
use crate::ui::report::Report;

pub(super) fn run(arguments: &cli::Keys, context: &Context, report: &Report) -> Result<Output> {
    match &arguments.edit {
        KeysEdit::Import(import) => import::run(import, context, report).map(Output::Text),
        KeysEdit::Add(add) => add::run(add, context, report).map(Output::Text),
        KeysEdit::Rotate(rotate) => rotate::run(rotate, context, report).map(Output::Text),
        KeysEdit::List(list) => list::run(*list, context, report).map(Output::Text),
        KeysEdit::Export(export) => export::run(export, context, report),
        KeysEdit::Remove(remove) => remove::run(remove, context, report).map(Output::Text),
    }
}

//! `profile`: profiles of `~/.aws/config` and `~/.aws/credentials` for programs that want one.

mod add;
mod all;
mod assume;
mod files;
mod list;

use super::context::Context;
use crate::cli::{self, ProfileEdit};
use crate::commands::changes::told;
use crate::config::edit::diff::Look;
use crate::error::Result;
use crate::types::sanitize::escape_up_to;
use crate::ui::report::Report;
use files::{Files, refuse_default};

/// Writes, takes away or lists profiles. What goes to standard output is a list or, with
/// `--dry-run`, a diff.
pub(super) fn run(arguments: &cli::Profile, context: &Context, report: &Report) -> Result<String> {
    match &arguments.edit {
        ProfileEdit::Add(add) if add.all => all::run(add, context, report),
        ProfileEdit::Add(add) => add::run(add, context, report),
        ProfileEdit::Remove(remove) => take_away(remove, context, report),
        ProfileEdit::List(list) => list::run(*list, context, report),
    }
}

fn take_away(arguments: &cli::ProfileRemove, context: &Context, report: &Report) -> Result<String> {
    let name = arguments.name.as_str();
    refuse_default(name)?;
    let files = Files::of(&context.environment)?;
    let changes = files.remove(name, arguments.force, arguments.dry_run)?;
    if !arguments.dry_run {
        report.done(&format!("profile {}", escape_up_to(name, 80)), " removed");
    }
    Ok(told(&changes, Look::Profiles, arguments.dry_run, context, report))
}

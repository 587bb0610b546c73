//! What a verb that edits files says about its changes.

use super::context::Context;
use crate::config::edit::Change;
use crate::config::edit::diff::{Look, diff};
use crate::ui::Color;
use crate::ui::report::Report;

/// The diff of a dry run for standard output; else what the user should hear.
pub(super) fn told(
    changes: &[Change],
    look: Look,
    as_diff: bool,
    context: &Context,
    report: &Report,
) -> String {
    report.warn_all(changes.iter().flat_map(|change| change.warnings.iter().cloned()));
    if !as_diff {
        return String::new();
    }
    let coloured = context.page(Color::Auto).coloured;
    changes.iter().map(|change| diff(change, look, coloured)).collect()
}

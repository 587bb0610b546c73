//! `logout`: forgets what is stored. Keys in a shell are out of reach, and that is said.

use super::Context;
use crate::cli;
use crate::error::Result;
use crate::input::Input;
use crate::report::Report;
use crate::request::Target;
use crate::store::{Key, RoleSession, Store};

/// Forgets all sessions, those of one role, or everything but the history of use.
///
/// # Errors
/// `Config` for a target that is not known, `Io` when something cannot be removed.
pub fn run(arguments: &cli::Logout, context: &Context, report: &Report) -> Result<()> {
    let input = Input::read(&context.environment)?;
    let store = Store::open(&context.environment, super::assume::store_choice(&input))?;
    let forgotten = if arguments.all {
        store.forget_all()?
    } else if arguments.words.is_empty() {
        store.forget_sessions()?
    } else {
        let role = Target::named(&arguments.words, &input)?;
        let same = |key: &Key| {
            key.field("account") == Some(role.account.as_str()) && key.field("role") == Some(role.name.as_str())
        };
        store.forget::<RoleSession>(same)?
    };
    for warning in store.take_warnings() {
        report.warn(&warning);
    }
    let what = match forgotten {
        0 => "nothing was stored".to_owned(),
        1 => "one entry forgotten".to_owned(),
        several => format!("{several} entries forgotten"),
    };
    report.done(&what, "");
    if context.environment.has("ASSUME_ROLE_KEY_ID") {
        report.note("this shell still holds its keys, and they work until they end: assume-role leave");
    }
    Ok(())
}

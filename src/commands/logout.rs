//! `logout`: forgets what is stored. Keys in a shell are out of reach, and that is said.

use super::context::Context;
use crate::cache::{BaseSession, Choice, Key, Kind, RoleSession, Store};
use crate::cli;
use crate::config::Config;
use crate::error::Result;
use crate::plan::keys::{is_own, source_key};
use crate::plan::{Forgotten, Invocation, Request};
use crate::ui::report::Report;

/// Forgets all sessions, those of one role or profile, or everything but the history of use: in the
/// store of the settings, and in every other one that an earlier setting may have filled.
pub(super) fn run(arguments: &cli::Logout, context: &Context, report: &Report) -> Result<()> {
    let config = Config::read(&context.environment)?;
    let target = match arguments.words.as_slice() {
        [] => None,
        words => {
            let invocation = Invocation::of_verb("logout ");
            let request = Request { invocation, ..Request::of_words(words.iter().cloned()) };
            Some(Forgotten::resolve(&request, &config)?)
        }
    };
    let chosen = Choice::of(&config.settings).kind;
    let mut forgotten = 0;
    for kind in [Kind::File, Kind::Runtime] {
        let is_chosen = kind == chosen;
        if !is_chosen && kind == Kind::Runtime && !context.environment.has("XDG_RUNTIME_DIR") {
            continue;
        }
        // Who logs out has to know when keys stay behind.
        let store = Store::open(&context.environment, Choice { kind, configured: is_chosen })?;
        forgotten += forget(&store, arguments.all, target.as_ref())?;
        report.warn_all(store.take_warnings());
    }
    tell(forgotten, arguments.all, context, report);
    Ok(())
}

fn forget(store: &Store, all: bool, target: Option<&Forgotten>) -> Result<usize> {
    match target {
        _ if all => store.forget_all(),
        None => store.forget_sessions(),
        Some(Forgotten::Role(role)) => {
            let of_role =
                Key::new().with("account", role.account.as_str()).with("role", role.name.as_str());
            store.forget::<RoleSession>(|key| key.says(&of_role))
        }
        // A user's own session and the base session are the same keys.
        Some(Forgotten::Own(base)) => {
            let base = source_key(base);
            let own = store.forget::<RoleSession>(|key| is_own(key) && key.says(&base))?;
            Ok(own + store.forget::<BaseSession>(|key| key.says(&base))?)
        }
    }
}

fn tell(forgotten: usize, all: bool, context: &Context, report: &Report) {
    let what = match forgotten {
        0 => "nothing was stored".to_owned(),
        _ if all => "all that was stored is forgotten".to_owned(),
        1 => "one entry forgotten".to_owned(),
        several => format!("{several} entries forgotten"),
    };
    report.done(&what, if all { "; the history of use stays" } else { "" });
    if context.environment.has("ASSUME_ROLE_KEY_ID") {
        report.note(
            "this shell still holds its keys, and they work until they end: assume-role leave",
        );
    } else if forgotten > 0 {
        report.note("shells that hold a session keep it until it ends; there: assume-role leave");
    }
}

//! The main job, from words to a changed shell: what is asked for is obtained (read, decided,
//! guarded, taken from the store or asked of AWS), told to the user, and exported to the shell.

use super::export::Language;
use super::obtain::{self, Obtained};
use super::{Context, receipt};
use crate::acquire;
use crate::cache::BaseSession;
use crate::cli;
use crate::error::Result;
use crate::plan::Request;
use crate::shell::exports;
use crate::shell::variables::{Legacy, Switch};
use crate::shell::words::encode_words;
use crate::types::Secret;
use crate::ui::report::Report;

/// Switches: returns what the shell evaluates.
pub(super) fn run(
    asked: &cli::Target,
    language: Language,
    context: &Context,
    report: &Report,
) -> Result<Secret> {
    let session = obtain::session(asked, 0, context, report)?;
    session.remember_use(context.now())?;
    receipt::tell(&session, context.now(), report);
    export(&session, language, context)
}

/// As [`run`], with a session of which at least `wanted` seconds are left. It goes on with a role
/// that is in use, so it counts as no other use of it.
pub(super) fn renewed(
    asked: &cli::Target,
    wanted: i64,
    language: Language,
    context: &Context,
    report: &Report,
) -> Result<Secret> {
    let session = obtain::renewed(asked, wanted, context, report)?;
    receipt::tell(&session, context.now(), report);
    export(&session, language, context)
}

fn export(session: &Obtained, language: Language, context: &Context) -> Result<Secret> {
    with_switch(session, context, |switch| match language {
        Language::Code(form) => exports::switch(form, switch),
        Language::Json => exports::switch_json(switch),
    })
}

/// Hands on a session as the variables of a switch away from what this shell was, with the old
/// script's for those who want them (`ASSUME_ROLE_LEGACY`).
pub(super) fn with_switch<T>(
    session: &Obtained,
    context: &Context,
    take: impl FnOnce(&Switch<'_>) -> T,
) -> Result<T> {
    let now = context.now();
    let legacy = context.environment.turns_on("ASSUME_ROLE_LEGACY")?;
    let Obtained { request, granted, store, .. } = session;
    let base =
        if legacy { store.get::<BaseSession>(&acquire::base_key(request), now)? } else { None };
    let base_profile = context.environment.text("AWS_PROFILE_ASSUME_ROLE")?;
    let skew = store.skew(now);
    let legacy = legacy.then(|| Legacy {
        base: base.as_ref().map(|base| (&base.session.keys, base.made.plus(-skew))),
        base_profile,
        role_started: granted.role.session.expires.plus(-i64::from(granted.role.granted) - skew),
    });
    let switch =
        Switch { previous: previous(request, context)?, legacy, ..session.switch(context)? };
    Ok(take(&switch))
}

/// What this shell was before; the same request again does not count.
fn previous(request: &Request, context: &Context) -> Result<Option<String>> {
    let current = context.environment.text("ASSUME_ROLE_TARGET")?;
    let kept = context.environment.text("ASSUME_ROLE_PREVIOUS")?;
    let words = encode_words(&request.words);
    Ok(current.filter(|current| *current != words).or(kept).map(str::to_owned))
}

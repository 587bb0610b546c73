//! The main job, from words to a changed shell: read, decide, look in the store, ask AWS, tell, export.

use super::Context;
use super::export::Target;
use super::obtain::{self, Obtained};
use crate::cli;
use crate::error::Result;
use crate::report::Report;
use crate::request::{Origin, Request};
use crate::session::{Moment, Secret, minutes};
use crate::shell::exports;
use crate::shell::variables::{Legacy, Switch};
use crate::shell::words::encode_words;
use crate::shown::shown;
use crate::source;
use crate::store::BaseSession;

/// What a session may have lost, in seconds, between AWS's clock and the line that tells of it.
const ON_ITS_WAY: i64 = 10;
/// From here on the user is told that the clock is off, in seconds.
const SKEW_TOLD: i64 = 60;

/// Switches: returns what the shell evaluates.
///
/// # Errors
/// Whatever went wrong on the way; nothing was changed then.
pub fn run(asked: &cli::Target, target: Target, legacy: bool, context: &Context, report: &Report) -> Result<Secret> {
    change(asked, None, target, legacy, context, report)
}

/// As [`run`], with a session of which at least `wanted` seconds are left. It goes on with a role that is in use,
/// so it counts as no other use of it.
///
/// # Errors
/// As [`run`], and `TooShort` when even a new session is not that long.
pub fn renewed(
    asked: &cli::Target,
    wanted: i64,
    target: Target,
    legacy: bool,
    context: &Context,
    report: &Report,
) -> Result<Secret> {
    change(asked, Some(wanted), target, legacy, context, report)
}

fn change(
    asked: &cli::Target,
    wanted: Option<i64>,
    target: Target,
    legacy: bool,
    context: &Context,
    report: &Report,
) -> Result<Secret> {
    let session = match wanted {
        Some(wanted) => obtain::renewed(asked, wanted, context, report)?,
        None => obtain::session(asked, 0, context, report)?,
    };
    if wanted.is_none() {
        session.remember_use(context.now())?;
    }
    tell(&session, context.now(), report);
    export(&session, target, legacy, context)
}

fn tell(session: &Obtained, now: Moment, report: &Report) {
    let Obtained { request, granted, actor, store } = session;
    for note in &granted.notes {
        report.note(note);
    }
    let skew = store.skew(now);
    if skew.abs() > SKEW_TOLD {
        let direction = if skew > 0 { "behind" } else { "ahead of" };
        report.warn(&format!(
            "this machine's clock is {} {direction} AWS's; the time left is corrected",
            roughly(skew.abs())
        ));
    }
    for note in &request.notes {
        report.note(note);
    }
    let target = &request.target;
    let left = match granted.has_end() {
        // The seconds that an hour spent on its way are no news.
        true => format!("for {}", minutes(session.left(now) + ON_ITS_WAY)),
        false => "until an end that nobody told".to_owned(),
    };
    let id = &actor.account;
    let name = if target.name.as_str() == id.as_str() { String::new() } else { format!(" ({id})") };
    let region = request.region.as_ref().map_or("no region".to_owned(), |region| region.value.to_string());
    report.done(&target.to_string(), &format!("{name} {left}, {region}"));
    if let (Some(origin), Some(role)) = (&target.role_origin, &target.role) {
        report.note(&format!("role {}: {origin}", role.name));
    }
    report.detail(&format!("base: {}", request.way.shown()));
    report.detail(&format!("acts as: {}", shown(&granted.role.assumed_role)));
    if let Some(region) = &request.region {
        report.detail(&format!("region: {} from {}", region.value, region.origin));
    }
    if let Origin::Configured(place) = &request.length.origin {
        report.detail(&format!("duration: {} from {place}", minutes(request.length.seconds.into())));
    }
}

/// A span between two clocks, which is measured in whole seconds: to the minute, and large ones in days.
fn roughly(seconds: i64) -> String {
    match seconds {
        ..172_800 => minutes((seconds + 30) / 60 * 60),
        _ => format!("{} days", seconds / 86_400),
    }
}

fn export(session: &Obtained, target: Target, legacy: bool, context: &Context) -> Result<Secret> {
    told(session, legacy, context, |switch| match target {
        Target::Code(form) => exports::switch(form, switch),
        Target::Json => exports::switch_json(switch),
    })
}

/// Tells a session as the variables of a switch away from what this shell was, with the old script's if `legacy`.
///
/// # Errors
/// `Config` for a variable that is not UTF-8, `Io` when a configured store cannot be read.
pub fn told<T>(session: &Obtained, legacy: bool, context: &Context, tell: impl FnOnce(&Switch<'_>) -> T) -> Result<T> {
    let now = context.now();
    let Obtained { request, granted, store, .. } = session;
    let base = if legacy { store.get::<BaseSession>(&source::base_key(request), now)? } else { None };
    let base_profile = context.environment.text("AWS_PROFILE_ASSUME_ROLE")?;
    let skew = store.skew(now);
    let legacy = legacy.then(|| Legacy {
        base: base.as_ref().map(|base| (&base.session.keys, base.made.plus(-skew))),
        base_profile,
        role_started: granted.role.session.expires.plus(-i64::from(granted.role.granted) - skew),
    });
    let switch = Switch { previous: previous(request, context)?, legacy, ..session.switch(context)? };
    Ok(tell(&switch))
}

/// What this shell was before; the same request again does not count.
fn previous(request: &Request, context: &Context) -> Result<Option<String>> {
    let current = context.environment.text("ASSUME_ROLE_TARGET")?;
    let kept = context.environment.text("ASSUME_ROLE_PREVIOUS")?;
    let words = encode_words(&request.words);
    Ok(current.filter(|current| *current != words).or(kept).map(str::to_owned))
}

//! The main job, from words to a changed shell: read, decide, look in the store, ask AWS, tell, export.

use super::Context;
use super::export::Target;
use crate::cli;
use crate::error::{Error, Kind, Result};
use crate::input::Input;
use crate::input::settings::StoreKind;
use crate::report::Report;
use crate::request::{Origin, Request};
use crate::session::{Clock, Moment, Secret, minutes};
use crate::shell::exports;
use crate::shell::variables::{Legacy, REGION, Switch};
use crate::shell::words::encode_words;
use crate::shown::shown;
use crate::source::{Bastion, Granted, base_key, renewable, role_key, stored_durations, tell_waiting};
use crate::store::{self, BaseSession, Choice, Lock, RoleSession, Store, Use};
use crate::sts::{Client, Endpoints};

/// A stored session is handed out again while more than this is left, in seconds: botocore asks a
/// `credential_process` on every call once less is left.
const ENOUGH: i64 = 15 * 60;
/// Better than nothing where no new session can be had, in seconds.
const LITTLE: i64 = 60;
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
    let input = Input::read(&context.environment)?;
    let request = Request::resolve(asked, &input)?;
    guard(&request)?;
    let store = Store::open(&context.environment, store_choice(&input))?;
    let granted = session(&request, wanted.unwrap_or(0), &store, context.clock, report);
    for warning in input.warnings().into_iter().chain(store.take_warnings()) {
        report.warn(&warning);
    }
    let granted = granted?;
    if wanted.is_none() {
        // Its warnings are not told: the switch works, and a line of history is not worth a word.
        store.put_use(&used(&request, context.now()))?;
    }
    tell(&request, &granted, &store, context.now(), report);
    export(&request, &granted, target, legacy, &store, context)
}

/// The store that the settings ask for.
pub fn store_choice(input: &Input) -> Choice {
    let kind = match input.settings.store.value {
        StoreKind::File => store::Kind::File,
        StoreKind::Runtime => store::Kind::Runtime,
        StoreKind::None => store::Kind::None,
    };
    Choice { kind, configured: input.settings.store.is_configured() }
}

/// A protected account is entered on purpose or not at all.
fn guard(request: &Request) -> Result<()> {
    if request.target.protected && !request.yes {
        let name = &request.target.name;
        return Err(Error::new(Kind::Guard, format!("account {name} is protected"))
            .hint(format!("if you mean it: assume-role {name} {} --yes", request.target.role)));
    }
    Ok(())
}

/// The session of a request: from the store while enough of it is left, else from AWS.
fn session(request: &Request, wanted: i64, store: &Store, clock: Clock, report: &Report) -> Result<Granted> {
    let longest = i64::from(request.length.seconds);
    if longest < wanted {
        return Err(too_short(request, longest, wanted));
    }
    let left = |granted: &Granted| granted.role.session.expires.since(clock().plus(store.skew(clock())));
    let serves = |granted: &Granted| !request.refresh && left(granted) > enough(&granted.role).max(wanted);
    let has_to_do = |granted: &Granted| !request.refresh && left(granted) > LITTLE.max(wanted);
    let stored = || stored(request, store, clock());
    if let Some(granted) = stored()?.filter(serves) {
        return Ok(granted);
    }
    let lock = match store.lock::<RoleSession>(&role_key(request, request.length.seconds), &mut tell_waiting) {
        Ok(lock) => lock,
        Err(error) => return stored()?.filter(has_to_do).map(|granted| excused(granted, &error, report)).ok_or(error),
    };
    // Whoever held the lock before us may have fetched it.
    if let Some(granted) = stored()?.filter(serves) {
        return Ok(granted);
    }
    let granted = match fetch(request, store, &lock, clock, report) {
        Err(error) if excuses(error.kind) => {
            stored()?.filter(has_to_do).map(|granted| excused(granted, &error, report)).ok_or(error)?
        }
        outcome => outcome?,
    };
    if left(&granted) < wanted - LITTLE {
        return Err(too_short(request, left(&granted), wanted));
    }
    Ok(granted)
}

/// A stored session in place of one that could not be had.
fn excused(granted: Granted, error: &Error, report: &Report) -> Granted {
    report.warn(&format!("no new session could be had, the stored one serves: {}", error.message));
    granted
}

fn too_short(request: &Request, longest: i64, wanted: i64) -> Error {
    let target = &request.target;
    Error::new(
        Kind::TooShort,
        format!("a new session of {}:{} lasts only {}", target.name, target.role, minutes(longest)),
    )
    .hint(format!(
        "ask for a longer one: assume-role {} {} --duration {}",
        target.name,
        target.role,
        minutes(wanted)
    ))
}

/// A session that was never longer than the usual threshold is good until shortly before its end.
fn enough(role: &RoleSession) -> i64 {
    if i64::from(role.granted) > ENOUGH { ENOUGH } else { LITTLE }
}

fn used(request: &Request, now: Moment) -> Use {
    let target = &request.target;
    Use {
        account: target.name.clone(),
        id: Some(target.id.clone()),
        role: Some(target.role.clone()),
        last: now,
        count: 1,
    }
}

fn excuses(kind: Kind) -> bool {
    matches!(kind, Kind::Network | Kind::NeedsAnswer)
}

fn stored(request: &Request, store: &Store, now: Moment) -> Result<Option<Granted>> {
    let mut latest: Option<(RoleSession, Option<String>)> = None;
    for (seconds, note) in stored_durations(request, store, now)? {
        let found = store.get::<RoleSession>(&role_key(request, seconds), now)?;
        let is_later =
            |role: &RoleSession| latest.as_ref().is_none_or(|(other, _)| role.session.expires > other.session.expires);
        if let Some(role) = found.filter(is_later) {
            latest = Some((role, note));
        }
    }
    let Some((role, note)) = latest else { return Ok(None) };
    let mut notes: Vec<String> = note.into_iter().collect();
    if request.code.is_some() {
        notes.push("the code was not needed: a stored session serves".to_owned());
    }
    let renewable = renewable(request, &role, store, now)?;
    Ok(Some(Granted { role, renewable, notes }))
}

fn fetch(request: &Request, store: &Store, lock: &Lock, clock: Clock, report: &Report) -> Result<Granted> {
    let endpoints = Endpoints::resolve(request.sts_region(), request.target.partition, &request.endpoints)?;
    if let Some(url) = &request.endpoints.sts {
        report.note(&format!("STS is asked at {} ({})", shown(&url.value), url.origin));
    }
    let skew = Some(store.skew(clock())).filter(|&skew| skew != 0);
    let client = Client::new(endpoints, &request.trust, request.timeout, skew)?;
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(|error| Error::io("the network cannot be used").because(error))?;
    let granted = runtime.block_on(Bastion::new(request, store, &client, lock, clock).assume());
    // A question that was given up leaves a thread behind that waits for a line; nobody waits for it.
    runtime.shutdown_background();
    granted
}

fn tell(request: &Request, granted: &Granted, store: &Store, now: Moment, report: &Report) {
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
    let target = &request.target;
    let left = minutes(granted.role.session.expires.since(now.plus(skew)));
    let name = if target.name.as_str() == target.id.as_str() { String::new() } else { format!(" ({})", target.id) };
    let region = request.region.as_ref().map_or("no region".to_owned(), |region| region.value.to_string());
    report.done(&format!("{}:{}", target.name, target.role), &format!("{name} for {left}, {region}"));
    if let Some(origin) = &target.role_origin {
        report.note(&format!("role {}: {origin}", target.role));
    }
    report.detail(&format!("base: {}", request.base.keys_from));
    report.detail(&format!("acts as: {}", crate::shown::shown(&granted.role.assumed_role)));
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

fn export(
    request: &Request,
    granted: &Granted,
    target: Target,
    legacy: bool,
    store: &Store,
    context: &Context,
) -> Result<Secret> {
    let now = context.now();
    let skew = store.skew(now);
    let session = &granted.role.session;
    let base = if legacy { store.get::<BaseSession>(&base_key(request), now)? } else { None };
    let base_profile = context.environment.text("AWS_PROFILE_ASSUME_ROLE")?;
    let legacy = legacy.then(|| Legacy {
        base: base.as_ref().map(|base| (&base.session.keys, base.made.plus(-skew))),
        base_profile,
        role_started: session.expires.plus(-i64::from(granted.role.granted) - skew),
    });
    let switch = Switch {
        keys: &session.keys,
        account_id: &request.target.id,
        account_name: request.target.name.as_str(),
        role: request.target.role.as_str(),
        region: request.region.as_ref().map(|region| &region.value),
        region_is_ours: request.region.as_ref().is_some_and(|region| !REGION.contains(&region.origin.as_str())),
        expires_aws: session.expires,
        expires_local: session.expires.plus(-skew),
        renewable: granted.renewable.map(|until| until.plus(-skew)),
        target: encode_words(&request.words),
        previous: previous(request, context)?,
        protected: request.target.protected,
        legacy,
        environment: &context.environment,
    };
    Ok(match target {
        Target::Code(form) => exports::switch(form, &switch),
        Target::Json => exports::switch_json(&switch),
    })
}

/// What this shell was before; the same request again does not count.
fn previous(request: &Request, context: &Context) -> Result<Option<String>> {
    let current = context.environment.text("ASSUME_ROLE_TARGET")?;
    let kept = context.environment.text("ASSUME_ROLE_PREVIOUS")?;
    let words = encode_words(&request.words);
    Ok(current.filter(|current| *current != words).or(kept).map(str::to_owned))
}

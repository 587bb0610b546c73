//! The main job, from words to a changed shell: read, decide, look in the store, ask AWS, tell, export.

use super::Context;
use super::export::Target;
use crate::cli;
use crate::error::{Error, Kind, Result};
use crate::input::Input;
use crate::input::settings::StoreKind;
use crate::report::Report;
use crate::request::{Origin, Request};
use crate::session::{Moment, Principal, RoleArn, Secret, minutes};
use crate::shell::exports;
use crate::shell::variables::{Legacy, REGION, Switch};
use crate::shell::words::encode_words;
use crate::shown::shown;
use crate::source::{self, Granted};
use crate::store::{self, BaseSession, Choice, Lock, RoleSession, Store, Use};
use crate::sts::{Client, Endpoints};

/// Better than nothing where no new session can be had, in seconds.
const LITTLE: i64 = 60;
/// From here on the user is told that the clock is off, in seconds.
const SKEW_TOLD: i64 = 60;

/// Switches: returns what the shell evaluates.
///
/// # Errors
/// Whatever went wrong on the way; nothing was changed then.
pub fn run(asked: &cli::Target, target: Target, legacy: bool, context: &Context, report: &Report) -> Result<Secret> {
    renewed(asked, 0, target, legacy, context, report)
}

/// As [`run`], with a session of which at least `wanted` seconds are left.
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
    let input = Input::read(&context.environment)?;
    let request = Request::resolve(asked, &input)?;
    guard(&request)?;
    let store = Store::open(&context.environment, store_choice(&input))?;
    let granted = session(&request, wanted, &store, context.now, report);
    for warning in input.warnings().into_iter().chain(store.take_warnings()) {
        report.warn(&warning);
    }
    let granted = granted?;
    let actor = actor(&request, &granted)?;
    store.put_use(&used(&request, context.now))?;
    tell(&request, &granted, &actor, &store, context.now, report);
    export(&request, &granted, &actor, target, legacy, &store, context)
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
        let role = request.target.role.as_ref().map(|role| format!(" {}", role.name));
        return Err(Error::new(Kind::Guard, format!("account {name} is protected")).hint(format!(
            "if you mean it: assume-role {}{} --yes",
            name,
            role.unwrap_or_default()
        )));
    }
    Ok(())
}

/// The session of a request: from the store while enough of it is left, else from AWS.
fn session(request: &Request, wanted: i64, store: &Store, now: Moment, report: &Report) -> Result<Granted> {
    let granted = match source::ready(request, wanted, store, now)? {
        Some(granted) => granted,
        None => {
            let key = source::role_key(request, request.length.seconds)?;
            let lock = store.lock::<RoleSession>(&key, &mut source::tell_waiting)?;
            match source::ready(request, wanted, store, now)? {
                // Whoever held the lock before us fetched it.
                Some(granted) => granted,
                None => fetch(request, store, &lock, now, report)
                    .or_else(|error| excused(error, request, wanted, store, now, report))?,
            }
        }
    };
    let left = source::left(&granted, store, now);
    if left < wanted - LITTLE {
        return Err(Error::new(Kind::TooShort, format!("a new session lasts only {}", minutes(left)))
            .hint(format!("ask for a longer one: --duration {}", minutes(wanted))));
    }
    Ok(granted)
}

/// Where no new session can be had, one that is about to end still serves.
fn excused(
    error: Error,
    request: &Request,
    wanted: i64,
    store: &Store,
    now: Moment,
    report: &Report,
) -> Result<Granted> {
    if request.refresh || !matches!(error.kind, Kind::Network | Kind::NeedsAnswer) {
        return Err(error);
    }
    let stored = source::stored(request, store, now)?;
    match stored.filter(|granted| source::left(granted, store, now) > LITTLE.max(wanted)) {
        Some(granted) => {
            report.warn(&format!("no new session could be had, the stored one serves: {}", error.message));
            Ok(granted)
        }
        None => Err(error),
    }
}

/// Whose keys they are: the role that was asked for, or whoever a profile without a role stands for.
fn actor(request: &Request, granted: &Granted) -> Result<Principal> {
    let of_role = |role: &RoleArn| Principal { account: role.account.clone(), name: role.name.to_string() };
    request
        .target
        .role
        .as_ref()
        .map(of_role)
        .or_else(|| Principal::parse(&granted.role.assumed_role))
        .ok_or_else(|| Error::network(format!("'{}' names nobody", shown(&granted.role.assumed_role))))
}

fn used(request: &Request, now: Moment) -> Use {
    let target = &request.target;
    Use {
        account: target.name.clone(),
        id: target.role.as_ref().map(|role| role.account.clone()),
        role: target.role.as_ref().map(|role| role.name.clone()),
        last: now,
        count: 1,
    }
}

fn fetch(request: &Request, store: &Store, lock: &Lock, now: Moment, report: &Report) -> Result<Granted> {
    let endpoints = Endpoints::resolve(request.sts_region(), request.target.partition, &request.endpoints)?;
    if let Some(url) = &request.endpoints.sts {
        report.note(&format!("STS is asked at {} ({})", shown(&url.value), url.origin));
    }
    let skew = Some(store.skew(now)).filter(|&skew| skew != 0);
    let client = Client::new(endpoints, &request.trust, request.timeout, skew)?;
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(|error| Error::io("the network cannot be used").because(error))?;
    let granted = runtime.block_on(source::assume(request, store, &client, lock, now));
    // A question that was given up leaves a thread behind that waits for a line; nobody waits for it.
    runtime.shutdown_background();
    granted
}

fn tell(request: &Request, granted: &Granted, actor: &Principal, store: &Store, now: Moment, report: &Report) {
    for note in &granted.notes {
        report.note(note);
    }
    let skew = store.skew(now);
    if skew.abs() > SKEW_TOLD {
        let direction = if skew > 0 { "behind" } else { "ahead of" };
        report.warn(&format!(
            "this machine's clock is {} {direction} AWS's; the time left is corrected",
            minutes(skew.abs())
        ));
    }
    for note in &request.notes {
        report.note(note);
    }
    let target = &request.target;
    let left = minutes(source::left(granted, store, now));
    let id = &actor.account;
    let name = if target.name.as_str() == id.as_str() { String::new() } else { format!(" ({id})") };
    let region = request.region.as_ref().map_or("no region".to_owned(), |region| region.value.to_string());
    report.done(&target.to_string(), &format!("{name} for {left}, {region}"));
    if let (Some(origin), Some(role)) = (&target.role_origin, &target.role) {
        report.note(&format!("role {}: {origin}", role.name));
    }
    report.detail(&format!("base: {}", request.way.shown()));
    report.detail(&format!("acts as: {}", granted.role.assumed_role));
    if let Some(region) = &request.region {
        report.detail(&format!("region: {} from {}", region.value, region.origin));
    }
    if let Origin::Configured(place) = &request.length.origin {
        report.detail(&format!("duration: {} from {place}", minutes(request.length.seconds.into())));
    }
}

fn export(
    request: &Request,
    granted: &Granted,
    actor: &Principal,
    target: Target,
    legacy: bool,
    store: &Store,
    context: &Context,
) -> Result<Secret> {
    let skew = store.skew(context.now);
    let session = &granted.role.session;
    let base = if legacy { store.get::<BaseSession>(&source::base_key(request), context.now)? } else { None };
    let base_profile = context.environment.text("AWS_PROFILE_ASSUME_ROLE")?;
    let legacy = legacy.then(|| Legacy {
        base: base.as_ref().map(|base| (&base.session.keys, base.made.plus(-skew))),
        base_profile,
        role_started: session.expires.plus(-i64::from(granted.role.granted) - skew),
    });
    let switch = Switch {
        keys: &session.keys,
        account_id: &actor.account,
        account_name: request.target.name.as_str(),
        role: &actor.name,
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

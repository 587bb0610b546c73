//! The main job, from words to a changed shell: read, decide, look in the store, ask AWS, tell, export.

use super::Context;
use super::export::Target;
use super::network::Network;
use crate::cli;
use crate::error::{Error, Kind, Result};
use crate::input::Input;
use crate::report::Report;
use crate::request::{Origin, Request};
use crate::session::{Clock, Moment, Principal, RoleArn, Secret, minutes};
use crate::shell::exports;
use crate::shell::variables::{Legacy, REGION, Switch};
use crate::shell::words::encode_words;
use crate::shown::shown;
use crate::source::{self, Granted};
use crate::store::{BaseSession, Choice, Lock, RoleSession, Store, Use};
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
    if wanted.is_some() {
        refuse_own_keys(&request, context)?;
    }
    for warning in &request.warnings {
        report.warn(warning);
    }
    guard(&request)?;
    let store = Store::open(&context.environment, store_choice(&input))?;
    let granted = session(&request, wanted.unwrap_or(0), &store, context.clock, report);
    for warning in input.warnings().into_iter().chain(store.take_warnings()) {
        report.warn(&warning);
    }
    let granted = granted?;
    let actor = actor(&request, &granted)?;
    if wanted.is_none() {
        // Its warnings are not told: the switch works, and a line of history is not worth a word.
        store.put_use(&used(&request, context.now()))?;
    }
    tell(&request, &granted, &actor, &store, context.now(), report);
    export(&request, &granted, &actor, target, legacy, &store, context)
}

/// The store that the settings ask for.
pub fn store_choice(input: &Input) -> Choice {
    Choice::of(&input.settings)
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

/// What keys in the environment asked for renews only while they are there, and the role's own stand there now.
fn refuse_own_keys(request: &Request, context: &Context) -> Result<()> {
    let own = context.environment.text("ASSUME_ROLE_KEY_ID")?;
    if own.is_none() || request.way.key_id() != own {
        return Ok(());
    }
    Err(Error::refused(format!("the keys that asked for {} stood in the environment and are gone", request.target))
        .hint("assume-role leave brings them back; then switch again"))
}

/// The session of a request: from the store while enough of it is left, else from AWS.
fn session(request: &Request, wanted: i64, store: &Store, clock: Clock, report: &Report) -> Result<Granted> {
    let longest = i64::from(request.length.seconds);
    if longest < wanted {
        return Err(too_short(request, longest, wanted));
    }
    let ready = || source::ready(request, wanted, store, clock());
    let left = |granted: &Granted| source::left(granted, store, clock());
    // Where no new session can be had, one that is about to end still serves.
    let has_to_do = |error: Error| match source::stored(request, store, clock())? {
        Some(granted) if !request.refresh && left(&granted) > LITTLE.max(wanted) => {
            report.warn(&format!("no new session could be had, the stored one serves: {}", error.message));
            Ok(granted)
        }
        _ => Err(error),
    };
    if let Some(granted) = ready()? {
        return Ok(granted);
    }
    // Judged before anything is written: an endpoint that may not be asked is no reason for a lock.
    let endpoints = endpoints(request)?;
    let network = Network::begin()?;
    let key = source::role_key(request, request.length.seconds)?;
    let granted = network.run(async {
        let lock = match store.lock::<RoleSession>(&key, &mut source::tell_waiting).await {
            Ok(lock) => lock,
            Err(error) => return has_to_do(error),
        };
        // Whoever held the lock before us may have fetched it.
        if let Some(granted) = ready()? {
            return Ok(granted);
        }
        match fetch(request, endpoints, store, &lock, clock, report).await {
            Err(error) if excuses(error.kind) => has_to_do(error),
            outcome => outcome,
        }
    })?;
    if left(&granted) < wanted - LITTLE {
        return Err(too_short(request, left(&granted), wanted));
    }
    Ok(granted)
}

fn excuses(kind: Kind) -> bool {
    matches!(kind, Kind::Network | Kind::NeedsAnswer)
}

fn too_short(request: &Request, longest: i64, wanted: i64) -> Error {
    let target = &request.target;
    let role = target.role.as_ref().map(|role| format!(" {}", role.name)).unwrap_or_default();
    Error::new(Kind::TooShort, format!("a new session of {target} lasts only {}", minutes(longest))).hint(format!(
        "ask for a longer one: assume-role {}{role} --duration {}",
        target.name,
        minutes(wanted)
    ))
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

fn endpoints(request: &Request) -> Result<Endpoints> {
    let endpoints = Endpoints::resolve(request.sts_region(), request.target.partition, &request.endpoints)?;
    match request.way.sign_on() {
        Some(role) => endpoints.with_sso(&role.session.region, &request.endpoints),
        None => Ok(endpoints),
    }
}

async fn fetch(
    request: &Request,
    endpoints: Endpoints,
    store: &Store,
    lock: &Lock,
    clock: Clock,
    report: &Report,
) -> Result<Granted> {
    if let Some(url) = &request.endpoints.sts {
        report.note(&format!("STS is asked at {} ({})", shown(&url.value), url.origin));
    }
    let skew = Some(store.skew(clock())).filter(|&skew| skew != 0);
    let client = Client::new(endpoints, &request.trust, request.timeout, skew)?;
    source::assume(request, store, &client, lock, clock).await
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
            roughly(skew.abs())
        ));
    }
    for note in &request.notes {
        report.note(note);
    }
    let target = &request.target;
    let left = match granted.has_end() {
        true => format!("for {}", minutes(source::left(granted, store, now))),
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

fn export(
    request: &Request,
    granted: &Granted,
    actor: &Principal,
    target: Target,
    legacy: bool,
    store: &Store,
    context: &Context,
) -> Result<Secret> {
    let now = context.now();
    let skew = store.skew(now);
    let session = &granted.role.session;
    let base = if legacy { store.get::<BaseSession>(&source::base_key(request), now)? } else { None };
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
        expires_aws: granted.has_end().then_some(session.expires),
        expires_local: granted.has_end().then_some(session.expires.plus(-skew)),
        renewable: granted.renewable.map(|until| until.plus(-skew)),
        target: encode_words(&request.words),
        previous: previous(request, context)?,
        protected: request.target.protected,
        bridge: context.environment.text("ASSUME_ROLE_BRIDGE")? == Some("1"),
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

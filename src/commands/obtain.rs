//! From a request to a session: the guard at the entrance, the store, then AWS.
//!
//! What the verbs have in common that hand out keys, each in its own way. A request comes in; a
//! session goes out, with how it came about. Nothing is printed but warnings and what is waited
//! for.

use super::Context;
use super::guard;
use super::near_miss::with_suggestion;
use super::network::Network;
use crate::acquire::{self, Granted};
use crate::aws::{Client, Endpoints};
use crate::cache::{Lock, RoleSession, Store, Use};
use crate::cli;
use crate::config::Config;
use crate::error::{Error, Kind, Result};
use crate::plan::{Marks, Request, Target};
use crate::shell::variables::{REGION, Switch};
use crate::shell::words::encode_words;
use crate::types::sanitize::escape;
use crate::types::{Clock, Moment, Principal, RoleArn, minutes};
use crate::ui::report::Report;

/// Better than nothing where no new session can be had, in seconds.
const LITTLE: i64 = 60;

/// A session that was asked for.
pub(super) struct Obtained {
    /// What was asked for.
    pub request: Request,
    /// The session.
    pub granted: Granted,
    /// Whose keys they are: the role that was asked for, or whoever a profile without a role stands
    /// for.
    pub actor: Principal,
    /// Where it is stored.
    pub store: Store,
}

impl Obtained {
    /// How long it lasts from `now` by this machine's clock, in seconds.
    pub(super) fn left(&self, now: Moment) -> i64 {
        acquire::left(&self.granted, &self.store, now)
    }

    /// Counts this use into the history. What the store warns of is not told: the session is there,
    /// and a line of history is not worth a word.
    pub(super) fn remember_use(&self, now: Moment) -> Result<()> {
        let target = &self.request.target;
        self.store.put_use(&Use {
            account: target.name.clone(),
            id: target.role.as_ref().map(|role| role.account.clone()),
            role: target.role.as_ref().map(|role| role.name.clone()),
            last: now,
            count: 1,
        })
    }

    /// The variables that tell it, without a request before it and without the old script's names.
    pub(super) fn switch<'a>(&'a self, context: &'a Context) -> Result<Switch<'a>> {
        let Self { request, granted, actor, store } = self;
        let skew = store.skew(context.now());
        let session = &granted.role.session;
        Ok(Switch {
            keys: &session.keys,
            account_id: &actor.account,
            account_name: request.target.name.as_str(),
            role: &actor.name,
            region: request.region.as_ref().map(|region| &region.value),
            region_is_ours: request
                .region
                .as_ref()
                .is_some_and(|region| !REGION.contains(&region.origin.as_str())),
            expires_aws: granted.has_end().then_some(session.expires),
            expires_local: granted.has_end().then_some(session.expires.plus(-skew)),
            renewable: granted.renewable.map(|until| until.plus(-skew)),
            target: encode_words(&request.words),
            previous: None,
            protected: request.target.protected.is_some(),
            bridge: context.environment.turns_on("ASSUME_ROLE_BRIDGE")?,
            legacy: None,
            environment: &context.environment,
        })
    }
}

/// The session that the words ask for, with at least `wanted` seconds left.
pub(super) fn session(
    asked: &cli::Target,
    wanted: i64,
    context: &Context,
    report: &Report,
) -> Result<Obtained> {
    obtained(asked, wanted, |_| Ok(()), context, report)
}

/// As [`session`], for the role that this shell has already.
pub(super) fn renewed(
    asked: &cli::Target,
    wanted: i64,
    context: &Context,
    report: &Report,
) -> Result<Obtained> {
    obtained(asked, wanted, |request| refuse_own_keys(request, context), context, report)
}

fn obtained(
    asked: &cli::Target,
    wanted: i64,
    check: impl FnOnce(&Request) -> Result<()>,
    context: &Context,
    report: &Report,
) -> Result<Obtained> {
    let config = Config::read(&context.environment)?;
    let request = Request::resolve(asked, &config)?;
    check(&request)?;
    for warning in &request.warnings {
        report.warn(warning);
    }
    guard::pass(&request, context)?;
    let store = Store::of(&config)?;
    let granted = granted(&request, wanted, &store, context.clock, report);
    report.warn_all(config.warnings().into_iter().chain(store.take_warnings()));
    let granted = granted.map_err(|error| with_suggestion(error, &request, context))?;
    let actor = actor(&request, &granted)?;
    let request = if request.target.role.is_some() {
        request
    } else {
        met(request, &actor, asked, &config, context)?
    };
    Ok(Obtained { request, granted, actor, store })
}

/// The account of a profile that names no role is known only now, and may be marked like any other.
fn met(
    request: Request,
    actor: &Principal,
    asked: &cli::Target,
    config: &Config,
    context: &Context,
) -> Result<Request> {
    let marks = Marks::of(&actor.account, None, config)?;
    if !asked.write {
        marks.refuse_wide("a session without a role")?;
    }
    let request =
        Request { target: Target { protected: marks.protected, ..request.target }, ..request };
    guard::pass(&request, context)?;
    Ok(request)
}

/// What keys in the environment asked for renews only while they are there, and the role's own
/// stand there now.
fn refuse_own_keys(request: &Request, context: &Context) -> Result<()> {
    let own = context.environment.text("ASSUME_ROLE_KEY_ID")?;
    if own.is_none() || request.way.key_id() != own {
        return Ok(());
    }
    Err(Error::refused(format!(
        "the keys that asked for {} stood in the environment and are gone",
        request.target
    ))
    .hint("assume-role leave brings them back; then switch again"))
}

/// The session of a request: from the store while enough of it is left, else from AWS.
fn granted(
    request: &Request,
    wanted: i64,
    store: &Store,
    clock: Clock,
    report: &Report,
) -> Result<Granted> {
    let longest = i64::from(request.length.seconds);
    if longest < wanted {
        return Err(too_short(request, longest, wanted));
    }
    let ready = || acquire::ready(request, wanted, store, clock());
    let left = |granted: &Granted| acquire::left(granted, store, clock());
    // Where no new session can be had, one that is about to end still serves.
    let has_to_do = |error: Error| match acquire::stored(request, store, clock())? {
        Some(granted) if !request.refresh && left(&granted) > LITTLE.max(wanted) => {
            report.warn(&format!(
                "no new session could be had, the stored one serves: {}",
                error.message
            ));
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
    let key = acquire::role_key(request, request.length.seconds)?;
    let granted = network.run(async {
        let lock = match store.lock::<RoleSession>(&key, &mut acquire::tell_waiting).await {
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
    Error::new(Kind::TooShort, format!("a new session of {target} lasts only {}", minutes(longest)))
        .hint(format!("a longer one is asked for with --duration {}", minutes(wanted)))
}

/// Whose keys they are: the role that was asked for, or whoever a profile without a role stands
/// for.
fn actor(request: &Request, granted: &Granted) -> Result<Principal> {
    let of_role =
        |role: &RoleArn| Principal { account: role.account.clone(), name: role.name.to_string() };
    request
        .target
        .role
        .as_ref()
        .map(of_role)
        .or_else(|| Principal::parse(&granted.role.assumed_role))
        .ok_or_else(|| {
            Error::network(format!("'{}' names nobody", escape(&granted.role.assumed_role)))
        })
}

fn endpoints(request: &Request) -> Result<Endpoints> {
    let endpoints =
        Endpoints::resolve(request.sts_region(), request.target.partition, &request.endpoints)?;
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
        report.note(&format!("STS is asked at {} ({})", escape(&url.value), url.origin));
    }
    let skew = Some(store.skew(clock())).filter(|&skew| skew != 0);
    let client = Client::new(endpoints, &request.trust, request.timeout, skew)?;
    acquire::assume(request, store, &client, lock, clock).await
}

//! Which session a verb works with: that of the target that was typed, or without one that of this
//! shell; and what the verbs that hand out keys have in common.

use std::ffi::OsString;

use super::choose;
use super::context::Context;
use crate::acquire::{self, ActiveSession, Surroundings};
use crate::cache::{BaseSession, Store, Use};
use crate::cli::{self, Parsed};
use crate::config::Config;
use crate::config::environment::Environment;
use crate::error::{Error, Kind, Result};
use crate::plan::{ENVIRONMENT, Plan, Request, seconds_left};
use crate::shell::variables::{Legacy, REGION, Switch};
use crate::shell::words::{decode_words, encode_words};
use crate::types::Moment;
use crate::ui::report::Report;

/// A shell's keys that are about to end are no use, in seconds.
const LITTLE: i64 = 60;

pub(super) struct ActiveRole {
    pub plan: Plan,
    pub session: ActiveSession,
    pub store: Store,
}

impl ActiveRole {
    /// How long it lasts from `now` by this machine's clock, in seconds.
    pub(super) fn left(&self, now: Moment) -> i64 {
        seconds_left(&self.session.role, self.store.skew(now), now)
    }

    /// Counts this use into the history.
    pub(super) fn remember_use(&self, now: Moment) -> Result<()> {
        let target = &self.plan.target;
        self.store.put_use(&Use {
            account: target.name.clone(),
            id: target.role.as_ref().map(|role| role.account.clone()),
            role: target.role.as_ref().map(|role| role.name.clone()),
            last: now,
            count: 1,
        })
    }

    /// The variables of a switch away from what this shell was, with the old script's for those who
    /// want them (`ASSUME_ROLE_LEGACY`).
    pub(super) fn with_switch<T>(
        &self,
        context: &Context,
        take: impl FnOnce(&Switch<'_>) -> T,
    ) -> Result<T> {
        let (now, environment) = (context.now(), &context.environment);
        let Self { plan, session, store } = self;
        let skew = store.skew(now);
        let is_legacy = environment.turns_on("ASSUME_ROLE_LEGACY")?;
        let base: Option<BaseSession> =
            if is_legacy { store.get(&plan.base_key(), now)? } else { None };
        let base_profile = environment.text("AWS_PROFILE_ASSUME_ROLE")?;
        let ends = session.role.session.expires;
        let legacy = is_legacy.then(|| Legacy {
            base: base.as_ref().map(|base| (&base.session.keys, base.made.plus(-skew))),
            base_profile,
            role_started: ends.plus(-i64::from(session.role.granted) - skew),
        });
        let region = plan.region.as_ref();
        let origin = region.map(|region| region.origin.to_string()).unwrap_or_default();
        let principal = &session.principal;
        Ok(take(&Switch {
            keys: &session.role.session.keys,
            account_id: &principal.account,
            account_name: plan.target.name.as_str(),
            role: &principal.name,
            region: region.map(|region| &region.value),
            region_is_ours: region.is_some() && !REGION.contains(&origin.as_str()),
            expires_aws: session.has_end().then_some(ends),
            expires_local: session.has_end().then_some(ends.plus(-skew)),
            renewable: session.renewable.map(|until| until.plus(-skew)),
            target: encode_words(&plan.words),
            previous: before(plan, environment)?,
            protected: session.protected,
            read_only: session.read_only,
            bridge: environment.turns_on("ASSUME_ROLE_BRIDGE")?,
            legacy,
            environment,
        }))
    }
}

/// What this shell was before; the same request again does not count. A variable that holds no
/// request is not handed on.
fn before(plan: &Plan, environment: &Environment) -> Result<Option<String>> {
    let holds_request = |text: &&str| decode_words(text).is_some();
    let current = environment.text("ASSUME_ROLE_TARGET")?.filter(holds_request);
    let kept = environment.text("ASSUME_ROLE_PREVIOUS")?.filter(holds_request);
    let words = encode_words(&plan.words);
    Ok(current.filter(|current| *current != words).or(kept).map(str::to_owned))
}

/// The session of a request, which may leave account and role to be chosen.
pub(super) fn obtain(request: Request, context: &Context, report: &Report) -> Result<ActiveRole> {
    let config = Config::read(&context.environment)?;
    let plan = choose::plan(request, &config, context, report)?;
    carry_out(plan, &config, context, report)
}

pub(super) fn carry_out(
    plan: Plan,
    config: &Config,
    context: &Context,
    report: &Report,
) -> Result<ActiveRole> {
    for warning in &plan.warnings {
        report.warn(warning);
    }
    let store = Store::of(config)?;
    let surroundings = Surroundings { config, store: &store, clock: context.clock, report };
    let session = acquire::session(&plan, surroundings);
    report.warn_all(config.warnings().into_iter().chain(store.take_warnings()));
    Ok(ActiveRole { session: session?, plan, store })
}

/// A new session for the role that this shell has already.
pub(super) fn renew(request: Request, context: &Context, report: &Report) -> Result<ActiveRole> {
    let config = Config::read(&context.environment)?;
    let plan = choose::plan(request, &config, context, report)?;
    let own = context.environment.text("ASSUME_ROLE_KEY_ID")?;
    if own.is_some() && plan.base.key_id() == own {
        return Err(Error::refused(format!(
            "the environment keys used to assume {} have been replaced",
            plan.target
        ))
        .hint("to bring them back: assume-role leave"));
    }
    carry_out(plan, &config, context, report)
}

/// The session of a verb, with at least `request.min_left` seconds left; `None` when it is the one
/// that stands in this shell's environment.
pub(super) fn of_verb(
    request: Request,
    context: &Context,
    report: &Report,
) -> Result<Option<ActiveRole>> {
    let environment = &context.environment;
    let is_named = request.names_target();
    let role = match kept_of_shell(&request, environment)? {
        Some(kept) => {
            let wanted = request.min_left.max(LITTLE);
            let lasts = end(environment)?.is_none_or(|ends| ends.since(context.now()) >= wanted);
            if lasts && !request.changes_session() {
                return Ok(None);
            }
            let request = Request { min_left: wanted, ..renewal(kept, request, environment)? };
            renew(request, context, report)
        }
        None => {
            let request = previous(request, environment)?;
            let role =
                obtain(request, context, report).map_err(|error| explained(error, is_named))?;
            role.remember_use(context.now())?;
            Ok(role)
        }
    }?;
    for note in role.plan.notes.iter().chain(&role.session.notes) {
        report.note(note);
    }
    Ok(Some(role))
}

/// The session of the target that is typed, or without one of this shell's role, whether or not its
/// keys stand in the environment.
pub(super) fn of_verb_anew(
    request: Request,
    config: &Config,
    context: &Context,
    report: &Report,
) -> Result<Plan> {
    let is_named = request.names_target();
    let request = match kept_of_shell(&request, &context.environment)? {
        Some(kept) => renewal(kept, request, &context.environment)?,
        None => previous(request, &context.environment)?,
    };
    choose::plan(request, config, context, report).map_err(|error| explained(error, is_named))
}

fn renewal(kept: Request, typed: Request, environment: &Environment) -> Result<Request> {
    let yes = typed.yes || consents(environment)?;
    Ok(Request { yes, ..typed.over(kept) })
}

/// The role of this shell, where no target is typed.
fn kept_of_shell(request: &Request, environment: &Environment) -> Result<Option<Request>> {
    if request.names_target() || !holds_role(environment)? {
        return Ok(None);
    }
    kept("ASSUME_ROLE_TARGET", environment)
}

/// Says of words that are missing that they need not have been there.
fn explained(error: Error, is_named: bool) -> Error {
    match error.kind {
        Kind::Usage if !is_named => error.because(
            "without a target it is about the role of this shell, and this shell has none",
        ),
        _ => error,
    }
}

/// The target that is meant: the one before for the single word `-`, as far as its options are not
/// typed anew; else as typed.
pub(super) fn previous(request: Request, environment: &Environment) -> Result<Request> {
    if request.words != ["-"] {
        return Ok(request);
    }
    let variable = match (holds_role(environment)?, environment.has("ASSUME_ROLE_LEFT")) {
        // After `leave` the role that was left is the one before.
        (false, true) => "ASSUME_ROLE_LEFT",
        _ => "ASSUME_ROLE_PREVIOUS",
    };
    let kept = kept(variable, environment)?.ok_or_else(|| {
        Error::usage("this shell had no other role before").hint(request.invocation.usage())
    })?;
    if holds_role(environment)? && kept.base.as_deref() == Some(ENVIRONMENT) {
        return Err(Error::config(
            "the environment keys used to assume the previous role have been replaced",
        )
        .hint("to bring them back: assume-role leave"));
    }
    Ok(request.over(kept))
}

/// The request that a variable keeps. Anything may be in a variable, so the words are read by the
/// same parser as those of the command line.
pub(super) fn kept(variable: &str, environment: &Environment) -> Result<Option<Request>> {
    let Some(text) = environment.text(variable)? else { return Ok(None) };
    let broken = || {
        Error::config(format!("the variable {variable} does not hold a request"))
            .hint(format!("unset {variable}"))
    };
    let words: Vec<OsString> =
        decode_words(text).ok_or_else(broken)?.into_iter().map(OsString::from).collect();
    match cli::parse(&words).map_err(|_| broken())? {
        Parsed::Words(cli) if cli.verb.is_none() => Ok(Some(cli.target.request())),
        _ => Err(broken()),
    }
}

/// Whether the keys in the environment are those of a switch.
pub(super) fn holds_role(environment: &Environment) -> Result<bool> {
    let ours = environment.text("ASSUME_ROLE_KEY_ID")?;
    Ok(ours.is_some() && ours == environment.text("AWS_ACCESS_KEY_ID")?)
}

/// When the keys of this shell end, by this machine's clock; `None` where that is not known.
pub(super) fn end(environment: &Environment) -> Result<Option<Moment>> {
    Ok(environment.text("ASSUME_ROLE_EXPIRES")?.and_then(|text| text.parse().ok()).map(Moment))
}

/// Whether this shell's protected account was entered: a renewal does not ask again. The consent
/// holds for the account whose keys stand here, and no other.
pub(super) fn consents(environment: &Environment) -> Result<bool> {
    let entered = environment.text("ASSUME_ROLE_PROTECTED")?;
    Ok(entered.is_some() && entered == environment.text("AWS_ACCOUNT_ID")?)
}

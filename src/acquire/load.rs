//! What is stored for a plan, as a snapshot.

use super::sign_in::cache;
use super::sso;
use crate::cache::{
    BaseFacts, BaseSession, LegalDuration, MfaDevice, ProgramKeys, RoleSession, Store,
};
use crate::config::Config;
use crate::error::Result;
use crate::plan::{
    Chosen, CredentialSource, Device, ONE_HOUR, Origin, Plan, Protection, SignOn, Snapshot,
    account_of,
};
use crate::types::{Moment, Principal};

/// What is known before anything runs.
pub(crate) fn snapshot(
    plan: &Plan,
    config: &Config,
    store: &Store,
    now: Moment,
) -> Result<Snapshot> {
    let mut known = Snapshot::new(plan);
    refresh(plan, config, store, now, &mut known)?;
    Ok(known)
}

/// Looks at the store again. What this run has learnt or made itself stays.
pub(super) fn refresh(
    plan: &Plan,
    config: &Config,
    store: &Store,
    now: Moment,
    known: &mut Snapshot,
) -> Result<()> {
    sessions(plan, store, now, known)?;
    guard(plan, config, known)?;
    if let (Some(policy), false) = (plan.narrowing(known), known.narrowed_is_new) {
        let stored = store.get::<RoleSession>(&plan.narrowed_key(&policy.value), now)?;
        known.narrowed = stored.filter(|session| is_alive(&known.dead, session));
    }
    Ok(())
}

fn sessions(plan: &Plan, store: &Store, now: Moment, known: &mut Snapshot) -> Result<()> {
    known.skew = store.skew(now);
    known.is_stored = store.path().is_some();
    for (at, step) in plan.steps.iter().enumerate() {
        let is_last = at + 1 == plan.steps.len();
        let asked = step.duration.value;
        let mut longest = None;
        let mut durations = vec![asked];
        if asked > ONE_HOUR {
            longest = store.get::<LegalDuration>(&plan.role_key(at), now)?;
            durations.push(ONE_HOUR);
            durations.extend(longest.as_ref().map(|longest| longest.seconds));
            durations.dedup();
        }
        let Some(state) = known.steps.get_mut(at).filter(|state| !state.is_new) else { continue };
        state.longest = longest.map(|longest| longest.seconds);
        state.stored.clear();
        if is_last && plan.refresh {
            continue;
        }
        for seconds in durations {
            let session = store.get::<RoleSession>(&plan.session_key(at, seconds), now)?;
            state.stored.extend(session.filter(|session| is_alive(&known.dead, session)));
        }
    }
    if let CredentialSource::Process(_) = &plan.base.source {
        known.printed = store.get::<ProgramKeys>(&plan.base.key(), now)?;
    }
    let has_own = plan.steps.is_empty() || plan.has_own_session();
    match plan.base.sign_in() {
        _ if known.own_is_new => {}
        Some(sign_in) => cache::load(sign_in, known, store, now),
        None if has_own => known.own = store.get::<RoleSession>(&plan.own_key(), now)?,
        None => {}
    }
    match &plan.base.source {
        CredentialSource::IdentityCenter(role) if known.sign_on == SignOn::Missing => {
            known.sign_on = sso::state(&role.session, now);
            sso::told(&role.session).into_iter().for_each(|text| store.warn(text));
        }
        _ => {}
    }
    let user = plan.user_key_id(known);
    let is_temporary = user.is_none();
    let Some(id) = user.or(plan.base.key_id()) else { return Ok(()) };
    let key = plan.user_key(id);
    let facts: Option<BaseFacts> = store.get(&key, now)?;
    if known.arn.is_none() {
        known.arn = facts.as_ref().and_then(|facts| facts.arn.clone());
    }
    if is_temporary {
        return Ok(());
    }
    if matches!(known.device, Device::Unknown) {
        known.device = match facts.and_then(|facts| facts.mfa) {
            Some(MfaDevice::Serial(serial)) => {
                Device::Known(Chosen::new(serial, Origin::Remembered))
            }
            Some(MfaDevice::None) => Device::RememberedNone,
            None => Device::Unknown,
        };
    }
    if known.mfa_session_is_new {
        return Ok(());
    }
    let session: Option<BaseSession> = store.get(&key, now)?;
    let dead = &known.dead;
    known.mfa_session = session.filter(|found| !dead.contains(&found.session.keys.id));
    known.has_ended_mfa_session =
        known.mfa_session.is_none() && dead.is_empty() && store.has::<BaseSession>(&key)?;
    Ok(())
}

/// What the accounts file says about the account of a profile without a role, which its session or its
/// user reveals. The plan knows that of a console sign-in.
fn guard(plan: &Plan, config: &Config, known: &mut Snapshot) -> Result<()> {
    if plan.target.role.is_some() || !plan.steps.is_empty() || plan.base.sign_in().is_some() {
        return Ok(());
    }
    let of_arn = || Some(Principal::parse(known.arn.as_deref()?)?.account);
    let account = known.own.as_ref().and_then(account_of).or_else(of_arn);
    if let (Some(account), None) = (account, &known.principal) {
        known.principal = Some(Protection::of(&account, None, config)?);
    }
    Ok(())
}

fn is_alive(dead: &[String], session: &RoleSession) -> bool {
    !dead.contains(&session.session.keys.id)
}

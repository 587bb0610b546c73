//! Which step comes now: decided from a plan and from what is known, without any I/O.
//!
//! The switch carries out what [`next`] says, notes what came of it in the [`Snapshot`], and asks
//! again until it is done. [`foresee`] does the same with every call taken to succeed, which is
//! what `explain` and the picker print, so that neither has rules of its own.

use super::call::{Call, Question, With};
use super::credential_source::SignOn;
use super::saml::Proof;
use super::snapshot::{Device, ENOUGH, LockOf, Snapshot};
use super::{Chosen, CredentialSource, ONE_HOUR, Origin, Plan, ProtectedStep};
use crate::cache::{BaseSession, RoleSession};
use crate::error::{Error, Kind};
use crate::types::{Moment, minutes};

#[derive(Debug)]
pub(crate) enum Next {
    /// The goal is reached: this session serves.
    Done(Box<RoleSession>),
    Ask(Question),
    Call(Call),
    /// Only one process at a time may go on from here. What the others made is looked at again
    /// once the lock is held.
    Wait(LockOf),
    Refuse(Error),
}

/// What comes now. `may_ask`: whether a question would reach a person; `now` is this machine's
/// clock.
pub(crate) fn next(plan: &Plan, known: &Snapshot, may_ask: bool, now: Moment) -> Next {
    if let Some(step) = plan.protected.get(known.confirmed).filter(|_| !plan.consents) {
        return Next::Ask(Question::AccountName(step.clone()));
    }
    let Some(last) = plan.steps.len().checked_sub(1) else {
        return own_session(plan, known, may_ask, now);
    };
    if let Some(session) = plan.serving(last, known, may_ask, now) {
        return Next::Done(Box::new(session.clone()));
    }
    if let Some(refusal) = refusal(plan, known) {
        return Next::Refuse(refusal);
    }
    for at in (0..=last).rev() {
        if !known.holds(LockOf::Step(at)) {
            return Next::Wait(LockOf::Step(at));
        }
        let before = at.checked_sub(1);
        if before.and_then(|before| plan.serving(before, known, may_ask, now)).is_some() {
            return Next::Call(Call::AssumeRole { step: at, with: With::Step });
        }
    }
    first_role(plan, known, may_ask, now)
}

/// Why the plan allows no new session at all.
fn refusal(plan: &Plan, known: &Snapshot) -> Option<Error> {
    if let Some(root) = plan.base.sign_in().filter(|sign_in| sign_in.is_root()) {
        return Some(root.refuse_role());
    }
    for (at, step) in plan.steps.iter().enumerate() {
        let seconds = step.duration.value;
        let insists = step.duration.origin.is_command_line();
        if !insists || seconds <= ONE_HOUR {
            continue;
        }
        // What a program prints is known once it has run.
        let is_open = at == 0
            && plan.by_program(known).is_some()
            && known.printed.is_none()
            && known.own.is_none();
        if plan.is_chained(at, known) && !is_open {
            return Some(too_long_for_a_chain(plan, seconds));
        }
    }
    None
}

/// The refusal of more than an hour that the command line insists on.
fn too_long_for_a_chain(plan: &Plan, seconds: u32) -> Error {
    let from = plan.keys_description();
    Error::config(format!("{} is too long: {from} holds temporary keys", minutes(seconds.into())))
        .because("AWS gives a role assumed from temporary keys one hour at most (role chaining)")
        .hint(plan.command_with(&["--duration", "1h"]))
}

impl Plan {
    /// The program whose keys a call would be signed with, before it has run.
    fn by_program(&self, known: &Snapshot) -> Option<Next> {
        let is_program = matches!(self.base.source, CredentialSource::Process(_));
        (is_program && known.given.is_none()).then_some(Next::Call(Call::Source))
    }

    /// What assumes the last role, for messages.
    pub(crate) fn keys_description(&self) -> String {
        match self.steps.len().checked_sub(2).and_then(|before| self.steps.get(before)) {
            Some(step) => format!("the session of {}", step.name),
            None => self.base.description.clone(),
        }
    }
}

/// The first role of a plan, by whatever the base gives.
fn first_role(plan: &Plan, known: &Snapshot, may_ask: bool, now: Moment) -> Next {
    let assume = |with| Next::Call(Call::AssumeRole { step: 0, with });
    match &plan.base.source {
        CredentialSource::Saml(saml) => {
            if let Proof::Login(_) = &saml.proof
                && !saml.asks_nothing()
                && !known.has_login
            {
                return Next::Ask(Question::Password);
            }
            Next::Call(Call::WithSaml)
        }
        CredentialSource::WebIdentity(_) => Next::Call(Call::WithWebIdentity),
        CredentialSource::Keys(keys, _) if keys.are_temporary() => {
            named(plan, known).unwrap_or_else(|| assume(With::Keys))
        }
        _ if plan.user_key_id(known).is_some() => by_user(plan, known, may_ask, now),
        _ if plan.own_serving(known, now).is_some() => {
            let is_nameless = known.own.as_ref().is_some_and(RoleSession::is_nameless);
            let naming = named(plan, known).filter(|_| is_nameless && !known.own_is_new);
            naming.unwrap_or_else(|| assume(With::OwnSession))
        }
        _ => own_session(plan, known, may_ask, now),
    }
}

/// The session's name is the user's unless one was chosen, so AWS is asked who that is.
fn named(plan: &Plan, known: &Snapshot) -> Option<Next> {
    let is_chosen = plan.steps.first().is_some_and(|step| step.parameters.session_name.is_some());
    (!is_chosen && known.arn.is_none()).then_some(Next::Call(Call::CallerIdentity))
}

/// The first role by long-term keys: with the MFA session that all roles share for up to an hour,
/// by a code of its own for more (AWS caps what is made from `GetSessionToken` at one hour).
fn by_user(plan: &Plan, known: &Snapshot, may_ask: bool, now: Moment) -> Next {
    let assume = |with| {
        let is_signed_by_user = with != With::MfaSession || named(plan, known).is_some();
        let program = plan.by_program(known).filter(|_| is_signed_by_user);
        let next = program.or_else(|| named(plan, known));
        next.unwrap_or(Next::Call(Call::AssumeRole { step: 0, with }))
    };
    if plan.goes_without_mfa() {
        return assume(With::Keys);
    }
    let is_long = plan.goal(0, known, may_ask).seconds > ONE_HOUR;
    let renews = plan.refreshes_all() && !known.mfa_session_is_new;
    let live = known.mfa_session.as_ref().filter(|_| !renews && !is_long);
    let is_live = |session: &BaseSession| {
        known.mfa_session_is_new || session.session.expires > now.plus(known.skew)
    };
    if live.is_some_and(is_live) {
        return assume(With::MfaSession);
    }
    if !known.holds(LockOf::Mfa) {
        return Next::Wait(LockOf::Mfa);
    }
    if let Some(program) = plan.by_program(known) {
        return program;
    }
    // This machine's clock may have jumped: AWS's is asked before the user is.
    if !is_long && known.code.is_none() && known.has_ended_mfa_session && !known.is_proved {
        return Next::Call(Call::CallerIdentity);
    }
    let refused = known.state(0).is_some_and(|state| state.refused_without_mfa);
    match &known.device {
        Device::Known(device) => with_code(plan, known, device.clone(), is_long),
        Device::Guessed(serial) if known.code.is_some() || refused => {
            with_code(plan, known, Chosen::new(serial.clone(), Origin::Guessed), is_long)
        }
        Device::Unknown => Next::Call(Call::ListMfaDevices),
        Device::RememberedNone if known.code.is_some() => Next::Call(Call::ListMfaDevices),
        Device::Several(serials) => Next::Ask(Question::Device(serials.clone())),
        Device::Guessed(_) | Device::None | Device::RememberedNone => assume(With::Keys),
    }
}

/// The code of a device, and the call that takes it. Keys that are used for the first time are
/// proved first: root's, or wrong ones, are worth no question.
fn with_code(plan: &Plan, known: &Snapshot, device: Chosen<String>, is_long: bool) -> Next {
    if known.arn.is_none() {
        return Next::Call(Call::CallerIdentity);
    }
    match (&known.code, is_long) {
        (None, _) if plan.mfa_program(known).is_some() => Next::Call(Call::MfaProgram),
        (None, _) => Next::Ask(Question::MfaCode(device)),
        (Some(_), true) => Next::Call(Call::AssumeRole { step: 0, with: With::KeysAndCode }),
        (Some(_), false) => Next::Call(Call::SessionToken { code: true }),
    }
}

/// The session of the base itself: the goal of a profile without a role, or a step to the first
/// role.
fn own_session(plan: &Plan, known: &Snapshot, may_ask: bool, now: Moment) -> Next {
    if let Some(narrowed) = plan.narrowed_serving(known, now) {
        return finished(plan, known, narrowed);
    }
    if let Some(own) = plan.own_serving(known, now) {
        return finished(plan, known, own);
    }
    match plan.base.sign_in().filter(|_| known.sign_on == SignOn::Missing) {
        Some(sign_in) if !may_ask => return Next::Refuse(sign_in.missing()),
        _ if !known.holds(LockOf::Own) => return Next::Wait(LockOf::Own),
        Some(_) => return Next::Ask(Question::SignOn),
        None => {}
    }
    if plan.user_key_id(known).is_some() {
        return user_session(plan, known, now);
    }
    match &plan.base.source {
        CredentialSource::Keys(..) => Next::Call(Call::CallerIdentity),
        _ if known.given.is_some() => Next::Call(Call::CallerIdentity),
        CredentialSource::IdentityCenter(sso) if known.sign_on == SignOn::Missing => {
            if may_ask {
                return Next::Ask(Question::SignOn);
            }
            Next::Refuse(
                Error::new(Kind::NeedsAnswer, format!("not signed on to {}", sso.session))
                    .because(format!("asked for by {}", sso.session.origin))
                    .hint(format!(
                        "assume-role login {}",
                        crate::types::quote::word(
                            sso.session.name.as_deref().unwrap_or(&plan.base.profile)
                        )
                    )),
            )
        }
        _ => Next::Call(Call::Source),
    }
}

/// A session of the user's own keys, which never go into a shell themselves.
fn user_session(plan: &Plan, known: &Snapshot, now: Moment) -> Next {
    if known.arn.is_none() {
        return plan.by_program(known).unwrap_or(Next::Call(Call::CallerIdentity));
    }
    if !known.holds(LockOf::Mfa) {
        return Next::Wait(LockOf::Mfa);
    }
    let renews = plan.refreshes_all() && !known.mfa_session_is_new;
    if let Some(base) = known.mfa_session.as_ref().filter(|_| !renews && plan.steps.is_empty())
        && base.session.expires.since(now.plus(known.skew)) > ENOUGH
    {
        let own = own_of(base, known.arn.clone().unwrap_or_default());
        return finished(plan, known, &own);
    }
    if let Some(program) = plan.by_program(known) {
        return program;
    }
    let plain = Next::Call(Call::SessionToken { code: false });
    let discovers = plan.mfa.discovers && plan.steps.is_empty();
    match &known.device {
        Device::Known(device) => with_code(plan, known, device.clone(), false),
        Device::Unknown if discovers => Next::Call(Call::ListMfaDevices),
        Device::RememberedNone if known.code.is_some() && discovers => {
            Next::Call(Call::ListMfaDevices)
        }
        Device::Guessed(serial) if known.code.is_some() => {
            with_code(plan, known, Chosen::new(serial.clone(), Origin::Guessed), false)
        }
        Device::Several(serials) => Next::Ask(Question::Device(serials.clone())),
        _ => plain,
    }
}

/// The MFA session of a user as what a profile without a role gives.
pub(crate) fn own_of(base: &BaseSession, arn: String) -> RoleSession {
    let lasts = base.session.expires.since(base.made);
    RoleSession {
        session: base.session.clone(),
        assumed_role: arn,
        granted: u32::try_from(lasts).unwrap_or(super::keys::OWN_SECONDS),
    }
}

/// The base's own session as the result, narrowed where that is wanted. A profile without a role may
/// reveal its account only with it, so protection is checked here.
fn finished(plan: &Plan, known: &Snapshot, own: &RoleSession) -> Next {
    if let Some(alias) = known.principal.as_ref().and_then(|found| found.protected.as_ref())
        && plan.target.role.is_none()
        && !plan.consents
        && !known.principal_confirmed
    {
        return Next::Ask(Question::AccountName(ProtectedStep {
            name: plan.target.name.clone(),
            target: plan.target.to_string(),
            role: None,
            alias: alias.clone(),
        }));
    }
    let is_narrow = known.narrowed.as_ref() == Some(own);
    if plan.narrowing(known).is_none() || is_narrow {
        return Next::Done(Box::new(own.clone()));
    }
    match known.holds(LockOf::Narrowed) {
        true => Next::Call(Call::Narrow),
        false => Next::Wait(LockOf::Narrowed),
    }
}

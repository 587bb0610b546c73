//! AssumeRole: with whose credentials, how long, and what is kept of the outcome.
//!
//! AWS says that a duration is too long, not which one would do. Reading the role needs a
//! permission in its account that few have, so the steps are tried downward; the one that works is
//! remembered for the role.

use super::run::{Runner, note_of_duration};
use crate::aws::{Assumed, AwsError, Client, Mfa, RoleCall, assume_role};
use crate::cache::{BaseSession, LegalDuration, RoleSession};
use crate::error::{Error, Kind, Result};
use crate::plan::{Device, LockOf, ONE_HOUR, Shorter, With};
use crate::types::sanitize::escape;
use crate::types::{Credentials, minutes, session_name};

/// The steps down, in seconds: what the console offers as a role's maximum.
const STEPS: [u32; 4] = [8 * 3600, 4 * 3600, 2 * 3600, ONE_HOUR];
/// What STS says of a session that it does not know any more.
const DEAD: [&str; 3] = ["ExpiredToken", "ExpiredTokenException", "InvalidClientTokenId"];

impl Runner<'_> {
    pub(super) async fn assume_role(&mut self, at: usize, with: With) -> Result<()> {
        let (keys, caller) = self.caller(at, with).await?;
        let mfa = match (with, &self.known.device, &self.known.code) {
            (With::KeysAndCode, device, Some(code)) => {
                Some(Mfa { serial: serial_of(device), code: code.clone() })
            }
            _ => None,
        };
        let name = self.role_session_name(at, caller.as_deref())?;
        let call = self.role_call(at, name)?;
        let outcome = with_shorter(
            call,
            async |client, call| assume_role(client, &keys, call, mfa.as_ref()).await,
            self.client()?,
        )
        .await;
        match outcome {
            (seconds, Ok(assumed)) => self.assumed(at, with, assumed, seconds),
            (seconds, Err(failure)) => {
                if let Some(state) = self.known.steps.get_mut(at) {
                    state.shortened = Some(seconds);
                }
                self.not_assumed(at, with, &failure, caller)
            }
        }
    }

    /// Whose credentials call, and their ARN where it is known.
    async fn caller(&mut self, at: usize, with: With) -> Result<(Credentials, Option<String>)> {
        let of_session = |role: Option<&RoleSession>| {
            let role = role.ok_or_else(|| Error::new(Kind::Bug, "no session to call with"))?;
            Ok((role.session.keys.clone(), Some(role.assumed_role.clone())))
        };
        match with {
            With::Keys | With::KeysAndCode => Ok((self.keys().await?, self.known.arn.clone())),
            With::MfaSession => {
                let base = self.known.mfa_session.as_ref();
                let base = base.ok_or_else(|| Error::new(Kind::Bug, "no MFA session"))?;
                Ok((base.session.keys.clone(), self.known.arn.clone()))
            }
            With::OwnSession => of_session(self.known.own.as_ref()),
            With::Step => {
                let before = at.checked_sub(1).and_then(|before| self.known.steps.get(before));
                let stored = before.map(|state| state.stored.as_slice()).unwrap_or_default();
                of_session(stored.iter().max_by_key(|role| role.session.expires))
            }
        }
    }

    /// The session's name: as chosen, else the caller's. Never empty, and the same for every
    /// session of a user.
    fn role_session_name(&self, at: usize, caller: Option<&str>) -> Result<String> {
        let step = self.plan.steps.get(at);
        let step = step.ok_or_else(|| Error::new(Kind::Bug, "a call without a role"))?;
        let inherited = || caller.and_then(|arn| arn.rsplit(['/', ':']).next()).unwrap_or_default();
        Ok(step.parameters.session_name.clone().unwrap_or_else(|| session_name(inherited())))
    }

    pub(super) fn role_call(&mut self, at: usize, session_name: String) -> Result<RoleCall> {
        let may_ask = self.terminal.can_ask();
        let goal = self.plan.goal(at, &self.known, may_ask);
        self.notes.extend(note_of_duration(self.plan, at, &goal, false));
        let shortened = self.known.steps.get(at).and_then(|state| state.shortened);
        let step = self.plan.steps.get(at);
        let step = step.ok_or_else(|| Error::new(Kind::Bug, "a call without a role"))?;
        Ok(RoleCall {
            role: step.role.clone(),
            seconds: shortened.map_or(goal.seconds, |seconds| seconds.min(goal.seconds)),
            session_name,
            shape: step.parameters.clone(),
        })
    }

    fn assumed(&mut self, at: usize, with: With, assumed: Assumed, seconds: u32) -> Result<()> {
        let has_code = self.known.code.is_some();
        match with {
            With::MfaSession => {
                if let Some(base) = self.known.mfa_session.as_ref().filter(|_| has_code) {
                    let left = minutes(base.session.expires.since(self.aws_now()));
                    self.notes.push(format!(
                        "the code was not needed: the MFA session lasts another {left}"
                    ));
                }
            }
            With::KeysAndCode => {
                self.remember_working_device()?;
                self.known.code = None;
            }
            With::Keys if self.plan.user_key_id(&self.known).is_none() && has_code => {
                let from = &self.plan.base.description;
                self.notes.push(format!("the code was not needed: {from} holds temporary keys"));
            }
            With::Keys if self.looks_for_device() => {
                self.remember_no_device()?;
                if has_code {
                    self.notes.push(
                        "the code was not sent: this user has no MFA device that shows codes"
                            .to_owned(),
                    );
                }
            }
            With::Keys | With::OwnSession | With::Step => {}
        }
        self.keep(at, assumed, seconds)
    }

    /// Whether the role was tried without MFA because no device is known.
    fn looks_for_device(&self) -> bool {
        let is_without = self.device_is(&Device::None) || self.device_is(&Device::RememberedNone);
        let is_user = self.plan.user_key_id(&self.known).is_some();
        is_user && (is_without || matches!(self.known.device, Device::Guessed(_)))
    }

    /// Stores the session under its own duration. One that was found while looking for the largest
    /// duration that AWS accepts is stored too, but what was asked for is refused.
    pub(super) fn keep(&mut self, at: usize, assumed: Assumed, seconds: u32) -> Result<()> {
        let may_ask = self.terminal.can_ask();
        let step = self.plan.steps.get(at);
        let step = step.ok_or_else(|| Error::new(Kind::Bug, "a session without a role"))?;
        let asked = step.duration.value;
        let goal = self.plan.goal(at, &self.known, may_ask);
        let is_ours = matches!(goal.shorter, Some(Shorter::Chained | Shorter::NoQuestion));
        let role =
            RoleSession { session: assumed.session, assumed_role: assumed.arn, granted: seconds };
        self.remember_clock()?;
        let insists = step.duration.origin.is_command_line();
        if seconds < asked && !is_ours {
            self.remember_duration(at, seconds, asked, insists)?;
        }
        self.with.store.put(&self.plan.session_key(at, seconds), &role, self.now())?;
        if seconds < asked && !is_ours && insists {
            let asked = minutes(asked.into());
            let longest = self.plan.command_with(&["--duration", &minutes(seconds.into())]);
            return Err(Error::config(format!("{asked} is longer than {} allows", step.name))
                .hint(format!("the largest duration AWS accepts here: {longest}")));
        }
        self.known.made(at, role);
        if at + 1 < self.plan.steps.len() {
            self.release(LockOf::Step(at));
        }
        Ok(())
    }

    /// Keeps a duration that was found by stepping down, and says so.
    fn remember_duration(
        &mut self,
        at: usize,
        seconds: u32,
        asked: u32,
        insists: bool,
    ) -> Result<()> {
        let key = self.plan.role_key(at);
        let known: Option<LegalDuration> = self.with.store.get(&key, self.now())?;
        if known.is_some_and(|known| known.seconds == seconds) {
            return Ok(());
        }
        let origin = self.plan.steps.get(at).map(|step| &step.duration.origin);
        if let Some(origin) = origin.filter(|origin| !insists && !origin.is_default()) {
            self.notes.push(format!(
                "{} instead of {} ({origin}): the role allows no more; remembered",
                minutes(seconds.into()),
                minutes(asked.into())
            ));
        }
        self.with.store.put(&key, &LegalDuration { seconds, learned: self.now() }, self.now())
    }

    /// What a refusal teaches, or the error that it is.
    fn not_assumed(
        &mut self,
        at: usize,
        with: With,
        failure: &AwsError,
        caller: Option<String>,
    ) -> Result<()> {
        let is_dead = DEAD.contains(&failure.code());
        let from = || format!("the user of {}", self.plan.base.description);
        let principal = caller.map_or_else(from, |arn| escape(&arn));
        match with {
            With::MfaSession if is_dead && !self.known.mfa_session_is_new => {
                self.drop_mfa_session(failure)
            }
            With::Step if is_dead && self.drop_step(at)? => Ok(()),
            With::OwnSession if is_dead && !self.known.own_is_new => {
                self.known.dead.extend(self.known.own.take().map(|own| own.session.keys.id));
                let key = self.plan.own_key();
                let _ = self.with.store.forget::<RoleSession>(|stored| *stored == key);
                Ok(())
            }
            With::KeysAndCode => self.code_refused(failure),
            With::Keys if self.looks_for_device() && failure.is_denial() => {
                match &self.known.device {
                    // A device made since may be what the role wants.
                    Device::RememberedNone => self.forget_device(),
                    Device::Guessed(_) if self.terminal.can_ask() => {
                        self.terminal.say("AWS refuses this without MFA. If you have a device, type its code; else Ctrl-C.");
                        if let Some(state) = self.known.steps.get_mut(at) {
                            state.refused_without_mfa = true;
                        }
                        Ok(())
                    }
                    _ => Err(self.refusal(failure, principal, false)),
                }
            }
            With::Keys => {
                let error = self.refusal(failure, principal, false);
                let is_plain = self.plan.user_key_id(&self.known).is_some() && failure.is_denial();
                Err(match is_plain && !self.plan.mfa.discovers {
                    true => error.hint("if the role wants MFA, its profile needs mfa_serial"),
                    false => error,
                })
            }
            With::MfaSession => Err(self.refusal(failure, principal, true)),
            With::OwnSession | With::Step => Err(self.refusal(failure, principal, false)),
        }
    }

    /// AWS does not know the stored MFA session any more, whatever our clock says.
    fn drop_mfa_session(&mut self, failure: &AwsError) -> Result<()> {
        let Some(base) = self.known.mfa_session.take() else { return Ok(()) };
        if failure.code() == "InvalidClientTokenId" {
            self.notes.push("AWS no longer accepts the stored MFA session".to_owned());
        }
        self.known.dead.push(base.session.keys.id);
        let key = self.user_key();
        let dead = self.known.dead.clone();
        let stored: Option<BaseSession> = self.with.store.get(&key, self.now())?;
        if stored.is_some_and(|stored| dead.contains(&stored.session.keys.id)) {
            // Where it cannot be removed it is replaced.
            let _ = self.with.store.forget::<BaseSession>(|stored| *stored == key);
        }
        Ok(())
    }

    /// The same for the session of the step before; false when it was made just now.
    fn drop_step(&mut self, at: usize) -> Result<bool> {
        let Some(before) = at.checked_sub(1) else { return Ok(false) };
        let Some(state) = self.known.steps.get_mut(before).filter(|state| !state.is_new) else {
            return Ok(false);
        };
        for role in state.stored.drain(..) {
            self.known.dead.push(role.session.keys.id);
        }
        let key = self.plan.role_key(before);
        let _ = self.with.store.forget::<RoleSession>(|stored| stored.says(&key));
        Ok(true)
    }
}

pub(super) fn serial_of(device: &Device) -> String {
    match device {
        Device::Known(serial) => serial.value.clone(),
        Device::Guessed(serial) => serial.clone(),
        _ => String::new(),
    }
}

/// Makes a call, again with a shorter duration where AWS finds it too long; gives back the duration
/// that was tried last.
pub(super) async fn with_shorter(
    mut call: RoleCall,
    send: impl AsyncFn(&Client, &RoleCall) -> std::result::Result<Assumed, AwsError>,
    client: &Client,
) -> (u32, std::result::Result<Assumed, AwsError>) {
    loop {
        match send(client, &call).await {
            Err(failure) => match shorter(&failure, call.seconds) {
                Some(seconds) => call.seconds = seconds,
                None => return (call.seconds, Err(failure)),
            },
            assumed => return (call.seconds, assumed),
        }
    }
}

/// The next duration to try when a call failed for its duration only.
fn shorter(failure: &AwsError, seconds: u32) -> Option<u32> {
    let words = failure.words();
    let is_chained = words.contains("role chaining");
    let is_too_long = words.contains("MaxSessionDuration")
        || words.contains("session limit for roles assumed by role chaining");
    let fits = |step: &u32| *step < seconds && (!is_chained || *step == ONE_HOUR);
    STEPS.into_iter().find(fits).filter(|_| is_too_long)
}

//! The bastion: a user's own keys, proved by an MFA device, lead to roles in other accounts.
//!
//! Up to one hour the way is the base session: one code makes temporary keys for twelve hours, and those assume any
//! number of roles. AWS caps what is made from them at one hour, so a longer role takes a code of its own, straight
//! on the user's keys. Without an MFA device the user's keys ask directly, and keys that are temporary already are
//! used as they are.

mod code;
mod device;
mod duration;
mod identity;
mod renewal;
mod turn;

pub use duration::stored_durations;
pub use renewal::renewable;

use crate::error::{Error, Result};
use crate::request::{Chosen, ONE_HOUR, Origin, Request};
use crate::session::{Clock, Keys, Moment, minutes};
use crate::shown::shown;
use crate::store::{BaseSession, Lock, RoleSession, Store};
use crate::sts::{Assumed, Attempt, Client, Failure, Mfa, RoleCall, assume_role, diagnose, session_token};

use super::ask::Terminal;
use super::keys::{base_key, role_key};
use device::Proof;
use duration::{hour_that_has_to_do, takes_a_code_of_nobody};
use renewal::FOREVER;
use turn::Turn;
pub use turn::tell as tell_waiting;

/// How long a base session lasts, in seconds.
const BASE_SECONDS: u32 = 12 * 3600;

/// One request on its way to a session.
pub struct Bastion<'a> {
    request: &'a Request,
    store: &'a Store,
    client: &'a Client,
    terminal: Terminal,
    turn: Turn<'a>,
    clock: Clock,
    seconds: u32,
    /// Whether the session is shorter than asked for another reason than the role's own limit.
    makes_do: bool,
    notes: Vec<String>,
}

/// A role session, and what the user should hear about it.
#[derive(Debug)]
pub struct Granted {
    /// The session as it is stored.
    pub role: RoleSession,
    /// Until when it renews without a question, by AWS's clock.
    pub renewable: Option<Moment>,
    /// One line each, for standard error.
    pub notes: Vec<String>,
}

impl<'a> Bastion<'a> {
    /// Prepares a request whose role session is made under `lock`. `clock` is this machine's.
    pub fn new(request: &'a Request, store: &'a Store, client: &'a Client, lock: &'a Lock, clock: Clock) -> Self {
        let terminal = Terminal { may_ask: request.may_ask };
        let turn = Turn::new(lock);
        let seconds = request.length.seconds;
        Self { request, store, client, terminal, turn, clock, seconds, makes_do: false, notes: Vec::new() }
    }

    /// Gets a new session for the role, asking for a code only where there is no way around it.
    ///
    /// # Errors
    /// What AWS refused, diagnosed; `NeedsAnswer` when a code is needed and nobody may be asked.
    pub async fn assume(mut self) -> Result<Granted> {
        if self.request.base.keys.are_temporary() {
            return self.with_temporary_keys().await;
        }
        self.start_at_known_duration()?;
        if self.seconds > ONE_HOUR && !self.has_to_make_do()? {
            self.straight().await
        } else {
            self.through_base_session().await
        }
    }

    /// For more than an hour, but with nobody to ask: a live base session still gives one hour.
    fn has_to_make_do(&mut self) -> Result<bool> {
        self.makes_do = takes_a_code_of_nobody(self.request) && self.base_session()?.is_some();
        if self.makes_do {
            self.notes.push(hour_that_has_to_do(self.seconds));
            self.seconds = ONE_HOUR;
        }
        Ok(self.makes_do)
    }

    async fn through_base_session(mut self) -> Result<Granted> {
        let wants_new_base = self.request.refresh && self.request.code.is_some();
        let mut ended = None;
        if let Some(base) = self.base_session()?.filter(|_| !wants_new_base) {
            match self.call_role(&base.session.keys, None).await? {
                Err(failure) if failure.code() == "ExpiredToken" => ended = Some(base.session.keys.id),
                outcome => return self.granted_by(&base, outcome),
            }
        }
        let key = base_key(self.request);
        self.turn.take(self.store, &key)?;
        self.client.expect_skew(self.store.skew(self.now()));
        let found = self.base_session()?.filter(|_| !wants_new_base);
        // Whoever had the turn before us may have asked for it.
        if let Some(base) = found.filter(|base| ended.as_ref() != Some(&base.session.keys.id)) {
            self.turn.end();
            let outcome = self.call_role(&base.session.keys, None).await?;
            return self.granted_by(&base, outcome);
        }
        if ended.is_some() {
            // Where it cannot be removed it is replaced.
            let _ = self.store.forget::<BaseSession>(|stored| *stored == key);
        }
        match self.proof().await? {
            Proof::Role(assumed) => self.granted(assumed, Some(FOREVER)),
            Proof::Code(device) => {
                let base = self.new_base_session(&device).await?;
                self.turn.end();
                let outcome = self.call_role(&base.session.keys, None).await?;
                let assumed = outcome.map_err(|failure| self.refusal(&failure, true))?;
                self.granted(assumed, Some(base.session.expires))
            }
        }
    }

    /// What a base session led to that was there already.
    fn granted_by(mut self, base: &BaseSession, outcome: std::result::Result<Assumed, Failure>) -> Result<Granted> {
        if self.request.code.is_some() {
            let left = base.session.expires.since(self.aws_now());
            self.notes.push(format!("the code was not needed: the base session lasts another {}", minutes(left)));
        }
        let assumed = outcome.map_err(|failure| self.refusal(&failure, true))?;
        self.granted(assumed, Some(base.session.expires))
    }

    async fn new_base_session(&mut self, device: &Chosen<String>) -> Result<BaseSession> {
        let mut mfa = self.first_code(device).await?;
        let mut tries = 1;
        let session = loop {
            let seconds = i32::try_from(BASE_SECONDS).unwrap_or(i32::MAX);
            match session_token(self.client, &self.request.base.keys, &mfa, seconds).await {
                Ok(session) => break session,
                Err(failure) => mfa = self.next_code(device, mfa, &failure, &mut tries).await?,
            }
        };
        let made = session.expires.plus(-i64::from(BASE_SECONDS));
        let base = BaseSession { session, made, mfa_serial: Some(mfa.serial) };
        self.remember_clock()?;
        self.store.put(&base_key(self.request), &base, self.now())?;
        self.remember_working_device(device)?;
        Ok(base)
    }

    /// Straight on the user's own keys, with a code when there is a device.
    async fn straight(mut self) -> Result<Granted> {
        let keys = &self.request.base.keys;
        self.turn.take(self.store, &base_key(self.request))?;
        let device = match self.proof().await? {
            Proof::Role(assumed) => return self.granted(assumed, Some(FOREVER)),
            Proof::Code(device) => device,
        };
        if self.request.code.is_none() && self.base_session()?.is_some() {
            self.terminal.say("A session of more than 1h takes a code of its own.");
        }
        let mut mfa = self.first_code(&device).await?;
        let mut tries = 1;
        let assumed = loop {
            match self.call_role(keys, Some(&mfa)).await? {
                Ok(assumed) => break assumed,
                Err(failure) => mfa = self.next_code(&device, mfa, &failure, &mut tries).await?,
            }
        };
        self.remember_working_device(&device)?;
        self.granted(assumed, None)
    }

    async fn with_temporary_keys(mut self) -> Result<Granted> {
        self.cap_chained_duration()?;
        if self.request.code.is_some() {
            self.notes.push(format!("the code was not needed: {} holds temporary keys", self.request.base.keys_from));
        }
        let keys = &self.request.base.keys;
        let assumed = self.call_role(keys, None).await?.map_err(|failure| self.refusal(&failure, false))?;
        self.granted(assumed, None)
    }

    /// Calls `AssumeRole`, again with a shorter duration where AWS finds it too long.
    async fn call_role(&mut self, keys: &Keys, mfa: Option<&Mfa>) -> Result<std::result::Result<Assumed, Failure>> {
        let name = self.session_name().await?;
        loop {
            let call = RoleCall::of(self.request, name.clone(), self.seconds);
            match assume_role(self.client, keys, &call, mfa).await {
                Err(failure) if self.step_down(&failure) => {}
                outcome => return Ok(outcome),
            }
        }
    }

    /// Stores the session under its own duration. One that was found while looking for the largest legal value of
    /// `--duration` is stored too, but what was asked for is refused.
    fn granted(mut self, assumed: Assumed, renewable: Option<Moment>) -> Result<Granted> {
        let role = RoleSession { session: assumed.session, assumed_role: assumed.arn, granted: self.seconds };
        let asked = self.request.length.seconds;
        let refused = self.seconds < asked && self.request.length.origin == Origin::Option && !self.makes_do;
        let key = role_key(self.request, self.seconds);
        self.remember_clock()?;
        self.remember_duration()?;
        self.store.put(&key, &role, self.now())?;
        if refused {
            return Err(Error::config(format!(
                "{} is longer than {}:{} allows",
                minutes(asked.into()),
                self.request.target.name,
                self.request.target.role
            ))
            .hint(format!("the largest duration AWS accepts here: --duration {}", minutes(self.seconds.into()))));
        }
        Ok(Granted { role, renewable, notes: std::mem::take(&mut self.notes) })
    }

    fn base_session(&self) -> Result<Option<BaseSession>> {
        self.store.get(&base_key(self.request), self.now())
    }

    fn now(&self) -> Moment {
        (self.clock)()
    }

    fn aws_now(&self) -> Moment {
        self.now().plus(self.client.skew().unwrap_or_else(|| self.store.skew(self.now())))
    }

    fn remember_clock(&self) -> Result<()> {
        self.client.skew().map_or(Ok(()), |skew| self.store.put_skew(skew, self.now()))
    }

    fn refusal(&self, failure: &Failure, mfa: bool) -> Error {
        if failure.is_about_time() {
            // The next run knows AWS's clock; that this one failed is told anyway.
            let _ = self.remember_clock();
        }
        let target = &self.request.target;
        let attempt = Attempt {
            what: format!("{}:{}", target.name, target.role),
            principal: self
                .known_arn()
                .map_or_else(|| format!("the user of {}", self.request.base.keys_from), |arn| shown(&arn)),
            role_arn: Some(RoleCall::of(self.request, String::new(), self.seconds).role_arn()),
            mfa,
            external_id: self.request.external_id.is_some(),
            keys_from: self.request.base.keys_from.clone(),
        };
        diagnose(failure, &attempt, self.client)
    }
}

//! The bastion: a user's own keys, proved by an MFA device, lead to roles in other accounts.
//!
//! Up to one hour the way is the base session: one code makes temporary keys for twelve hours, and
//! those assume any number of roles. AWS caps what is made from them at one hour, so a longer role
//! takes a code of its own, straight on the user's keys. Without an MFA device the user's keys ask
//! directly, and keys that are temporary already are used as they are.

mod code;
mod device;
mod identity;
mod own;
mod renewal;

pub(super) use renewal::{has_no_device, renewable};

use super::Granted;
use super::errand::{Errand, Renewable};
use super::keys::base_key;
use super::stored::{hour_that_has_to_do, takes_a_code_of_nobody};
use super::turn::Turn;
use crate::aws::{Assumed, AwsError, Mfa, assume_role, session_token};
use crate::cache::{BaseSession, Lock};
use crate::error::{Error, Result};
use crate::plan::{Base, Chosen, ONE_HOUR};
use crate::types::sanitize::escape;
use crate::types::{Credentials, minutes};
use device::Proof;

/// How long a base session lasts, in seconds.
const BASE_SECONDS: u32 = 12 * 3600;

/// A request that starts from a user's keys.
pub(super) struct Bastion<'a> {
    errand: Errand<'a>,
    base: &'a Base,
    turn: Turn<'a>,
}

impl<'a> Bastion<'a> {
    /// The role session is made under `lock`.
    pub(super) fn new(errand: Errand<'a>, base: &'a Base, lock: &'a Lock) -> Self {
        Self { errand, base, turn: Turn::new(lock) }
    }

    /// Gets a new session for the role, asking for a code only where there is no way around it.
    pub(super) async fn assume(mut self) -> Result<Granted> {
        if self.base.keys.are_temporary() {
            return self.with_temporary_keys().await;
        }
        self.errand.start_at_known_duration()?;
        if !self.base.finds_device
            && self.errand.request.serial.is_none()
            && self.errand.request.code.is_none()
        {
            return self.without_proof().await;
        }
        if self.errand.seconds > ONE_HOUR && !self.has_to_make_do()? {
            self.straight().await
        } else {
            self.through_base_session().await
        }
    }

    /// For more than an hour, but with nobody to ask: a live base session still gives one hour.
    fn has_to_make_do(&mut self) -> Result<bool> {
        let makes_do =
            takes_a_code_of_nobody(self.errand.request) && self.base_session()?.is_some();
        if makes_do {
            self.errand.notes.push(hour_that_has_to_do(self.errand.seconds));
            self.errand.seconds = ONE_HOUR;
            self.errand.makes_do = true;
        }
        Ok(makes_do)
    }

    async fn through_base_session(mut self) -> Result<Granted> {
        let wants_new_base = self.errand.request.refresh && self.errand.request.code.is_some();
        let mut ended = None;
        if let Some(base) = self.base_session()?.filter(|_| !wants_new_base) {
            match self.call_role(&base.session.keys, None).await? {
                Err(failure) if failure.code() == "ExpiredToken" => {
                    ended = Some(base.session.keys.id);
                }
                outcome => return self.granted_by(&base, outcome),
            }
        }
        let key = base_key(self.errand.request);
        self.turn.take(self.errand.store, &key).await?;
        self.errand.client.expect_skew(self.errand.store.skew(self.errand.now()));
        let mut found = self.base_session()?.filter(|_| !wants_new_base);
        if found.is_none()
            && self.errand.request.code.is_none()
            && self.errand.store.has::<BaseSession>(&key)?
        {
            // This machine's clock may have jumped: AWS's is asked before the user is.
            self.identity().await?;
            found = self.base_session()?;
        }
        // Whoever had the turn before us may have asked for it.
        if let Some(base) = found.filter(|base| ended.as_ref() != Some(&base.session.keys.id)) {
            self.turn.end();
            let outcome = self.call_role(&base.session.keys, None).await?;
            return self.granted_by(&base, outcome);
        }
        if ended.is_some() {
            // Where it cannot be removed it is replaced.
            let _ = self.errand.store.forget::<BaseSession>(|stored| *stored == key);
        }
        match self.proof().await? {
            Proof::Role(assumed) => self.errand.granted(assumed, Renewable::Always),
            Proof::Code(device) => {
                let base = self.new_base_session(&device).await?;
                self.turn.end();
                let outcome = self.call_role(&base.session.keys, None).await?;
                let assumed = outcome.map_err(|failure| self.refusal(&failure, true))?;
                self.errand.granted(assumed, Renewable::Until(base.session.expires))
            }
        }
    }

    /// What a base session led to that was there already.
    fn granted_by(
        mut self,
        base: &BaseSession,
        outcome: std::result::Result<Assumed, AwsError>,
    ) -> Result<Granted> {
        if self.errand.request.code.is_some() {
            let left = base.session.expires.since(self.errand.aws_now());
            let lasts = format!(
                "the code was not needed: the base session lasts another {}",
                minutes(left)
            );
            self.errand.notes.push(lasts);
        }
        let assumed = outcome.map_err(|failure| self.refusal(&failure, true))?;
        self.errand.granted(assumed, Renewable::Until(base.session.expires))
    }

    async fn new_base_session(&mut self, device: &Chosen<String>) -> Result<BaseSession> {
        let mut mfa = self.first_code(device).await?;
        let mut tries = 1;
        let session = loop {
            let seconds = i32::try_from(BASE_SECONDS).unwrap_or(i32::MAX);
            match session_token(self.errand.client, &self.base.keys, Some(&mfa), seconds).await {
                Ok(session) => break session,
                Err(failure) => mfa = self.next_code(device, mfa, &failure, &mut tries).await?,
            }
        };
        let made = session.expires.plus(-i64::from(BASE_SECONDS));
        let base = BaseSession { session, made, mfa_serial: Some(mfa.serial) };
        self.errand.remember_clock()?;
        self.errand.store.put(&base_key(self.errand.request), &base, self.errand.now())?;
        self.remember_working_device(device)?;
        Ok(base)
    }

    /// Straight on the user's own keys, with a code when there is a device.
    async fn straight(mut self) -> Result<Granted> {
        let keys = &self.base.keys;
        self.turn.take(self.errand.store, &base_key(self.errand.request)).await?;
        let device = match self.proof().await? {
            Proof::Role(assumed) => return self.errand.granted(assumed, Renewable::Always),
            Proof::Code(device) => device,
        };
        if self.errand.request.code.is_none() && self.base_session()?.is_some() {
            self.errand.terminal.say("A session of more than 1h takes a code of its own.");
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
        self.errand.granted(assumed, Renewable::Never)
    }

    async fn with_temporary_keys(mut self) -> Result<Granted> {
        self.errand.cap_chained_duration(&self.base.keys_from)?;
        if self.errand.request.code.is_some() {
            self.errand.notes.push(format!(
                "the code was not needed: {} holds temporary keys",
                self.base.keys_from
            ));
        }
        let keys = &self.base.keys;
        let assumed =
            self.call_role(keys, None).await?.map_err(|failure| self.refusal(&failure, false))?;
        self.errand.granted(assumed, Renewable::Never)
    }

    /// Straight on the user's own keys: whoever says how names no device.
    async fn without_proof(mut self) -> Result<Granted> {
        let outcome = self.call_role(&self.base.keys, None).await?;
        let assumed = outcome.map_err(|failure| {
            let error = self.refusal(&failure, false);
            if failure.is_denial() {
                error.hint("if the role wants MFA, its profile needs mfa_serial")
            } else {
                error
            }
        })?;
        self.errand.granted(assumed, Renewable::Always)
    }

    async fn call_role(
        &mut self,
        keys: &Credentials,
        mfa: Option<&Mfa>,
    ) -> Result<std::result::Result<Assumed, AwsError>> {
        let name = self.session_name().await?;
        let client = self.errand.client;
        Ok(self
            .errand
            .shortened(&name, async |call| assume_role(client, keys, &call, mfa).await)
            .await)
    }

    fn base_session(&self) -> Result<Option<BaseSession>> {
        self.errand.store.get(&base_key(self.errand.request), self.errand.now())
    }

    fn refusal(&self, failure: &AwsError, mfa: bool) -> Error {
        let unknown = || format!("the user of {}", self.base.keys_from);
        let principal = self.known_arn().map_or_else(unknown, |arn| escape(&arn));
        self.errand.refusal(failure, principal, mfa)
    }
}

//! What all ways to a role share: the request, how long the session shall last, and what is kept of
//! the outcome.
//!
//! AWS says that a duration is too long, not which one would do. Reading the role needs a
//! permission in its account that few have, so the steps are tried downward; the one that works is
//! remembered for the role.

use super::keys::{plain_role_key, role_key};
use super::{FOREVER, Granted};
use crate::aws::{Assumed, Attempt, AwsError, Client, RoleCall, diagnose};
use crate::cache::{LegalDuration, RoleSession, Store};
use crate::error::{Error, Result};
use crate::plan::{ONE_HOUR, Origin, Request, Way};
use crate::types::{Clock, Moment, RoleArn, minutes};
use crate::ui::terminal::Terminal;

/// The steps down, in seconds: what the console offers as a role's maximum.
const STEPS: [u32; 4] = [8 * 3600, 4 * 3600, 2 * 3600, ONE_HOUR];

/// One request on its way to a session.
pub(super) struct Errand<'a> {
    pub request: &'a Request,
    /// The role it is about; `None` for a session of the user's own.
    pub role: Option<&'a RoleArn>,
    pub store: &'a Store,
    pub client: &'a Client,
    pub terminal: Terminal,
    /// This machine's.
    pub clock: Clock,
    /// How long the session shall last by now.
    pub seconds: u32,
    /// Whether the session is shorter than asked for another reason than the role's own limit.
    pub makes_do: bool,
    /// What the user should hear.
    pub notes: Vec<String>,
}

impl<'a> Errand<'a> {
    pub(super) fn new(
        request: &'a Request,
        store: &'a Store,
        client: &'a Client,
        clock: Clock,
    ) -> Self {
        Self {
            request,
            role: request.target.role.as_ref(),
            store,
            client,
            terminal: Terminal { may_ask: request.may_ask },
            clock,
            seconds: request.length.seconds,
            makes_do: false,
            notes: Vec::new(),
        }
    }

    /// The call for the role, as long as it shall last by now.
    pub(super) fn call(&self, session_name: String) -> Option<RoleCall> {
        let shape = self.request.shape.clone();
        self.role.map(|role| RoleCall {
            role: role.clone(),
            seconds: self.seconds,
            session_name,
            shape,
        })
    }

    /// Makes a call, again with a shorter duration where AWS finds it too long.
    pub(super) async fn shortened(
        &mut self,
        session_name: &str,
        call: impl AsyncFn(RoleCall) -> std::result::Result<Assumed, AwsError>,
    ) -> std::result::Result<Assumed, AwsError> {
        loop {
            let asked = self
                .call(session_name.to_owned())
                .ok_or_else(|| AwsError::malformed("a call without a role"))?;
            match call(asked).await {
                Err(failure) if self.step_down(&failure) => {}
                outcome => return outcome,
            }
        }
    }

    /// Starts where an earlier run ended, unless the user insists on a duration.
    pub(super) fn start_at_known_duration(&mut self) -> Result<()> {
        if self.seconds <= ONE_HOUR || self.request.length.origin == Origin::Option {
            return Ok(());
        }
        let known: Option<LegalDuration> =
            self.store.get(&plain_role_key(self.request)?, self.now())?;
        if let Some(known) = known {
            self.seconds = self.seconds.min(known.seconds);
        }
        Ok(())
    }

    /// Temporary keys give one hour, which is known before the call.
    pub(super) fn cap_chained_duration(&mut self, keys_from: &str) -> Result<()> {
        if self.seconds <= ONE_HOUR {
            return Ok(());
        }
        let asked = minutes(self.seconds.into());
        if self.request.length.origin == Origin::Option {
            return Err(too_long_for_a_chain(self.seconds, keys_from));
        }
        self.notes.push(format!(
            "1h instead of {asked}: AWS gives a role assumed from temporary keys no more"
        ));
        self.seconds = ONE_HOUR;
        self.makes_do = true;
        Ok(())
    }

    /// Whether a call failed for its duration only and a shorter one is left to try.
    fn step_down(&mut self, failure: &AwsError) -> bool {
        let words = failure.words();
        let too_long = words.contains("MaxSessionDuration")
            || words.contains("session limit for roles assumed by role chaining");
        let next = STEPS.into_iter().find(|&step| {
            step < self.seconds && (!words.contains("role chaining") || step == ONE_HOUR)
        });
        match next {
            Some(step) if too_long => {
                self.seconds = step;
                true
            }
            _ => false,
        }
    }

    /// Keeps a duration that was found by stepping down, and says so.
    fn remember_duration(&mut self) -> Result<()> {
        let asked = self.request.length.seconds;
        let key = plain_role_key(self.request)?;
        let known: Option<LegalDuration> = self.store.get(&key, self.now())?;
        let is_news = known.is_none_or(|known| known.seconds != self.seconds);
        if self.seconds >= asked || !is_news || self.makes_do {
            return Ok(());
        }
        if let Origin::Configured(place) = &self.request.length.origin {
            self.notes.push(format!(
                "{} instead of {} ({place}): the role allows no more; remembered",
                minutes(self.seconds.into()),
                minutes(asked.into())
            ));
        }
        self.store.put(
            &key,
            &LegalDuration { seconds: self.seconds, learned: self.now() },
            self.now(),
        )
    }

    /// Stores the session under its own duration. One that was found while looking for the largest
    /// legal value of `--duration` is stored too, but what was asked for is refused.
    pub(super) fn granted(mut self, assumed: Assumed, renewable: Renewable) -> Result<Granted> {
        let role = RoleSession {
            session: assumed.session,
            assumed_role: assumed.arn,
            granted: self.seconds,
        };
        let asked = self.request.length.seconds;
        let refused =
            self.seconds < asked && self.request.length.origin == Origin::Option && !self.makes_do;
        let key = role_key(self.request, self.seconds)?;
        self.remember_clock()?;
        self.remember_duration()?;
        self.store.put(&key, &role, self.now())?;
        if refused {
            return Err(Error::config(format!(
                "{} is longer than {} allows",
                minutes(asked.into()),
                self.request.target
            ))
            .hint(format!(
                "the largest duration AWS accepts here: --duration {}",
                minutes(self.seconds.into())
            )));
        }
        let is_gone_by_then = matches!(&self.request.way, Way::Bastion(base) if !base.stays);
        let renewable = match renewable {
            _ if is_gone_by_then => None,
            Renewable::Never => None,
            Renewable::Until(moment) => Some(moment),
            Renewable::Always => Some(FOREVER),
        };
        Ok(Granted { role, renewable, notes: self.notes })
    }

    pub(super) fn now(&self) -> Moment {
        (self.clock)()
    }

    pub(super) fn aws_now(&self) -> Moment {
        self.now().plus(self.client.skew().unwrap_or_else(|| self.store.skew(self.now())))
    }

    pub(super) fn remember_clock(&self) -> Result<()> {
        self.client.skew().map_or(Ok(()), |skew| self.store.put_skew(skew, self.now()))
    }

    /// The error for a failed call of `principal`.
    pub(super) fn refusal(&self, failure: &AwsError, principal: String, mfa: bool) -> Error {
        if failure.is_about_time() {
            // The next run knows AWS's clock; that this one failed is told anyway.
            let _ = self.remember_clock();
        }
        diagnose(failure, &self.attempt(principal, mfa), self.client)
    }

    /// What was tried, for messages.
    pub(super) fn attempt(&self, principal: String, mfa: bool) -> Attempt {
        Attempt {
            what: self.request.target.to_string(),
            principal,
            role_arn: self.role.map(RoleArn::to_string),
            mfa,
            external_id: self.request.shape.external_id.is_some(),
            keys_from: self.request.way.shown(),
        }
    }
}

/// The refusal of more than an hour that somebody insists on.
pub(super) fn too_long_for_a_chain(seconds: u32, keys_from: &str) -> Error {
    Error::config(format!(
        "{} is too long: {keys_from} holds temporary keys",
        minutes(seconds.into())
    ))
    .because("AWS gives a role assumed from temporary keys one hour at most (role chaining)")
    .hint("--duration 1h")
}

/// Until when a session renews without a question, by AWS's clock.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Renewable {
    /// The next one takes an answer.
    Never,
    /// Until then.
    Until(Moment),
    /// As long as what it stands on is there.
    Always,
}

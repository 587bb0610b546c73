//! How long AWS lets a role session be, found out by asking.
//!
//! AWS says that a duration is too long, not which one would do. Reading the role needs a permission in its account
//! that few have, so the steps are tried downward; the one that works is remembered for the role.

use super::Bastion;
use crate::error::{Error, Result};
use crate::request::{ONE_HOUR, Origin};
use crate::session::minutes;
use crate::source::keys::plain_role_key;
use crate::store::LegalDuration;
use crate::sts::Failure;

/// The steps down, in seconds: what the console offers as a role's maximum.
const STEPS: [u32; 4] = [8 * 3600, 4 * 3600, 2 * 3600, ONE_HOUR];

impl Bastion<'_> {
    /// Starts where an earlier run ended, unless the user insists on a duration.
    pub(super) fn start_at_known_duration(&mut self) -> Result<()> {
        if self.seconds <= ONE_HOUR || self.request.length.origin == Origin::Option {
            return Ok(());
        }
        let known: Option<LegalDuration> = self.store.get(&plain_role_key(self.request), self.now)?;
        if let Some(known) = known {
            self.seconds = self.seconds.min(known.seconds);
        }
        Ok(())
    }

    /// Temporary keys give one hour, which is known before the call.
    pub(super) fn cap_chained_duration(&mut self) -> Result<()> {
        if self.seconds <= ONE_HOUR {
            return Ok(());
        }
        let asked = minutes(self.seconds.into());
        if self.request.length.origin == Origin::Option {
            return Err(Error::config(format!(
                "{asked} is too long: {} holds temporary keys",
                self.request.base.keys_from
            ))
            .because("AWS gives a role assumed from temporary keys one hour at most (role chaining)")
            .hint("--duration 1h"));
        }
        self.notes.push(format!("1h instead of {asked}: AWS gives a role assumed from temporary keys no more"));
        self.seconds = ONE_HOUR;
        Ok(())
    }

    /// Whether a call failed for its duration only and a shorter one is left to try.
    pub(super) fn step_down(&mut self, failure: &Failure) -> bool {
        let words = failure.words();
        let too_long =
            words.contains("MaxSessionDuration") || words.contains("session limit for roles assumed by role chaining");
        let next = STEPS
            .into_iter()
            .find(|&step| step < self.seconds && (!words.contains("role chaining") || step == ONE_HOUR));
        match next {
            Some(step) if too_long => {
                self.seconds = step;
                true
            }
            _ => false,
        }
    }

    /// Keeps a duration that was found by stepping down, and says so.
    pub(super) fn remember_duration(&mut self) -> Result<()> {
        let asked = self.request.length.seconds;
        let key = plain_role_key(self.request);
        let known: Option<LegalDuration> = self.store.get(&key, self.now)?;
        let is_news = known.is_none_or(|known| known.seconds != self.seconds);
        if self.seconds >= asked || !is_news || !self.notes.is_empty() {
            return Ok(());
        }
        if let Origin::Configured(place) = &self.request.length.origin {
            self.notes.push(format!(
                "{} instead of {} ({place}): the role allows no more; remembered",
                minutes(self.seconds.into()),
                minutes(asked.into())
            ));
        }
        self.store.put(&key, &LegalDuration { seconds: self.seconds, learned: self.now }, self.now)
    }
}

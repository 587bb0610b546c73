//! How long AWS lets a role session be, found out by asking.
//!
//! AWS says that a duration is too long, not which one would do. Reading the role needs a permission in its account
//! that few have, so the steps are tried downward; the one that works is remembered for the role.

use super::Bastion;
use super::renewal::has_no_device;
use crate::error::{Error, Result};
use crate::request::{ONE_HOUR, Origin, Request};
use crate::session::{Moment, minutes};
use crate::source::ask::Terminal;
use crate::source::keys::plain_role_key;
use crate::store::{LegalDuration, Store};
use crate::sts::Failure;

/// The steps down, in seconds: what the console offers as a role's maximum.
const STEPS: [u32; 4] = [8 * 3600, 4 * 3600, 2 * 3600, ONE_HOUR];

/// The durations, in seconds, of stored sessions that would serve a request, and what the user should hear about
/// each: as asked; what the role is known to allow; an hour where a longer session takes the code of nobody.
///
/// # Errors
/// `Io` when a configured store cannot be read.
pub fn stored_durations(request: &Request, store: &Store, now: Moment) -> Result<Vec<(u32, Option<String>)>> {
    let asked = request.length.seconds;
    let insists = request.length.origin == Origin::Option;
    let known: Option<LegalDuration> = store.get(&plain_role_key(request), now)?;
    let shorter = match known.filter(|known| known.seconds < asked && !insists) {
        Some(known) => Some((known.seconds, None)),
        None if request.base.keys.are_temporary() => (asked > ONE_HOUR && !insists).then_some((ONE_HOUR, None)),
        None if has_no_device(request, store, now)? => None,
        None => takes_a_code_of_nobody(request).then(|| (ONE_HOUR, Some(hour_that_has_to_do(asked)))),
    };
    Ok(std::iter::once((asked, None)).chain(shorter).collect())
}

/// Whether a request is for more than an hour and the MFA code that this takes can be had from nobody.
pub(super) fn takes_a_code_of_nobody(request: &Request) -> bool {
    let terminal = Terminal { may_ask: request.may_ask };
    request.length.seconds > ONE_HOUR && request.code.is_none() && !terminal.can_ask()
}

pub(super) fn hour_that_has_to_do(asked: u32) -> String {
    format!("1h instead of {}: a longer session takes an MFA code, and nobody can be asked", minutes(asked.into()))
}

impl Bastion<'_> {
    /// Starts where an earlier run ended, unless the user insists on a duration.
    pub(super) fn start_at_known_duration(&mut self) -> Result<()> {
        if self.seconds <= ONE_HOUR || self.request.length.origin == Origin::Option {
            return Ok(());
        }
        let known: Option<LegalDuration> = self.store.get(&plain_role_key(self.request), self.now())?;
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
        self.makes_do = true;
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
        self.store.put(&key, &LegalDuration { seconds: self.seconds, learned: self.now() }, self.now())
    }
}

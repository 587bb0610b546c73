//! What `login` is asked for: which sign-on, and the way to it.

use std::time::Duration;

use super::chain::{SsoSession, sign_on};
use super::network::{self, Overrides, Trust};
use crate::error::Result;
use crate::input::Input;

/// A sign-on, fully decided.
#[derive(Clone, Debug)]
pub struct SignOnRequest {
    /// Where to sign on.
    pub session: SsoSession,
    /// Endpoint overrides.
    pub endpoints: Overrides,
    /// Trusted certificates.
    pub trust: Trust,
    /// The time for a call.
    pub timeout: Duration,
}

impl SignOnRequest {
    /// Decides everything about the sign-on that a word names: an `[sso-session]`, or a profile that has one.
    ///
    /// # Errors
    /// `Usage` when none is named and there are several, `Config` for what is not known or does not hold.
    pub fn resolve(word: Option<&str>, input: &Input) -> Result<Self> {
        let session = sign_on(word, input)?;
        let named = word.map(|name| input.profiles.get(name)).transpose()?.flatten();
        Ok(Self {
            session,
            endpoints: network::overrides(named.as_ref(), input)?,
            trust: network::trust(named.as_ref(), input),
            timeout: Duration::from_secs(input.settings.timeout.value.into()),
        })
    }
}

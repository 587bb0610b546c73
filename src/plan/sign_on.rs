//! What `login` is asked for: which sign-on, and the way to it.

use std::time::Duration;

use super::chain::{SsoSession, sign_on};
use super::network::{self, Overrides, Trust};
use crate::config::Config;
use crate::error::Result;

/// A sign-on, fully decided.
#[derive(Clone, Debug)]
pub(crate) struct SignOnRequest {
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
    /// Decides everything about the sign-on that a word names: an `[sso-session]`, or a profile
    /// that has one.
    pub(crate) fn resolve(word: Option<&str>, config: &Config) -> Result<Self> {
        let session = sign_on(word, config)?;
        let named = word.map(|name| config.profiles.get(name)).transpose()?.flatten();
        Ok(Self {
            session,
            endpoints: network::overrides(named.as_ref(), config)?,
            trust: network::trust(named.as_ref(), config),
            timeout: Duration::from_secs(config.settings.timeout.value.into()),
        })
    }
}

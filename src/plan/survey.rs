//! What `accounts sync` asks, and whom: AWS with the keys of this shell, and every sign-on that is
//! configured.

use std::time::Duration;

use super::base::environment_keys;
use super::chain::SsoSession;
use super::network::{self, Overrides, Trust};
use crate::config::Config;
use crate::error::{Error, Result};
use crate::types::{Credentials, Region};

/// A survey, fully decided.
#[derive(Clone, Debug)]
pub(crate) struct Survey {
    /// The keys of this shell, if it has any.
    pub keys: Option<Credentials>,
    /// Where STS is asked whose they are.
    pub region: Region,
    /// The sign-ons of the config file.
    pub sign_ons: Vec<SsoSession>,
    /// Endpoint overrides.
    pub endpoints: Overrides,
    /// Trusted certificates.
    pub trust: Trust,
    /// The time for a call.
    pub timeout: Duration,
}

impl Survey {
    /// Decides who is asked.
    pub(crate) fn resolve(config: &Config) -> Result<Self> {
        let has_keys = config.environment.has("AWS_ACCESS_KEY_ID");
        let keys = has_keys.then(|| environment_keys(config).map(|(keys, ..)| keys)).transpose()?;
        let names: Vec<String> =
            config.profiles.sso_sessions().map(|section| section.name().to_owned()).collect();
        let sign_ons =
            names.iter().map(|name| SsoSession::named(name, config)).collect::<Result<Vec<_>>>()?;
        if keys.is_none() && sign_ons.is_empty() {
            return Err(Error::config(
                "there is nobody to ask: this shell has no keys, and no sign-on is configured",
            )
            .hint("switch to a role of the organization that may list its accounts")
            .hint("or configure a sign-on: aws configure sso-session"));
        }
        let mut region = Region::parse("the built-in default", "us-east-1")?;
        for name in ["AWS_DEFAULT_REGION", "AWS_REGION"] {
            if let Some(text) = config.environment.text(name)? {
                region = Region::parse(name, text)?;
            }
        }
        Ok(Self {
            keys,
            region,
            sign_ons,
            endpoints: network::overrides(None, config)?,
            trust: network::trust(None, config),
            timeout: Duration::from_secs(config.settings.timeout.value.into()),
        })
    }
}

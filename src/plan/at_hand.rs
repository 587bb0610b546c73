//! Keys that are at hand, and the way to ask AWS about them: what `status --verify` and `doctor
//! --online` need.

use std::time::Duration;

use super::base::{self, Base, ENVIRONMENT};
use super::network::{self, Overrides, Trust};
use super::target::{self, Chosen};
use crate::config::Config;
use crate::config::profiles::Section;
use crate::error::Result;
use crate::types::{Credentials, Partition, Region};

/// Keys, and where to ask about them.
#[derive(Clone, Debug)]
pub(crate) struct AtHand {
    /// The keys.
    pub keys: Credentials,
    /// Where they are from, for messages: `profile bastion (~/.aws/credentials:3)`.
    pub keys_from: String,
    /// The MFA device of their user, where somebody names it.
    pub mfa_serial: Option<Chosen<String>>,
    /// The region, when one is known.
    pub region: Option<Chosen<Region>>,
    /// Endpoint overrides.
    pub endpoints: Overrides,
    /// Trusted certificates.
    pub trust: Trust,
    /// The time for a call with all its attempts.
    pub timeout: Duration,
}

impl AtHand {
    /// The keys of the environment, asked about as programs would: with the profile that
    /// `AWS_PROFILE` names, or `default`, for the rest.
    pub(crate) fn of_environment(config: &Config) -> Result<Self> {
        let (keys, _, keys_from) = base::environment_keys(config)?;
        let name = config.environment.text("AWS_PROFILE")?.unwrap_or("default");
        let profile = config.profiles.get(name).ok().flatten();
        let region = match variable_region(config)? {
            None => target::fallback_region(profile.as_ref(), config)?,
            region => region,
        };
        Ok(Self { region, ..Self::new(keys, keys_from, None, profile.as_ref(), config)? })
    }

    /// The keys of the base, when no option and no account names another.
    pub(crate) fn of_base(config: &Config) -> Result<Self> {
        let name = base::profile_name(None, None, config)?;
        let profile =
            if name.value == ENVIRONMENT { None } else { Some(base::find_profile(&name, config)?) };
        let base = match &profile {
            Some(profile) => Base::resolve(&name, profile)?,
            None => Base::of_environment(config)?,
        };
        let region = match target::region(None, None, config)? {
            None => target::fallback_region(profile.as_ref(), config)?,
            region => region,
        };
        let at_hand =
            Self::new(base.keys, base.keys_from, base.mfa_serial, profile.as_ref(), config)?;
        Ok(Self { region, ..at_hand })
    }

    /// Keys of nobody, to see whether AWS answers at all.
    pub(crate) fn without_keys(keys: Credentials, config: &Config) -> Result<Self> {
        let region = match target::region(None, None, config)? {
            None => target::fallback_region(None, config)?,
            region => region,
        };
        Ok(Self { region, ..Self::new(keys, "nobody".to_owned(), None, None, config)? })
    }

    fn new(
        keys: Credentials,
        keys_from: String,
        mfa_serial: Option<Chosen<String>>,
        profile: Option<&Section<'_>>,
        config: &Config,
    ) -> Result<Self> {
        Ok(Self {
            keys,
            keys_from,
            mfa_serial,
            region: None,
            endpoints: network::overrides(profile, config)?,
            trust: network::trust(profile, config),
            timeout: Duration::from_secs(config.settings.timeout.value.into()),
        })
    }

    /// Where STS is asked.
    pub(crate) fn sts_region(&self) -> Region {
        let chosen = self.region.as_ref().map(|chosen| chosen.value.clone());
        chosen.unwrap_or_else(|| Partition::default().default_region())
    }
}

/// The region of the variables, whoever set them.
fn variable_region(config: &Config) -> Result<Option<Chosen<Region>>> {
    for name in ["AWS_REGION", "AWS_DEFAULT_REGION"] {
        if let Some(text) = config.environment.text(name)? {
            return Ok(Some(Chosen::new(Region::parse(name, text)?, name)));
        }
    }
    Ok(None)
}

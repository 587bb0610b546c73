//! Keys that are at hand, and the way to ask AWS about them: what `status --verify` and `doctor --online` need.

use std::time::Duration;

use super::base::{self, Base, ENVIRONMENT};
use super::network::{self, Overrides, Trust};
use super::target::{self, Chosen};
use crate::error::Result;
use crate::input::Input;
use crate::input::profiles::Section;
use crate::session::{Keys, Partition, Region};

/// Keys, and where to ask about them.
#[derive(Clone, Debug)]
pub struct AtHand {
    /// The keys.
    pub keys: Keys,
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
    /// The keys of the environment, asked about as programs would: with the profile that `AWS_PROFILE` names, or
    /// `default`, for the rest.
    ///
    /// # Errors
    /// `Config` when there are none, or a variable does not hold.
    pub fn of_environment(input: &Input) -> Result<Self> {
        let (keys, _, keys_from) = base::environment_keys(input)?;
        let name = input.environment.text("AWS_PROFILE")?.unwrap_or("default");
        let profile = input.profiles.get(name).ok().flatten();
        let region = match variable_region(input)? {
            None => target::fallback_region(profile.as_ref(), input)?,
            region => region,
        };
        Ok(Self { region, ..Self::new(keys, keys_from, None, profile.as_ref(), input)? })
    }

    /// The keys of the base, when no option and no account names another.
    ///
    /// # Errors
    /// `Config` when there are none, or a value does not hold.
    pub fn of_base(input: &Input) -> Result<Self> {
        let name = base::profile_name(None, None, input)?;
        let profile = if name.value == ENVIRONMENT { None } else { Some(base::find_profile(&name, input)?) };
        let base = match &profile {
            Some(profile) => Base::resolve(&name, profile)?,
            None => Base::of_environment(input)?,
        };
        let region = match target::region(None, None, input)? {
            None => target::fallback_region(profile.as_ref(), input)?,
            region => region,
        };
        let at_hand = Self::new(base.keys, base.keys_from, base.mfa_serial, profile.as_ref(), input)?;
        Ok(Self { region, ..at_hand })
    }

    /// Keys of nobody, to see whether AWS answers at all.
    ///
    /// # Errors
    /// `Config` when a variable does not hold.
    pub fn without_keys(keys: Keys, input: &Input) -> Result<Self> {
        let region = match target::region(None, None, input)? {
            None => target::fallback_region(None, input)?,
            region => region,
        };
        Ok(Self { region, ..Self::new(keys, "nobody".to_owned(), None, None, input)? })
    }

    fn new(
        keys: Keys,
        keys_from: String,
        mfa_serial: Option<Chosen<String>>,
        profile: Option<&Section<'_>>,
        input: &Input,
    ) -> Result<Self> {
        Ok(Self {
            keys,
            keys_from,
            mfa_serial,
            region: None,
            endpoints: network::overrides(profile, input)?,
            trust: network::trust(profile, input),
            timeout: Duration::from_secs(input.settings.timeout.value.into()),
        })
    }

    /// Where STS is asked.
    pub fn sts_region(&self) -> Region {
        let chosen = self.region.as_ref().map(|chosen| chosen.value.clone());
        chosen.unwrap_or_else(|| Partition::default().default_region())
    }
}

/// The region of the variables, whoever set them.
fn variable_region(input: &Input) -> Result<Option<Chosen<Region>>> {
    for name in ["AWS_REGION", "AWS_DEFAULT_REGION"] {
        if let Some(text) = input.environment.text(name)? {
            return Ok(Some(Chosen::new(Region::parse(name, text)?, name)));
        }
    }
    Ok(None)
}

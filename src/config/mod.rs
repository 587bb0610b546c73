//! What comes in: the environment and the files of the user, as values with their places.

pub(crate) mod accounts;
pub(crate) mod edit;
pub(crate) mod environment;
pub(crate) mod files;
pub(crate) mod import;
mod index;
pub(crate) mod location;
pub(crate) mod profiles;
#[allow(dead_code, reason = "the HTTP client is about to read it")]
pub(crate) mod proxy;
pub(crate) mod saml;
pub(crate) mod saml_response;
pub(crate) mod settings;
pub(crate) mod shlex;
pub(crate) mod stdin;
pub(crate) mod suggest;
pub(crate) mod url;
pub(crate) mod values;

use accounts::Accounts;
use environment::Environment;
use profiles::Profiles;
use settings::Settings;

use crate::error::Result;

/// Everything a target is resolved from.
pub struct Config {
    /// The environment.
    pub environment: Environment,
    /// The accounts file.
    pub accounts: Accounts,
    /// The config and credentials files.
    pub profiles: Profiles,
    /// Our own settings.
    pub settings: Settings,
}

impl Config {
    /// Reads the files that the environment points to.
    pub fn read(environment: &Environment) -> Result<Self> {
        Ok(Self {
            environment: environment.clone(),
            accounts: Accounts::read(environment)?,
            profiles: Profiles::read(environment)?,
            settings: Settings::read(environment)?,
        })
    }

    /// What the user should hear about the files, though they were used.
    pub fn warnings(&self) -> Vec<String> {
        let of_accounts = self.accounts.warning().map(str::to_owned);
        of_accounts.into_iter().chain(self.profiles.warnings().iter().cloned()).collect()
    }
}

//! What comes in: the environment and the files of the user, as values with their places.

pub mod accounts;
pub mod assertion;
mod by_name;
pub mod command_line;
pub mod environment;
pub mod files;
pub mod foreign;
pub mod near;
pub mod piped;
pub mod place;
pub mod profiles;
pub mod saml;
pub mod settings;
pub mod url;
pub mod values;

use accounts::Accounts;
use environment::Environment;
use profiles::Profiles;
use settings::Settings;

use crate::error::Result;

/// Everything a target is resolved from.
pub struct Input {
    /// The environment.
    pub environment: Environment,
    /// The accounts file.
    pub accounts: Accounts,
    /// The config and credentials files.
    pub profiles: Profiles,
    /// Our own settings.
    pub settings: Settings,
}

impl Input {
    /// Reads the files that the environment points to.
    ///
    /// # Errors
    /// `Config` for a file that cannot be used, with its place.
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

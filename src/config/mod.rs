//! The environment and the files of the user, as values that know where they were read.

pub(crate) mod accounts;
pub(crate) mod container;
pub(crate) mod edit;
pub(crate) mod environment;
pub(crate) mod files;
pub(crate) mod import;
mod index;
mod json;
pub(crate) mod keyring;
pub(crate) mod location;
pub(crate) mod machine;
mod plain_json;
pub(crate) mod profiles;
pub(crate) mod proxy;
pub(crate) mod rotation;
pub(crate) mod saml;
pub(crate) mod saml_response;
pub(crate) mod settings;
pub(crate) mod shlex;
pub(crate) mod signals;
pub(crate) mod stdin;
pub(crate) mod suggest;
pub(crate) mod url;
pub(crate) mod values;

use accounts::Accounts;
use environment::Environment;
use profiles::Profiles;
use settings::Settings;

use crate::error::Result;

pub struct Config {
    pub environment: Environment,
    pub accounts: Accounts,
    pub profiles: Profiles,
    pub settings: Settings,
}

impl Config {
    pub fn read(environment: &Environment) -> Result<Self> {
        let settings = Settings::read(environment)?;
        Ok(Self {
            environment: environment.clone(),
            accounts: Accounts::read(environment, settings.accounts.as_ref())?,
            profiles: Profiles::read(environment)?,
            settings,
        })
    }

    /// Why files were not found: `HOME`, or a variable that names nothing.
    pub(crate) fn missing(&self) -> Vec<String> {
        let is_one = !Accounts::are_several(&self.environment);
        let accounts = is_one.then(|| self.environment.missing_file("ACCOUNTS_FILE")).flatten();
        self.profiles.missing().iter().cloned().chain(accounts).collect()
    }

    pub fn warnings(&self) -> Vec<String> {
        self.accounts.warnings().chain(self.profiles.warnings().iter().cloned()).collect()
    }
}

//! What the files of other tools say about accounts: names, ids, roles. Keys are never read.

mod aws_sso;
mod old_script;
mod profiles;
mod yaml;

use std::path::{Path, PathBuf};

use clap::ValueEnum;

use crate::config::environment::Environment;
use crate::config::files::shown_path;
use crate::error::{Error, Result};
use crate::types::{AccountId, RoleName};

/// The tools whose files `accounts import` reads.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Importer {
    /// ~/.aws/accounts as the bash script read it
    AssumeRole,
    /// ~/.granted and the profiles that it made
    Granted,
    /// Profiles as aws-vault reads them
    AwsVault,
    /// ~/.awsume and its profiles
    Awsume,
    /// ~/.config/aws-sso/config.yaml
    AwsSsoCli,
    /// role_arn and SSO roles of ~/.aws/config
    AwsConfig,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Lead {
    pub name: Option<String>,
    /// Whether the name is the account's own there, and not taken from the names of its profiles.
    pub is_alias: bool,
    pub id: AccountId,
    pub roles: Vec<RoleName>,
    pub place: String,
}

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Leads {
    pub accounts: Vec<Lead>,
    pub problems: Vec<String>,
    pub files: Vec<String>,
}

pub(crate) fn read(tool: Importer, file: Option<&str>, environment: &Environment) -> Result<Leads> {
    let file = file.map(|path| there(PathBuf::from(path), environment)).transpose()?;
    match tool {
        Importer::AssumeRole => old_script::read(file, environment),
        Importer::AwsSsoCli => aws_sso::read(file, environment),
        Importer::Granted | Importer::AwsVault | Importer::Awsume | Importer::AwsConfig => {
            profiles::read(tool, file, environment)
        }
    }
}

fn there(path: PathBuf, environment: &Environment) -> Result<PathBuf> {
    if path.exists() {
        return Ok(path);
    }
    Err(Error::config(format!("there is no file {}", shown(&path, environment)))
        .hint("what can be imported: assume-role accounts import --help"))
}

fn shown(path: &Path, environment: &Environment) -> String {
    shown_path(path, environment.home().as_deref())
}

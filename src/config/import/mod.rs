//! What other tools' files say about accounts: names, ids, roles. Keys are never looked at.
//!
//! A tool and perhaps a file come in; leads with their places go out. Whether a lead is followed is
//! decided elsewhere.

mod aws_sso;
mod old_script;
mod profiles;
mod yaml;

use std::path::{Path, PathBuf};

use crate::cli::Importer;
use crate::config::environment::Environment;
use crate::config::files::shown_path;
use crate::error::{Error, Result};
use crate::types::{AccountId, RoleName};

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Lead {
    pub name: Option<String>,
    /// Whether somebody chose that name for the account; else it is taken from names of profiles.
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
        .hint("accounts import TOOL FILE"))
}

fn shown(path: &Path, environment: &Environment) -> String {
    shown_path(path, environment.home().as_deref())
}

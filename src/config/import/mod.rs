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

/// An account that a file of another tool knows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Lead {
    /// What it is called there.
    pub name: Option<String>,
    /// Whether somebody chose that name for the account; else it is taken from names of profiles.
    pub is_alias: bool,
    /// Its id.
    pub id: AccountId,
    /// Its roles, in the order of the file.
    pub roles: Vec<RoleName>,
    /// Where it stands.
    pub place: String,
}

/// What a tool's files say.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Leads {
    /// The accounts, in the order of the file.
    pub accounts: Vec<Lead>,
    /// What could not be read, each with its place.
    pub problems: Vec<String>,
    /// The files that were looked at, as messages show them.
    pub files: Vec<String>,
}

/// Reads the files of a tool, or the one that is named.
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

/// A file that has to be there.
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

//! What the files of other tools say about accounts: names, ids, roles. Keys are never read.

mod aws_sso;
mod lead;
mod old_script;
mod profiles;
mod yaml;

use std::path::PathBuf;

pub(crate) use lead::{Importer, Lead, Leads};

use crate::config::environment::Environment;
use crate::config::files::shown_path;
use crate::error::{Error, Result};

/// Reads the files of a tool, or the one that is named.
pub(crate) fn read(tool: Importer, file: Option<&str>, environment: &Environment) -> Result<Leads> {
    let existing = |path: PathBuf| {
        if path.exists() {
            return Ok(path);
        }
        let shown = shown_path(&path, environment.home().as_deref());
        Err(Error::config(format!("there is no file {shown}"))
            .hint("what can be imported: assume-role accounts import --help"))
    };
    let file = file.map(|path| existing(PathBuf::from(path))).transpose()?;
    match tool {
        Importer::AssumeRole => old_script::read(file, environment),
        Importer::AwsSsoCli => {
            let file = file.map_or_else(|| existing(aws_sso::default_path(environment)?), Ok)?;
            aws_sso::read(&file, environment)
        }
        Importer::Granted | Importer::AwsVault | Importer::Awsume | Importer::AwsConfig => {
            profiles::read(tool, file, environment)
        }
    }
}

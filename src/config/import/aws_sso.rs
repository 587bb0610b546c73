//! `config.yaml` of aws-sso-cli: accounts with a name and roles that their user wrote there
//! (its documentation, "Configuration", `SSOConfig`).

use std::path::{Path, PathBuf};

use super::lead::{Lead, Leads};
use super::yaml::{self, Node};
use crate::config::environment::Environment;
use crate::config::files::{CONFIG_CAP, TextFile, read_text};
use crate::error::{Error, Result};
use crate::types::sanitize::escape_up_to;
use crate::types::{AccountId, RoleArn, RoleName};

pub(super) fn read(path: &Path, environment: &Environment) -> Result<Leads> {
    let Some(TextFile { shown: file, text, .. }) =
        read_text(path, environment.home().as_deref(), CONFIG_CAP)?
    else {
        return Ok(Leads::default());
    };
    let tree = yaml::parse(&text).map_err(|(line, why)| {
        Error::config(format!("{file}:{line}: this is not YAML: {}", escape_up_to(&why, 120)))
    })?;
    let mut leads = Leads { files: vec![file.to_string()], ..Leads::default() };
    let instances = tree.get("SSOConfig").map(Node::entries).unwrap_or_default();
    for accounts in instances.iter().filter_map(|(.., instance)| instance.get("Accounts")) {
        for (id, line, account) in accounts.entries() {
            let place = format!("{file}:{line}");
            match account_id(id) {
                Some(id) => leads.accounts.push(lead(id, account, place, &mut leads.problems)),
                None => leads
                    .problems
                    .push(format!("{place}: '{}' is not an account id", escape_up_to(id, 40))),
            }
        }
    }
    Ok(leads)
}

/// Older releases took ids as numbers, and numbers lose their zeros.
fn account_id(text: &str) -> Option<AccountId> {
    let is_number =
        !text.is_empty() && text.len() <= 12 && text.bytes().all(|byte| byte.is_ascii_digit());
    is_number.then(|| AccountId::parse(&format!("{text:0>12}"))).flatten()
}

fn lead(id: AccountId, account: &Node, place: String, problems: &mut Vec<String>) -> Lead {
    let mut roles = Vec::new();
    for (name, line, role) in account.get("Roles").map(Node::entries).unwrap_or_default() {
        // A role to pass on to may say itself where it is.
        let of_arn = role
            .get("ARN")
            .and_then(Node::text)
            .map(|arn| RoleArn::parse("", arn).map(|arn| arn.name));
        match of_arn.unwrap_or_else(|| RoleName::parse(name)) {
            Ok(role) => roles.push(role),
            Err(error) => problems.push(format!("{}: {}", with_line(&place, *line), error.message)),
        }
    }
    let name = account.get("Name").and_then(Node::text).map(str::to_owned);
    Lead { name, is_alias: true, id, roles, sso_session: None, place }
}

fn with_line(place: &str, line: usize) -> String {
    place.rsplit_once(':').map_or_else(String::new, |(file, _)| format!("{file}:{line}"))
}

/// `AWS_SSO_CONFIG`, else the place of newer releases, else that of older ones.
pub(super) fn default_path(environment: &Environment) -> Result<PathBuf> {
    if let Some(path) = environment.path("AWS_SSO_CONFIG") {
        return Ok(path);
    }
    let home = environment
        .home()
        .ok_or_else(|| Error::config("HOME is not set").hint("set HOME to your home directory"))?;
    let config = environment.path("XDG_CONFIG_HOME").filter(|path| path.is_absolute());
    let new = config.unwrap_or_else(|| home.join(".config")).join("aws-sso/config.yaml");
    let old = home.join(".aws-sso/config.yaml");
    Ok(if !new.exists() && old.exists() { old } else { new })
}

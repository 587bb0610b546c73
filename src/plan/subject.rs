//! Whom the words mean: an account's role, the role of an ARN, or a profile.

use super::saml;
use super::target::{self, Asked, Chosen, Target};
use super::unknown::unknown_account;
use super::way;
use super::words::{self, Extras};
use crate::cli;
use crate::config::Config;
use crate::config::saml_response::Response;
use crate::config::values::Scheme;
use crate::error::{Error, Result};
use crate::types::sanitize::escape_up_to;
use crate::types::{Partition, Region, RoleArn, RoleName};

/// What the words mean.
#[derive(Clone, Debug)]
pub(super) enum Subject {
    /// A role.
    Role(Box<Meant>),
    /// A profile, by its name, and the words behind it.
    Profile(String, Extras),
}

/// A role, as far as the words and the accounts file tell.
#[derive(Clone, Debug)]
pub(super) struct Meant {
    /// Its account.
    pub account: Asked,
    /// The role, and why this one when it was not typed.
    pub role: (RoleName, Option<String>),
    /// The partition, when an ARN was typed.
    pub partition: Option<Partition>,
    /// Code and region.
    pub extras: Extras,
    /// What the user should hear.
    pub notes: Vec<String>,
}

/// Finds out what is meant: an ARN; else an account, with or without a role; else a profile.
pub(super) fn find(
    asked: &cli::Target,
    captured: Option<&Chosen<Response>>,
    config: &Config,
) -> Result<Subject> {
    if let Some(name) = &asked.profile {
        return Ok(Subject::Profile(name.clone(), words::extras(&asked.words)?));
    }
    if let Some((arn, rest)) = asked.words.split_first().filter(|(word, _)| RoleArn::is_meant(word))
    {
        let role = RoleArn::parse("the command line", arn)?;
        return of_arn(role, words::extras(rest)?, config)
            .map(|meant| Subject::Role(Box::new(meant)));
    }
    if let (Some(response), []) = (captured, asked.words.as_slice()) {
        let role = saml::only_offer(response, None)?.clone();
        return of_arn(role, Extras::default(), config).map(|meant| Subject::Role(Box::new(meant)));
    }
    if asked.words.is_empty() && way::scheme(asked, None, config)?.value == Scheme::WebIdentity {
        let variable = "AWS_ROLE_ARN";
        let arn = config.environment.text(variable)?.ok_or_else(|| {
            Error::usage("which role?").hint(format!("assume-role ACCOUNT ROLE, or set {variable}"))
        })?;
        let meant = of_arn(RoleArn::parse(variable, arn)?, Extras::default(), config)?;
        return Ok(Subject::Role(Box::new(meant)));
    }
    let (name, role, rest) = words::account_and_role(&asked.words)?;
    let is_profile = || Ok::<_, Error>(config.profiles.get(name)?.is_some());
    let Some(account) = target::find_account(name, config)? else {
        // A profile has no role behind it, but may have a code and a region.
        let behind = asked.words.get(1..).unwrap_or_default();
        return match words::extras(behind) {
            Ok(extras) if is_profile()? => Ok(Subject::Profile(name.to_owned(), extras)),
            _ => Err(unknown_account(name, config)),
        };
    };
    let mut notes = Vec::new();
    let is_both = role.is_none() && is_profile().unwrap_or(false);
    let other = || also_a_profile(name);
    if is_both {
        notes.push(other());
    }
    let role = match (target::role(role, &account), captured) {
        (Ok(role), _) => role,
        (Err(_), Some(response)) if role.is_none() => {
            let only = saml::only_offer(response, Some(account.id.as_str()))?;
            (only.name.clone(), Some("the only role that the response offers there".to_owned()))
        }
        (Err(error), _) => return Err(if is_both { error.hint(other()) } else { error }),
    };
    let extras = words::extras(rest)?;
    Ok(Subject::Role(Box::new(Meant { account, role, partition: None, extras, notes })))
}

/// The line about a word that names both; the account wins.
pub(super) fn also_a_profile(name: &str) -> String {
    format!(
        "'{0}' is an account and a profile; for the profile: --profile '{0}'",
        escape_up_to(name, 80)
    )
}

fn of_arn(role: RoleArn, extras: Extras, config: &Config) -> Result<Meant> {
    let id = role.account.as_str();
    let mut account =
        target::find_account(id, config)?.ok_or_else(|| unknown_account(id, config))?;
    if let Some(entry) = &account.entry {
        account.name = entry.name.clone();
    }
    let notes = Vec::new();
    Ok(Meant { account, role: (role.name, None), partition: Some(role.partition), extras, notes })
}

impl Meant {
    /// Puts account, role and partition together; `region` helps where nothing else says the
    /// partition.
    pub(super) fn target(&self, region: Option<&Chosen<Region>>) -> Result<(Target, RoleArn)> {
        let account = &self.account;
        let of_account =
            account.entry.as_ref().and_then(|entry| Some((entry.partition?, &entry.place)));
        if let (Some(of_arn), Some((partition, place))) = (self.partition, of_account)
            && of_arn != partition
        {
            return Err(Error::config(format!(
                "the ARN is of partition {of_arn}, but {place} puts account {} into {partition}",
                account.name
            )));
        }
        let known = self.partition.or(of_account.map(|(partition, _)| partition));
        if let (Some(partition), Some(region)) = (known, region)
            && region.value.partition() != partition
        {
            return Err(Error::config(format!(
                "region {} from {} is not in partition {partition} of account {}",
                region.value, region.origin, account.name
            )));
        }
        let partition = known.or(region.map(|region| region.value.partition())).unwrap_or_default();
        let role = RoleArn { partition, account: account.id.clone(), name: self.role.0.clone() };
        let target = Target {
            name: account.name.clone(),
            role: Some(role.clone()),
            partition,
            protected: account.marks.protected.clone(),
            role_origin: self.role.1.clone(),
            account: Some(Box::new(account.clone())),
        };
        Ok((target, role))
    }
}

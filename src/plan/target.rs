//! What the words mean: an account's role, the role of an ARN, or a profile.

use std::fmt;

use super::account::{Protection, TargetAccount};
use super::chosen::{Chosen, Origin};
use super::request::{Invocation, Request};
use super::saml;
use super::source::scheme;
use super::unknown::{not_an_account, unknown_account};
use super::words::{self, Extras};
use crate::config::Config;
use crate::config::saml_response::Response;
use crate::config::values::Scheme;
use crate::error::{Error, Kind, Result};
use crate::types::sanitize::escape_up_to;
use crate::types::{AccountId, Name, Partition, Region, RoleArn, RoleName};

#[derive(Clone, Debug)]
pub(crate) struct Target {
    /// The word typed: an alias or an id; for a profile its name.
    pub name: Name,
    /// The role; `None` for a profile that names none and acts as the user its keys belong to.
    pub role: Option<RoleArn>,
    pub partition: Partition,
    /// The account as it was named; `None` for a profile.
    pub account: Option<Box<TargetAccount>>,
    pub account_origin: Origin,
    pub role_origin: Origin,
    pub protection: Protection,
}

/// As messages name it: `production:read`, or the profile.
impl fmt::Display for Target {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.role {
            Some(role) => write!(f, "{}:{}", self.name, role.name),
            None => self.name.fmt(f),
        }
    }
}

pub(super) enum Meaning {
    Role(Box<RoleTarget>),
    /// A profile by its name, and the words behind it.
    Profile(String, Extras),
    /// An account whose role is not named: it has to be chosen.
    Account(Box<TargetAccount>),
    /// One of several roles that a captured SAML response offers.
    Offered(Vec<RoleArn>),
    Nothing,
}

/// A role, as far as the words and the accounts file tell.
pub(super) struct RoleTarget {
    pub account: TargetAccount,
    pub role: Chosen<RoleName>,
    pub account_origin: Origin,
    /// The partition, when an ARN was typed.
    pub partition: Option<Partition>,
    pub extras: Extras,
    pub notes: Vec<String>,
}

/// Finds out what is meant: an ARN; else an account, with or without a role; else a profile.
pub(super) fn meaning(
    request: &Request,
    captured: Option<&Chosen<Response>>,
    config: &Config,
) -> Result<Meaning> {
    let how = &request.invocation;
    if let Some(name) = &request.profile {
        return Ok(Meaning::Profile(name.clone(), words::extras(&[], &request.words, how)?));
    }
    if let Some((arn, rest)) =
        request.words.split_first().filter(|(word, _)| RoleArn::is_meant(word))
    {
        let role = RoleArn::parse("the command line", arn)?;
        return of_arn(role, Origin::TYPED, words::extras(&[arn], rest, how)?, config);
    }
    if let (Some(response), []) = (captured, request.words.as_slice()) {
        return match saml::offers(response, None).as_slice() {
            [_, _, ..] => Ok(Meaning::Offered(saml::roles(response, None))),
            _ => {
                let role = saml::only_offer(response, None)?.clone();
                of_arn(role, "--saml-response".into(), Extras::default(), config)
            }
        };
    }
    if request.words.is_empty() && scheme(request, None, config)?.value == Scheme::WebIdentity {
        let variable = "AWS_ROLE_ARN";
        let arn = config.environment.text(variable)?.ok_or_else(|| {
            Error::usage("which role?").hint(format!("{}, or set {variable}", how.usage()))
        })?;
        return of_arn(RoleArn::parse(variable, arn)?, variable.into(), Extras::default(), config);
    }
    if request.words.is_empty() {
        return Ok(Meaning::Nothing);
    }
    let words = words::with_role_apart(&request.words, |word| {
        Ok(config.accounts.find(word)?.is_some() || config.profiles.get(word)?.is_some())
    })?;
    let (name, typed_role, rest) = words::account_and_role(&words, how)?;
    let is_profile = || Ok::<_, Error>(config.profiles.get(name)?.is_some());
    let Some(account) = TargetAccount::find(name, config)? else {
        // A profile has no role behind it, but may have a code and a region.
        let behind = words.get(1..).unwrap_or_default();
        return match words::extras(&[name], behind, how) {
            Ok(extras) if is_profile()? => Ok(Meaning::Profile(name.to_owned(), extras)),
            _ if is_profile()? => Err(not_an_account(name, typed_role, how, config)),
            _ => Err(unknown_account(name, behind, how, config)),
        };
    };
    let account_origin = account.value(|_| Some(())).map_or(Origin::TYPED, |chosen| chosen.origin);
    let is_named = account.entry.as_ref().is_some_and(|entry| entry.name == account.name);
    let account_origin = if is_named { account_origin } else { Origin::TYPED };
    let mut notes = Vec::new();
    if typed_role.is_none() && is_profile().unwrap_or(false) {
        notes.push(also_a_profile(name, how));
    }
    notes.extend(account.entry.as_ref().and_then(|entry| config.accounts.clash_of(entry)));
    let mut partition = None;
    let role = match (typed_role, default_role(&account)) {
        (Some(role), _) if RoleArn::is_meant(role) => {
            let role = RoleArn::parse("the command line", role)?;
            if role.account != account.id {
                return Err(of_other_account(&role, &account, how));
            }
            partition = Some(role.partition);
            Chosen::new(role.name, Origin::TYPED)
        }
        (Some(role), _) => Chosen::new(RoleName::parse(role)?, Origin::TYPED),
        (None, Some(role)) => role,
        (None, None) => match captured {
            Some(response) => {
                let id = Some(account.id.as_str());
                if saml::offers(response, id).len() > 1 {
                    return Ok(Meaning::Offered(saml::roles(response, id)));
                }
                let only = saml::only_offer(response, id)?;
                let why = "the only role that the response offers there";
                Chosen::new(only.name.clone(), Origin::Default(why))
            }
            None => return Ok(Meaning::Account(Box::new(account))),
        },
    };
    let head = [Some(name), typed_role].into_iter().flatten().collect::<Vec<_>>();
    let extras = words::extras(&head, rest, how)?;
    let target = RoleTarget { account, role, account_origin, partition, extras, notes };
    Ok(Meaning::Role(Box::new(target)))
}

/// The account and the ARN cannot both be meant, and either may be the one that was copied in haste.
fn of_other_account(role: &RoleArn, account: &TargetAccount, how: &Invocation) -> Error {
    let (name, id) = (&account.name, &account.id);
    let message = format!("the role {role} is of account {}, not of {name} ({id})", role.account);
    Error::new(Kind::Guard, message)
        .hint(how.with(&[&role.to_string()]))
        .hint(how.with(&[name.as_str(), role.name.as_str()]))
}

fn default_role(account: &TargetAccount) -> Option<Chosen<RoleName>> {
    let entry = account.entry.as_ref()?;
    let role = entry.default_role.clone()?;
    Some(Chosen::new(role, Origin::Place(format!("default_role of {}", entry.place))))
}

/// The error for a role that is not named, with those that are known.
pub(crate) fn which_role(kind: Kind, account: &str, known: &[&str], how: &Invocation) -> Error {
    let error = Error::new(kind, format!("which role in {}?", escape_up_to(account, 80)));
    match known {
        [] => error.hint(how.with(&[account, "ROLE"])),
        [first, ..] => error
            .hint(how.with(&[account, first]))
            .hint(format!("roles known there: {}", known.join(", "))),
    }
}

/// The line about a word that names both; the account wins.
pub(super) fn also_a_profile(name: &str, how: &Invocation) -> String {
    let shown = escape_up_to(name, 80);
    let command = how.command(&["--profile", name], &[]);
    format!("'{shown}' is an account and a profile; for the profile: {command}")
}

fn of_arn(role: RoleArn, origin: Origin, extras: Extras, config: &Config) -> Result<Meaning> {
    let mut account = TargetAccount::of_id(role.account, config)?;
    let mut account_origin = origin.clone();
    if let Some(entry) = &account.entry {
        account.name = entry.name.clone();
        account_origin = Origin::from(&entry.place);
    }
    Ok(Meaning::Role(Box::new(RoleTarget {
        account,
        role: Chosen::new(role.name, origin),
        account_origin,
        partition: Some(role.partition),
        extras,
        notes: Vec::new(),
    })))
}

impl RoleTarget {
    /// Puts account, role and partition together; `region` helps where nothing else says the
    /// partition.
    pub(super) fn target(&self, region: Option<&Chosen<Region>>) -> Result<(Target, RoleArn)> {
        let account = &self.account;
        let of_account = account.value(|entry| entry.partition);
        if let (Some(of_arn), Some(chosen)) = (self.partition, &of_account)
            && of_arn != chosen.value
        {
            return Err(Error::config(format!(
                "the ARN is of partition {of_arn}, but {} puts account {} into {}",
                chosen.origin, account.name, chosen.value
            )));
        }
        let known = self.partition.or(of_account.map(|chosen| chosen.value));
        if let (Some(partition), Some(region)) = (known, region)
            && region.value.partition() != partition
        {
            return Err(Error::config(format!(
                "region {} from {} is not in partition {partition} of account {}",
                region.value, region.origin, account.name
            )));
        }
        let partition = known.or(region.map(|region| region.value.partition())).unwrap_or_default();
        let name = self.role.value.clone();
        let role = RoleArn { partition, account: account.id.clone(), name };
        let target = Target {
            name: account.name.clone(),
            role: Some(role.clone()),
            partition,
            account: Some(Box::new(account.clone())),
            account_origin: self.account_origin.clone(),
            role_origin: self.role.origin.clone(),
            protection: account.protection.clone(),
        };
        Ok((target, role))
    }
}

/// The account that a role of a profile lies in: whether it is guarded. The rest of what the file
/// says is for those who name the account.
pub(super) fn guarded(id: &AccountId, config: &Config) -> Result<TargetAccount> {
    Ok(TargetAccount { entry: None, ..TargetAccount::of_id(id.clone(), config)? })
}

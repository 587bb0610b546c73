//! The files of the user: whether they can be read, what is wrong in them and on which line, who
//! else may touch them.

use std::collections::BTreeMap;

use super::finding::{Finding, Level};
use super::modes;
use crate::acquire::{sign_in_state, sign_in_told};
use crate::cache::{ProgramKeys, Store};
use crate::config::Config;
use crate::config::accounts::Accounts;
use crate::config::environment::{Environment, located};
use crate::config::profiles::{ForeignKey, Profiles, Section, foreign_keys};
use crate::config::rotation::{ROTATION, Rotation, Step};
use crate::config::saml;
use crate::config::settings::Settings;
use crate::config::values::Scheme;
use crate::error::{Error, Result};
use crate::plan::chain::{Chain, SignIn};
use crate::plan::{Base, BaseAtHand, CredentialSource, OTHER_SOURCES, SignOn, environment_scheme};
use crate::types::quote;
use crate::types::sanitize::escape_up_to;
use crate::types::{Moment, minutes, shortened};

/// All files, or each as far as it could be read.
pub(super) enum FilesRead {
    All(Box<Config>),
    Some(Box<(Result<Accounts>, Result<Profiles>, Result<Settings>)>),
}

impl FilesRead {
    pub(super) fn all(environment: &Environment) -> Self {
        let settings = Settings::read(environment);
        let set = settings.as_ref().ok().and_then(|settings| settings.accounts.as_ref());
        match (Accounts::read(environment, set), Profiles::read(environment), settings) {
            (Ok(accounts), Ok(profiles), Ok(settings)) => {
                let environment = environment.clone();
                Self::All(Box::new(Config { environment, accounts, profiles, settings }))
            }
            read => Self::Some(Box::new(read)),
        }
    }

    pub(super) fn accounts(&self) -> std::result::Result<&Accounts, &Error> {
        match self {
            Self::All(config) => Ok(&config.accounts),
            Self::Some(read) => read.0.as_ref(),
        }
    }

    pub(super) fn profiles(&self) -> std::result::Result<&Profiles, &Error> {
        match self {
            Self::All(config) => Ok(&config.profiles),
            Self::Some(read) => read.1.as_ref(),
        }
    }

    pub(super) fn settings(&self) -> std::result::Result<&Settings, &Error> {
        match self {
            Self::All(config) => Ok(&config.settings),
            Self::Some(read) => read.2.as_ref(),
        }
    }

    pub(super) fn config(&self) -> Option<&Config> {
        match self {
            Self::All(config) => Some(config),
            Self::Some(_) => None,
        }
    }
}

pub(super) fn findings(read: &FilesRead, environment: &Environment, now: Moment) -> Vec<Finding> {
    let mut findings = accounts(read.accounts());
    findings.extend(profiles(read.profiles()));
    findings.extend(chains(read));
    findings.push(base(read, environment, now));
    findings.extend(mfa_programs(read));
    if let Err(error) = read.settings() {
        findings.push(Finding::of_error(Level::Broken, error));
    }
    if let Err(error) = saml::read_login(environment) {
        findings.push(Finding::of_error(Level::Broken, &error));
    }
    let set = read.settings().ok().and_then(|settings| settings.accounts.as_ref());
    findings.extend(modes::of_files(environment, set, now));
    findings
}

fn accounts(accounts: std::result::Result<&Accounts, &Error>) -> Vec<Finding> {
    let accounts = match accounts {
        Ok(accounts) => accounts,
        Err(error) => return vec![Finding::of_error(Level::Broken, error)],
    };
    let file = accounts.file().unwrap_or("~/.aws/accounts");
    let mut findings = if accounts.exists() {
        vec![Finding::fine(&format!("{file}: {}", counted(accounts.own_count(), "account")))]
    } else {
        vec![
            Finding::note(&format!(
                "{file} does not exist: accounts are known by their ids and by profiles"
            ))
            .remedy("assume-role accounts add production 123456789012"),
        ]
    };
    findings.extend(accounts.team().map(|(file, count)| {
        Finding::fine(&format!("{file}: {}, only read", counted(count, "account")))
    }));
    findings.extend(accounts.missing().iter().map(|why| Finding::warning(why)));
    findings.extend(accounts.clashes().iter().map(|clash| {
        Finding::warning(clash).remedy("remove your own name where the team's is meant")
    }));
    findings
        .extend(accounts.problems().iter().map(|error| Finding::of_error(Level::Broken, error)));
    findings.extend(accounts.unknown_keys().iter().map(|text| {
        Finding::warning(text).remedy("is it misspelt? the README names the keys there are")
    }));
    findings
}

fn profiles(profiles: std::result::Result<&Profiles, &Error>) -> Vec<Finding> {
    let profiles = match profiles {
        Ok(profiles) => profiles,
        Err(error) => return vec![Finding::of_error(Level::Broken, error)],
    };
    let count = profiles.names().count();
    let mut findings = match count {
        0 => vec![Finding::note(&format!("no profile in {}", profiles.paths().join(" or ")))],
        _ => vec![Finding::fine(&format!(
            "{}: {}",
            profiles.paths().join(", "),
            counted(count, "profile")
        ))],
    };
    findings.extend(profiles.problems().map(|error| Finding::of_error(Level::Broken, error)));
    findings.extend(profiles.missing().iter().map(|why| Finding::warning(why)));
    findings.extend(profiles.ignored().map(|section| {
        let (place, header) = (section.place, escape_up_to(section.header, 80));
        Finding::warning(&format!("{place}: [{header}] is not a profile"))
            .remedy(format!("if it is meant to be one, write {}", section.remedy))
    }));
    findings.extend(keys(profiles));
    findings.extend(profiles.iter().filter_map(|profile| rotation(&profile)));
    findings.extend(foreign(profiles));
    for profile in profiles.iter() {
        let places: Vec<_> = profile.places().collect();
        let twice = places
            .iter()
            .enumerate()
            .find(|(at, place)| places.iter().take(*at).any(|other| other.file == place.file));
        if let Some((_, place)) = twice {
            let name = escape_up_to(profile.name(), 80);
            findings.push(
                Finding::warning(&format!("{place}: profile {name} is defined a second time"))
                    .remedy("merge the two: the AWS CLI refuses the whole file"),
            );
        }
    }
    findings
}

/// Where long-lived keys lie: a plain file is as safe as everything that runs here.
fn keys(profiles: &Profiles) -> Vec<Finding> {
    let is_there = |program: &str| located(program).is_some();
    let finding = |profile: Section<'_>| {
        let name = escape_up_to(profile.name(), 80);
        let import = format!("assume-role keys import {}", quote::word(profile.name()));
        match (profile.long_lived(), profile.key_reference()) {
            (_, Some(Err(error))) => Some(Finding::of_error(Level::Broken, &error)),
            (Some((_, place)), Some(Ok(key))) => Some(
                Finding::warning(&format!(
                    "profile {name} has a key in a file ({place}) and one in {} ({}): the file's is used",
                    key.keyring, key.place
                ))
                .remedy(import),
            ),
            (Some((id, place)), None) => {
                let id = escape_up_to(&shortened(id), 40);
                let what = format!("the key {id} of profile {name} is in plain text ({place})");
                Some(Finding::note(&what).remedy(import))
            }
            (None, Some(Ok(key))) if !is_there(&key.keyring.program()) => Some(
                Finding::broken(&format!(
                    "the key of profile {name} is in {} ({}), and {} is not installed",
                    key.keyring,
                    key.place,
                    key.keyring.program()
                ))
                .remedy("install it: no other keyring and no file is tried"),
            ),
            (None, _) => None,
        }
    };
    profiles.iter().filter_map(finding).collect()
}

/// A key that a rotation left, or a rotation that was broken off.
fn rotation(profile: &Section<'_>) -> Option<Finding> {
    let line = profile.value(ROTATION)?;
    let (name, place) = (escape_up_to(profile.name(), 80), &line.place());
    let rotate = format!("assume-role keys rotate {}", quote::word(profile.name()));
    Some(match line.read(Rotation::parse) {
        Err(error) => Finding::of_error(Level::Broken, &error),
        Ok(done) if done.step == Step::Done => Finding::note(&format!(
            "the key {} that profile {name} had before is kept, inactive at AWS ({place})",
            shortened(&done.old)
        ))
        .remedy("the next rotation deletes it"),
        Ok(_) => {
            Finding::warning(&format!("the rotation of profile {name} was broken off ({place})"))
                .remedy(rotate)
        }
    })
}

/// Keys that only another tool reads, each with its places.
fn foreign(profiles: &Profiles) -> Vec<Finding> {
    let mut found: BTreeMap<(String, &str), Vec<String>> = BTreeMap::new();
    for ForeignKey { key, tool, place } in profiles.iter().flat_map(|it| foreign_keys(&it)) {
        found.entry((key, tool)).or_default().push(place.to_string());
    }
    let told = |((key, tool), places): ((String, &str), Vec<String>)| {
        let first: Vec<&str> = places.iter().take(3).map(String::as_str).collect();
        let more = match places.len() - first.len() {
            0 => String::new(),
            more => format!(" and {more} more"),
        };
        let places = format!("{}{more}", first.join(", "));
        Finding::note(&ForeignKey::said(&key, tool, &places))
    };
    found.into_iter().map(told).collect()
}

/// Profiles that lead to a role but cannot get there.
fn chains(read: &FilesRead) -> Vec<Finding> {
    let Some(config) = read.config() else { return Vec::new() };
    // With `sso_session` alone it is one that gives a token, which some services want.
    let leads =
        ["role_arn", "sso_account_id", "sso_role_name", "credential_source", "login_session"];
    let wanted = config.profiles.iter().filter(|profile| {
        profile.problem().is_none() && leads.iter().any(|key| profile.value(key).is_some())
    });
    // Keys in the environment come and go.
    let wanted = wanted.filter(|profile| {
        profile.value("credential_source").is_none_or(|it| it.text != "Environment")
    });
    wanted
        .filter_map(|profile| Chain::resolve(profile.name(), config).err())
        .map(|error| Finding::of_error(Level::Broken, &error))
        .collect()
}

/// Programs that print MFA codes.
fn mfa_programs(read: &FilesRead) -> Option<Finding> {
    let of_settings = read.settings().ok().and_then(|settings| settings.mfa_process.as_ref());
    let of_profiles = read.profiles().into_iter().flat_map(Profiles::iter);
    let of_profiles = of_profiles.filter_map(|profile| profile.value("mfa_process"));
    let places: Vec<String> = of_profiles
        .map(|program| program.place().to_string())
        .chain(of_settings.map(|set| set.origin.to_string()))
        .collect();
    let what = format!("MFA codes come from the programs of mfa_process: {}", places.join(", "));
    (!places.is_empty()).then(|| Finding::fine(&what))
}

/// The keys that roles are assumed with unless others are named.
fn base(read: &FilesRead, environment: &Environment, now: Moment) -> Finding {
    let Some(config) = read.config() else {
        return Finding::note("the base keys were not checked, since a file cannot be read");
    };
    match BaseAtHand::resolve(config) {
        Ok(BaseAtHand { base, .. }) => match &base.source {
            CredentialSource::ConsoleSignIn(sign_in) => console_sign_in(sign_in, now),
            CredentialSource::Keys(..) | CredentialSource::Keyring(_) => {
                let is_temporary = base.source.long_term_id().is_none();
                let kind = if is_temporary { "temporary base keys" } else { "base keys" };
                let id = escape_up_to(&shortened(base.key_id().unwrap_or_default()), 40);
                Finding::fine(&format!("{kind} {id}, from {}", base.description))
            }
            _ => Finding::fine(&format!(
                "roles of accounts are assumed from {}{}",
                base.description,
                printed(&base, config, now).unwrap_or_default()
            )),
        },
        Err(error) => {
            let other_scheme =
                environment_scheme(config).is_ok_and(|scheme| scheme != Scheme::Bastion);
            let is_said = |key: &&str| config.profiles.iter().any(|it| it.value(key).is_some());
            let sign_on = config.profiles.sso_sessions().next().map(|session| {
                let name = quote::word(session.name());
                format!("roles of IAM Identity Center need none: assume-role login {name}")
            });
            let has_other_ways = sign_on.is_some()
                || other_scheme
                || OTHER_SOURCES.iter().any(is_said)
                || environment.has("AWS_WEB_IDENTITY_TOKEN_FILE");
            let level = if has_other_ways { Level::Note } else { Level::Warning };
            let Finding { what: _, remedies, level } = Finding::of_error(level, &error);
            let what =
                format!("no credentials to assume roles of accounts with: {}", error.message);
            Finding { level, what, remedies: sign_on.into_iter().chain(remedies).collect() }
        }
    }
}

fn console_sign_in(sign_in: &SignIn, now: Moment) -> Finding {
    match sign_in_state(sign_in, now) {
        SignOn::Live(ends) => Finding::fine(&format!(
            "the base is the console sign-in of {sign_in} ({}), which renews itself for about {} more",
            sign_in.arn.origin,
            minutes(ends.since(now).max(0))
        )),
        SignOn::Missing => {
            let why = sign_in_told(sign_in).into_iter();
            Finding::of_error(Level::Warning, &why.fold(sign_in.missing(), Error::because))
        }
    }
}

/// What a program printed when it ran last, which decides how long roles are.
fn printed(base: &Base, config: &Config, now: Moment) -> Option<String> {
    let store = Store::of(config).ok()?.only_looking();
    let printed: ProgramKeys = store.get(&base.key(), now).ok().flatten()?;
    Some(match printed.long_lived {
        Some(id) => {
            format!("; the program gave the long-lived key {}", escape_up_to(&shortened(&id), 40))
        }
        None => "; the program gave temporary keys: roles last one hour at most".to_owned(),
    })
}

pub(super) fn counted(count: usize, what: &str) -> String {
    match count {
        1 => format!("1 {what}"),
        several => format!("{several} {what}s"),
    }
}

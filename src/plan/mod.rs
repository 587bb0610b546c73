//! What was typed becomes what is meant, before anything runs.
//!
//! The command line, the environment and the files come in; one [`Request`] goes out, or an error
//! that names the place of the wrong value. Every default and every conflict is decided here:
//! option, then account, then environment, then settings, then what is built in.

mod at_hand;
mod base;
pub(crate) mod chain;
mod desktop;
mod marks;
mod network;
mod open;
mod profile;
pub(crate) mod saml;
mod service;
mod shape;
mod sign_off;
mod sign_on;
mod subject;
mod survey;
mod target;
mod unknown;
mod way;
mod web_identity;
mod words;

use std::time::Duration;

pub(crate) use at_hand::AtHand;
pub(crate) use base::{Base, ENVIRONMENT, profile_name as base_name};
pub(crate) use desktop::no_desktop;
pub(crate) use marks::Marks;
pub(crate) use network::{Overrides, Trust};
pub(crate) use open::{Open, open};
pub(crate) use saml::Saml;
pub(crate) use service::{path_of_service, services};
pub(crate) use shape::{Shape, external_id, session_name};
pub(crate) use sign_off::SignOff;
pub(crate) use sign_on::SignOnRequest;
pub(crate) use survey::Survey;
pub(crate) use target::Length;
pub(crate) use target::{Asked, Chosen, ONE_HOUR, Origin, Target, which_role};
pub(crate) use unknown::near_regions;
pub(crate) use way::{Way, environment_scheme, scheme};
pub(crate) use web_identity::WebIdentity;

use crate::cli;
use crate::config::Config;
use crate::config::saml_response::Response;
use crate::config::values::{Scheme, parse_mfa_serial};
use crate::error::{Error, Result};
use crate::types::{Region, Secret};
use subject::{Meant, Subject};

/// One switch, fully decided.
#[derive(Clone, Debug)]
pub(crate) struct Request {
    /// Account and role.
    pub target: Target,
    /// How the session is had.
    pub way: Way,
    /// The region the shell gets, and who decided it.
    pub region: Option<Chosen<Region>>,
    /// How long the session shall last.
    pub length: Length,
    /// What narrows and marks the session.
    pub shape: Shape,
    /// The MFA code that was given.
    pub code: Option<Secret>,
    /// The MFA device, and who named it.
    pub serial: Option<Chosen<String>>,
    /// Endpoint overrides.
    pub endpoints: Overrides,
    /// Trusted certificates.
    pub trust: Trust,
    /// The time for a call with all its attempts.
    pub timeout: Duration,
    /// Take a new session even if a stored one would do.
    pub refresh: bool,
    /// A protected account may be entered.
    pub yes: bool,
    /// Questions are allowed.
    pub may_ask: bool,
    /// What the user should be warned of, whatever comes of the request.
    pub warnings: Vec<String>,
    /// What the user should hear about how the words were understood.
    pub notes: Vec<String>,
    /// The request as words, without secrets: what renews it, and what `-` goes back to.
    pub words: Vec<String>,
}

impl Request {
    /// Decides everything about a target.
    pub(crate) fn resolve(asked: &cli::Target, config: &Config) -> Result<Self> {
        let captured = if asked.via.is_empty() { saml::captured(asked, config)? } else { None };
        match subject::find(asked, captured.as_ref(), config)? {
            Subject::Role(meant) => Self::of_role(asked, *meant, captured, config),
            Subject::Profile(name, extras) => profile::resolve(&name, asked, &extras, config),
        }
    }

    fn of_role(
        asked: &cli::Target,
        meant: Meant,
        captured: Option<Chosen<Response>>,
        config: &Config,
    ) -> Result<Self> {
        let (account, extras) = (&meant.account, &meant.extras);
        refuse_two("region", asked.region.is_some(), extras.region.is_some())?;
        refuse_two("MFA code", asked.mfa_code.is_some(), extras.code.is_some())?;
        let scheme = way::scheme(asked, Some(account), config)?;
        let code =
            asked.mfa_code.as_deref().map(given_code).transpose()?.or_else(|| extras.code.clone());
        let region = target::region(
            asked.region.as_deref().or(extras.region.as_deref()),
            Some(account),
            config,
        )?;
        let base_name = base::profile_name(asked.base.as_deref(), Some(account), config)?;
        let is_environment = base_name.value == base::ENVIRONMENT;
        let from_base =
            asked.via.is_empty() && matches!(scheme.value, Scheme::Bastion | Scheme::Profile);
        let profile = if is_environment {
            None
        } else if from_base {
            Some(base::find_profile(&base_name, config)?)
        } else {
            config.profiles.get(&base_name.value)?
        };
        let region = match region {
            None => target::fallback_region(profile.as_ref(), config)?,
            chosen => chosen,
        };
        let (target, role) = meant.target(region.as_ref())?;
        let asked_with_code = cli::Target {
            mfa_code: code.as_ref().map(|code| code.expose().to_owned()),
            ..asked.clone()
        };
        let hop = way::hop(&asked_with_code, &role, config)?;
        if hop.is_none()
            && code.is_some()
            && matches!(scheme.value, Scheme::Saml | Scheme::WebIdentity)
        {
            return Err(Error::usage(format!(
                "an MFA code, but the scheme from {} takes none",
                scheme.origin
            ))
            .hint("assume-role ACCOUNT ROLE [REGION]"));
        }
        let mut warnings = Vec::new();
        let way = match (hop, scheme.value, &profile) {
            (Some(hop), ..) => Way::Via(Box::new(hop)),
            (None, Scheme::Saml, _) => {
                Way::Saml(Box::new(Saml::of(captured, config, &mut warnings)?))
            }
            (None, Scheme::WebIdentity, profile) => {
                Way::WebIdentity(WebIdentity::of(asked, profile.as_ref(), config)?)
            }
            (None, Scheme::IdentityCenter, _) => {
                return Err(Error::config(format!(
                    "the scheme sso from {} is not used for an account and a role yet",
                    scheme.origin
                ))
                .hint("name a profile with sso_session, sso_account_id and sso_role_name"));
            }
            (None, Scheme::Bastion | Scheme::Profile, profile) => {
                way::of_base(&base_name, profile.as_ref(), &asked_with_code, config)?
            }
        };
        let mut notes = meant.notes;
        if let Way::Bastion(base) = &way {
            notes.extend(base::note_of_own_role(&base.keys, config)?);
        }
        if let Way::Via(hop) = &way {
            warnings.extend(hop.warnings.iter().cloned());
        }
        let of_base = match &way {
            Way::Bastion(base) => base.mfa_serial.clone(),
            _ => None,
        };
        let arn = role.to_string();
        let account_and_role = [target.name.as_str(), role.name.as_str()];
        let target_words =
            if meant.partition.is_some() { &[arn.as_str()][..] } else { &account_and_role };
        Ok(Self {
            region,
            length: target::length(asked.duration.as_deref(), account, config)?,
            code,
            serial: serial(asked.mfa_serial.as_deref(), account)?.or(of_base),
            shape: Shape::of(asked, account, &way, target.partition, config)?,
            endpoints: network::overrides(profile.as_ref(), config)?,
            trust: network::trust(profile.as_ref(), config),
            timeout: Duration::from_secs(config.settings.timeout.value.into()),
            refresh: asked.refresh,
            yes: asked.yes,
            may_ask: !asked.no_input,
            words: words::without_secrets(asked, extras.region.as_deref(), target_words),
            warnings,
            notes,
            target,
            way,
        })
    }

    /// Where STS is asked.
    pub(crate) fn sts_region(&self) -> Region {
        let chosen = self.region.as_ref().map(|chosen| chosen.value.clone());
        chosen
            .filter(|region| region.partition() == self.target.partition)
            .unwrap_or_else(|| self.target.partition.default_region())
    }
}

fn refuse_two(what: &str, option: bool, word: bool) -> Result<()> {
    if option && word {
        return Err(Error::usage(format!("the {what} is given twice, as a word and as an option")));
    }
    Ok(())
}

fn given_code(text: &str) -> Result<Secret> {
    if text.len() == 6 && text.bytes().all(|byte| byte.is_ascii_digit()) {
        return Ok(Secret::new(text.to_owned()));
    }
    Err(Error::usage("the value of --mfa-code is not six digits"))
}

/// The MFA device that option or account name.
fn serial(option: Option<&str>, account: &Asked) -> Result<Option<Chosen<String>>> {
    if let Some(text) = option {
        return Ok(Some(Chosen::new(parse_mfa_serial("--mfa-serial", text)?, "--mfa-serial")));
    }
    let of_account = account
        .entry
        .as_ref()
        .and_then(|entry| Some((entry.mfa_serial.clone()?, entry.place.to_string())));
    Ok(of_account.map(|(serial, place)| Chosen::new(serial, place)))
}

//! What was typed becomes what is meant, before anything runs.
//!
//! The command line, the environment and the files come in; one [`Request`] goes out, or an error that names the
//! place of the wrong value. Every default and every conflict is decided here: option, then account, then
//! environment, then settings, then what is built in.

mod at_hand;
mod base;
pub mod chain;
mod desktop;
mod marks;
mod network;
mod open;
mod profile;
pub mod saml;
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

pub use at_hand::AtHand;
pub use base::{Base, ENVIRONMENT, profile_name as base_name};
pub use desktop::no_desktop;
pub use marks::Marks;
pub use network::{Overrides, Trust};
pub use open::{Open, open};
pub use saml::Saml;
pub use service::{path_of_service, services};
pub use shape::{Shape, external_id, session_name};
pub use sign_off::SignOff;
pub use sign_on::SignOnRequest;
pub use survey::Survey;
pub use target::{Asked, Chosen, Length, ONE_HOUR, Origin, Target, which_role};
pub use unknown::near_regions;
pub use way::{Way, environment_scheme, scheme};
pub use web_identity::WebIdentity;

use crate::cli;
use crate::error::{Error, Result};
use crate::input::Input;
use crate::input::assertion::Response;
use crate::input::values::{Scheme, parse_mfa_serial};
use crate::session::{Region, Secret};
use subject::{Meant, Subject};

/// One switch, fully decided.
#[derive(Clone, Debug)]
pub struct Request {
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
    ///
    /// # Errors
    /// `Usage` for words that do not fit, `Config` for names and values that do not hold, with their place.
    pub fn resolve(asked: &cli::Target, input: &Input) -> Result<Self> {
        let captured = if asked.via.is_empty() { saml::captured(asked, input)? } else { None };
        match subject::find(asked, captured.as_ref(), input)? {
            Subject::Role(meant) => Self::of_role(asked, *meant, captured, input),
            Subject::Profile(name, extras) => profile::resolve(&name, asked, &extras, input),
        }
    }

    fn of_role(asked: &cli::Target, meant: Meant, captured: Option<Chosen<Response>>, input: &Input) -> Result<Self> {
        let (account, extras) = (&meant.account, &meant.extras);
        refuse_two("region", asked.region.is_some(), extras.region.is_some())?;
        refuse_two("MFA code", asked.mfa_code.is_some(), extras.code.is_some())?;
        let scheme = way::scheme(asked, Some(account), input)?;
        let code = asked.mfa_code.as_deref().map(given_code).transpose()?.or_else(|| extras.code.clone());
        let region = target::region(asked.region.as_deref().or(extras.region.as_deref()), Some(account), input)?;
        let base_name = base::profile_name(asked.base.as_deref(), Some(account), input)?;
        let is_environment = base_name.value == base::ENVIRONMENT;
        let from_base = asked.via.is_empty() && matches!(scheme.value, Scheme::Bastion | Scheme::Profile);
        let profile = if is_environment {
            None
        } else if from_base {
            Some(base::find_profile(&base_name, input)?)
        } else {
            input.profiles.get(&base_name.value)?
        };
        let region = match region {
            None => target::fallback_region(profile.as_ref(), input)?,
            chosen => chosen,
        };
        let (target, role) = meant.target(region.as_ref())?;
        let asked_with_code =
            cli::Target { mfa_code: code.as_ref().map(|code| code.expose().to_owned()), ..asked.clone() };
        let hop = way::hop(&asked_with_code, &role, input)?;
        if hop.is_none() && code.is_some() && matches!(scheme.value, Scheme::Saml | Scheme::WebIdentity) {
            return Err(Error::usage(format!("an MFA code, but the scheme from {} takes none", scheme.origin))
                .hint("assume-role ACCOUNT ROLE [REGION]"));
        }
        let mut warnings = Vec::new();
        let way = match (hop, scheme.value, &profile) {
            (Some(hop), ..) => Way::Via(Box::new(hop)),
            (None, Scheme::Saml, _) => Way::Saml(Box::new(Saml::of(captured, input, &mut warnings)?)),
            (None, Scheme::WebIdentity, profile) => Way::WebIdentity(WebIdentity::of(asked, profile.as_ref(), input)?),
            (None, Scheme::Bastion | Scheme::Profile, profile) => {
                way::of_base(&base_name, profile.as_ref(), &asked_with_code, input)?
            }
        };
        let mut notes = meant.notes;
        if let Way::Bastion(base) = &way {
            notes.extend(base::note_of_own_role(&base.keys, input)?);
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
        let target_words = if meant.partition.is_some() { &[arn.as_str()][..] } else { &account_and_role };
        Ok(Self {
            region,
            length: target::length(asked.duration.as_deref(), account, input)?,
            code,
            serial: serial(asked.mfa_serial.as_deref(), account)?.or(of_base),
            shape: Shape::of(asked, account, &way, target.partition, input)?,
            endpoints: network::overrides(profile.as_ref(), input)?,
            trust: network::trust(profile.as_ref(), input),
            timeout: Duration::from_secs(input.settings.timeout.value.into()),
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
    pub fn sts_region(&self) -> Region {
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
    let of_account =
        account.entry.as_ref().and_then(|entry| Some((entry.mfa_serial.clone()?, entry.place.to_string())));
    Ok(of_account.map(|(serial, place)| Chosen::new(serial, place)))
}

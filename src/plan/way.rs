//! How a session is had: whose keys or whose word it stands on.

use super::Request;
use super::base::Base;
use super::chain::{Root, SsoRole, Start};
use super::profile;
use super::saml::Saml;
use super::target::{Asked, Chosen};
use super::web_identity::WebIdentity;
use super::words::Extras;
use crate::cli;
use crate::config::Config;
use crate::config::profiles::Section;
use crate::config::values::Scheme;
use crate::error::{Error, Result};
use crate::types::RoleArn;
use crate::types::sanitize::escape_up_to;

/// Keys of a profile that prove it otherwise than by keys in a file.
const OTHER_WAYS: [&str; 4] =
    ["role_arn", "credential_process", "sso_account_id", "web_identity_token_file"];

/// The way to a session.
#[derive(Clone, Debug)]
pub(crate) enum Way {
    /// A user's own keys, proved by an MFA device.
    Bastion(Base),
    /// Another role's session, got first.
    Via(Box<Request>),
    /// Whatever a profile begins with, as it is.
    Root(Box<Root>),
    /// A SAML response.
    Saml(Box<Saml>),
    /// The token of a web identity provider.
    WebIdentity(WebIdentity),
}

impl Way {
    /// Where the keys are from that ask for the role, for messages.
    pub(crate) fn shown(&self) -> String {
        match self {
            Self::Bastion(base) => base.keys_from.clone(),
            Self::Saml(saml) => saml.shown(),
            Self::WebIdentity(token) => token.shown(),
            Self::Via(hop) => format!("the session of {}", hop.target),
            Self::Root(root) => root.from.clone(),
        }
    }

    /// The id of the key that asks first, where the keys are at hand.
    pub(crate) fn key_id(&self) -> Option<&str> {
        match self {
            Self::Bastion(base) => Some(&base.keys.id),
            Self::Saml(_) | Self::WebIdentity(_) => None,
            Self::Via(hop) => hop.way.key_id(),
            Self::Root(root) => match &root.start {
                Start::Credentials(keys, _) => Some(&keys.id),
                _ => None,
            },
        }
    }

    /// The sign-on that it takes, on whatever leg.
    pub(crate) fn sign_on(&self) -> Option<&SsoRole> {
        match self {
            Self::Bastion(_) | Self::Saml(_) | Self::WebIdentity(_) => None,
            Self::Via(hop) => hop.way.sign_on(),
            Self::Root(root) => match &root.start {
                Start::Sso(role) => Some(role),
                _ => None,
            },
        }
    }
}

/// The way from a base: its keys, or whatever else its profile proves itself with.
pub(super) fn of_base(
    name: &Chosen<String>,
    profile: Option<&Section<'_>>,
    asked: &cli::Target,
    config: &Config,
) -> Result<Way> {
    let Some(profile) = profile else { return Ok(Way::Bastion(Base::of_environment(config)?)) };
    let says = |key: &&str| profile.value(key).is_some();
    if profile.value("aws_access_key_id").is_some() || !OTHER_WAYS.iter().any(says) {
        return Ok(Way::Bastion(Base::resolve(name, profile)?));
    }
    let step = cli::Target {
        mfa_code: asked.mfa_code.clone(),
        mfa_serial: asked.mfa_serial.clone(),
        refresh: asked.refresh && asked.mfa_code.is_some(),
        write: asked.write,
        no_input: asked.no_input,
        ..cli::Target::default()
    };
    Ok(Way::Via(Box::new(profile::resolve(&name.value, &step, &Extras::default(), config)?)))
}

/// The scheme that option, account or environment ask for.
pub(crate) fn scheme(
    asked: &cli::Target,
    account: Option<&Asked>,
    config: &Config,
) -> Result<Chosen<Scheme>> {
    let variable = "AWS_ASSUME_ROLE_AUTH_SCHEME";
    let option = asked.scheme.as_deref().map(|text| Scheme::parse("--scheme", text)).transpose()?;
    let implied = [
        (asked.saml_response.is_some(), Scheme::Saml, "--saml-response"),
        (asked.web_identity_token_file.is_some(), Scheme::WebIdentity, "--web-identity-token-file"),
    ];
    if let Some((_, scheme, name)) = implied.into_iter().find(|(given, ..)| *given) {
        if option.is_some_and(|option| option != scheme) {
            return Err(Error::usage(format!(
                "{name} belongs to another scheme than --scheme says"
            )));
        }
        return Ok(Chosen::new(scheme, name));
    }
    if let Some(scheme) = option {
        return Ok(Chosen::new(scheme, "--scheme"));
    }
    if let Some((scheme, place)) = account
        .and_then(|account| account.entry.as_ref())
        .and_then(|entry| Some((entry.scheme?, &entry.place)))
    {
        return Ok(Chosen::new(scheme, place.to_string()));
    }
    if let Some(text) = config.environment.text(variable)? {
        return Ok(Chosen::new(Scheme::parse(variable, text)?, variable));
    }
    Ok(Chosen::new(Scheme::Bastion, "the built-in default"))
}

/// The scheme of a switch that says nothing about it.
pub(crate) fn environment_scheme(config: &Config) -> Result<Scheme> {
    Ok(scheme(&cli::Target::default(), None, config)?.value)
}

/// The request for the last of the roles that `--via` names; it goes through the others.
pub(super) fn hop(asked: &cli::Target, role: &RoleArn, config: &Config) -> Result<Option<Request>> {
    let Some((last, before)) = asked.via.split_last() else { return Ok(None) };
    let hop = Request::resolve(
        &cli::Target {
            words: hop_words(last, config)?,
            via: before.to_vec(),
            mfa_code: asked.mfa_code.clone(),
            mfa_serial: asked.mfa_serial.clone(),
            base: asked.base.clone(),
            scheme: asked.scheme.clone(),
            saml_response: asked.saml_response.clone(),
            web_identity_token_file: asked.web_identity_token_file.clone(),
            // A code and --refresh together ask for a new base session.
            refresh: asked.refresh && asked.mfa_code.is_some(),
            write: asked.write,
            no_input: asked.no_input,
            ..cli::Target::default()
        },
        config,
    )?;
    if hop.target.partition != role.partition {
        return Err(Error::config(format!(
            "{} lies in partition {}, {role} does not",
            hop.target, hop.target.partition
        ))
        .because("no role of one partition can assume one of another"));
    }
    Ok(Some(hop))
}

/// A hop is written as the prompt shows it, `ACCOUNT:ROLE`, or as one of the words that mean a role
/// alone.
fn hop_words(text: &str, config: &Config) -> Result<Vec<String>> {
    if text.is_empty() {
        return Err(Error::usage("--via is empty")
            .hint("--via ACCOUNT:ROLE, a profile, or the ARN of a role"));
    }
    let whole = RoleArn::is_meant(text)
        || config.accounts.find(text)?.is_some()
        || config.profiles.get(text)?.is_some();
    match text.rsplit_once(':') {
        Some((account, role)) if !whole => Ok(vec![account.to_owned(), role.to_owned()]),
        _ if whole || !text.contains(' ') => Ok(vec![text.to_owned()]),
        _ => Err(Error::usage(format!("--via '{}' names no role", escape_up_to(text, 80)))
            .hint("--via ACCOUNT:ROLE, a profile, or the ARN of a role")),
    }
}

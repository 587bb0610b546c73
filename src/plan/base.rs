//! The base: the profile whose keys ask for the role, and what else that profile says.

use std::fmt::Display;

use crate::config::Config;
use crate::config::profiles::Section;
use crate::config::values::parse_mfa_serial;
use crate::error::{Error, Result};
use crate::types::sanitize::escape_up_to;
use crate::types::{Credentials, Moment, Secret};

use super::target::{Asked, Chosen};

/// Who asks for the role.
#[derive(Clone, Debug)]
pub(crate) struct Base {
    /// The profile's name.
    pub profile: String,
    /// Its keys.
    pub keys: Credentials,
    /// Where the keys are from, for messages: `profile bastion (~/.aws/credentials:3)`.
    pub keys_from: String,
    /// The profile's MFA device.
    pub mfa_serial: Option<Chosen<String>>,
    /// Whether a device that nobody names is looked for; a profile says what it wants.
    pub finds_device: bool,
    /// Whether a renewal finds the keys again: those in the environment give way to the role's.
    pub stays: bool,
}

impl Base {
    /// Whether its keys stand in the environment, and in no file.
    pub(crate) fn is_environment(&self) -> bool {
        self.profile == ENVIRONMENT
    }

    /// Takes the keys of a profile.
    pub(crate) fn resolve(name: &Chosen<String>, profile: &Section<'_>) -> Result<Self> {
        let serial = chosen(profile, "mfa_serial");
        let (keys, place) = keys(profile)?;
        Ok(Self {
            keys,
            keys_from: format!("profile {} ({place})", escape_up_to(&name.value, 80)),
            mfa_serial: serial
                .map(|s| {
                    parse_mfa_serial(&s.origin, &s.value).map(|value| Chosen::new(value, &s.origin))
                })
                .transpose()?,
            profile: name.value.clone(),
            finds_device: true,
            stays: true,
        })
    }

    /// Takes the keys of the environment.
    pub(crate) fn of_environment(config: &Config) -> Result<Self> {
        let (keys, _, keys_from) = environment_keys(config)?;
        Ok(Self {
            profile: ENVIRONMENT.to_owned(),
            keys,
            keys_from,
            mfa_serial: None,
            finds_device: true,
            stays: false,
        })
    }
}

/// The base that is no profile: the keys in the environment.
pub(crate) const ENVIRONMENT: &str = "env";

/// Which profile is the base, and who says so: option, account, `AWS_PROFILE_ASSUME_ROLE`,
/// settings, `default`.
pub(crate) fn profile_name(
    option: Option<&str>,
    asked: Option<&Asked>,
    config: &Config,
) -> Result<Chosen<String>> {
    if let Some(name) = option {
        return Ok(Chosen::new(name.to_owned(), "--base"));
    }
    let entry = asked.and_then(|asked| asked.entry.as_ref());
    if let Some((base, place)) = entry.and_then(|entry| Some((entry.base.as_ref()?, &entry.place)))
    {
        return Ok(Chosen::new(base.to_string(), place.to_string()));
    }
    let variable = "AWS_PROFILE_ASSUME_ROLE";
    if let Some(name) = config.environment.text(variable)? {
        return Ok(Chosen::new(name.to_owned(), variable));
    }
    Ok(match &config.settings.base {
        Some(set) => Chosen::new(set.value.to_string(), set.origin.to_string()),
        None => Chosen::new("default".to_owned(), "the built-in default"),
    })
}

/// The profile of that name.
pub(super) fn find_profile<'a>(name: &Chosen<String>, config: &'a Config) -> Result<Section<'a>> {
    config.profiles.require(&name.value).map_err(|error| {
        error.because(format!("the base profile is named by {}", name.origin)).hint(
            "the keys of your own user belong there, in [default] or in the profile that --base or AWS_PROFILE_ASSUME_ROLE names",
        )
    })
}

/// The keys of a profile, and where they stand.
pub(super) fn keys(profile: &Section<'_>) -> Result<(Credentials, String)> {
    let (id, secret) =
        match (profile.value("aws_access_key_id"), profile.value("aws_secret_access_key")) {
            (Some(id), Some(secret)) => (id, secret),
            (Some(only), None) | (None, Some(only)) => {
                return Err(Error::config(format!(
                    "profile '{}' holds half a key ({})",
                    escape_up_to(profile.name(), 80),
                    only.place
                ))
                .hint("a key is aws_access_key_id and aws_secret_access_key together"));
            }
            (None, None) => {
                let place = profile.place().map(|place| format!(" ({place})")).unwrap_or_default();
                return Err(Error::config(format!(
                    "profile '{}'{} holds no keys",
                    escape_up_to(profile.name(), 80),
                    place
                ))
                .hint(
                    "the base needs aws_access_key_id and aws_secret_access_key of your own user",
                ));
            }
        };
    check_id(&id.place, id.text)?;
    if let Some(error) = profile.temporary_without_token() {
        return Err(error);
    }
    let token = profile.value("aws_session_token").map(|token| Secret::new(token.text.to_owned()));
    let place = id.place.to_string();
    Ok((
        Credentials { id: id.text.to_owned(), secret: Secret::new(secret.text.to_owned()), token },
        place,
    ))
}

/// A value of the profile, with its place.
pub(super) fn chosen(profile: &Section<'_>, key: &str) -> Option<Chosen<String>> {
    profile.value(key).map(|value| Chosen::new(value.text.to_owned(), value.place.to_string()))
}

/// The keys in the environment, when they end, and whose they are: a role's that a switch of ours
/// left there, or the user's.
pub(super) fn environment_keys(config: &Config) -> Result<(Credentials, Option<Moment>, String)> {
    let environment = &config.environment;
    let (id, secret) =
        (environment.text("AWS_ACCESS_KEY_ID")?, environment.text("AWS_SECRET_ACCESS_KEY")?);
    let (Some(id), Some(secret)) = (id, secret) else {
        return Err(Error::config("the environment holds no keys")
            .hint("it takes AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, and AWS_SESSION_TOKEN for temporary keys"));
    };
    check_id("AWS_ACCESS_KEY_ID", id)?;
    let token = environment.text("AWS_SESSION_TOKEN")?.map(|token| Secret::new(token.to_owned()));
    let is_ours = environment.text("ASSUME_ROLE_KEY_ID")? == Some(id);
    let from = if is_ours { "the role that this shell has" } else { "the environment" };
    let ends = environment.text("AWS_CREDENTIAL_EXPIRATION")?.and_then(Moment::parse_rfc3339);
    let keys = Credentials { id: id.to_owned(), secret: Secret::new(secret.to_owned()), token };
    Ok((keys, ends, format!("{from} (AWS_ACCESS_KEY_ID)")))
}

/// What the user should hear when the keys of the environment are those of a role that a switch
/// left there.
pub(super) fn note_of_own_role(keys: &Credentials, config: &Config) -> Result<Option<String>> {
    let is_ours = config.environment.text("ASSUME_ROLE_KEY_ID")? == Some(keys.id.as_str());
    Ok(is_ours.then(|| "asked for by the role that this shell has, not by a user".to_owned()))
}

fn check_id(origin: impl Display, id: &str) -> Result<()> {
    if (16..=128).contains(&id.len())
        && id.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
    {
        return Ok(());
    }
    Err(Error::config(format!("{origin}: that is no access key id"))
        .hint("it looks like AKIAIOSFODNN7EXAMPLE"))
}

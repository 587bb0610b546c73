//! The base: the profile whose keys ask for the role, and what else that profile says.

use crate::error::{Error, Result};
use crate::input::Input;
use crate::input::profiles::Section;
use crate::input::values::parse_mfa_serial;
use crate::session::{Keys, Secret};
use crate::shown::shown_up_to;

use super::target::{Asked, Chosen};

/// Who asks for the role.
#[derive(Clone, Debug)]
pub struct Base {
    /// The profile's name.
    pub profile: String,
    /// Its keys.
    pub keys: Keys,
    /// Where the keys are from, for messages: `profile bastion (~/.aws/credentials:3)`.
    pub keys_from: String,
    /// The profile's MFA device.
    pub mfa_serial: Option<Chosen<String>>,
}

impl Base {
    /// Takes the keys of a profile.
    ///
    /// # Errors
    /// `Config` when it holds no keys, or a value of it does not hold.
    pub fn resolve(name: &Chosen<String>, profile: &Section<'_>) -> Result<Self> {
        let serial = chosen(profile, "mfa_serial");
        let (keys, place) = keys(name, profile)?;
        Ok(Self {
            keys,
            keys_from: format!("profile {} ({place})", shown_up_to(&name.value, 80)),
            mfa_serial: serial
                .map(|s| parse_mfa_serial(&s.origin, &s.value).map(|value| Chosen::new(value, &s.origin)))
                .transpose()?,
            profile: name.value.clone(),
        })
    }
}

/// Which profile is the base, and who says so: option, account, `AWS_PROFILE_ASSUME_ROLE`, settings, `default`.
///
/// # Errors
/// `Config` for a variable that is not UTF-8.
pub fn profile_name(option: Option<&str>, asked: &Asked, input: &Input) -> Result<Chosen<String>> {
    if let Some(name) = option {
        return Ok(Chosen::new(name.to_owned(), "--base"));
    }
    if let Some((base, place)) = asked.entry.as_ref().and_then(|entry| Some((entry.base.as_ref()?, &entry.place))) {
        return Ok(Chosen::new(base.to_string(), place.to_string()));
    }
    let variable = "AWS_PROFILE_ASSUME_ROLE";
    if let Some(name) = input.environment.text(variable)? {
        return Ok(Chosen::new(name.to_owned(), variable));
    }
    Ok(match &input.settings.base {
        Some(set) => Chosen::new(set.value.to_string(), set.origin.to_string()),
        None => Chosen::new("default".to_owned(), "the built-in default"),
    })
}

/// The profile of that name.
///
/// # Errors
/// `Config` with the nearest names.
pub fn find_profile<'a>(name: &Chosen<String>, input: &'a Input) -> Result<Section<'a>> {
    input.profiles.require(&name.value).map_err(|error| {
        error.because(format!("the base profile is named by {}", name.origin)).hint(
            "the keys of your own user belong there, in [default] or in the profile that --base or AWS_PROFILE_ASSUME_ROLE names",
        )
    })
}

fn keys(name: &Chosen<String>, profile: &Section<'_>) -> Result<(Keys, String)> {
    let (id, secret) = match (profile.value("aws_access_key_id"), profile.value("aws_secret_access_key")) {
        (Some(id), Some(secret)) => (id, secret),
        (Some(only), None) | (None, Some(only)) => {
            return Err(Error::config(format!(
                "profile '{}' holds half a key ({})",
                shown_up_to(&name.value, 80),
                only.place
            ))
            .hint("a key is aws_access_key_id and aws_secret_access_key together"));
        }
        (None, None) => {
            let place = profile.place().map(|place| format!(" ({place})")).unwrap_or_default();
            return Err(Error::config(format!("profile '{}'{} holds no keys", shown_up_to(&name.value, 80), place))
                .hint("the base needs aws_access_key_id and aws_secret_access_key of your own user"));
        }
    };
    if !(16..=128).contains(&id.text.len()) || !id.text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
    {
        return Err(
            Error::config(format!("{}: that is no access key id", id.place)).hint("it looks like AKIAIOSFODNN7EXAMPLE")
        );
    }
    let token = profile.value("aws_session_token").map(|token| Secret::new(token.text.to_owned()));
    let place = id.place.to_string();
    Ok((Keys { id: id.text.to_owned(), secret: Secret::new(secret.text.to_owned()), token }, place))
}

/// A value of the profile, with its place.
pub fn chosen(profile: &Section<'_>, key: &str) -> Option<Chosen<String>> {
    profile.value(key).map(|value| Chosen::new(value.text.to_owned(), value.place.to_string()))
}

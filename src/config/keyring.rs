//! `assume_role_keys = KIND ID` of `~/.aws/config`: a long-lived key whose secret a keyring holds.
//!
//! The line says the access key id, which is no secret, so that stored sessions are found and plans
//! are made without the keyring.

use std::fmt;

use crate::config::location::Location;
use crate::error::{Error, Result};
use crate::types::is_key_id;
use crate::types::sanitize::escape_up_to;

/// The key of the line in a profile.
pub(crate) const REFERENCE: &str = "assume_role_keys";

/// What holds secrets. No kind is ever tried in place of the one that is named.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Keyring {
    /// org.freedesktop.secrets, by the program `secret-tool`.
    SecretService,
    /// The keychain of macOS, by the program `security`.
    Keychain,
    /// The password store of gpg files.
    Pass,
    /// A program that speaks docker's credential-helper protocol.
    Helper(String),
}

impl Keyring {
    pub(crate) fn parse(origin: impl fmt::Display, text: &str) -> Result<Self> {
        let is_name = |name: &str| {
            !name.is_empty()
                && !name.starts_with('-')
                && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"._-/".contains(&byte))
        };
        Ok(match (text, text.strip_prefix("helper:")) {
            ("secret-service", _) => Self::SecretService,
            ("keychain", _) => Self::Keychain,
            ("pass", _) => Self::Pass,
            (_, Some(name)) if is_name(name) => Self::Helper(name.to_owned()),
            _ => {
                let shown = escape_up_to(text, 80);
                return Err(Error::config(format!("{origin}: no keyring is called '{shown}'"))
                    .hint("it is secret-service, keychain, pass, or helper:NAME"));
            }
        })
    }

    /// The program that speaks to it, as it is found on the PATH.
    pub(crate) fn program(&self) -> String {
        match self {
            Self::SecretService => "secret-tool".to_owned(),
            Self::Keychain => "security".to_owned(),
            Self::Pass => "pass".to_owned(),
            Self::Helper(name) if name.contains('/') => name.clone(),
            Self::Helper(name) => format!("docker-credential-{name}"),
        }
    }

    /// What a machine of this kind usually has.
    pub(crate) fn usual() -> Self {
        if cfg!(target_os = "macos") { Self::Keychain } else { Self::SecretService }
    }
}

impl fmt::Display for Keyring {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::SecretService => f.write_str("secret-service"),
            Self::Keychain => f.write_str("keychain"),
            Self::Pass => f.write_str("pass"),
            Self::Helper(name) => write!(f, "helper:{name}"),
        }
    }
}

/// A long-lived key without its secret.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct KeyReference {
    pub keyring: Keyring,
    pub id: String,
    /// The file and line that say so.
    pub place: String,
}

impl KeyReference {
    pub(crate) fn parse(place: &Location, text: &str) -> Result<Self> {
        let words: Vec<&str> = text.split_whitespace().collect();
        let [kind, id] = words.as_slice() else {
            return Err(Error::config(format!("{place}: {REFERENCE} names a keyring and a key"))
                .hint(format!("{REFERENCE} = secret-service AKIAIOSFODNN7EXAMPLE")));
        };
        if !is_key_id(id) || id.starts_with("ASIA") {
            return Err(Error::config(format!("{place}: that is not the id of a long-lived key"))
                .hint("it looks like AKIAIOSFODNN7EXAMPLE"));
        }
        let keyring = Keyring::parse(place, kind)?;
        Ok(Self { keyring, id: (*id).to_owned(), place: place.to_string() })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kinds_are_shown_as_they_are_written() {
        for text in ["secret-service", "keychain", "pass", "helper:wincred.exe", "helper:/opt/x"] {
            assert_eq!(Keyring::parse("here", text).unwrap().to_string(), text);
        }
        for text in ["", "Pass", "helper:", "helper:-x", "helper:a b", "helper:$(x)", "file"] {
            assert!(Keyring::parse("here", text).is_err(), "{text}");
        }
    }
}

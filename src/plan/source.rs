//! Where a session's credentials come from, and who chose that.

use std::fmt::Display;

use super::account::TargetAccount;
use super::chain::{SignIn, SsoRole};
use super::chosen::{Chosen, Origin};
use super::credential_source::{CredentialSource, ENVIRONMENT};
use super::request::Request;
use super::saml::Saml;
use super::web_identity::WebIdentity;
use crate::cache::Key;
use crate::config::Config;
use crate::config::profiles::Section;
use crate::config::values::Scheme;
use crate::error::{Error, Result};
use crate::types::sanitize::escape_up_to;
use crate::types::{Credentials, Moment, Secret};

#[derive(Clone, Debug)]
pub(crate) struct Base {
    /// The profile that names it, or [`ENVIRONMENT`].
    pub profile: String,
    /// For messages: `profile bastion (~/.aws/credentials:3)`.
    pub description: String,
    pub source: CredentialSource,
    /// Whether a renewal finds it again: keys in the environment give way to the role's.
    pub survives_switch: bool,
    /// What chose it; `None` for a profile, which says so itself.
    pub chosen_by: Option<Chosen<&'static str>>,
    /// Nothing names it: it is what AWS's tools would find.
    pub is_found: bool,
    /// The account that its profile says the keys are of.
    pub told_account: Option<Chosen<String>>,
}

impl Base {
    /// What facts about it and its sessions are kept under.
    pub(crate) fn key(&self) -> Key {
        self.source.key(&self.profile)
    }

    pub(crate) fn is_environment(&self) -> bool {
        self.profile == ENVIRONMENT && matches!(self.source, CredentialSource::Keys(..))
    }

    /// The access key id, where the keys are at hand.
    pub(crate) fn key_id(&self) -> Option<&str> {
        match &self.source {
            CredentialSource::Keys(keys, _) => Some(&keys.id),
            CredentialSource::Keyring(key) => Some(&key.id),
            _ => None,
        }
    }

    pub(crate) fn sso_role(&self) -> Option<&SsoRole> {
        match &self.source {
            CredentialSource::IdentityCenter(role) => Some(role),
            _ => None,
        }
    }

    pub(crate) fn sign_in(&self) -> Option<&SignIn> {
        match &self.source {
            CredentialSource::ConsoleSignIn(sign_in) => Some(sign_in),
            _ => None,
        }
    }

    pub(super) fn of_token(token: WebIdentity, chosen_by: Chosen<&'static str>) -> Self {
        Self {
            profile: String::new(),
            description: token.to_string(),
            source: CredentialSource::WebIdentity(token),
            survives_switch: true,
            chosen_by: Some(chosen_by),
            is_found: false,
            told_account: None,
        }
    }

    pub(super) fn of_saml(saml: Saml, chosen_by: Chosen<&'static str>) -> Self {
        Self {
            profile: String::new(),
            description: saml.to_string(),
            source: CredentialSource::Saml(Box::new(saml)),
            survives_switch: true,
            chosen_by: Some(chosen_by),
            is_found: false,
            told_account: None,
        }
    }

    /// The keys in the environment, also those that a switch of ours left there.
    pub(super) fn of_environment(config: &Config) -> Result<Self> {
        let environment = &config.environment;
        let (id, secret) =
            (environment.text("AWS_ACCESS_KEY_ID")?, environment.text("AWS_SECRET_ACCESS_KEY")?);
        let (Some(id), Some(secret)) = (id, secret) else {
            return Err(Error::config("the environment holds no keys").hint(
                "it takes AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, and AWS_SESSION_TOKEN for temporary keys",
            ));
        };
        check_id("AWS_ACCESS_KEY_ID", id)?;
        let token = match environment.text("AWS_SESSION_TOKEN")? {
            None => environment.text("AWS_SECURITY_TOKEN")?,
            token => token,
        };
        if token.is_none() && id.starts_with("ASIA") {
            return Err(Error::config(
                "AWS_ACCESS_KEY_ID holds a temporary key (ASIA…) without AWS_SESSION_TOKEN",
            )
            .hint("export all three variables of the temporary keys"));
        }
        let token = token.map(|token| Secret::new(token.to_owned()));
        let ends = environment.text("AWS_CREDENTIAL_EXPIRATION")?.and_then(Moment::parse_rfc3339);
        let keys = Credentials { id: id.to_owned(), secret: Secret::new(secret.to_owned()), token };
        let from = if is_own_role(&keys, config)? {
            "the role that this shell has"
        } else {
            "the environment"
        };
        Ok(Self {
            profile: ENVIRONMENT.to_owned(),
            description: format!("{from} (AWS_ACCESS_KEY_ID)"),
            source: CredentialSource::Keys(keys, ends),
            survives_switch: false,
            chosen_by: None,
            is_found: false,
            told_account: None,
        })
    }
}

/// What the user should hear when the keys of the environment are those of a role that a switch
/// left there.
pub(super) fn note_of_own_role(base: &Base, config: &Config) -> Result<Option<String>> {
    Ok(match &base.source {
        CredentialSource::Keys(keys, _) if is_own_role(keys, config)? => {
            Some("assumed from the role that this shell has, not from a user".to_owned())
        }
        _ => None,
    })
}

fn is_own_role(keys: &Credentials, config: &Config) -> Result<bool> {
    Ok(config.environment.text("ASSUME_ROLE_KEY_ID")? == Some(keys.id.as_str()))
}

/// What else than keys a profile may get its credentials from.
pub(crate) const OTHER_SOURCES: [&str; 5] = [
    "role_arn", "credential_process", "sso_account_id", "login_session", "web_identity_token_file",
];

/// Which profile is named as the base: by option, account, `AWS_PROFILE_ASSUME_ROLE`, settings.
pub(super) fn base_profile(
    option: Option<&str>,
    account: Option<&TargetAccount>,
    config: &Config,
) -> Result<Option<Chosen<String>>> {
    if let Some(name) = option {
        return Ok(Some(Chosen::new(name.to_owned(), "--base")));
    }
    if let Some(base) = account.and_then(|account| account.value(|entry| entry.base.clone())) {
        return Ok(Some(base.map(|name| name.to_string())));
    }
    let variable = "AWS_PROFILE_ASSUME_ROLE";
    if let Some(name) = config.environment.text(variable)? {
        return Ok(Some(Chosen::new(name.to_owned(), variable)));
    }
    let set = config.settings.base.as_ref();
    Ok(set.map(|set| Chosen::new(set.value.to_string(), Origin::Place(set.origin.to_string()))))
}

pub(super) const KEYS_OF_USER: &str = "put the keys of your IAM user under [default], or into the profile that --base or AWS_PROFILE_ASSUME_ROLE names";

/// The base profile, or an error that looks at what is there.
pub(super) fn find_profile<'a>(name: &Chosen<String>, config: &'a Config) -> Result<Section<'a>> {
    config.profiles.require(&name.value).map_err(|error| {
        let error = error.because(format!("the base profile is named by {}", name.origin));
        error.hint(KEYS_OF_USER)
    })
}

/// The keys of a profile, and where they stand.
pub(super) fn keys(profile: &Section<'_>) -> Result<(Credentials, String)> {
    let name = || escape_up_to(profile.name(), 80);
    let (id, secret) =
        match (profile.value("aws_access_key_id"), profile.value("aws_secret_access_key")) {
            (Some(id), Some(secret)) => (id, secret),
            (Some(only), None) | (None, Some(only)) => {
                return Err(Error::config(format!(
                    "profile '{}' holds half a key ({})",
                    name(),
                    only.place()
                ))
                .hint("a key is aws_access_key_id and aws_secret_access_key together"));
            }
            (None, None) => return Err(no_keys(profile)),
        };
    check_id(id.place(), id.text)?;
    let token = profile.token().map(|token| Secret::new(token.text.to_owned()));
    if let Some(error) = profile.temporary_without_token() {
        return Err(error);
    }
    let place = id.place().to_string();
    let secret = Secret::new(secret.text.to_owned());
    Ok((Credentials { id: id.text.to_owned(), secret, token }, place))
}

/// The error for a profile that leads to no credentials, with the line that shows why.
pub(super) fn no_keys(profile: &Section<'_>) -> Error {
    let name = escape_up_to(profile.name(), 80);
    if let Some(source) = profile.value("source_profile") {
        return Error::config(format!(
            "{}: profile '{name}' has source_profile without role_arn",
            source.place()
        ))
        .because("source_profile only says whose keys assume the role of role_arn")
        .hint("add role_arn = arn:aws:iam::ACCOUNT:role/NAME, or remove the line");
    }
    let place = profile.place().map(|place| format!(" ({place})")).unwrap_or_default();
    Error::config(format!("profile '{name}'{place} holds no keys"))
        .hint("the base needs aws_access_key_id and aws_secret_access_key of your own user")
}

fn check_id(origin: impl Display, id: &str) -> Result<()> {
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_';
    if (16..=128).contains(&id.len()) && id.bytes().all(is_plain) {
        return Ok(());
    }
    Err(Error::config(format!("{origin}: that is not an access key id"))
        .hint("it looks like AKIAIOSFODNN7EXAMPLE"))
}

/// How the base proves itself: option, account, environment.
pub(super) fn scheme(
    request: &Request,
    account: Option<&TargetAccount>,
    config: &Config,
) -> Result<Chosen<Scheme>> {
    let variable = "AWS_ASSUME_ROLE_AUTH_SCHEME";
    let option = request.scheme.as_deref();
    let option = option.map(|text| Scheme::parse("--scheme", text)).transpose()?;
    let implied = [
        (request.saml_response.is_some(), Scheme::Saml, "--saml-response"),
        (
            request.web_identity_token_file.is_some(),
            Scheme::WebIdentity,
            "--web-identity-token-file",
        ),
    ];
    if let Some((_, scheme, name)) = implied.into_iter().find(|(given, ..)| *given) {
        if option.is_some_and(|option| option != scheme) {
            return Err(Error::usage(format!("{name} does not go with this --scheme")));
        }
        return Ok(Chosen::new(scheme, name));
    }
    if let Some(scheme) = option {
        return Ok(Chosen::new(scheme, "--scheme"));
    }
    if let Some(account) = account {
        if let Some(scheme) = account.value(|entry| entry.scheme) {
            return Ok(scheme);
        }
        if let Some(session) = account.value(|entry| entry.sso_session.clone()) {
            return Ok(session.map(|_| Scheme::IdentityCenter));
        }
    }
    if let Some(text) = config.environment.text(variable)? {
        return Ok(Chosen::new(Scheme::parse(variable, text)?, variable));
    }
    Ok(Chosen::new(Scheme::Bastion, Origin::Default("default")))
}

/// The scheme of a switch that says nothing about it.
pub(crate) fn environment_scheme(config: &Config) -> Result<Scheme> {
    Ok(scheme(&Request::default(), None, config)?.value)
}

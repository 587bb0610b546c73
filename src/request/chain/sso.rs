//! What a profile or an `[sso-session]` says about the single sign-on (IAM Identity Center).

use std::path::PathBuf;

use crate::error::{Error, Result};
use crate::input::Input;
use crate::input::profiles::Section;
use crate::request::base::chosen;
use crate::request::desktop::no_desktop;
use crate::request::target::Chosen;
use crate::session::{AccountId, Region, RoleArn, RoleName};
use crate::shown::{is_plain, shown_up_to};

/// What the AWS CLI asks for when a session names no scopes.
const DEFAULT_SCOPE: &str = "sso:account:access";

/// A role that a sign-on gives.
#[derive(Clone, Debug)]
pub struct SsoRole {
    /// Where to sign on.
    pub session: SsoSession,
    /// The account.
    pub account: AccountId,
    /// The role, which is the name of a permission set.
    pub role: RoleName,
}

/// Where to sign on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SsoSession {
    /// The name of the `[sso-session]`; `None` for the older form, where the profile says everything.
    pub name: Option<String>,
    /// The start page of the organization.
    pub start_url: String,
    /// The region of its Identity Center.
    pub region: Region,
    /// What a sign-on may be used for; only a session has them, and only with them a sign-on renews itself.
    pub scopes: Vec<String>,
    /// Where it stands.
    pub origin: String,
    /// The home directory, below which sign-ons are kept.
    pub home: Option<PathBuf>,
    /// Whether the environment is that of a desktop, where a page can be opened.
    pub on_desktop: bool,
}

impl SsoRole {
    /// The role as others name it, though the one in the account has a longer name.
    pub fn arn(&self) -> RoleArn {
        let partition = self.session.region.partition();
        RoleArn { partition, account: self.account.clone(), name: self.role.clone() }
    }

    /// The sign-on of a profile, if it has one.
    pub(super) fn of_profile(profile: &Section<'_>, input: &Input) -> Result<Option<Self>> {
        let (account, role) = match (chosen(profile, "sso_account_id"), chosen(profile, "sso_role_name")) {
            (None, None) => return Ok(None),
            (Some(account), Some(role)) => (account, role),
            (Some(only), None) => return Err(missing(profile, "sso_role_name", &only.origin)),
            (None, Some(only)) => return Err(missing(profile, "sso_account_id", &only.origin)),
        };
        let id = AccountId::parse(&account.value).ok_or_else(|| {
            Error::config(format!("{}: '{}' is no account id", account.origin, shown_up_to(&account.value, 80)))
                .hint("an account id has 12 digits")
        })?;
        let name = RoleName::parse(&role.value)
            .map_err(|error| Error { message: format!("{}: {}", role.origin, error.message), ..error })?;
        Ok(Some(Self { session: SsoSession::of_profile(profile, &account.origin, input)?, account: id, role: name }))
    }
}

impl SsoSession {
    /// The session that `[sso-session NAME]` describes.
    ///
    /// # Errors
    /// `Config` when there is none of that name, or with the place of what is wrong in it.
    pub fn named(name: &str, input: &Input) -> Result<Self> {
        let section = input.profiles.sso_session(name)?.ok_or_else(|| {
            let known: Vec<String> =
                input.profiles.sso_sessions().map(|session| shown_up_to(session.name(), 80)).collect();
            let error = Error::config(format!("there is no [sso-session {}]", shown_up_to(name, 80)));
            match known.as_slice() {
                [] => error.hint("aws configure sso-session writes one"),
                _ => error.hint(format!("known: {}", known.join(", "))),
            }
        })?;
        let origin = section.place().map(|place| place.to_string()).unwrap_or_default();
        let scopes = chosen(&section, "sso_registration_scopes")
            .map_or_else(|| vec![DEFAULT_SCOPE.to_owned()], |scopes| words(&scopes.value));
        Self::read(&section, Some(name.to_owned()), scopes, origin, input)
    }

    /// The session of a profile: the one it names, or what it says itself.
    fn of_profile(profile: &Section<'_>, account_origin: &str, input: &Input) -> Result<Self> {
        let Some(name) = chosen(profile, "sso_session") else {
            return Self::read(profile, None, Vec::new(), account_origin.to_owned(), input);
        };
        let session =
            Self::named(&name.value, input).map_err(|error| error.because(format!("sso_session: {}", name.origin)))?;
        for (key, value) in [("sso_start_url", &session.start_url), ("sso_region", &session.region.as_str().to_owned())]
        {
            match chosen(profile, key) {
                Some(own) if own.value != *value => {
                    return Err(Error::config(format!("{}: {key} is another than that of its session", own.origin))
                        .because(format!("the session stands at {}", session.origin))
                        .hint("remove the line"));
                }
                _ => {}
            }
        }
        Ok(session)
    }

    fn read(
        section: &Section<'_>,
        name: Option<String>,
        scopes: Vec<String>,
        origin: String,
        input: &Input,
    ) -> Result<Self> {
        let need = |key: &str| chosen(section, key).ok_or_else(|| missing(section, key, &origin));
        let (url, region) = (need("sso_start_url")?, need("sso_region")?);
        if !url.value.starts_with("https://")
            || !url.value.chars().all(|character| is_plain(character) && character != ' ')
        {
            return Err(Error::config(format!("{}: '{}' is no start page", url.origin, shown_up_to(&url.value, 80)))
                .hint("it looks like https://my-company.awsapps.com/start"));
        }
        let region = Region::parse(&region.origin, &region.value)?;
        let environment = &input.environment;
        let (home, on_desktop) = (environment.home(), no_desktop(environment).is_none());
        Ok(Self { name, start_url: url.value, region, scopes, origin, home, on_desktop })
    }
}

fn words(text: &str) -> Vec<String> {
    text.split(',').map(str::trim).filter(|word| !word.is_empty()).map(str::to_owned).collect()
}

fn missing(section: &Section<'_>, key: &str, origin: &str) -> Error {
    Error::config(format!("{origin}: '{}' has no {key}", shown_up_to(section.name(), 80)))
        .hint("aws configure sso writes all that is needed")
}

/// Which sign-on a word means.
///
/// # Errors
/// `Config` when the word names neither a session nor a profile with a sign-on; `Usage` when none is named and there
/// are several.
pub fn sign_on(word: Option<&str>, input: &Input) -> Result<SsoSession> {
    let names: Vec<&str> = input.profiles.sso_sessions().map(|session| session.name()).collect();
    let word: Option<Chosen<String>> = match (word, names.as_slice()) {
        (Some(word), _) => Some(Chosen::new(word.to_owned(), "the command line")),
        (None, [only]) => return SsoSession::named(only, input),
        (None, _) => input.environment.text("AWS_PROFILE")?.map(|name| Chosen::new(name.to_owned(), "AWS_PROFILE")),
    };
    let Some(word) = word else {
        let error = Error::usage("which sign-on?").hint("assume-role login SSO_SESSION");
        return Err(if names.is_empty() { error } else { error.hint(format!("known: {}", names.join(", "))) });
    };
    if names.contains(&word.value.as_str()) {
        return SsoSession::named(&word.value, input);
    }
    match input.profiles.get(&word.value)? {
        None => SsoSession::named(&word.value, input),
        Some(profile) => SsoRole::of_profile(&profile, input)?.map(|role| role.session).ok_or_else(|| {
            Error::config(format!(
                "profile '{}' from {} has no single sign-on",
                shown_up_to(&word.value, 80),
                word.origin
            ))
            .hint("it takes sso_session, or sso_start_url and its fellows")
        }),
    }
}

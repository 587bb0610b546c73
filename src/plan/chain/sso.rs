//! What a profile or an `[sso-session]` says about IAM Identity Center.

use std::path::PathBuf;

use super::start_page::{host_of, is_page_of_aws, kept_region, region_of_page};
use crate::config::Config;
use crate::config::keyring::REFERENCE;
use crate::config::profiles::Section;
use crate::error::{Error, Result};
use crate::plan::chosen::{Chosen, Origin, chosen};
use crate::plan::desktop::Desktop;
use crate::types::quote::word as word_of;
use crate::types::sanitize::{escape_up_to, is_plain};
use crate::types::{AccountId, Partition, Region, RoleArn, RoleName};

/// What the AWS CLI asks for when a session names no scopes.
const DEFAULT_SCOPE: &str = "sso:account:access";

/// What to write where there is no `[sso-session]`.
pub(crate) const NO_SIGN_ON: &str = "IAM Identity Center takes three lines of ~/.aws/config: [sso-session corp], \
     sso_start_url = https://corp.awsapps.com/start and sso_region = eu-west-1";

#[derive(Clone, Debug)]
pub(crate) struct SsoRole {
    pub session: SsoSession,
    pub account: AccountId,
    /// The role, which is the name of a permission set.
    pub role: RoleName,
}

/// Where to sign on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct SsoSession {
    /// The name of the `[sso-session]`; `None` for the older form, where the profile says
    /// everything.
    pub name: Option<String>,
    pub start_url: String,
    pub region: Region,
    /// Nothing here tells that region: a user who signs on is led there by the start page.
    pub region_is_open: bool,
    /// What a sign-on may be used for; only a session has them, and only with them a sign-on renews
    /// itself.
    pub scopes: Vec<String>,
    /// Where it stands.
    pub origin: String,
    /// The home directory, below which sign-ons are kept.
    pub home: Option<PathBuf>,
    /// Where a page can be opened, if it can.
    pub desktop: Option<Desktop>,
}

impl SsoRole {
    /// The role as others name it, though the one in the account has a longer name.
    pub(crate) fn arn(&self) -> RoleArn {
        let partition = self.session.region.partition();
        RoleArn { partition, account: self.account.clone(), name: self.role.clone() }
    }

    /// A session of it, as far as it is known without asking AWS.
    pub(crate) fn session_arn(&self) -> String {
        let (partition, account) = (self.session.region.partition(), &self.account);
        format!("arn:{partition}:sts::{account}:assumed-role/{}", self.role)
    }

    pub(super) fn of_profile(profile: &Section<'_>, config: &Config) -> Result<Option<Self>> {
        let (account, role) =
            match (chosen(profile, "sso_account_id"), chosen(profile, "sso_role_name")) {
                (None, None) => return only_token(profile),
                (Some(account), Some(role)) => (account, role),
                (Some(only), None) => {
                    let origin = only.origin.to_string();
                    return Err(missing(profile.name(), "sso_role_name", &origin));
                }
                (None, Some(only)) => {
                    let origin = only.origin.to_string();
                    return Err(missing(profile.name(), "sso_account_id", &origin));
                }
            };
        let id = AccountId::parse(&account.value).ok_or_else(|| {
            Error::config(format!(
                "{}: '{}' is not an account id",
                account.origin,
                escape_up_to(&account.value, 80)
            ))
            .hint("an account id has 12 digits")
        })?;
        let name = RoleName::parse(&role.value).map_err(|error| Error {
            message: format!("{}: {}", role.origin, error.message),
            ..error
        })?;
        Ok(Some(Self {
            session: SsoSession::of_profile(profile, &account.origin.to_string(), config)?,
            account: id,
            role: name,
        }))
    }
}

impl SsoSession {
    pub(crate) fn named(name: &str, config: &Config) -> Result<Self> {
        let section = config.profiles.sso_session(name)?.ok_or_else(|| {
            let known = config.profiles.sso_sessions();
            let known: Vec<_> = known.map(|session| escape_up_to(session.name(), 80)).collect();
            let error =
                Error::config(format!("there is no [sso-session {}]", escape_up_to(name, 80)));
            match known.as_slice() {
                [] => error.hint(NO_SIGN_ON),
                _ => error.hint(format!("known: {}", known.join(", "))),
            }
        })?;
        let origin = section.place().map(|place| place.to_string()).unwrap_or_default();
        let scopes = chosen(&section, "sso_registration_scopes")
            .map_or_else(|| vec![DEFAULT_SCOPE.to_owned()], |scopes| words(&scopes.value));
        Self::read(&section, Some(name.to_owned()), scopes, origin, config)
    }

    /// Whether its start page has a dual-stack host, `https://….portal.REGION.app.aws`.
    pub(crate) fn has_dual_stack_page(&self) -> bool {
        host_of(&self.start_url).is_some_and(|host| host.ends_with(".app.aws"))
    }

    /// Where its start page leads when it has a name of the organization's own (`redirect`): the page as
    /// AWS knows it. What leads elsewhere is left to AWS to judge.
    pub(crate) fn page_behind(&self, redirect: Option<&str>) -> Result<String> {
        let behind = redirect.filter(|url| is_page_of_aws(url));
        let Some(url) = behind.and_then(|url| url.split(['?', '#']).next()) else {
            return Ok(self.start_url.clone());
        };
        match region_of_page(url) {
            Some(region) if region != self.region => Err(Error::config(format!(
                "{}: {self} is in {} by its sso_region",
                self.origin, self.region
            ))
            .because(format!("its start page leads to {}", escape_up_to(url, 200)))
            .hint(format!("sso_region = {region}"))),
            _ => Ok(url.trim_end_matches('/').to_owned()),
        }
    }

    /// The same in the region that its start page leads to (`redirect`).
    pub(crate) fn led_by(&self, redirect: Option<&str>) -> Result<Self> {
        let behind = redirect.filter(|url| is_page_of_aws(url));
        let region = behind.and_then(region_of_page).ok_or_else(|| {
            missing(&self.to_string(), "sso_region", &self.origin).because(match redirect {
                Some(url) => {
                    format!("its start page leads to {}, which tells none", escape_up_to(url, 200))
                }
                None => "its start page leads nowhere".to_owned(),
            })
        })?;
        Ok(Self { region, region_is_open: false, ..self.clone() })
    }

    /// Whether its start page has a name of the organization's own.
    pub(crate) fn has_own_page(&self) -> bool {
        !is_page_of_aws(&self.start_url)
    }

    /// The session of a profile: the one it names, or what it says itself.
    fn of_profile(profile: &Section<'_>, account_origin: &str, config: &Config) -> Result<Self> {
        let Some(name) = chosen(profile, "sso_session") else {
            return Self::read(profile, None, Vec::new(), account_origin.to_owned(), config);
        };
        let session = Self::named(&name.value, config)
            .map_err(|error| error.because(format!("sso_session: {}", name.origin)))?;
        for (key, value) in [
            ("sso_start_url", &session.start_url),
            ("sso_region", &session.region.as_str().to_owned()),
        ] {
            match chosen(profile, key) {
                Some(own) if own.value != *value => {
                    return Err(Error::config(format!(
                        "{}: {key} differs from that of its [sso-session]",
                        own.origin
                    ))
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
        config: &Config,
    ) -> Result<Self> {
        let need =
            |key: &str| chosen(section, key).ok_or_else(|| missing(section.name(), key, &origin));
        let url = need("sso_start_url")?;
        if !url.value.starts_with("https://")
            || !url.value.chars().all(|character| is_plain(character) && character != ' ')
        {
            return Err(Error::config(format!(
                "{}: '{}' is not a start URL",
                url.origin,
                escape_up_to(&url.value, 80)
            ))
            .hint("it looks like https://my-company.awsapps.com/start"));
        }
        let environment = &config.environment;
        let (home, desktop) = (environment.home(), Desktop::found(environment));
        let kept = || kept_region(home.as_deref()?, name.as_deref(), &url.value);
        let told = match chosen(section, "sso_region") {
            Some(named) => Some(Region::parse(&named.origin.to_string(), &named.value)?),
            None => region_of_page(&url.value).or_else(kept),
        };
        let region_is_open = told.is_none();
        let region = match told {
            Some(region) => region,
            None if is_page_of_aws(&url.value) => {
                return Err(missing(section.name(), "sso_region", &origin));
            }
            None => Partition::default().default_region(),
        };
        let start_url = url.value;
        Ok(Self { name, start_url, region, region_is_open, scopes, origin, home, desktop })
    }
}

fn words(text: &str) -> Vec<String> {
    text.split(',').map(str::trim).filter(|word| !word.is_empty()).map(str::to_owned).collect()
}

/// What else than a sign-on gives a profile its credentials.
const BESIDE_A_TOKEN: [&str; 5] = [
    REFERENCE, "aws_access_key_id", "credential_process", "login_session",
    "web_identity_token_file",
];

/// A profile that signs on and names no role: its token is for services that take nothing else, and
/// gives no keys.
fn only_token(profile: &Section<'_>) -> Result<Option<SsoRole>> {
    let says = |key: &&str| profile.value(key).is_some();
    let Some(session) = chosen(profile, "sso_session").filter(|_| !BESIDE_A_TOKEN.iter().any(says))
    else {
        return Ok(None);
    };
    let name = escape_up_to(profile.name(), 80);
    Err(Error::config(format!(
        "{}: profile '{name}' signs on and names no role, so it gives no keys",
        session.origin
    ))
    .because("its token serves the services that take a token alone, as Amazon Q")
    .hint("sso_account_id and sso_role_name make it a role: aws configure sso writes them"))
}

fn missing(name: &str, key: &str, origin: &str) -> Error {
    Error::config(format!("{origin}: '{}' has no {key}", escape_up_to(name, 80)))
        .hint("aws configure sso writes all that is needed")
}

/// The Identity Center that gives a role, where exactly one is configured that does; an error names
/// both ways where there are two.
pub(crate) fn role_of_sso(
    account: &AccountId,
    role: &RoleName,
    config: &Config,
) -> Result<Option<(SsoRole, String)>> {
    let mut found: Option<(SsoRole, String)> = None;
    for profile in config.profiles.iter() {
        let is = |key: &str, text: &str| profile.value(key).is_some_and(|value| value.text == text);
        if !is("sso_account_id", account.as_str()) || !is("sso_role_name", role.as_str()) {
            continue;
        }
        let Ok(Some(sso)) = SsoRole::of_profile(&profile, config) else { continue };
        let name = profile.name();
        match &found {
            // One Identity Center, whether a session or the profile itself describes it.
            Some((other, _)) if other.session.start_url == sso.session.start_url => {
                if other.session.name.is_none() {
                    found = Some((sso, name.to_owned()));
                }
            }
            Some((_, first)) => {
                return Err(Error::config(format!(
                    "two sign-ons give role {role} in account {account}"
                ))
                .hint(format!("assume-role --profile {}", word_of(first)))
                .hint(format!("assume-role --profile {}", word_of(name))));
            }
            None => found = Some((sso, name.to_owned())),
        }
    }
    Ok(found)
}

/// Which sign-on a word means.
pub(crate) fn sign_on(word: Option<&str>, config: &Config) -> Result<SsoSession> {
    let names: Vec<&str> = config.profiles.sso_sessions().map(|session| session.name()).collect();
    let word: Option<Chosen<String>> = match (word, names.as_slice()) {
        (Some(word), _) => Some(Chosen::new(word.to_owned(), Origin::TYPED)),
        (None, [only]) => return SsoSession::named(only, config),
        (None, _) => config
            .environment
            .text("AWS_PROFILE")?
            .map(|name| Chosen::new(name.to_owned(), "AWS_PROFILE")),
    };
    let Some(word) = word else {
        let error = Error::usage("which [sso-session]?");
        return Err(match names.as_slice() {
            [] => error.because("~/.aws/config has none").hint(NO_SIGN_ON),
            names => names.iter().take(3).fold(error, |error, name| {
                error.hint(format!("assume-role login {}", word_of(name)))
            }),
        });
    };
    if names.contains(&word.value.as_str()) {
        return SsoSession::named(&word.value, config);
    }
    match config.profiles.get(&word.value)? {
        None => SsoSession::named(&word.value, config),
        // A token alone is enough to sign on.
        Some(profile) if profile.value("sso_session").is_some() => {
            SsoSession::of_profile(&profile, "", config)
        }
        Some(profile) => {
            SsoRole::of_profile(&profile, config)?.map(|role| role.session).ok_or_else(|| {
                Error::config(format!(
                    "profile '{}' from {} does not sign on to IAM Identity Center",
                    escape_up_to(&word.value, 80),
                    word.origin
                ))
                .hint("it takes sso_session, or sso_start_url, sso_region, sso_account_id and sso_role_name")
            })
        }
    }
}

/// As messages name it: the `[sso-session]`, or the start page.
impl std::fmt::Display for SsoSession {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&escape_up_to(self.name.as_ref().unwrap_or(&self.start_url), 200))
    }
}

#[cfg(test)]
impl SsoSession {
    pub(crate) fn of_test(name: Option<&str>, start_url: &str, region: &str) -> Self {
        let (name, start_url) = (name.map(str::to_owned), start_url.to_owned());
        let region = Region::parse("a test", region).unwrap();
        let (region_is_open, scopes, origin) = (false, Vec::new(), "a test".to_owned());
        Self { name, start_url, region, region_is_open, scopes, origin, home: None, desktop: None }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_of_one_s_own_leads_to_one_of_aws() {
        let own = SsoSession::of_test(Some("corp"), "https://aws.corp.example", "eu-west-1");
        let aws = "https://ssoins-1.portal.eu-west-1.app.aws";
        for (redirect, page) in [
            (None, "https://aws.corp.example"),
            (Some("https://evil.test/"), "https://aws.corp.example"),
            (Some("http://ssoins-1.portal.eu-west-1.app.aws"), "https://aws.corp.example"),
            (Some("https://ssoins-1.portal.eu-west-1.app.aws/?x#y"), aws),
            (Some("https://corp.awsapps.com/start"), "https://corp.awsapps.com/start"),
        ] {
            assert_eq!(own.page_behind(redirect).unwrap(), page, "{redirect:?}");
        }
        let moved = own.page_behind(Some("https://ssoins-1.portal.us-east-1.app.aws")).unwrap_err();
        assert_eq!(moved.hints, ["sso_region = us-east-1"]);
    }
}

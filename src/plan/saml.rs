//! A SAML response as the ground of a session: fetched with user and password, or captured in a
//! browser.

use std::fmt;

use serde_json::Value;

use super::chosen::{Chosen, Origin};
use super::request::{Invocation, Request};
use crate::config::Config;
use crate::config::saml::{self, PasswordSource};
use crate::config::saml_response::{Offer, Response};
use crate::config::stdin::read_handed_over;
use crate::config::url::{Protection, Purpose, check_url};
use crate::error::{Error, Kind, Result};
use crate::types::RoleArn;
use crate::types::sanitize::{escape, escape_up_to, escape_url};

/// What the login URL is for.
const LOGIN: Purpose = Purpose {
    what: "login URL",
    carries: "password and assertion",
    example: "https://idp.example.com/api/v1/saml/sso",
};

/// The most roles that an error lists.
const MOST_LISTED: usize = 40;

/// A SAML response, and the provider that AWS knows it by.
#[derive(Clone, Debug)]
pub(crate) struct Saml {
    pub proof: Proof,
    /// The name of the SAML provider in AWS, when it is configured.
    pub provider: Option<Chosen<String>>,
}

#[derive(Clone, Debug)]
pub(crate) enum Proof {
    /// The identity provider, for user and password.
    Login(Box<Login>),
    /// The user, and from which place.
    Captured(Box<Chosen<Response>>),
}

#[derive(Clone, Debug)]
pub(crate) struct Login {
    /// Where the provider answers.
    pub url: Chosen<String>,
    /// The body of the request, with `$saml_user` and `$saml_password` in its texts.
    pub template: Value,
    /// Who logs in, as far as a file says.
    pub who: saml::Login,
}

impl Saml {
    /// Whether the next session takes no answer either.
    pub(crate) fn asks_nothing(&self) -> bool {
        match &self.proof {
            Proof::Login(login) => login.who.username.is_some() && login.who.password.is_some(),
            Proof::Captured(_) => false,
        }
    }

    /// The captured response, or else what the environment says about the login. Warnings are added
    /// to `warnings`.
    pub(super) fn resolve(
        captured: Option<Chosen<Response>>,
        config: &Config,
        warnings: &mut Vec<String>,
    ) -> Result<Self> {
        let provider = config.environment.text("SAML_IDP_NAME")?.map(parse_provider).transpose()?;
        let proof = match captured {
            Some(response) => Proof::Captured(Box::new(response)),
            None => Proof::Login(Box::new(Login::of(config, warnings)?)),
        };
        Ok(Self { proof, provider })
    }
}

impl fmt::Display for Saml {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.proof {
            Proof::Login(login) => write!(f, "the login at {}", escape_url(&login.url.value)),
            Proof::Captured(response) => write!(f, "the captured response ({})", response.origin),
        }
    }
}

impl Login {
    fn of(config: &Config, warnings: &mut Vec<String>) -> Result<Self> {
        let environment = &config.environment;
        let missing = |variable: &str, example: &str| {
            Error::config(format!("the scheme saml needs {variable}"))
                .hint(format!("export {variable}='{example}'"))
        };
        let variable = "SAML_IDP_ASSERTION_URL";
        let url = environment.text(variable)?.ok_or_else(|| {
            missing(variable, LOGIN.example)
                .hint("or capture a response in the browser: --saml-response FILE")
        })?;
        let allow_http = environment.turns_on("ASSUME_ROLE_ALLOW_HTTP")?;
        if check_url(LOGIN, url, variable, allow_http)? == Protection::Plain {
            warnings.push(format!(
                "{variable} is a non-https URL ({}): password and assertion travel as plain text",
                escape(url)
            ));
        }
        let variable = "SAML_IDP_REQUEST_BODY_TEMPLATE";
        let example = r#"{"email": "$saml_user", "password": "$saml_password"}"#;
        let template = environment.text(variable)?.ok_or_else(|| missing(variable, example))?;
        let template = serde_json::from_str(template).map_err(|error| {
            Error::config(format!("{variable} is not JSON"))
                .because(escape(&error.to_string()))
                .hint(format!("placeholders stand inside strings: {example}"))
        })?;
        let who = saml::read_login(environment)?;
        if let Some(PasswordSource::Known(_)) = &who.password {
            warnings.extend(who.warning.clone());
        }
        Ok(Self { url: Chosen::new(url.to_owned(), "SAML_IDP_ASSERTION_URL"), template, who })
    }
}

pub(crate) fn captured(request: &Request, config: &Config) -> Result<Option<Chosen<Response>>> {
    let Some(path) = &request.saml_response else { return Ok(None) };
    if path == "-" && request.mfa_code.as_ref().is_some_and(|code| code.expose() == "-") {
        let both = "--mfa-code - and --saml-response - would both read standard input";
        return Err(Error::usage(both));
    }
    let (text, origin) =
        read_handed_over("--saml-response", path, config.environment.home().as_deref())?;
    let response = Response::of_captured(text.expose()).map_err(|why| {
        Error::config(format!("{origin} is not a SAML response: {}", why.0))
            .hint("copy the whole value of SAMLResponse from the browser's developer tools")
    })?;
    Ok(Some(Chosen::new(response, Origin::Place(origin))))
}

/// What is offered, in an account if one is given.
pub(super) fn offers<'a>(response: &'a Chosen<Response>, account: Option<&str>) -> Vec<&'a Offer> {
    let fits =
        |offer: &&Offer| account.is_none_or(|account| offer.role.account.as_str() == account);
    response.value.offers.iter().filter(fits).collect()
}

pub(super) fn roles(response: &Chosen<Response>, account: Option<&str>) -> Vec<RoleArn> {
    offers(response, account).into_iter().map(|offer| offer.role.clone()).collect()
}

/// The one role that is offered, in an account if one is given.
pub(super) fn only_offer<'a>(
    response: &'a Chosen<Response>,
    account: Option<&str>,
) -> Result<&'a RoleArn> {
    match offers(response, account).as_slice() {
        [only, ..] => Ok(&only.role),
        [] => Err(Error::usage(format!(
            "which role? The response from {} offers none here",
            response.origin
        ))),
    }
}

/// The error for a choice among several roles that a response offers.
pub(crate) fn several_offers(kind: Kind, roles: &[RoleArn], how: &Invocation) -> Error {
    let error = Error::new(kind, "which role? The response offers several");
    roles
        .iter()
        .take(MOST_LISTED)
        .fold(error, |error, role| error.because(how.with(&[&role.to_string()])))
}

/// An error with the roles on offer, each as a line that can be typed.
pub(crate) fn listed<'a>(error: Error, offers: impl Iterator<Item = &'a Offer>) -> Error {
    offers
        .take(MOST_LISTED)
        .fold(error, |error, offer| error.because(format!("assume-role {}", offer.role)))
}

fn parse_provider(name: &str) -> Result<Chosen<String>> {
    let variable = "SAML_IDP_NAME";
    let allowed = |byte: u8| byte.is_ascii_alphanumeric() || b"._-".contains(&byte);
    if (1..=128).contains(&name.len()) && name.bytes().all(allowed) {
        return Ok(Chosen::new(name.to_owned(), variable));
    }
    Err(Error::config(format!(
        "{variable} '{}' is not the name of a SAML provider",
        escape_up_to(name, 80)
    ))
    .hint(
        "letters, digits and ._- : the last part of arn:aws:iam::123456789012:saml-provider/NAME",
    ))
}

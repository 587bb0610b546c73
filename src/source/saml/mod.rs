//! A SAML response leads to the roles that it offers: fetched from the identity provider, or captured by the user.

mod provider;
mod template;

use super::Granted;
use super::errand::{Errand, Renewable};
use super::keys::base_key;
use super::program;
use crate::error::{Error, Kind, Result};
use crate::input::assertion::Response;
use crate::input::saml::PasswordSource;
use crate::request::Saml;
use crate::request::saml::{Login, Proof, listed};
use crate::shown::shown;
use crate::store::{AssertionRoles, Lock};
use crate::sts::{about_proof, assume_with_saml};

/// How long AWS takes a response, in seconds (IAM user guide, "Troubleshoot SAML federation").
const REDEEMABLE: i64 = 5 * 60;
/// How far the provider's clock may be off, in seconds.
const SLACK: i64 = 60;

/// Gets the response and presents it. What AWS would refuse anyway is explained without asking AWS.
///
/// # Errors
/// What provider or AWS refused, diagnosed; `NeedsAnswer` when somebody has to be asked and nobody may be.
pub(super) async fn with_response(saml: &Saml, mut errand: Errand<'_>, lock: &Lock) -> Result<Granted> {
    errand.start_at_known_duration()?;
    let response = match &saml.proof {
        Proof::Captured(response) => response.value.clone(),
        Proof::Login(login) => {
            lock.asking(true);
            let response = log_in(login, &errand).await;
            lock.asking(false);
            response?
        }
    };
    if let Some(words) = &response.refusal {
        return Err(Error::refused(format!("{} says no", saml.shown())).because(format!("it said: {}", shown(words))));
    }
    remember_offers(&response, &errand)?;
    check_time(saml, &response, &errand)?;
    check_audience(saml, &response)?;
    let provider = provider_of(saml, &response, &errand)?;
    let client = errand.client;
    let presented = async |call| assume_with_saml(client, &call, &provider, &response.encoded).await;
    let assumed = errand.shortened("", presented).await.map_err(|failure| {
        let attempt = errand.attempt(provider.clone(), false);
        let error = about_proof(&failure, &attempt, again(saml))
            .unwrap_or_else(|| errand.refusal(&failure, provider.clone(), false));
        match errand.role.and_then(|role| response.offer(role)) {
            Some(offer) => error.because(format!("sent: {} by {}", offer.role, shown(&offer.provider))),
            None => error,
        }
    })?;
    errand.granted(assumed, if saml.asks_nobody() { Renewable::Always } else { Renewable::Never })
}

/// User and password from the file, or asked for.
async fn log_in(login: &Login, errand: &Errand<'_>) -> Result<Response> {
    let host = shown(login.url.value.split('/').nth(2).unwrap_or_default());
    let needs_answer = |error: Error| match error.kind {
        Kind::NeedsAnswer => error.hint("username and password can stand in ~/.saml/credentials (chmod 600)"),
        _ => error,
    };
    let user = match &login.who.username {
        Some(user) => user.clone(),
        None => errand.terminal.ask_text(&format!("Username at {host}:")).await.map_err(needs_answer)?,
    };
    let password = match &login.who.password {
        Some(PasswordSource::Known(password)) => password.clone(),
        Some(PasswordSource::Command(words, place)) => program::secret(words, place).await?,
        None => {
            let question = format!("Password of {} at {host}:", shown(&user));
            errand.terminal.ask_secret(&question).await.map_err(needs_answer)?
        }
    };
    if [user.as_str(), password.expose()].iter().any(|text| text.contains('\0')) {
        return Err(Error::config("user or password holds a NUL, which no provider takes"));
    }
    provider::log_in(login, &user, password.expose(), errand).await
}

fn again(saml: &Saml) -> &'static str {
    match saml.proof {
        Proof::Login(_) => "log in again; if it happens again, look at the clock of the provider",
        Proof::Captured(_) => "log in again in the browser and capture the new response within five minutes",
    }
}

fn remember_offers(response: &Response, errand: &Errand<'_>) -> Result<()> {
    if response.offers.is_empty() {
        return Ok(());
    }
    let roles = response.offers.iter().map(|offer| offer.role.to_string()).collect();
    errand.store.put(&base_key(errand.request), &AssertionRoles { roles, learned: errand.now() }, errand.now())
}

fn check_time(saml: &Saml, response: &Response, errand: &Errand<'_>) -> Result<()> {
    let by_issue = response.issued.map(|issued| issued.plus(REDEEMABLE));
    let Some(end) = [response.ends, by_issue].into_iter().flatten().min() else { return Ok(()) };
    if errand.aws_now() > end.plus(SLACK) {
        return Err(Error::refused(format!("too late: {} ended at {}", saml.shown(), end.rfc3339()))
            .because("AWS takes a response for five minutes")
            .hint(again(saml)));
    }
    Ok(())
}

/// AWS takes a response that is meant for it, and no other.
fn check_audience(saml: &Saml, response: &Response) -> Result<()> {
    let is_aws = |audience: &String| {
        let host = audience.strip_prefix("https://").and_then(|rest| rest.split('/').next()).unwrap_or_default();
        let is_sign_in = format!(".{host}").contains(".signin.") && host.contains("amazon");
        is_sign_in || audience.starts_with("urn:amazon:webservices")
    };
    if response.audiences.is_empty() || response.audiences.iter().any(is_aws) {
        return Ok(());
    }
    let audiences: Vec<String> = response.audiences.iter().map(|audience| shown(audience)).collect();
    Err(Error::refused(format!("{} is not meant for AWS", saml.shown()))
        .because(format!("its audience is {}", audiences.join(", ")))
        .hint("AWS wants the audience https://signin.aws.amazon.com/saml"))
}

/// The ARN of the SAML provider: the configured one, else the one that the response names for the role.
fn provider_of(saml: &Saml, response: &Response, errand: &Errand<'_>) -> Result<String> {
    let role = errand.request.target.role()?;
    let configured = saml
        .provider
        .as_ref()
        .map(|name| format!("arn:{}:iam::{}:saml-provider/{}", role.partition, role.account, name.value));
    let offer = response.offer(role);
    match (configured, offer) {
        (Some(configured), Some(offer)) if configured != offer.provider => {
            Err(Error::refused(format!("the response offers {role} by another provider"))
                .because(format!("offered: {}", shown(&offer.provider)))
                .because(format!("SAML_IDP_NAME: {configured}"))
                .hint("unset SAML_IDP_NAME, and the provider is taken from the response"))
        }
        (Some(configured), Some(_)) => Ok(configured),
        (Some(configured), None) if response.offers.is_empty() => Ok(configured),
        (None, Some(offer)) => Ok(offer.provider.clone()),
        (None, None) if response.offers.is_empty() => {
            Err(Error::config(format!("{} names no provider", saml.shown())).hint("export SAML_IDP_NAME=NAME"))
        }
        (_, None) => {
            let error = Error::refused(format!("{} does not offer {role}; it offers", saml.shown()));
            Err(listed(error, response.offers.iter()))
        }
    }
}

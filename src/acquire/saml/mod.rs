//! A SAML response leads to the roles that it offers: fetched from the identity provider, or
//! captured by the user.

mod offered;
mod provider;
mod template;

use super::Granted;
use super::errand::{Errand, Renewable};
use super::keys::base_key;
use super::program;
use crate::aws::{Assumed, about_proof, assume_with_saml};
use crate::cache::{AssertionRoles, Lock};
use crate::config::saml::PasswordSource;
use crate::config::saml_response::Response;
use crate::error::{Error, Kind, Result};
use crate::plan::Saml;
use crate::plan::saml::{Login, Proof};
use crate::types::Secret;
use crate::types::sanitize::escape;

/// Who logs in, and with what.
struct Person {
    user: String,
    password: Secret,
}

/// A response that gave no session.
struct Rejected {
    error: Error,
    /// Whether another response would do: this one is right, but too old.
    is_old: bool,
}

impl From<Error> for Rejected {
    fn from(error: Error) -> Self {
        Self { error, is_old: false }
    }
}

/// Gets the response and presents it. One that came too old from the provider is fetched once more:
/// the provider took user and password, so asking it again locks nobody out.
pub(super) async fn with_response(
    saml: &Saml,
    mut errand: Errand<'_>,
    lock: &Lock,
) -> Result<Granted> {
    errand.start_at_known_duration()?;
    let outcome = match &saml.proof {
        Proof::Captured(response) => present(saml, &response.value, &mut errand).await,
        Proof::Login(login) => {
            // A provider may take its time too, and whoever waits for us has to know.
            lock.asking(true);
            let person = person(login, &errand).await?;
            let response = provider::log_in(login, &person, &errand).await?;
            match present(saml, &response, &mut errand).await {
                Err(Rejected { is_old: true, .. }) => {
                    errand
                        .notes
                        .push("the first response was too old; logged in a second time".to_owned());
                    let response = provider::log_in(login, &person, &errand).await?;
                    present(saml, &response, &mut errand).await
                }
                outcome => outcome,
            }
        }
    };
    lock.asking(false);
    let assumed = outcome.map_err(|rejected| rejected.error)?;
    errand.granted(assumed, if saml.asks_nobody() { Renewable::Always } else { Renewable::Never })
}

/// Presents a response. What AWS would refuse anyway is explained without asking AWS.
async fn present(
    saml: &Saml,
    response: &Response,
    errand: &mut Errand<'_>,
) -> std::result::Result<Assumed, Rejected> {
    if let Some(words) = &response.refusal {
        let error = Error::refused(format!("{} says no", saml.shown()));
        return Err(error.because(format!("it said: {}", escape(words))).into());
    }
    remember_offers(response, errand)?;
    offered::check_time(saml, response, errand)
        .map_err(|error| Rejected { error, is_old: true })?;
    offered::check_audience(saml, response)?;
    let provider = offered::provider_of(saml, response, errand)?;
    let client = errand.client;
    let presented =
        async |call| assume_with_saml(client, &call, &provider, &response.encoded).await;
    errand.shortened("", presented).await.map_err(|failure| {
        let attempt = errand.attempt(provider.clone(), false);
        let error = about_proof(&failure, &attempt, offered::again(saml))
            .unwrap_or_else(|| errand.refusal(&failure, provider.clone(), false));
        let error = match errand.role.and_then(|role| response.offer(role)) {
            Some(offer) => {
                error.because(format!("sent: {} by {}", offer.role, escape(&offer.provider)))
            }
            None => error,
        };
        Rejected { error, is_old: failure.code().starts_with("ExpiredToken") }
    })
}

/// User and password from the file, or asked for.
async fn person(login: &Login, errand: &Errand<'_>) -> Result<Person> {
    let host = escape(login.url.value.split('/').nth(2).unwrap_or_default());
    let needs_answer = |error: Error| match error.kind {
        Kind::NeedsAnswer => {
            error.hint("username and password can stand in ~/.saml/credentials (chmod 600)")
        }
        _ => error,
    };
    let user = match &login.who.username {
        Some(user) => user.clone(),
        None => {
            errand.terminal.ask_text(&format!("Username at {host}:")).await.map_err(needs_answer)?
        }
    };
    let password = match &login.who.password {
        Some(PasswordSource::Known(password)) => password.clone(),
        Some(PasswordSource::Command(words, place)) => program::secret(words, place).await?,
        None => {
            let question = format!("Password of {} at {host}:", escape(&user));
            errand.terminal.ask_secret(&question).await.map_err(needs_answer)?
        }
    };
    if [user.as_str(), password.expose()].iter().any(|text| text.contains('\0')) {
        return Err(Error::config("user or password holds a NUL, which no provider takes"));
    }
    Ok(Person { user, password })
}

fn remember_offers(response: &Response, errand: &Errand<'_>) -> Result<()> {
    if response.offers.is_empty() {
        return Ok(());
    }
    let roles = response.offers.iter().map(|offer| offer.role.to_string()).collect();
    errand.store.put(
        &base_key(errand.request),
        &AssertionRoles { roles, learned: errand.now() },
        errand.now(),
    )
}

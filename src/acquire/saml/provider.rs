//! The identity provider: user and password go out once, an assertion comes back, or the provider's
//! own words.

use serde_json::Value;

use super::template::filled;
use crate::acquire::program::complaints;
use crate::acquire::run::{Login, Runner};
use crate::aws::{FailureKind, Reply};
use crate::config::saml_response::Response;
use crate::error::{Error, Result};
use crate::plan::saml;
use crate::types::sanitize::{escape, escape_url};

/// The field of the answer that holds the response, in base64.
const FIELD: &str = "saml_response";
/// What may be wrong when a provider neither refuses nor answers.
const WHO_OR_WHERE: &str = "incorrect endpoint, username or password? Nothing was sent twice";
/// The fields in which a provider says why not.
const WORDS: [&str; 3] = ["message", "error", "error_description"];

/// Logs in, once: a wrong password that is repeated locks a user out.
pub(super) async fn log_in(
    at: &saml::Login,
    login: &Login,
    runner: &mut Runner<'_>,
) -> Result<Response> {
    let url = &at.url.value;
    let body = filled(&at.template, &login.user, login.password.expose());
    let posted = runner.client()?.post_to_provider(url, &body).await;
    let posted = posted.map_err(|failure| unreachable(url, &failure.trouble))?;
    let refused = |error: Error| {
        let words = words_of(&posted, login.password.expose()).into_iter();
        words.fold(error, |error, line| error.because(format!("it said: {line}")))
    };
    match posted.status {
        200..=299 => {}
        // Where a browser would go on to a page for people; a moved address is answered otherwise.
        302 | 303 => {
            return Err(refused(
                Error::refused(format!(
                    "{} redirects to another page, which is not followed",
                    escape_url(url)
                ))
                .because(format!("HTTP {}: providers send to their login page so", posted.status))
                .hint(WHO_OR_WHERE),
            ));
        }
        300..=399 => {
            return Err(Error::network(format!(
                "{} answers with a redirect, which is not followed",
                escape_url(url)
            ))
            .because(format!("HTTP {}: the password would go to another address", posted.status))
            .hint("set SAML_IDP_ASSERTION_URL to the address that answers without a redirect"));
        }
        401 | 403 => {
            return Err(refused(
                Error::refused(format!(
                    "{} refused the user name or the password",
                    escape_url(url)
                ))
                .hint("nothing was sent twice; look at the user's name before you try again"),
            ));
        }
        status @ 400..=499 => {
            return Err(refused(Error::refused(format!(
                "{} refused (HTTP {status})",
                escape_url(url)
            ))));
        }
        status => {
            return Err(refused(Error::network(format!(
                "{} failed (HTTP {status})",
                escape_url(url)
            ))));
        }
    }
    let answer: Value =
        serde_json::from_slice(&posted.body).map_err(|_| match posted.body.trim_ascii_start() {
            [b'<', ..] => Error::refused(format!(
                "{} answers with a page for people, not with JSON",
                escape_url(url)
            ))
            .hint(WHO_OR_WHERE),
            _ => Error::network(format!("{} did not answer with JSON", escape_url(url)))
                .hint("is SAML_IDP_ASSERTION_URL right?"),
        })?;
    match answer.get(FIELD) {
        Some(Value::String(text)) if !text.is_empty() => Response::of_base64(text).map_err(|why| {
            Error::network(format!(
                "{FIELD} of {} is not a SAML response: {}",
                escape_url(url),
                why.0
            ))
        }),
        _ => Err(refused(
            Error::refused(format!("{} gave no {FIELD}", escape_url(url))).hint(WHO_OR_WHERE),
        )),
    }
}

/// What a provider says in JSON: some repeat what they were sent.
fn words_of(posted: &Reply, password: &str) -> Vec<String> {
    let answer: Value = serde_json::from_slice(&posted.body).unwrap_or_default();
    let words = WORDS.iter().find_map(|field| answer.get(field)?.as_str());
    complaints(words.unwrap_or_default(), Some(password))
}

fn unreachable(url: &str, trouble: &FailureKind) -> Error {
    let url = escape_url(url);
    match trouble {
        FailureKind::Timeout => Error::network(format!("no answer from {url} within a minute")),
        FailureKind::Connect(reason) => {
            Error::network(format!("cannot reach {url}")).because(escape(reason))
        }
        _ => Error::network(format!("{url} sent an answer that is too large, or broke off")),
    }
    .hint("check the network, SAML_IDP_ASSERTION_URL and HTTPS_PROXY")
}

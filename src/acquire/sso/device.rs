//! A sign-on by a person: this program shows a URL and a code, the person opens the one and
//! confirms the other.
//!
//! The OIDC API of IAM Identity Center (RegisterClient, StartDeviceAuthorization, CreateToken),
//! which follows RFC 8628.

use std::time::Duration;

use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use zeroize::Zeroizing;

use super::cache::{Registration, Renewal, Token, is_bearer};
use super::refusal;
use crate::aws::{AwsError, Client, Trouble};
use crate::config::url::{Purpose, check_url};
use crate::error::{Error, Kind, Result};
use crate::plan::chain::SsoSession;
use crate::types::sanitize::{escape, escape_url};
use crate::types::{Moment, Secret};

/// The pause between questions when the service names none, in seconds (RFC 8628, section 3.5).
const PAUSE: u64 = 5;
/// How much longer the pause gets when the service asks for it, in seconds (RFC 8628, section 3.5).
const SLOWER: u64 = 5;
/// The shortest pause, whatever the service says.
const SHORTEST: Duration = Duration::from_millis(100);
const PAGE: Purpose = Purpose {
    what: "page",
    carries: "the sign-on",
    example: "https://device.sso.eu-west-1.amazonaws.com/",
};
/// The longest life of a token that is believed, in seconds.
const LONGEST_LIFE: i64 = 90 * 24 * 3600;

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Registered {
    client_id: String,
    client_secret: Zeroizing<String>,
    /// In seconds since 1970.
    client_secret_expires_at: i64,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Started {
    device_code: Zeroizing<String>,
    user_code: String,
    verification_uri: String,
    verification_uri_complete: Option<String>,
    expires_in: u64,
    interval: Option<u64>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Created {
    access_token: Zeroizing<String>,
    expires_in: i64,
    refresh_token: Option<Zeroizing<String>>,
}

/// What a person has to open and to compare.
pub(super) struct Invitation {
    /// The page, with the code in it where the service offers that.
    pub url: String,
    pub code: String,
}

/// Signs on: `invite` is told once what the person has to do, then the service is asked until the
/// person did it.
pub(super) async fn sign_on(
    client: &Client,
    oidc: &str,
    session: &SsoSession,
    now: Moment,
    invite: impl FnOnce(&Invitation),
) -> Result<Token> {
    let mut registration = json!({"clientName": "assume-role", "clientType": "public"});
    if let Some(fields) = registration.as_object_mut().filter(|_| !session.scopes.is_empty()) {
        fields.insert("scopes".to_owned(), session.scopes.clone().into());
    }
    let registered: Registered = post(client, oidc, "client/register", &registration)
        .await
        .map_err(|failure| refusal(&failure, session, oidc))?;
    let who = |more: Value| {
        let mut body = json!({"clientId": registered.client_id, "clientSecret": registered.client_secret.as_str()});
        if let (Some(fields), Value::Object(more)) = (body.as_object_mut(), more) {
            fields.extend(more);
        }
        body
    };
    let begin = who(json!({"startUrl": session.start_url}));
    let started: Started = post(client, oidc, "device_authorization", &begin)
        .await
        .map_err(|failure| refusal(&failure, session, oidc))?;
    invite(&invitation(&started)?);
    let ask = who(json!({
        "grantType": "urn:ietf:params:oauth:grant-type:device_code",
        "deviceCode": started.device_code.as_str(),
    }));
    let mut pause = Duration::from_secs(started.interval.unwrap_or(PAUSE));
    let patience = Duration::from_secs(started.expires_in.min(3600));
    let answered = async {
        loop {
            tokio::time::sleep(pause.max(SHORTEST)).await;
            match post::<Created>(client, oidc, "token", &ask).await {
                Ok(created) => return Ok(created),
                Err(failure) => {
                    pause = next_pause(pause, &failure)
                        .ok_or_else(|| refusal(&failure, session, oidc))?;
                }
            }
        }
    };
    let created = tokio::select! {
        answer = tokio::time::timeout(patience, answered) => answer.map_err(|_| ended())??,
        _ = tokio::signal::ctrl_c() => return Err(Error::new(Kind::Cancelled, "cancelled")),
    };
    let registration = Registration {
        id: registered.client_id.clone(),
        secret: Secret::new(registered.client_secret.as_str().to_owned()),
        expires: Moment(registered.client_secret_expires_at),
    };
    token(&created, registration, now).map_err(|failure| refusal(&failure, session, oidc))
}

/// Renews a sign-on without a person.
pub(super) async fn renew(
    client: &Client,
    oidc: &str,
    renewal: &Renewal,
    now: Moment,
) -> std::result::Result<Token, AwsError> {
    let body = json!({
        "clientId": renewal.client.id,
        "clientSecret": renewal.client.secret.expose(),
        "grantType": "refresh_token",
        "refreshToken": renewal.refresh.expose(),
    });
    let created: Created = post(client, oidc, "token", &body).await?;
    let mut token = token(&created, renewal.client.clone(), now)?;
    // A service that does not replace the refresh token lets it go on.
    token.renewal.get_or_insert_with(|| renewal.clone());
    Ok(token)
}

fn token(
    created: &Created,
    client: Registration,
    now: Moment,
) -> std::result::Result<Token, AwsError> {
    if !is_bearer(&created.access_token) || !(1..=LONGEST_LIFE).contains(&created.expires_in) {
        return Err(AwsError::malformed("accessToken"));
    }
    let secret = |text: &Zeroizing<String>| Secret::new(text.as_str().to_owned());
    Ok(Token {
        access: secret(&created.access_token),
        expires: now.plus(created.expires_in),
        renewal: created
            .refresh_token
            .as_ref()
            .map(|refresh| Renewal { refresh: secret(refresh), client }),
    })
}

/// How long to wait before the next question; `None` when there is none.
fn next_pause(pause: Duration, failure: &AwsError) -> Option<Duration> {
    match (failure.code(), &failure.trouble) {
        ("authorization_pending" | "AuthorizationPendingException", _) => Some(pause),
        ("slow_down" | "SlowDownException", _) => Some(pause + Duration::from_secs(SLOWER)),
        // A network that is away for a moment does not undo what the person did.
        (_, Trouble::Timeout | Trouble::Connect(_)) => Some(pause + Duration::from_secs(1)),
        _ => None,
    }
}

/// A page of a reply is opened only when it is one of the web, and holds nothing that a terminal
/// obeys.
fn invitation(started: &Started) -> Result<Invitation> {
    let url = started.verification_uri_complete.as_ref().unwrap_or(&started.verification_uri);
    let plain = url.len() <= 2048 && url.bytes().all(|byte| byte.is_ascii_graphic());
    if !plain || check_url(PAGE, url, "the reply", false).is_err() {
        return Err(Error::network(format!(
            "malformed reply: '{}' is no page to sign on",
            escape_url(url)
        )));
    }
    Ok(Invitation { url: url.clone(), code: escape(&started.user_code) })
}

fn ended() -> Error {
    Error::refused("the code was not confirmed in time")
        .hint("try again, and confirm it while it is good")
}

async fn post<T: DeserializeOwned>(
    client: &Client,
    oidc: &str,
    path: &str,
    body: &Value,
) -> std::result::Result<T, AwsError> {
    let reply = client.post_json(&format!("{}/{path}", oidc.trim_end_matches('/')), body).await?;
    serde_json::from_slice(&reply.body).map_err(|_| AwsError::malformed(path))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answer(code: &str) -> AwsError {
        AwsError::of(Trouble::Answer { code: code.to_owned(), message: String::new() })
    }

    #[test]
    fn the_service_sets_the_pace() {
        let five = Duration::from_secs(5);
        assert_eq!(next_pause(five, &answer("authorization_pending")), Some(five));
        assert_eq!(next_pause(five, &answer("slow_down")), Some(Duration::from_secs(10)));
        assert_eq!(next_pause(five, &AwsError::of(Trouble::Timeout)), Some(Duration::from_secs(6)));
        for last in ["expired_token", "access_denied", "invalid_grant"] {
            assert_eq!(next_pause(five, &answer(last)), None, "{last}");
        }
    }

    #[test]
    fn only_pages_of_the_web_are_shown_to_a_person() {
        let started = |url: &str| Started {
            device_code: Zeroizing::default(),
            user_code: "ABCD\x1b[2J".to_owned(),
            verification_uri: url.to_owned(),
            verification_uri_complete: None,
            expires_in: 600,
            interval: None,
        };
        assert_eq!(
            invitation(&started("https://device.sso.eu-west-1.amazonaws.com/")).unwrap().code,
            "ABCD\\x1b[2J"
        );
        for url in [
            "file:///etc/passwd",
            "http://evil.test/",
            "https://x/\x1b[2J",
            "javascript:alert(1)",
            "-x",
            "",
        ] {
            assert!(invitation(&started(url)).is_err(), "{url}");
        }
    }
}

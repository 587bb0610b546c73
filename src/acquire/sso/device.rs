//! A sign-on by a person: this program shows a URL and a code, the person opens the one and
//! confirms the other.
//!
//! StartDeviceAuthorization of the OIDC API of IAM Identity Center, which follows RFC 8628.

use std::time::Duration;

use serde::Deserialize;
use serde_json::json;
use zeroize::Zeroizing;

use super::cache::Token;
use super::oidc::{Created, post_as, register, token};
use super::refusal::refusal;
use crate::aws::{AwsError, Client, FailureKind};
use crate::config::url::{Purpose, check_url};
use crate::error::{Error, Result};
use crate::plan::chain::SsoSession;
use crate::types::Moment;
use crate::types::sanitize::{escape, escape_url};

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
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Started {
    device_code: Zeroizing<String>,
    user_code: String,
    verification_uri: String,
    verification_uri_complete: Option<String>,
    expires_in: u64,
    interval: Option<u64>,
}

/// What a person has to open and to compare.
pub(super) struct Invitation {
    /// The page, with the code in it where the service offers that.
    pub url: String,
    pub code: String,
}

/// Signs on: `invite` shows once what the person does there, then the service is asked until the
/// person did it.
pub(super) async fn sign_on(
    client: &Client,
    oidc: &str,
    session: &SsoSession,
    page: &str,
    now: Moment,
    invite: impl FnOnce(&Invitation),
) -> Result<Token> {
    let failed = |failure: AwsError| refusal(&failure, session, oidc);
    let who = register(client, oidc, &session.scopes, json!({})).await.map_err(failed)?;
    let begin = json!({"startUrl": page});
    let started: Started =
        post_as(&who, client, oidc, "device_authorization", begin).await.map_err(failed)?;
    invite(&invitation(&started)?);
    let ask = json!({
        "grantType": "urn:ietf:params:oauth:grant-type:device_code",
        "deviceCode": started.device_code.as_str(),
    });
    let mut pause = Duration::from_secs(started.interval.unwrap_or(PAUSE));
    let patience = Duration::from_secs(started.expires_in.min(3600));
    let answered = async {
        loop {
            tokio::time::sleep(pause.max(SHORTEST)).await;
            match post_as::<Created>(&who, client, oidc, "token", ask.clone()).await {
                Ok(created) => return Ok(created),
                Err(failure) => {
                    pause = next_pause(pause, &failure).ok_or_else(|| failed(failure))?;
                }
            }
        }
    };
    let created = tokio::time::timeout(patience, answered).await.map_err(|_| ended())??;
    token(&created, who, now).map_err(failed)
}

/// How long to wait before the next question; `None` when there is none.
fn next_pause(pause: Duration, failure: &AwsError) -> Option<Duration> {
    match (failure.code(), &failure.trouble) {
        ("authorization_pending" | "AuthorizationPendingException", _) => Some(pause),
        ("slow_down" | "SlowDownException", _) => Some(pause + Duration::from_secs(SLOWER)),
        // A network that is away for a moment does not undo what the person did.
        (_, FailureKind::Timeout | FailureKind::Connect(_)) => Some(pause + Duration::from_secs(1)),
        _ => None,
    }
}

/// A page of a reply is opened only when it is one of the web, and holds nothing that a terminal
/// obeys.
pub(super) fn invitation(started: &Started) -> Result<Invitation> {
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

#[cfg(test)]
mod tests {
    use super::*;

    fn answer(code: &str) -> AwsError {
        AwsError::of(FailureKind::Answer { code: code.to_owned(), message: String::new() })
    }

    #[test]
    fn the_service_sets_the_pace() {
        let five = Duration::from_secs(5);
        assert_eq!(next_pause(five, &answer("authorization_pending")), Some(five));
        assert_eq!(next_pause(five, &answer("slow_down")), Some(Duration::from_secs(10)));
        assert_eq!(
            next_pause(five, &AwsError::of(FailureKind::Timeout)),
            Some(Duration::from_secs(6))
        );
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
            "file:///etc/passwd", "http://evil.test/", "https://x/\x1b[2J", "javascript:alert(1)",
            "-x", "",
        ] {
            assert!(invitation(&started(url)).is_err(), "{url}");
        }
    }
}

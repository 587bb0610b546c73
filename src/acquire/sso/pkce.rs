//! A sign-on by a person in the browser of this machine: the page of the service is opened, and
//! leads the browser back here with a code.
//!
//! Authorization code with PKCE, RFC 7636, as the AWS CLI does it.

use std::path::{Path, PathBuf};

use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use serde::Deserialize;
use serde_json::json;
use zeroize::Zeroizing;

use super::cache::{self, Registration, Token};
use super::oidc::{Created, post_as, register, token};
use super::refusal::refusal;
use crate::acquire::authorization::Attempt;
use crate::acquire::listener::WayBack;
use crate::aws::{AwsError, Client};
use crate::error::Result;
use crate::plan::chain::{SsoSession, sign_on_file};
use crate::types::{Moment, Secret};

/// What is registered has no port: that of the browser's way back is another each time.
const REDIRECT: &str = "http://127.0.0.1/oauth/callback";
const GRANT: &str = "authorization_code";
/// A registration is used when more than this is left, in seconds, as the AWS CLI does.
const ENOUGH: i64 = 15 * 60;

pub(super) struct Begun<'a> {
    client: &'a Client,
    oidc: &'a str,
    session: &'a SsoSession,
    registration: Registration,
    file: PathBuf,
    attempt: Attempt,
    way_back: WayBack,
}

/// Begins a sign-on; no page is opened yet.
pub(super) async fn begin<'a>(
    client: &'a Client,
    oidc: &'a str,
    session: &'a SsoSession,
    page: &str,
    home: &Path,
    now: Moment,
) -> Result<Begun<'a>> {
    let (attempt, way_back) = (Attempt::new()?, WayBack::open().await?);
    let file = sign_on_file(home, &file_key(session));
    let registration = match kept(&file).filter(|kept| kept.expires.since(now) > ENOUGH) {
        Some(kept) => kept,
        None => registered(client, oidc, session, page, &file).await?,
    };
    Ok(Begun { client, oidc, session, registration, file, attempt, way_back })
}

impl Begun<'_> {
    /// The page of the service. It holds no secret.
    pub(super) fn url(&self) -> String {
        let scopes = self.session.scopes.join(" ");
        let query = [
            ("response_type", "code"),
            ("client_id", &self.registration.id),
            ("redirect_uri", &self.way_back.redirect),
            ("state", &self.attempt.state),
            ("code_challenge_method", "S256"),
            ("scopes", &scopes),
            ("code_challenge", &self.attempt.challenge()),
        ]
        .map(|(name, value)| format!("{name}={}", utf8_percent_encode(value, NON_ALPHANUMERIC)));
        format!("{}/authorize?{}", self.oidc.trim_end_matches('/'), query.join("&"))
    }

    pub(super) async fn finish(mut self, clock: impl Fn() -> Moment) -> Result<Token> {
        let redirect = self.way_back.redirect.clone();
        let code = self.way_back.answer(|query| self.attempt.answer(query)).await?;
        // The port is given back before AWS is asked: a later visit finds no listener.
        drop(self.way_back);
        let body = json!({
            "grantType": GRANT,
            "redirectUri": redirect,
            "codeVerifier": self.attempt.verifier.expose(),
            "code": code.expose(),
        });
        let created: std::result::Result<Created, AwsError> =
            post_as(&self.registration, self.client, self.oidc, "token", body).await;
        let token = created.and_then(|created| token(&created, self.registration, clock()));
        token.map_err(|failure| {
            if matches!(failure.code(), "invalid_client" | "InvalidClientException") {
                // The next sign-on registers anew.
                let _ = std::fs::remove_file(&self.file);
            }
            refusal(&failure, self.session, self.oidc)
        })
    }
}

async fn registered(
    client: &Client,
    oidc: &str,
    session: &SsoSession,
    page: &str,
    file: &Path,
) -> Result<Registration> {
    let grants = [GRANT, "refresh_token"];
    let more = json!({
        "grantTypes": grants,
        "redirectUris": [REDIRECT],
        "issuerUrl": page,
    });
    let registration = register(client, oidc, &session.scopes, more)
        .await
        .map_err(|failure| refusal(&failure, session, oidc))?;
    let text = json!({
        "clientId": registration.id,
        "clientSecret": registration.secret.expose(),
        "expiresAt": registration.expires.rfc3339(),
        "scopes": session.scopes,
        "grantTypes": grants,
    });
    cache::keep(cache::draft(file)?, &text)?;
    Ok(registration)
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct RegistrationText {
    client_id: String,
    client_secret: Zeroizing<String>,
    expires_at: String,
    grant_types: Vec<String>,
}

fn kept(file: &Path) -> Option<Registration> {
    let kept: RegistrationText = cache::parsed(file)?;
    let expires = cache::moment(&kept.expires_at)?;
    kept.grant_types.iter().any(|grant| grant == GRANT).then(|| Registration {
        id: kept.client_id,
        secret: Secret::new(kept.client_secret.as_str().to_owned()),
        expires,
    })
}

/// What the AWS CLI makes the name of the file of: JSON as Python writes it, keys in their order.
fn file_key(session: &SsoSession) -> String {
    let python = |text: &str| {
        let escaped = |character: char| match character {
            ' '..='~' => character.to_string(),
            _ => {
                let mut units = [0; 2];
                character
                    .encode_utf16(&mut units)
                    .iter()
                    .map(|unit| format!("\\u{unit:04x}"))
                    .collect()
            }
        };
        json!(text).to_string().chars().map(escaped).collect::<String>()
    };
    let scopes: Vec<String> = session.scopes.iter().map(|scope| python(scope)).collect();
    format!(
        r#"{{"region": {}, "scopes": [{}], "session_name": {}, "startUrl": {}, "tool": "botocore"}}"#,
        python(session.region.as_str()),
        scopes.join(", "),
        session.name.as_deref().map_or_else(|| "null".to_owned(), python),
        python(&session.start_url)
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_file_of_a_registration_is_named_as_python_writes_json() {
        let name = "größe \"x\" 🗝\u{7f}";
        let url = "https://corp.awsapps.com/start";
        let scopes = vec!["sso:account:access".to_owned(), "b".to_owned()];
        let session = SsoSession { scopes, ..SsoSession::of_test(Some(name), url, "eu-west-1") };
        // json.dumps({…}, sort_keys=True)
        assert_eq!(
            file_key(&session),
            r#"{"region": "eu-west-1", "scopes": ["sso:account:access", "b"], "session_name": "gr\u00f6\u00dfe \"x\" \ud83d\udddd\u007f", "startUrl": "https://corp.awsapps.com/start", "tool": "botocore"}"#
        );
    }
}

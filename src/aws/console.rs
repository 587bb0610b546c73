//! The tokens of a console sign-in (AWS Sign-In, CreateOAuth2Token): a code or a refresh token goes
//! in, keys for a quarter of an hour come out. Nothing is signed but the proof of the key.

use aws_smithy_types::body::SdkBody;
use serde::Deserialize;
use serde_json::json;
use zeroize::Zeroizing;

use super::client::{Client, PATIENCE};
use super::dpop::ProofKey;
use super::error::AwsError;
use super::http::encoded;
use super::sso::good_news;
use super::sts::{checked_keys, checked_token};
use crate::plan::Service;
use crate::types::{Credentials, Secret};

/// The longest life of such keys that is believed, in seconds. AWS gives 900.
const LONGEST_LIFE: i64 = 3600;
/// The longest refresh token, in bytes, as the service's model has it.
const LONGEST_TOKEN: usize = 12_288;

/// As whom a program signs in by the browser of this machine.
pub(crate) const SAME_DEVICE: &str = "arn:aws:signin:::devtools/same-device";
/// As whom a program signs in by a browser elsewhere, where a person copies a code.
pub(crate) const CROSS_DEVICE: &str = "arn:aws:signin:::devtools/cross-device";

pub(crate) enum Grant<'a> {
    /// The code of a sign-in in the browser, with what proves that this program asked for it.
    Code { code: &'a Secret, verifier: &'a Secret, redirect: &'a str },
    /// The refresh token, which is good once: the answer holds the next one.
    Refresh(&'a Secret),
}

pub(crate) struct SignInTokens {
    pub keys: Credentials,
    /// How long the keys are good, in seconds.
    pub seconds: i64,
    pub refresh: Secret,
    /// Who signed in, and when.
    pub id_token: Option<Secret>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Answer {
    access_token: Keys,
    expires_in: i64,
    refresh_token: Zeroizing<String>,
    id_token: Option<Zeroizing<String>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Keys {
    access_key_id: String,
    secret_access_key: Zeroizing<String>,
    session_token: Zeroizing<String>,
}

/// Asks for tokens, once: a refresh token that was sent is spent, whatever comes back. So the
/// answer is waited for longer than that of other calls.
pub(crate) async fn sign_in_tokens(
    client: &Client,
    endpoint: &str,
    client_id: &str,
    key: &ProofKey,
    grant: Grant<'_>,
) -> Result<SignInTokens, AwsError> {
    let url = format!("{endpoint}/v1/token");
    let body = Zeroizing::new(match grant {
        Grant::Code { code, verifier, redirect } => json!({
            "clientId": client_id, "grantType": "authorization_code", "code": code.expose(),
            "codeVerifier": verifier.expose(), "redirectUri": redirect,
        })
        .to_string(),
        Grant::Refresh(token) => json!({
            "clientId": client_id, "grantType": "refresh_token", "refreshToken": token.expose(),
        })
        .to_string(),
    });
    let proof = key.proof(&url, client.aws_now());
    let proof = proof.ok_or_else(|| AwsError::malformed("the proof of the key"))?;
    let request = http::Request::post(&url)
        .header("content-type", "application/json")
        .header("dpop", proof.expose())
        .body(SdkBody::from(body.as_str()));
    client.tell(Service::SIGN_IN);
    let (reply, date) = client.send(request, PATIENCE).await?;
    client.clock.learn(date);
    let reply = good_news(reply)?;
    let answer: Answer =
        serde_json::from_slice(&reply.body).map_err(|_| AwsError::malformed("tokenOutput"))?;
    let Keys { access_key_id: id, secret_access_key: secret, session_token: token } =
        &answer.access_token;
    if !(1..=LONGEST_LIFE).contains(&answer.expires_in) {
        return Err(AwsError::malformed("expiresIn"));
    }
    let checked = |text: &str| checked_token(text, LONGEST_TOKEN, "refreshToken");
    Ok(SignInTokens {
        keys: checked_keys(id, secret, token)?,
        seconds: answer.expires_in,
        refresh: checked(&answer.refresh_token)?,
        id_token: answer.id_token.as_ref().map(|text| checked(text)).transpose()?,
    })
}

/// The page on which a person signs in. What it holds proves nothing without the verifier.
pub(crate) fn sign_in_page(
    endpoint: &str,
    client_id: &str,
    state: &str,
    redirect: &str,
    challenge: &str,
) -> String {
    let [client_id, redirect] = [client_id, redirect].map(encoded);
    format!(
        "{endpoint}/v1/authorize?response_type=code&client_id={client_id}&state={state}\
         &code_challenge_method=SHA-256&scope=openid&redirect_uri={redirect}&code_challenge={challenge}"
    )
}

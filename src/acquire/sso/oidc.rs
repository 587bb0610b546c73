//! The calls of the OIDC API of IAM Identity Center that every sign-on makes: RegisterClient and
//! CreateToken.

use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use zeroize::Zeroizing;

use super::cache::{Registration, Renewal, Token, is_bearer};
use crate::aws::{AwsError, Client};
use crate::types::{Moment, Secret};

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
pub(super) struct Created {
    access_token: Zeroizing<String>,
    expires_in: i64,
    refresh_token: Option<Zeroizing<String>>,
}

pub(super) async fn register(
    client: &Client,
    oidc: &str,
    scopes: &[String],
    more: Value,
) -> Result<Registration, AwsError> {
    let mut body = with(json!({"clientName": "assume-role", "clientType": "public"}), more);
    if !scopes.is_empty() {
        body = with(body, json!({"scopes": scopes}));
    }
    let registered: Registered = post(client, oidc, "client/register", &body).await?;
    Ok(Registration {
        id: registered.client_id,
        secret: Secret::new(registered.client_secret.as_str().to_owned()),
        expires: Moment(registered.client_secret_expires_at),
    })
}

pub(super) async fn post_as<T: DeserializeOwned>(
    who: &Registration,
    client: &Client,
    oidc: &str,
    path: &str,
    more: Value,
) -> Result<T, AwsError> {
    let who = json!({"clientId": who.id, "clientSecret": who.secret.expose()});
    post(client, oidc, path, &with(who, more)).await
}

pub(super) async fn renew(
    client: &Client,
    oidc: &str,
    renewal: &Renewal,
    now: Moment,
) -> Result<Token, AwsError> {
    let body = json!({"grantType": "refresh_token", "refreshToken": renewal.refresh.expose()});
    let created: Created = post_as(&renewal.client, client, oidc, "token", body).await?;
    let mut token = token(&created, renewal.client.clone(), now)?;
    // A service that does not replace the refresh token lets it go on.
    token.renewal.get_or_insert_with(|| renewal.clone());
    Ok(token)
}

pub(super) fn token(
    created: &Created,
    client: Registration,
    now: Moment,
) -> Result<Token, AwsError> {
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

fn with(mut body: Value, more: Value) -> Value {
    if let (Some(fields), Value::Object(more)) = (body.as_object_mut(), more) {
        fields.extend(more);
    }
    body
}

async fn post<T: DeserializeOwned>(
    client: &Client,
    oidc: &str,
    path: &str,
    body: &Value,
) -> Result<T, AwsError> {
    let reply = client.post_json(&format!("{}/{path}", oidc.trim_end_matches('/')), body).await?;
    serde_json::from_slice(&reply.body).map_err(|_| AwsError::malformed(path))
}

//! Where the single sign-on of a region is asked, and how: JSON over the run's one connector.
//!
//! Requests carry a bearer token or a client's secret, never a signature. Redirects are not
//! followed.

use aws_sdk_sts::types::Credentials;
use aws_smithy_runtime_api::client::http::HttpConnector;
use aws_smithy_runtime_api::client::orchestrator::HttpRequest;
use aws_smithy_types::DateTime;
use aws_smithy_types::body::SdkBody;
use serde::Deserialize;
use serde_json::Value;
use zeroize::Zeroizing;

use super::bounded::whole_of;
use super::client::{ATTEMPT, Client};
use super::endpoint::check;
use super::failure::{AwsError, Trouble, connector_trouble};
use super::iam::form_encoded;
use super::reply;
use super::roles::aws_now;
use crate::error::Result;
use crate::plan::Overrides;
use crate::types::{AccountId, Partition, Region, RoleName, Secret, Session};

/// The endpoints of the single sign-on, checked.
#[derive(Clone, Debug)]
pub(crate) struct SsoEndpoints {
    /// Gives keys for a token.
    pub portal: String,
    /// Gives a token.
    pub oidc: String,
}

impl SsoEndpoints {
    /// The region's own, or what the user configured.
    pub(crate) fn resolve(region: &Region, overrides: &Overrides) -> Result<Self> {
        let suffix = suffix(region.partition());
        let of = |service: &str, chosen: &Option<crate::plan::Chosen<String>>| match chosen {
            Some(url) => check(&url.value, &url.origin, overrides.allow_http),
            None => Ok(format!("https://{service}.{region}.{suffix}")),
        };
        Ok(Self {
            portal: of("portal.sso", &overrides.sso)?,
            oidc: of("oidc", &overrides.sso_oidc)?,
        })
    }

    /// Whether both are plain http.
    pub(super) fn are_plain(&self) -> bool {
        !self.portal.starts_with("https:") && !self.oidc.starts_with("https:")
    }
}

/// The domain of a partition's services (AWS General Reference; SDK partitions.json).
pub(super) fn suffix(partition: Partition) -> &'static str {
    match partition.as_str() {
        "aws-cn" => "amazonaws.com.cn",
        "aws-iso" => "c2s.ic.gov",
        "aws-iso-b" => "sc2s.sgov.gov",
        "aws-iso-e" => "cloud.adc-e.uk",
        "aws-iso-f" => "csp.hci.ic.gov",
        "aws-eusc" => "amazonaws.eu",
        _ => "amazonaws.com",
    }
}

/// An answer in JSON, whether it is good news or bad.
pub(crate) struct JsonReply {
    /// The HTTP status.
    pub status: u16,
    /// The body.
    pub body: Zeroizing<Vec<u8>>,
}

impl JsonReply {
    /// The error in the words of either service: its code, and what it means.
    pub(crate) fn failure(&self) -> AwsError {
        let body: Value = serde_json::from_slice(&self.body).unwrap_or_default();
        let text = |name: &str| body.get(name).and_then(Value::as_str);
        let code = text("error")
            .or_else(|| text("__type").map(|name| name.rsplit('#').next().unwrap_or(name)));
        let message =
            text("error_description").or_else(|| text("message")).or_else(|| text("Message"));
        AwsError::of(match (code, message) {
            (None, None) => Trouble::NotAws(self.status),
            (code, message) => Trouble::Answer {
                code: code.map_or_else(|| self.status.to_string(), str::to_owned),
                message: message.unwrap_or_default().to_owned(),
            },
        })
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct RoleReply {
    role_credentials: RoleCredentials,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct RoleCredentials {
    access_key_id: String,
    secret_access_key: Zeroizing<String>,
    session_token: Zeroizing<String>,
    /// In milliseconds since 1970.
    expiration: i64,
}

/// The keys of a role for whoever holds the token (IAM Identity Center Portal API,
/// GetRoleCredentials).
pub(crate) async fn role_credentials(
    client: &Client,
    token: &Secret,
    account: &AccountId,
    role: &RoleName,
) -> std::result::Result<Session, AwsError> {
    let endpoints = client
        .endpoints
        .sso
        .as_ref()
        .ok_or_else(|| AwsError::malformed("the endpoint of the portal"))?;
    let base = endpoints.portal.trim_end_matches('/');
    let role = form_encoded(role.as_str());
    let url = format!("{base}/federation/credentials?role_name={role}&account_id={account}");
    let reply = client.get_json(&url, token).await?;
    if reply.status != 200 {
        return Err(reply.failure());
    }
    let keys: RoleReply =
        serde_json::from_slice(&reply.body).map_err(|_| AwsError::malformed("roleCredentials"))?;
    let keys = keys.role_credentials;
    let credentials = Credentials::builder()
        .access_key_id(keys.access_key_id)
        .secret_access_key(keys.secret_access_key.as_str())
        .session_token(keys.session_token.as_str())
        .expiration(DateTime::from_millis(keys.expiration))
        .build()
        .map_err(|_| AwsError::malformed("roleCredentials"))?;
    reply::session(Some(&credentials), aws_now(client))
}

impl Client {
    /// Posts JSON, once.
    pub(crate) async fn post_json(
        &self,
        url: &str,
        body: &Value,
    ) -> std::result::Result<JsonReply, AwsError> {
        let request = http::Request::builder()
            .method("POST")
            .uri(url)
            .header("content-type", "application/json")
            .body(SdkBody::from(body.to_string()));
        self.send(request).await
    }

    /// Gets JSON for the bearer of a token; once more when nothing came back, since asking twice
    /// does no harm.
    pub(super) async fn get_json(
        &self,
        url: &str,
        bearer: &Secret,
    ) -> std::result::Result<JsonReply, AwsError> {
        let once = async || {
            let request = http::Request::builder()
                .method("GET")
                .uri(url)
                .header("x-amz-sso_bearer_token", bearer.expose())
                .body(SdkBody::empty());
            self.send(request).await
        };
        match once().await {
            Err(failure) if matches!(failure.trouble, Trouble::Connect(_) | Trouble::Timeout) => {
                once().await
            }
            Ok(reply) if reply.status >= 500 => once().await,
            outcome => outcome,
        }
    }

    async fn send(
        &self,
        request: http::Result<http::Request<SdkBody>>,
    ) -> std::result::Result<JsonReply, AwsError> {
        let request = request.ok().and_then(|request| HttpRequest::try_from(request).ok());
        let request = request.ok_or_else(|| AwsError::malformed("the request"))?;
        let whole = async {
            let reply = self
                .connector
                .call(request)
                .await
                .map_err(|error| AwsError::of(connector_trouble(&error)))?;
            self.clock.learn(reply.headers().get("date"));
            let status = reply.status().as_u16();
            let body =
                whole_of(reply.into_body()).await.ok_or(AwsError::of(Trouble::NotAws(status)))?;
            Ok(JsonReply { status, body: Zeroizing::new(body) })
        };
        tokio::time::timeout(ATTEMPT.min(self.whole), whole)
            .await
            .map_err(|_| AwsError::of(Trouble::Timeout))?
    }
}

//! Keys that a machine of AWS gives to whatever runs on it. A container is asked here, since the
//! SDK's provider would wait for ever on a token file that is a pipe; an instance is asked through
//! the SDK's provider, over the run's connector.

use std::time::Duration;

use aws_config::imds;
use aws_config::imds::credentials::ImdsCredentialsProvider;
use aws_config::provider_config::ProviderConfig;
use aws_credential_types::provider::ProvideCredentials;
use aws_credential_types::provider::error::CredentialsError;
use aws_smithy_async::rt::sleep::TokioSleep;
use aws_smithy_types::body::SdkBody;
use serde::Deserialize;
use zeroize::Zeroizing;

use super::client::Client;
use super::error::{AwsError, FailureKind};
use super::signed::patiently;
use crate::config::container::may_be_asked_in_plain_text;
use crate::types::{Credentials, Moment, Secret};

/// Either service answers at once or is not there.
const CONNECT: Duration = Duration::from_secs(1);
const WHOLE: Duration = Duration::from_secs(5);

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Machine {
    /// A container of ECS or EKS, by its variables.
    Container,
    /// An instance of EC2, by its metadata service.
    Instance,
}

pub(crate) async fn machine_keys(
    client: &Client,
    machine: Machine,
) -> Result<(Credentials, Option<Moment>), AwsError> {
    let keys = async {
        match machine {
            Machine::Container => patiently(async || container(client).await).await,
            Machine::Instance => instance(client).await,
        }
    };
    tokio::time::timeout(WHOLE, keys).await.map_err(|_| AwsError::of(FailureKind::Timeout))?
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Reply {
    access_key_id: String,
    secret_access_key: Zeroizing<String>,
    token: Option<Zeroizing<String>>,
    expiration: Option<String>,
}

async fn container(client: &Client) -> Result<(Credentials, Option<Moment>), AwsError> {
    let cannot = |why: String| AwsError::of(FailureKind::Connect(why));
    let container = &client.endpoints.overrides.container;
    let url = container.url().map_err(|error| cannot(error.message))?;
    if url.scheme_str() == Some("http") {
        let host = url.host().unwrap_or_default().trim_matches(['[', ']']);
        let addresses = tokio::net::lookup_host((host, 0)).await;
        let mut addresses = addresses.map_err(|error| cannot(error.to_string()))?;
        if !addresses.all(|address| may_be_asked_in_plain_text(address.ip())) {
            return Err(cannot(
                "plain http is for agents of ECS and EKS and for loopback".to_owned(),
            ));
        }
    }
    let mut request = http::Request::get(url).header("accept", "application/json");
    if let Some(token) = container.token().map_err(|error| cannot(error.message))? {
        request = request.header("authorization", token.expose());
    }
    let (reply, _) = client.send(request.body(SdkBody::empty()), WHOLE).await?;
    if reply.status != 200 {
        return Err(match reply.status {
            429 | 500.. => AwsError::of(FailureKind::NotAws(reply.status)),
            status => cannot(format!("the agent answered HTTP {status}")),
        });
    }
    let malformed = || AwsError::malformed("keys of the container");
    let reply: Reply = serde_json::from_slice(&reply.body).map_err(|_| malformed())?;
    let expires = reply.expiration.map(|end| Moment::parse_rfc3339(&end).ok_or_else(malformed));
    let secret = |text: Zeroizing<String>| Secret::new(text.as_str().to_owned());
    let keys = Credentials {
        id: reply.access_key_id,
        secret: secret(reply.secret_access_key),
        token: reply.token.map(secret),
    };
    Ok((keys, expires.transpose()?))
}

async fn instance(client: &Client) -> Result<(Credentials, Option<Moment>), AwsError> {
    let config = ProviderConfig::without_region()
        .with_http_client(client.http.clone())
        .with_sleep_impl(TokioSleep::new());
    let service = imds::Client::builder()
        .endpoint(&client.endpoints.overrides.instance)
        .map_err(|error| AwsError::of(FailureKind::Connect(error.to_string())))?
        .configure(&config)
        .max_attempts(1)
        .connect_timeout(CONNECT)
        .read_timeout(CONNECT)
        .build();
    let provider =
        ImdsCredentialsProvider::builder().configure(&config).imds_client(service).build();
    let keys = provider.provide_credentials().await.map_err(|error| AwsError::of(why(&error)))?;
    let expires = keys.expiry().and_then(|time| time.duration_since(std::time::UNIX_EPOCH).ok());
    let expires = expires.map(|since| Moment(i64::try_from(since.as_secs()).unwrap_or(i64::MAX)));
    let keys = Credentials {
        id: keys.access_key_id().to_owned(),
        secret: Secret::new(keys.secret_access_key().to_owned()),
        token: keys.session_token().map(|token| Secret::new(token.to_owned())),
    };
    Ok((keys, expires))
}

/// The innermost words: the outer ones say only that there are no credentials.
fn why(error: &CredentialsError) -> FailureKind {
    if matches!(error, CredentialsError::ProviderTimedOut(_)) {
        return FailureKind::Timeout;
    }
    let mut innermost: &dyn std::error::Error = error;
    while let Some(source) = innermost.source() {
        innermost = source;
    }
    FailureKind::Connect(innermost.to_string())
}

//! The Rust SDK as a client of the test server: the judge of what our server accepts, and of keys
//! that arrive somewhere. It makes one attempt and never looks at the environment.

use aws_credential_types::Credentials;
use aws_sdk_sts::Client;
use aws_sdk_sts::config::retry::RetryConfig;
use aws_sdk_sts::config::{BehaviorVersion, Region};
use aws_sdk_sts::error::{ProvideErrorMetadata, SdkError};

use super::failure::{Failure, Outcome};
use crate::fake_aws::sts::{AccessKey, Issued};

/// Keys of any kind.
#[derive(Clone, Debug)]
pub struct Keys {
    /// The access key id.
    pub id: String,
    /// The secret.
    pub secret: String,
    /// The session token of temporary keys.
    pub token: Option<String>,
}

impl From<&AccessKey> for Keys {
    fn from(key: &AccessKey) -> Self {
        Self { id: key.id.clone(), secret: key.secret.clone(), token: None }
    }
}

impl From<&Issued> for Keys {
    fn from(issued: &Issued) -> Self {
        Self {
            id: issued.key_id.clone(),
            secret: issued.secret.clone(),
            token: Some(issued.token.clone()),
        }
    }
}

impl From<&Self> for Keys {
    fn from(keys: &Self) -> Self {
        keys.clone()
    }
}

/// A client for plain http.
pub fn client(url: &str, keys: &Keys) -> Client {
    let credentials = Credentials::new(&keys.id, &keys.secret, keys.token.clone(), None, "test");
    let config = aws_sdk_sts::Config::builder()
        .behavior_version(BehaviorVersion::latest())
        .http_client(aws_smithy_http_client::Builder::new().build_http())
        .retry_config(RetryConfig::disabled())
        .region(Region::new("eu-west-1"))
        .endpoint_url(url)
        .credentials_provider(credentials)
        .build();
    Client::from_conf(config)
}

/// Runs a call to its end, and gives the answer or `Code: message` of the refusal.
///
/// # Errors
/// With code and message as AWS sent them, or what went wrong underneath.
pub fn ask<T, E: ProvideErrorMetadata>(
    call: impl Future<Output = Result<T, SdkError<E>>>,
) -> Outcome<T> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(call).map_err(|error| match (error.code(), error.message()) {
        (Some(code), message) => Failure(format!("{code}: {}", message.unwrap_or_default())),
        (None, _) => Failure(error.to_string()),
    })
}

/// The ARN that the server sees behind these keys.
///
/// # Errors
/// As [`ask`].
pub fn caller_arn(url: &str, keys: &Keys) -> Outcome<String> {
    let identity = ask(client(url, keys).get_caller_identity().send())?;
    Ok(identity.arn().unwrap_or_default().to_owned())
}

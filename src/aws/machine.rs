//! Keys that a machine of AWS gives to whatever runs on it, through the SDK's providers over the
//! run's connector.

use std::time::Duration;

use aws_config::ecs::EcsCredentialsProvider;
use aws_config::imds;
use aws_config::imds::credentials::ImdsCredentialsProvider;
use aws_config::provider_config::ProviderConfig;
use aws_credential_types::provider::ProvideCredentials;
use aws_credential_types::provider::error::CredentialsError;
use aws_smithy_async::rt::sleep::TokioSleep;

use super::client::Client;
use super::failure::{AwsError, Trouble};
use crate::types::{Credentials, Moment, Secret};

/// The metadata service answers at once or is not there.
const CONNECT: Duration = Duration::from_secs(1);
/// Time for all of it.
const WHOLE: Duration = Duration::from_secs(5);

/// Which machine.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Machine {
    /// A container of ECS or EKS, by its variables.
    Container,
    /// An instance of EC2, by its metadata service.
    Instance,
}

/// The keys of the machine's own role, and when they end.
pub(crate) async fn machine_keys(
    client: &Client,
    machine: Machine,
) -> Result<(Credentials, Option<Moment>), AwsError> {
    let config = ProviderConfig::without_region()
        .with_http_client(client.http.clone())
        .with_sleep_impl(TokioSleep::new());
    let whole = async {
        match machine {
            Machine::Container => {
                EcsCredentialsProvider::builder()
                    .configure(&config)
                    .build()
                    .provide_credentials()
                    .await
            }
            Machine::Instance => {
                let service = imds::Client::builder()
                    .configure(&config)
                    .max_attempts(1)
                    .connect_timeout(CONNECT)
                    .read_timeout(CONNECT)
                    .build();
                ImdsCredentialsProvider::builder()
                    .configure(&config)
                    .imds_client(service)
                    .build()
                    .provide_credentials()
                    .await
            }
        }
    };
    let given =
        tokio::time::timeout(WHOLE, whole).await.map_err(|_| AwsError::of(Trouble::Timeout))?;
    let given = given.map_err(|error| AwsError::of(why(&error)))?;
    let expires = given.expiry().and_then(|time| time.duration_since(std::time::UNIX_EPOCH).ok());
    let keys = Credentials {
        id: given.access_key_id().to_owned(),
        secret: Secret::new(given.secret_access_key().to_owned()),
        token: given.session_token().map(|token| Secret::new(token.to_owned())),
    };
    Ok((keys, expires.map(|since| Moment(i64::try_from(since.as_secs()).unwrap_or(i64::MAX)))))
}

/// The innermost words: the outer ones say only that there are no credentials.
fn why(error: &CredentialsError) -> Trouble {
    if matches!(error, CredentialsError::ProviderTimedOut(_)) {
        return Trouble::Timeout;
    }
    let mut innermost: &dyn std::error::Error = error;
    while let Some(source) = innermost.source() {
        innermost = source;
    }
    Trouble::Connect(innermost.to_string())
}

//! One POST signed by hand, for services whose SDK would double the build for one call.
//!
//! Where, what and whose keys come in; status and body go out. AWS's clock is learnt from the
//! reply, as everywhere.

use std::time::{Duration, SystemTime};

use aws_credential_types::Credentials as SdkCredentials;
use aws_sigv4::http_request::{SignableBody, SignableRequest, SigningSettings, sign};
use aws_sigv4::sign::v4;
use aws_smithy_async::time::TimeSource;
use aws_smithy_runtime_api::client::http::HttpConnector;
use aws_smithy_runtime_api::client::orchestrator::HttpRequest;
use aws_smithy_types::body::SdkBody;

use super::bounded::whole_of;
use super::client::{ATTEMPT, Client};
use super::failure::{AwsError, Trouble, connector_trouble};
use crate::types::Credentials;

/// How often a call that only reads is made before its failure counts.
const TRIES: u32 = 5;
/// The first pause between them; each is twice as long as the one before it.
const FIRST_PAUSE: Duration = Duration::from_millis(100);
/// What services say when they are asked too often.
const THROTTLED: [&str; 5] = [
    "Throttling",
    "ThrottlingException",
    "TooManyRequestsException",
    "RequestLimitExceeded",
    "429",
];

/// A call of a service that is not STS.
pub(super) struct Call<'a> {
    /// The service, as signatures name it.
    pub service: &'static str,
    /// The endpoint and the region that the signature names.
    pub endpoint: &'a (String, String),
    /// The headers that say what the body is; they are signed.
    pub headers: &'a [(&'static str, &'static str)],
    /// The body.
    pub body: &'a str,
}

/// Makes a call once.
pub(super) async fn post(
    client: &Client,
    keys: &Credentials,
    call: &Call<'_>,
) -> Result<(u16, Vec<u8>), AwsError> {
    let request = request(keys, call, client.clock.now())
        .ok_or_else(|| AwsError::malformed(&format!("the request to {}", call.service)))?;
    let whole = async {
        let reply = client
            .connector
            .call(request)
            .await
            .map_err(|error| AwsError::of(connector_trouble(&error)))?;
        client.clock.learn(reply.headers().get("date"));
        let status = reply.status().as_u16();
        let bytes =
            whole_of(reply.into_body()).await.ok_or(AwsError::of(Trouble::NotAws(status)))?;
        Ok((status, bytes))
    };
    tokio::time::timeout(ATTEMPT.min(client.whole), whole)
        .await
        .map_err(|_| AwsError::of(Trouble::Timeout))?
}

/// Makes a call that only reads, again when AWS was asked too often or did not answer.
pub(super) async fn patiently<T>(
    call: impl AsyncFn() -> Result<T, AwsError>,
) -> Result<T, AwsError> {
    let mut pause = FIRST_PAUSE;
    for _ in 1..TRIES {
        match call().await {
            Err(failure) if passes(&failure) => tokio::time::sleep(pause).await,
            outcome => return outcome,
        }
        pause *= 2;
    }
    call().await
}

fn passes(failure: &AwsError) -> bool {
    let comes_from_a_crowd = THROTTLED.contains(&failure.code());
    comes_from_a_crowd || matches!(failure.trouble, Trouble::Timeout | Trouble::NotAws(429 | 500..))
}

fn request(keys: &Credentials, call: &Call<'_>, now: SystemTime) -> Option<HttpRequest> {
    let (url, region) = call.endpoint;
    let identity = SdkCredentials::new(
        &keys.id,
        keys.secret.expose(),
        keys.token.as_ref().map(|token| token.expose().to_owned()),
        None,
        "assume-role",
    )
    .into();
    let params = v4::SigningParams::builder()
        .identity(&identity)
        .region(region)
        .name(call.service)
        .time(now)
        .settings(SigningSettings::default())
        .build()
        .ok()?
        .into();
    let target = format!("{}/", url.trim_end_matches('/'));
    let body = SignableBody::Bytes(call.body.as_bytes());
    let signable =
        SignableRequest::new("POST", &target, call.headers.iter().copied(), body).ok()?;
    let (instructions, _) = sign(signable, &params).ok()?.into_parts();
    let request = http::Request::builder().method("POST").uri(&target);
    let request =
        call.headers.iter().fold(request, |request, (name, value)| request.header(*name, *value));
    let mut request = request.body(SdkBody::from(call.body)).ok()?;
    instructions.apply_to_request_http1x(&mut request);
    HttpRequest::try_from(request).ok()
}

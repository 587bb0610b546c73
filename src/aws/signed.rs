//! Calls signed and posted, calls that are made again, and lists that come page by page.

use std::time::{Duration, SystemTime};

use aws_credential_types::Credentials as SigningKeys;
use aws_sigv4::http_request::{SignableBody, SignableRequest, SigningSettings, sign};
use aws_sigv4::sign::v4;
use aws_smithy_types::body::SdkBody;

use super::client::Client;
use super::error::{AwsError, FailureKind};
use super::http::Reply;
use crate::types::{Credentials, Moment};

/// How often a call that only reads is made before its failure counts.
const TRIES: u32 = 6;
const FIRST_PAUSE: Duration = Duration::from_millis(50);
/// The time for all pages of a list. The largest organization has 2,500 pages, at ten a second.
const WHOLE_LIST: Duration = Duration::from_secs(300);
/// Refusals that say nothing about the call: too many came, or the service or what it asks has a
/// fault of its own.
const PASSING: [&str; 10] = [
    "Throttling",
    "ThrottlingException",
    "TooManyRequestsException",
    "RequestLimitExceeded",
    "InternalFailure",
    "InternalError",
    "InternalServerError",
    "ServiceUnavailable",
    "IDPCommunicationError",
    "429",
];

pub(super) struct Call<'a> {
    pub service: &'static str,
    /// The endpoint and the region that the signature names.
    pub endpoint: &'a (String, String),
    /// The headers that say what the body is; they are signed.
    pub headers: &'a [(&'static str, &'static str)],
    pub body: &'a str,
}

/// Posts a call once, signed by the keys if there are any.
pub(super) async fn post(
    client: &Client,
    keys: Option<&Credentials>,
    call: &Call<'_>,
    time: Duration,
) -> Result<Reply, AwsError> {
    let request = request(keys, call, client.aws_now())
        .ok_or_else(|| AwsError::malformed(&format!("the request to {}", call.service)))?;
    client.ask_aws(Ok(request), time).await
}

fn request(
    keys: Option<&Credentials>,
    call: &Call<'_>,
    now: Moment,
) -> Option<http::Request<SdkBody>> {
    let (url, region) = call.endpoint;
    let target = format!("{}/", url.trim_end_matches('/'));
    let request = call
        .headers
        .iter()
        .fold(http::Request::post(&target), |request, (name, value)| request.header(*name, *value));
    let mut request = request.body(SdkBody::from(call.body)).ok()?;
    let Some(keys) = keys else { return Some(request) };
    let token = keys.token.as_ref().map(|token| token.expose().to_owned());
    let identity =
        SigningKeys::new(&keys.id, keys.secret.expose(), token, None, "assume-role").into();
    let params = v4::SigningParams::builder()
        .identity(&identity)
        .region(region)
        .name(call.service)
        .time(SystemTime::UNIX_EPOCH + Duration::from_secs(now.0.try_into().ok()?))
        .settings(SigningSettings::default())
        .build()
        .ok()?
        .into();
    let body = SignableBody::Bytes(call.body.as_bytes());
    let signable =
        SignableRequest::new("POST", &target, call.headers.iter().copied(), body).ok()?;
    let (instructions, _) = sign(signable, &params).ok()?.into_parts();
    instructions.apply_to_request_http1x(&mut request);
    Some(request)
}

/// Makes a call that only reads, again when AWS was asked too often or did not answer.
pub(super) async fn patiently<T>(
    call: impl AsyncFn() -> Result<T, AwsError>,
) -> Result<T, AwsError> {
    repeated(TRIES, call).await
}

/// Makes a call that may be repeated, so often at most.
pub(super) async fn repeated<T>(
    tries: u32,
    call: impl AsyncFn() -> Result<T, AwsError>,
) -> Result<T, AwsError> {
    let passes = |failure: &AwsError| match &failure.trouble {
        FailureKind::Answer { code, .. } => PASSING.contains(&code.as_str()),
        // Of an answer that was cut off only the status is known.
        FailureKind::NotAws(status) => matches!(status, 200 | 429 | 500..),
        FailureKind::Connect(_) | FailureKind::Timeout => true,
        FailureKind::Malformed(_) => false,
    };
    let mut pause = FIRST_PAUSE;
    for _ in 1..tries {
        match call().await {
            Err(failure) if passes(&failure) => tokio::time::sleep(pause).await,
            outcome => return outcome,
        }
        pause *= 2;
    }
    call().await
}

/// All pages of a list: `page` gets the token of a page, and gives the page with the token of the
/// next one. A service that names the same page twice, or more pages than there can be, would be
/// asked for ever.
pub(super) async fn pages<P>(
    most: usize,
    mut page: impl AsyncFnMut(Option<&str>) -> Result<(P, Option<String>), AwsError>,
) -> Result<Vec<P>, AwsError> {
    let all = async {
        let (mut pages, mut token) = (Vec::new(), None::<String>);
        while pages.len() < most {
            let (this, next) = page(token.as_deref()).await?;
            pages.push(this);
            if next.is_none() {
                return Ok(pages);
            }
            if next == token {
                return Err(AwsError::malformed("the token of the next page repeats"));
            }
            token = next;
        }
        Err(AwsError::malformed("the pages have no end"))
    };
    tokio::time::timeout(WHOLE_LIST, all).await.map_err(|_| AwsError::of(FailureKind::Timeout))?
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_ends() {
        let run = |tokens: &[Option<&str>]| {
            let runtime =
                tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap();
            let mut tokens = tokens.iter().cycle();
            runtime.block_on(pages(5, async |token| {
                let next = tokens.next().unwrap().map(str::to_owned);
                Ok((token.map(str::to_owned), next))
            }))
        };
        let two = vec![None, Some("a".to_owned())];
        assert_eq!(run(&[Some("a"), None]), Ok(two));
        let repeats = AwsError::malformed("the token of the next page repeats");
        assert_eq!(run(&[Some("a")]), Err(repeats));
        let endless = AwsError::malformed("the pages have no end");
        assert_eq!(run(&[Some("a"), Some("b")]), Err(endless));
    }
}

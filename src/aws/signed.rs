//! Calls signed by hand, for services whose SDK would double the build for one call, and lists that
//! come page by page.

use std::time::{Duration, SystemTime};

use aws_sigv4::http_request::{SignableBody, SignableRequest, SigningSettings, sign};
use aws_sigv4::sign::v4;
use aws_smithy_async::time::TimeSource;
use aws_smithy_types::body::SdkBody;

use super::client::{Client, sdk_credentials};
use super::error::{AwsError, FailureKind};
use super::http::Reply;
use crate::plan::Service;
use crate::types::Credentials;

/// How often a call that only reads is made before its failure counts.
const TRIES: u32 = 5;
const FIRST_PAUSE: Duration = Duration::from_millis(100);
/// The time for all pages of a list. The largest organization has 2,500 pages, at ten a second.
const WHOLE_LIST: Duration = Duration::from_secs(300);
const THROTTLED: [&str; 5] = [
    "Throttling", "ThrottlingException", "TooManyRequestsException", "RequestLimitExceeded", "429",
];

pub(super) struct Call<'a> {
    pub service: Service,
    /// The endpoint and the region that the signature names.
    pub endpoint: &'a (String, String),
    /// The headers that say what the body is; they are signed.
    pub headers: &'a [(&'static str, &'static str)],
    pub body: &'a str,
}

pub(super) async fn post(
    client: &Client,
    keys: &Credentials,
    call: &Call<'_>,
) -> Result<Reply, AwsError> {
    let request = request(keys, call, client.clock.now())
        .ok_or_else(|| AwsError::malformed(&format!("the request to {}", call.service.key)))?;
    client.tell(call.service);
    client.ask_aws(Ok(request)).await
}

fn request(keys: &Credentials, call: &Call<'_>, now: SystemTime) -> Option<http::Request<SdkBody>> {
    let (url, region) = call.endpoint;
    let identity = sdk_credentials(keys).into();
    let params = v4::SigningParams::builder()
        .identity(&identity)
        .region(region)
        .name(call.service.key)
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
    let request = call
        .headers
        .iter()
        .fold(http::Request::post(&target), |request, (name, value)| request.header(*name, *value));
    let mut request = request.body(SdkBody::from(call.body)).ok()?;
    instructions.apply_to_request_http1x(&mut request);
    Some(request)
}

/// Makes a call that only reads, again when AWS was asked too often or did not answer.
pub(super) async fn patiently<T>(
    call: impl AsyncFn() -> Result<T, AwsError>,
) -> Result<T, AwsError> {
    let passes = |failure: &AwsError| {
        THROTTLED.contains(&failure.code())
            || matches!(failure.trouble, FailureKind::Timeout | FailureKind::NotAws(429 | 500..))
    };
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

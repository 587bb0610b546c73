//! The one HTTP client of a run. AWS's clock is read from every reply of AWS, and later calls of
//! the run are signed by it.

use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use aws_smithy_runtime_api::client::http::SharedHttpConnector;
use aws_smithy_types::body::SdkBody;

use super::certificates::read_bundle;
use super::endpoint::Endpoints;
use super::error::{AwsError, FailureKind};
use super::http::{Reply, Transport, send};
use crate::error::Result;
use crate::plan::Trust;
use crate::types::{Moment, local_now};

/// The time for one attempt at a call that may be repeated.
const ATTEMPT: Duration = Duration::from_secs(3);
pub(super) const PATIENCE: Duration = Duration::from_secs(60);
/// AWS's clock was not seen yet.
const UNKNOWN: i64 = i64::MIN;

/// One HTTP client, the endpoints, and what was learnt about AWS's clock.
pub(crate) struct Client {
    pub(super) connector: SharedHttpConnector,
    pub(super) endpoints: Endpoints,
    /// AWS's clock minus this machine's, in seconds.
    skew: AtomicI64,
    /// The time for a call with all its attempts.
    pub(super) whole: Duration,
}

impl Client {
    /// Opens nothing yet; `whole` is the time for a call with all its attempts. `skew` is what an
    /// earlier run learnt: AWS's clock minus this machine's, in seconds.
    pub(crate) fn new(
        endpoints: Endpoints,
        trust: &Trust,
        whole: Duration,
        skew: Option<i64>,
    ) -> Result<Self> {
        let trusted = match trust {
            Trust::Bundle(bundle) => Some(read_bundle(bundle)?),
            Trust::System => None,
        };
        // A proxy that cannot be used is said before a code is asked for.
        endpoints.proxy()?;
        let transport = Transport::new(trusted, endpoints.proxies.clone());
        let connector = SharedHttpConnector::new(transport);
        let skew = AtomicI64::new(skew.unwrap_or(UNKNOWN));
        Ok(Self { connector, endpoints, skew, whole })
    }

    pub(crate) fn endpoints(&self) -> &Endpoints {
        &self.endpoints
    }

    /// AWS's clock minus this machine's, in seconds, once a reply or an earlier run showed it.
    pub(crate) fn skew(&self) -> Option<i64> {
        Some(self.skew.load(Ordering::Relaxed)).filter(|&skew| skew != UNKNOWN)
    }

    pub(super) fn learn_clock(&self, date: Option<Moment>) {
        if let Some(theirs) = date {
            self.skew.store(theirs.since(local_now()), Ordering::Relaxed);
        }
    }

    pub(super) fn aws_now(&self) -> Moment {
        local_now().plus(self.skew().unwrap_or(0))
    }

    /// Takes over what another process learnt about AWS's clock, unless this run has asked AWS
    /// itself.
    pub(crate) fn expect_skew(&self, skew: i64) {
        if skew != 0 {
            let (unknown, order) = (UNKNOWN, Ordering::Relaxed);
            let _ = self.skew.compare_exchange(unknown, skew, order, order);
        }
    }

    /// Makes a call, and once more when AWS refused only its time: the refusal showed AWS's clock.
    /// AWS looks at the signature before anything else, so a code in such a call is not spent.
    pub(super) async fn in_time<T>(
        &self,
        call: impl AsyncFn() -> std::result::Result<T, AwsError>,
    ) -> std::result::Result<T, AwsError> {
        let believed = self.skew();
        match call().await {
            Err(failure) if failure.is_about_time() && self.skew() != believed => call().await,
            outcome => outcome,
        }
    }

    /// The time for one attempt.
    pub(super) fn attempt(&self) -> Duration {
        ATTEMPT.min(self.whole)
    }

    /// A call with all its attempts, given up when its time is over.
    pub(super) async fn within<T>(
        &self,
        attempts: impl Future<Output = std::result::Result<T, AwsError>>,
    ) -> std::result::Result<T, AwsError> {
        tokio::time::timeout(self.whole, attempts)
            .await
            .map_err(|_| AwsError::of(FailureKind::Timeout))?
    }

    /// Sends a request to AWS, once, and learns AWS's clock from the answer.
    pub(super) async fn ask_aws(
        &self,
        request: http::Result<http::Request<SdkBody>>,
        time: Duration,
    ) -> std::result::Result<Reply, AwsError> {
        let (reply, date) = self.send(request, time).await?;
        self.learn_clock(date);
        Ok(reply)
    }

    /// Where a page that is not AWS's redirects to. What it says of the time is not AWS's either.
    pub(crate) async fn redirect_of(&self, url: &str) -> Option<String> {
        for method in [http::Method::HEAD, http::Method::GET] {
            let request = http::Request::builder().method(method).uri(url);
            let reply = self.send(request.body(SdkBody::empty()), self.attempt()).await;
            let (Reply { status, location, .. }, _) = reply.ok()?;
            if !matches!(status, 405 | 501) {
                return location.filter(|_| (300..400).contains(&status));
            }
        }
        None
    }

    /// Posts JSON to an identity provider, once: a wrong password that is repeated locks a user
    /// out.
    pub(crate) async fn post_to_provider(
        &self,
        url: &str,
        body: &str,
    ) -> std::result::Result<Reply, AwsError> {
        let request = http::Request::post(url)
            .header("content-type", "application/json")
            .header("accept", "application/json")
            .body(SdkBody::from(body));
        Ok(self.send(request, PATIENCE).await?.0)
    }

    /// Sends a request, once, and reads the whole answer within `time`; with it comes what its
    /// `Date` header says.
    pub(super) async fn send(
        &self,
        request: http::Result<http::Request<SdkBody>>,
        time: Duration,
    ) -> std::result::Result<(Reply, Option<Moment>), AwsError> {
        send(&self.connector, request, time).await
    }
}

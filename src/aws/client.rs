//! The one HTTP client of a run, and SDK clients that share it.
//!
//! Timeouts and attempts are ours: the SDK's defaults wait for ever on a silent server and send a
//! spent MFA code again. AWS's clock is read from every reply, and later calls of the run are
//! signed by it.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::{Duration, SystemTime};

use aws_config::retry::RetryConfig;
use aws_config::timeout::TimeoutConfig;
use aws_config::{BehaviorVersion, SdkConfig};
use aws_credential_types::Credentials as SdkCredentials;
use aws_credential_types::provider::SharedCredentialsProvider;
use aws_sdk_sts::config::{Builder, Region as SdkRegion};
use aws_smithy_async::rt::sleep::TokioSleep;
use aws_smithy_async::time::{SharedTimeSource, TimeSource};
use aws_smithy_runtime_api::box_error::BoxError;
use aws_smithy_runtime_api::client::http::{SharedHttpClient, SharedHttpConnector, http_client_fn};
use aws_smithy_runtime_api::client::interceptors::context::{
    AfterDeserializationInterceptorContextRef, BeforeDeserializationInterceptorContextRef,
};
use aws_smithy_runtime_api::client::interceptors::{Intercept, dyn_dispatch_hint};
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use aws_smithy_types::body::SdkBody;
use aws_smithy_types::config_bag::ConfigBag;

use super::certificates::read_bundle;
use super::endpoint::Endpoints;
use super::error::AwsError;
use super::http::{Reply, Transport, send};
use super::xml::leaves;
use crate::cache::JITTER;
use crate::error::Result;
use crate::plan::{Service, Trust};
use crate::types::sanitize::escape_url;
use crate::types::{Credentials, Moment, local_now};
use crate::ui::report::Report;

const ATTEMPT: Duration = Duration::from_secs(3);
pub(super) const PATIENCE: Duration = Duration::from_secs(60);
const ATTEMPTS: u32 = 3;
const FIRST_PAUSE: Duration = Duration::from_millis(50);
/// "Not measured yet" of [`Clock`].
const UNKNOWN: i64 = i64::MIN;

/// One HTTP client, the endpoints, and what was learnt about AWS's clock.
pub(crate) struct Client {
    pub(super) connector: SharedHttpConnector,
    pub(super) endpoints: Endpoints,
    pub(super) clock: Clock,
    pub(super) http: SharedHttpClient,
    /// The time for a call with all its attempts.
    pub(super) whole: Duration,
    pub(super) report: Report,
}

impl Client {
    /// Opens nothing yet; `whole` is the time for a call with all its attempts. `skew` is what an
    /// earlier run learnt: AWS's clock minus this machine's, in seconds.
    pub(crate) fn new(
        endpoints: Endpoints,
        trust: &Trust,
        whole: Duration,
        skew: Option<i64>,
        report: &Report,
    ) -> Result<Self> {
        let trusted = match trust {
            Trust::Bundle(bundle) => Some(read_bundle(bundle)?),
            Trust::System => None,
        };
        // A proxy that cannot be used is said before a code is asked for.
        endpoints.proxy()?;
        let transport = Transport::new(trusted, endpoints.overrides.proxies.clone());
        let connector = SharedHttpConnector::new(transport);
        let shared = connector.clone();
        let http = http_client_fn(move |_, _| shared.clone());
        let (clock, report) = (Clock::new(skew), report.clone());
        Ok(Self { connector, endpoints, clock, http, whole, report })
    }

    /// Tells, once, that a service that is about to be asked is asked elsewhere than at AWS.
    pub(crate) fn tell(&self, service: Service) {
        if let Some(url) = self.endpoints.overrides.of(service) {
            let (name, shown) = (service.name, escape_url(&url.value));
            self.report.note_once(format!("{name} is asked at {shown} ({})", url.origin));
        }
    }

    pub(crate) fn endpoints(&self) -> &Endpoints {
        &self.endpoints
    }

    /// AWS's clock minus this machine's, in seconds, once a reply or an earlier run showed it.
    pub(crate) fn skew(&self) -> Option<i64> {
        self.clock.skew()
    }

    pub(super) fn aws_now(&self) -> Moment {
        local_now().plus(self.skew().unwrap_or(0))
    }

    /// Takes over what another process learnt about AWS's clock, unless this run has asked AWS
    /// itself.
    pub(crate) fn expect_skew(&self, skew: i64) {
        if skew != 0 {
            let _ =
                self.clock.0.compare_exchange(UNKNOWN, skew, Ordering::Relaxed, Ordering::Relaxed);
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

    /// Sends a request to AWS, once, and learns AWS's clock from the answer.
    pub(super) async fn ask_aws(
        &self,
        request: http::Result<http::Request<SdkBody>>,
    ) -> std::result::Result<Reply, AwsError> {
        let (reply, date) = self.send(request, ATTEMPT.min(self.whole)).await?;
        self.clock.learn(date);
        Ok(reply)
    }

    /// Where a page that is not AWS's redirects to. What it says of the time is not AWS's either.
    pub(crate) async fn redirect_of(&self, url: &str) -> Option<String> {
        for method in [http::Method::HEAD, http::Method::GET] {
            let request = http::Request::builder().method(method).uri(url);
            let reply = self.send(request.body(SdkBody::empty()), ATTEMPT.min(self.whole)).await;
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
            .header("user-agent", concat!("assume-role/", env!("CARGO_PKG_VERSION")))
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

    /// An STS client that signs with `keys`, or does not sign. A call that carries an MFA code is
    /// `once`: AWS takes a code once, so a second attempt would turn a slow success into a refusal.
    pub(super) fn sts(&self, keys: Option<&Credentials>, once: bool) -> aws_sdk_sts::Client {
        self.tell(Service::STS);
        let retry = if once {
            RetryConfig::disabled()
        } else {
            RetryConfig::standard().with_max_attempts(ATTEMPTS).with_initial_backoff(FIRST_PAUSE)
        };
        let attempt = if once { self.whole } else { ATTEMPT };
        let timeouts = TimeoutConfig::builder()
            .operation_attempt_timeout(attempt)
            .operation_timeout(self.whole)
            .build();
        let region =
            if self.endpoints.is_global { "aws-global" } else { self.endpoints.region.as_str() };
        let mut config = SdkConfig::builder()
            .behavior_version(BehaviorVersion::latest())
            .region(SdkRegion::new(region.to_owned()))
            .http_client(self.http.clone())
            .sleep_impl(TokioSleep::new())
            .time_source(self.clock.clone())
            .retry_config(retry)
            .timeout_config(timeouts)
            .disable_clock_skew_correction(true)
            .use_fips(self.endpoints.overrides.fips)
            .use_dual_stack(self.endpoints.overrides.dual_stack);
        config.set_credentials_provider(
            keys.map(|keys| SharedCredentialsProvider::new(sdk_credentials(keys))),
        );
        config.set_endpoint_url(self.endpoints.sts.clone());
        aws_sdk_sts::Client::from_conf(
            Builder::from(&config.build()).interceptor(self.clock.clone()).build(),
        )
    }
}

pub(super) fn sdk_credentials(keys: &Credentials) -> SdkCredentials {
    let token = keys.token.as_ref().map(|token| token.expose().to_owned());
    SdkCredentials::new(&keys.id, keys.secret.expose(), token, None, "assume-role")
}

/// AWS's clock, as the `Date` header of its replies shows it.
#[derive(Clone, Debug)]
pub(super) struct Clock(Arc<AtomicI64>);

impl Clock {
    fn new(skew: Option<i64>) -> Self {
        Self(Arc::new(AtomicI64::new(skew.unwrap_or(UNKNOWN))))
    }

    fn skew(&self) -> Option<i64> {
        Some(self.0.load(Ordering::Relaxed)).filter(|&skew| skew != UNKNOWN)
    }

    pub(super) fn learn(&self, date: Option<Moment>) {
        if let Some(theirs) = date {
            // An end that was printed is the same in the next shell.
            let (known, measured) = (self.skew().unwrap_or(0), theirs.since(local_now()));
            let is_same = (measured - known).abs() <= JITTER;
            self.0.store(if is_same { known } else { measured }, Ordering::Relaxed);
        }
    }
}

impl TimeSource for Clock {
    fn now(&self) -> SystemTime {
        let skew = self.skew().unwrap_or(0);
        let offset = Duration::from_secs(skew.unsigned_abs());
        let now = SystemTime::now();
        let shifted = if skew < 0 { now.checked_sub(offset) } else { now.checked_add(offset) };
        shifted.unwrap_or(now)
    }
}

impl From<Clock> for SharedTimeSource {
    fn from(clock: Clock) -> Self {
        Self::new(clock)
    }
}

#[dyn_dispatch_hint]
impl Intercept for Clock {
    fn name(&self) -> &'static str {
        "Clock"
    }

    fn read_after_transmit(
        &self,
        context: &BeforeDeserializationInterceptorContextRef<'_>,
        _: &RuntimeComponents,
        _: &mut ConfigBag,
    ) -> std::result::Result<(), BoxError> {
        self.learn(context.response().headers().get("date").and_then(Moment::parse_http_date));
        Ok(())
    }

    /// To the SDK an answer is good as soon as it has the fields that it looks for, wherever the rest
    /// was cut off.
    fn read_after_deserialization(
        &self,
        context: &AfterDeserializationInterceptorContextRef<'_>,
        _: &RuntimeComponents,
        _: &mut ConfigBag,
    ) -> std::result::Result<(), BoxError> {
        let reply = context.response();
        let text = reply.body().bytes().and_then(|bytes| std::str::from_utf8(bytes).ok());
        match reply.status().is_success() && text.and_then(leaves).is_none() {
            true => Err("the reply is not whole".into()),
            false => Ok(()),
        }
    }
}

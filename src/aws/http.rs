//! The one way to a server: every request of a run, the SDK's too, goes through [`Transport`].
//!
//! No redirect is followed, and an answer has an end: what AWS says fits into a few pages, and a
//! server that never stops must not fill the memory.

use std::collections::HashMap;
use std::pin::Pin;
use std::sync::{Mutex, PoisonError};
use std::task::{Context, Poll};
use std::time::Duration;

use aws_smithy_async::rt::sleep::{SharedAsyncSleep, TokioSleep};
use aws_smithy_http_client::Connector;
use aws_smithy_http_client::proxy::ProxyConfig;
use aws_smithy_http_client::tls::rustls_provider::CryptoMode;
use aws_smithy_http_client::tls::{Provider, TlsContext, TrustStore};
use aws_smithy_runtime_api::client::http::{
    HttpConnector, HttpConnectorFuture, HttpConnectorSettings, SharedHttpConnector,
};
use aws_smithy_runtime_api::client::orchestrator::HttpRequest;
use aws_smithy_runtime_api::client::result::ConnectorError;
use aws_smithy_types::body::{Error as BodyError, SdkBody};
use http::Uri;
use http_body::{Body, Frame, SizeHint};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use zeroize::Zeroizing;

use super::error::{AwsError, FailureKind, connector_trouble};
use crate::config::proxy::Proxies;
use crate::error::{Error, Result};
use crate::types::Moment;

/// Time for DNS, TCP and TLS.
const CONNECT: Duration = Duration::from_secs(2);
/// The longest body read, in bytes. A real one has about 2,000.
const LONGEST: usize = 1 << 20;
/// Everything but the unreserved characters of RFC 3986, as AWS wants values in URLs and forms.
const RESERVED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

pub(super) fn encoded(text: &str) -> String {
    utf8_percent_encode(text, RESERVED).to_string()
}

/// Connects to wherever a request goes, through the proxy of its URL if it has one.
#[derive(Debug)]
pub(super) struct Transport {
    trusted: Option<Vec<u8>>,
    proxies: Proxies,
    /// By whether TLS is spoken, and the variable of the proxy.
    connectors: Mutex<HashMap<(bool, Option<&'static str>), SharedHttpConnector>>,
}

impl Transport {
    /// Trusts the certificates of a PEM text, or those of the system, which are read with the first
    /// connection that needs them.
    pub(super) fn new(trusted: Option<Vec<u8>>, proxies: Proxies) -> Self {
        Self { trusted, proxies, connectors: Mutex::default() }
    }

    fn connector(&self, url: &Uri) -> Result<SharedHttpConnector> {
        let proxy = self.proxies.for_url(url)?;
        let is_https = |url: &Uri| url.scheme() == Some(&http::uri::Scheme::HTTPS);
        let proxy_url = proxy.as_ref().and_then(|proxy| proxy.url.expose().parse::<Uri>().ok());
        let speaks_tls = is_https(url) || proxy_url.as_ref().is_some_and(is_https);
        let mut connectors = self.connectors.lock().unwrap_or_else(PoisonError::into_inner);
        let key = (speaks_tls, proxy.map(|proxy| proxy.variable));
        if let Some(connector) = connectors.get(&key) {
            return Ok(connector.clone());
        }
        let store = match &self.trusted {
            _ if !speaks_tls => TrustStore::empty(),
            Some(pem) => TrustStore::empty().with_pem_certificate(pem.as_slice()),
            None => TrustStore::default(),
        };
        let tls = TlsContext::builder().with_trust_store(store).build().map_err(|error| {
            Error::config("the trusted certificates cannot be used").because(error)
        })?;
        let proxy = match proxy_url {
            Some(url) => ProxyConfig::all(url)
                .map_err(|_| Error::config("the proxy cannot be used: its URL is not one"))?,
            None => ProxyConfig::disabled(),
        };
        let connector = SharedHttpConnector::new(
            Connector::builder()
                .proxy_config(proxy)
                .connector_settings(
                    HttpConnectorSettings::builder().connect_timeout(CONNECT).build(),
                )
                .sleep_impl(SharedAsyncSleep::new(TokioSleep::new()))
                .tls_provider(Provider::Rustls(CryptoMode::Ring))
                .tls_context(tls)
                .build(),
        );
        connectors.insert(key, connector.clone());
        Ok(connector)
    }
}

impl HttpConnector for Transport {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let connector = match request.uri().parse::<Uri>() {
            Ok(url) => self.connector(&url).map_err(|error| error.message),
            Err(_) => Err("the URL cannot be used".to_owned()),
        };
        let reply = match connector {
            Ok(connector) => connector.call(request),
            Err(why) => return HttpConnectorFuture::ready(Err(ConnectorError::user(why.into()))),
        };
        HttpConnectorFuture::new(async move {
            let mut reply = reply.await?;
            let inner = std::mem::replace(reply.body_mut(), SdkBody::taken());
            *reply.body_mut() = SdkBody::from_body_1_x(Limited { inner, left: LONGEST });
            Ok(reply)
        })
    }
}

struct Limited {
    inner: SdkBody,
    left: usize,
}

impl Body for Limited {
    type Data = <SdkBody as Body>::Data;
    type Error = BodyError;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<std::result::Result<Frame<Self::Data>, BodyError>>> {
        let frame = Pin::new(&mut self.inner).poll_frame(context);
        if let Poll::Ready(Some(Ok(frame))) = &frame {
            let length = frame.data_ref().map_or(0, |data| data.as_ref().len());
            match self.left.checked_sub(length) {
                Some(left) => self.left = left,
                None => return Poll::Ready(Some(Err("the reply is too long".into()))),
            }
        }
        frame
    }

    fn is_end_stream(&self) -> bool {
        self.inner.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        Body::size_hint(&self.inner)
    }
}

/// An answer, whatever it says; wiped after use.
pub(crate) struct Reply {
    pub status: u16,
    pub body: Zeroizing<Vec<u8>>,
    /// Where a redirect leads, which is not gone.
    pub location: Option<String>,
}

/// Sends a request, once, and reads the whole answer within `time`; with it comes what its
/// `Date` header says.
pub(super) async fn send(
    connector: &SharedHttpConnector,
    request: http::Result<http::Request<SdkBody>>,
    time: Duration,
) -> std::result::Result<(Reply, Option<Moment>), AwsError> {
    let request = request.ok().and_then(|request| HttpRequest::try_from(request).ok());
    let unusable = || AwsError::of(FailureKind::Connect("the URL cannot be used".to_owned()));
    let request = request.ok_or_else(unusable)?;
    let whole = async {
        let reply = connector
            .call(request)
            .await
            .map_err(|error| AwsError::of(connector_trouble(&error)))?;
        let status = reply.status().as_u16();
        let date = reply.headers().get("date").and_then(Moment::parse_http_date);
        let location = reply.headers().get("location").map(str::to_owned);
        let body =
            read(reply.into_body()).await.ok_or(AwsError::of(FailureKind::NotAws(status)))?;
        Ok((Reply { status, body, location }, date))
    };
    tokio::time::timeout(time, whole).await.map_err(|_| AwsError::of(FailureKind::Timeout))?
}

/// The whole of a body; `None` for one that broke off or was cut off.
async fn read(mut body: SdkBody) -> Option<Zeroizing<Vec<u8>>> {
    let mut bytes = Zeroizing::new(Vec::new());
    while let Some(frame) =
        std::future::poll_fn(|context| Pin::new(&mut body).poll_frame(context)).await
    {
        if let Ok(data) = frame.ok()?.into_data() {
            bytes.extend_from_slice(&data);
        }
    }
    Some(bytes)
}

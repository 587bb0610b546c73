//! One POST to whoever is not AWS: no redirect is followed, nothing is sent twice, the answer is
//! bounded.

use std::time::Duration;

use aws_smithy_runtime_api::client::http::HttpConnector;
use aws_smithy_runtime_api::client::orchestrator::HttpRequest;
use aws_smithy_types::body::SdkBody;

use super::bounded::whole_of;
use super::client::Client;
use super::failure::{Trouble, connector_trouble};
use crate::error::Result;

/// How long an answer may take.
const PATIENCE: Duration = Duration::from_secs(60);

/// What came back.
#[derive(Debug)]
pub(crate) struct Posted {
    /// The HTTP status.
    pub status: u16,
    /// The body.
    pub body: Vec<u8>,
}

/// Sends a JSON body to a URL that was checked.
pub(crate) async fn post(
    client: &Client,
    url: &str,
    body: &str,
) -> Result<std::result::Result<Posted, Trouble>> {
    let is_plain = !url.get(..6).is_some_and(|start| start.eq_ignore_ascii_case("https:"));
    let connector = client.patient(is_plain, PATIENCE)?;
    let request = http::Request::builder()
        .method("POST")
        .uri(url)
        .header("content-type", "application/json")
        .header("accept", "application/json")
        .header("user-agent", concat!("assume-role/", env!("CARGO_PKG_VERSION")))
        .body(SdkBody::from(body))
        .ok()
        .and_then(|request| HttpRequest::try_from(request).ok());
    let Some(request) = request else {
        return Ok(Err(Trouble::Connect("the URL cannot be used".to_owned())));
    };
    let whole = async {
        let reply = connector.call(request).await.map_err(|error| connector_trouble(&error))?;
        let status = reply.status().as_u16();
        let body = whole_of(reply.into_body()).await.ok_or(Trouble::NotAws(status))?;
        Ok(Posted { status, body })
    };
    Ok(tokio::time::timeout(PATIENCE, whole).await.unwrap_or(Err(Trouble::Timeout)))
}

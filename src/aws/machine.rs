//! Keys that a machine of AWS gives to whatever runs on it: a container by its agent, an instance by
//! its metadata service (EC2 user guide, "Use IMDSv2").

use std::time::Duration;

use aws_smithy_types::body::SdkBody;
use serde::Deserialize;
use zeroize::Zeroizing;

use super::client::Client;
use super::error::{AwsError, FailureKind};
use super::http::encoded;
use super::signed::patiently;
use crate::config::container::may_be_asked_in_plain_text;
use crate::types::{Credentials, Moment, Secret};

/// An instance answers at once or is none.
const AT_ONCE: Duration = Duration::from_secs(1);
/// For how many seconds the token of an instance is good, which is used at once.
const TOKEN_LIFE: &str = "60";
const ROLE: &str = "meta-data/iam/security-credentials/";
/// Time for all of it.
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
    let container = &client.endpoints.container;
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
    keys_in(&reply.body, "keys of the container")
}

async fn instance(client: &Client) -> Result<(Credentials, Option<Moment>), AwsError> {
    let url = format!("{}/latest", client.endpoints.instance.trim_end_matches('/'));
    let token = http::Request::put(format!("{url}/api/token"))
        .header("x-aws-ec2-metadata-token-ttl-seconds", TOKEN_LIFE);
    let token = text_of(client, token).await?;
    let token = std::str::from_utf8(&token).map_err(|_| AwsError::malformed("token"))?;
    let get = async |path: &str| {
        let request = http::Request::get(format!("{url}/{ROLE}{path}"));
        text_of(client, request.header("x-aws-ec2-metadata-token", token)).await
    };
    let role = get("").await?;
    let role = std::str::from_utf8(&role).map_err(|_| AwsError::malformed("role"))?;
    keys_in(&get(&encoded(role.trim())).await?, "keys of the instance")
}

async fn text_of(
    client: &Client,
    request: http::request::Builder,
) -> Result<Zeroizing<Vec<u8>>, AwsError> {
    let (reply, _) = client.send(request.body(SdkBody::empty()), AT_ONCE).await?;
    match reply.status {
        200 => Ok(reply.body),
        status => Err(AwsError::of(FailureKind::Connect(format!(
            "the metadata service answered HTTP {status}"
        )))),
    }
}

fn keys_in(body: &[u8], what: &str) -> Result<(Credentials, Option<Moment>), AwsError> {
    let malformed = || AwsError::malformed(what);
    let reply: Reply = serde_json::from_slice(body).map_err(|_| malformed())?;
    let expires = reply.expiration.map(|end| Moment::parse_rfc3339(&end).ok_or_else(malformed));
    let secret = |text: Zeroizing<String>| Secret::new(text.as_str().to_owned());
    let keys = Credentials {
        id: reply.access_key_id,
        secret: secret(reply.secret_access_key),
        token: reply.token.map(secret),
    };
    Ok((keys, expires.transpose()?))
}

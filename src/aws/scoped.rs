//! `sts:GetScopedCredentials`, signed by hand: the SDK has no call for it yet.

use super::client::Client;
use super::error::{AwsError, FailureKind};
use super::http::encoded;
use super::iam::FORM;
use super::signed::{self, Call};
use super::sts::checked_session;
use super::xml::{first, leaves};
use crate::types::{Credentials, Moment, Session};

const ACTION: &str = "GetScopedCredentials";
/// The version of the Query API (STS API reference).
const VERSION: &str = "2011-06-15";

/// Temporary keys of the same session that may do what the policy allows as well, and no more. They
/// last as long as those that ask.
pub(crate) async fn scoped_credentials(
    client: &Client,
    keys: &Credentials,
    policy: &str,
) -> Result<Session, AwsError> {
    let body = format!("Action={ACTION}&Version={VERSION}&Policy={}", encoded(policy));
    let endpoint = client.endpoints.regional_sts();
    client
        .in_time(async || {
            let call = Call { service: "sts", endpoint: &endpoint, headers: &FORM, body: &body };
            let reply = signed::post(client, keys, &call).await?;
            let not_aws = || AwsError::of(FailureKind::NotAws(reply.status));
            let text = std::str::from_utf8(&reply.body).map_err(|_| not_aws())?;
            let fields = leaves(text).ok_or_else(not_aws)?;
            let field = |name| first(&fields, name);
            if reply.status != 200 || !text.contains(&format!("<{ACTION}Response")) {
                let code = field("Code").ok_or_else(not_aws)?.to_owned();
                let message = field("Message").unwrap_or_default().to_owned();
                return Err(AwsError::of(FailureKind::Answer { code, message }));
            }
            let need = |name| field(name).ok_or_else(|| AwsError::malformed(name));
            let (id, secret) = (need("AccessKeyId")?, need("SecretAccessKey")?);
            let (token, ends) = (need("SessionToken")?, need("Expiration")?);
            let ends = Moment::parse_rfc3339(ends);
            let ends = ends.ok_or_else(|| AwsError::malformed("Expiration"))?;
            checked_session(id, secret, token, ends, client.aws_now())
        })
        .await
}

//! IAM Identity Center: JSON for the holder of a token or of a client's secret; nothing is signed.
//! (IAM Identity Center Portal API; its OIDC API is asked through [`Client::post_json`].)

use aws_smithy_types::body::SdkBody;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::Value;
use zeroize::Zeroizing;

use super::client::Client;
use super::endpoint::Endpoints;
use super::error::{AwsError, FailureKind};
use super::http::{Reply, encoded};
use super::signed::{pages, patiently};
use super::sts::checked_session;
use crate::error::Error;
use crate::plan::chain::SsoSession;
use crate::plan::{Connection, Service};
use crate::types::{AccountId, Moment, RoleName, Secret, Session};
use crate::ui::report::Report;

/// As many pages can there be, of 100 entries each.
const PAGES: usize = 500;

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Assigned {
    pub id: AccountId,
    pub name: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct RoleReply {
    role_credentials: RoleCredentials,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct RoleCredentials {
    access_key_id: String,
    secret_access_key: Zeroizing<String>,
    session_token: Zeroizing<String>,
    /// In milliseconds since 1970.
    expiration: i64,
}

/// A page of a list. One without a list says nothing: it must not look as if no role were given any more.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Page<T> {
    #[serde(alias = "accountList", alias = "roleList")]
    entries: Vec<T>,
    next_token: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Account {
    account_id: String,
    #[serde(default)]
    account_name: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Role {
    role_name: String,
}

/// The keys of a role for the holder of the token (GetRoleCredentials).
pub(crate) async fn role_credentials(
    client: &Client,
    token: &Secret,
    account: &AccountId,
    role: &RoleName,
) -> Result<Session, AwsError> {
    let role = encoded(role.as_str());
    let path = format!("/federation/credentials?role_name={role}&account_id={account}");
    let reply = client.get_json(&path, token).await?;
    let RoleReply { role_credentials: keys } =
        serde_json::from_slice(&reply.body).map_err(|_| AwsError::malformed("roleCredentials"))?;
    let expires = Moment(keys.expiration.div_euclid(1000));
    let (id, secret, token) = (&keys.access_key_id, &keys.secret_access_key, &keys.session_token);
    checked_session(id, secret, token, expires, client.aws_now())
}

/// The accounts that the holder of the token is assigned to (ListAccounts).
pub(crate) async fn assigned_accounts(
    client: &Client,
    token: &Secret,
) -> Result<Vec<Assigned>, AwsError> {
    let accounts = list::<Account>(client, token, "/assignment/accounts?max_result=100").await?;
    let assigned = |account: Account| {
        let id = AccountId::parse(&account.account_id);
        let id = id.ok_or_else(|| AwsError::malformed("accountId"))?;
        Ok(Assigned { id, name: account.account_name })
    };
    accounts.into_iter().map(assigned).collect()
}

/// The roles there, by the names of their permission sets (ListAccountRoles).
pub(crate) async fn assigned_roles(
    client: &Client,
    token: &Secret,
    account: &AccountId,
) -> Result<Vec<RoleName>, AwsError> {
    let path = format!("/assignment/roles?max_result=100&account_id={account}");
    let roles = list::<Role>(client, token, &path).await?;
    let name = |role: Role| RoleName::parse(&role.role_name);
    roles.into_iter().map(|role| name(role).map_err(|_| AwsError::malformed("roleName"))).collect()
}

/// Ends the sign-on of a token (Logout).
pub(crate) async fn sign_off(client: &Client, token: &Secret) -> Result<(), AwsError> {
    let url = client.portal("/logout")?;
    let request = http::Request::post(&url)
        .header("x-amz-sso_bearer_token", token.expose())
        .body(SdkBody::empty());
    good_news(client.ask_aws(request).await?).map(|_| ())
}

async fn list<T: DeserializeOwned>(
    client: &Client,
    token: &Secret,
    first: &str,
) -> Result<Vec<T>, AwsError> {
    let pages = pages(PAGES, async |next| {
        let path =
            next.map_or(first.to_owned(), |next| format!("{first}&next_token={}", encoded(next)));
        let reply = patiently(async || client.get_json(&path, token).await).await?;
        let page: Page<T> = serde_json::from_slice(&reply.body)
            .map_err(|_| AwsError::of(FailureKind::NotAws(reply.status)))?;
        Ok((page.entries, page.next_token))
    });
    Ok(pages.await?.into_iter().flatten().collect())
}

impl Client {
    /// For a connection, without a role that it is for.
    pub(crate) fn of(connection: &Connection, report: &Report) -> Result<Self, Error> {
        Self::new(Endpoints::of(connection)?, &connection.trust, connection.timeout, None, report)
    }

    /// For a sign-on, without a role that it is for.
    pub(crate) fn of_sign_on(
        session: &SsoSession,
        connection: &Connection,
        report: &Report,
    ) -> Result<Self, Error> {
        let (region, overrides) = (&session.region, &connection.endpoints);
        let endpoints = Endpoints::resolve(region.clone(), region.partition(), overrides)?;
        let endpoints = endpoints.with_sso(session, overrides)?;
        Self::new(endpoints, &connection.trust, connection.timeout, None, report)
    }

    /// Posts JSON to the sign-on of Identity Center, once, and gives the good news.
    pub(crate) async fn post_json(&self, url: &str, body: &Value) -> Result<Reply, AwsError> {
        self.tell(Service::SIGN_ON);
        let request = http::Request::post(url)
            .header("content-type", "application/json")
            .body(SdkBody::from(body.to_string()));
        good_news(self.ask_aws(request).await?)
    }

    /// A place at the portal, which is about to be asked.
    fn portal(&self, path: &str) -> Result<String, AwsError> {
        self.tell(Service::PORTAL);
        let endpoints = self.endpoints.sso.as_ref();
        let endpoints =
            endpoints.ok_or_else(|| AwsError::malformed("the endpoint of the portal"))?;
        Ok(format!("{}{path}", endpoints.portal.trim_end_matches('/')))
    }

    /// Gets JSON of the portal for the bearer of a token; once more when nothing came back, since
    /// asking twice does no harm.
    async fn get_json(&self, path: &str, bearer: &Secret) -> Result<Reply, AwsError> {
        let url = self.portal(path)?;
        let once = async || {
            let request = http::Request::get(&url)
                .header("x-amz-sso_bearer_token", bearer.expose())
                .body(SdkBody::empty());
            self.ask_aws(request).await
        };
        let reply = match once().await {
            Err(failure)
                if matches!(failure.trouble, FailureKind::Connect(_) | FailureKind::Timeout) =>
            {
                once().await
            }
            Ok(reply) if reply.status >= 500 => once().await,
            outcome => outcome,
        };
        good_news(reply?)
    }
}

/// The reply, unless it is an error in the words of either service: its code, and what it means.
pub(super) fn good_news(reply: Reply) -> Result<Reply, AwsError> {
    if reply.status == 200 {
        return Ok(reply);
    }
    let body: Value = serde_json::from_slice(&reply.body).unwrap_or_default();
    let text = |name: &str| body.get(name).and_then(Value::as_str);
    let type_of = |name: &'_ str| name.rsplit('#').next().unwrap_or_default().to_owned();
    let code = text("error").map(str::to_owned).or_else(|| text("__type").map(type_of));
    let message = text("error_description").or_else(|| text("message")).or_else(|| text("Message"));
    Err(AwsError::of(match (code, message) {
        (None, None) => FailureKind::NotAws(reply.status),
        (code, message) => FailureKind::Answer {
            code: code.unwrap_or_else(|| reply.status.to_string()),
            message: message.unwrap_or_default().to_owned(),
        },
    }))
}

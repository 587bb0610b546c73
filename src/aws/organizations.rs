//! The accounts of an organization (AWS Organizations API reference, ListAccounts), page by page.

use serde::Deserialize;
use serde_json::{Value, json};

use super::client::Client;
use super::error::{AwsError, FailureKind};
use super::signed::{Call, pages, patiently, post};
use crate::plan::Service;
use crate::types::{AccountId, Credentials};

/// What a call is, in the JSON protocol.
const LIST: [(&str, &str); 2] = [
    ("content-type", "application/x-amz-json-1.1"),
    ("x-amz-target", "AWSOrganizationsV20161128.ListAccounts"),
];
/// As many pages can there be: 20 accounts each, and no organization has more than 50,000.
const PAGES: usize = 2500;

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Member {
    pub id: AccountId,
    pub name: String,
    /// Whether it can be entered: not suspended, not being closed.
    pub is_active: bool,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Page {
    accounts: Vec<Account>,
    next_token: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Account {
    id: String,
    #[serde(default)]
    name: String,
    status: Option<String>,
    state: Option<String>,
}

/// The accounts of the organization that the keys belong to; `progress` is called with the number
/// of accounts so far.
pub(crate) async fn organization_accounts(
    client: &Client,
    keys: &Credentials,
    progress: &dyn Fn(usize),
) -> Result<Vec<Member>, AwsError> {
    let mut count = 0;
    let pages = pages(PAGES, async |token| {
        let body = token.map_or(json!({}), |token| json!({"NextToken": token})).to_string();
        let once = async || client.in_time(async || page(client, keys, &body).await).await;
        let page = patiently(once).await?;
        count += page.accounts.len();
        progress(count);
        Ok((page.accounts, page.next_token))
    });
    pages.await?.into_iter().flatten().map(member).collect()
}

fn member(account: Account) -> Result<Member, AwsError> {
    let id = AccountId::parse(&account.id).ok_or_else(|| AwsError::malformed("Id"))?;
    // `State` is to take the place of `Status`.
    let state = account.state.or(account.status);
    Ok(Member { id, name: account.name, is_active: state.is_none_or(|state| state == "ACTIVE") })
}

async fn page(client: &Client, keys: &Credentials, body: &str) -> Result<Page, AwsError> {
    let endpoint = client.endpoints.organizations.as_ref();
    let endpoint = endpoint.ok_or_else(|| AwsError::malformed("the endpoint of Organizations"))?;
    let call = Call { service: Service::ORGANIZATIONS, endpoint, headers: &LIST, body };
    let reply = post(client, keys, &call).await?;
    let body: Value = serde_json::from_slice(&reply.body)
        .map_err(|_| AwsError::of(FailureKind::NotAws(reply.status)))?;
    if reply.status == 200 {
        return serde_json::from_value(body).map_err(|_| AwsError::malformed("Accounts"));
    }
    let text = |name: &str| body.get(name).and_then(Value::as_str).map(str::to_owned);
    let message = text("Message").or_else(|| text("message")).unwrap_or_default();
    Err(AwsError::of(match text("__type") {
        Some(kind) => FailureKind::Answer {
            code: kind.rsplit('#').next().unwrap_or_default().to_owned(),
            message,
        },
        None => FailureKind::NotAws(reply.status),
    }))
}

//! The accounts of an organization (AWS Organizations API reference, ListAccounts), page by page.

use serde::Deserialize;
use serde_json::{Value, json};

use super::client::Client;
use super::failure::{AwsError, Trouble};
use super::signed::{Call, patiently, post};
use crate::types::{AccountId, Credentials};

/// What a call is, in the JSON protocol.
const LIST: [(&str, &str); 2] = [
    ("content-type", "application/x-amz-json-1.1"),
    ("x-amz-target", "AWSOrganizationsV20161128.ListAccounts"),
];
/// As many pages are read: 20 accounts each, and no organization has more than 50,000.
const PAGES: usize = 2500;

/// An account of an organization.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Member {
    /// Its id.
    pub id: AccountId,
    /// Its name.
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

/// The accounts of the organization that the keys belong to; `told` hears how many there are so
/// far.
pub(crate) async fn organization_accounts(
    client: &Client,
    keys: &Credentials,
    told: &dyn Fn(usize),
) -> Result<Vec<Member>, AwsError> {
    let mut members = Vec::new();
    let mut body = json!({});
    for _ in 0..PAGES {
        let text = body.to_string();
        let page =
            patiently(async || client.in_time(async || page(client, keys, &text).await).await)
                .await?;
        for account in page.accounts {
            let id = AccountId::parse(&account.id).ok_or_else(|| AwsError::malformed("Id"))?;
            // `State` is to take the place of `Status`.
            let state = account.state.or(account.status);
            members.push(Member {
                id,
                name: account.name,
                is_active: state.is_none_or(|state| state == "ACTIVE"),
            });
        }
        told(members.len());
        match page.next_token {
            Some(token) => body = json!({"NextToken": token}),
            None => break,
        }
    }
    Ok(members)
}

async fn page(client: &Client, keys: &Credentials, body: &str) -> Result<Page, AwsError> {
    let endpoint = client.endpoints.organizations.as_ref();
    let endpoint = endpoint.ok_or_else(|| AwsError::malformed("the endpoint of Organizations"))?;
    let call = Call { service: "organizations", endpoint, headers: &LIST, body };
    let (status, bytes) = post(client, keys, &call).await?;
    let reply: Value =
        serde_json::from_slice(&bytes).map_err(|_| AwsError::of(Trouble::NotAws(status)))?;
    if status == 200 {
        return serde_json::from_value(reply).map_err(|_| AwsError::malformed("Accounts"));
    }
    let text = |name: &str| reply.get(name).and_then(Value::as_str).map(str::to_owned);
    let message = text("Message").or_else(|| text("message")).unwrap_or_default();
    Err(AwsError::of(match text("__type") {
        Some(kind) => Trouble::Answer {
            code: kind.rsplit('#').next().unwrap_or_default().to_owned(),
            message,
        },
        None => Trouble::NotAws(status),
    }))
}

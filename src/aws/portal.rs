//! What the portal of the single sign-on gives to whoever holds a token: accounts and their roles
//! (IAM Identity Center Portal API, ListAccounts and ListAccountRoles), page by page.

use serde::Deserialize;
use serde::de::DeserializeOwned;

use super::client::Client;
use super::failure::{AwsError, Trouble};
use super::iam::form_encoded;
use super::signed::patiently;
use crate::types::{AccountId, RoleName, Secret};

/// As many pages are read, of 100 entries each.
const PAGES: usize = 500;

/// An account that a person is assigned to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Assigned {
    /// Its id.
    pub id: AccountId,
    /// Its name.
    pub name: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Accounts {
    #[serde(default)]
    account_list: Vec<Account>,
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
struct Roles {
    #[serde(default)]
    role_list: Vec<Role>,
    next_token: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Role {
    role_name: String,
}

/// A page with the way to the next one.
trait Page: DeserializeOwned {
    fn next(&self) -> Option<&str>;
}

impl Page for Accounts {
    fn next(&self) -> Option<&str> {
        self.next_token.as_deref()
    }
}

impl Page for Roles {
    fn next(&self) -> Option<&str> {
        self.next_token.as_deref()
    }
}

/// The accounts that the holder of the token is assigned to.
pub(crate) async fn assigned_accounts(
    client: &Client,
    token: &Secret,
) -> Result<Vec<Assigned>, AwsError> {
    let mut found = Vec::new();
    for page in pages::<Accounts>(client, token, "/assignment/accounts?max_result=100").await? {
        for account in page.account_list {
            let id = AccountId::parse(&account.account_id)
                .ok_or_else(|| AwsError::malformed("accountId"))?;
            found.push(Assigned { id, name: account.account_name });
        }
    }
    Ok(found)
}

/// The roles there, by the names of their permission sets.
pub(crate) async fn assigned_roles(
    client: &Client,
    token: &Secret,
    account: &AccountId,
) -> Result<Vec<RoleName>, AwsError> {
    let path = format!("/assignment/roles?max_result=100&account_id={account}");
    let pages = pages::<Roles>(client, token, &path).await?;
    let roles = pages.into_iter().flat_map(|page| page.role_list);
    roles
        .map(|role| RoleName::parse(&role.role_name).map_err(|_| AwsError::malformed("roleName")))
        .collect()
}

async fn pages<P: Page>(client: &Client, token: &Secret, path: &str) -> Result<Vec<P>, AwsError> {
    let endpoints = client
        .endpoints
        .sso
        .as_ref()
        .ok_or_else(|| AwsError::malformed("the endpoint of the portal"))?;
    let first = format!("{}{path}", endpoints.portal.trim_end_matches('/'));
    let (mut url, mut pages) = (first.clone(), Vec::new());
    for _ in 0..PAGES {
        let page: P = patiently(async || {
            let reply = client.get_json(&url, token).await?;
            if reply.status != 200 {
                return Err(reply.failure());
            }
            serde_json::from_slice(&reply.body)
                .map_err(|_| AwsError::of(Trouble::NotAws(reply.status)))
        })
        .await?;
        let next = page.next().map(|next| format!("{first}&next_token={}", form_encoded(next)));
        pages.push(page);
        match next {
            Some(next) => url = next,
            None => break,
        }
    }
    Ok(pages)
}

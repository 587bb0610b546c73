//! What is asked of IAM: devices, aliases, and a user's own access keys.

use super::client::Client;
use super::error::AwsError;
use super::query::{Field, Fields, Query, all, first};
use super::signed;
use crate::config::values::parse_mfa_serial;
use crate::types::Credentials;

/// The version of the Query API (IAM API reference).
const VERSION: &str = "2010-05-08";
/// As many pages can there be: a user has eight devices at most.
const PAGES: usize = 8;

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Device {
    pub serial: String,
    pub user: String,
}

impl Device {
    /// Whether STS takes its codes: a passkey or U2F key has none.
    pub(crate) fn shows_codes(&self) -> bool {
        !self.serial.contains(":u2f/")
    }
}

pub(crate) async fn mfa_devices(
    client: &Client,
    keys: &Credentials,
) -> Result<Vec<Device>, AwsError> {
    let pages = pages(client, keys, "ListMFADevices", None).await?;
    let mut found = Vec::new();
    for fields in &pages {
        found.extend(devices(fields)?);
    }
    Ok(found)
}

/// The names that the account of these keys has at AWS: one or none.
pub(crate) async fn account_aliases(
    client: &Client,
    keys: &Credentials,
) -> Result<Vec<String>, AwsError> {
    let pages = pages(client, keys, "ListAccountAliases", None).await?;
    let aliases = pages.iter().flat_map(|page| all(page, "member"));
    Ok(aliases.filter(|alias| !alias.is_empty()).collect())
}

/// All pages of a list, of the user if there is one.
pub(super) async fn pages(
    client: &Client,
    keys: &Credentials,
    action: &'static str,
    user: Option<&str>,
) -> Result<Vec<Fields>, AwsError> {
    signed::pages(PAGES, async |marker| {
        let query = query(action).with_some("UserName", user).with_some("Marker", marker);
        let fields = ask(client, keys, &query).await?;
        let next = first(&fields, "Marker").map(str::to_owned);
        let next = next.filter(|_| first(&fields, "IsTruncated") == Some("true"));
        Ok((fields, next))
    })
    .await
}

pub(super) fn query(action: &'static str) -> Query {
    Query::new(VERSION, action)
}

/// One call, made again only when AWS refused its time and nothing else.
pub(super) async fn ask(
    client: &Client,
    keys: &Credentials,
    query: &Query,
) -> Result<Fields, AwsError> {
    query.ask(client, Some(keys), "iam", &client.endpoints.iam, client.attempt()).await
}

fn devices(fields: &[Field]) -> Result<Vec<Device>, AwsError> {
    let device = |(serial, user): (String, String)| match parse_mfa_serial("IAM", &serial) {
        Ok(serial) => Ok(Device { serial, user }),
        Err(_) => Err(AwsError::malformed("SerialNumber")),
    };
    all(fields, "SerialNumber").zip(all(fields, "UserName")).map(device).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::aws::query::leaves;
    use crate::types::spoiled::{changed, cut};

    #[test]
    fn devices_of_a_reply() {
        let text = "<ListMFADevicesResponse xmlns=\"https://iam.amazonaws.com/doc/2010-05-08/\"><ListMFADevicesResult><MFADevices>\
            <member><UserName>a&amp;b</UserName><SerialNumber>arn:aws:iam::123456789012:mfa/alice</SerialNumber></member>\
            <member><UserName>alice</UserName><SerialNumber>arn:aws:iam::123456789012:u2f/user/alice/key</SerialNumber></member>\
            </MFADevices></ListMFADevicesResult></ListMFADevicesResponse>";
        let devices = devices(&leaves(text).unwrap()).unwrap();
        assert_eq!(devices.len(), 2);
        assert_eq!(
            (devices[0].serial.as_str(), devices[0].user.as_str()),
            ("arn:aws:iam::123456789012:mfa/alice", "a&b")
        );
        assert!(devices[0].shows_codes() && !devices[1].shows_codes());
    }

    #[test]
    fn a_reply_that_is_cut_names_no_device_that_is_not_whole() {
        let text = "<A><MFADevices><member><UserName>a</UserName>\
            <SerialNumber>arn:aws:iam::123456789012:mfa/a</SerialNumber></member></MFADevices></A>";
        for text in cut(text) {
            let found = leaves(text).map_or(0, |leaves| devices(&leaves).map_or(0, |it| it.len()));
            assert_eq!(found, 0, "{text}");
        }
        for text in changed(text) {
            let found = leaves(&text).map_or(0, |leaves| devices(&leaves).map_or(0, |it| it.len()));
            assert!(found <= 1, "{text}");
        }
    }
}

//! What is asked of IAM, signed by hand: devices, aliases, and a user's own access keys.

use zeroize::Zeroizing;

use super::client::Client;
use super::error::{AwsError, FailureKind};
use super::http::{Reply, encoded};
use super::signed::{self, Call};
use super::xml::{Fields, all, first, leaves};
use crate::config::values::parse_mfa_serial;
use crate::plan::Service;
use crate::types::Credentials;

/// The version of the Query API (IAM API reference).
const VERSION: &str = "2010-05-08";
const FORM: [(&str, &str); 1] =
    [("content-type", "application/x-www-form-urlencoded; charset=utf-8")];
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
    let pages = pages(client, keys, "ListMFADevices", "").await?;
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
    let pages = pages(client, keys, "ListAccountAliases", "").await?;
    let aliases = pages.iter().flat_map(|page| all(page, "member"));
    Ok(aliases.filter(|alias| !alias.is_empty()).collect())
}

/// All pages of a list; `parameters` begin with `&`.
pub(super) async fn pages(
    client: &Client,
    keys: &Credentials,
    action: &str,
    parameters: &str,
) -> Result<Vec<Fields>, AwsError> {
    signed::pages(PAGES, async |marker| {
        let marker = marker.map(|marker| format!("&Marker={}", encoded(marker)));
        let parameters = format!("{parameters}{}", marker.unwrap_or_default());
        let fields = call(client, keys, action, &parameters).await?;
        let next = first(&fields, "Marker").map(str::to_owned);
        let next = next.filter(|_| first(&fields, "IsTruncated") == Some("true"));
        Ok((fields, next))
    })
    .await
}

/// One call, made again only when AWS refused its time and nothing else.
pub(super) async fn call(
    client: &Client,
    keys: &Credentials,
    action: &str,
    parameters: &str,
) -> Result<Fields, AwsError> {
    let body = format!("Action={action}&Version={VERSION}{parameters}");
    query(client, keys, Service::IAM, &client.endpoints.iam, &body).await
}

/// A call of the Query API: a form, which begins with its action, goes in, and XML comes out.
pub(super) async fn query(
    client: &Client,
    keys: &Credentials,
    service: Service,
    endpoint: &(String, String),
    body: &str,
) -> Result<Fields, AwsError> {
    let call = Call { service, endpoint, headers: &FORM, body };
    client.in_time(async || answered(&signed::post(client, keys, &call).await?, body)).await
}

fn answered(reply: &Reply, body: &str) -> Result<Fields, AwsError> {
    let not_aws = || AwsError::of(FailureKind::NotAws(reply.status));
    let action = body.split(['=', '&']).nth(1).unwrap_or_default();
    let text = std::str::from_utf8(&reply.body).map_err(|_| not_aws())?;
    let fields = leaves(text).ok_or_else(not_aws)?;
    if reply.status == 200 && text.contains(&format!("<{action}Response")) {
        return Ok(fields);
    }
    let code = first(&fields, "Code").ok_or_else(not_aws)?.to_owned();
    let message = first(&fields, "Message").unwrap_or_default().to_owned();
    Err(AwsError::of(FailureKind::Answer { code, message }))
}

fn devices(fields: &[(String, Zeroizing<String>)]) -> Result<Vec<Device>, AwsError> {
    let device = |(serial, user): (String, String)| match parse_mfa_serial("IAM", &serial) {
        Ok(serial) => Ok(Device { serial, user }),
        Err(_) => Err(AwsError::malformed("SerialNumber")),
    };
    all(fields, "SerialNumber").zip(all(fields, "UserName")).map(device).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

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
    fn characters_may_be_written_as_numbers() {
        let fields = leaves("<Message>a&#13;&#x9b;&amp;b</Message>").unwrap();
        assert_eq!(first(&fields, "Message"), Some("a\r\u{9b}&b"));
    }

    #[test]
    fn entities_of_a_document_type_are_refused() {
        assert_eq!(leaves("<!DOCTYPE x [<!ENTITY a \"b\">]><Code>&a;</Code>"), None);
        assert_eq!(leaves("<Code>&unknown;</Code>"), None);
    }
}

//! What is asked of IAM, signed by hand: devices, aliases, and a user's own access keys.

use quick_xml::Reader;
use quick_xml::events::Event;
use zeroize::Zeroizing;

use super::client::Client;
use super::error::{AwsError, FailureKind};
use super::http::encoded;
use super::signed::{self, Call};
use crate::config::values::parse_mfa_serial;
use crate::types::Credentials;

/// The version of the Query API (IAM API reference).
const VERSION: &str = "2010-05-08";
pub(super) const FORM: [(&str, &str); 1] =
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
    let members = pages.iter().flatten().filter(|(name, _)| name == "member");
    let aliases = members.map(|(_, text)| text.to_string());
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
    client.in_time(async || answered(client, keys, action, &body).await).await
}

async fn answered(
    client: &Client,
    keys: &Credentials,
    action: &str,
    body: &str,
) -> Result<Fields, AwsError> {
    let call = Call { service: "iam", endpoint: &client.endpoints.iam, headers: &FORM, body };
    let reply = signed::post(client, keys, &call).await?;
    let not_aws = || AwsError::of(FailureKind::NotAws(reply.status));
    let text = std::str::from_utf8(&reply.body).map_err(|_| not_aws())?;
    let fields = leaves(text).ok_or_else(not_aws)?;
    if reply.status == 200 && text.contains(&format!("<{action}Response")) {
        return Ok(fields);
    }
    let code = first(&fields, "Code").ok_or_else(not_aws)?.to_owned();
    let message = first(&fields, "Message").unwrap_or_default().to_owned();
    Err(AwsError::of(FailureKind::Answer { code, message }))
}

/// A secret may be among them.
pub(super) type Fields = Vec<(String, Zeroizing<String>)>;

pub(super) fn first<'a>(fields: &'a [(String, Zeroizing<String>)], name: &str) -> Option<&'a str> {
    fields.iter().find(|(field, _)| field == name).map(|(_, text)| text.as_str())
}

/// The elements of a document that hold text, in order. A document type is refused: it may define
/// entities.
pub(super) fn leaves(text: &str) -> Option<Fields> {
    let mut reader = Reader::from_str(text);
    let mut name = String::new();
    let mut value = Zeroizing::new(String::new());
    let mut fields = Vec::new();
    let mut open = 0;
    loop {
        match reader.read_event().ok()? {
            Event::Start(start) => {
                open += 1;
                name = start.local_name().as_ref().to_owned();
                value.clear();
            }
            Event::Text(part) => value.push_str(&part),
            Event::GeneralRef(entity) => {
                value.push_str(quick_xml::escape::resolve_xml_entity(&entity)?);
            }
            Event::End(_) => {
                open -= 1;
                if !name.is_empty() {
                    fields.push((std::mem::take(&mut name), std::mem::take(&mut value)));
                }
            }
            Event::DocType(_) => return None,
            // A document that was cut between two elements is no whole one.
            Event::Eof => return (open == 0).then_some(fields),
            _ => {}
        }
    }
}

/// Every text of that name, in order.
pub(super) fn all<'a>(
    fields: &'a [(String, Zeroizing<String>)],
    wanted: &'static str,
) -> impl Iterator<Item = String> + use<'a> {
    fields.iter().filter(move |(name, _)| name == wanted).map(|(_, text)| text.to_string())
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

    #[test]
    fn entities_of_a_document_type_are_refused() {
        assert_eq!(leaves("<!DOCTYPE x [<!ENTITY a \"b\">]><Code>&a;</Code>"), None);
        assert_eq!(leaves("<Code>&unknown;</Code>"), None);
    }
}

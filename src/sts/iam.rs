//! `iam:ListMFADevices`, signed by hand over the same connector: the IAM SDK would double the build for one call.

use std::time::SystemTime;

use aws_credential_types::Credentials;
use aws_sigv4::http_request::{SignableBody, SignableRequest, SigningSettings, sign};
use aws_sigv4::sign::v4;
use aws_smithy_async::time::TimeSource;
use aws_smithy_runtime_api::client::http::HttpConnector;
use aws_smithy_runtime_api::client::orchestrator::HttpRequest;
use aws_smithy_types::body::SdkBody;
use quick_xml::Reader;
use quick_xml::events::Event;

use super::bounded::whole_of;
use super::client::{ATTEMPT, Client};
use super::failure::{Failure, Trouble, connector_trouble};
use crate::input::values::parse_mfa_serial;
use crate::session::Keys;

/// The call, as the Query API spells it (IAM API reference, ListMFADevices).
const CALL: &str = "Action=ListMFADevices&Version=2010-05-08";
/// As many pages are read: a user has eight devices at most.
const PAGES: usize = 8;

/// An MFA device of a user.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Device {
    /// Serial number or ARN.
    pub serial: String,
    /// The user it belongs to.
    pub user: String,
}

impl Device {
    /// Whether STS takes its codes: a passkey or U2F key has none.
    pub fn shows_codes(&self) -> bool {
        !self.serial.contains(":u2f/")
    }
}

/// The MFA devices of the user whose keys these are.
///
/// # Errors
/// Any [`Failure`]; `AccessDenied` is common, since many accounts let users do nothing before MFA.
pub async fn mfa_devices(client: &Client, keys: &Keys) -> Result<Vec<Device>, Failure> {
    let mut found = Vec::new();
    let mut body = CALL.to_owned();
    for _ in 0..PAGES {
        let fields = client.in_time(async || page(client, keys, &body).await).await?;
        found.extend(devices(&fields)?);
        match (first(&fields, "IsTruncated"), first(&fields, "Marker")) {
            (Some("true"), Some(marker)) => body = format!("{CALL}&Marker={}", form_encoded(marker)),
            _ => break,
        }
    }
    Ok(found)
}

async fn page(client: &Client, keys: &Keys, body: &str) -> Result<Fields, Failure> {
    let request =
        signed(client, keys, body, client.clock.now()).ok_or_else(|| Failure::malformed("the request to IAM"))?;
    let whole = async {
        let reply = client.connector.call(request).await.map_err(|error| Failure::of(connector_trouble(&error)))?;
        client.clock.learn(reply.headers().get("date"));
        let status = reply.status().as_u16();
        let bytes = whole_of(reply.into_body()).await.ok_or(Failure::of(Trouble::NotAws(status)))?;
        Ok::<_, Failure>((status, bytes))
    };
    let (status, bytes) =
        tokio::time::timeout(ATTEMPT.min(client.whole), whole).await.map_err(|_| Failure::of(Trouble::Timeout))??;
    let text = String::from_utf8(bytes).map_err(|_| Failure::of(Trouble::NotAws(status)))?;
    let fields = leaves(&text).ok_or(Failure::of(Trouble::NotAws(status)))?;
    if status == 200 && text.contains("<ListMFADevicesResponse") {
        return Ok(fields);
    }
    let text = |name: &str| first(&fields, name).map(str::to_owned);
    match text("Code") {
        Some(code) => Err(Failure::of(Trouble::Answer { code, message: text("Message").unwrap_or_default() })),
        None => Err(Failure::of(Trouble::NotAws(status))),
    }
}

/// A value as it stands in a query.
pub(super) fn form_encoded(text: &str) -> String {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.~".contains(&byte);
    text.bytes().map(|byte| if plain(byte) { char::from(byte).to_string() } else { format!("%{byte:02X}") }).collect()
}

fn signed(client: &Client, keys: &Keys, body: &str, now: SystemTime) -> Option<HttpRequest> {
    let (url, region) = &client.endpoints.iam;
    let identity = Credentials::new(
        &keys.id,
        keys.secret.expose(),
        keys.token.as_ref().map(|token| token.expose().to_owned()),
        None,
        "assume-role",
    )
    .into();
    let params = v4::SigningParams::builder()
        .identity(&identity)
        .region(region)
        .name("iam")
        .time(now)
        .settings(SigningSettings::default())
        .build()
        .ok()?
        .into();
    let target = format!("{}/", url.trim_end_matches('/'));
    let content = ("content-type", "application/x-www-form-urlencoded; charset=utf-8");
    let signable =
        SignableRequest::new("POST", &target, std::iter::once(content), SignableBody::Bytes(body.as_bytes())).ok()?;
    let (instructions, _) = sign(signable, &params).ok()?.into_parts();
    let mut request = http::Request::builder()
        .method("POST")
        .uri(&target)
        .header(content.0, content.1)
        .body(SdkBody::from(body))
        .ok()?;
    instructions.apply_to_request_http1x(&mut request);
    HttpRequest::try_from(request).ok()
}

/// Names and texts of elements.
type Fields = Vec<(String, String)>;

fn first<'a>(fields: &'a [(String, String)], name: &str) -> Option<&'a str> {
    fields.iter().find(|(field, _)| field == name).map(|(_, text)| text.as_str())
}

/// The elements of a document that hold text, in order. A document type is refused: it may define entities.
fn leaves(text: &str) -> Option<Fields> {
    let mut reader = Reader::from_str(text);
    let mut name = String::new();
    let mut value = String::new();
    let mut fields = Vec::new();
    loop {
        match reader.read_event().ok()? {
            Event::Start(start) => {
                name = start.local_name().as_ref().to_owned();
                value.clear();
            }
            Event::Text(part) => value.push_str(&part),
            Event::GeneralRef(entity) => value.push_str(&resolved(&entity)?),
            Event::End(_) if !name.is_empty() => {
                fields.push((std::mem::take(&mut name), std::mem::take(&mut value)));
            }
            Event::DocType(_) => return None,
            Event::Eof => return Some(fields),
            _ => {}
        }
    }
}

fn resolved(entity: &str) -> Option<String> {
    quick_xml::escape::resolve_xml_entity(entity).map(str::to_owned)
}

fn devices(fields: &[(String, String)]) -> Result<Vec<Device>, Failure> {
    let values =
        |wanted: &'static str| fields.iter().filter(move |(name, _)| name == wanted).map(|(_, text)| text.clone());
    let device = |(serial, user): (String, String)| match parse_mfa_serial("IAM", &serial) {
        Ok(serial) => Ok(Device { serial, user }),
        Err(_) => Err(Failure::malformed("SerialNumber")),
    };
    values("SerialNumber").zip(values("UserName")).map(device).collect()
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
    fn entities_of_a_document_type_are_refused() {
        assert_eq!(leaves("<!DOCTYPE x [<!ENTITY a \"b\">]><Code>&a;</Code>"), None);
        assert_eq!(leaves("<Code>&unknown;</Code>"), None);
    }
}

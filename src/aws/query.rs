//! The Query API of IAM and STS: a signed form goes in, XML comes out.

use std::time::Duration;

use quick_xml::Reader;
use quick_xml::events::Event;
use zeroize::Zeroizing;

use super::client::Client;
use super::error::{AwsError, FailureKind};
use super::http::{Reply, encoded};
use super::signed::{Call, post};
use crate::types::Credentials;

const FORM: [(&str, &str); 1] =
    [("content-type", "application/x-www-form-urlencoded; charset=utf-8")];

/// One call of a service: an action and its parameters, which may hold a code or a token.
pub(super) struct Query {
    action: &'static str,
    form: Zeroizing<String>,
}

impl Query {
    /// `version` is that of the service's API.
    pub(super) fn new(version: &str, action: &'static str) -> Self {
        Self { action, form: Zeroizing::new(format!("Action={action}&Version={version}")) }
    }

    #[must_use]
    pub(super) fn with(mut self, name: &str, value: &str) -> Self {
        self.form.extend(["&", name, "=", &encoded(value)]);
        self
    }

    #[must_use]
    pub(super) fn with_some(self, name: &str, value: Option<&str>) -> Self {
        match value {
            Some(value) => self.with(name, value),
            None => self,
        }
    }

    /// A list of things, each with its parameters: `Tags.member.1.Key`.
    #[must_use]
    pub(super) fn with_each<T>(
        self,
        list: &str,
        things: impl IntoIterator<Item = T>,
        add: impl Fn(Self, &str, T) -> Self,
    ) -> Self {
        (1..).zip(things).fold(self, |query, (number, thing)| {
            add(query, &format!("{list}.member.{number}"), thing)
        })
    }

    /// Makes the call, again only when AWS refused its time and nothing else.
    pub(super) async fn ask(
        &self,
        client: &Client,
        keys: Option<&Credentials>,
        service: &'static str,
        endpoint: &(String, String),
        time: Duration,
    ) -> Result<Fields, AwsError> {
        let call = Call { service, endpoint, headers: &FORM, body: &self.form };
        let once = async || {
            let reply = post(client, keys, &call, time).await?;
            let request_id = reply.request_id.clone();
            self.answer(&reply).map_err(|trouble| AwsError { trouble, request_id })
        };
        client.in_time(once).await
    }

    fn answer(&self, reply: &Reply) -> Result<Fields, FailureKind> {
        let not_aws = || FailureKind::NotAws(reply.status);
        let text = std::str::from_utf8(&reply.body).map_err(|_| not_aws())?;
        let fields = leaves(text).ok_or_else(not_aws)?;
        if reply.status == 200 && text.contains(&format!("<{}Response", self.action)) {
            return Ok(fields);
        }
        let code = first(&fields, "Code").ok_or_else(not_aws)?.to_owned();
        let message = first(&fields, "Message").unwrap_or_default().to_owned();
        Err(FailureKind::Answer { code, message })
    }
}

/// An element with text, which may be a secret.
pub(super) type Field = (String, Zeroizing<String>);
pub(super) type Fields = Vec<Field>;

pub(super) fn first<'a>(fields: &'a [Field], name: &str) -> Option<&'a str> {
    fields.iter().find(|(field, _)| field == name).map(|(_, text)| text.as_str())
}

/// As [`first`], of a reply that has to hold it.
pub(super) fn need<'a>(fields: &'a [Field], name: &str) -> Result<&'a str, AwsError> {
    first(fields, name).ok_or_else(|| AwsError::malformed(name))
}

/// Every text of that name, in order.
pub(super) fn all<'a>(
    fields: &'a [Field],
    wanted: &'static str,
) -> impl Iterator<Item = String> + use<'a> {
    fields.iter().filter(move |(name, _)| name == wanted).map(|(_, text)| text.to_string())
}

/// The elements of a document that hold text, in order. A document type is refused: it may define
/// entities; so are controls, which no XML holds.
pub(super) fn leaves(text: &str) -> Option<Fields> {
    if text.bytes().any(|byte| byte < b' ' && !b"\t\r\n".contains(&byte)) {
        return None;
    }
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
            Event::GeneralRef(entity) => match entity.resolve_char_ref().ok()? {
                Some(character) => value.push(character),
                None => value.push_str(quick_xml::escape::resolve_xml_entity(&entity)?),
            },
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

#[cfg(test)]
mod tests {
    use super::*;

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

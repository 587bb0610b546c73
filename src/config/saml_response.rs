//! A SAML response, as far as it helps the user: which roles it offers, for whom, and until when.
//!
//! Nothing here is trusted: AWS checks the signature. What is read only lists roles and explains a
//! refusal before it happens. A document type, and with it every entity, is refused; so is what is
//! deeper or larger than any response.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use percent_encoding::percent_decode_str;
use quick_xml::Reader;
use quick_xml::events::{BytesStart, Event};

use crate::types::{Moment, RoleArn, Secret};

/// The most that STS takes, in characters (STS API reference, AssumeRoleWithSAML, SAMLAssertion).
const LONGEST: usize = 100_000;
const DEEPEST: usize = 64;
const MOST_EVENTS: usize = 50_000;
const MOST_ATTRIBUTES: usize = 64;

/// The attributes that AWS reads (IAM user guide, "Configure SAML assertions for the authentication
/// response").
const ROLE: &str = "https://aws.amazon.com/SAML/Attributes/Role";
const SESSION_NAME: &str = "https://aws.amazon.com/SAML/Attributes/RoleSessionName";

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Offer {
    pub role: RoleArn,
    pub provider: String,
}

#[derive(Clone, Debug)]
pub(crate) struct Response {
    pub encoded: Secret,
    /// The roles, in the order of the response. None in an encrypted one.
    pub offers: Vec<Offer>,
    pub audiences: Vec<String>,
    pub issued: Option<Moment>,
    /// From when on it counts no more.
    pub ends: Option<Moment>,
    pub session_name: Option<String>,
    /// What the provider says in place of success.
    pub refusal: Option<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct InvalidResponse(pub &'static str);

impl Response {
    pub(crate) fn of_base64(text: &str) -> Result<Self, InvalidResponse> {
        let bare: String = text.split_ascii_whitespace().collect();
        let bytes = STANDARD.decode(&bare).map_err(|_| InvalidResponse("it is not base64"))?;
        if bare.is_empty() || bare.len() > LONGEST {
            return Err(InvalidResponse("it is empty, or longer than AWS takes"));
        }
        let xml = String::from_utf8(bytes)
            .map_err(|_| InvalidResponse("it is base64 of something else than text"))?;
        read(&xml, Secret::new(bare))
    }

    /// Reads a response as people capture it: base64, a URL-encoded form field (`SAMLResponse=…`),
    /// or plain XML.
    pub(crate) fn of_captured(text: &str) -> Result<Self, InvalidResponse> {
        let text = text.trim();
        if text.starts_with('<') {
            let encoded = STANDARD.encode(text);
            if encoded.len() > LONGEST {
                return Err(InvalidResponse("it is longer than AWS takes"));
            }
            return read(text, Secret::new(encoded));
        }
        let field =
            text.split('&').find_map(|field| field.strip_prefix("SAMLResponse=")).unwrap_or(text);
        let decoded = percent_decode_str(field)
            .decode_utf8()
            .map_err(|_| InvalidResponse("it is not text"))?;
        Self::of_base64(decoded.trim_matches('"'))
    }

    pub(crate) fn offer(&self, role: &RoleArn) -> Option<&Offer> {
        self.offers.iter().find(|offer| offer.role == *role)
    }
}

#[derive(Default)]
struct Cursor {
    path: Vec<String>,
    attribute: String,
    text: String,
    assertions: usize,
}

fn read(xml: &str, encoded: Secret) -> Result<Response, InvalidResponse> {
    const MALFORMED: InvalidResponse = InvalidResponse("it is not the XML of a SAML response");
    let mut response = Response {
        encoded,
        offers: Vec::new(),
        audiences: Vec::new(),
        issued: None,
        ends: None,
        session_name: None,
        refusal: None,
    };
    let mut reader = Reader::from_str(xml);
    let mut cursor = Cursor::default();
    for _ in 0..MOST_EVENTS {
        match reader.read_event().map_err(|_| MALFORMED)? {
            Event::Start(start) => {
                opened(&start, &mut cursor, &mut response)?;
                cursor.path.push(start.local_name().as_ref().to_owned());
                cursor.text.clear();
                if cursor.path.len() > DEEPEST {
                    return Err(InvalidResponse("it is nested deeper than any response"));
                }
            }
            Event::Empty(start) => opened(&start, &mut cursor, &mut response)?,
            Event::Text(part) => cursor.text.push_str(&part),
            Event::CData(part) => cursor.text.push_str(&part),
            Event::GeneralRef(entity) => match quick_xml::escape::resolve_xml_entity(&entity) {
                Some(text) => cursor.text.push_str(text),
                None => match entity.resolve_char_ref() {
                    Ok(Some(character)) => cursor.text.push(character),
                    _ => {
                        return Err(InvalidResponse("it uses an entity that is none of XML's own"));
                    }
                },
            },
            Event::End(_) => closed(&mut cursor, &mut response),
            Event::DocType(_) => {
                return Err(InvalidResponse("it has a document type, which no response needs"));
            }
            Event::Eof if cursor.path.is_empty() && cursor.assertions > 0 => return Ok(response),
            Event::Eof if cursor.path.is_empty() && response.refusal.is_some() => {
                return Ok(response);
            }
            Event::Eof => return Err(MALFORMED),
            _ => {}
        }
    }
    Err(InvalidResponse("it has more parts than any response"))
}

fn opened(
    start: &BytesStart<'_>,
    cursor: &mut Cursor,
    response: &mut Response,
) -> Result<(), InvalidResponse> {
    let attributes = || start.attributes().take(MOST_ATTRIBUTES + 1);
    if attributes().count() > MOST_ATTRIBUTES || attributes().any(|attribute| attribute.is_err()) {
        return Err(InvalidResponse("an element has attributes that no response has"));
    }
    let value = |name: &str| {
        let found =
            attributes().flatten().find(|attribute| attribute.key.local_name().as_ref() == name);
        found.map(|attribute| attribute.value.as_ref().to_owned())
    };
    let moment = |name: &str| value(name).and_then(|text| Moment::parse_rfc3339(&text));
    match start.local_name().as_ref() {
        "Response" => response.issued = moment("IssueInstant"),
        "Assertion" | "EncryptedAssertion" => {
            cursor.assertions += 1;
            if cursor.assertions > 1
                && cursor.path.last().is_none_or(|parent| parent != "EncryptedAssertion")
            {
                return Err(InvalidResponse("it holds two assertions"));
            }
            response.issued = response.issued.or_else(|| moment("IssueInstant"));
        }
        "Conditions" | "SubjectConfirmationData" => {
            let ends = [response.ends, moment("NotOnOrAfter")];
            response.ends = ends.into_iter().flatten().min();
        }
        "StatusCode" if cursor.path.last().is_some_and(|parent| parent == "Status") => {
            let code = value("Value").unwrap_or_default();
            if !code.ends_with(":Success") {
                response.refusal = Some(code.rsplit(':').next().unwrap_or_default().to_owned());
            }
        }
        "Attribute" => cursor.attribute = value("Name").unwrap_or_default(),
        _ => {}
    }
    Ok(())
}

fn closed(cursor: &mut Cursor, response: &mut Response) {
    let name = cursor.path.pop().unwrap_or_default();
    let text = std::mem::take(&mut cursor.text);
    let text = text.trim();
    match (name.as_str(), cursor.attribute.as_str()) {
        ("Audience", _) => response.audiences.push(text.to_owned()),
        ("StatusMessage", _) if response.refusal.is_some() => {
            response.refusal = Some(text.to_owned());
        }
        ("AttributeValue", ROLE) => response.offers.extend(offer(text)),
        ("AttributeValue", SESSION_NAME) => response.session_name = Some(text.to_owned()),
        ("Attribute", _) => cursor.attribute.clear(),
        _ => {}
    }
}

/// A role and its provider, separated by a comma, in either order.
fn offer(text: &str) -> Option<Offer> {
    let (one, other) = text.split_once(',')?;
    let (one, other) = (one.trim(), other.trim());
    let (role, provider) =
        if one.contains(":saml-provider/") { (other, one) } else { (one, other) };
    let role = RoleArn::parse("the assertion", role).ok()?;
    let owner = format!("arn:{}:iam::{}:saml-provider/", role.partition, role.account);
    let name = provider.strip_prefix(&owner)?;
    let fits = !name.is_empty()
        && name.len() <= 128
        && name.bytes().all(|b| b.is_ascii_alphanumeric() || b"._-".contains(&b));
    fits.then(|| Offer { role, provider: provider.to_owned() })
}

#[cfg(test)]
mod tests {
    use super::*;

    const HEAD: &str = "<samlp:Response xmlns:samlp=\"p\" IssueInstant=\"2026-11-22T00:00:00Z\"><saml:Assertion xmlns:saml=\"a\">\
        <saml:Conditions NotOnOrAfter=\"2026-11-22T00:05:00Z\"><saml:AudienceRestriction><saml:Audience>https://signin.aws.amazon.com/saml</saml:Audience>\
        </saml:AudienceRestriction></saml:Conditions><saml:AttributeStatement><saml:Attribute Name=\"https://aws.amazon.com/SAML/Attributes/Role\">";
    const TAIL: &str =
        "</saml:Attribute></saml:AttributeStatement></saml:Assertion></samlp:Response>";
    const PAIR: &str =
        "arn:aws:iam::123456789012:role/ops/read,arn:aws:iam::123456789012:saml-provider/idp";

    fn with(values: &str) -> String {
        format!("{HEAD}{values}{TAIL}")
    }

    fn value(text: &str) -> String {
        format!("<saml:AttributeValue>{text}</saml:AttributeValue>")
    }

    #[test]
    fn every_form_that_people_capture() {
        let xml = with(&value(PAIR));
        let base64 = STANDARD.encode(&xml);
        let wrapped: Vec<String> =
            base64.as_bytes().chunks(76).map(|line| String::from_utf8_lossy(line).into()).collect();
        let form = format!(
            "SAMLResponse={}&RelayState=x",
            base64.replace('+', "%2B").replace('/', "%2F").replace('=', "%3D")
        );
        for text in
            [xml.as_str(), &base64, &wrapped.join("\r\n"), &form, &format!("\n\"{base64}\"\n")]
        {
            let response = Response::of_captured(text).unwrap();
            assert_eq!(STANDARD.decode(response.encoded.expose()).unwrap(), xml.as_bytes());
            assert_eq!(response.offers[0].role.name.as_str(), "ops/read");
            assert_eq!(response.audiences, ["https://signin.aws.amazon.com/saml"]);
            assert_eq!(response.ends, Some(Moment(1_795_305_900)));
        }
    }

    #[test]
    fn pairs_in_either_order_and_nothing_else() {
        let (role, provider) = PAIR.split_once(',').unwrap();
        let values = [
            PAIR.to_owned(),
            format!(" {provider} , {role} "),
            role.to_owned(),
            format!("{role},{role}"),
            "$(touch x),`id`".to_owned(),
            PAIR.replace("saml-provider/idp", "saml-provider/$(x)"),
            PAIR.replacen("123456789012", "210987654321", 1),
        ];
        let xml = with(&values.iter().map(|text| value(text)).collect::<String>());
        assert_eq!(Response::of_captured(&xml).unwrap().offers.len(), 2);
    }

    #[test]
    fn hostile_documents_are_refused_quickly() {
        let many = format!(
            "<Response {}/>",
            (0..100_000).map(|n| format!("a{n}='' ")).collect::<String>()
        );
        let deep = "<a>".repeat(10_000);
        let bomb = format!(
            "<!DOCTYPE x [<!ENTITY a \"b\"><!ENTITY c \"&a;&a;\">]>{}",
            with(&value("&c;"))
        );
        let wide = with(&"<x/>".repeat(60_000));
        let twice =
            with(&value(PAIR)).replace("</samlp:Response>", "<Assertion/></samlp:Response>");
        for text in [
            many.as_str(),
            &deep,
            &bomb,
            &with(&value("&c;")),
            &wide,
            &twice,
            "<html>502</html>",
            "<Response/>",
            "<a",
        ] {
            assert!(
                read(text, Secret::new(String::new())).is_err(),
                "{}",
                &text[..text.len().min(60)]
            );
        }
        for text in [
            "file:///etc/passwd", "http://127.0.0.1/x", "--endpoint-url=x", "@/etc/passwd", "",
            "PGE+", "/w==", "42",
        ] {
            assert!(Response::of_base64(text).is_err(), "{text}");
        }
    }

    #[test]
    fn a_refusal_of_the_provider_is_read() {
        let xml = "<Response><Status><StatusCode Value=\"urn:oasis:names:tc:SAML:2.0:status:Responder\"/>\
            <StatusMessage>locked &amp; out</StatusMessage></Status></Response>";
        assert_eq!(Response::of_captured(xml).unwrap().refusal.as_deref(), Some("locked & out"));
    }
}

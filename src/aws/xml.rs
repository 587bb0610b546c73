//! The XML of AWS's Query API, as far as replies are made of it.

use quick_xml::Reader;
use quick_xml::events::Event;
use zeroize::Zeroizing;

use super::error::AwsError;

/// A secret may be among them.
pub(super) type Fields = Vec<(String, Zeroizing<String>)>;

pub(super) fn first<'a>(fields: &'a [(String, Zeroizing<String>)], name: &str) -> Option<&'a str> {
    fields.iter().find(|(field, _)| field == name).map(|(_, text)| text.as_str())
}

/// As [`first`], of a reply that has to hold it.
pub(super) fn need<'a>(
    fields: &'a [(String, Zeroizing<String>)],
    name: &str,
) -> Result<&'a str, AwsError> {
    first(fields, name).ok_or_else(|| AwsError::malformed(name))
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

/// Every text of that name, in order.
pub(super) fn all<'a>(
    fields: &'a [(String, Zeroizing<String>)],
    wanted: &'static str,
) -> impl Iterator<Item = String> + use<'a> {
    fields.iter().filter(move |(name, _)| name == wanted).map(|(_, text)| text.to_string())
}

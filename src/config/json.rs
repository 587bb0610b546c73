//! The JSON of the accounts file, read no further than asked: a value stays text until its content is
//! needed, so a file of twenty thousand accounts costs one of them little, and nesting costs no
//! stack.

use std::borrow::Cow;
use std::fmt;
use std::ops::Range;

use serde::Deserialize;
use serde::de::{Deserializer, MapAccess, Visitor};
use serde_json::value::RawValue;

use crate::config::index::{ByName, are_distinct};
use crate::config::location::{Lines, Spot, offset_in};
use crate::config::plain_json;
use crate::config::values::parse_tag;
use crate::error::{Error, Result};
use crate::types::sanitize::{escape, escape_up_to};

pub(crate) const EXAMPLE: &str = r#"an accounts file looks like {"production": "123456789012"}"#;

#[derive(Clone, Copy)]
pub(crate) struct Json<'a> {
    pub raw: &'a str,
    lines: &'a Lines,
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum JsonKind {
    String,
    Number,
    Switch,
    Null,
    Object,
    List,
}

impl fmt::Display for JsonKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::String => "a string",
            Self::Number => "a number",
            Self::Switch => "true or false",
            Self::Null => "null",
            Self::Object => "an object",
            Self::List => "a list",
        })
    }
}

pub(crate) struct Property<'a> {
    pub key: Cow<'a, str>,
    /// The offset of the key or, when it has escapes, of its value.
    pub start: usize,
    pub value: Json<'a>,
}

impl<'a> Json<'a> {
    pub(crate) fn new(lines: &'a Lines, raw: &'a str) -> Self {
        Self { raw, lines }
    }

    pub(crate) fn spot(self) -> Spot<'a> {
        self.lines.spot(self.range().start)
    }

    pub(crate) fn range(self) -> Range<usize> {
        let start = offset_in(self.lines.text(), self.raw);
        start..start + self.raw.len()
    }

    /// A part of the same text that is JSON too.
    pub(crate) fn part(self, raw: &'a str) -> Self {
        Self { raw, ..self }
    }

    pub(crate) fn whole_text(self) -> &'a str {
        self.lines.text()
    }

    pub(crate) fn kind(self) -> JsonKind {
        match self.raw.bytes().next() {
            Some(b'"') => JsonKind::String,
            Some(b'{') => JsonKind::Object,
            Some(b'[') => JsonKind::List,
            Some(b't' | b'f') => JsonKind::Switch,
            Some(b'n') => JsonKind::Null,
            _ => JsonKind::Number,
        }
    }

    pub(crate) fn string(self) -> Result<Cow<'a, str>> {
        // It is JSON already: without a backslash it holds what it stands for.
        let quoted = self.raw.strip_prefix('"').and_then(|raw| raw.strip_suffix('"'));
        if let Some(text) = quoted.filter(|text| !text.as_bytes().contains(&b'\\')) {
            return Ok(Cow::Borrowed(text));
        }
        let Unescaped(text) =
            serde_json::from_str(self.raw).map_err(|error| self.broken(&error))?;
        Ok(text)
    }

    pub(crate) fn list(self) -> Result<impl ExactSizeIterator<Item = Self>> {
        let values = match plain_json::elements(self.raw) {
            Some(values) => values,
            None => serde_json::from_str::<Vec<&RawValue>>(self.raw)
                .map_err(|error| self.broken(&error))?
                .into_iter()
                .map(RawValue::get)
                .collect(),
        };
        Ok(values.into_iter().map(move |raw| Self { raw, ..self }))
    }

    pub(crate) fn properties(self) -> Result<Vec<Property<'a>>> {
        let mut properties = Vec::new();
        let plain = plain_json::members(self.raw, |key, value| {
            properties.push(self.property(Cow::Borrowed(key), value));
        });
        if plain.is_none() {
            let Members(members) =
                serde_json::from_str(self.raw).map_err(|error| self.broken(&error))?;
            let member = |(key, value): (_, &'a RawValue)| self.property(key, value.get());
            properties = members.into_iter().map(member).collect();
        }
        Ok(properties)
    }

    /// The same, but a key that is there twice is refused: which of the two counts differs between
    /// readers.
    pub(crate) fn object(self) -> Result<Vec<Property<'a>>> {
        let properties = self.properties()?;
        if are_distinct(properties.iter().map(|property| property.key.as_ref())) {
            return Ok(properties);
        }
        let name_of =
            |index: usize| properties.get(index).map_or("", |property| property.key.as_ref());
        let by_name = ByName::new(0..properties.len(), name_of);
        let twice = by_name
            .each(name_of)
            .filter_map(|same| Some((*same.first()?, *same.get(1)?)))
            .min_by_key(|&(_, second)| second);
        match twice
            .and_then(|(first, second)| Some((properties.get(first)?, properties.get(second)?)))
        {
            Some((first, second)) => Err(self.twice(first, second)),
            None => Ok(properties),
        }
    }

    fn property(self, key: Cow<'a, str>, raw: &'a str) -> Property<'a> {
        let value = Self { raw, ..self };
        let start = match &key {
            Cow::Borrowed(key) => offset_in(self.lines.text(), key).saturating_sub(1),
            Cow::Owned(_) => value.range().start,
        };
        Property { key, start, value }
    }

    fn twice(self, first: &Property<'_>, second: &Property<'_>) -> Error {
        let (here, before) = (self.lines.place(second.start), self.lines.place(first.start));
        let name = escape_up_to(&second.key, 80);
        Error::config(format!("{here}: '{name}' is already defined in line {}", before.line)).hint(
            if before.line == here.line {
                format!("remove one of the two: {name}")
            } else {
                format!("remove line {} or line {}", before.line, here.line)
            },
        )
    }

    fn broken(self, error: &serde_json::Error) -> Error {
        let line_start: usize =
            self.raw.split_inclusive('\n').take(error.line().saturating_sub(1)).map(str::len).sum();
        let offset = self.range().start + line_start + error.column().saturating_sub(1);
        let text = error.to_string();
        let reason = text.rsplit_once(" at line ").map_or(text.as_str(), |(reason, _)| reason);
        let message = Error::config(format!(
            "{}: this is not JSON: {}",
            self.lines.place(offset),
            escape(reason)
        ));
        match digits_around(self.lines.text(), offset) {
            Some(digits) => message.hint(format!("quote ids that start with 0: \"{digits}\"")),
            None => message.hint(EXAMPLE),
        }
    }
}

impl<'a> Property<'a> {
    pub(crate) fn spot(&self) -> Spot<'a> {
        self.value.spot()
    }

    pub(crate) fn text(&self) -> Result<Cow<'a, str>> {
        self.expect(JsonKind::String, "a string", self.value)?.string()
    }

    /// A string, or the digits of a number.
    pub(crate) fn text_or_number(&self) -> Result<Cow<'a, str>> {
        match self.value.kind() {
            JsonKind::Number => Ok(Cow::Borrowed(self.value.raw)),
            _ => self.text(),
        }
    }

    pub(crate) fn switch(&self) -> Result<bool> {
        Ok(self.expect(JsonKind::Switch, "true or false", self.value)?.raw == "true")
    }

    /// A list of at most `most` strings, each read by `parse` with its own place.
    pub(crate) fn list<T>(
        &self,
        most: usize,
        parse: impl Fn(Spot<'_>, &str) -> Result<T>,
    ) -> Result<Vec<T>> {
        let wanted = "a list of strings";
        let elements = self.expect(JsonKind::List, wanted, self.value)?.list()?;
        self.at_most(most, elements.len())?;
        let mut read = Vec::with_capacity(elements.len());
        for element in elements {
            let text = self.expect(JsonKind::String, wanted, element)?.string()?;
            read.push(parse(element.spot(), &text)?);
        }
        Ok(read)
    }

    pub(crate) fn tags(&self, most: usize) -> Result<Vec<(String, String)>> {
        let tags = self.expect(JsonKind::Object, "an object of strings", self.value)?.object()?;
        self.at_most(most, tags.len())?;
        tags.iter().map(|tag| parse_tag(tag.spot(), &tag.key, &tag.text()?)).collect()
    }

    fn at_most(&self, most: usize, count: usize) -> Result<()> {
        if count <= most {
            return Ok(());
        }
        let (spot, key) = (self.spot(), &self.key);
        Err(Error::config(format!("{spot}: '{key}' has {count} entries, AWS takes {most}")))
    }

    fn expect(&self, kind: JsonKind, wanted: &str, value: Json<'a>) -> Result<Json<'a>> {
        if value.kind() == kind {
            return Ok(value);
        }
        let (spot, key, found) = (value.spot(), &self.key, value.kind());
        Err(Error::config(format!("{spot}: '{key}' is {wanted}, not {found}")))
    }
}

/// The digits at an offset, when they are a number that JSON refuses for its leading zero.
fn digits_around(text: &str, offset: usize) -> Option<&str> {
    let (before, after) = text.split_at_checked(offset)?;
    let start = before.trim_end_matches(|c: char| c.is_ascii_digit()).len();
    let length = after.find(|c: char| !c.is_ascii_digit()).unwrap_or(after.len());
    text.get(start..offset + length).filter(|digits| digits.len() > 1 && digits.starts_with('0'))
}

/// Borrowed where the string has no escapes.
#[derive(Deserialize)]
struct Unescaped<'a>(#[serde(borrow)] Cow<'a, str>);

/// The members of an object in their order, with a repeated key as often as it is there.
pub(super) struct Members<'a>(pub(super) Vec<(Cow<'a, str>, &'a RawValue)>);

impl<'de> Deserialize<'de> for Members<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> std::result::Result<Self, D::Error> {
        struct MembersVisitor;
        impl<'de> Visitor<'de> for MembersVisitor {
            type Value = Members<'de>;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }
            fn visit_map<A: MapAccess<'de>>(
                self,
                mut map: A,
            ) -> std::result::Result<Self::Value, A::Error> {
                let mut members = Vec::new();
                while let Some((Unescaped(key), value)) = map.next_entry()? {
                    members.push((key, value));
                }
                Ok(Members(members))
            }
        }
        deserializer.deserialize_map(MembersVisitor)
    }
}

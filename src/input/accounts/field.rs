//! One field of an account: a JSON value taken as the kind that its key asks for.
//!
//! A property comes in; text, lists or a switch go out, or an error that names the place. What the text means is
//! said in [`super::account`].

use jsonc_parser::ast::{ObjectProp, Value};
use jsonc_parser::common::Ranged;

use super::json::refuse_twice;
use crate::error::{Error, Result};
use crate::input::place::{Lines, Place};
use crate::input::values::parse_tag;

/// A field with its place.
pub(super) struct Field<'a> {
    /// Its key.
    pub key: &'a str,
    /// Where its value stands.
    pub place: Place,
    value: &'a Value<'a>,
    lines: &'a Lines<'a>,
}

impl<'a> Field<'a> {
    /// The field that a property is.
    pub fn new(property: &'a ObjectProp<'a>, lines: &'a Lines<'a>) -> Self {
        let place = lines.place(property.value.start());
        Self { key: property.name.as_str(), place, value: &property.value, lines }
    }

    /// A string.
    pub fn text(&self) -> Result<&'a str> {
        match self.value {
            Value::StringLit(text) => Ok(&text.value),
            other => Err(self.not("a string", other)),
        }
    }

    /// A string, or the digits of a number.
    pub fn text_or_number(&self) -> Result<&'a str> {
        match self.value {
            Value::NumberLit(number) => Ok(number.value),
            _ => self.text(),
        }
    }

    /// `true` or `false`.
    pub fn switch(&self) -> Result<bool> {
        match self.value {
            Value::BooleanLit(switch) => Ok(switch.value),
            other => Err(self.not("true or false", other)),
        }
    }

    /// A list of at most `most` strings, each read by `parse` with its own place.
    pub fn list<T>(&self, most: usize, parse: impl Fn(&Place, &str) -> Result<T>) -> Result<Vec<T>> {
        let Value::Array(array) = self.value else { return Err(self.not("a list of strings", self.value)) };
        self.at_most(most, array.elements.len())?;
        let read = |element: &Value<'_>| match element {
            Value::StringLit(text) => parse(&self.lines.place(element.start()), &text.value),
            other => Err(self.not("a list of strings", other)),
        };
        array.elements.iter().map(read).collect()
    }

    /// An object of strings, as session tags.
    pub fn tags(&self, most: usize) -> Result<Vec<(String, String)>> {
        let Value::Object(object) = self.value else { return Err(self.not("an object of strings", self.value)) };
        refuse_twice(self.lines, object)?;
        self.at_most(most, object.properties.len())?;
        let read = |property: &ObjectProp<'_>| {
            let tag = Field::new(property, self.lines);
            parse_tag(&tag.place, tag.key, tag.text()?)
        };
        object.properties.iter().map(read).collect()
    }

    fn at_most(&self, most: usize, there: usize) -> Result<()> {
        if there <= most {
            return Ok(());
        }
        Err(Error::config(format!("{}: '{}' has {there} entries, AWS takes {most}", self.place, self.key)))
    }

    fn not(&self, wanted: &str, value: &Value<'_>) -> Error {
        let place = self.lines.place(value.start());
        Error::config(format!("{place}: '{}' is {wanted}, not {}", self.key, kind_of(value)))
    }
}

/// What a value is, in words.
pub(super) fn kind_of(value: &Value<'_>) -> &'static str {
    match value {
        Value::StringLit(_) => "a string",
        Value::NumberLit(_) => "a number",
        Value::BooleanLit(_) => "true or false",
        Value::Object(_) => "an object",
        Value::Array(_) => "a list",
        Value::NullKeyword(_) => "null",
    }
}

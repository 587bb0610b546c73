//! One field of an account: a JSON value taken as the kind that its key asks for.
//!
//! A property comes in; text, lists or a switch go out, or an error that names the place. What the
//! text means is said in [`super::account`].

use std::borrow::Cow;

use super::json::{Json, Kind, Property};
use crate::config::location::Spot;
use crate::config::values::parse_tag;
use crate::error::{Error, Result};

pub(super) struct Field<'a> {
    pub key: &'a str,
    pub spot: Spot<'a>,
    value: Json<'a>,
}

impl<'a> Field<'a> {
    pub(super) fn new(property: &'a Property<'a>) -> Self {
        Self { key: &property.key, spot: property.value.spot(), value: property.value }
    }

    pub(super) fn text(&self) -> Result<Cow<'a, str>> {
        self.expect(Kind::String, "a string", self.value)?.string()
    }

    /// A string, or the digits of a number.
    pub(super) fn text_or_number(&self) -> Result<Cow<'a, str>> {
        if self.value.kind() == Kind::Number {
            Ok(Cow::Borrowed(self.value.raw))
        } else {
            self.text()
        }
    }

    pub(super) fn switch(&self) -> Result<bool> {
        Ok(self.expect(Kind::Switch, "true or false", self.value)?.raw == "true")
    }

    /// A list of at most `most` strings, each read by `parse` with its own place.
    pub(super) fn list<T>(
        &self,
        most: usize,
        parse: impl Fn(Spot<'_>, &str) -> Result<T>,
    ) -> Result<Vec<T>> {
        let wanted = "a list of strings";
        let elements = self.expect(Kind::List, wanted, self.value)?.list()?;
        self.at_most(most, elements.len())?;
        let mut read = Vec::with_capacity(elements.len());
        for element in elements {
            read.push(parse(
                element.spot(),
                &self.expect(Kind::String, wanted, element)?.string()?,
            )?);
        }
        Ok(read)
    }

    pub(super) fn tags(&self, most: usize) -> Result<Vec<(String, String)>> {
        let properties = self.expect(Kind::Object, "an object of strings", self.value)?.object()?;
        self.at_most(most, properties.len())?;
        let read = |property| {
            let tag = Field::new(property);
            parse_tag(tag.spot, tag.key, &tag.text()?)
        };
        properties.iter().map(read).collect()
    }

    fn at_most(&self, most: usize, there: usize) -> Result<()> {
        if there <= most {
            return Ok(());
        }
        Err(Error::config(format!(
            "{}: '{}' has {there} entries, AWS takes {most}",
            self.spot, self.key
        )))
    }

    fn expect(&self, kind: Kind, wanted: &str, value: Json<'a>) -> Result<Json<'a>> {
        if value.kind() == kind {
            return Ok(value);
        }
        Err(Error::config(format!(
            "{}: '{}' is {wanted}, not {}",
            value.spot(),
            self.key,
            value.kind()
        )))
    }
}

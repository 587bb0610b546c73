//! The JSON of the accounts file: text in, entries with their places out.
//!
//! Strict JSON, because the old script read the file with `jq` and other tools still do. What a value means is
//! said in [`super::account`].

use std::sync::Arc;

use jsonc_parser::ast::{Object, ObjectProp, Value};
use jsonc_parser::common::Ranged;
use jsonc_parser::errors::ParseError;
use jsonc_parser::{CollectOptions, CommentCollectionStrategy, ParseOptions, parse_to_ast};

use super::Entry;
use super::account::read_entry;
use super::field::kind_of;
use crate::error::{Error, Result};
use crate::input::place::Lines;
use crate::shown::{shown, shown_up_to};

const COLLECT: CollectOptions = CollectOptions { comments: CommentCollectionStrategy::Off, tokens: false };
const STRICT: ParseOptions = ParseOptions {
    allow_comments: false,
    allow_loose_object_property_names: false,
    allow_trailing_commas: false,
    allow_missing_commas: false,
    allow_single_quoted_strings: false,
    allow_hexadecimal_numbers: false,
    allow_unary_plus_numbers: false,
    allow_bare_decimal_point_numbers: false,
    allow_non_finite_numbers: false,
    allow_extended_string_escapes: false,
};
/// How an accounts file looks, for hints.
const EXAMPLE: &str = r#"an accounts file looks like {"production": "123456789012"}"#;

/// The entries in the order of the file. An empty file has none.
///
/// # Errors
/// `Config` with line and column when the text is no JSON object or has a key twice.
pub(super) fn entries(file: &Arc<str>, text: &str) -> Result<Vec<Entry>> {
    let lines = Lines::new(Arc::clone(file), text);
    let root = match parse_to_ast(text, &COLLECT, &STRICT) {
        Ok(parsed) => parsed.value,
        Err(error) => return Err(not_json(&lines, text, &error)),
    };
    let object = match root {
        None => return Ok(Vec::new()),
        Some(Value::Object(object)) => object,
        Some(other) => {
            let place = lines.place(other.start());
            return Err(Error::config(format!("{place}: the file is {}, not an object", kind_of(&other))).hint(EXAMPLE));
        }
    };
    refuse_twice(&lines, &object)?;
    Ok(object.properties.iter().map(|property| read_entry(&lines, property)).collect())
}

/// Refuses an object that has a key twice: which of the two counts differs between readers.
///
/// # Errors
/// `Config` naming both lines.
pub(super) fn refuse_twice(lines: &Lines<'_>, object: &Object<'_>) -> Result<()> {
    let mut properties: Vec<&ObjectProp<'_>> = object.properties.iter().collect();
    properties.sort_by_key(|property| property.name.as_str());
    let twice = properties.windows(2).find_map(|pair| match pair {
        [first, second] if first.name.as_str() == second.name.as_str() => Some((first, second)),
        _ => None,
    });
    let Some((first, second)) = twice else { return Ok(()) };
    let (here, before) = (lines.place(second.start()), lines.place(first.start()));
    let name = shown_up_to(second.name.as_str(), 80);
    Err(Error::config(format!("{here}: '{name}' is already defined in line {}", before.line))
        .hint(format!("remove line {} or line {}", before.line, here.line)))
}

fn not_json(lines: &Lines<'_>, text: &str, error: &ParseError) -> Error {
    let offset = error.range().start;
    let place = lines.place(offset);
    let mut reason = shown(&error.kind().to_string());
    if let Some(first) = reason.get_mut(..1) {
        first.make_ascii_lowercase();
    }
    let message = Error::config(format!("{place}: this is not JSON: {reason}"));
    match number_around(text, offset) {
        Some(digits) => message.hint(format!("quote ids that start with 0: \"{digits}\"")),
        None => message.hint(EXAMPLE),
    }
}

/// The digits at an offset, when they are a number that JSON refuses for its leading zero.
fn number_around(text: &str, offset: usize) -> Option<&str> {
    let (before, after) = text.split_at_checked(offset)?;
    let start = before.trim_end_matches(|c: char| c.is_ascii_digit()).len();
    let length = after.find(|c: char| !c.is_ascii_digit()).unwrap_or(after.len());
    text.get(start..offset + length).filter(|digits| digits.len() > 1 && digits.starts_with('0'))
}

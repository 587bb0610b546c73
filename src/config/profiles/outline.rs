//! The sections of one file as they stand there, for whoever changes the file and must not change
//! its meaning.
//!
//! Text comes in; headers and entries with their lines go out, as the reader of [`super`] sees
//! them.

use super::header::{FileKind, SectionKind};
use super::ini::Ini;
use crate::config::files::TextFile;
use crate::types::Secret;

/// A section of one file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Outline {
    /// Its name, without the word `profile` and without quotes.
    pub name: String,
    /// Whether that is the name of a profile.
    pub is_profile: bool,
    /// The line of its header, counted from 1.
    pub line: u32,
    /// Its entries, in their order.
    pub entries: Vec<Line>,
}

/// An entry of a section.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Line {
    /// The key, as it is written.
    pub key: String,
    /// The value; it may be a secret.
    pub value: Secret,
    /// Whether it belongs to the key above it.
    pub nested: bool,
    /// The line it begins in, counted from 1.
    pub line: u32,
}

/// Every section of a text, in its order; one that stands twice is here twice.
pub(crate) fn outline(file: FileKind, text: &str) -> Vec<Outline> {
    let text = TextFile { text: text.to_owned(), shown: "".into(), warning: None };
    let ini = Ini::new(file, text);
    let line = |entry| {
        let (key, value, place) = ini.entry(entry);
        let value = Secret::new(value.to_owned());
        Line { key: key.to_owned(), value, nested: entry.nested, line: place.line }
    };
    let section = |block| Outline {
        name: ini.name(block).to_owned(),
        is_profile: matches!(block.kind, SectionKind::Profile | SectionKind::BareDefault),
        line: ini.place(block).line,
        entries: ini.entries(block).iter().map(line).collect(),
    };
    ini.blocks.iter().map(section).collect()
}

//! The sections of one file as they stand there, for whoever changes the file and must not change
//! its meaning.
//!
//! Text comes in; headers and entries with their lines go out, as the reader of [`super`] sees
//! them.

use super::header::{FileKind, SectionKind};
use super::ini::Ini;
use crate::config::files::TextFile;
use crate::types::Secret;

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Outline {
    pub name: String,
    pub is_profile: bool,
    pub line: u32,
    pub entries: Vec<Line>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Line {
    pub key: String,
    pub value: Secret,
    pub nested: bool,
    pub line: u32,
}

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

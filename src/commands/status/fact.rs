//! What `status` tells of, before it has a form.

use crate::prompt::{Segment, Variables};
use crate::types::Moment;

pub(super) struct Present<'a> {
    pub(super) variables: Variables<'a>,
    pub(super) segment: Segment,
    pub(super) now: Moment,
}

/// One fact: its name and value for programs, its words for people. Either may be without.
pub(super) struct Fact {
    pub(super) name: &'static str,
    pub(super) value: Value,
    pub(super) label: &'static str,
    pub(super) words: String,
    pub(super) note: String,
}

/// A value for programs.
pub(super) enum Value {
    Text(String),
    Number(i64),
    Switch(bool),
    List(Vec<String>),
    /// Names with what is so about each.
    Table(Vec<(&'static str, &'static str)>),
}

impl Fact {
    /// A fact that people read as programs do.
    pub(super) fn plain(name: &'static str, label: &'static str, value: &str) -> Self {
        Self {
            name,
            value: Value::Text(value.to_owned()),
            label,
            words: value.to_owned(),
            note: String::new(),
        }
    }

    /// A fact for programs only.
    pub(super) fn machine(name: &'static str, value: Value) -> Self {
        Self { name, value, label: "", words: String::new(), note: String::new() }
    }

    /// A fact for people only.
    pub(super) fn words(label: &'static str, words: String) -> Self {
        Self { name: "", value: Value::Switch(true), label, words, note: String::new() }
    }

    #[must_use]
    pub(super) fn read_as(self, words: String) -> Self {
        Self { words, ..self }
    }

    #[must_use]
    pub(super) fn note(self, note: impl Into<String>) -> Self {
        Self { note: note.into(), ..self }
    }
}

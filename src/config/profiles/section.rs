//! A section as its readers see it: one name, its values from both files, and where each stands.
//!
//! Nothing here is ever shown with its values: a section of the credentials file holds keys.

use std::fmt;

use super::group::Part;
use super::header::FileKind;
use super::ini::{Block, Entry, Ini};
use crate::config::location::Location;
use crate::error::{Error, Result};

#[derive(Clone, Copy)]
pub struct Section<'a> {
    files: &'a [Ini],
    parts: &'a [Part],
}

#[derive(Clone, PartialEq, Eq)]
pub struct Value<'a> {
    /// The text, without blanks around it; lines of a value that spans several are joined by a line
    /// feed.
    pub text: &'a str,
    pub place: Location,
}

impl<'a> Section<'a> {
    pub(super) fn new(files: &'a [Ini], parts: &'a [Part]) -> Self {
        Self { files, parts }
    }

    pub fn name(&self) -> &'a str {
        self.blocks().next().map_or("", |(ini, block)| ini.name(block))
    }

    pub fn place(&self) -> Option<Location> {
        self.places().next()
    }

    /// Every header of this name; more than one when a file has it twice, or both files have it.
    pub fn places(&self) -> impl Iterator<Item = Location> + use<'a> {
        self.blocks().map(|(ini, block)| ini.place(block))
    }

    /// The value of a key, whose case does not count; `None` when it is not set or empty. Of
    /// several, the last of the file counts, and the credentials file before the config file.
    pub fn value(&self, key: &str) -> Option<Value<'a>> {
        let (ini, entry, _) = self.winner(key)?;
        Value::of(ini, entry)
    }

    /// A value below a key that stands alone, such as `endpoint_url` below `sts =` of a services
    /// block.
    pub fn nested(&self, key: &str, below: &str) -> Option<Value<'a>> {
        let (ini, _, rest) = self.winner(key)?;
        let entry = rest
            .iter()
            .take_while(|entry| entry.nested)
            .filter(|entry| same(ini.key(entry), below))
            .last()?;
        Value::of(ini, entry)
    }

    /// Every key with its value, in the order of the files; one that stands twice is here twice.
    pub fn entries(&self) -> impl Iterator<Item = (&'a str, Value<'a>)> + use<'a> {
        self.blocks().flat_map(|(ini, block)| {
            ini.entries(block).iter().filter(|entry| !entry.nested).map(|entry| {
                let (key, text, place) = ini.entry(entry);
                (key, Value { text, place })
            })
        })
    }

    pub fn problem(&self) -> Option<&'a Error> {
        self.blocks().find_map(|(ini, block)| ini.problems.get(block.problem?))
    }

    pub(super) fn has(&self, file: FileKind, wanted: impl Fn(&Block) -> bool) -> bool {
        self.blocks().any(|(ini, block)| ini.kind == file && wanted(block))
    }

    fn blocks(&self) -> impl DoubleEndedIterator<Item = (&'a Ini, &'a Block)> + use<'a> {
        let files = self.files;
        self.parts.iter().filter_map(|part| {
            let ini = files.get(part.file)?;
            ini.blocks.get(part.block).map(|block| (ini, block))
        })
    }

    fn winner(&self, key: &str) -> Option<(&'a Ini, &'a Entry, &'a [Entry])> {
        self.blocks().rev().find_map(|(ini, block)| {
            let entries = ini.entries(block);
            let at =
                entries.iter().rposition(|entry| !entry.nested && same(ini.key(entry), key))?;
            entries.get(at..)?.split_first().map(|(entry, rest)| (ini, entry, rest))
        })
    }
}

impl<'a> Value<'a> {
    /// Takes the value as what `parse` makes of it; the place goes to `parse` for its message.
    pub fn read<T>(&self, parse: impl FnOnce(&Location, &str) -> Result<T>) -> Result<T> {
        parse(&self.place, self.text).map_err(|error| {
            let note = [" #", " ;", "\t#", "\t;"].iter().any(|start| self.text.contains(start));
            if note {
                error.hint("a note needs a line of its own: behind a value it is part of it")
            } else {
                error
            }
        })
    }

    fn of(ini: &'a Ini, entry: &'a Entry) -> Option<Self> {
        let (_, text, place) = ini.entry(entry);
        (!text.is_empty()).then_some(Self { text, place })
    }
}

fn same(one: &str, other: &str) -> bool {
    one.eq_ignore_ascii_case(other)
}

impl fmt::Debug for Section<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Section({})", crate::types::sanitize::escape(self.name()))
    }
}

impl fmt::Debug for Value<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Value({})", self.place)
    }
}

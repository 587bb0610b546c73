//! A section with its values from both files. It is never shown with them: a section of the
//! credentials file holds keys.

use std::fmt;
use std::sync::Arc;

use memchr::memmem::Finder;

use super::group::Part;
use super::header::FileKind;
use super::ini::{Block, Ini, IniEntry};
use crate::config::keyring::{KeyReference, REFERENCE};
use crate::config::location::Location;
use crate::error::{Error, Result};

/// The session token of temporary keys, and its old name.
pub(crate) const TOKENS: [&str; 2] = ["aws_session_token", "aws_security_token"];

#[derive(Clone, Copy)]
pub struct Section<'a> {
    files: &'a [Ini],
    parts: &'a [Part],
}

#[derive(Clone, Copy)]
pub struct ProfileValue<'a> {
    /// The text, without blanks around it; lines of a value that spans several are joined by a line
    /// feed.
    pub text: &'a str,
    ini: &'a Ini,
    entry: &'a IniEntry,
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
    pub fn value(&self, key: &str) -> Option<ProfileValue<'a>> {
        let (ini, entry, _) = self.winner(key)?;
        Some(ProfileValue::of(ini, entry)).filter(|value| !value.text.is_empty())
    }

    pub fn text(&self, key: &str) -> Option<&'a str> {
        self.value(key).map(|value| value.text)
    }

    /// As [`Self::text`] for several keys, in one look that keeps nothing: of ten thousand profiles each
    /// is looked at once.
    pub(crate) fn texts<const N: usize>(&self, keys: [&str; N]) -> [Option<&'a str>; N] {
        let mut texts = [None; N];
        for (ini, block) in self.blocks() {
            let is_plain = ini.each_plain(block, |key, value| {
                // Nearly all are written as AWS writes them.
                let is_key = |wanted: &&str| *wanted == key || wanted.eq_ignore_ascii_case(key);
                let at = keys.iter().position(is_key);
                if let Some(text) = at.and_then(|at| texts.get_mut(at)) {
                    *text = Some(value);
                }
            });
            if !is_plain {
                return keys.map(|key| self.text(key));
            }
        }
        texts.map(|text| text.filter(|text| !text.is_empty()))
    }

    /// A value below a key that has none itself, such as `endpoint_url` below `sts =` of a services
    /// block.
    pub fn nested(&self, key: &str, below: &str) -> Option<ProfileValue<'a>> {
        let (ini, _, rest) = self.winner(key)?;
        let entry = rest
            .iter()
            .take_while(|entry| entry.nested)
            .filter(|entry| ini.is_key(entry, below))
            .last()?;
        Some(ProfileValue::of(ini, entry)).filter(|value| !value.text.is_empty())
    }

    /// Every key with its value, in the order of the files; one that is set twice is here twice.
    pub fn entries(&self) -> impl Iterator<Item = (&'a str, ProfileValue<'a>)> + use<'a> {
        self.blocks().flat_map(|(ini, block)| {
            let entries = ini.entries(block).iter().filter(|entry| !entry.nested);
            entries.map(|entry| (ini.key(entry), ProfileValue::of(ini, entry)))
        })
    }

    /// The error of temporary keys that lack their session token: AWS would only say that it does not
    /// know them.
    pub(crate) fn temporary_without_token(&self) -> Option<Error> {
        let id = self.value("aws_access_key_id").filter(|id| id.text.starts_with("ASIA"))?;
        if self.token().is_some() {
            return None;
        }
        let message = format!("{}: a temporary key (ASIA…) without aws_session_token", id.place());
        Some(
            Error::config(message)
                .hint("copy all three lines of the temporary keys, or renew them"),
        )
    }

    /// The id of a long-lived key that a file holds in plain text, and its place.
    pub(crate) fn long_lived(&self) -> Option<(&'a str, Location)> {
        let id = self.value("aws_access_key_id").filter(|id| !id.text.starts_with("ASIA"))?;
        self.token().is_none().then(|| (id.text, id.place()))
    }

    pub(crate) fn token(&self) -> Option<ProfileValue<'a>> {
        TOKENS.iter().find_map(|key| self.value(key))
    }

    /// The key that a keyring holds for the profile.
    pub(crate) fn key_reference(&self) -> Option<Result<KeyReference>> {
        Some(self.value(REFERENCE)?.read(KeyReference::parse))
    }

    /// Whether a word is somewhere in its text.
    pub(crate) fn mentions(&self, word: &Finder<'_>) -> bool {
        let mut texts = self.blocks().map(|(ini, block)| ini.text_of(block).as_bytes());
        texts.any(|text| word.find(text).is_some())
    }

    pub fn problem(&self) -> Option<&'a Error> {
        self.blocks().find_map(|(ini, block)| ini.problems_of(block).first())
    }

    /// Whether a mark says that this program wrote it.
    pub(crate) fn is_ours(&self) -> bool {
        self.blocks().any(|(ini, block)| ini.is_ours(block))
    }

    pub(super) fn has(&self, file: FileKind, wanted: impl Fn(&Block) -> bool) -> bool {
        self.blocks().any(|(ini, block)| ini.kind == file && wanted(block))
    }

    fn blocks(&self) -> impl DoubleEndedIterator<Item = (&'a Ini, &'a Block)> + use<'a> {
        let files = self.files;
        self.parts.iter().filter_map(|part| {
            let ini = files.get(part.file as usize)?;
            ini.blocks.get(part.block as usize).map(|block| (ini, block))
        })
    }

    fn winner(&self, key: &str) -> Option<(&'a Ini, &'a IniEntry, &'a [IniEntry])> {
        self.blocks().rev().find_map(|(ini, block)| {
            let entries = ini.entries(block);
            let at = entries.iter().rposition(|entry| !entry.nested && ini.is_key(entry, key))?;
            entries.get(at..)?.split_first().map(|(entry, rest)| (ini, entry, rest))
        })
    }
}

impl<'a> ProfileValue<'a> {
    /// Takes the value as what `parse` makes of it; the place goes to `parse` for its message.
    pub fn read<T>(&self, parse: impl FnOnce(&Location, &str) -> Result<T>) -> Result<T> {
        parse(&self.place(), self.text).map_err(|error| {
            let note = [" #", " ;", "\t#", "\t;"].iter().any(|start| self.text.contains(start));
            if note {
                error.hint(
                    "a comment needs a line of its own: behind a value it is part of the value",
                )
            } else {
                error
            }
        })
    }

    pub fn place(&self) -> Location {
        self.ini.place_of(self.entry)
    }

    pub fn file(&self) -> &'a Arc<str> {
        &self.ini.lines.file
    }

    fn of(ini: &'a Ini, entry: &'a IniEntry) -> Self {
        Self { text: ini.value(entry), ini, entry }
    }
}

impl fmt::Debug for Section<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Section({})", crate::types::sanitize::escape(self.name()))
    }
}

impl fmt::Debug for ProfileValue<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ProfileValue({})", self.place())
    }
}

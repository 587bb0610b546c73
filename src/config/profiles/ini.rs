//! The lines of one file: sections, keys and values with their places.
//!
//! The text is read once, front to back, into blocks that point into it, so that ten thousand
//! profiles cost no string each. What is wrong is recorded with its line and belongs to its section.
//! No message shows a line of the file, since it may hold a key.

use std::sync::Arc;

use memchr::memchr_iter;
use zeroize::Zeroize;

use super::header::{FileKind, SectionKind, between_brackets, read_header};
use crate::config::files::TextFile;
use crate::config::location::{Excerpt, Location, range_in, slice_of};
use crate::error::Error;

/// The longest line read, in bytes. No value of AWS is near it.
const LONGEST_LINE: usize = 64 << 10;

pub(crate) struct Ini {
    pub kind: FileKind,
    pub blocks: Vec<Block>,
    pub problems: Vec<Error>,
    file: Arc<str>,
    text: String,
    entries: Vec<IniEntry>,
}

pub(crate) struct Block {
    pub kind: SectionKind,
    /// The first thing wrong in it, as an index into the problems.
    pub problem: Option<usize>,
    name: Excerpt,
    line: u32,
    entries: std::ops::Range<usize>,
}

pub(crate) struct IniEntry {
    /// Whether it belongs to the key above it, as `addressing_style` to `s3`.
    pub nested: bool,
    key: (u32, u32),
    value: Excerpt,
    line: u32,
}

impl Block {
    pub(crate) fn is_profile(&self) -> bool {
        matches!(self.kind, SectionKind::Profile | SectionKind::BareDefault)
    }
}

impl Ini {
    pub(crate) fn new(kind: FileKind, file: TextFile) -> Self {
        let mut ini = Self {
            kind,
            blocks: Vec::new(),
            problems: Vec::new(),
            file: file.shown,
            text: String::new(),
            // Growing by doubling would touch twice the memory.
            entries: Vec::with_capacity(file.text.len() / 32),
        };
        Reader { ini: &mut ini, text: &file.text, indent: 0, open: None }.read();
        ini.text = file.text;
        ini
    }

    pub(crate) fn name<'a>(&'a self, block: &'a Block) -> &'a str {
        block.name.within(&self.text)
    }

    pub(crate) fn name_at(&self, block: usize) -> &str {
        self.blocks.get(block).map_or("", |block| self.name(block))
    }

    pub(crate) fn place(&self, block: &Block) -> Location {
        self.at(block.line)
    }

    pub(crate) fn entries(&self, block: &Block) -> &[IniEntry] {
        self.entries.get(block.entries.clone()).unwrap_or_default()
    }

    /// From the first entry of a block to that of the next one.
    pub(crate) fn text_of(&self, block: &Block) -> &str {
        let start = |entry: usize| self.entries.get(entry).map(|entry| entry.key.0 as usize);
        let end = start(block.entries.end).unwrap_or(self.text.len());
        start(block.entries.start).and_then(|start| self.text.get(start..end)).unwrap_or_default()
    }

    pub(crate) fn entry<'a>(&'a self, entry: &'a IniEntry) -> (&'a str, &'a str, Location) {
        (self.key(entry), entry.value.within(&self.text), self.at(entry.line))
    }

    pub(crate) fn key<'a>(&'a self, entry: &'a IniEntry) -> &'a str {
        slice_of(&self.text, entry.key)
    }

    /// Whether it is the entry of a key, whose case does not count.
    pub(crate) fn is_key(&self, entry: &IniEntry, key: &str) -> bool {
        let (start, end) = entry.key;
        (end - start) as usize == key.len() && self.key(entry).eq_ignore_ascii_case(key)
    }

    fn at(&self, line: u32) -> Location {
        Location { file: Arc::clone(&self.file), line, column: None }
    }
}

/// The credentials file is nearly all keys; wiping the config file too would cost more than reading
/// it.
impl Drop for Ini {
    fn drop(&mut self) {
        if self.kind == FileKind::Credentials {
            self.text.zeroize();
        }
    }
}

struct Reader<'a> {
    ini: &'a mut Ini,
    text: &'a str,
    /// How far the last header or key was indented: what is deeper continues its value.
    indent: usize,
    /// The entry whose value may go on, and whether it has begun on the key's own line.
    open: Option<(usize, bool)>,
}

impl<'a> Reader<'a> {
    fn read(mut self) {
        let mut start = 0;
        let ends = memchr_iter(b'\n', self.text.as_bytes()).chain([self.text.len()]);
        for (end, number) in ends.zip(1..) {
            let line = self.text.get(start..end).unwrap_or_default();
            start = end + 1;
            let from_first = trim_start(line);
            let body = trim_end(from_first);
            if matches!(body.as_bytes().first(), None | Some(b'#' | b';')) {
                continue;
            }
            if line.len() > LONGEST_LINE {
                self.note(number, "this line is longer than 64 KiB", "shorten it");
                continue;
            }
            let indent = line.len() - from_first.len();
            match self.open {
                Some((parent, begun)) if indent > self.indent => {
                    self.go_on(number, body, parent, begun);
                }
                _ => {
                    self.indent = indent;
                    self.open = None;
                    if body.starts_with('[') {
                        self.open_block(number, body);
                    } else {
                        self.read_key(number, body);
                    }
                }
            }
        }
    }

    fn open_block(&mut self, number: u32, body: &'a str) {
        let inner = between_brackets(body);
        // A header that nothing closes still ends the section above it, and the keys below it are
        // not that one's.
        let (kind, name) =
            read_header(self.ini.kind, inner.unwrap_or_else(|| body.trim_matches(['[', ']', ' '])));
        let name = Excerpt::new(self.text, name);
        let here = self.ini.entries.len();
        self.ini.blocks.push(Block {
            kind,
            problem: None,
            name,
            line: number,
            entries: here..here,
        });
        if inner.is_none() {
            self.note(
                number,
                "this section header is not complete",
                "a header looks like [profile NAME]",
            );
        }
    }

    fn read_key(&mut self, number: u32, body: &'a str) {
        if self.ini.blocks.is_empty() {
            self.note(
                number,
                "this line belongs to no section",
                "put a header above it: [profile NAME]",
            );
            return;
        }
        // Python's reader, and so the AWS CLI, takes a colon too.
        match split_around(body, |byte| matches!(byte, b'=' | b':')) {
            None => self.note(
                number,
                "this line has no '='",
                "write NAME = VALUE, or # before a comment",
            ),
            Some(("", _)) => {
                self.note(number, "this line has no name before '='", "write NAME = VALUE");
            }
            Some((key, value)) => {
                self.open = Some((self.ini.entries.len(), !value.is_empty()));
                self.push(number, key, value, false);
            }
        }
    }

    /// A line that is indented deeper than the key above it: one more line of the value or, when
    /// nothing follows the key's `=`, a setting below it.
    fn go_on(&mut self, number: u32, body: &'a str, parent: usize, begun: bool) {
        if begun {
            if let Some(entry) = self.ini.entries.get_mut(parent) {
                entry.value =
                    Excerpt::Own(format!("{}\n{body}", entry.value.within(self.text)).into());
            }
            return;
        }
        match split_around(body, |byte| byte == b'=') {
            Some((key, value)) if !key.is_empty() => self.push(number, key, value, true),
            _ => {
                self.note(
                    number,
                    "this indented line is not NAME = VALUE",
                    "write NAME = VALUE, or # before a comment",
                );
            }
        }
    }

    fn push(&mut self, line: u32, key: &'a str, value: &'a str, nested: bool) {
        let entry = IniEntry {
            nested,
            key: range_in(self.text, key),
            value: Excerpt::Range(range_in(self.text, value)),
            line,
        };
        self.ini.entries.push(entry);
        if let Some(block) = self.ini.blocks.last_mut() {
            block.entries.end = self.ini.entries.len();
        }
    }

    fn note(&mut self, line: u32, what: &str, remedy: &str) {
        let problem = self.ini.problems.len();
        self.ini
            .problems
            .push(Error::config(format!("{}: {what}", self.ini.at(line))).hint(remedy));
        if let Some(block) = self.ini.blocks.last_mut() {
            block.problem.get_or_insert(problem);
        }
    }
}

fn split_around(line: &str, is_separator: impl Fn(u8) -> bool) -> Option<(&str, &str)> {
    let at = line.bytes().position(is_separator)?;
    Some((trim_end(line.get(..at)?), trim_start(line.get(at + 1..)?)))
}

/// As of `str`, but nearly every line begins with one blank or none before ASCII, which bytes tell.
#[inline(always)]
fn trim_start(text: &str) -> &str {
    match text.as_bytes() {
        [b'!'..=b'~', ..] => text,
        [b' ', b'!'..=b'~', ..] => text.get(1..).unwrap_or_default(),
        _ => text.trim_start(),
    }
}

#[inline(always)]
fn trim_end(text: &str) -> &str {
    match text.as_bytes() {
        [.., b'!'..=b'~'] => text,
        [.., b'!'..=b'~', b' '] => text.get(..text.len() - 1).unwrap_or_default(),
        _ => text.trim_end(),
    }
}

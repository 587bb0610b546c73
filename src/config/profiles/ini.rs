//! The sections of one file, and their keys and values with their places.
//!
//! The sections are found first, by their headers, and the lines of one are read when they are asked
//! for: of ten thousand profiles most are never asked for. All of it points into the text and
//! costs no string. What is wrong is recorded with its line and belongs to its section. No message
//! shows a line of the file, since it may hold a key.

use std::cell::{Cell, OnceCell};
use std::mem;

use bytestring::ByteString;
use memchr::{memchr, memchr_iter, memchr2, memrchr};
use zeroize::Zeroize;

use super::header::{FileKind, SectionKind, between_brackets, read_header, trim_end, trim_start};
use super::plain::{LONGEST_LINE, each_plain, split_around};
use crate::config::files::TextFile;
use crate::config::location::{Excerpt, Location, PlainLines, range_in, slice_of};
use crate::error::Error;

/// How the line below a header begins that says that we wrote the section.
pub(crate) const MARK: &str = "# Written by assume-role";

pub(crate) struct Ini {
    pub kind: FileKind,
    pub blocks: Vec<Block>,
    /// What stands above the first header.
    above: Block,
    pub(super) lines: PlainLines,
}

pub(crate) struct Block {
    pub kind: SectionKind,
    name: Excerpt,
    is_closed: bool,
    /// Where the header begins.
    header: u32,
    /// The lines below it.
    below: (u32, u32),
    /// Whether its lines are known to be plain ones.
    is_plain: Cell<bool>,
    content: OnceCell<Box<Content>>,
}

#[derive(Default)]
struct Content {
    entries: Vec<IniEntry>,
    problems: Vec<Error>,
}

/// Small, since there may be a hundred thousand: no key is longer than a line.
pub(crate) struct IniEntry {
    /// Whether it belongs to the key above it, as `addressing_style` to `s3`.
    pub nested: bool,
    key_length: u16,
    key: u32,
    value: Excerpt,
}

impl Block {
    pub(crate) fn is_profile(&self) -> bool {
        matches!(self.kind, SectionKind::Profile | SectionKind::BareDefault)
    }
}

impl Ini {
    pub(crate) fn new(kind: FileKind, file: TextFile<impl Into<ByteString>>) -> Self {
        let lines = PlainLines::new(file.shown, file.text);
        let (above, blocks) = sections(kind, &lines);
        Self { kind, blocks, above, lines }
    }

    pub(crate) fn name<'a>(&'a self, block: &'a Block) -> &'a str {
        block.name.within(&self.lines.text)
    }

    pub(crate) fn name_at(&self, block: usize) -> &str {
        self.blocks.get(block).map_or("", |block| self.name(block))
    }

    pub(crate) fn place(&self, block: &Block) -> Location {
        self.lines.place(block.header as usize)
    }

    pub(crate) fn entries<'a>(&self, block: &'a Block) -> &'a [IniEntry] {
        &self.content(block).entries
    }

    /// As [`each_plain`] for the lines of a section; [`Self::entries`] has what it does not.
    pub(super) fn each_plain<'a>(
        &'a self,
        block: &Block,
        entry: impl FnMut(&'a str, &'a str),
    ) -> bool {
        let is_plain = block.is_closed && each_plain(self.text_of(block), entry);
        block.is_plain.set(is_plain);
        is_plain
    }

    /// What is wrong in a section, or in all of the file.
    pub(crate) fn problems_of<'a>(&self, block: &'a Block) -> &'a [Error] {
        if block.is_plain.get() { &[] } else { self.read_problems(block) }
    }

    pub(super) fn read_problems<'a>(&self, block: &'a Block) -> &'a [Error] {
        &self.content(block).problems
    }

    pub(crate) fn problems(&self) -> impl Iterator<Item = &Error> {
        let blocks = std::iter::once(&self.above).chain(&self.blocks);
        blocks.flat_map(|block| self.problems_of(block))
    }

    /// The lines below a header, up to the next one.
    pub(crate) fn text_of(&self, block: &Block) -> &str {
        slice_of(&self.lines.text, block.below)
    }

    /// Whether a mark says that this program wrote the section.
    pub(crate) fn is_ours(&self, block: &Block) -> bool {
        let text = self.text_of(block);
        let mut hashes = memchr_iter(b'#', text.as_bytes()).map(|at| text.split_at(at));
        hashes.any(|(before, comment)| {
            comment.starts_with(MARK) && (before.is_empty() || before.ends_with('\n'))
        })
    }

    pub(crate) fn place_of(&self, entry: &IniEntry) -> Location {
        self.lines.place(entry.key as usize)
    }

    pub(crate) fn key<'a>(&'a self, entry: &'a IniEntry) -> &'a str {
        slice_of(&self.lines.text, (entry.key, entry.key + u32::from(entry.key_length)))
    }

    pub(crate) fn value<'a>(&'a self, entry: &'a IniEntry) -> &'a str {
        entry.value.within(&self.lines.text)
    }

    /// Whether it is the entry of a key, whose case does not count. Most are not as long.
    #[inline(always)]
    pub(crate) fn is_key(&self, entry: &IniEntry, key: &str) -> bool {
        usize::from(entry.key_length) == key.len() && self.key(entry).eq_ignore_ascii_case(key)
    }

    fn content<'a>(&self, block: &'a Block) -> &'a Content {
        block.content.get_or_init(|| {
            let mut reader = Reader::below(block, &self.lines);
            reader.read_to(block.below.1);
            reader.close();
            Box::new(reader.content)
        })
    }
}

/// The credentials file is nearly all keys; wiping the config file too would cost more than reading
/// it.
impl Drop for Ini {
    fn drop(&mut self) {
        if self.kind == FileKind::Credentials
            && let Ok(mut own) = mem::take(&mut self.lines.text).into_bytes().try_into_mut()
        {
            own.resize(own.capacity(), 0);
            own.as_mut().zeroize();
        }
    }
}

/// What stands above the first header, and the sections.
fn sections(file_kind: FileKind, lines: &PlainLines) -> (Block, Vec<Block>) {
    let text = &*lines.text;
    let length = range_in(text, text).1;
    let block = |kind, name, is_closed, (header, below)| Block {
        kind,
        name,
        is_closed,
        header,
        below: (below, length),
        is_plain: Cell::new(false),
        content: OnceCell::new(),
    };
    let mut above = block(SectionKind::Other, Excerpt::Range((0, 0)), true, (0, 0));
    let mut blocks: Vec<Block> = Vec::new();
    let mut reader: Option<Reader<'_>> = None;
    for line in bracketed_lines(text).filter(|line| line.len() <= LONGEST_LINE) {
        let (start, end) = range_in(text, line);
        let from_first = trim_start(line);
        let indent = line.len() - from_first.len();
        let last = blocks.last_mut().unwrap_or(&mut above);
        // Nothing goes on in a line without indent, so what stands above need not be read.
        if indent > 0 {
            let reader = reader.get_or_insert_with(|| Reader::below(last, lines));
            reader.read_to(start);
            if reader.goes_on(indent).is_some() {
                continue;
            }
        }
        reader = None;
        last.below.1 = start;
        let body = trim_end(from_first);
        let inner = between_brackets(body);
        // A header that nothing closes still ends the section above it, and the keys below it are
        // not that one's.
        let (kind, name) =
            read_header(file_kind, inner.unwrap_or_else(|| body.trim_matches(['[', ']', ' '])));
        let places = (start, length.min(end + 1));
        blocks.push(block(kind, Excerpt::new(text, name), inner.is_some(), places));
    }
    (above, blocks)
}

/// The lines that begin with a bracket, perhaps behind blanks.
fn bracketed_lines(text: &str) -> impl Iterator<Item = &str> {
    let mut next = 0;
    std::iter::from_fn(move || {
        loop {
            let rest = text.get(next..)?;
            let (passed, bracket) = rest.split_at(memchr(b'[', rest.as_bytes())?);
            // Nearly every header begins its line.
            let begins_a_line = passed.is_empty() || passed.ends_with('\n');
            let start = match begins_a_line {
                true => passed.len(),
                false => memrchr(b'\n', passed.as_bytes()).map_or(0, |at| at + 1),
            };
            let end = memchr(b'\n', bracket.as_bytes()).unwrap_or(bracket.len()) + passed.len();
            next += end + 1;
            if trim_start(passed.get(start..)?).is_empty() {
                return rest.get(start..end);
            }
        }
    })
}

/// Reads the lines below a header, which are keys and what goes on below them.
struct Reader<'a> {
    lines: &'a PlainLines,
    /// Where the line begins, and the next one.
    at: usize,
    next: usize,
    is_in_section: bool,
    /// How far the last key was indented: what is deeper continues its value.
    indent: usize,
    /// The entry whose value may go on, and whether it has begun on the key's own line.
    open: Option<(usize, bool)>,
    /// Its value so far, when that has several lines.
    joined: Option<String>,
    content: Content,
}

impl<'a> Reader<'a> {
    fn below(block: &Block, lines: &'a PlainLines) -> Self {
        let mut reader = Self {
            lines,
            at: block.header as usize,
            next: block.below.0 as usize,
            // Every header has a bracket.
            is_in_section: block.below.0 > 0,
            indent: 0,
            open: None,
            joined: None,
            content: Content::default(),
        };
        if !block.is_closed {
            reader
                .note("this section header is not complete", "a header looks like [profile NAME]");
        }
        reader
    }

    fn read_to(&mut self, end: u32) {
        let end = end as usize;
        while self.next < end {
            let text = &*self.lines.text;
            let rest = text.as_bytes().get(self.next..end).unwrap_or_default();
            self.at = self.next;
            self.next += memchr(b'\n', rest).unwrap_or(rest.len()) + 1;
            self.read(text.get(self.at..self.next - 1).unwrap_or_default());
        }
    }

    fn read(&mut self, line: &'a str) {
        let from_first = trim_start(line);
        let body = trim_end(from_first);
        if matches!(body.as_bytes().first(), None | Some(b'#' | b';')) {
            return;
        }
        if line.len() > LONGEST_LINE {
            self.note("this line is longer than 64 KiB", "shorten it");
            return;
        }
        let indent = line.len() - from_first.len();
        match self.goes_on(indent) {
            Some((parent, begun)) => self.go_on(body, parent, begun),
            None => {
                self.indent = indent;
                self.close();
                self.read_key(body);
            }
        }
    }

    /// The entry that a line of this indent continues.
    fn goes_on(&self, indent: usize) -> Option<(usize, bool)> {
        self.open.filter(|_| indent > self.indent)
    }

    fn read_key(&mut self, body: &'a str) {
        if !self.is_in_section {
            self.note("this line belongs to no section", "put a header above it: [profile NAME]");
            return;
        }
        // Python's reader, and so the AWS CLI, takes a colon too.
        match split_around(body, memchr2(b'=', b':', body.as_bytes())) {
            None => self.note("this line has no '='", "write NAME = VALUE, or # before a comment"),
            Some(("", _)) => {
                self.note("this line has no name before '='", "write NAME = VALUE");
            }
            Some((key, value)) => {
                self.open = Some((self.content.entries.len(), !value.is_empty()));
                self.push(key, value, false);
            }
        }
    }

    /// A line that is indented deeper than the key above it: one more line of the value or, when
    /// nothing follows the key's `=`, a setting below it.
    fn go_on(&mut self, body: &'a str, parent: usize, begun: bool) {
        if begun {
            let value =
                self.content.entries.get(parent).map(|it| it.value.within(&self.lines.text));
            let begin = || value.unwrap_or_default().to_owned();
            return self.joined.get_or_insert_with(begin).extend(["\n", body]);
        }
        match split_around(body, memchr(b'=', body.as_bytes())) {
            Some((key, value)) if !key.is_empty() => self.push(key, value, true),
            _ => self.note(
                "this indented line is not NAME = VALUE",
                "write NAME = VALUE, or # before a comment",
            ),
        }
    }

    fn close(&mut self) {
        let open = self.open.take();
        let Some(joined) = self.joined.take() else { return };
        if let Some(entry) = open.and_then(|(at, _)| self.content.entries.get_mut(at)) {
            entry.value = Excerpt::Own(joined.into());
        }
    }

    fn push(&mut self, key: &'a str, value: &'a str, nested: bool) {
        self.content.entries.push(IniEntry {
            nested,
            key_length: u16::try_from(key.len()).unwrap_or(u16::MAX),
            key: range_in(&self.lines.text, key).0,
            value: Excerpt::Range(range_in(&self.lines.text, value)),
        });
    }

    fn note(&mut self, what: &str, remedy: &str) {
        let place = self.lines.place(self.at);
        self.content.problems.push(Error::config(format!("{place}: {what}")).hint(remedy));
    }
}

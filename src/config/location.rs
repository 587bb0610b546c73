//! Where something was read: a file, a line and, where it helps, a column.

use std::borrow::Cow;
use std::cell::{Cell, OnceCell};
use std::fmt;
use std::sync::Arc;

use bytestring::ByteString;
use memchr::memchr_iter;
use serde::{Serialize, Serializer};

use crate::error::{Error, Kind, Result};

/// A place in a file of the user, shown as `~/.aws/config:12` or `~/.aws/accounts:3:17`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Location {
    pub file: Arc<str>,
    pub line: u32,
    pub column: Option<u32>,
}

impl Location {
    /// The result, with this place before the message of an error. What is wrong in a file is
    /// `Config`, whatever it would be on the command line.
    pub fn locate<T>(&self, result: Result<T>) -> Result<T> {
        result.map_err(|error| Error {
            kind: Kind::Config,
            message: format!("{self}: {}", error.message),
            ..error
        })
    }
}

impl fmt::Display for Location {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.file)?;
        for number in [Some(self.line), self.column].into_iter().flatten() {
            f.write_str(":")?;
            number.fmt(f)?;
        }
        Ok(())
    }
}

impl Serialize for Location {
    fn serialize<S: Serializer>(&self, serializer: S) -> std::result::Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

#[derive(Debug)]
pub(crate) struct Lines {
    file: Arc<str>,
    text: ByteString,
    /// The offset that was asked for last, with its line and column: the next one is mostly behind
    /// it, and nothing is counted twice.
    last: Cell<(usize, u32, u32)>,
}

impl Lines {
    pub(crate) fn new(file: Arc<str>, text: impl Into<ByteString>) -> Self {
        Self { file, text: text.into(), last: Cell::new((0, 1, 1)) }
    }

    pub(crate) fn text(&self) -> &str {
        &self.text
    }

    pub(crate) fn place(&self, offset: usize) -> Location {
        let offset = self.text.floor_char_boundary(offset);
        let (from, line, column) =
            Some(self.last.get()).filter(|last| last.0 <= offset).unwrap_or((0, 1, 1));
        let between = self.text.get(from..offset).unwrap_or_default();
        let number = |count: usize| u32::try_from(count).unwrap_or(u32::MAX);
        let line = line.saturating_add(number(memchr_iter(b'\n', between.as_bytes()).count()));
        let column = match between.rsplit_once('\n') {
            Some((_, rest)) => number(rest.chars().count()).saturating_add(1),
            None => number(between.chars().count()).saturating_add(column),
        };
        self.last.set((offset, line, column));
        Location { file: Arc::clone(&self.file), line, column: Some(column) }
    }

    pub(crate) fn spot(&self, offset: usize) -> Spot<'_> {
        Spot { lines: self, offset }
    }
}

/// A text without columns: of thousands of places in it few are ever shown.
pub(super) struct PlainLines {
    pub file: Arc<str>,
    pub text: ByteString,
    /// The line that each stretch of the text begins in. It is counted once, and the rest for each
    /// place.
    stretches: OnceCell<Vec<u32>>,
}

impl PlainLines {
    const STRETCH: usize = 512;

    pub(super) fn new(file: Arc<str>, text: impl Into<ByteString>) -> Self {
        Self { file, text: text.into(), stretches: OnceCell::new() }
    }

    pub(super) fn place(&self, offset: usize) -> Location {
        let bytes = self.text.as_bytes();
        let ends = |bytes: &[u8]| u32::try_from(memchr_iter(b'\n', bytes).count()).unwrap_or(0);
        let stretches = self.stretches.get_or_init(|| {
            let mut line = 1;
            let next = |stretch| {
                let begin = line;
                line += ends(stretch);
                begin
            };
            bytes.chunks(Self::STRETCH).map(next).collect()
        });
        let stretch = offset / Self::STRETCH;
        let rest = bytes.get(stretch * Self::STRETCH..offset).unwrap_or_default();
        let line = stretches.get(stretch).copied().unwrap_or(1) + ends(rest);
        Location { file: Arc::clone(&self.file), line, column: None }
    }
}

/// The offset of `part`, which is a part of `text`.
pub(super) fn offset_in(text: &str, part: &str) -> usize {
    part.as_ptr().addr().saturating_sub(text.as_ptr().addr())
}

/// A part of a text as offsets into it. Files are capped far below 4 GiB.
#[inline(always)]
pub(super) fn range_in(text: &str, part: &str) -> (u32, u32) {
    let start = offset_in(text, part);
    let offset = |at: usize| u32::try_from(at).unwrap_or(u32::MAX);
    (offset(start), offset(start + part.len()))
}

#[inline(always)]
pub(super) fn slice_of(text: &str, (start, end): (u32, u32)) -> &str {
    text.get(start as usize..end as usize).unwrap_or_default()
}

/// A part of a file, or what was made of one. Thousands of names cost no string each.
pub(super) enum Excerpt {
    Range((u32, u32)),
    Own(Box<str>),
}

impl Excerpt {
    pub(super) fn new(text: &str, part: Cow<'_, str>) -> Self {
        match part {
            Cow::Borrowed(part) => Self::Range(range_in(text, part)),
            Cow::Owned(own) => Self::Own(own.into()),
        }
    }

    #[inline(always)]
    pub(super) fn within<'a>(&'a self, text: &'a str) -> &'a str {
        match self {
            Self::Range(range) => slice_of(text, *range),
            Self::Own(own) => own,
        }
    }
}

/// Never shown: the value of a profile may be a key.
impl fmt::Debug for Excerpt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Excerpt")
    }
}

#[derive(Clone, Copy, Debug)]
pub(crate) struct Spot<'a> {
    lines: &'a Lines,
    offset: usize,
}

impl Spot<'_> {
    pub(crate) fn place(&self) -> Location {
        self.lines.place(self.offset)
    }

    pub(crate) fn locate<T>(&self, result: Result<T>) -> Result<T> {
        result.or_else(|error| self.place().locate(Err(error)))
    }
}

impl fmt::Display for Spot<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.place().fmt(f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn offsets_become_lines_and_columns() {
        let lines = Lines::new("f".into(), "ab\nçd\n".to_owned());
        for (offset, shown) in
            [(0, "f:1:1"), (2, "f:1:3"), (3, "f:2:1"), (5, "f:2:2"), (7, "f:3:1"), (99, "f:3:1")]
        {
            assert_eq!(lines.place(offset).to_string(), shown);
            assert_eq!(lines.spot(offset).to_string(), shown);
        }
        assert_eq!(Location { file: "~/x".into(), line: 4, column: None }.to_string(), "~/x:4");
    }

    #[test]
    fn lines_of_a_long_text() {
        let lines = PlainLines::new("f".into(), "é\n".repeat(1000));
        let read = [0, 2, 3, 511, 513, 515, 2997].map(|offset| lines.place(offset).line);
        assert_eq!(read, [1, 1, 2, 171, 172, 172, 1000]);
    }

    #[test]
    fn any_order_tells_the_same() {
        let text = format!("{}\n{}", "é".repeat(1000), "x".repeat(1000));
        let lines = Lines::new("f".into(), text);
        let places = [
            (254, "f:1:128"),
            (255, "f:1:128"),
            (1998, "f:1:1000"),
            (2001, "f:2:1"),
            (3001, "f:2:1001"),
        ];
        for (offset, shown) in places.into_iter().chain(places.into_iter().rev()) {
            assert_eq!(lines.place(offset).to_string(), shown);
        }
    }
}

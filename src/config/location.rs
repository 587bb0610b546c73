//! Where something was read: a file, a line and, where it helps, a column.

use std::fmt;
use std::sync::{Arc, OnceLock};

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
        write!(f, "{}:{}", self.file, self.line)?;
        self.column.map_or(Ok(()), |column| write!(f, ":{column}"))
    }
}

/// How far apart, in bytes, places are counted ahead: a file without line breaks must not be
/// counted from its beginning for each of its entries.
const STEP: usize = 256;

#[derive(Debug)]
pub(crate) struct Lines {
    file: Arc<str>,
    text: String,
    marks: OnceLock<Vec<(u32, u32)>>,
}

impl Lines {
    pub(crate) fn new(file: Arc<str>, text: String) -> Self {
        Self { file, text, marks: OnceLock::new() }
    }

    pub(crate) fn text(&self) -> &str {
        &self.text
    }

    pub(crate) fn place(&self, offset: usize) -> Location {
        let offset = offset.min(self.text.len());
        let marks = self.marks.get_or_init(|| {
            let pieces = self.text.as_bytes().chunks(STEP).scan((1, 1), |at, piece| {
                *at = count_on(*at, piece);
                Some(*at)
            });
            std::iter::once((1, 1)).chain(pieces).collect()
        });
        let mark = marks.get(offset / STEP).copied().unwrap_or((1, 1));
        let rest = self.text.as_bytes().get(offset / STEP * STEP..offset).unwrap_or_default();
        let (line, column) = count_on(mark, rest);
        Location { file: Arc::clone(&self.file), line, column: Some(column) }
    }

    pub(crate) fn spot(&self, offset: usize) -> Spot<'_> {
        Spot { lines: self, offset }
    }
}

/// The offset of `part`, which is a part of `text`.
pub(super) fn offset_in(text: &str, part: &str) -> usize {
    part.as_ptr().addr().saturating_sub(text.as_ptr().addr())
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

fn count_on((mut line, mut column): (u32, u32), bytes: &[u8]) -> (u32, u32) {
    for byte in bytes {
        match byte {
            b'\n' => (line, column) = (line.saturating_add(1), 1),
            // The second and later bytes of a character.
            0x80..=0xBF => {}
            _ => column = column.saturating_add(1),
        }
    }
    (line, column)
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
    fn long_lines_are_counted_in_steps() {
        let text = format!("{}\n{}", "é".repeat(1000), "x".repeat(1000));
        let lines = Lines::new("f".into(), text);
        for (offset, shown) in [
            (254, "f:1:128"),
            (256, "f:1:129"),
            (1998, "f:1:1000"),
            (2001, "f:2:1"),
            (3001, "f:2:1001"),
        ] {
            assert_eq!(lines.place(offset).to_string(), shown);
        }
    }
}

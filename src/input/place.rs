//! Where something was read: a file, a line and, where it helps, a column.
//!
//! Text and byte offsets come in, places for messages go out. Nothing here reads a file.

use std::fmt;
use std::sync::Arc;

use crate::error::{Error, Kind, Result};

/// A place in a file of the user, shown as `~/.aws/config:12` or `~/.aws/accounts:3:17`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    /// The path as messages show it, with `~` for the home directory.
    pub file: Arc<str>,
    /// The line, counted from 1.
    pub line: u32,
    /// The column in characters, counted from 1, where the format has several things on a line.
    pub column: Option<u32>,
}

impl Place {
    /// The result, with this place before the message of an error. What is wrong in a file is `Config`, whatever
    /// it would be on the command line.
    ///
    /// # Errors
    /// Those of `result`.
    pub fn locate<T>(&self, result: Result<T>) -> Result<T> {
        result.map_err(|error| Error { kind: Kind::Config, message: format!("{self}: {}", error.message), ..error })
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.file, self.line)?;
        self.column.map_or(Ok(()), |column| write!(f, ":{column}"))
    }
}

/// Turns byte offsets of one text into places.
#[derive(Debug)]
pub struct Lines<'a> {
    file: Arc<str>,
    text: &'a str,
    starts: Vec<usize>,
}

impl<'a> Lines<'a> {
    /// Counts the lines once.
    pub fn new(file: Arc<str>, text: &'a str) -> Self {
        let ends = text.bytes().enumerate().filter(|&(_, byte)| byte == b'\n').map(|(at, _)| at + 1);
        Self { file, text, starts: std::iter::once(0).chain(ends).collect() }
    }

    /// The place of the character at a byte offset.
    pub fn place(&self, offset: usize) -> Place {
        let line = self.starts.partition_point(|&start| start <= offset);
        let start = line.checked_sub(1).and_then(|index| self.starts.get(index)).copied().unwrap_or(0);
        let column = self.text.get(start..offset).map_or(0, |before| before.chars().count());
        Place { file: Arc::clone(&self.file), line: count(line), column: Some(count(column + 1)) }
    }
}

fn count(number: usize) -> u32 {
    u32::try_from(number).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn offsets_become_lines_and_columns() {
        let lines = Lines::new("f".into(), "ab\nçd\n");
        for (offset, shown) in [(0, "f:1:1"), (2, "f:1:3"), (3, "f:2:1"), (5, "f:2:2"), (7, "f:3:1"), (99, "f:3:1")] {
            assert_eq!(lines.place(offset).to_string(), shown);
        }
        assert_eq!(Place { file: "~/x".into(), line: 4, column: None }.to_string(), "~/x:4");
    }
}

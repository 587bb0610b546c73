//! A file as lines with the sections among them, and the ways to put lines there and take them
//! away.

use std::ops::Range;

use super::Found;
use crate::config::edit::file::lost;
use crate::config::profiles::{FileKind, Outline, outline};
use crate::error::{Error, Result};
use crate::types::Secret;
use crate::types::sanitize::escape_up_to;

/// How the line below a header begins that says whose section it is.
pub(super) const MARK: &str = "# Written by assume-role";
/// Keys that say who a profile is. A profile has one answer to that, so they go when another is
/// written.
pub(super) const IDENTITY: [&str; 19] = [
    "aws_access_key_id",
    "aws_secret_access_key",
    "aws_session_token",
    "aws_security_token",
    "x_security_token_expires",
    "role_arn",
    "source_profile",
    "credential_source",
    "credential_process",
    "web_identity_token_file",
    "mfa_serial",
    "external_id",
    "duration_seconds",
    "role_session_name",
    "sso_session",
    "sso_account_id",
    "sso_role_name",
    "sso_start_url",
    "sso_region",
];
const BYTE_ORDER_MARK: &[u8] = "\u{FEFF}".as_bytes();

pub(super) struct Text<'a> {
    file: FileKind,
    /// What stands before the first line: a byte order mark, or nothing.
    before: &'a [u8],
    lines: Vec<&'a [u8]>,
    pub outline: Vec<Outline>,
}

/// A section and the lines that are its own: without notes and empty lines behind its last entry.
pub(super) struct Section<'a> {
    pub outline: &'a Outline,
    pub lines: Range<usize>,
    text: &'a Text<'a>,
}

impl<'a> Text<'a> {
    pub(super) fn new(file: FileKind, bytes: &'a [u8]) -> Self {
        let (before, rest) = bytes.split_at(if bytes.starts_with(BYTE_ORDER_MARK) {
            BYTE_ORDER_MARK.len()
        } else {
            0
        });
        // What is not UTF-8 is read as something else and written as it was: the lines are the
        // same.
        let outline = outline(file, &String::from_utf8_lossy(rest));
        Self { file, before, lines: rest.split_inclusive(|byte| *byte == b'\n').collect(), outline }
    }

    pub(super) fn section(&'a self, name: &str, shown: &str) -> Result<Option<Section<'a>>> {
        let mut same = (0..self.outline.len()).filter(|&at| {
            self.outline.get(at).is_some_and(|section| section.is_profile && section.name == name)
        });
        let (first, second) = (same.next(), same.next());
        if let (Some(first), Some(second)) =
            (first.and_then(|at| self.at(at)), second.and_then(|at| self.at(at)))
        {
            let (first, second) = (first.outline.line, second.outline.line);
            return Err(Error::config(format!(
                "{shown}: profile '{}' stands there twice",
                escape_up_to(name, 80)
            ))
            .because(format!("in line {first} and in line {second}"))
            .hint("make one of the two"));
        }
        Ok(first.and_then(|at| self.at(at)))
    }

    pub(super) fn at(&'a self, at: usize) -> Option<Section<'a>> {
        let outline = self.outline.get(at)?;
        let index = |line: u32| usize::try_from(line).unwrap_or(usize::MAX).saturating_sub(1);
        let start = index(outline.line);
        let end = self.outline.get(at + 1).map_or(self.lines.len(), |next| index(next.line));
        let is_own = |line: &&[u8]| {
            let body = line.trim_ascii();
            !body.is_empty() && (!matches!(body.first(), Some(b'#' | b';')) || is_mark(line))
        };
        let last = self.lines.get(start..end)?.iter().rposition(is_own)?;
        Some(Section { outline, lines: start..start + last + 1, text: self })
    }

    /// How lines end here: as the last one with an end does.
    fn line_end(&self) -> &'static [u8] {
        let last = self.lines.iter().rev().find(|line| line.ends_with(b"\n"));
        if last.is_some_and(|line| line.ends_with(b"\r\n")) { b"\r\n" } else { b"\n" }
    }

    fn ends_with_line(&self) -> bool {
        self.lines.last().is_none_or(|line| line.ends_with(b"\n"))
    }

    /// The lines at the end, behind an empty one.
    pub(super) fn appended(&self, lines: &[Vec<u8>]) -> Vec<u8> {
        let end = self.line_end();
        let mut bytes = [self.before, &self.lines.concat()].concat();
        if !self.ends_with_line() {
            bytes.extend_from_slice(end);
        }
        if !self.lines.is_empty() {
            bytes.extend_from_slice(end);
        }
        bytes.extend(joined(lines, end, self.ends_with_line()));
        bytes
    }

    pub(super) fn replaced(&self, range: Range<usize>, lines: &[Vec<u8>]) -> Vec<u8> {
        let part = |range: Range<usize>| self.lines.get(range).unwrap_or_default().concat();
        let old = self.lines.get(range.clone()).unwrap_or_default();
        let end = match old.first() {
            Some(header) if header.ends_with(b"\r\n") => b"\r\n",
            Some(header) if header.ends_with(b"\n") => &b"\n"[..],
            _ => self.line_end(),
        };
        let ends = old.last().is_some_and(|line| line.ends_with(b"\n"));
        [
            self.before,
            &part(0..range.start),
            &joined(lines, end, ends),
            &part(range.end..self.lines.len()),
        ]
        .concat()
    }

    pub(super) fn without(&self, range: Range<usize>) -> Vec<u8> {
        let part = |range: Range<usize>| self.lines.get(range).unwrap_or_default().concat();
        let old = self.lines.get(range.clone()).unwrap_or_default();
        let header = old.first().copied().unwrap_or_default();
        let end: &[u8] = if header.ends_with(b"\r\n") { b"\r\n" } else { b"\n" };
        let mut before = part(0..range.start);
        let has_empty_line = range
            .start
            .checked_sub(1)
            .and_then(|at| self.lines.get(at))
            .is_some_and(|line| *line == end);
        if has_empty_line {
            before.truncate(before.len() - end.len());
            // The file did not end with a line's end, so neither did what was written.
            if !old.last().is_some_and(|line| line.ends_with(b"\n")) && before.ends_with(end) {
                before.truncate(before.len() - end.len());
            }
        }
        [self.before, &before, &part(range.end..self.lines.len())].concat()
    }

    pub(super) fn check_others(&self, after: &[u8], name: &str, shown: &str) -> Result<()> {
        let after = Text::new(self.file, after);
        if self.others(name).eq(after.others(name)) {
            Ok(())
        } else {
            Err(lost(shown, "another section"))
        }
    }

    fn others(&self, name: &str) -> impl Iterator<Item = (&str, bool, Vec<(&str, &Secret, bool)>)> {
        let others = self
            .outline
            .iter()
            .filter(move |section| !(section.is_profile && section.name == name));
        others.map(|section| {
            let entries = section
                .entries
                .iter()
                .map(|entry| (entry.key.as_str(), &entry.value, entry.nested));
            (section.name.as_str(), section.is_profile, entries.collect())
        })
    }
}

impl Section<'_> {
    fn own(&self) -> &[&[u8]] {
        self.text.lines.get(self.lines.clone()).unwrap_or_default()
    }

    pub(super) fn is_ours(&self) -> bool {
        self.own().iter().any(|line| is_mark(line))
    }

    pub(super) fn found(&self) -> Found {
        let entries = &self.outline.entries;
        let value = |key: &str| {
            let is_it = |key_there: &str| key_there.eq_ignore_ascii_case(key);
            entries
                .iter()
                .rev()
                .find(|entry| !entry.nested && is_it(&entry.key))
                .map(|entry| entry.value.expose())
        };
        let is_identity = |key: &str| IDENTITY.iter().any(|known| known.eq_ignore_ascii_case(key));
        let long_lived = value("aws_access_key_id").filter(|id| {
            !id.starts_with("ASIA") && value("aws_session_token").is_none_or(str::is_empty)
        });
        let tail = |id: &str| id.chars().skip(id.chars().count().saturating_sub(4)).collect();
        Found {
            line: self.outline.line,
            is_ours: self.is_ours(),
            identity: entries
                .iter()
                .filter(|entry| is_identity(&entry.key))
                .map(|entry| entry.key.clone())
                .collect(),
            long_lived: long_lived.map(tail),
        }
    }

    /// The lines below the header, but neither the mark nor the entries of keys that go, with the
    /// lines that continue them.
    pub(super) fn lines_without(&self, goes: impl Fn(&str) -> bool) -> Vec<Vec<u8>> {
        let mut kept = Vec::new();
        let mut dropping = false;
        for (at, line) in self.own().iter().enumerate().skip(1) {
            let number = u32::try_from(self.lines.start + at + 1).unwrap_or(u32::MAX);
            if let Some(entry) =
                self.outline.entries.iter().find(|entry| entry.line == number && !entry.nested)
            {
                dropping = goes(&entry.key.to_ascii_lowercase());
            }
            let is_note = matches!(line.trim_ascii().first(), None | Some(b'#' | b';'));
            if !is_mark(line) && (is_note || !dropping) {
                let end = line.strip_suffix(b"\n").unwrap_or(line);
                kept.push(end.strip_suffix(b"\r").unwrap_or(end).to_vec());
            }
        }
        kept
    }
}

fn is_mark(line: &[u8]) -> bool {
    line.starts_with(MARK.as_bytes())
}

fn joined(lines: &[Vec<u8>], end: &[u8], with_last: bool) -> Vec<u8> {
    let mut bytes = lines.join(end);
    if with_last {
        bytes.extend_from_slice(end);
    }
    bytes
}

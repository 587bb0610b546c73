//! A file of profiles as lines, so that what is not meant stays byte for byte.

use std::collections::HashSet;
use std::ops::Range;

use crate::config::edit::file::lost;
use crate::config::files::TextFile;
use crate::config::index::ByName;
use crate::config::profiles::{Block, FileKind, Ini, MARK, TOKENS};
use crate::error::{Error, Result};
use crate::types::sanitize::escape_up_to;

/// The line of a profile that holds the secret of its key.
pub(crate) const SECRET: &str = "aws_secret_access_key";
/// Keys that say where a profile's credentials come from. There is one answer to that, so they go
/// when another is written.
pub(super) const IDENTITY: [&str; 24] = [
    crate::config::keyring::REFERENCE,
    crate::config::rotation::ROTATION,
    crate::config::rotation::OLD_SECRET,
    "aws_access_key_id",
    SECRET,
    TOKENS[0],
    TOKENS[1],
    "x_security_token_expires",
    "aws_account_id",
    "login_session",
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
/// The keys that make a profile a role of a sign-on.
pub(crate) const ROLE_OF_SIGN_ON: [&str; 3] = ["sso_session", "sso_account_id", "sso_role_name"];

#[derive(Debug)]
pub(crate) struct ExistingProfile {
    /// The line of its header, counted from 1.
    pub line: u32,
    pub is_ours: bool,
    /// The keys of [`IDENTITY`] that it has, as they are written.
    pub identity: Vec<String>,
    /// The last four characters of a long-lived key's id, when it holds one.
    pub long_lived: Option<String>,
    /// The values of [`ROLE_OF_SIGN_ON`], empty where it has none.
    pub sign_on: [String; 3],
}

/// A file as lines, with the sections among them.
pub(crate) struct ProfileFile<'a> {
    shown: &'a str,
    /// What precedes the first line: a byte order mark, or nothing.
    before: &'a [u8],
    /// With their ends.
    lines: Vec<&'a [u8]>,
    ini: Ini,
    by_name: ByName,
}

/// What a section becomes.
pub(super) struct Replaced {
    pub section: Range<usize>,
    /// Without their ends; none where it goes.
    pub lines: Vec<Vec<u8>>,
}

/// A section and the lines that are its own: not the comments and empty lines behind its last entry.
pub(super) struct OwnLines<'a> {
    block: &'a Block,
    pub lines: Range<usize>,
    file: &'a ProfileFile<'a>,
}

impl<'a> ProfileFile<'a> {
    pub(crate) fn new(kind: FileKind, bytes: &'a [u8], shown: &'a str) -> Self {
        let rest = bytes.strip_prefix(BYTE_ORDER_MARK).unwrap_or(bytes);
        let before = bytes.get(..bytes.len() - rest.len()).unwrap_or_default();
        // What is not UTF-8 is read as something else but written as it was: the lines are the same.
        let text = String::from_utf8_lossy(rest).into_owned();
        let ini = Ini::new(kind, TextFile { text, shown: "".into(), warning: None });
        let is_profile = |at: &usize| ini.blocks.get(*at).is_some_and(Block::is_profile);
        let by_name = ByName::new((0..ini.blocks.len()).filter(is_profile), |at| ini.name_at(at));
        let lines = rest.split_inclusive(|byte| *byte == b'\n').collect();
        Self { shown, before, lines, ini, by_name }
    }

    pub(crate) fn find(&self, name: &str) -> Result<Option<ExistingProfile>> {
        Ok(self.section(name)?.map(|section| section.describe()))
    }

    /// Where a profile stands, as messages name it.
    pub(crate) fn place(&self, profile: &ExistingProfile) -> String {
        format!("{}:{}", self.shown, profile.line)
    }

    pub(crate) fn ours(&self) -> impl Iterator<Item = &str> {
        let blocks = self.ini.blocks.iter();
        let ours = blocks.filter(|block| block.is_profile() && self.ini.is_ours(block));
        ours.map(|block| self.ini.name(block))
    }

    pub(super) fn section(&self, name: &str) -> Result<Option<OwnLines<'_>>> {
        let same = self.by_name.find(name, |at| self.ini.name_at(at));
        let line =
            |at: usize| self.ini.blocks.get(at).map_or(0, |block| self.ini.place(block).line);
        if let [first, second, ..] = same {
            let name = escape_up_to(name, 80);
            return Err(Error::config(format!(
                "{}: profile '{name}' is defined twice",
                self.shown
            ))
            .because(format!("in line {} and in line {}", line(*first), line(*second)))
            .hint("merge the two sections"));
        }
        Ok(same.first().and_then(|&at| self.section_at(at)))
    }

    fn section_at(&self, at: usize) -> Option<OwnLines<'_>> {
        let index = |block| usize::try_from(self.ini.place(block).line).map_or(0, |line| line - 1);
        let block = self.ini.blocks.get(at)?;
        let start = index(block);
        let end = self.ini.blocks.get(at + 1).map_or(self.lines.len(), index);
        let is_own = |line: &&[u8]| {
            let body = line.trim_ascii();
            !body.is_empty() && (!matches!(body.first(), Some(b'#' | b';')) || is_mark(line))
        };
        let last = self.lines.get(start..end)?.iter().rposition(is_own)?;
        Some(OwnLines { block, lines: start..start + last + 1, file: self })
    }

    /// How lines end here: as the last one with an end does.
    fn line_end(&self) -> &'static [u8] {
        let last = self.lines.iter().rev().find(|line| line.ends_with(b"\n"));
        if last.is_some_and(|line| line.ends_with(b"\r\n")) { b"\r\n" } else { b"\n" }
    }

    fn part(&self, range: Range<usize>) -> Vec<u8> {
        self.lines.get(range).unwrap_or_default().concat()
    }

    /// The file with other lines in place of sections, and more sections at its end, each behind an
    /// empty line. The empty line before a section that goes is the one that came with it.
    pub(super) fn with(&self, mut replaced: Vec<Replaced>, added: &[Vec<Vec<u8>>]) -> Vec<u8> {
        replaced.sort_by_key(|change| change.section.start);
        let (mut bytes, mut next) = (self.before.to_vec(), 0);
        for Replaced { section, lines } in replaced {
            bytes.extend(self.part(next..section.start));
            next = section.end;
            let old = self.lines.get(section.clone()).unwrap_or_default();
            let end = match old.first() {
                Some(header) if header.ends_with(b"\r\n") => b"\r\n",
                Some(header) if header.ends_with(b"\n") => &b"\n"[..],
                _ => self.line_end(),
            };
            let is_ended = old.last().is_some_and(|line| line.ends_with(b"\n"));
            let line_before = section.start.checked_sub(1).and_then(|at| self.lines.get(at));
            if !lines.is_empty() {
                bytes.extend(joined(&lines, end, is_ended));
            } else if line_before.is_some_and(|line| *line == end) {
                bytes.truncate(bytes.len() - end.len());
                // The file did not end with a line's end, so neither did what was written.
                if !is_ended && bytes.ends_with(end) {
                    bytes.truncate(bytes.len() - end.len());
                }
            }
        }
        bytes.extend(self.part(next..self.lines.len()));
        let end = self.line_end();
        for lines in added {
            let is_empty = bytes.len() == self.before.len();
            let is_ended = is_empty || bytes.ends_with(b"\n");
            bytes.extend_from_slice(if is_ended { b"" } else { end });
            bytes.extend_from_slice(if is_empty { b"" } else { end });
            bytes.extend(joined(lines, end, is_ended));
        }
        bytes
    }

    pub(super) fn check_others(&self, after: &ProfileFile<'_>, names: &[&str]) -> Result<()> {
        let names: HashSet<&str> = names.iter().copied().collect();
        let is_same = self.others(&names).eq(after.others(&names));
        if is_same { Ok(()) } else { Err(lost(self.shown, "another section")) }
    }

    /// What all sections but these say, wherever they are.
    fn others(
        &self,
        names: &HashSet<&str>,
    ) -> impl Iterator<Item = (&str, bool, Vec<(&str, &str, bool)>)> {
        let name_of = |block| self.ini.name(block);
        let others = self.ini.blocks.iter();
        let others =
            others.filter(move |block| !(block.is_profile() && names.contains(name_of(block))));
        others.map(move |block| {
            let ini = &self.ini;
            let told = |entry| (ini.key(entry), ini.value(entry), entry.nested);
            (name_of(block), block.is_profile(), ini.entries(block).iter().map(told).collect())
        })
    }
}

impl<'a> OwnLines<'a> {
    pub(super) fn own(&self) -> &[&'a [u8]] {
        self.file.lines.get(self.lines.clone()).unwrap_or_default()
    }

    pub(super) fn says(&self, (key, value): &(&str, String)) -> bool {
        self.entries().any(|(own_key, own_value)| own_key == *key && own_value == value)
    }

    pub(super) fn is_ours(&self) -> bool {
        self.file.ini.is_ours(self.block)
    }

    pub(super) fn entries(&self) -> impl DoubleEndedIterator<Item = (&'a str, &'a str)> {
        let ini = &self.file.ini;
        let entries = ini.entries(self.block).iter().filter(|entry| !entry.nested);
        entries.map(|entry| (ini.key(entry), ini.value(entry)))
    }

    fn describe(&self) -> ExistingProfile {
        let value = |key: &str| {
            self.entries()
                .rev()
                .find(|(own, _)| own.eq_ignore_ascii_case(key))
                .map(|(_, text)| text)
        };
        let is_identity = |key: &str| IDENTITY.iter().any(|known| known.eq_ignore_ascii_case(key));
        let long_lived = value("aws_access_key_id").filter(|id| {
            let is_set = |key: &&str| value(key).is_some_and(|token| !token.is_empty());
            !id.starts_with("ASIA") && !TOKENS.iter().any(is_set)
        });
        let tail = |id: &str| id.chars().skip(id.chars().count().saturating_sub(4)).collect();
        let keys = self.file.ini.entries(self.block).iter().map(|entry| self.file.ini.key(entry));
        ExistingProfile {
            line: self.file.ini.place(self.block).line,
            is_ours: self.is_ours(),
            identity: keys.filter(|key| is_identity(key)).map(str::to_owned).collect(),
            long_lived: long_lived.map(tail),
            sign_on: ROLE_OF_SIGN_ON.map(|key| value(key).unwrap_or_default().to_owned()),
        }
    }

    /// The lines below the header, but neither the mark nor the entries of keys that go, with the
    /// lines that continue them.
    pub(super) fn lines_without(&self, goes: impl Fn(&str) -> bool) -> Vec<Vec<u8>> {
        let ini = &self.file.ini;
        let indent_of = |line: &[u8]| line.len() - line.trim_ascii_start().len();
        let mut kept = Vec::new();
        let (mut dropping, mut indent) = (false, 0);
        for (line, number) in self.own().iter().zip(self.lines.start + 1..).skip(1) {
            let mut entries = ini.entries(self.block).iter().filter(|entry| !entry.nested);
            let begins = |place: u32| usize::try_from(place).is_ok_and(|line| line == number);
            let is_comment = matches!(line.trim_ascii().first(), None | Some(b'#' | b';'));
            if let Some(entry) = entries.find(|entry| begins(ini.place_of(entry).line)) {
                dropping = goes(&ini.key(entry).to_ascii_lowercase());
                indent = indent_of(line);
            } else if !is_comment && indent_of(line) <= indent {
                // What makes no sense there continues no entry.
                dropping = false;
            }
            if !is_mark(line) && (is_comment || !dropping) {
                let end = line.strip_suffix(b"\n").unwrap_or(line);
                kept.push(end.strip_suffix(b"\r").unwrap_or(end).to_vec());
            }
        }
        kept
    }
}

pub(super) fn header(file: FileKind, name: &str) -> String {
    match file {
        FileKind::Config if name.contains([' ', '\'']) => format!("[profile \"{name}\"]"),
        FileKind::Config if name != "default" => format!("[profile {name}]"),
        _ => format!("[{name}]"),
    }
}

pub(super) fn is_mark(line: &[u8]) -> bool {
    line.starts_with(MARK.as_bytes())
}

fn joined(lines: &[Vec<u8>], end: &[u8], ends_last: bool) -> Vec<u8> {
    let mut bytes = lines.join(end);
    if ends_last {
        bytes.extend_from_slice(end);
    }
    bytes
}

//! Profiles in a config or credentials file: found, written and removed, while every other byte stays.
//!
//! Where a section begins and ends is what our own reader says, and the result is read by it once
//! more: a change after which another section reads differently is not made. What is written ends as
//! the file ends, in lines as the file has them, so that removing it gives back the bytes of before.

mod amend;

pub(crate) use amend::amend;
use amend::header;

use std::ops::Range;

use super::file::lost;
use crate::config::files::TextFile;
use crate::config::profiles::{Block, FileKind, Ini};
use crate::error::{Error, Result};
use crate::types::Name;
use crate::types::sanitize::escape_up_to;

/// How the line below a header begins that says that we wrote the section.
const MARK: &str = "# Written by assume-role";
/// Keys that say where a profile's credentials come from. There is one answer to that, so they go
/// when another is written.
const IDENTITY: [&str; 22] = [
    crate::config::keyring::REFERENCE,
    "aws_access_key_id",
    "aws_secret_access_key",
    "aws_session_token",
    "aws_security_token",
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
const SECRETS: [&str; 2] = ["aws_secret_access_key", "aws_session_token"];
const BYTE_ORDER_MARK: &[u8] = "\u{FEFF}".as_bytes();

#[derive(Debug)]
pub(crate) struct ExistingProfile {
    /// The line of its header, counted from 1.
    pub line: u32,
    /// Whether we wrote it.
    pub is_ours: bool,
    /// The keys of [`IDENTITY`] that it has, as they are written.
    pub identity: Vec<String>,
    /// The last four characters of a long-lived key's id, when it holds one.
    pub long_lived: Option<String>,
}

pub(crate) struct NewProfile<'a> {
    pub name: &'a Name,
    pub entries: &'a [(&'static str, String)],
}

pub(crate) fn find(
    file: FileKind,
    bytes: &[u8],
    name: &str,
    shown: &str,
) -> Result<Option<ExistingProfile>> {
    Ok(ProfileFile::new(file, bytes).section(name, shown)?.map(|section| section.describe()))
}

/// The names of the profiles that we wrote.
pub(crate) fn ours(file: FileKind, bytes: &[u8]) -> Vec<String> {
    let text = ProfileFile::new(file, bytes);
    let sections = (0..text.ini.blocks.len()).filter_map(|at| text.section_at(at));
    sections
        .filter(|section| section.is_ours() && section.block.is_profile())
        .map(|section| text.ini.name(section.block).to_owned())
        .collect()
}

/// The bytes with the profile: in place of the one of its name, else at the end. Of one that is
/// there, only the keys that say where credentials come from go; its other settings stay.
pub(crate) fn put(
    file: FileKind,
    bytes: &[u8],
    new: &NewProfile<'_>,
    shown: &str,
) -> Result<Vec<u8>> {
    let name = new.name.as_str();
    check(file, new)?;
    let text = ProfileFile::new(file, bytes);
    let mut lines = vec![header(file, name).into_bytes(), mark(name).into_bytes()];
    lines.extend(new.entries.iter().map(|(key, value)| format!("{key} = {value}").into_bytes()));
    let after = match text.section(name, shown)? {
        Some(section) => {
            let goes = |key: &str| {
                IDENTITY.contains(&key) || new.entries.iter().any(|(new, _)| *new == key)
            };
            lines.extend(section.lines_without(goes));
            text.replaced(section.lines.clone(), &lines)
        }
        None => text.appended(&lines),
    };
    let written = ProfileFile::new(file, &after);
    text.check_others(&written, name, shown)?;
    let is_written = written.section(name, shown)?.is_some_and(|section| {
        section.is_ours() && new.entries.iter().all(|entry| section.says(entry))
    });
    if is_written { Ok(after) } else { Err(lost(shown, "the profile that was to be written")) }
}

/// The bytes without the profile, and without the empty line that was written before it.
pub(crate) fn remove(file: FileKind, bytes: &[u8], name: &str, shown: &str) -> Result<Vec<u8>> {
    let text = ProfileFile::new(file, bytes);
    let Some(section) = text.section(name, shown)? else { return Ok(bytes.to_vec()) };
    let after = text.without(section.lines.clone());
    text.check_others(&ProfileFile::new(file, &after), name, shown)?;
    Ok(after)
}

/// The text of a config file without the profiles of these names, for a copy that defines them anew,
/// and whether it had any of them.
pub(crate) fn without(file: TextFile, names: &[&str]) -> Result<(String, bool)> {
    let text = file.text.clone();
    let ini = Ini::new(FileKind::Config, file);
    let goes = |block: &&Block| block.is_profile() && names.contains(&ini.name(block));
    for block in ini.blocks.iter().filter(|block| !goes(block)) {
        for (key, _, place) in ini.entries(block).iter().map(|entry| ini.entry(entry)) {
            if SECRETS.contains(&key.to_ascii_lowercase().as_str()) {
                return Err(Error::config(format!("{place}: keys in this file would be copied"))
                    .hint(
                        "move them to ~/.aws/credentials, where AWS's tools look for keys first",
                    ));
            }
        }
    }
    let mut headers = ini.blocks.iter().peekable();
    let mut kept = String::with_capacity(text.len());
    let mut is_kept = true;
    for (line, number) in text.split_inclusive('\n').zip(1..) {
        if let Some(block) = headers.next_if(|block| ini.place(block).line == number) {
            is_kept = !goes(&block);
        }
        if is_kept {
            kept.push_str(line);
        }
    }
    Ok((kept, ini.blocks.iter().any(|block| goes(&block))))
}

fn mark(name: &str) -> String {
    let odd = [' ', '\'', '&', '(', ')', '*', '#', ';', '|', '<', '>', '?', '!', '[', ']', '~'];
    let word = if name.contains(odd) { format!("\"{name}\"") } else { name.to_owned() };
    format!("{MARK}; to take it away: assume-role profile remove {word}")
}

/// Refuses what the readers of AWS understand in different ways.
fn check(file: FileKind, new: &NewProfile<'_>) -> Result<()> {
    let name = new.name.as_str();
    let odd: &[char] =
        if file == FileKind::Config { &['[', ']', '#', ';'] } else { &['[', ']', '#', ';', '\''] };
    if let Some(character) = name.chars().find(|character| odd.contains(character)) {
        let name = escape_up_to(name, 80);
        return Err(Error::config(format!("'{name}' cannot be the name of a profile"))
            .because(format!("not every program that reads the file takes {character} in a name"))
            .hint("take a plainer name"));
    }
    let comment = [" #", " ;", "\t#", "\t;"];
    for (key, value) in new.entries {
        if value.is_empty()
            || value.trim() != value
            || value.contains(['\n', '\r'])
            || comment.iter().any(|start| value.contains(start))
        {
            let value = escape_up_to(value, 120);
            return Err(Error::config(format!("{key} cannot be '{value}' in a profile")).because(
                "for some programs a blank before # or ; starts a comment, and a line ends the value",
            ));
        }
    }
    Ok(())
}

/// A file as lines, with the sections among them.
struct ProfileFile<'a> {
    /// What precedes the first line: a byte order mark, or nothing.
    before: &'a [u8],
    /// With their ends.
    lines: Vec<&'a [u8]>,
    ini: Ini,
}

/// A section and the lines that are its own: not the comments and empty lines behind its last entry.
struct OwnLines<'a> {
    block: &'a Block,
    lines: Range<usize>,
    file: &'a ProfileFile<'a>,
}

impl<'a> ProfileFile<'a> {
    fn new(kind: FileKind, bytes: &'a [u8]) -> Self {
        let rest = bytes.strip_prefix(BYTE_ORDER_MARK).unwrap_or(bytes);
        let before = bytes.get(..bytes.len() - rest.len()).unwrap_or_default();
        // What is not UTF-8 is read as something else but written as it was: the lines are the same.
        let text = String::from_utf8_lossy(rest).into_owned();
        let ini = Ini::new(kind, TextFile { text, shown: "".into(), warning: None });
        Self { before, lines: rest.split_inclusive(|byte| *byte == b'\n').collect(), ini }
    }

    fn section(&'a self, name: &str, shown: &str) -> Result<Option<OwnLines<'a>>> {
        let blocks = self.ini.blocks.iter().enumerate();
        let mut same =
            blocks.filter(|(_, block)| block.is_profile() && self.ini.name(block) == name);
        let (first, second) = (same.next(), same.next());
        if let (Some((_, first)), Some((_, second))) = (first, second) {
            let line = |block| self.ini.place(block).line;
            let name = escape_up_to(name, 80);
            return Err(Error::config(format!("{shown}: profile '{name}' is defined twice"))
                .because(format!("in line {} and in line {}", line(first), line(second)))
                .hint("merge the two sections"));
        }
        Ok(first.and_then(|(at, _)| self.section_at(at)))
    }

    fn section_at(&'a self, at: usize) -> Option<OwnLines<'a>> {
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

    /// The file with the lines at its end, behind an empty one.
    fn appended(&self, lines: &[Vec<u8>]) -> Vec<u8> {
        let end = self.line_end();
        let ends_with_line = self.lines.last().is_none_or(|line| line.ends_with(b"\n"));
        let mut bytes = [self.before, &self.lines.concat()].concat();
        if !ends_with_line {
            bytes.extend_from_slice(end);
        }
        if !self.lines.is_empty() {
            bytes.extend_from_slice(end);
        }
        bytes.extend(joined(lines, end, ends_with_line));
        bytes
    }

    fn replaced(&self, range: Range<usize>, lines: &[Vec<u8>]) -> Vec<u8> {
        let old = self.lines.get(range.clone()).unwrap_or_default();
        let end = match old.first() {
            Some(header) if header.ends_with(b"\r\n") => b"\r\n",
            Some(header) if header.ends_with(b"\n") => &b"\n"[..],
            _ => self.line_end(),
        };
        let new = joined(lines, end, old.last().is_some_and(|line| line.ends_with(b"\n")));
        let behind = self.part(range.end..self.lines.len());
        [self.before, &self.part(0..range.start), &new, &behind].concat()
    }

    fn without(&self, range: Range<usize>) -> Vec<u8> {
        let old = self.lines.get(range.clone()).unwrap_or_default();
        let header = old.first().copied().unwrap_or_default();
        let end: &[u8] = if header.ends_with(b"\r\n") { b"\r\n" } else { b"\n" };
        let mut before = self.part(0..range.start);
        let line_before = range.start.checked_sub(1).and_then(|at| self.lines.get(at));
        if line_before.is_some_and(|line| *line == end) {
            before.truncate(before.len() - end.len());
            // The file did not end with a line's end, so neither did what was written.
            if !old.last().is_some_and(|line| line.ends_with(b"\n")) && before.ends_with(end) {
                before.truncate(before.len() - end.len());
            }
        }
        [self.before, &before, &self.part(range.end..self.lines.len())].concat()
    }

    fn check_others(&self, after: &ProfileFile<'_>, name: &str, shown: &str) -> Result<()> {
        let is_same = self.others(name).eq(after.others(name));
        if is_same { Ok(()) } else { Err(lost(shown, "another section")) }
    }

    /// What all sections but one say, wherever they are.
    fn others(&self, name: &str) -> impl Iterator<Item = (&str, bool, Vec<(&str, &str, bool)>)> {
        let name_of = |block| self.ini.name(block);
        let others = self.ini.blocks.iter();
        let others = others.filter(move |block| !(block.is_profile() && name_of(block) == name));
        others.map(move |block| {
            let entries = self.ini.entries(block).iter().map(|entry| {
                let (key, value, _) = self.ini.entry(entry);
                (key, value, entry.nested)
            });
            (name_of(block), block.is_profile(), entries.collect())
        })
    }
}

impl<'a> OwnLines<'a> {
    fn own(&self) -> &[&'a [u8]] {
        self.file.lines.get(self.lines.clone()).unwrap_or_default()
    }

    fn says(&self, (key, value): &(&str, String)) -> bool {
        self.entries().any(|(own_key, own_value)| own_key == *key && own_value == value)
    }

    fn is_ours(&self) -> bool {
        self.own().iter().any(|line| is_mark(line))
    }

    fn entries(&self) -> impl DoubleEndedIterator<Item = (&'a str, &'a str)> {
        let ini = &self.file.ini;
        ini.entries(self.block).iter().filter(|entry| !entry.nested).map(|entry| {
            let (key, value, _) = ini.entry(entry);
            (key, value)
        })
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
            !id.starts_with("ASIA") && value("aws_session_token").is_none_or(str::is_empty)
        });
        let tail = |id: &str| id.chars().skip(id.chars().count().saturating_sub(4)).collect();
        let keys = self.file.ini.entries(self.block).iter().map(|entry| self.file.ini.key(entry));
        ExistingProfile {
            line: self.file.ini.place(self.block).line,
            is_ours: self.is_ours(),
            identity: keys.filter(|key| is_identity(key)).map(str::to_owned).collect(),
            long_lived: long_lived.map(tail),
        }
    }

    /// The lines below the header, but neither the mark nor the entries of keys that go, with the
    /// lines that continue them.
    fn lines_without(&self, goes: impl Fn(&str) -> bool) -> Vec<Vec<u8>> {
        let ini = &self.file.ini;
        let mut kept = Vec::new();
        let mut dropping = false;
        for (line, number) in self.own().iter().zip(self.lines.start + 1..).skip(1) {
            let mut entries = ini.entries(self.block).iter().filter(|entry| !entry.nested);
            let begins = |place: u32| usize::try_from(place).is_ok_and(|line| line == number);
            if let Some(entry) = entries.find(|entry| begins(ini.entry(entry).2.line)) {
                dropping = goes(&ini.key(entry).to_ascii_lowercase());
            }
            let is_comment = matches!(line.trim_ascii().first(), None | Some(b'#' | b';'));
            if !is_mark(line) && (is_comment || !dropping) {
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

fn joined(lines: &[Vec<u8>], end: &[u8], ends_last: bool) -> Vec<u8> {
    let mut bytes = lines.join(end);
    if ends_last {
        bytes.extend_from_slice(end);
    }
    bytes
}

#[cfg(test)]
mod tests;

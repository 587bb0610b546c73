//! One profile in a config or credentials file: found, written, taken away, while every other byte
//! stays.
//!
//! Bytes come in, bytes go out. What a section is and where it ends is what our own reader says
//! ([`outline`]), and the result is read by it once more: a change after which any other section
//! reads differently is not made. What is written ends as the file ends, in lines as the file has
//! them, so that taking it away gives back the bytes of before.

mod text;

use text::{IDENTITY, MARK, Section, Text};

use super::file::lost;
use crate::config::profiles::FileKind;
use crate::error::{Error, Result};
use crate::types::Name;
use crate::types::sanitize::escape_up_to;

#[derive(Debug)]
pub(crate) struct Found {
    pub line: u32,
    pub is_ours: bool,
    /// The keys it holds that say who it is, as they are written.
    pub identity: Vec<String>,
    /// The last four characters of a long-lived key's id, when it holds one.
    pub long_lived: Option<String>,
}

pub(crate) struct Wanted<'a> {
    pub name: &'a Name,
    pub entries: &'a [(&'static str, String)],
}

pub(crate) fn find(file: FileKind, bytes: &[u8], name: &str, shown: &str) -> Result<Option<Found>> {
    Ok(Text::new(file, bytes).section(name, shown)?.map(|section| section.found()))
}

pub(crate) fn ours(file: FileKind, bytes: &[u8]) -> Vec<String> {
    let text = Text::new(file, bytes);
    let sections = (0..text.outline.len()).filter_map(|at| text.at(at)).filter(Section::is_ours);
    sections
        .filter(|section| section.outline.is_profile)
        .map(|section| section.outline.name.clone())
        .collect()
}

/// The bytes with the profile as wanted: in place of the one of its name, else at the end. Of one
/// that is there, only what says who it is goes; its other settings stay.
pub(crate) fn put(
    file: FileKind,
    bytes: &[u8],
    wanted: &Wanted<'_>,
    shown: &str,
) -> Result<Vec<u8>> {
    let name = wanted.name.as_str();
    check(file, wanted)?;
    let text = Text::new(file, bytes);
    let header = match file {
        FileKind::Config if name.contains([' ', '\'']) => format!("[profile \"{name}\"]"),
        FileKind::Config => format!("[profile {name}]"),
        FileKind::Credentials => format!("[{name}]"),
    };
    let mut lines = vec![header.into_bytes(), mark(name).into_bytes()];
    lines.extend(wanted.entries.iter().map(|(key, value)| format!("{key} = {value}").into_bytes()));
    let after = match text.section(name, shown)? {
        Some(section) => {
            let goes = |key: &str| {
                IDENTITY.contains(&key) || wanted.entries.iter().any(|(new, _)| *new == key)
            };
            lines.extend(section.lines_without(goes));
            text.replaced(section.lines.clone(), &lines)
        }
        None => text.appended(&lines),
    };
    text.check_others(&after, name, shown)?;
    let stands = Text::new(file, &after).section(name, shown)?.is_some_and(|section| {
        let has = |(key, value): &(&str, String)| {
            section
                .outline
                .entries
                .iter()
                .any(|entry| entry.key == *key && entry.value.expose() == value)
        };
        section.is_ours() && wanted.entries.iter().all(has)
    });
    if stands { Ok(after) } else { Err(lost(shown, "the profile that was to be written")) }
}

/// The bytes without the profile, and without the empty line that was written before it.
pub(crate) fn remove(file: FileKind, bytes: &[u8], name: &str, shown: &str) -> Result<Vec<u8>> {
    let text = Text::new(file, bytes);
    let Some(section) = text.section(name, shown)? else { return Ok(bytes.to_vec()) };
    let after = text.without(section.lines.clone());
    text.check_others(&after, name, shown)?;
    Ok(after)
}

fn mark(name: &str) -> String {
    let word = if name
        .contains([' ', '\'', '&', '(', ')', '*', '#', ';', '|', '<', '>', '?', '!', '[', ']', '~'])
    {
        format!("\"{name}\"")
    } else {
        name.to_owned()
    };
    format!("{MARK}; to take it away: assume-role profile remove {word}")
}

/// What the readers of AWS understand in different ways is not written.
fn check(file: FileKind, wanted: &Wanted<'_>) -> Result<()> {
    let name = wanted.name.as_str();
    let odd: &[char] =
        if file == FileKind::Config { &['[', ']', '#', ';'] } else { &['[', ']', '#', ';', '\''] };
    if let Some(character) = name.chars().find(|character| odd.contains(character)) {
        return Err(Error::config(format!(
            "a profile cannot be called '{}' there",
            escape_up_to(name, 80)
        ))
        .because(format!("not every program that reads the file takes {character} in a name"))
        .hint("take a plainer name"));
    }
    let starts_a_note =
        |value: &str| [" #", " ;", "\t#", "\t;"].iter().any(|start| value.contains(start));
    for (key, value) in wanted.entries {
        if value.is_empty()
            || value.trim() != value
            || value.contains(['\n', '\r'])
            || starts_a_note(value)
        {
            return Err(Error::config(format!(
                "'{}' cannot stand as {key} in a profile",
                escape_up_to(value, 120)
            ))
            .because(
                "a blank before # or ; starts a note for some programs, and a line ends the value",
            ));
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests;

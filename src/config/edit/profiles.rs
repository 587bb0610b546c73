//! Profiles in a config or credentials file: found, written and removed, while every other byte stays.
//!
//! Where a section begins and ends is what our own reader says, and the result is read by it once
//! more: a change after which another section reads differently is not made. What is written ends as
//! the file ends, in lines as the file has them, so that removing it gives back the bytes of before.

mod amend;
mod lines;

pub use amend::amend;
pub(crate) use lines::{ExistingProfile, ProfileFile, ROLE_OF_SIGN_ON, SECRET};
use lines::{IDENTITY, OwnLines, Replaced, header};

use super::file::lost;
use crate::config::files::TextFile;
use crate::config::profiles::{Block, FileKind, Ini, MARK, TOKENS};
use crate::config::rotation::OLD_SECRET;
use crate::error::{Error, Result};
use crate::types::Name;
use crate::types::sanitize::escape_up_to;

pub struct NewProfile<'a> {
    pub name: &'a Name,
    pub entries: &'a [(&'static str, String)],
}

/// The bytes with these profiles, each in place of the one of its name, else at the end, and without
/// those that go. Of one that is there, only the keys that say where credentials come from go; its
/// other settings stay. No two have the same name.
pub fn edit(
    file: FileKind,
    bytes: &[u8],
    new: &[NewProfile<'_>],
    gone: &[&str],
    shown: &str,
) -> Result<Vec<u8>> {
    let text = ProfileFile::new(file, bytes, shown);
    let (mut replaced, mut added) = (Vec::new(), Vec::new());
    for new in new {
        check(file, new)?;
        let name = new.name.as_str();
        let mut lines = vec![header(file, name).into_bytes(), mark(name).into_bytes()];
        let entries = new.entries.iter();
        lines.extend(entries.map(|(key, value)| format!("{key} = {value}").into_bytes()));
        let Some(section) = text.section(name)? else {
            added.push(lines);
            continue;
        };
        let is_new = |key: &str| new.entries.iter().any(|(new, _)| *new == key);
        lines.extend(section.lines_without(|key| IDENTITY.contains(&key) || is_new(key)));
        replaced.push(Replaced { section: section.lines, lines });
    }
    for name in gone {
        let section = text.section(name)?;
        replaced.extend(section.map(|it| Replaced { section: it.lines, lines: Vec::new() }));
    }
    let after = text.with(replaced, &added);
    let written = ProfileFile::new(file, &after, shown);
    let names = new.iter().map(|new| new.name.as_str()).chain(gone.iter().copied());
    text.check_others(&written, &names.collect::<Vec<_>>())?;
    for new in new {
        let is_written = |section: OwnLines<'_>| {
            section.is_ours() && new.entries.iter().all(|entry| section.says(entry))
        };
        if !written.section(new.name.as_str())?.is_some_and(is_written) {
            return Err(lost(shown, "the profile that was to be written"));
        }
    }
    Ok(after)
}

/// The text of a config file without the profiles of these names, for a copy that defines them anew,
/// and whether it had any of them.
pub(crate) fn without(file: TextFile, names: &[&str]) -> Result<(String, bool)> {
    let text = file.text.clone();
    let ini = Ini::new(FileKind::Config, file);
    let goes = |block: &&Block| block.is_profile() && names.contains(&ini.name(block));
    for block in ini.blocks.iter().filter(|block| !goes(block)) {
        for entry in ini.entries(block) {
            let is = |own: &&str| ini.is_key(entry, own);
            if is(&SECRET) || is(&OLD_SECRET) || TOKENS.iter().any(is) {
                return Err(Error::config(format!(
                    "{}: keys in this file would be copied",
                    ini.place_of(entry)
                ))
                .hint("move them to ~/.aws/credentials, where AWS's tools look for keys first"));
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
pub(crate) fn check(file: FileKind, new: &NewProfile<'_>) -> Result<()> {
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

#[cfg(test)]
mod tests;

//! A few entries of a profile set and others taken out; whose profile it is does not change.

use super::lines::{OwnLines, ProfileFile, Replaced, header, is_mark};
use crate::config::edit::file::lost;
use crate::config::profiles::FileKind;
use crate::error::Result;

/// The bytes with these entries in the profile, and without those of the keys that go. A profile
/// that is not there is made when there is something to say; one that says nothing any more goes.
pub fn amend(
    file: FileKind,
    bytes: &[u8],
    name: &str,
    set: &[(&'static str, String)],
    drops: &[&str],
    shown: &str,
) -> Result<Vec<u8>> {
    let text = ProfileFile::new(file, bytes, shown);
    let new = || set.iter().map(|(key, value)| format!("{key} = {value}").into_bytes());
    let goes = |key: &str| drops.contains(&key) || set.iter().any(|(new, _)| *new == key);
    let after = match text.section(name)? {
        Some(section) => {
            let rest = section.lines_without(goes);
            let marks = section.own().iter().filter(|line| is_mark(line));
            let first = section.own().first().into_iter().chain(marks);
            let head = first.map(|line| line.trim_ascii_end().to_vec());
            let is_empty = rest.is_empty() && set.is_empty();
            let lines = head.chain(new()).chain(rest).filter(|_| !is_empty).collect();
            text.with(vec![Replaced { section: section.lines, lines }], &[])
        }
        None if set.is_empty() => bytes.to_vec(),
        None => {
            let header = std::iter::once(header(file, name).into_bytes());
            text.with(Vec::new(), &[header.chain(new()).collect()])
        }
    };
    let written = ProfileFile::new(file, &after, shown);
    text.check_others(&written, &[name])?;
    let is_written = |section: &OwnLines<'_>| {
        let gone = |(key, _): (&str, &str)| !drops.contains(&key.to_ascii_lowercase().as_str());
        set.iter().all(|entry| section.says(entry)) && section.entries().all(gone)
    };
    match written.section(name)? {
        Some(section) if !is_written(&section) => Err(lost(shown, "what was to be written")),
        None if !set.is_empty() => Err(lost(shown, "what was to be written")),
        _ => Ok(after),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const DROPS: [&str; 2] = ["aws_access_key_id", "aws_secret_access_key"];

    fn amended(file: FileKind, before: &str, set: &[(&'static str, String)]) -> String {
        let after = amend(file, before.as_bytes(), "default", set, &DROPS, "f").unwrap();
        String::from_utf8(after).unwrap()
    }

    #[test]
    fn a_section_keeps_what_it_is_not_told_to_lose() {
        let credentials = FileKind::Credentials;
        for (before, after) in [
            ("[default]\naws_access_key_id = A\naws_secret_access_key = B\n", ""),
            (
                "[a]\nx = 1\n\n[default]\nAWS_Access_Key_ID = A\naws_secret_access_key=B\nregion = r\n",
                "[a]\nx = 1\n\n[default]\nregion = r\n",
            ),
            (
                "[default]\n# mine\naws_access_key_id = A\naws_secret_access_key = B\n[b]\ny = 2\n",
                "[default]\n# mine\n[b]\ny = 2\n",
            ),
            ("[b]\ny = 2\n", "[b]\ny = 2\n"),
        ] {
            assert_eq!(amended(credentials, before, &[]), after);
        }
    }

    #[test]
    fn entries_are_set_where_the_profile_is_or_will_be() {
        let set = [("assume_role_keys", "pass K".to_owned())];
        for (before, after) in [
            ("", "[default]\nassume_role_keys = pass K\n"),
            ("[default]\nregion = r\n", "[default]\nassume_role_keys = pass K\nregion = r\n"),
            (
                "[profile b]\nx = 1\n",
                "[profile b]\nx = 1\n\n[default]\nassume_role_keys = pass K\n",
            ),
            (
                "[default]\nassume_role_keys = pass OLD\r\nregion = r\n",
                "[default]\nassume_role_keys = pass K\nregion = r\n",
            ),
        ] {
            assert_eq!(amended(FileKind::Config, before, &set), after);
        }
    }
}

//! A config file without some of its profiles, for a copy that defines them anew.
//!
//! Text comes in, the same text without the lines of those sections goes out, and nothing else
//! about it changes.

use super::header::{FileKind, SectionKind};
use super::ini::Ini;
use crate::config::files::TextFile;
use crate::error::{Error, Result};

const SECRETS: [&str; 2] = ["aws_secret_access_key", "aws_session_token"];

/// The text of a config file without the profiles of these names, and whether it had any of them.
pub(crate) fn without(file: TextFile, names: &[&str]) -> Result<(String, bool)> {
    let text = file.text.clone();
    let ini = Ini::new(FileKind::Config, file);
    let goes = |name: &str, kind: SectionKind| {
        matches!(kind, SectionKind::Profile | SectionKind::BareDefault) && names.contains(&name)
    };
    let mut headers = ini
        .blocks
        .iter()
        .map(|block| (ini.place(block).line, goes(ini.name(block), block.kind)))
        .peekable();
    let had_any = headers.clone().any(|(_, goes)| goes);
    for block in ini.blocks.iter().filter(|block| !goes(ini.name(block), block.kind)) {
        for (key, _, place) in ini.entries(block).iter().map(|entry| ini.entry(entry)) {
            if SECRETS.contains(&key.to_ascii_lowercase().as_str()) {
                return Err(Error::config(format!("{place}: keys in this file would be copied"))
                    .hint(
                        "move them to ~/.aws/credentials, where AWS's tools look for keys first",
                    ));
            }
        }
    }
    let mut kept = String::with_capacity(text.len());
    let mut within = false;
    for (line, number) in text.split_inclusive('\n').zip(1..) {
        if let Some((_, goes)) = headers.next_if(|(header, _)| *header == number) {
            within = goes;
        }
        if !within {
            kept.push_str(line);
        }
    }
    Ok((kept, had_any))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cut(text: &str, names: &[&str]) -> Result<(String, bool)> {
        without(
            TextFile { shown: "~/.aws/config".into(), text: text.to_owned(), warning: None },
            names,
        )
    }

    #[test]
    fn sections_go_with_all_their_lines() {
        let text = "# top\n[default]\nregion = a\n[profile \"b c\"]\nx = 1\n  [profile d]\n# y\n[profile d]\r\nz = 2\n\
                    [sso-session d]\nq = 3\n[profile d]\nagain = 4";
        let rest = "# top\n[default]\nregion = a\n[profile \"b c\"]\nx = 1\n  [profile d]\n# y\n[sso-session d]\nq = 3\n";
        assert_eq!(cut(text, &["d"]).unwrap(), (rest.to_owned(), true));
        assert_eq!(cut(text, &["none"]).unwrap(), (text.to_owned(), false));
        let (rest, _) = cut(text, &["default", "b c", "d"]).unwrap();
        assert_eq!(rest, "# top\n[sso-session d]\nq = 3\n");
    }

    #[test]
    fn secrets_are_not_copied() {
        let text = "[profile a]\naws_access_key_id = AKIA\nAWS_SECRET_ACCESS_KEY = x\n";
        let refusal = cut(text, &["b"]).unwrap_err();
        assert!(refusal.message.starts_with("~/.aws/config:3: "), "{refusal}");
        assert_eq!(cut(text, &["a"]).unwrap().0, "");
    }
}

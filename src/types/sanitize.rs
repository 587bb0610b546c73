//! Text from outside, made fit for a terminal.
//!
//! Account names, messages of AWS and lines of files may hold escape sequences, line breaks or
//! characters that turn the reading direction. [`escape`] makes each of them visible and cuts what
//! is too long, so that no byte of data ever reaches a terminal as a control function.

use std::borrow::Cow;

const LONGEST: usize = 200;

/// `text` with control, format and bidirectional characters escaped, cut after 200 characters.
pub(crate) fn escape(text: &str) -> String {
    escape_up_to(text, LONGEST)
}

/// As [`escape`], cut after `longest` characters of the source.
pub(crate) fn escape_up_to(text: &str, longest: usize) -> String {
    escaped_up_to(text, longest).into_owned()
}

/// The same for thousands of texts, most of which stay as they are.
pub(crate) fn escaped_up_to(text: &str, longest: usize) -> Cow<'_, str> {
    if text.len() <= longest && text.bytes().all(|byte| (0x20..0x7f).contains(&byte)) {
        return text.into();
    }
    let mut out = String::with_capacity(text.len().min(longest));
    for (count, character) in text.chars().enumerate() {
        if count == longest {
            out.push('…');
            break;
        }
        if is_plain(character) { out.push(character) } else { out.push_str(&escaped(character)) }
    }
    out.into()
}

/// A URL as messages show it: [`escape`]d, with `***` for a user name and password.
pub(crate) fn escape_url(url: &str) -> String {
    let start = url.find("://").map_or(0, |at| at + 3);
    let (scheme, rest) = url.split_at(start);
    let (authority, path) = rest.split_at(rest.find(['/', '?', '#']).unwrap_or(rest.len()));
    // A password may hold a slash: then what follows a colon is no port, and an @ stands behind it.
    let port = authority.rsplit_once(':').map_or("", |(_, port)| port);
    let has_no_port = !port.bytes().all(|byte| byte.is_ascii_digit());
    match (authority.rsplit_once('@'), rest.rsplit_once('@')) {
        (Some((_, host)), _) => escape(&format!("{scheme}***@{host}{path}")),
        (None, Some((_, host))) if has_no_port => escape(&format!("{scheme}***@{host}")),
        _ => escape(url),
    }
}

/// Whether a character is seen as itself and never obeyed: no control, no format or bidirectional
/// character, no line or paragraph separator, nothing that most fonts draw as nothing (the
/// Default_Ignorable_Code_Point set of Unicode, the blank Braille pattern), no noncharacter, no
/// private use. Two names that differ only in such characters would look the same.
pub fn is_plain(character: char) -> bool {
    let code = character as u32;
    if code < 0x7f {
        return code >= 0x20;
    }
    !(character.is_control()
        || matches!(code,
            0xAD | 0x34F | 0x61C | 0x115F | 0x1160 | 0x17B4 | 0x17B5 | 0x180B..=0x180F | 0x200B..=0x200F
            | 0x2028..=0x202E | 0x2060..=0x206F | 0x2800 | 0x3164 | 0xE000..=0xF8FF | 0xFDD0..=0xFDEF
            | 0xFE00..=0xFE0F | 0xFEFF | 0xFFA0 | 0xFFF0..=0xFFFB | 0x1BCA0..=0x1BCA3
            | 0x1D173..=0x1D17A | 0xE0000..=0xE0FFF | 0xF0000..)
        || code & 0xFFFE == 0xFFFE)
}

fn escaped(character: char) -> String {
    match character {
        '\n' => "\\n".to_owned(),
        '\r' => "\\r".to_owned(),
        '\t' => "\\t".to_owned(),
        other if (other as u32) < 0x100 => format!("\\x{:02x}", other as u32),
        other => format!("\\u{{{:x}}}", other as u32),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn controls_become_visible() {
        assert_eq!(escape("a\x1b]52;c;cm0=\x07\r\nb"), "a\\x1b]52;c;cm0=\\x07\\r\\nb");
        assert_eq!(escape("\u{202e}dorp\u{9b}"), "\\u{202e}dorp\\x9b");
    }

    #[test]
    fn invisible_characters_become_visible() {
        for invisible in "\u{ad}\u{34f}\u{115f}\u{1160}\u{17b4}\u{17b5}\u{180b}\u{180d}\u{180f}\u{200b}\u{2060}\
                          \u{2065}\u{2800}\u{3164}\u{fe0f}\u{feff}\u{ffa0}\u{fff0}\u{1bca0}\u{1d173}\u{e0001}\
                          \u{e0100}"
            .chars()
        {
            let shown = escape(&format!("a{invisible}"));
            assert_eq!(shown, format!("a{}", escaped(invisible)));
            assert!(shown.is_ascii(), "{shown}");
        }
        assert_eq!(escape("Zürich 日本 한국 R&D"), "Zürich 日本 한국 R&D");
    }

    #[test]
    fn a_url_shows_no_password() {
        for (url, shown) in [
            ("https://sts.example.com/x?y=a@b", "https://sts.example.com/x?y=a@b"),
            ("https://sts.example.com:443/x?y=a@b", "https://sts.example.com:443/x?y=a@b"),
            ("https://user:hunter2@sts.example.com/x", "https://***@sts.example.com/x"),
            ("https://user:hun@ter2@sts.example.com", "https://***@sts.example.com"),
            ("https://user:hun/ter2@sts.example.com", "https://***@sts.example.com"),
            ("user:hunter2@sts.example.com:443", "***@sts.example.com:443"),
            ("http://proxy:3128\u{1b}", "http://proxy:3128\\x1b"),
        ] {
            assert_eq!(escape_url(url), shown);
        }
    }

    #[test]
    fn long_text_is_cut_by_characters() {
        assert_eq!(escape_up_to("日本語", 2), "日本…");
    }
}

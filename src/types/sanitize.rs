//! Text from outside, made fit for a terminal.
//!
//! Account names, messages of AWS and lines of files may hold escape sequences, line breaks or
//! characters that turn the reading direction. [`escape`] makes each of them visible and cuts what
//! is too long, so that no byte of data ever reaches a terminal as a control function.

/// The longest text shown, in characters.
const LONGEST: usize = 200;

/// `text` with control, format and bidirectional characters escaped, cut after 200 characters.
pub(crate) fn escape(text: &str) -> String {
    escape_up_to(text, LONGEST)
}

/// As [`escape`], cut after `longest` characters of the source.
pub(crate) fn escape_up_to(text: &str, longest: usize) -> String {
    if text.len() <= longest && text.bytes().all(|byte| (0x20..0x7f).contains(&byte)) {
        return text.to_owned();
    }
    let mut out = String::with_capacity(text.len().min(longest));
    for (count, character) in text.chars().enumerate() {
        if count == longest {
            out.push('…');
            break;
        }
        if is_plain(character) { out.push(character) } else { out.push_str(&escaped(character)) }
    }
    out
}

/// Whether a character is only ever shown, never obeyed: no control, no format or bidirectional
/// character, no line or paragraph separator, no noncharacter, no private use.
pub fn is_plain(character: char) -> bool {
    let code = character as u32;
    if code < 0x7f {
        return code >= 0x20;
    }
    !(character.is_control()
        || matches!(code,
            0xAD | 0x61C | 0x180E | 0x200B..=0x200F | 0x2028..=0x202E | 0x2060..=0x206F | 0xFE00..=0xFE0F
            | 0xFEFF | 0xFFF9..=0xFFFB | 0xFDD0..=0xFDEF | 0xE000..=0xF8FF | 0xE0000..=0xE0FFF | 0xF0000..)
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
    fn long_text_is_cut_by_characters() {
        assert_eq!(escape_up_to("日本語", 2), "日本…");
    }
}

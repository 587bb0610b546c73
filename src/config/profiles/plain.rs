//! Sections whose lines stand each for itself, which nearly all are: read in one pass that keeps
//! nothing, where ten thousand are looked at once each.

use memchr::{memchr, memchr2};

use super::header::{trim_end, trim_start};

/// The longest line read, in bytes. No value of AWS is near it.
pub(super) const LONGEST_LINE: usize = 64 << 10;

/// Gives the keys and values of the lines below a header; `false` when a line is not one key and its
/// value, as one that is indented or has no name, which takes the whole reader.
#[inline(always)]
pub(super) fn each_plain<'a>(mut lines: &'a str, mut entry: impl FnMut(&'a str, &'a str)) -> bool {
    while !lines.is_empty() {
        let end = memchr(b'\n', lines.as_bytes()).unwrap_or(lines.len());
        let line = lines.get(..end).unwrap_or_default();
        lines = lines.get(end + 1..).unwrap_or_default();
        match line.as_bytes() {
            [] | [b'#' | b';', ..] => {}
            [b'!'..=b'~', ..] if line.len() <= LONGEST_LINE => {
                match split_around(trim_end(line), memchr2(b'=', b':', line.as_bytes())) {
                    Some((key, value)) if !key.is_empty() => entry(key, value),
                    _ => return false,
                }
            }
            _ if matches!(trim_start(line).as_bytes(), [] | [b'#' | b';', ..]) => {}
            _ => return false,
        }
    }
    true
}

#[inline(always)]
pub(super) fn split_around(line: &str, at: Option<usize>) -> Option<(&str, &str)> {
    let at = at?;
    Some((trim_end(line.get(..at)?), trim_start(line.get(at + 1..)?)))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::header::FileKind;
    use super::super::ini::Ini;
    use crate::config::files::TextFile;

    /// The lines of one section, and whether they are plain.
    fn check(lines: &str) -> bool {
        let text = format!("[profile a]\n{lines}");
        let file = TextFile { shown: "f".into(), text, warning: None };
        let ini = Ini::new(FileKind::Config, file);
        let block = &ini.blocks[0];
        let mut plain = Vec::new();
        let is_plain = ini.each_plain(block, |key, value| plain.push((key, value)));
        if is_plain {
            let entries = ini.entries(block);
            let read: Vec<_> = entries.iter().map(|it| (ini.key(it), ini.value(it))).collect();
            assert_eq!((plain, 0), (read, ini.read_problems(block).len()), "{lines:?}");
            assert!(entries.iter().all(|entry| !entry.nested), "{lines:?}");
        }
        is_plain
    }

    #[test]
    fn what_is_plain() {
        for (lines, is_plain) in [
            ("", true),
            ("x = 1\ny: 2\r\n\r\n# z\n  ; z\n\t\nX =\nx = é", true),
            ("x = [profile b]\ny\u{a0}= [", true),
            ("x =\n y = 2", false),
            (" x = 1", false),
            ("\u{a0}x = 1", false),
            ("日 = 1", false),
            ("x", false),
            ("= 1", false),
        ] {
            assert_eq!(check(lines), is_plain, "{lines:?}");
        }
        let long = |length: usize| format!("x = {}", "1".repeat(length - 4));
        assert!(check(&long(64 << 10)) && !check(&long((64 << 10) + 1)));
    }

    proptest! {
        #[test]
        fn plain_lines_are_read_as_by_the_whole_reader(
            lines in prop::collection::vec("([ab]{1,2} ?[=:] ?)?[ab#;=: \t\r\u{a0}日\\[\\]]{0,4}", 0..5),
        ) {
            check(&lines.join("\n"));
        }
    }
}

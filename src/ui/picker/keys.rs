//! Bytes of a terminal become keys. What is pasted is text, whatever it holds: a line's end in it
//! takes nothing.

use crate::types::sanitize::is_plain;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Key {
    Char(char),
    Enter,
    Backspace,
    ClearWord,
    Clear,
    Up,
    Down,
    PageUp,
    PageDown,
    First,
    Last,
    Leave,
}

#[derive(Debug, Default)]
pub(super) struct Keys {
    pending: Vec<u8>,
    /// Between the two ends of a bracketed paste.
    pasted: bool,
}

enum Start {
    Key(Key, usize),
    Nothing(usize),
    Paste(bool, usize),
    Unfinished,
}

impl Keys {
    pub(super) fn feed(&mut self, bytes: &[u8]) -> Vec<Key> {
        self.pending.extend(bytes);
        let mut keys = Vec::new();
        while !self.pending.is_empty() {
            let used = match start_of(&self.pending) {
                Start::Key(key, used) => {
                    keys.extend(if self.pasted { as_text(key) } else { Some(key) });
                    used
                }
                Start::Nothing(used) => used,
                Start::Paste(begins, used) => {
                    self.pasted = begins;
                    used
                }
                Start::Unfinished => break,
            };
            self.pending.drain(..used.min(self.pending.len()));
        }
        keys
    }

    /// Nothing more came for a while: an escape that stands alone is the key of that name.
    pub(super) fn idle(&mut self) -> Option<Key> {
        let alone = self.pending == b"\x1b" && !self.pasted;
        self.pending.clear();
        alone.then_some(Key::Leave)
    }
}

/// A key that was pasted: the blanks and line ends between words are blanks, other controls
/// nothing.
fn as_text(key: Key) -> Option<Key> {
    match key {
        Key::Char(_) => Some(key),
        Key::Enter | Key::Down => Some(Key::Char(' ')),
        _ => None,
    }
}

fn start_of(bytes: &[u8]) -> Start {
    match *bytes {
        [b'\x1b', b'[' | b'O', ref rest @ ..] => sequence(rest),
        [b'\x1b'] => Start::Unfinished,
        [b'\x1b', b'\x1b', ..] => Start::Key(Key::Leave, 2),
        // Alt with another key.
        [b'\x1b', ..] => Start::Nothing(2),
        [first, ..] if first < 0x20 || first == 0x7f => {
            control(first).map_or(Start::Nothing(1), |key| Start::Key(key, 1))
        }
        _ => character(bytes),
    }
}

fn control(byte: u8) -> Option<Key> {
    Some(match byte {
        b'\r' => Key::Enter,
        0x7f | 0x08 => Key::Backspace,
        // Ctrl-C, D, G, Q, Z, \: each is a way out that some program taught.
        0x03 | 0x04 | 0x07 | 0x11 | 0x1a | 0x1c => Key::Leave,
        // Ctrl-P, K and Ctrl-N, J.
        0x10 | 0x0b => Key::Up,
        0x0e | b'\n' | b'\t' => Key::Down,
        0x15 => Key::Clear,
        0x17 => Key::ClearWord,
        0x01 => Key::First,
        0x05 => Key::Last,
        _ => return None,
    })
}

/// A sequence behind `ESC [` or `ESC O` (ECMA-48; xterm, "PC-Style Function Keys").
fn sequence(rest: &[u8]) -> Start {
    let Some(end) = rest.iter().position(|byte| (0x40..=0x7e).contains(byte)) else {
        return Start::Unfinished;
    };
    let used = end + 3;
    let key = match rest.get(..=end).unwrap_or_default() {
        b"A" => Key::Up,
        b"B" => Key::Down,
        b"5~" => Key::PageUp,
        b"6~" => Key::PageDown,
        b"H" | b"1~" | b"7~" => Key::First,
        b"F" | b"4~" | b"8~" => Key::Last,
        b"Z" => Key::Up,
        b"200~" => return Start::Paste(true, used),
        b"201~" => return Start::Paste(false, used),
        _ => return Start::Nothing(used),
    };
    Start::Key(key, used)
}

fn character(bytes: &[u8]) -> Start {
    let length = match bytes.first() {
        Some(0xc0..=0xdf) => 2,
        Some(0xe0..=0xef) => 3,
        Some(0xf0..=0xf7) => 4,
        _ => 1,
    };
    let Some(text) = bytes.get(..length) else { return Start::Unfinished };
    match std::str::from_utf8(text).ok().and_then(|text| text.chars().next()) {
        Some(character) if is_plain(character) => Start::Key(Key::Char(character), length),
        Some(_) => Start::Nothing(length),
        None => Start::Nothing(1),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_in_one_piece_and_in_several() {
        let whole = "aé\x1b[A\x1bOB\x1b[5~\x1b[200~x\x1b[201~\x7f\r".as_bytes();
        let keys = [
            Key::Char('a'),
            Key::Char('é'),
            Key::Up,
            Key::Down,
            Key::PageUp,
            Key::Char('x'),
            Key::Backspace,
            Key::Enter,
        ];
        assert_eq!(Keys::default().feed(whole), keys);
        let mut slow = Keys::default();
        let one_by_one: Vec<Key> = whole.iter().flat_map(|byte| slow.feed(&[*byte])).collect();
        assert_eq!(one_by_one, keys);
    }

    #[test]
    fn what_is_pasted_is_text() {
        let typed = |bytes: &str| {
            let character = |key| match key {
                Key::Char(character) => character,
                other => panic!("{other:?}"),
            };
            Keys::default().feed(bytes.as_bytes()).into_iter().map(character).collect::<String>()
        };
        assert_eq!(typed("\x1b[200~prod\tread\r\nx\x03\x1b[A\x7f\x1b[201~y"), "prod read  xy");
        assert_eq!(typed("a\u{9b}31m\u{202e}\u{200b}b"), "a31mb");
        let mut keys = Keys::default();
        keys.feed(b"\x1b[200~a\x1b");
        assert_eq!((keys.idle(), keys.feed(b"\r")), (None, vec![Key::Char(' ')]));
    }

    #[test]
    fn an_escape_alone_leaves_and_half_a_key_is_forgotten() {
        let mut keys = Keys::default();
        assert_eq!(keys.feed(b"\x1b"), []);
        assert_eq!(keys.idle(), Some(Key::Leave));
        assert_eq!(keys.feed(b"\x1b[5"), []);
        assert_eq!(keys.idle(), None);
        assert_eq!(keys.feed(b"\xff\xc3\x03"), [Key::Leave]);
        for control in *b"\x04\x07\x11\x1a\x1c" {
            assert_eq!(keys.feed(&[control]), [Key::Leave]);
        }
    }
}

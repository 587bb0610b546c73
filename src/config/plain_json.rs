//! JSON as accounts files hold it, split without taking its values apart. serde_json spends 14
//! instructions on each byte that it passes over, which 20,000 accounts feel at each TAB.
//!
//! It recognizes only what is JSON beyond doubt: escapes, fractions and deep nesting are left to the
//! whole reader, and so is every mistake, since that one can say what is wrong.

/// How deep values may lie in each other: an account is an object of lists.
const DEPTH: u8 = 8;

/// Calls `found` with each key and value of a text that is one object; `None` when it may be none.
pub(super) fn members<'a>(text: &'a str, mut found: impl FnMut(&'a str, &'a str)) -> Option<()> {
    Cursor::read(text, |cursor| {
        cursor.each(b'{', b'}', |cursor| {
            let key = cursor.span(Cursor::string)?;
            cursor.colon()?;
            found(key.get(1..key.len() - 1)?, cursor.span(|cursor| cursor.value(DEPTH))?);
            Some(())
        })
    })
}

/// The elements of a text that is one list.
pub(super) fn elements(text: &str) -> Option<Vec<&str>> {
    // A role takes some eight bytes with its quotes and comma.
    let mut elements = Vec::with_capacity(text.len() / 8);
    Cursor::read(text, |cursor| {
        cursor.each(b'[', b']', |cursor| {
            elements.push(cursor.span(|cursor| cursor.value(DEPTH))?);
            Some(())
        })
    })?;
    Some(elements)
}

struct Cursor<'a> {
    text: &'a str,
    /// What is still to be read of it.
    rest: &'a [u8],
    /// The list that was recognized last.
    list: &'a str,
}

impl<'a> Cursor<'a> {
    /// Nothing may be left behind what is read.
    fn read(text: &'a str, read: impl FnOnce(&mut Self) -> Option<()>) -> Option<()> {
        let mut cursor = Cursor { text, rest: text.as_bytes(), list: "none yet" };
        read(&mut cursor)?;
        cursor.rest.is_empty().then_some(())
    }

    fn take(&mut self, wanted: u8) -> Option<()> {
        let (&first, rest) = self.rest.split_first()?;
        (first == wanted).then(|| self.rest = rest)
    }

    fn take_word(&mut self, word: &str) -> Option<()> {
        self.rest = self.rest.strip_prefix(word.as_bytes())?;
        Some(())
    }

    fn skip_blanks(&mut self) {
        while let Some((b' ' | b'\n' | b'\r' | b'\t', rest)) = self.rest.split_first() {
            self.rest = rest;
        }
    }

    fn span(&mut self, read: impl FnOnce(&mut Self) -> Option<()>) -> Option<&'a str> {
        let start = self.text.len() - self.rest.len();
        read(self)?;
        self.text.get(start..self.text.len() - self.rest.len())
    }

    fn string(&mut self) -> Option<()> {
        self.take(b'"')?;
        while let Some((&byte, rest)) = self.rest.split_first() {
            self.rest = rest;
            if ends(byte) {
                return (byte == b'"').then_some(());
            }
        }
        None
    }

    fn value(&mut self, depth: u8) -> Option<()> {
        match self.rest.first()? {
            b'"' => self.string(),
            // Accounts mostly have the same roles as the one before them.
            b'[' if self.take_word(self.list).is_some() => Some(()),
            b'[' => {
                let depth = depth.checked_sub(1)?;
                self.list =
                    self.span(|cursor| cursor.each(b'[', b']', |each| each.value(depth)))?;
                Some(())
            }
            b'{' => {
                let depth = depth.checked_sub(1)?;
                self.each(b'{', b'}', |cursor| {
                    cursor.string()?;
                    cursor.colon()?;
                    cursor.value(depth)
                })
            }
            b'1'..=b'9' => {
                while let Some((b'0'..=b'9', rest)) = self.rest.split_first() {
                    self.rest = rest;
                }
                (!matches!(self.rest.first(), Some(b'.' | b'e' | b'E'))).then_some(())
            }
            _ => ["true", "false", "null"].into_iter().find_map(|word| self.take_word(word)),
        }
    }

    fn colon(&mut self) -> Option<()> {
        self.skip_blanks();
        self.take(b':')?;
        self.skip_blanks();
        Some(())
    }

    /// Items with commas between them.
    fn each(
        &mut self,
        open: u8,
        close: u8,
        mut item: impl FnMut(&mut Self) -> Option<()>,
    ) -> Option<()> {
        self.take(open)?;
        self.skip_blanks();
        if self.take(close).is_some() {
            return Some(());
        }
        loop {
            item(self)?;
            self.skip_blanks();
            if self.take(close).is_some() {
                return Some(());
            }
            self.take(b',')?;
            self.skip_blanks();
        }
    }
}

/// Whether a byte ends a plain string, or makes it none. To look it up takes half of the instructions
/// that comparing takes.
#[expect(clippy::indexing_slicing, reason = "the table has a place for every byte")]
fn ends(byte: u8) -> bool {
    static ENDS: [bool; 256] = {
        let mut ends = [false; 256];
        let mut byte = 0;
        while byte < ends.len() {
            ends[byte] = byte < 0x20 || byte == b'"' as usize || byte == b'\\' as usize;
            byte += 1;
        }
        ends
    };
    ENDS[usize::from(byte)]
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::value::RawValue;

    use super::*;
    use crate::config::json::Members;

    fn split(text: &str) -> Option<Vec<(&str, &str)>> {
        let mut found = Vec::new();
        members(text, |key, value| found.push((key, value)))?;
        Some(found)
    }

    #[test]
    fn what_accounts_files_hold_is_plain() {
        let roles = r#"{"roles": ["x", "y"]}"#;
        for (text, found) in [
            ("{ }", vec![]),
            ("{\n \"a\" : 12 ,\r\t\"\u{e9}\":null}", vec![("a", "12"), ("\u{e9}", "null")]),
            (&format!(r#"{{"a":{roles},"a":{roles}}}"#), vec![("a", roles), ("a", roles)]),
        ] {
            assert_eq!(split(text).unwrap(), found, "{text}");
        }
        assert_eq!(elements(r#"["a", [], {}, true]"#).unwrap(), [r#""a""#, "[]", "{}", "true"]);
    }

    #[test]
    fn deep_nesting_costs_no_stack() {
        let deep = format!("{{\"a\": {}1{}}}", "[".repeat(100_000), "]".repeat(100_000));
        assert_eq!(split(&deep), None);
    }

    proptest! {
        #[test]
        fn it_finds_what_serde_json_finds(
            pieces in prop::collection::vec(
                prop::sample::select(
                    "{ } [ ] , : \" \"id\" \"é\" [\"a\",\"b\"] [\"a\" {\"id\":1} 1 0 12 1.5 1e3 - true false null nul \
                     \n \u{1} \\ \\n \\u0061 a".split(' ').collect::<Vec<_>>(),
                ),
                0..12,
            ),
        ) {
            let (list, object) = (format!("[{}]", pieces.concat()), format!("{{{}}}", pieces.concat()));
            if let Some(found) = elements(&list) {
                let whole: Vec<&RawValue> = serde_json::from_str(&list).unwrap();
                prop_assert_eq!(found, whole.iter().map(|value| value.get()).collect::<Vec<_>>());
            }
            if let Some(found) = split(&object) {
                let Members(whole) = serde_json::from_str(&object).unwrap();
                prop_assert_eq!(found.len(), whole.len());
                for ((key, value), (one, other)) in found.into_iter().zip(whole) {
                    prop_assert_eq!((key, value), (&*one, other.get()));
                }
            }
        }
    }
}

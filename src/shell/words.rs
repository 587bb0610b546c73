//! Words in one variable: how `ASSUME_ROLE_TARGET` and `ASSUME_ROLE_PREVIOUS` carry a request.
//!
//! The text that comes out holds nothing that any shell treats specially, so it survives even an
//! unquoted `eval`. What is read back may have been written by anyone: the caller validates every
//! word again.

use super::quote::word;

/// `words` as one line: joined by single blanks, every byte outside `[A-Za-z0-9_.@+=,:/-]` as
/// `%XX`. Empty words stand for nothing on the command line and are left out.
pub fn encode_words<S: AsRef<str>>(words: &[S]) -> String {
    let encoded: Vec<String> =
        words.iter().map(|word| encode(word.as_ref())).filter(|word| !word.is_empty()).collect();
    encoded.join(" ")
}

/// The words of a line that [`encode_words`] could have written; `None` for any other line.
pub fn decode_words(line: &str) -> Option<Vec<String>> {
    if line.is_empty() {
        return Some(Vec::new());
    }
    line.split(' ').map(decode).collect()
}

/// The words of a request as a person would type them: the target first, its options behind it,
/// quoted where a shell would see anything in them. A target that `is_verb` takes for a verb gets
/// its `--`.
pub fn command_line(words: &[String], is_verb: impl Fn(&str) -> bool) -> String {
    let border = words.iter().position(|word| word == "--").unwrap_or(words.len());
    let (options, target) = words.split_at(border);
    let target = target.get(1..).unwrap_or_default();
    let needs_border = target.iter().any(|word| word.starts_with('-'))
        || target.first().is_some_and(|word| is_verb(word));
    let border = needs_border.then_some("--");
    let (front, back) = if needs_border { (options, target) } else { (target, options) };
    let all = front.iter().map(String::as_str).chain(border).chain(back.iter().map(String::as_str));
    std::iter::once("assume-role".to_owned()).chain(all.map(word)).collect::<Vec<_>>().join(" ")
}

fn encode(word: &str) -> String {
    let mut out = String::with_capacity(word.len());
    for byte in word.bytes() {
        if is_plain(byte) {
            out.push(char::from(byte));
        } else {
            out.push_str(&format!("%{byte:02X}"));
        }
    }
    out
}

fn decode(word: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(word.len());
    let mut rest = word.as_bytes();
    while let Some((&first, tail)) = rest.split_first() {
        rest = match first {
            b'%' => {
                let (digits, after) = tail.split_at_checked(2)?;
                bytes.push(hex(digits)?);
                after
            }
            plain if is_plain(plain) => {
                bytes.push(plain);
                tail
            }
            _ => return None,
        };
    }
    String::from_utf8(bytes).ok().filter(|decoded| encode(decoded) == word && !word.is_empty())
}

fn is_plain(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"_.@+=,:/-".contains(&byte)
}

fn hex(digits: &[u8]) -> Option<u8> {
    let text = std::str::from_utf8(digits).ok()?;
    u8::from_str_radix(text, 16).ok()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_request_stays_readable() {
        assert_eq!(
            encode_words(&["R&D (eu)", "read", "", "eu-west-1"]),
            "R%26D%20%28eu%29 read eu-west-1"
        );
    }

    #[test]
    fn a_request_as_it_would_be_typed() {
        for (words, line) in [
            (
                &["--region=eu-west-1", "--", "staging admin", "read"][..],
                "'staging admin' read --region=eu-west-1",
            ),
            (&["--", "production", "read"], "production read"),
            (&["--profile=it's", "--"], "'--profile=it'\\''s'"),
            (&["--duration=4h", "--", "list", "read"], "--duration=4h -- list read"),
            (&["--", "-x", "read"], "-- -x read"),
        ] {
            let words: Vec<String> = words.iter().map(|&word| word.to_owned()).collect();
            assert_eq!(command_line(&words, |word| word == "list"), format!("assume-role {line}"));
        }
    }

    #[test]
    fn lines_that_were_not_written_here_are_refused() {
        for line in
            ["a  b", " a", "a ", "a%", "a%2", "a%2g", "%ff", "a*", "%61", "%2b", "é", "a%+1"]
        {
            assert_eq!(decode_words(line), None, "{line}");
        }
        assert_eq!(decode_words(""), Some(Vec::new()));
    }

    proptest! {
        #[test]
        fn words_come_back(words in proptest::collection::vec(".{1,20}", 0..6)) {
            let line = encode_words(&words);
            prop_assert!(line.bytes().all(|byte| is_plain(byte) || byte == b'%' || byte == b' '));
            prop_assert_eq!(decode_words(&line), Some(words));
        }
    }
}

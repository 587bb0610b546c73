//! A command line as words, by the rules of the AWS CLI (Python's `shlex.split`): quotes and backslashes as in a
//! POSIX shell, and nothing else of one. `~`, `$`, `*`, `;` and `#` are characters like any other.

/// The words, or why they have no end.
pub(super) fn split(text: &str) -> Result<Vec<String>, &'static str> {
    let mut words = Vec::new();
    let mut word: Option<String> = None;
    let mut quote = None;
    let mut characters = text.chars();
    while let Some(character) = characters.next() {
        match (character, quote) {
            (' ' | '\t' | '\r' | '\n', None) => words.extend(word.take()),
            ('\'' | '"', None) => {
                word.get_or_insert_default();
                quote = Some(character);
            }
            (_, Some(open)) if character == open => quote = None,
            ('\\', None | Some('"')) => {
                let next = characters.next().ok_or("nothing follows the last backslash")?;
                let word = word.get_or_insert_default();
                // Between double quotes a backslash means something before a quote and itself only.
                if quote.is_some() && !matches!(next, '"' | '\\') {
                    word.push('\\');
                }
                word.push(next);
            }
            _ => word.get_or_insert_default().push(character),
        }
    }
    if quote.is_some() {
        return Err("a quote is not closed");
    }
    words.extend(word);
    Ok(words)
}

#[cfg(test)]
mod tests {
    use super::split;

    #[test]
    fn words_as_the_aws_cli_splits_them() {
        for (text, words) in [
            ("", &[][..]),
            ("  a  b\tc\n", &["a", "b", "c"]),
            ("'a b' \"c d\" e\\ f", &["a b", "c d", "e f"]),
            ("a'b'\"c\"", &["abc"]),
            ("'' \"\"", &["", ""]),
            ("\"a\\\"b\\\\c\\d\"", &["a\"b\\c\\d"]),
            ("'a\\b'", &["a\\b"]),
            ("~/x $HOME *.y ; # z", &["~/x", "$HOME", "*.y", ";", "#", "z"]),
        ] {
            assert_eq!(split(text).unwrap(), words, "{text}");
        }
        assert!(split("'a").is_err() && split("\"a'").is_err() && split("a\\").is_err());
    }
}

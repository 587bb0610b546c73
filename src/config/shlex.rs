//! A command line as words, by the rules of the AWS CLI (Python's `shlex.split`): quotes and
//! backslashes as in a POSIX shell, and nothing else of one. `~`, `$`, `*`, `;` and `#` are
//! characters like any other.

use crate::error::{Error, Result};

/// The words of a command that is run without a shell. They are not shown: a command line may hold
/// a secret.
pub(crate) fn command_words(text: &str, place: &str) -> Result<Vec<String>> {
    let wrong = |why: &str| {
        Error::config(format!("{place}: that is no command: {why}"))
            .hint("words as in a shell, with quotes that close; it is run without a shell")
    };
    let words = split(text).map_err(wrong)?;
    if words.first().is_none_or(String::is_empty) {
        return Err(wrong("it names no program"));
    }
    Ok(words)
}

/// The words, or why they have no end.
fn split(text: &str) -> std::result::Result<Vec<String>, &'static str> {
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
    use super::*;

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

//! Words by the rules of Python's `shlex.split`, with which the AWS CLI reads commands and the names
//! of profiles: quotes and backslashes as in a POSIX shell, and nothing else of one. `~`, `$`, `*`,
//! `;` and `#` are characters like any other. The crates for this, `shlex` and `shell-words`, begin
//! a comment at `#`, as a shell does and `shlex.split` does not.

use crate::error::{Error, Result};

/// The words of a command that is run without a shell. They are not shown: a command line may hold
/// a secret.
pub(crate) fn command_words(text: &str, place: &str) -> Result<Vec<String>> {
    let refuse = |why: &str| {
        Error::config(format!("{place}: this is not a command: {why}"))
            .hint("words as in a shell, with quotes that close; it is run without a shell")
    };
    let words = split(text, |character| matches!(character, ' ' | '\t' | '\r' | '\n'));
    let words = words.map_err(refuse)?;
    if words.first().is_none_or(String::is_empty) {
        return Err(refuse("it names no program"));
    }
    Ok(words)
}

/// The words behind `credential-process` in a line that runs this program, whatever its name and path:
/// what we write puts an option and its value into one word. Granted has a verb of that name too.
pub(crate) fn own_words(line: &str) -> Option<Vec<String>> {
    let words = command_words(line, "").ok()?;
    let [program, verb, words @ ..] = words.as_slice() else { return None };
    let name = program.rsplit('/').next()?;
    let mut options = words.iter().take_while(|word| *word != "--");
    let is_ours = name == "assume-role"
        || !name.ends_with("granted") && options.all(|word| word.starts_with("--"));
    (is_ours && verb == "credential-process").then(|| words.to_vec())
}

/// A text that is one word, blanks and all, without its quotes; `None` where they do not close.
pub(super) fn unquoted(text: &str) -> Option<String> {
    split(text, |_| false).ok().map(|words| words.concat())
}

fn split(
    text: &str,
    separates: impl Fn(char) -> bool,
) -> std::result::Result<Vec<String>, &'static str> {
    let mut words = Vec::new();
    let mut word: Option<String> = None;
    let mut quote = None;
    let mut characters = text.chars();
    while let Some(character) = characters.next() {
        match (character, quote) {
            (_, None) if separates(character) => words.extend(word.take()),
            ('\'' | '"', None) => {
                word.get_or_insert_default();
                quote = Some(character);
            }
            (_, Some(open)) if character == open => quote = None,
            ('\\', None | Some('"')) => {
                let next = characters.next().ok_or("nothing follows the last backslash")?;
                let word = word.get_or_insert_default();
                // Between double quotes a backslash escapes only a quote and itself.
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
            ("'a b' \"c d\" e\\ f", &["a b", "c d", "e f"][..]),
            ("  a  b\tc\n", &["a", "b", "c"]),
            ("a'b'\"c\"", &["abc"]),
            ("a '' \"\"", &["a", "", ""]),
            ("\"a\\\"b\\\\c\\d\"", &["a\"b\\c\\d"]),
            ("'a\\b'", &["a\\b"]),
            ("~/x $HOME *.y ; # z", &["~/x", "$HOME", "*.y", ";", "#", "z"]),
        ] {
            assert_eq!(command_words(text, "f:1").unwrap(), words, "{text}");
        }
        for text in ["", "''", "'a", "\"a'", "a\\"] {
            assert!(command_words(text, "f:1").is_err(), "{text}");
        }
        let words = own_words("'/a b/ar' credential-process --x=y -- 'a b' c").unwrap();
        assert_eq!(words, ["--x=y", "--", "a b", "c"]);
        assert_eq!(unquoted("'a'\"'\"'b c'").as_deref(), Some("a'b c"));
        assert_eq!(unquoted("o'brien"), None);
    }
}

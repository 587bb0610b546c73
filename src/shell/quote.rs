//! Quoting: any text becomes one word of a shell, byte for byte.
//!
//! Pure text in, text out. Nothing weaker than single quotes is used; what they cannot hold, the
//! quote itself, is the only character that leaves them. A line break would survive here too, yet
//! callers refuse it, since an unquoted `eval $(…)` would not keep it.

pub use crate::types::quote::{sh, word};

/// As [`sh`], and safe under an unquoted `eval $(…)`, where the shell looks for file names in the
/// words before it evaluates them: what could be part of a pattern is written as an octal escape.
pub fn sh_without_patterns(text: &str) -> String {
    if text.is_empty() {
        return sh(text);
    }
    // What a shell, bash with extglob too, may read as part of a pattern.
    let is_pattern = |byte: &u8| b"*?[]()|\\".contains(byte);
    let runs = text.as_bytes().chunk_by(|one, next| is_pattern(one) == is_pattern(next));
    let quoted = runs.map(|run| match run.iter().all(is_pattern) {
        true => in_octal(run),
        false => sh(&String::from_utf8_lossy(run)),
    });
    quoted.collect()
}

fn in_octal(bytes: &[u8]) -> String {
    let octal: String = bytes.iter().map(|byte| format!("\\0{byte:03o}")).collect();
    format!("\"$(\\printf %b '{octal}')\"")
}

const LETTERS: &str =
    r#"x)"$%&+,-./0123456789:;<=>@ABCDEFGHIJKLMNOPQRSTUVWXYZ\]^_`abcdefghijklmnopqrstuvwyz{|}~(!"#;

/// Whole or nothing where `eval $(…)` makes blanks of what IFS has. A refusal by redirection might be damaged too.
pub(super) fn unsplit(code: &str) -> String {
    let letters = if code.contains(',') { LETTERS } else { &LETTERS.replace(',', "") };
    format!(
        "{{ if \\test '{letters}' = {}; then {}; else 'assume-role: IFS splits this, so quotes are needed: eval \"$(assume-role ...)\"'; ( \\exit 2 ); fi; }}\n",
        in_octal(letters.as_bytes()),
        code.trim_end()
    )
}

/// One word for fish: `'…'`, each `\` and `'` with a backslash.
pub fn fish(text: &str) -> String {
    format!("'{}'", text.replace('\\', "\\\\").replace('\'', "\\'"))
}

/// One word of a `credential_process` line, which some SDKs give to a shell and others split as
/// Python's `shlex` does. Some cut off first what looks like a comment to them, so no `#` and no
/// `;` ever follows a blank.
pub fn process(text: &str) -> String {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"/._=,:@+-".contains(&byte);
    if !text.is_empty() && text.bytes().all(plain) {
        return text.to_owned();
    }
    let quoted: String = text
        .chars()
        .map(|character| match character {
            '\'' | '#' | ';' => format!("'\\{character}'"),
            _ => character.to_string(),
        })
        .collect();
    format!("'{quoted}'")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_words_that_need_it_are_quoted_for_people() {
        for plain in
            ["production", "ops/read", "eu-west-1", "--region=eu-west-1", "a@b", "123456789012"]
        {
            assert_eq!(word(plain), plain);
        }
        for (text, quoted) in
            [("", "''"), ("staging admin", "'staging admin'"), ("a=b", "'a=b'"), ("a*", "'a*'")]
        {
            assert_eq!(word(text), quoted);
        }
    }

    #[test]
    fn no_comment_begins_in_a_process_line() {
        assert_eq!(process("a #b;'c"), r"'a '\#'b'\;''\''c'");
        assert_eq!(process("/usr/bin/x-y"), "/usr/bin/x-y");
        assert_eq!(process(""), "''");
    }

    #[test]
    fn quotes_leave_the_quotes() {
        assert_eq!(sh("a'b"), r"'a'\''b'");
        assert_eq!(fish(r"a'b\c"), r"'a\'b\\c'");
        assert_eq!(sh(""), "''");
    }

    #[test]
    fn patterns_become_octal() {
        assert_eq!(sh_without_patterns("plain name"), "'plain name'");
        assert_eq!(sh_without_patterns("a*b"), r#"'a'"$(\printf %b '\0052')"'b'"#);
        assert_eq!(sh_without_patterns("*"), r#""$(\printf %b '\0052')""#);
        assert_eq!(sh_without_patterns(""), "''");
    }
}

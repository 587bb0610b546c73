//! What a change does to a file, as people read it: a unified diff that shows no secret.
//!
//! Bytes come in, text for standard output goes out. Every line passes through [`crate::shown`]: a file may hold what a
//! terminal would obey.

use owo_colors::OwoColorize;

use super::Change;
use super::unified::unified;
use crate::shown::shown_up_to;

/// The longest line shown, in characters.
const LONGEST: usize = 400;

/// What kind of file it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Look {
    /// `KEY = VALUE`, some values of which are secret. Lines that do not change are not shown: they may be, too.
    Profiles,
    /// JSON without secrets.
    Accounts,
}

/// The diff, or nothing when nothing changes.
pub fn diff(change: &Change, look: Look, coloured: bool) -> String {
    if change.is_none() {
        return String::new();
    }
    let (old, new) = (lines(&change.before, look), lines(&change.after, look));
    let context = if look == Look::Profiles { 0 } else { 3 };
    let diff = unified(&change.shown, &old, &new, context);
    if coloured { diff.lines().map(|line| format!("{}\n", with_colour(line))).collect() } else { diff }
}

fn lines(bytes: &[u8], look: Look) -> Vec<String> {
    let text = String::from_utf8_lossy(bytes);
    let line = |line: &str| {
        let line = line.trim_end_matches('\r');
        let told = if look == Look::Profiles { without_secret(line) } else { line.to_owned() };
        shown_up_to(&told, LONGEST).replace("\\t", "\t")
    };
    text.trim_start_matches('\u{FEFF}').lines().map(line).collect()
}

/// A line of a config or credentials file with `***` in place of what nobody should read.
fn without_secret(line: &str) -> String {
    let body = line.trim_start();
    if body.starts_with('[') || body.is_empty() {
        return line.to_owned();
    }
    let Some((key, _)) = line.split_once(['=', ':']) else {
        return if line.starts_with([' ', '\t']) { "    ***".to_owned() } else { line.to_owned() };
    };
    if is_secret(&key.to_ascii_lowercase()) {
        format!("{}= ***", key.trim_end().to_owned() + " ")
    } else {
        line.to_owned()
    }
}

fn is_secret(key: &str) -> bool {
    let says = |word: &str| key.contains(word);
    let names_a_file = says("file") || says("expires") || says("url");
    !names_a_file && ["secret", "token", "passw", "passphrase", "pwd"].into_iter().any(says)
}

fn with_colour(line: &str) -> String {
    match line.as_bytes().first() {
        Some(b'+') => line.green().to_string(),
        Some(b'-') => line.red().to_string(),
        Some(b'@') => line.cyan().to_string(),
        _ => line.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn change(before: &str, after: &str) -> Change {
        let bytes = |text: &str| zeroize::Zeroizing::new(text.as_bytes().to_vec());
        Change { shown: "~/f".to_owned(), before: bytes(before), after: bytes(after), warnings: Vec::new() }
    }

    #[test]
    fn only_what_changes_and_no_secret() {
        let before = "[other]\naws_secret_access_key = 0ther\n";
        let after =
            format!("{before}\n[x]\naws_access_key_id = ASIA\naws_secret_access_key = s3cr3t\naws_session_token=t\n");
        assert_eq!(
            diff(&change(before, &after), Look::Profiles, false),
            "--- ~/f\n+++ ~/f\n@@ -2,0 +3,5 @@\n+\n+[x]\n+aws_access_key_id = ASIA\n+aws_secret_access_key = ***\n+aws_session_token = ***\n"
        );
        assert_eq!(diff(&change(before, before), Look::Profiles, false), "");
    }

    #[test]
    fn secrets_in_comments_and_continued_values() {
        for (line, told) in [
            ("#aws_secret_access_key = x", "#aws_secret_access_key = ***"),
            ("x_security_token_expires = 2026", "x_security_token_expires = 2026"),
            ("web_identity_token_file = /x", "web_identity_token_file = /x"),
            ("okta_password: x", "okta_password = ***"),
            ("  more of a value", "    ***"),
        ] {
            assert_eq!(without_secret(line), told);
        }
    }

    #[test]
    fn nothing_is_obeyed_by_a_terminal() {
        let told = diff(&change("", "{\"a\u{1b}[2J\": 1}\n"), Look::Accounts, false);
        assert!(told.contains("+{\"a\\x1b[2J\": 1}") && !told.contains('\u{1b}'), "{told}");
    }
}

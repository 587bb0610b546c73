//! What a change does to a file, as people read it: a unified diff that shows no secret and nothing
//! that a terminal would obey.

use owo_colors::OwoColorize;
use similar::algorithms::{Capture, Compact, Replace, myers};
use similar::group_diff_ops;
use similar::udiff::UnifiedHunkHeader;

use super::Change;
use crate::config::shlex::own_words;
use crate::types::sanitize::escape_up_to;

/// The longest line shown, in characters.
const LONGEST: usize = 400;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Look {
    /// `KEY = VALUE`, some values of which are secret. Unchanged lines are not shown, since they may
    /// be secret too.
    Profiles,
    Accounts,
}

/// The diff, or nothing when nothing changes.
pub(crate) fn diff(change: &Change, look: Look, coloured: bool) -> String {
    let [old, new] = [&change.before, &change.after].map(|bytes| shown_lines(bytes, look));
    // The one algorithm by name: choosing one links all of them.
    let mut found = Compact::new(Replace::new(Capture::new()), &old, &new);
    let Ok(()) = myers::diff(&mut found, &old, 0..old.len(), &new, 0..new.len());
    let around = if look == Look::Profiles { 0 } else { 3 };
    let hunks = group_diff_ops(found.into_inner().into_inner().into_ops(), around);
    if hunks.is_empty() {
        return String::new();
    }
    let mut lines = vec![format!("--- {}", change.shown), format!("+++ {}", change.shown)];
    for hunk in &hunks {
        lines.push(UnifiedHunkHeader::new(hunk).to_string());
        let changes = hunk.iter().flat_map(|part| part.iter_changes(&old, &new));
        lines.extend(changes.map(|line| format!("{}{}", line.tag(), line.value())));
    }
    let shown = |line: &String| if coloured { with_colour(line) } else { line.clone() };
    lines.iter().map(|line| shown(line) + "\n").collect()
}

fn shown_lines(bytes: &[u8], look: Look) -> Vec<String> {
    let text = String::from_utf8_lossy(bytes);
    // An indented line continues the value above it.
    let mut continues_secret = false;
    let line = |line: &str| {
        let line = line.trim_end_matches('\r');
        let is_indented = line.starts_with([' ', '\t']);
        let key = line.split_once(['=', ':']).map(|(key, _)| key);
        continues_secret = if is_indented { continues_secret } else { key.is_some_and(is_secret) };
        let shown = match look {
            Look::Profiles if continues_secret && is_indented => "    ***".to_owned(),
            Look::Profiles => without_secret(line),
            Look::Accounts => line.to_owned(),
        };
        escape_up_to(&shown, LONGEST).replace("\\t", "\t")
    };
    text.trim_start_matches('\u{FEFF}').lines().map(line).collect()
}

/// A line of a config or credentials file with `***` in place of a secret.
fn without_secret(line: &str) -> String {
    let body = line.trim_start();
    if body.starts_with('[') || body.is_empty() {
        return line.to_owned();
    }
    let Some((key, value)) = line.split_once(['=', ':']) else {
        return if line.starts_with([' ', '\t']) { "    ***".to_owned() } else { line.to_owned() };
    };
    // The command of others may hold secrets; ours does not.
    let is_command = key.trim().eq_ignore_ascii_case("credential_process")
        && own_words(value).is_none_or(|words| words.iter().any(|word| is_secret(word)));
    if is_secret(key) || is_command { format!("{} = ***", key.trim_end()) } else { line.to_owned() }
}

fn is_secret(key: &str) -> bool {
    let key = key.to_ascii_lowercase();
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
        Change {
            shown: "~/f".to_owned(),
            before: bytes(before),
            after: bytes(after),
            warnings: Vec::new(),
        }
    }

    #[test]
    fn as_diff_writes_it() {
        for (old, new, hunks) in [
            ("a b c d e", "a b x d e", "@@ -1,5 +1,5 @@\n a\n b\n-c\n+x\n d\n e\n"),
            ("", "a", "@@ -0,0 +1 @@\n+a\n"),
            ("a", "", "@@ -1 +0,0 @@\n-a\n"),
            (
                "a 1 2 3 4 5 6 7 b",
                "x 1 2 3 4 5 6 7 y",
                "@@ -1,4 +1,4 @@\n-a\n+x\n 1\n 2\n 3\n@@ -6,4 +6,4 @@\n 5\n 6\n 7\n-b\n+y\n",
            ),
        ] {
            let (old, new) = (old.replace(' ', "\n"), new.replace(' ', "\n"));
            let shown = diff(&change(&old, &new), Look::Accounts, false);
            assert_eq!(shown, format!("--- ~/f\n+++ ~/f\n{hunks}"));
        }
    }

    #[test]
    fn only_what_changes_and_no_secret() {
        let before = "[other]\naws_secret_access_key = 0ther\n";
        let after = format!(
            "{before}\n[x]\naws_access_key_id = ASIA\naws_secret_access_key = s3cr3t\naws_session_token=t\n"
        );
        assert_eq!(
            diff(&change(before, &after), Look::Profiles, false),
            "--- ~/f\n+++ ~/f\n@@ -2,0 +3,5 @@\n+\n+[x]\n+aws_access_key_id = ASIA\n+aws_secret_access_key = ***\n+aws_session_token = ***\n"
        );
        assert_eq!(diff(&change(before, before), Look::Profiles, false), "");
    }

    #[test]
    fn secrets_in_comments_and_continued_values() {
        for (line, shown) in [
            ("#aws_secret_access_key = x", "#aws_secret_access_key = ***"),
            ("x_security_token_expires = 2026", "x_security_token_expires = 2026"),
            ("web_identity_token_file = /x", "web_identity_token_file = /x"),
            ("okta_password: x", "okta_password = ***"),
            ("  more of a value", "    ***"),
            ("credential_process = get --password x", "credential_process = ***"),
            ("credential_process = /bin/assume-role credential-process -- a b", ""),
            ("credential_process = '/a b/ar' credential-process --region=x -- a b", ""),
            ("credential_process = get -p x credential-process -y", "credential_process = ***"),
            ("credential_process = x credential-process --pwd=y", "credential_process = ***"),
        ] {
            assert_eq!(without_secret(line), if shown.is_empty() { line } else { shown });
        }
        let shown = diff(
            &change("", "[x]\naws_session_token =\n  a=b\ns3 =\n  c = d\n"),
            Look::Profiles,
            false,
        );
        assert!(
            shown.ends_with("+aws_session_token = ***\n+    ***\n+s3 =\n+  c = d\n"),
            "{shown}"
        );
    }

    #[test]
    fn nothing_is_obeyed_by_a_terminal() {
        let shown = diff(&change("", "{\"a\u{1b}[2J\": 1}\n"), Look::Accounts, false);
        assert!(shown.contains("+{\"a\\x1b[2J\": 1}") && !shown.contains('\u{1b}'), "{shown}");
    }
}

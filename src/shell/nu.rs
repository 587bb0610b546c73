//! nushell, 0.108 and later. It evaluates no code, and reads a record instead.
//!
//! Nothing weaker than single quotes and raw strings is written: neither has an escape, and nothing
//! in them is ever run or expanded.

use super::definition::{AtTab, Definition};

pub(super) const NU: Definition = Definition {
    name: "nu",
    also: &["nushell"],
    quoted,
    assignment: ["const ", " = "],
    init: include_str!("../../shell/init.nu"),
    asks_at_tab: COMPLETE,
    completion: include_str!("../../completions/assume-role.nu"),
    short_name,
    code: None,
    at_tab: AtTab::Matched { read: unquoted, word: |value| word(value) + " " },
    load: concat!(
        "mkdir ($nu.data-dir | path join vendor autoload); assume-role init nu ",
        "| save --force ($nu.data-dir | path join vendor autoload assume-role.nu)",
    ),
    rc: "~/.config/nushell/config.nu",
};

/// Names the completer of the function that follows.
const COMPLETE: &str = "@complete __assume_role_candidates\n";

fn short_name(name: &str) -> String {
    format!("{COMPLETE}def --env --wrapped {name} [...words: string] {{ assume-role ...$words }}\n")
}

/// One word: `'…'`, or `r#'…'#` where the text holds the quote.
fn quoted(text: &str) -> String {
    if !text.contains('\'') {
        return format!("'{text}'");
    }
    let mut hashes = "#".to_owned();
    while text.contains(&format!("'{hashes}")) {
        hashes.push('#');
    }
    format!("r{hashes}'{text}'{hashes}")
}

/// One word as a person would type it: without quotes where nushell would see nothing in it.
fn word(text: &str) -> String {
    let plain = |character: char| character.is_alphanumeric() || "_-./:@=+,".contains(character);
    let starts = |first: char| first.is_alphabetic() || "_-/".contains(first);
    let is_plain = text.starts_with(starts)
        && text.chars().all(plain)
        && !["true", "false", "null"].contains(&text);
    if is_plain { text.to_owned() } else { quoted(text) }
}

/// What nushell makes of one word as it was typed, finished or not.
fn unquoted(typed: &str) -> String {
    let hashes = typed
        .strip_prefix('r')
        .map_or("", |rest| rest.split_once('\'').map_or("", |(hashes, _)| hashes));
    if !hashes.is_empty() && hashes.bytes().all(|byte| byte == b'#') {
        let inner = typed.get(hashes.len() + 2..).unwrap_or_default();
        return inner.strip_suffix(&format!("'{hashes}")).unwrap_or(inner).to_owned();
    }
    let mut characters = typed.chars();
    match characters.next() {
        Some('"') => in_double_quotes(characters.as_str()),
        Some(quote @ ('\'' | '`')) => {
            characters.as_str().strip_suffix(quote).unwrap_or(characters.as_str()).to_owned()
        }
        _ => typed.to_owned(),
    }
}

/// Up to the closing quote; the escapes that stand for another character are those of names' files
/// and of line breaks, which no name holds.
fn in_double_quotes(text: &str) -> String {
    let mut plain = String::new();
    let mut characters = text.chars();
    while let Some(character) = characters.next().filter(|&character| character != '"') {
        plain.extend(if character == '\\' { characters.next() } else { Some(character) });
    }
    plain
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_quoted_where_they_have_to_be() {
        for (text, written) in [
            ("production", "production"),
            ("ops/deploy", "ops/deploy"),
            ("--region=eu-west-1", "--region=eu-west-1"),
            ("日本", "日本"),
            ("a b", "'a b'"),
            ("R&D (eu) *", "'R&D (eu) *'"),
            ("it's", "r#'it's'#"),
            ("it'# s", "r##'it'# s'##"),
            ("123456789012", "'123456789012'"),
            ("true", "'true'"),
            ("#1", "'#1'"),
            ("~t", "'~t'"),
            ("", "''"),
        ] {
            assert_eq!(word(text), written);
            assert_eq!(unquoted(written), text);
        }
    }

    #[test]
    fn words_that_are_still_being_typed() {
        for (typed, text) in [
            ("pro", "pro"),
            ("'R a", "R a"),
            ("\"R a", "R a"),
            ("`R a`", "R a"),
            (r#""say \"x\"""#, r#"say "x""#),
            ("r#'it's", "it's"),
            ("r", "r"),
            ("read", "read"),
            ("'", ""),
            ("", ""),
        ] {
            assert_eq!(unquoted(typed), text, "{typed}");
        }
    }
}

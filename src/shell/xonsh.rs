//! xonsh. What changes it has to happen in Python, and so it reads a record instead of code.

use std::fmt::Write;

use super::definition::{AtTab, Definition};

pub(super) const XONSH: Definition = Definition {
    name: "xonsh",
    also: &[],
    quoted: literal,
    assignment: ["", "="],
    init: include_str!("../../shell/init.xsh"),
    asks_at_tab: "",
    completion: include_str!("../../completions/assume-role.xsh"),
    short_name: |name| format!("aliases['{name}'] = 'assume-role'\n"),
    code: None,
    at_tab: AtTab::Matched { read: str::to_owned, word },
    load: "exec($(assume-role init xonsh))",
    rc: "~/.xonshrc",
};

/// A literal of Python. What is not printable ASCII is escaped, so that no encoding gets in between.
fn literal(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 2);
    out.push('\'');
    for character in text.chars() {
        let written = match character {
            '\'' | '\\' => write!(out, "\\{character}"),
            ' '..='~' => write!(out, "{character}"),
            _ => write!(out, "\\U{:08x}", u32::from(character)),
        };
        debug_assert!(written.is_ok(), "a string takes what is written to it");
    }
    out.push('\'');
    out
}

/// One word of a command as a person would type it. In plain strings xonsh looks for `$` and `~`,
/// in raw ones it does not; what a raw one cannot hold is handed over as a value of Python.
fn word(text: &str) -> String {
    let plain = |character: char| character.is_alphanumeric() || "_-./:@=+%".contains(character);
    // Between commands `and` and `or` are xonsh's own.
    if !text.is_empty() && text.chars().all(plain) && !["and", "or"].contains(&text) {
        return text.to_owned();
    }
    let is_raw = !text.contains(|character: char| character == '\\' || character.is_control());
    match (is_raw, text.contains('\''), text.contains('"')) {
        (true, false, _) => format!("r'{text}'"),
        (true, true, false) => format!("r\"{text}\""),
        _ => format!("@({})", literal(text)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn literals_hold_any_text() {
        for (text, written) in [
            ("/usr/bin/assume-role", "'/usr/bin/assume-role'"),
            ("it's \\", r"'it\'s \\'"),
            ("日\n", r"'\U000065e5\U0000000a'"),
        ] {
            assert_eq!(literal(text), written);
        }
    }

    #[test]
    fn words_are_quoted_where_they_have_to_be() {
        for (text, written) in [
            ("production", "production"),
            ("ops/deploy", "ops/deploy"),
            ("日本", "日本"),
            ("R and D", "r'R and D'"),
            ("~t", "r'~t'"),
            ("$HOME", "r'$HOME'"),
            ("it's", "r\"it's\""),
            ("and", "r'and'"),
            ("", "r''"),
            ("it's \"x\"", "@('it\\'s \"x\"')"),
            ("a\\", "@('a\\\\')"),
        ] {
            assert_eq!(word(text), written);
        }
    }
}

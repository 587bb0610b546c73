//! Every text that the program can say, in one list (`tests/messages.txt`), so that it can be read
//! from top to bottom. `tests/run bless messages` writes it anew from the source.

use std::fmt::Write;

use crate::structure::source::{Source, modules, root};
use crate::support::golden::{bless, blessing};

/// Calls that only make a text of a literal; what takes the text is found around them.
const MAKERS: [&str; 12] = [
    "format", "format_args", "Some", "Ok", "Err", "into", "to_owned", "filled", "write", "writeln",
    "from", "concat",
];

#[test]
fn every_message_is_in_the_list() {
    let mut list = String::from(
        "Every text of the program, by file: `tests/run bless messages` writes this list from the source.\n\
         The first word of a line is the call that takes the text.\n",
    );
    for (module, source) in modules() {
        let mut texts: Vec<(usize, String)> = source
            .literals
            .iter()
            .filter(|(at, text)| is_message(text) && !is_attribute(&source, *at))
            .map(|(at, text)| (*at, format!("{}: {text}", taker(&source.code[..*at]))))
            .collect();
        if is_help(&source) {
            texts.extend(
                source.documentation.iter().map(|(at, text)| (*at, format!("help: {text}"))),
            );
        }
        texts.sort();
        if !texts.is_empty() {
            let module = if module.is_empty() { "lib" } else { &module };
            write!(list, "\n== {module}\n").unwrap();
        }
        for (_, text) in texts {
            writeln!(list, "{}", text.replace('\n', "\n    ").trim_end()).unwrap();
        }
    }
    let path = root().join("tests/messages.txt");
    if blessing() {
        bless(&path, &list);
    }
    let kept = std::fs::read_to_string(&path).unwrap_or_default();
    let differs = kept.lines().zip(list.lines()).find(|(before, now)| before != now);
    assert!(kept == list, "{differs:?}: read what is new, then: tests/run bless messages");
}

/// Whether a literal is for people: words with a blank between them.
fn is_message(text: &str) -> bool {
    let words =
        text.split(' ').filter(|word| word.chars().filter(|c| c.is_alphabetic()).count() > 1);
    words.count() > 1
}

/// Whether the literal belongs to an attribute such as `#[serde(…)]`. Help of clap is none.
fn is_attribute(source: &Source, at: usize) -> bool {
    let line = source.code[..at].rsplit('\n').next().unwrap_or_default();
    line.trim_start().starts_with("#[") && !is_help(source)
}

/// Whether comments of the file are help texts, since clap reads them.
fn is_help(source: &Source) -> bool {
    source.code.contains("derive(Args")
        || source.code.contains("Parser")
        || source.code.contains("Subcommand")
}

/// The call around the end of `code` that is not a [`MAKERS`]: `hint`, `because`, `usage`, `warn`.
fn taker(code: &str) -> &str {
    let mut depth = 0_i32;
    for (at, character) in code.char_indices().rev() {
        match character {
            ')' | ']' => depth += 1,
            '(' | '[' if depth > 0 => depth -= 1,
            '(' => {
                let before = code[..at].trim_end_matches('!');
                let is_name = |c: char| c.is_alphanumeric() || c == '_';
                let name = &before[before.rfind(|c| !is_name(c)).map_or(0, |at| at + 1)..];
                if !name.is_empty() && !MAKERS.contains(&name) {
                    return name;
                }
            }
            ';' | '{' | '}' if depth == 0 => break,
            _ => {}
        }
    }
    "text"
}

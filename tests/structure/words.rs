//! The words of the field, and none of a private dialect: the glossary of CONTRIBUTING has them.

use std::collections::BTreeMap;
use std::fs;

use super::source::{files, left, root};

/// What the dialect said, and what the field says.
const DIALECT: [(&str, &str); 18] = [
    ("nobody", "no one can be asked, no terminal, no user"),
    ("somebody", "another user, a person"),
    ("anybody", "any user"),
    ("whoever", "the user, the caller, the process that"),
    ("is had", "is obtained, comes from"),
    ("be had", "be obtained, be found"),
    ("was had", "was obtained"),
    ("errand", "call, request"),
    ("outlook", "plan, preview"),
    ("stands on", "is obtained with, is based on"),
    ("goes out", "is sent"),
    ("makes do", "falls back to"),
    ("make do", "fall back to"),
    ("had to do", "fallback"),
    ("has to do", "falls back to"),
    ("single sign-on", "IAM Identity Center, sign-on"),
    ("marks of", "protection, settings of"),
    ("is told", "is reported, is shown"),
];

/// Types named by a participle or by the dialect.
const TYPES: [&str; 19] = [
    "Asked", "Errand", "Found", "Given", "Granted", "Ground", "Kept", "Leg", "Marks", "Met",
    "Obtained", "Outlook", "Read", "Told", "Turn", "Trouble", "Wanted", "Way", "Via",
];

/// Uses of the dialect that are left. This number only ever gets smaller.
const LEFT: usize = 0;

#[test]
fn code_tests_and_documents_use_the_words_of_the_field() {
    let mut found: BTreeMap<String, Vec<String>> = BTreeMap::new();
    let mut note = |path: &std::path::Path, line: usize, what: &str, better: &str| {
        let path = path.strip_prefix(root()).unwrap();
        let room = path.iter().take(2).map(|part| part.to_str().unwrap()).collect::<Vec<_>>();
        let text = format!("{}:{line}: {what}; say: {better}", path.display());
        found.entry(room.join("/")).or_default().push(text);
    };
    let rust = ["src", "tests"].into_iter().flat_map(|place| files(&root().join(place), "rs"));
    let documents = ["README.md", "CONTRIBUTING.md", "CHANGELOG.md"].map(|name| root().join(name));
    let documents = documents.into_iter().chain(files(&root().join("docs"), "md"));
    let texts = files(&root().join("tests/golden"), "txt");
    for file in rust.chain(documents).chain(texts).filter(|file| !file.ends_with("words.rs")) {
        for (number, line) in fs::read_to_string(&file).unwrap().lines().enumerate() {
            let plain = line.to_lowercase().replace('_', " ");
            for (word, better) in DIALECT.into_iter().filter(|(word, _)| has(&plain, word)) {
                note(&file, number + 1, word, better);
            }
            let declared = ["struct ", "enum ", "type "]
                .iter()
                .filter_map(|keyword| line.split_once(keyword))
                .filter_map(|(_, rest)| rest.split(|c: char| !c.is_alphanumeric()).next())
                .find(|name| TYPES.contains(name));
            if let Some(name) = declared.filter(|_| !line.trim_start().starts_with("//")) {
                note(&file, number + 1, name, "a noun of the field");
            }
        }
    }
    let count: usize = found.values().map(Vec::len).sum();
    let listed: Vec<String> = found
        .iter()
        .map(|(room, uses)| format!("{room}: {}\n  {}", uses.len(), uses.join("\n  ")))
        .collect();
    assert!(count <= left(LEFT), "{count} uses of the dialect:\n{}", listed.join("\n"));
}

/// Whether these words stand in the line, as words.
fn has(line: &str, words: &str) -> bool {
    let is_letter = |c: char| c.is_alphanumeric();
    line.match_indices(words).any(|(at, _)| {
        !line[..at].chars().next_back().is_some_and(is_letter)
            && !line[at + words.len()..].chars().next().is_some_and(is_letter)
    })
}

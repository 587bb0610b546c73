//! A hint is a command that works: every `hint:` that any test makes the program print is read by a
//! shell and by the program's own parser.
//!
//! A command stands at the end of its hint, alone or behind a colon (`known roles: assume-role list`),
//! so that people can copy it and this can find it. It has no placeholder where the value was known.

use std::ffi::OsString;
use std::process::Command;

use assume_role::testing::cli;

/// Hints that show how a command is written, since nothing of it is known; `*` is any one word.
const GENERIC: [&str; 32] = [
    "assume-role ACCOUNT ROLE",
    "assume-role ACCOUNT ROLE [MFA_CODE] [REGION]",
    "assume-role ACCOUNT ROLE [MFA_CODE] [REGION] [OPTIONS]",
    "assume-role ACCOUNT ROLE [MFA_CODE] [REGION], or set AWS_ROLE_ARN",
    "assume-role ACCOUNT ROLE [REGION]",
    "assume-role * ROLE",
    "assume-role accounts add NAME 123456789012",
    "assume-role accounts add|remove|import|sync …",
    "assume-role accounts import * FILE",
    "assume-role console ACCOUNT ROLE",
    "assume-role console ACCOUNT ROLE [MFA_CODE] [REGION]",
    "assume-role console * ROLE",
    "assume-role ensure DURATION",
    "assume-role env ACCOUNT ROLE [MFA_CODE] [REGION]",
    "assume-role env * ROLE",
    "assume-role exec ACCOUNT ROLE -- COMMAND [ARGUMENTS]…",
    "assume-role exec ACCOUNT ROLE [MFA_CODE] [REGION] -- *",
    "assume-role exec ACCOUNT ROLE [MFA_CODE] [REGION] -- * *",
    "assume-role exec ACCOUNT ROLE [MFA_CODE] [REGION] -- * * *",
    "assume-role exec * ROLE -- *",
    "assume-role exec * ROLE -- * * *",
    "assume-role exec -- COMMAND",
    "assume-role exec * -- COMMAND",
    "assume-role exec * * -- COMMAND",
    "assume-role explain ACCOUNT ROLE [MFA_CODE] [REGION]",
    "assume-role explain * ROLE",
    "assume-role export [WORDS]...",
    "assume-role logout * ROLE",
    "assume-role profile add * ACCOUNT ROLE [MFA_CODE] [REGION]",
    "assume-role profile add * * ROLE",
    "assume-role profile add NAME ACCOUNT ROLE [OPTIONS]",
    "assume-role profile add|remove|list …",
];

/// Checks every hint in what a command said on standard error or on its terminal.
///
/// # Panics
/// When one does not work.
#[track_caller]
pub fn check(said: &str) {
    for hint in hints(said) {
        if let Err(why) = works(&hint) {
            panic!("hint: {hint}\ndoes not work: {why}\nsee tests/support/hints.rs");
        }
    }
}

/// The hints, each in one line: on a terminal they are wrapped, and continue behind six blanks.
fn hints(said: &str) -> Vec<String> {
    let mut found: Vec<String> = Vec::new();
    let mut is_open = false;
    for line in said.lines().map(plain) {
        if let Some(hint) = line.strip_prefix("hint: ") {
            found.push(hint.trim_end().to_owned());
            is_open = true;
        } else if is_open && line.starts_with("      ") {
            let last = found.last_mut().unwrap();
            last.push(' ');
            last.push_str(line.trim());
        } else {
            is_open = false;
        }
    }
    found
}

/// A line without escape sequences.
fn plain(line: &str) -> String {
    let mut out = String::new();
    let mut characters = line.chars();
    while let Some(character) = characters.next() {
        if character == '\u{1b}' {
            characters.by_ref().find(char::is_ascii_alphabetic);
        } else {
            out.push(character);
        }
    }
    out
}

/// # Errors
/// Why a hint does not work.
pub fn works(hint: &str) -> Result<(), String> {
    let Some(at) = start_of_command(hint) else { return Ok(()) };
    let is_listed = |pattern: &&str| matches(pattern, hint) || matches(pattern, &hint[at..]);
    if GENERIC.iter().any(is_listed) {
        return Ok(());
    }
    let script = hint[..at].rfind(": ").map_or(hint, |colon| &hint[colon + 2..]);
    let syntax = Command::new("bash").args(["-n", "-c", script]).output();
    if let Ok(output) = syntax
        && !output.status.success()
    {
        return Err(String::from_utf8_lossy(&output.stderr).into_owned());
    }
    let words = split(&hint[at..])?;
    if let Some(word) = words.iter().find(|word| word.is_placeholder()) {
        return Err(format!("{} is a placeholder", word.text));
    }
    let behind = words.iter().skip(1).map(|word| word.text.as_str()).skip_while(|w| *w != "--");
    if words.get(1).is_none_or(|verb| verb.text != "exec")
        && let Some(option) = behind.skip(2).find(|word| word.starts_with("--"))
    {
        return Err(format!("{option} is no option behind `--`"));
    }
    let words: Vec<OsString> = words.into_iter().skip(1).map(|word| word.text.into()).collect();
    cli::parse(&words).map(drop).map_err(|error| error.to_string())
}

/// Where `assume-role` stands as a command, and not in a path.
fn start_of_command(hint: &str) -> Option<usize> {
    let is_start = |at: usize| {
        let before = hint[..at].chars().next_back();
        before.is_none_or(|character| character == ' ' || character == '(')
    };
    hint.match_indices("assume-role").map(|(at, _)| at).find(|&at| {
        is_start(at) && hint[at + "assume-role".len()..].chars().next().is_none_or(|c| c == ' ')
    })
}

fn matches(pattern: &str, hint: &str) -> bool {
    let (pattern, hint) = (pattern.split(' '), hint.split(' '));
    pattern.clone().count() == hint.clone().count()
        && pattern.zip(hint).all(|(expected, word)| expected == "*" || expected == word)
}

#[derive(Default)]
struct Word {
    text: String,
    is_quoted: bool,
}

impl Word {
    fn is_placeholder(&self) -> bool {
        let letters = self.text.chars().filter(char::is_ascii_uppercase).count();
        let is_upper =
            letters > 1 && self.text.chars().all(|c| c.is_ascii_uppercase() || ":_".contains(c));
        let is_open = ['…', '<', '[', '|'].iter().any(|&mark| self.text.contains(mark));
        !self.is_quoted && (is_upper || is_open || self.text.contains("..."))
    }
}

/// The words of the first command, as a POSIX shell reads them.
fn split(text: &str) -> Result<Vec<Word>, String> {
    let mut words = Vec::new();
    let mut word: Option<Word> = None;
    let mut characters = text.chars();
    while let Some(character) = characters.next() {
        match character {
            ' ' | '\t' => words.extend(word.take()),
            ')' | '>' | ';' => break,
            '\'' | '"' => {
                let inside: String = characters.by_ref().take_while(|&c| c != character).collect();
                let word = word.get_or_insert_default();
                word.text.push_str(&inside);
                word.is_quoted = true;
            }
            '\\' => word.get_or_insert_default().text.extend(characters.next()),
            '$' | '`' | '&' | '*' | '?' => return Err(format!("{character} is not quoted")),
            '|' if word.is_none() => break,
            _ => word.get_or_insert_default().text.push(character),
        }
    }
    words.extend(word);
    Ok(words)
}

//! The words of the command line, as clap reads them. Types only: what the words mean is decided in
//! `request`.

mod alone;
mod color;
mod edits;
mod everyday;
mod example;
mod grammar;
pub(crate) mod help;
mod keys;
mod refusal;
mod target;
mod verbs;

use std::ffi::OsString;
use std::mem::ManuallyDrop;
use std::ops::DerefMut;
use std::sync::LazyLock;

use clap::builder::StyledStr;
use clap::error::ErrorKind;
use clap::{Command, CommandFactory, FromArgMatches};

use crate::error::{Error, Result};
use crate::types::quote;
use crate::types::sanitize::escape;

pub(crate) use edits::*;
pub(crate) use everyday::*;
pub use grammar::Cli;
pub(crate) use grammar::Verb;
pub(crate) use keys::*;
pub(crate) use target::Target;
pub(crate) use verbs::*;

/// What clap made of a command line.
pub enum Parsed {
    /// A verb or a target.
    Words(Box<Cli>),
    /// Help or version: text for people, not an error.
    Text(StyledStr),
}

/// Reads the words after the program's name.
pub fn parse(words: &[OsString]) -> Result<Parsed> {
    parse_with(|| Box::new(Cli::command()), words)
}

/// The same for a program that reads one line: to take its grammar apart again would be a tenth of
/// the start.
pub(crate) fn parse_once(words: &[OsString]) -> Result<Parsed> {
    parse_with(|| ManuallyDrop::new(Cli::command()), words)
}

fn parse_with<G: DerefMut<Target = Command>>(
    grammar: impl FnOnce() -> G,
    words: &[OsString],
) -> Result<Parsed> {
    // Behind --shell a cry for help is about the whole program, and a word like any other for clap.
    if let [verb, help] = words
        && verb == "export"
        && (help == "-h" || help == "--help")
    {
        return Ok(Parsed::Text(help::asked(words)));
    }
    let name = OsString::from("assume-role");
    let bordered = with_border(words);
    if let Some(cli) = alone::parse(&bordered) {
        return Ok(Parsed::Words(Box::new(cli)));
    }
    let mut grammar = grammar();
    let read = grammar.try_get_matches_from_mut(std::iter::once(&name).chain(&bordered));
    let meant = read.and_then(|mut matches| Cli::from_arg_matches_mut(&mut matches));
    let cli = match meant.map_err(|refusal| refusal.format(&mut grammar)) {
        Ok(cli) => cli,
        Err(refusal) if refusal.use_stderr() => return Err(refusal::error_of(&refusal)),
        Err(text) if text.kind() == ErrorKind::DisplayHelp => {
            return Ok(Parsed::Text(help::asked(words)));
        }
        Err(text) => return Ok(Parsed::Text(text.render())),
    };
    refuse_verb_after_option(words, &cli)?;
    Ok(Parsed::Words(Box::new(cli)))
}

/// `export`'s own options come first; a `--` behind them, which clap takes away, keeps every word
/// after it as it is, the user's own `--` too.
fn with_border(words: &[OsString]) -> Vec<OsString> {
    let mut bordered = words.to_vec();
    if words.first().is_some_and(|verb| verb == "export") {
        let mut end = 1;
        while let Some(word) = words.get(end).and_then(|word| word.to_str()) {
            match word {
                "--shell" | "--format" => end += 2,
                "--keeps" => end += 1,
                _ if word.starts_with("--shell=") || word.starts_with("--format=") => end += 1,
                _ => break,
            }
        }
        if end <= words.len() {
            bordered.insert(end, OsString::from("--"));
        }
    }
    bordered
}

/// `assume-role --region x list` would silently take `list` for an account: a verb has to come
/// first.
fn refuse_verb_after_option(words: &[OsString], cli: &Cli) -> Result<()> {
    let starts_with_option =
        words.first().is_some_and(|word| word.to_string_lossy().starts_with("--") && word != "--");
    let first = cli.target.words.first();
    match first {
        Some(word)
            if cli.verb.is_none()
                && starts_with_option
                && !words.iter().any(|word| word == "--")
                && is_verb(word) =>
        {
            let rest = words.iter().map(|text| text.to_string_lossy());
            let rest: Vec<String> =
                rest.filter(|text| text != word).map(|text| quote::word(&escape(&text))).collect();
            Err(Error::usage(format!("the verb '{word}' has to come before its options"))
                .hint(format!("assume-role {word}"))
                .hint(format!(
                    "for an account of that name: assume-role {} -- {word}",
                    rest.join(" ")
                )))
        }
        _ => Ok(()),
    }
}

/// The names of the verbs.
pub fn verbs() -> Vec<String> {
    Cli::command().get_subcommands().map(|verb| verb.get_name().to_owned()).collect()
}

/// The verbs that change a shell: the only ones whose output `export` is for.
pub(crate) const SHELL_VERBS: [&str; 3] = ["leave", "clear", "ensure"];

/// Whether a verb changes the shell instead of printing for people.
pub(crate) fn changes_shell(verb: &str) -> bool {
    SHELL_VERBS.contains(&verb)
}

/// Whether a word is a verb.
pub(crate) fn is_verb(word: &str) -> bool {
    // Built once: `doctor` asks for every account.
    static PROGRAM: LazyLock<clap::Command> = LazyLock::new(Cli::command);
    PROGRAM.find_subcommand(word).is_some()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(text: &str) -> Vec<OsString> {
        text.split_whitespace().map(OsString::from).collect()
    }

    fn parsed(text: &str) -> Cli {
        match parse(&words(text)).unwrap() {
            Parsed::Words(cli) => *cli,
            Parsed::Text(text) => panic!("{text}"),
        }
    }

    #[test]
    fn a_target_and_its_options_in_any_order() {
        let cli = parsed("--region eu-west-1 production read 123456 --duration 2h");
        assert_eq!(cli.target.words, ["production", "read", "123456"]);
        assert_eq!(cli.target.duration.as_deref(), Some("2h"));
    }

    #[test]
    fn a_verb_wins_over_an_account_unless_dashes_say_otherwise() {
        assert!(matches!(parsed("leave").verb, Some(Verb::Leave)));
        assert_eq!(parsed("-- leave read").target.words, ["leave", "read"]);
        assert_eq!(parsed("production leave").target.words, ["production", "leave"]);
    }

    #[test]
    fn an_option_before_a_verb_is_refused() {
        assert!(parse(&words("--region eu-west-1 leave")).is_err());
        assert!(parse(&words("--region eu-west-1 -- leave read")).is_ok());
    }

    #[test]
    fn export_keeps_the_words_of_the_program() {
        let Some(Verb::Export(export)) =
            parsed("export --shell zsh --region eu-west-1 -- init read --help").verb
        else {
            panic!("export is a verb")
        };
        assert_eq!(export.shell.as_deref(), Some("zsh"));
        assert_eq!(export.words, words("--region eu-west-1 -- init read --help"));
        let Some(Verb::Export(export)) = parsed("export --shell nu --keeps leave").verb else {
            panic!("export is a verb")
        };
        assert!(export.keeps);
        assert_eq!(export.words, words("leave"));
    }

    #[test]
    fn export_keeps_the_dashes_of_the_user() {
        for (typed, kept) in
            [("-- leave read", "-- leave read"), ("leave", "leave"), ("-- -x", "-- -x"), ("", "")]
        {
            let Some(Verb::Export(export)) = parsed(&format!("export --shell=zsh {typed}")).verb
            else {
                panic!("export is a verb")
            };
            assert_eq!(export.words, words(kept));
        }
        assert!(parse(&words("export --shell")).is_err());
    }

    #[test]
    fn the_previous_role_is_a_word() {
        assert_eq!(parsed("-").target.words, ["-"]);
    }
}

//! Help: what `-h` and `--help` show, and the grammar as the manual page tells it.
//!
//! clap knows the words, the tables here know what people do with them. `-h` fits a screen and
//! starts with examples; `--help` tells everything. Nothing here reads a command line that was
//! right.

mod manual;

use std::ffi::OsString;

use clap::builder::StyledStr;
use clap::{Arg, ArgAction, Command, CommandFactory};

pub(crate) use super::example::Example;
use super::grammar::{Cli, SHORT_HELP};
use super::{edits, everyday, grammar, keys, verbs};
pub(crate) use manual::SECTIONS;

/// Help of the whole program: what it is, examples, words, options, and the rest of the manual.
const WHOLE: &str = "{about}\n\n{before-help}{usage-heading} {usage}\n\n{all-args}{after-help}";
const VERB: &str =
    "{about-with-newline}\n{before-help}{usage-heading} {usage}\n\n{all-args}{after-help}";
/// Behind the help of a verb that takes a target.
const MORE: &str = "All session options: assume-role --help";

/// The options of a target, each group under its heading.
const GROUPS: [(&str, &[&str]); 4] = [
    ("Session", &["region", "duration", "profile", "via", "refresh", "yes", "write"]),
    (
        "Credentials",
        &["base", "scheme", "mfa_code", "mfa_serial", "saml_response", "web_identity_token_file"],
    ),
    (
        "Shape of the session",
        &[
            "session_name", "external_id", "policy_arn", "policy", "tag", "transitive_tag",
            "source_identity",
        ],
    ),
    ("Output and questions", &["no_input", "verbose", "color"]),
];
/// Those that the short help of a verb shows.
const COMMON: [&str; 8] =
    ["region", "duration", "profile", "mfa_code", "refresh", "yes", "write", "no_input"];

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Length {
    Short,
    Long,
}

/// The examples of a verb, by the words that lead to it; of the program itself by none.
pub fn examples_of(path: &str) -> &'static [Example] {
    [grammar::EXAMPLES, everyday::EXAMPLES, verbs::EXAMPLES, edits::EXAMPLES, keys::EXAMPLES]
        .into_iter()
        .flatten()
        .find(|(verb, _)| *verb == path)
        .map_or(&[], |(_, examples)| examples)
}

/// The help that words ask for which clap took for a cry for help.
pub(super) fn asked(words: &[OsString]) -> StyledStr {
    let mut flags = words
        .iter()
        .take_while(|word| *word != "--")
        .filter(|word| *word == "-h" || *word == "--help");
    let length = if flags.next().is_some_and(|flag| flag == "--help") {
        Length::Long
    } else {
        Length::Short
    };
    let mut verb: Option<Command> = None;
    let mut whole = command(length);
    whole.build();
    for word in words {
        match verb.as_ref().unwrap_or(&whole).find_subcommand(word) {
            Some(deeper) => verb = Some(deeper.clone()),
            None => break,
        }
    }
    match (verb, length) {
        (Some(mut verb), _) => verb.render_help(),
        (None, Length::Short) => styled(SHORT_HELP),
        (None, Length::Long) => whole.render_help(),
    }
}

/// The grammar with its examples.
pub fn command(length: Length) -> Command {
    let whole = Cli::command()
        .help_template(WHOLE)
        .before_help(examples_text(""))
        .after_help(styled(&manual::text()));
    let whole = grouped(whole, Length::Long);
    let names: Vec<String> =
        whole.get_subcommands().map(|verb| verb.get_name().to_owned()).collect();
    names
        .into_iter()
        .fold(whole, |whole, name| whole.mut_subcommand(&name, |verb| of_verb(verb, &name, length)))
}

fn of_verb(verb: Command, path: &str, length: Length) -> Command {
    let takes_target = verb.get_arguments().any(|argument| argument.get_id() == "session_name");
    // clap's own flag would promise more behind --help where a value has an explanation.
    let help = Arg::new("help").short('h').long("help").action(ArgAction::Help).help("Print help");
    let verb = verb.disable_help_flag(true).arg(help);
    let verb = verb.help_template(VERB).before_help(examples_text(path));
    let verb = match (takes_target, length) {
        (true, Length::Short) => grouped(verb, length).after_help(MORE),
        (true, Length::Long) => grouped(verb, length),
        (false, _) => verb,
    };
    let names: Vec<String> =
        verb.get_subcommands().map(|verb| verb.get_name().to_owned()).collect();
    names.into_iter().fold(verb, |verb, name| {
        verb.mut_subcommand(&name, |deeper| of_verb(deeper, &format!("{path} {name}"), length))
    })
}

/// The options of a target under their headings; the short form hides those that few need.
fn grouped(command: Command, length: Length) -> Command {
    command.mut_args(|argument| {
        let id = argument.get_id().to_string();
        let group = GROUPS.iter().find(|(_, ids)| ids.contains(&id.as_str()));
        match (group, length) {
            (None, _) => argument,
            (Some(_), Length::Short) if !COMMON.contains(&id.as_str()) => argument.hide(true),
            (Some(_), Length::Short) => argument.help_heading("Session options"),
            (Some((heading, _)), Length::Long) => argument.help_heading(*heading),
        }
    })
}

fn examples_text(path: &str) -> StyledStr {
    let examples = examples_of(path);
    let width = examples.iter().map(|example| example.line.len()).max().unwrap_or(0);
    let lines = examples.iter().map(|Example { line, says }| match *says {
        "" => format!("  {line}\n"),
        says => format!("  {line:width$}  {says}\n"),
    });
    styled(&format!("Examples:\n{}", lines.collect::<String>()))
}

/// Text whose headings, lines that begin at the margin and end with a colon, look like those of
/// clap.
fn styled(text: &str) -> StyledStr {
    let lines = text.lines().map(|line| match line.ends_with(':') && !line.starts_with(' ') {
        true => format!("\u{1b}[1m\u{1b}[4m{line}\u{1b}[0m\n"),
        false => format!("{line}\n"),
    });
    lines.collect::<String>().into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_option_of_a_target_has_its_group() {
        let command = Cli::command();
        let grouped: Vec<&str> = GROUPS.iter().flat_map(|(_, ids)| ids.iter().copied()).collect();
        for argument in command.get_arguments().filter(|argument| !argument.is_hide_set()) {
            assert!(grouped.contains(&argument.get_id().as_str()), "{}", argument.get_id());
        }
        assert!(COMMON.iter().all(|id| grouped.contains(id)));
    }

    #[test]
    fn headings_are_coloured_and_nothing_else() {
        let text = styled("Files:\n  a: b\n");
        assert_eq!(text.ansi().to_string(), "\u{1b}[1m\u{1b}[4mFiles:\u{1b}[0m\n  a: b\n");
        assert_eq!(text.to_string(), "Files:\n  a: b\n");
    }
}

//! `man`: the manual page, in roff, from the same words as `--help`.

use clap::{Arg, Command};
use roff::{Inline, Roff, bold, italic, roman};

use crate::cli::help::{self, Length, SECTIONS, examples_of};

pub(super) fn run() -> String {
    let whole = help::command(Length::Long);
    let mut page = Roff::new();
    let version = concat!("assume-role ", env!("CARGO_PKG_VERSION"));
    page.control("TH", ["ASSUME-ROLE", "1", " ", version, "User Commands"]);
    let about = about_of(&whole);
    page.control("SH", ["NAME"]).text([roman(format!("assume-role - {}", lowered(&about)))]);
    page.control("SH", ["SYNOPSIS"]);
    let usage = whole.clone().render_usage().to_string();
    for line in usage.trim_start_matches("Usage: ").lines() {
        synopsis(&mut page, line.trim());
    }
    page.control("SH", ["DESCRIPTION"]).text([roman(DESCRIPTION)]);
    page.control("SH", ["EXAMPLES"]);
    examples(&mut page, "");
    page.control("SH", ["OPTIONS"]);
    let options: Vec<&Arg> =
        whole.get_arguments().filter(|argument| !argument.is_positional()).collect();
    let mut headings: Vec<Option<&str>> = Vec::new();
    for option in &options {
        if !headings.contains(&option.get_help_heading()) {
            headings.push(option.get_help_heading());
        }
    }
    for heading in headings {
        page.control("SS", [heading.unwrap_or("In general")]);
        rows(
            &mut page,
            options.iter().copied().filter(|option| option.get_help_heading() == heading),
        );
    }
    page.control("SH", ["VERBS"]);
    page.text([roman("Those that take a target take the options above, too.")]);
    for verb in whole.get_subcommands() {
        verb_of(&mut page, verb, verb.get_name(), &whole);
    }
    for section in SECTIONS {
        page.control("SH", [section.title.to_uppercase().as_str()]);
        if !section.text.is_empty() {
            page.text([roman(section.text)]);
        }
        for (term, text) in section.rows {
            row(&mut page, [bold(*term)], text);
        }
    }
    page.control("SH", ["SEE ALSO"]);
    page.text([bold("aws"), roman("(1)")]);
    // Every reader of manuals takes ASCII.
    page.render().replace('…', "...")
}

const DESCRIPTION: &str = "Changes the current shell to a role of AWS IAM, or of a profile. One MFA code a day serves \
    all roles in all shells. A switch changes all variables or none. What changes the shell is a function that \
    assume-role init defines; without it, eval \"$(assume-role ACCOUNT ROLE)\" does the same.";

/// A verb, or a verb of a verb: what it does, how it is typed, what is its own.
fn verb_of(page: &mut Roff, verb: &Command, path: &str, whole: &Command) {
    page.control("SS", [path]);
    page.text([roman(format!("{}.", about_of(verb)))]);
    if verb.has_subcommands() {
        for deeper in verb.get_subcommands() {
            verb_of(page, deeper, &format!("{path} {}", deeper.get_name()), whole);
        }
        return;
    }
    examples(page, path);
    let is_common =
        |argument: &Arg| whole.get_arguments().any(|common| common.get_id() == argument.get_id());
    rows(
        page,
        verb.get_arguments().filter(|argument| !is_common(argument) && argument.get_id() != "help"),
    );
}

fn rows<'a>(page: &mut Roff, arguments: impl Iterator<Item = &'a Arg>) {
    for argument in arguments.filter(|argument| !argument.is_hide_set()) {
        let help = argument.get_help().map(ToString::to_string).unwrap_or_default();
        let values: Vec<String> = match argument.is_hide_possible_values_set() {
            true => Vec::new(),
            false => argument
                .get_possible_values()
                .iter()
                .map(|value| value.get_name().to_owned())
                .collect(),
        };
        let takes_value = argument.get_action().takes_values();
        let help = match values.is_empty() || !takes_value {
            true => help,
            false => format!("{help}: {}", values.join(", ")),
        };
        row(page, words_of(argument), &help);
    }
}

/// `-v, --verbose`, `--region REGION`, `NAME`.
fn words_of(argument: &Arg) -> Vec<Inline> {
    let names =
        argument.get_value_names().unwrap_or_default().iter().map(clap::builder::Str::as_str);
    let value = names.collect::<Vec<_>>().join(" ");
    if argument.is_positional() {
        return vec![italic(value)];
    }
    let mut words = Vec::new();
    if let Some(short) = argument.get_short() {
        words.extend([bold(format!("-{short}")), roman(", ")]);
    }
    words.extend(argument.get_long().map(|long| bold(format!("--{long}"))));
    if argument.get_action().takes_values() {
        words.extend([roman(" "), italic(value)]);
    }
    words
}

fn row(page: &mut Roff, words: impl Into<Vec<Inline>>, text: &str) {
    page.control("TP", []).text(words).text([roman(text)]);
}

fn synopsis(page: &mut Roff, line: &str) {
    let (name, rest) = line.split_once(' ').unwrap_or((line, ""));
    page.text([bold(name), roman(format!(" {rest}"))]).control("br", []);
}

fn examples(page: &mut Roff, path: &str) {
    for example in examples_of(path) {
        match example.says {
            "" => page.control("PP", []).text([bold(example.line)]),
            says => page.control("TP", []).text([bold(example.line)]).text([roman(says)]),
        };
    }
    page.control("PP", []);
}

fn about_of(command: &Command) -> String {
    command.get_about().map(ToString::to_string).unwrap_or_default()
}

/// A sentence as the line of a name has it.
fn lowered(text: &str) -> String {
    let mut characters = text.chars();
    characters
        .next()
        .map(|first| first.to_lowercase().chain(characters).collect())
        .unwrap_or_default()
}

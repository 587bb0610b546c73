//! What may stand at the cursor: clap's engine walks the grammar, the files say which names there
//! are.
//!
//! Typed words come in, candidates with descriptions go out, the likeliest first. All of them:
//! which of them match what is typed is for the shell to say, in the way its user has set.

use std::ffi::{OsStr, OsString};

use clap::{Arg, Command, ValueHint};
use clap_complete::engine::{ArgValueCompleter, CompletionCandidate, complete};

use super::query::{Out, Query};
use super::values::values_of;
use super::words::Typed;
use crate::config::environment::Environment;
use crate::types::Moment;
use crate::types::sanitize::escaped_up_to;

/// The longest description, in characters.
const LONGEST: usize = 80;
/// Begins what stands for the values of an argument; no word holds it.
const STAND_IN: char = '\0';

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Answer {
    Words,
    /// The path of a file, which the shell completes better.
    File,
    /// A word of the command behind `exec … --`, which completes itself.
    Command,
}

/// Everything that may stand at the cursor. `program` is the grammar of the whole program.
pub(super) fn candidates(
    program: &Command,
    typed: Typed,
    environment: &Environment,
    now: Moment,
    out: Out<'_>,
) -> Answer {
    let mut position = typed.position(program);
    let is_before_equals = |name: &String| position.current.starts_with(&format!("--{name}="));
    let has_equals = position.option.as_ref().is_some_and(is_before_equals);
    let is_option = position.current.starts_with('-')
        && !position.escaped
        && (has_equals || position.option.is_none());
    if position.escaped && position.command.get_positionals().any(Arg::is_last_set) {
        return Answer::Command;
    }
    if position.option.as_deref().is_some_and(|name| takes_file(&position.command, name)) {
        return Answer::File;
    }
    // The engine takes what does not begin with the current word away, and the shell may match
    // otherwise.
    let current = match (is_option, has_equals) {
        (true, true) => position.current.clone(),
        (true, false) => "--".to_owned(),
        (false, _) => String::new(),
    };
    let words: Vec<OsString> =
        position.words.drain(..).chain([current]).map(OsString::from).collect();
    let index = words.len().saturating_sub(1);
    let mut command = std::mem::take(&mut position.command).mut_args(with_stand_in);
    let verbs = std::mem::take(&mut position.verbs);
    let mut found = complete(&mut command, words, index, None).unwrap_or_default();
    found.retain(|candidate| match candidate.get_id() {
        Some(id) if id.starts_with("command::") => {
            verbs.iter().any(|verb| OsStr::new(verb) == candidate.get_value())
        }
        Some(_) => is_option,
        None => !is_option || candidate.get_value().as_encoded_bytes().starts_with(b"-"),
    });
    // Names before verbs: there are few verbs, and people learn them.
    found.sort_by_key(|candidate| candidate.get_id().is_some());
    let query = Query { position, environment, now };
    for candidate in &found {
        of_clap(candidate, &query, &mut |value, help| out(value, &escaped_up_to(help, LONGEST)));
    }
    Answer::Words
}

/// Marks an argument whose values come from the files. The engine gets one stand-in for all of
/// them: it would turn thousands over and over.
fn with_stand_in(argument: Arg) -> Arg {
    if values_of(argument.get_id().as_str()).is_none() {
        return argument;
    }
    let stand_in = format!("{STAND_IN}{}", argument.get_id());
    argument.add(ArgValueCompleter::new(move |_: &OsStr| vec![CompletionCandidate::new(&stand_in)]))
}

fn of_clap(candidate: &CompletionCandidate, query: &Query<'_>, out: Out<'_>) {
    let Some(value) = candidate.get_value().to_str() else { return };
    let Some((prefix, argument)) = value.split_once(STAND_IN) else {
        let help = candidate.get_help().map(ToString::to_string).unwrap_or_default();
        return out(value, help.lines().next().unwrap_or_default());
    };
    match values_of(argument) {
        Some(values) if prefix.is_empty() => values(query, out),
        Some(values) => values(query, &mut |value, help| out(&format!("{prefix}{value}"), help)),
        None => {}
    }
}

fn takes_file(command: &Command, name: &str) -> bool {
    let mut options = command.get_arguments();
    options.any(|option| {
        option.get_long() == Some(name) && option.get_value_hint() == ValueHint::FilePath
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli;

    /// A program with verbs that hold a target among other words.
    fn program() -> Command {
        use clap::Args;
        let target = |name: &'static str| cli::Target::augment_args(Command::new(name));
        let command = Arg::new("command").last(true).num_args(0..);
        let add = cli::Target::augment_args(Command::new("add").arg(Arg::new("name")));
        let remove = || Command::new("remove").arg(Arg::new("name"));
        target("assume-role")
            .subcommand(target("exec").arg(command).arg(Arg::new("min").long("min")))
            .subcommand(Command::new("profile").subcommand(add).subcommand(remove()))
            .subcommand(Command::new("accounts").subcommand(remove()))
    }

    fn answer(words: &str) -> (Answer, Vec<String>) {
        let home = tempfile::tempdir().unwrap();
        std::fs::create_dir(home.path().join(".aws")).unwrap();
        let write = |file: &str, text: &str| {
            std::fs::write(home.path().join(".aws").join(file), text).unwrap();
        };
        write(
            "accounts",
            r#"{"exec": {"id": "111111111111", "roles": ["read"]}, "prod": "222222222222"}"#,
        );
        write("config", "[profile p]\nregion = eu-west-1\n");
        let environment = Environment::from_pairs([("HOME", home.path())]);
        let typed =
            Typed::new(format!("assume-role {words}").split(' ').map(str::to_owned).collect());
        let mut found = Vec::new();
        let mut out = |value: &str, _: &str| found.push(value.to_owned());
        (candidates(&program(), typed, &environment, Moment(0), &mut out), found)
    }

    #[test]
    fn a_target_stands_behind_verbs_too() {
        for (words, found) in [
            ("exec ", &["exec", "prod"][..]),
            ("exec exec ", &["read"]),
            ("exec --min ", &["15m", "30m", "45m", "1h", "2h", "4h", "8h", "12h"]),
            ("exec --yes exec ", &["read"]),
            ("profile ", &["add", "remove"]),
            ("profile add ", &[]),
            ("profile add new ", &["exec", "prod"]),
            ("profile add new exec ", &["read"]),
            ("profile remove ", &["p"]),
            ("accounts remove ", &["exec", "prod"]),
            ("profile nothing ", &[]),
        ] {
            let found = found.iter().map(|word| (*word).to_owned()).collect();
            assert_eq!(answer(words), (Answer::Words, found), "{words}");
        }
    }

    #[test]
    fn behind_the_dashes_of_exec_another_command_completes_itself() {
        for words in [
            "exec prod read -- ",
            "exec prod read -- aws --region ",
            "exec -- ",
            "exec p --yes -- a -- --",
        ] {
            assert_eq!(answer(words).0, Answer::Command, "{words}");
        }
        assert_eq!(answer("-- ").1, ["exec", "prod"]);
    }
}

//! What may stand at the cursor: clap's engine walks the grammar, the files say which names there are.
//!
//! Typed words come in, candidates with descriptions go out, the likeliest first. All of them: which of them match
//! what is typed is for the shell to say, in the way its user has set.

use std::ffi::{OsStr, OsString};
use std::sync::Arc;

use clap::{Command, ValueHint};
use clap_complete::engine::{ArgValueCompleter, CompletionCandidate, complete};

use super::values::{Asked, Known, values_of};
use super::words::Typed;
use crate::shown::shown_up_to;

/// The longest description, in characters.
const LONGEST: usize = 80;

/// Something that may stand at the cursor.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Candidate {
    /// The word.
    pub value: String,
    /// What it is; one line, maybe empty.
    pub help: String,
}

impl Candidate {
    /// A word with what there is to say about it.
    pub fn new(value: impl Into<String>, help: &str) -> Self {
        Self { value: value.into(), help: shown_up_to(help, LONGEST) }
    }
}

/// What may stand at the cursor.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Answer {
    /// One of these words.
    Words(Vec<Candidate>),
    /// The path of a file, which the shell completes better.
    File,
}

/// Everything that may stand at the cursor. `program` is the grammar of the whole program.
pub fn candidates(program: &Command, typed: Typed, known: &Known) -> Answer {
    let mut position = typed.position(program);
    let has_equals = position.option.as_ref().is_some_and(|name| position.current.starts_with(&format!("--{name}=")));
    let is_option = position.current.starts_with('-') && !position.escaped && (has_equals || position.option.is_none());
    if position.option.as_deref().is_some_and(|name| takes_file(&position.command, name)) {
        return Answer::File;
    }
    // The engine takes what does not begin with the current word away, and the shell may match otherwise.
    let current = match (is_option, has_equals) {
        (true, true) => position.current.clone(),
        (true, false) => "--".to_owned(),
        (false, _) => String::new(),
    };
    let words: Vec<OsString> = position.words.drain(..).chain([current]).map(OsString::from).collect();
    let index = words.len().saturating_sub(1);
    let command = std::mem::take(&mut position.command);
    let verbs = std::mem::take(&mut position.verbs);
    let mut command = with_values(command, &Arc::new(Asked { position, known: known.clone() }));
    let mut found = complete(&mut command, words, index, None).unwrap_or_default();
    found.retain(|candidate| match candidate.get_id() {
        Some(id) if id.starts_with("command::") => verbs.iter().any(|verb| OsStr::new(verb) == candidate.get_value()),
        Some(_) => is_option,
        None => !is_option || candidate.get_value().as_encoded_bytes().starts_with(b"-"),
    });
    // Names before verbs: there are few verbs, and people learn them.
    found.sort_by_key(|candidate| candidate.get_id().is_some());
    Answer::Words(found.iter().filter_map(of_clap).collect())
}

fn takes_file(command: &Command, name: &str) -> bool {
    let mut options = command.get_arguments();
    options.any(|option| option.get_long() == Some(name) && option.get_value_hint() == ValueHint::FilePath)
}

/// The grammar with the values that depend on the files.
fn with_values(command: Command, asked: &Arc<Asked>) -> Command {
    command.mut_args(|argument| match values_of(argument.get_id().as_str()) {
        None => argument,
        Some(values) => {
            let asked = Arc::clone(asked);
            argument.add(ArgValueCompleter::new(move |_: &OsStr| {
                values(&asked).into_iter().map(to_clap).collect::<Vec<_>>()
            }))
        }
    })
}

fn to_clap(candidate: Candidate) -> CompletionCandidate {
    let help = (!candidate.help.is_empty()).then(|| candidate.help.into());
    CompletionCandidate::new(candidate.value).help(help)
}

fn of_clap(candidate: &CompletionCandidate) -> Option<Candidate> {
    let value = candidate.get_value().to_str()?.to_owned();
    let help = candidate.get_help().map(ToString::to_string).unwrap_or_default();
    Some(Candidate::new(value, help.lines().next().unwrap_or_default()))
}

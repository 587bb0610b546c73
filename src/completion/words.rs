//! The words before the cursor: which verb they name, which words are a target, where options have
//! ended.
//!
//! Read leniently, since a line that is still being typed is rarely right. Words come in; the part
//! of the command line's grammar that the cursor is in goes out.

use clap::{Args, Command};

use crate::cli::{self, SHELL_VERBS};
use crate::types::Region;

/// The verb of the function that `init` defines, not of people.
const EXPORT: &str = "export";

/// The arguments whose words are a target.
const TARGETS: [&str; 2] = ["words", "account_and_role"];

/// The words before the cursor and the one at it, without the name of the program.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Typed {
    before: Vec<String>,
    current: String,
}

#[derive(Default)]
pub(super) struct Position {
    pub command: Command,
    /// The verbs that lead to it, from the first.
    pub path: Vec<String>,
    /// The words for that grammar, the program's name first.
    pub words: Vec<String>,
    /// Those of them that name a target, or stand where one could: no options, no values of
    /// options, and not the name in front of the target of `profile add`.
    pub positionals: Vec<String>,
    /// Whether `--` stands before: no more options, and no verb.
    pub escaped: bool,
    pub has_region: bool,
    /// The option whose value the word at the cursor is, or holds behind `=`.
    pub option: Option<String>,
    pub verbs: Vec<String>,
    /// The verbs that would win over an account of their name, which is reached behind `--` only.
    pub taken: Vec<String>,
    pub current: String,
}

impl Typed {
    /// Takes the words of a shell, the one at the cursor last. What stands before the name of the
    /// program sets variables for it.
    pub(super) fn new(words: Vec<String>) -> Self {
        let mut words: Vec<String> =
            words.into_iter().skip_while(|word| is_assignment(word)).skip(1).collect();
        let current = words.pop().unwrap_or_default();
        Self { before: words, current }
    }

    /// Finds where the cursor is. `program` is the grammar of the whole program.
    pub(super) fn position(self, program: &Command) -> Position {
        let taken = all_verbs(program);
        let verb = self.before.first().filter(|word| taken.contains(word)).cloned();
        match verb.as_deref() {
            Some(EXPORT) => match self.words_of_export() {
                Some(inner) => {
                    Position { verbs: shell_verbs(&inner.before), taken, ..inner.position(program) }
                }
                None => self.within(program),
            },
            Some(_) => self.within(program),
            None if self.before.is_empty() => {
                let verbs = taken.iter().filter(|verb| *verb != EXPORT).cloned().collect();
                Position { verbs, taken, ..self.at(program.clone(), 0) }
            }
            // No verb any more, and a role of a verb's name must not be taken for one.
            None => Position {
                taken,
                ..self.at(cli::Target::augment_args(Command::new("assume-role")), 0)
            },
        }
    }

    /// Within a verb, or a verb below it: `profile add`.
    fn within(self, program: &Command) -> Position {
        let (mut command, mut path) = (program, Vec::new());
        while let Some(verb) =
            self.before.get(path.len()).and_then(|word| command.find_subcommand(word))
        {
            path.push(verb.get_name().to_owned());
            command = verb;
        }
        let verbs = if self.before.len() == path.len() { all_verbs(command) } else { Vec::new() };
        let skip = path.len();
        Position { verbs, path, ..self.at(command.clone(), skip) }
    }

    /// The program's own words after `export --shell S`, unless the cursor is still among the
    /// options of `export`.
    fn words_of_export(&self) -> Option<Self> {
        let mut rest = self.before.get(1..).unwrap_or_default();
        let is_own = |option: &str| ["--shell", "--format"].contains(&option);
        loop {
            match rest {
                [option, _, after @ ..] if is_own(option) => rest = after,
                [option] if is_own(option) => return None,
                [option, after @ ..]
                    if option.split_once('=').is_some_and(|(it, _)| is_own(it)) =>
                {
                    rest = after;
                }
                [] if self.current.starts_with('-') => return None,
                _ => return Some(Self { before: rest.to_vec(), current: self.current.clone() }),
            }
        }
    }

    fn at(self, command: Command, skip: usize) -> Position {
        let takes_value = |name: &str| {
            let mut options = command.get_arguments();
            options
                .any(|option| option.get_long() == Some(name) && option.get_action().takes_values())
        };
        let (mut positionals, mut escaped, mut has_region, mut option) =
            (Vec::new(), false, false, None);
        for word in self.before.iter().skip(skip) {
            if option.take().is_some() {
                continue;
            }
            match word.strip_prefix("--").filter(|_| !escaped) {
                Some("") => {
                    escaped = true;
                }
                Some(name) => {
                    option = Some(name.to_owned()).filter(|name| takes_value(name));
                    has_region |= name.split('=').next() == Some("region");
                }
                None if word.starts_with('-') && !escaped => {}
                None => positionals.push(word.clone()),
            }
        }
        let leading = command
            .get_positionals()
            .position(|argument| TARGETS.contains(&argument.get_id().as_str()));
        positionals.drain(..leading.unwrap_or(0).min(positionals.len()));
        has_region |= positionals.iter().skip(2).any(|word| Region::is_shaped(word));
        let behind_equals = self
            .current
            .strip_prefix("--")
            .filter(|_| !escaped)
            .and_then(|word| word.split_once('='));
        let option = option.or_else(|| behind_equals.map(|(name, _)| name.to_owned()));
        let words =
            std::iter::once(String::new()).chain(self.before.into_iter().skip(skip)).collect();
        let (current, rest) = (self.current, Position::default());
        Position { command, words, positionals, escaped, has_region, option, current, ..rest }
    }
}

fn is_assignment(word: &str) -> bool {
    let name = word.split_once('=').map_or("", |(name, _)| name);
    !name.is_empty()
        && name.chars().all(|character| character.is_ascii_alphanumeric() || character == '_')
}

fn all_verbs(program: &Command) -> Vec<String> {
    let names = |verb: &Command| {
        std::iter::once(verb.get_name())
            .chain(verb.get_all_aliases())
            .map(str::to_owned)
            .collect::<Vec<_>>()
    };
    program.get_subcommands().flat_map(names).collect()
}

fn shell_verbs(before: &[String]) -> Vec<String> {
    if before.is_empty() { SHELL_VERBS.map(str::to_owned).to_vec() } else { Vec::new() }
}

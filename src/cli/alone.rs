//! A switch and the verbs that are run most, read without building all the others.
//!
//! Words go in; what they mean comes out, or nothing: then the whole reader has to say why, in help
//! or a refusal.

use std::ffi::OsString;

use clap::{Args, Parser, Subcommand};

use super::changes_shell;
use super::grammar::{Cli, Verb};
use super::target::Target;

/// One verb as if it were a program.
#[derive(Parser)]
struct Alone<T: Args> {
    #[command(flatten)]
    arguments: T,
}

/// What such a verb and its words mean.
pub(super) fn parse(words: &[OsString]) -> Option<Cli> {
    let first = words.first()?.to_str()?;
    let verb = match first {
        "init" => Verb::Init(arguments(words)?),
        "export" => Verb::Export(arguments(words)?),
        "status" => Verb::Status(arguments(words)?),
        "list" => Verb::List(arguments(words)?),
        "explain" => Verb::Explain(Box::new(arguments(words)?)),
        "doctor" => Verb::Doctor(arguments(words)?),
        "credential-process" => Verb::CredentialProcess(Box::new(arguments(words)?)),
        // clap does not say that it knows an alias, as `clear` is one.
        _ if Verb::has_subcommand(first) || changes_shell(first) => return None,
        _ if first.starts_with('-') && first != "-" => return None,
        _ => {
            let program = OsString::from("assume-role");
            let named = std::iter::once(&program).chain(words);
            return Some(Cli { verb: None, target: Alone::try_parse_from(named).ok()?.arguments });
        }
    };
    Some(Cli { verb: Some(verb), target: Target::default() })
}

fn arguments<T: Args>(words: &[OsString]) -> Option<T> {
    Alone::try_parse_from(words).ok().map(|alone: Alone<T>| alone.arguments)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_means_the_same_as_among_the_others() {
        for text in [
            "init zsh",
            "init -",
            "init bash --cmd ar --no-completions --prompt right",
            "init --prompt=none fish",
            "export --shell zsh -- production read",
            "export --shell=bash -- --region eu-west-1 -- init read --help",
            "export --format json -- -h",
            "export --shell fish",
            "export --shell elvish --keeps production read",
            "credential-process production read",
            "credential-process --region eu-west-1 -- -x read",
            "credential-process -",
            "status --json",
            "list --color never",
            "explain production read --json -v",
            "explain --region eu-west-1 -- list read",
            "doctor --online",
            "production read --region eu-west-1 --yes",
            "production list 123456 eu-west-1",
            "-",
            "production -- --yes",
        ] {
            let words: Vec<OsString> = text.split(' ').map(OsString::from).collect();
            let whole =
                Cli::try_parse_from([OsString::from("assume-role")].iter().chain(&words)).unwrap();
            assert_eq!(format!("{:?}", parse(&words).unwrap()), format!("{whole:?}"), "{text}");
        }
    }

    #[test]
    fn what_it_cannot_read_is_left_to_the_whole() {
        for text in [
            "", "init", "init --help", "init zsh extra", "export --format xml", "status extra",
            "list --help", "explain --nothing", "--init", "--region eu-west-1 list", "leave",
            "clear", "production read --help", "production read --version", "production --nothing",
        ] {
            let words: Vec<OsString> = text.split_whitespace().map(OsString::from).collect();
            assert!(parse(&words).is_none(), "{text}");
        }
    }
}

//! The refusal of a word that is no account: what it may have been meant to be, and the first step
//! of who begins.

use crate::cli;
use crate::config::Config;
use crate::config::suggest::{first_few, meant, near};
use crate::error::Error;
use crate::types::known_regions;
use crate::types::sanitize::escape_up_to;

/// The most names suggested.
const MOST: usize = 3;

/// The refusal, with what looks like the word: a verb, an account, a profile.
pub(super) fn unknown_account(word: &str, config: &Config) -> Error {
    let accounts = &config.accounts;
    let digits = word.chars().filter(char::is_ascii_digit).count();
    let only_digits =
        word.chars().all(|character| character.is_ascii_digit() || matches!(character, '-' | ' '));
    let error = Error::config(format!("there is no account '{}'", escape_up_to(word, 80)));
    if only_digits && digits > 0 {
        let plain: String = word.chars().filter(char::is_ascii_digit).collect();
        let error = error.because(format!(
            "an account id has 12 digits and nothing else; this has {digits} digits"
        ));
        return if digits == 12 { error.hint(format!("try {plain}")) } else { error };
    }
    match word {
        "help" => {
            return error
                .hint("if you mean the help: assume-role --help, or assume-role VERB --help");
        }
        "version" => return error.hint("if you mean the version: assume-role --version"),
        _ => {}
    }
    let verbs = cli::verbs();
    let error = match near(word, verbs.iter().map(String::as_str)).first() {
        Some(verb) => error.hint(format!("if you mean the verb: assume-role {verb}")),
        None => error,
    };
    let mut names = accounts.near(word);
    names.extend(config.profiles.near(word));
    names.dedup();
    names.truncate(MOST);
    let error = config.missing().into_iter().fold(error, Error::because);
    let error = match config.profiles.hint_about_ignored(word) {
        Some(hint) => error.hint(hint),
        None => error,
    };
    let error = if accounts.exists() { error } else { first_step(error, word, config) };
    if !names.is_empty() {
        return error.hint(meant(&names));
    }
    let file = accounts.file().unwrap_or("~/.aws/accounts");
    match (accounts.exists(), first_few(accounts.listed().map(|account| account.name))) {
        (true, Some(names)) => {
            error.hint(format!("{file} names {names}; a 12-digit id works without a name"))
        }
        (true, None) => {
            error.hint(format!("no account has a name in {file}; a 12-digit id works without one"))
        }
        (false, _) => match first_few(config.profiles.names()) {
            Some(names) => error.hint(format!("the profiles there: {names}")),
            None => error,
        },
    }
}

/// What to do where no account has a name yet.
fn first_step(error: Error, word: &str, config: &Config) -> Error {
    let file = config.accounts.file().unwrap_or("~/.aws/accounts");
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b"._-".contains(&byte);
    let name = if word.bytes().all(is_plain) && !word.starts_with('-') { word } else { "NAME" };
    let has_profiles = config.profiles.names().next().is_some();
    let error = match has_profiles {
        true => error.because(format!("{file} does not exist")),
        false => error.because(format!(
            "nothing is set up yet: {file} does not exist, and there is no profile"
        )),
    };
    let error = error.hint(format!(
        "name it (a 12-digit id works without a name): assume-role accounts add {name} 123456789012"
    ));
    match has_profiles {
        true => error,
        false => error.hint(
            "and put the keys of your own user into ~/.aws/credentials, under [default]: aws_access_key_id and \
             aws_secret_access_key",
        ),
    }
}

/// The regions that a word looks like, as the end of a hint.
pub(crate) fn near_regions(word: &str) -> Option<String> {
    let near = near(word, known_regions());
    (!near.is_empty()).then(|| meant(&near))
}

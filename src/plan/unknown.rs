//! The refusal of a word that is no account: what it may have been meant to be, and the first step
//! of someone who begins.

use super::account::TargetAccount;
use super::request::{Invocation, VERBS};
use crate::config::Config;
use crate::config::suggest::{first_few, meant, near};
use crate::error::Error;
use crate::types::quote::word as quoted;
use crate::types::sanitize::escape_up_to;
use crate::types::{RoleArn, RoleName, known_regions};
use crate::ui::terminal::is_code;

/// The most names suggested.
const MOST: usize = 3;

/// What people type who come from another tool, and the command that does it here.
const OTHER_TOOLS: [(&str, &str); 26] = [
    ("whoami", "status"),
    ("who", "status"),
    ("current", "status"),
    ("show", "status"),
    ("ls", "list"),
    ("roles", "list"),
    ("profiles", "profile list"),
    ("unset", "leave"),
    ("exit", "leave"),
    ("quit", "leave"),
    ("reset", "leave"),
    ("deactivate", "leave"),
    ("back", "-"),
    ("previous", "-"),
    ("sso", "login"),
    ("signin", "login"),
    ("sync", "accounts sync"),
    ("import", "keys import"),
    ("rotate", "keys rotate"),
    ("renew", "ensure 45m"),
    ("refresh", "ensure 45m"),
    ("setup", "doctor"),
    ("configure", "doctor"),
    ("config", "doctor"),
    ("help", "--help"),
    ("version", "--version"),
];

/// What stands before a target elsewhere; here it begins with the account.
const BEFORE_TARGET: [&str; 9] =
    ["use", "switch", "assume", "assume-role", "get", "set", "select", "become", "su"];

/// The same for what is a verb here.
const VERBS_OF_OTHERS: [(&str, &str, &str); 3] =
    [("open", "console ", ""), ("run", "exec ", " -- \"$SHELL\""), ("plan", "explain ", "")];

/// The error for a profile where an account was expected: a role stands behind it.
pub(super) fn not_an_account(
    name: &str,
    role: Option<&str>,
    how: &Invocation,
    config: &Config,
) -> Error {
    let shown = escape_up_to(name, 80);
    let section = config.profiles.get(name).ok().flatten();
    let names_role = section.is_some_and(|profile| {
        profile.value("role_arn").is_some() || profile.value("sso_role_name").is_some()
    });
    let error = match (names_role, role) {
        (true, _) => Error::config(format!("'{shown}' is a profile and has its role already")),
        (false, Some(role)) => Error::config(format!(
            "'{shown}' is a profile, and '{}' is no MFA code and no region",
            escape_up_to(role, 80)
        )),
        (false, None) => Error::config(format!("'{shown}' is a profile")),
    };
    error.hint(how.with(&[name]))
}

/// The refusal, with what looks like the word: a verb, an account, a profile, a role.
pub(super) fn unknown_account(
    word: &str,
    behind: &[String],
    how: &Invocation,
    config: &Config,
) -> Error {
    let role = behind.first().map(String::as_str);
    let accounts = &config.accounts;
    let shown = escape_up_to(word, 80);
    let what = match config.profiles.names().next() {
        Some(_) if role.is_none() => "account or profile",
        _ => "account",
    };
    let error = Error::config(format!("there is no {what} '{shown}'"));
    let error = config.missing().into_iter().fold(error, Error::because);
    // The name may stand in a team's file that could not be read.
    let team = accounts.missing().iter().chain(accounts.broken().iter().map(|e| &e.message));
    let error = team.fold(error, Error::because);
    let error = match config.profiles.hint_about_ignored(word) {
        Some(hint) => error.hint(hint),
        None => error,
    };
    if let Some(error) = as_digits(word, error.clone(), role, how) {
        return error;
    }
    if let Some(command) = of_other_tools(word, behind, how, config) {
        return error.hint(command);
    }
    let verb = near(word, VERBS).first().copied().filter(|_| how.verb.is_empty());
    let error = match verb {
        Some(verb) => error.hint(format!("if you mean the verb: assume-role {verb}")),
        None => error,
    };
    // The words may be swapped, and a slash may stand where a blank or a colon belongs.
    let is_role = |word: &str| RoleName::parse(word).is_ok();
    let is_account = |word: &str| accounts.find(word).is_ok_and(|found| found.is_some());
    if let Some(role) = role.filter(|role| verb.is_none() && is_account(role) && is_role(word)) {
        return error.hint(how.with(&[role, word]));
    }
    if let Some((account, role)) = word.split_once('/').filter(|(account, _)| is_account(account))
        && is_role(role)
    {
        return error.hint(how.with(&[account, role]));
    }
    let near_accounts = accounts.near(word);
    let mut names: Vec<&str> = near_accounts.clone();
    names.extend(config.profiles.near(word));
    names.dedup();
    names.truncate(MOST);
    let error = if accounts.exists() { error } else { first_step(error, word, config) };
    if let Some(first) = names.first() {
        let is_account = near_accounts.contains(first);
        let command = match role.filter(|_| is_account) {
            Some(role) => how.with(&[first, role]),
            None => how.with(&[first]),
        };
        return error.hint(format!("{} {command}", meant(&names)));
    }
    let own = accounts.file().unwrap_or("~/.aws/accounts");
    let team = accounts.team().map(|(file, _)| file);
    let file = std::iter::once(own).chain(team).collect::<Vec<_>>().join(", ");
    match (accounts.exists(), first_few(accounts.listed().map(|(name, _)| name))) {
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

/// The command for words that mean something to another tool.
fn of_other_tools(
    word: &str,
    behind: &[String],
    how: &Invocation,
    config: &Config,
) -> Option<String> {
    let is_switch = how.verb.is_empty();
    let how = match VERBS_OF_OTHERS.iter().find(|(other, ..)| *other == word && is_switch) {
        Some((_, verb, rest)) => Invocation { verb, rest: (*rest).to_owned(), ..how.clone() },
        None if BEFORE_TARGET.contains(&word) => how.clone(),
        None => {
            let command = OTHER_TOOLS.iter().find(|(other, _)| *other == word && is_switch);
            return command.map(|(_, command)| format!("assume-role {command}"));
        }
    };
    let is_known = |word: &str| {
        let account = || TargetAccount::find(word, config).is_ok_and(|found| found.is_some());
        let profile = || config.profiles.get(word).is_ok_and(|found| found.is_some());
        RoleArn::is_meant(word) || account() || profile()
    };
    let Some(first) = behind.first() else { return Some("assume-role --help".to_owned()) };
    let account = first.rsplit_once(':').map_or(first.as_str(), |(account, _)| account);
    if !is_known(first) && !is_known(account) {
        return Some("assume-role --help".to_owned());
    }
    // A code that was not sent is not shown either.
    let target: Vec<&str> =
        behind.iter().map(String::as_str).filter(|word| !is_code(word)).collect();
    Some(how.with(&target))
}

/// The error for a word of digits that is no account id.
fn as_digits(word: &str, error: Error, role: Option<&str>, how: &Invocation) -> Option<Error> {
    let digits: String = word.chars().filter(char::is_ascii_digit).collect();
    let is_id = |character: char| character.is_ascii_digit() || matches!(character, '-' | ' ');
    if digits.is_empty() || !word.chars().all(is_id) {
        return None;
    }
    let count = digits.len();
    let error = error
        .because(format!("an account id has 12 digits and nothing else; this has {count} digits"));
    Some(match (count, role) {
        (12, Some(role)) => error.hint(how.with(&[&digits, role])),
        (12, None) => error.hint(how.with(&[&digits])),
        _ => error,
    })
}

/// What to do where no account has a name yet.
fn first_step(error: Error, word: &str, config: &Config) -> Error {
    let file = config.accounts.file().unwrap_or("~/.aws/accounts");
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b"._-".contains(&byte);
    let name = if word.bytes().all(is_plain) && !word.starts_with('-') { word } else { "NAME" };
    let has_profiles = config.profiles.names().next().is_some();
    let signs_on = config.profiles.sso_sessions().next().is_some();
    let error = if has_profiles {
        error.because(format!("{file} does not exist"))
    } else {
        error.because(format!(
            "nothing is set up yet: {file} does not exist, and there is no profile"
        ))
    };
    let error = error.hint(format!(
        "name it (a 12-digit id works without a name): assume-role accounts add {} 123456789012",
        quoted(name)
    ));
    if signs_on {
        return error.hint("or take the names from your sign-on: assume-role accounts sync");
    }
    if has_profiles {
        return error;
    }
    error.hint(
        "and put the keys of your IAM user into ~/.aws/credentials, under [default]: aws_access_key_id and \
         aws_secret_access_key",
    )
}

/// The regions that a word looks like, as the end of a hint.
pub(crate) fn near_regions(word: &str) -> Option<String> {
    let near = near(word, known_regions());
    (!near.is_empty()).then(|| meant(&near))
}

//! The words of a target, in the order of the old script and a little freer.

use super::target::Target;
use crate::cli;
use crate::error::{Error, Result};
use crate::session::{Region, Secret};
use crate::shown::shown_up_to;

/// What a line like `production read 123456 eu-west-1` says.
#[derive(Clone, Debug, Default)]
pub struct Words {
    /// The first word: an account's name or id.
    pub account: String,
    /// The second word.
    pub role: Option<String>,
    /// Six digits.
    pub code: Option<Secret>,
    /// A region-shaped word.
    pub region: Option<String>,
}

/// Sorts the words: after the role, in any order and each once, six digits are the code, a region-shaped word the
/// region, an empty word nothing (the old script was called with empty arguments to skip them).
///
/// # Errors
/// `Usage` for a word that is neither, or one that comes twice.
pub fn sort(words: &[String]) -> Result<Words> {
    let mut rest = words.iter();
    let Some(account) = rest.next() else {
        return Err(usage("which account and role?").hint("the accounts you named stand in ~/.aws/accounts"));
    };
    if account.is_empty() {
        return Err(usage("the account is empty"));
    }
    let mut sorted = Words { account: account.clone(), role: rest.next().cloned(), ..Words::default() };
    if sorted.role.as_ref().is_some_and(String::is_empty) {
        return Err(usage("the role is empty"));
    }
    for word in rest.filter(|word| !word.is_empty()) {
        let is_code = word.len() == 6 && word.bytes().all(|byte| byte.is_ascii_digit());
        if is_code && sorted.code.is_none() {
            sorted.code = Some(Secret::new(word.clone()));
        } else if Region::is_shaped(word) && sorted.region.is_none() {
            sorted.region = Some(word.clone());
        } else if is_code || Region::is_shaped(word) {
            let what = if is_code { "MFA code" } else { "region" };
            return Err(usage(format!("'{}' is a second {what}", shown_up_to(word, 80))));
        } else {
            return Err(usage(format!("'{}' is neither a six-digit MFA code nor a region", shown_up_to(word, 80))));
        }
    }
    Ok(sorted)
}

/// The request as words that ask for the same session again: account, role and what was chosen on the command line,
/// never a code or a consent.
pub fn without_secrets(asked: &cli::Target, target: &Target) -> Vec<String> {
    let options = [
        ("--region", &asked.region),
        ("--duration", &asked.duration),
        ("--mfa-serial", &asked.mfa_serial),
        ("--base", &asked.base),
        ("--scheme", &asked.scheme),
        ("--session-name", &asked.session_name),
        ("--external-id", &asked.external_id),
    ];
    let chosen =
        options.into_iter().filter_map(|(option, value)| value.as_ref().map(|value| format!("{option}={value}")));
    let region = asked.words.get(2..).unwrap_or_default().iter().find(|word| Region::is_shaped(word));
    let mut words: Vec<String> = chosen.chain(region.map(|region| format!("--region={region}"))).collect();
    if asked.write {
        words.push("--write".to_owned());
    }
    words.extend(["--".to_owned(), target.name.to_string(), target.role.to_string()]);
    words
}

fn usage(message: impl Into<String>) -> Error {
    Error::usage(message).hint("assume-role ACCOUNT ROLE [MFA_CODE] [REGION]")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sorted(words: &[&str]) -> Result<Words> {
        sort(&words.iter().map(|word| (*word).to_owned()).collect::<Vec<_>>())
    }

    #[test]
    fn code_and_region_in_any_order() {
        for words in [["a", "r", "123456", "eu-west-1"], ["a", "r", "eu-west-1", "123456"]] {
            let sorted = sorted(&words).unwrap();
            assert_eq!(sorted.code.unwrap().expose(), "123456");
            assert_eq!(sorted.region.as_deref(), Some("eu-west-1"));
        }
    }

    #[test]
    fn empty_words_say_nothing() {
        let sorted = sorted(&["a", "r", "", "eu-west-1"]).unwrap();
        assert!(sorted.code.is_none() && sorted.region.is_some());
    }

    #[test]
    fn other_words_and_second_ones_are_refused() {
        for words in [
            &["a", "r", "12345"][..],
            &["a", "r", "x"],
            &["a", "r", "123456", "123457"],
            &["a", "r", "eu-west-1", "eu-west-2"],
            &["", "r"],
            &["a", ""],
            &[],
        ] {
            assert_eq!(sorted(words).unwrap_err().kind, crate::error::Kind::Usage, "{words:?}");
        }
    }
}

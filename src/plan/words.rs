//! The words of a target, in the order of the old script and a little freer.

use super::request::Invocation;
use super::unknown::near_regions;
use crate::error::{Error, Result};
use crate::types::sanitize::escape_up_to;
use crate::types::{Region, RoleArn, Secret};
use crate::ui::terminal::is_code;

#[derive(Clone, Debug, Default)]
pub(super) struct Extras {
    pub code: Option<Secret>,
    /// A region-shaped word.
    pub region: Option<String>,
}

/// Sorts the words behind the role, in any order and each once: six digits are the code, a
/// region-shaped word the region, an empty word nothing (the old script was called with empty
/// arguments to skip them). `head` is what stands before them.
pub(super) fn extras(head: &[&str], words: &[String], how: &Invocation) -> Result<Extras> {
    let mut sorted = Extras::default();
    let usage = |message: String, region: Option<&String>| {
        let region = region.map(String::as_str);
        let words: Vec<&str> = head.iter().copied().chain(region).collect();
        Error::usage(message).hint(how.with(&words))
    };
    for word in words.iter().filter(|word| !word.is_empty()) {
        let is_code = is_code(word);
        if is_code && sorted.code.is_none() {
            sorted.code = Some(Secret::new(word.clone()));
        } else if Region::is_shaped(word) && sorted.region.is_none() {
            sorted.region = Some(word.clone());
        } else if is_code {
            let message = "there are two MFA codes".to_owned();
            return Err(usage(message, sorted.region.as_ref()));
        } else if Region::is_shaped(word) {
            let message = format!("'{}' is a second region", escape_up_to(word, 80));
            return Err(usage(message, sorted.region.as_ref()));
        } else {
            let word = escape_up_to(word, 80);
            let message = format!("'{word}' is neither a six-digit MFA code nor a region");
            return Err(match near_regions(&word) {
                Some(near) => Error::usage(message).hint(near),
                None => usage(message, sorted.region.as_ref()),
            });
        }
    }
    Ok(sorted)
}

/// `ACCOUNT:ROLE`, as the prompt shows it, is two words, split at the last colon. An account or a
/// profile of that whole name wins, and so does an ARN.
pub(super) fn with_role_apart(
    words: &[String],
    is_known: impl FnOnce(&str) -> Result<bool>,
) -> Result<Vec<String>> {
    if let Some((first, rest)) = words.split_first()
        && !RoleArn::is_meant(first)
        && let Some((account, role)) = first.rsplit_once(':')
        && !account.is_empty()
        && !role.is_empty()
        && !is_known(first)?
    {
        let apart = [account, role].map(str::to_owned);
        return Ok(apart.into_iter().chain(rest.iter().cloned()).collect());
    }
    Ok(words.to_vec())
}

/// The words of `ACCOUNT ROLE`, the role if there is one, and what stands behind them.
pub(super) fn account_and_role<'a>(
    words: &'a [String],
    how: &Invocation,
) -> Result<(&'a str, Option<&'a str>, &'a [String])> {
    let empty = |what: &str| Err(Error::usage(format!("the {what} is empty")).hint(how.usage()));
    match words {
        [] => Err(nothing_named(how)),
        [account, ..] if account.is_empty() => empty("account"),
        [_, role, ..] if role.is_empty() => empty("role"),
        [account, role, rest @ ..] => Ok((account, Some(role), rest)),
        [account] => Ok((account, None, &[])),
    }
}

pub(crate) fn nothing_named(how: &Invocation) -> Error {
    Error::usage("which account and role?")
        .hint(how.usage())
        .hint("accounts and roles known here: assume-role list")
        .hint("to name an account: assume-role accounts add NAME 123456789012")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(words: &[&str]) -> Vec<String> {
        words.iter().map(|word| (*word).to_owned()).collect()
    }

    fn sorted(typed: &[&str]) -> Result<Extras> {
        let how = Invocation::default();
        extras(&["a", "r"], account_and_role(&words(typed), &how)?.2, &how)
    }

    #[test]
    fn code_and_region_in_any_order() {
        for typed in [["a", "r", "123456", "eu-west-1"], ["a", "r", "eu-west-1", "123456"]] {
            let sorted = sorted(&typed).unwrap();
            assert_eq!(sorted.code.unwrap().expose(), "123456");
            assert_eq!(sorted.region.as_deref(), Some("eu-west-1"));
        }
        let sorted = sorted(&["a", "r", "", "eu-west-1"]).unwrap();
        assert!(sorted.code.is_none() && sorted.region.is_some());
    }

    #[test]
    fn other_words_and_second_ones_are_refused() {
        for typed in [
            &["a", "r", "12345"][..],
            &["a", "r", "x"],
            &["a", "r", "123456", "123457"],
            &["a", "r", "eu-west-1", "eu-west-2"],
            &["", "r"],
            &["a", ""],
            &[],
        ] {
            assert_eq!(sorted(typed).unwrap_err().kind, crate::error::Kind::Usage, "{typed:?}");
        }
    }

    #[test]
    fn account_and_role_in_one_word() {
        for (typed, known, expected) in [
            (&["a:r"][..], "", &["a", "r"][..]),
            (&["a:b:ops/r", "123456"], "", &["a:b", "ops/r", "123456"]),
            (&["a:r"], "a:r", &["a:r"]),
            (&[":r"], "", &[":r"]),
            (&["a:"], "", &["a:"]),
            (&["arn:aws:iam::1:role/x"], "", &["arn:aws:iam::1:role/x"]),
        ] {
            let apart = with_role_apart(&words(typed), |word| Ok(word == known)).unwrap();
            assert_eq!(apart, words(expected));
        }
    }
}

//! What the words leave open: nothing, the role, or everything.

use super::{subject, target, way};
use crate::cli;
use crate::error::Result;
use crate::input::Input;
use crate::input::values::Scheme;
use crate::session::RoleArn;

/// What has to be chosen before a request is complete.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Open {
    /// Nothing.
    Nothing,
    /// Account and role.
    Target,
    /// The role of the account that the only word names. `note`: what the user should hear about that word.
    Role {
        /// What the user should hear about the word.
        note: Option<String>,
    },
}

/// Finds out what is left open. A role that follows from the account's `default_role` is not.
///
/// # Errors
/// `Config` for an account whose entry is wrong, or a scheme that is not known.
pub fn open(asked: &cli::Target, input: &Input) -> Result<Open> {
    if asked.profile.is_some() || asked.saml_response.is_some() {
        return Ok(Open::Nothing);
    }
    match asked.words.as_slice() {
        [] if way::scheme(asked, None, input)?.value == Scheme::WebIdentity => Ok(Open::Nothing),
        [] => Ok(Open::Target),
        [word] if !word.is_empty() && !RoleArn::is_meant(word) => {
            let account = target::find_account(word, input)?;
            let has_default =
                |account: &target::Asked| account.entry.as_ref().is_some_and(|entry| entry.default_role.is_some());
            if account.is_none_or(|account| has_default(&account)) {
                return Ok(Open::Nothing);
            }
            let is_profile = input.profiles.get(word).is_ok_and(|profile| profile.is_some());
            Ok(Open::Role { note: is_profile.then(|| subject::also_a_profile(word)) })
        }
        _ => Ok(Open::Nothing),
    }
}

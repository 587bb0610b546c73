//! What the words leave open: nothing, the role, or everything.

use super::{saml, subject, target, way};
use crate::cli;
use crate::config::Config;
use crate::config::values::Scheme;
use crate::error::Result;
use crate::types::RoleArn;

/// What has to be chosen before a request is complete.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Open {
    /// Nothing.
    Nothing,
    /// Account and role.
    Target,
    /// One of these roles, which a captured response offers: of the account that was typed, or of
    /// any.
    Offered(Vec<RoleArn>),
    /// The role of the account that the only word names. `note`: what the user should hear about
    /// that word.
    Role {
        /// What the user should hear about the word.
        note: Option<String>,
    },
}

/// Finds out what is left open. A role that follows from the account's `default_role` is not.
pub(crate) fn open(asked: &cli::Target, config: &Config) -> Result<Open> {
    if asked.profile.is_some() {
        return Ok(Open::Nothing);
    }
    if asked.saml_response.is_some() {
        return offered(asked, config);
    }
    match asked.words.as_slice() {
        [] if way::scheme(asked, None, config)?.value == Scheme::WebIdentity => Ok(Open::Nothing),
        [] => Ok(Open::Target),
        [word] if !word.is_empty() && !RoleArn::is_meant(word) => {
            if target::find_account(word, config)?.is_none_or(|account| has_default(&account)) {
                return Ok(Open::Nothing);
            }
            let is_profile = config.profiles.get(word).is_ok_and(|profile| profile.is_some());
            Ok(Open::Role { note: is_profile.then(|| subject::also_a_profile(word)) })
        }
        _ => Ok(Open::Nothing),
    }
}

fn has_default(account: &target::Asked) -> bool {
    account.entry.as_ref().is_some_and(|entry| entry.default_role.is_some())
}

/// Several roles on offer are left open; what else there is to say about them is said where the
/// words are read.
fn offered(asked: &cli::Target, config: &Config) -> Result<Open> {
    let account = match asked.words.as_slice() {
        [] => None,
        [word] if !RoleArn::is_meant(word) => match target::find_account(word, config)? {
            Some(account) if !has_default(&account) => Some(account.id),
            _ => return Ok(Open::Nothing),
        },
        _ => return Ok(Open::Nothing),
    };
    let captured = if asked.via.is_empty() { saml::captured(asked, config)? } else { None };
    let offers = captured.into_iter().flat_map(|response| response.value.offers);
    let roles: Vec<RoleArn> = offers
        .map(|offer| offer.role)
        .filter(|role| account.as_ref().is_none_or(|account| role.account == *account))
        .collect();
    Ok(if roles.len() > 1 { Open::Offered(roles) } else { Open::Nothing })
}

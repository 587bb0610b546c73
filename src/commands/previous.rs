//! Requests kept as words in the environment: the one before (`-`), and the present one.
//!
//! Anybody can set a variable, so the words are read by the same parser as those of the command
//! line.

use std::ffi::OsString;

use super::held;
use crate::cli::{self, Parsed, Target};
use crate::config::environment::Environment;
use crate::error::{Error, Result};
use crate::plan::ENVIRONMENT;
use crate::shell::words::decode_words;

/// The target that is meant: the one before for the single word `-`, as far as its options are not
/// typed anew; else as typed.
pub(super) fn meant(asked: &Target, environment: &Environment) -> Result<Target> {
    match asked.words.as_slice() {
        [only] if only == "-" => {
            let kept = kept("ASSUME_ROLE_PREVIOUS", environment)?.ok_or_else(|| {
                Error::usage("this shell had no other role before").hint("assume-role ACCOUNT ROLE")
            })?;
            refuse_own_keys(&kept, environment)?;
            Ok(merged(kept, asked))
        }
        _ => Ok(asked.clone()),
    }
}

/// What was asked for with the keys in the environment is not asked for with those of a role that
/// came after.
fn refuse_own_keys(kept: &Target, environment: &Environment) -> Result<()> {
    if held::holds_role(environment)? && kept.base.as_deref() == Some(ENVIRONMENT) {
        return Err(Error::config(
            "the keys that asked for the role before stood in the environment and are gone",
        )
        .hint("assume-role leave brings them back; then name the role again"));
    }
    Ok(())
}

/// A kept request, as far as its options are not typed anew. Every field is named: an option that
/// got lost here would leave a session wider than was asked for.
pub(super) fn merged(kept: Target, typed: &Target) -> Target {
    let typed = typed.clone();
    let either = |typed: Vec<String>, kept| if typed.is_empty() { kept } else { typed };
    Target {
        words: kept.words,
        profile: kept.profile,
        via: either(typed.via, kept.via),
        region: typed.region.or(kept.region),
        duration: typed.duration.or(kept.duration),
        mfa_serial: typed.mfa_serial.or(kept.mfa_serial),
        base: typed.base.or(kept.base),
        scheme: typed.scheme.or(kept.scheme),
        session_name: typed.session_name.or(kept.session_name),
        saml_response: typed.saml_response.or(kept.saml_response),
        web_identity_token_file: typed.web_identity_token_file.or(kept.web_identity_token_file),
        external_id: typed.external_id.or(kept.external_id),
        policy_arn: either(typed.policy_arn, kept.policy_arn),
        policy: typed.policy.or(kept.policy),
        tag: either(typed.tag, kept.tag),
        transitive_tag: either(typed.transitive_tag, kept.transitive_tag),
        source_identity: typed.source_identity.or(kept.source_identity),
        write: typed.write || kept.write,
        mfa_code: typed.mfa_code,
        refresh: typed.refresh,
        yes: typed.yes,
        no_input: typed.no_input,
        verbose: typed.verbose,
        color: typed.color,
    }
}

/// Whether the guard is behind this shell: it stands at the entrance, not at a renewal. What says
/// so also marks the prompt, so a request that somebody put into the environment enters no
/// protected account unseen.
pub(super) fn has_entered(environment: &Environment) -> Result<bool> {
    Ok(environment.text("ASSUME_ROLE_PROTECTED")? == Some("1"))
}

/// The request that a variable keeps.
pub(super) fn kept(variable: &str, environment: &Environment) -> Result<Option<Target>> {
    let Some(text) = environment.text(variable)? else { return Ok(None) };
    let broken = || {
        Error::config(format!("the variable {variable} does not hold a request"))
            .hint(format!("unset {variable}"))
    };
    let words: Vec<OsString> =
        decode_words(text).ok_or_else(broken)?.into_iter().map(OsString::from).collect();
    match cli::parse(&words).map_err(|_| broken())? {
        Parsed::Words(cli) if cli.verb.is_none() => Ok(Some(cli.target)),
        _ => Err(broken()),
    }
}

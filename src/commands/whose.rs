//! Whose keys a verb hands out: those of the target that was typed, or without one those of this
//! shell.

use super::obtain::{self, Obtained};
use super::{Context, choose, held, previous};
use crate::cli::Target;
use crate::config::environment::Environment;
use crate::error::{Error, Kind, Result};
use crate::ui::report::Report;

/// A shell's keys that are about to end are no use to anybody, in seconds.
const LITTLE: i64 = 60;

/// Whose keys they are.
enum Whose {
    /// This shell's, as they stand in the environment.
    Here,
    /// This shell's role, which has to be renewed.
    Renewed(Target),
    /// Those of a target.
    Target(Target),
}

/// The session that is meant, with at least `wanted` seconds left; `None` when it is the one that
/// stands in this shell's environment.
pub(super) fn session(
    asked: &Target,
    wanted: i64,
    context: &Context,
    report: &Report,
) -> Result<Option<Obtained>> {
    let (target, wanted, is_new) = match meant(asked, wanted, context)? {
        Whose::Here => return Ok(None),
        Whose::Renewed(target) => (target, wanted.max(LITTLE), false),
        Whose::Target(target) if names_a_target(asked) => {
            (choose::completed(target, context, report)?, wanted, true)
        }
        Whose::Target(target) => (target, wanted, true),
    };
    let obtain = if is_new { obtain::session } else { obtain::renewed };
    let session =
        obtain(&target, wanted, context, report).map_err(|error| explained(error, asked))?;
    for note in session.request.notes.iter().chain(&session.granted.notes) {
        report.note(note);
    }
    if is_new {
        session.remember_use(context.now())?;
    }
    Ok(Some(session))
}

fn meant(asked: &Target, wanted: i64, context: &Context) -> Result<Whose> {
    let environment = &context.environment;
    let Some(kept) = kept(asked, context)? else {
        return previous::meant(asked, environment).map(Whose::Target);
    };
    let lasts =
        held::end(environment)?.is_none_or(|ends| ends.since(context.now()) >= wanted.max(LITTLE));
    if lasts && !shapes_a_session(asked) {
        return Ok(Whose::Here);
    }
    renewal(kept, asked, environment).map(Whose::Renewed)
}

fn renewal(kept: Target, asked: &Target, environment: &Environment) -> Result<Target> {
    let yes = asked.yes || previous::has_entered(environment)?;
    Ok(Target { yes, ..previous::merged(kept, asked) })
}

/// The role of this shell, where no target is typed.
fn kept(asked: &Target, context: &Context) -> Result<Option<Target>> {
    let environment = &context.environment;
    if names_a_target(asked) || !held::holds_role(environment)? {
        Ok(None)
    } else {
        previous::kept("ASSUME_ROLE_TARGET", environment)
    }
}

/// A session of the target that is typed, or without one of this shell's role, whether or not its
/// keys stand in the environment.
pub(super) fn any_session(asked: &Target, context: &Context, report: &Report) -> Result<Obtained> {
    let target = match kept(asked, context)? {
        Some(kept) => renewal(kept, asked, &context.environment)?,
        None => previous::meant(asked, &context.environment)?,
    };
    obtain::session(&target, 0, context, report).map_err(|error| explained(error, asked))
}

/// Says of words that are missing that they need not have been there.
fn explained(error: Error, asked: &Target) -> Error {
    match error.kind {
        Kind::Usage if !names_a_target(asked) => {
            error.because("without a target it is about the role of this shell, and this shell holds none of ours")
        }
        _ => error,
    }
}

/// Whether anything says who is meant.
pub(super) fn names_a_target(asked: &Target) -> bool {
    let options =
        [&asked.profile, &asked.scheme, &asked.saml_response, &asked.web_identity_token_file];
    !asked.words.is_empty() || options.iter().any(|option| option.is_some())
}

/// Whether an option asks for another session than the one that this shell has.
fn shapes_a_session(asked: &Target) -> bool {
    let plain = Target {
        yes: asked.yes,
        no_input: asked.no_input,
        verbose: asked.verbose,
        color: asked.color,
        ..Target::default()
    };
    *asked != plain
}

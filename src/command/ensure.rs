//! `ensure`: time enough for what comes next, or a failure before it starts.

use super::export::Target;
use super::{Context, Output, assume, previous};
use crate::cli;
use crate::error::{Error, Kind, Result};
use crate::report::Report;
use crate::session::{Moment, minutes, parse_time_left};

/// Renews this shell's role when less than asked is left; prints nothing when there is enough.
///
/// # Errors
/// `TooShort` when the shell holds no role of ours, or when no session with that much left can be had, whoever is
/// the cause: the network, AWS, or nobody to ask.
pub fn run(
    arguments: &cli::Ensure,
    target: Target,
    legacy: bool,
    context: &Context,
    report: &Report,
) -> Result<Output> {
    let wanted = i64::from(parse_time_left("the command line", &arguments.duration)?);
    let short = |why: &str| Error::new(Kind::TooShort, format!("{} cannot be ensured: {why}", minutes(wanted)));
    let ours = context.environment.text("ASSUME_ROLE_KEY_ID")?;
    if ours.is_none() || ours != context.environment.text("AWS_ACCESS_KEY_ID")? {
        return Err(short("this shell holds no role of ours").hint("assume-role ACCOUNT ROLE"));
    }
    let ends = context.environment.text("ASSUME_ROLE_EXPIRES")?.and_then(|text| text.parse().ok()).map(Moment);
    if ends.is_some_and(|ends| ends.since(context.now()) >= wanted) {
        return Ok(Output::Text(String::new()));
    }
    let asked = previous::kept("ASSUME_ROLE_TARGET", &context.environment)?
        .ok_or_else(|| short("ASSUME_ROLE_TARGET is not set").hint("assume-role ACCOUNT ROLE"))?;
    let asked = cli::Target {
        mfa_code: arguments.mfa_code.clone(),
        no_input: arguments.no_input,
        // A guard stands at the entrance, not at a renewal.
        yes: true,
        ..asked
    };
    let session =
        assume::renewed(&asked, wanted, target, legacy, context, report).map_err(|error| match error.kind {
            Kind::NeedsAnswer | Kind::Refused | Kind::Network => Error {
                kind: Kind::TooShort,
                message: format!("{} cannot be ensured: {}", minutes(wanted), error.message),
                ..error
            },
            _ => error,
        })?;
    Ok(Output::Session(session))
}

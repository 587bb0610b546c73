//! `ensure`: time enough for what comes next, or a failure before it starts.

use super::context::{Context, Output};
use super::{assume, session};
use crate::cli;
use crate::error::{Error, Kind, Result};
use crate::plan::Request;
use crate::shell::exports::Form;
use crate::types::{minutes, parse_time_left};
use crate::ui::report::Report;

/// Renews this shell's role when less than asked is left; prints nothing when there is enough.
pub(super) fn run(
    arguments: &cli::Ensure,
    form: Form,
    context: &Context,
    report: &Report,
) -> Result<Output> {
    let environment = &context.environment;
    let wanted = i64::from(parse_time_left("the command line", &arguments.duration)?);
    let short = |why: &str| {
        let message = format!("cannot ensure {}: {why}", minutes(wanted));
        Error::new(Kind::TooShort, message).hint("assume-role ACCOUNT ROLE")
    };
    if !session::holds_role(environment)? {
        return Err(short("this shell has no role to renew"));
    }
    if session::end(environment)?.is_some_and(|ends| ends.since(context.now()) >= wanted) {
        return Ok(Output::Text(String::new()));
    }
    let kept = session::kept("ASSUME_ROLE_TARGET", environment)?
        .ok_or_else(|| short("ASSUME_ROLE_TARGET is not set"))?;
    let request = Request {
        mfa_code: arguments.mfa_code.clone().map(crate::types::Secret::new),
        no_input: arguments.no_input,
        yes: session::consents(environment)?,
        min_left: wanted,
        ..kept
    };
    let code = assume::renew(request, form, context, report).map_err(|error| match error.kind {
        Kind::NeedsAnswer | Kind::Refused | Kind::Network => Error {
            kind: Kind::TooShort,
            message: format!("cannot ensure {}: {}", minutes(wanted), error.message),
            ..error
        },
        _ => error,
    })?;
    Ok(Output::Session(code))
}

//! `ensure`: time enough for what comes next, or a failure before it starts.

use super::export::Language;
use super::{Context, Output, assume, held, previous};
use crate::cli;
use crate::error::{Error, Kind, Result};
use crate::types::{minutes, parse_time_left};
use crate::ui::report::Report;

/// Renews this shell's role when less than asked is left; prints nothing when there is enough.
pub(super) fn run(
    arguments: &cli::Ensure,
    language: Language,
    context: &Context,
    report: &Report,
) -> Result<Output> {
    let wanted = i64::from(parse_time_left("the command line", &arguments.duration)?);
    let short = |why: &str| {
        Error::new(Kind::TooShort, format!("{} cannot be ensured: {why}", minutes(wanted)))
    };
    if !held::holds_role(&context.environment)? {
        return Err(short("this shell holds no role of ours").hint("assume-role ACCOUNT ROLE"));
    }
    if held::end(&context.environment)?.is_some_and(|ends| ends.since(context.now()) >= wanted) {
        return Ok(Output::Text(String::new()));
    }
    let asked = previous::kept("ASSUME_ROLE_TARGET", &context.environment)?
        .ok_or_else(|| short("ASSUME_ROLE_TARGET is not set").hint("assume-role ACCOUNT ROLE"))?;
    let asked = cli::Target {
        mfa_code: arguments.mfa_code.clone(),
        no_input: arguments.no_input,
        yes: previous::has_entered(&context.environment)?,
        ..asked
    };
    let session =
        assume::renewed(&asked, wanted, language, context, report).map_err(
            |error| match error.kind {
                Kind::NeedsAnswer | Kind::Refused | Kind::Network => Error {
                    kind: Kind::TooShort,
                    message: format!("{} cannot be ensured: {}", minutes(wanted), error.message),
                    ..error
                },
                _ => error,
            },
        )?;
    Ok(Output::Session(session))
}

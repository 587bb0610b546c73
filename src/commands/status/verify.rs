//! `status --verify`: AWS is asked whose keys these are, and that is held against what the shell
//! says.

use super::fact::{Fact, Present, Value};
use crate::acquire::Runtime;
use crate::aws::{Attempt, Client, caller_identity, diagnose};
use crate::commands::context::Context;
use crate::commands::wall_clock::skew_told;
use crate::config::Config;
use crate::error::{Error, Kind, Result};
use crate::plan::KeysAtHand;
use crate::prompt::State;
use crate::types::sanitize::escape;
use crate::types::{Principal, RoleName};
use crate::ui::report::Report;

/// What AWS says, and the error when that speaks against the shell.
pub(super) fn ask(present: &Present<'_>, context: &Context) -> Result<(Vec<Fact>, Option<Error>)> {
    let config = Config::read(&context.environment)?;
    let at_hand = KeysAtHand::of_environment(&config)?;
    let connection = &at_hand.connection;
    let client = Client::of(connection, &Report::silent())?;
    let answer = Runtime::new()?.run(async {
        let attempt = Attempt::to_ask_whose(&at_hand.description);
        let identity = caller_identity(&client, &at_hand.keys).await;
        Ok(identity.map_err(|failure| diagnose(&failure, &attempt, &client)))
    })?;
    let (mut facts, error) = match answer {
        Ok(identity) => judged(
            &identity.arn,
            present,
            config.environment.text("AWS_ACCOUNT_ID")?.unwrap_or_default(),
        ),
        Err(error) => {
            let (value, words) = match error.kind {
                Kind::Network => ("unknown", "nothing: it could not be asked"),
                _ => ("refused", "no to these keys"),
            };
            let fact = Fact::machine("verified", Value::Text(value.to_owned()));
            (vec![fact, Fact::words("AWS says", words.to_owned())], Some(error))
        }
    };
    if let Some((skew, off)) = client.skew().and_then(|skew| Some((skew, skew_told(skew)?))) {
        let words = format!("this machine's is {off} AWS's");
        facts.push(Fact {
            label: "clock",
            words,
            ..Fact::machine("clock_skew", Value::Number(skew))
        });
    }
    Ok((facts, error))
}

/// Whether the ARN is the one that the shell claims to be. A shell whose keys are not ours claims
/// nothing.
fn judged(arn: &str, present: &Present<'_>, account: &str) -> (Vec<Fact>, Option<Error>) {
    let arn_fact = |note: &str| Fact::plain("verified_arn", "AWS says", arn).note(note);
    let verdict = |value: &str| Fact::machine("verified", Value::Text(value.to_owned()));
    if matches!(present.segment.state, State::None | State::Foreign) {
        return (vec![verdict("yes"), arn_fact("")], None);
    }
    let role = present.variables.role;
    let name =
        RoleName::parse(role).map_or_else(|_| role.to_owned(), |role| role.base_name().to_owned());
    let is_it = Principal::parse(arn)
        .is_some_and(|principal| principal.account.as_str() == account && principal.name == name);
    if is_it {
        return (vec![verdict("yes"), arn_fact("it agrees")], None);
    }
    let claimed = format!("{}:{}", escape(present.variables.account), escape(role));
    let error = Error::refused(format!("AWS knows these keys as {}", escape(arn)))
        .because(format!("this shell says that they are {claimed} ({})", escape(account)))
        .hint("assume-role leave");
    (vec![verdict("no"), arn_fact("that is not what this shell says")], Some(error))
}

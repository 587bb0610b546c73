//! `identity` asks the server who the keys in the environment are, through the AWS SDK: the second
//! opinion on a switch.

use std::io::Write;

use crate::support::client::{Keys, caller_arn};
use crate::support::failure::{Failure, Outcome};

/// The name by which it is called.
pub const PROGRAM: &str = "identity";

/// Prints the ARN behind the keys.
///
/// # Errors
/// Without keys in the environment, or when the server does not take them.
pub fn show() -> Outcome<()> {
    let variable = |name: &str| {
        std::env::var(name)
            .map_err(|_| Failure(format!("no identity: {name} is not set in this shell")))
    };
    let keys = Keys {
        id: variable("AWS_ACCESS_KEY_ID")?,
        secret: variable("AWS_SECRET_ACCESS_KEY")?,
        token: variable("AWS_SESSION_TOKEN").ok(),
    };
    let arn = caller_arn(&variable("AWS_ENDPOINT_URL_STS")?, &keys)?;
    Ok(writeln!(std::io::stdout(), "{arn}")?)
}

//! The role that this shell holds, as its variables tell it.

use crate::config::environment::Environment;
use crate::error::Result;
use crate::types::Moment;

/// Whether the keys in the environment are those of a switch.
pub(super) fn holds_role(environment: &Environment) -> Result<bool> {
    let ours = environment.text("ASSUME_ROLE_KEY_ID")?;
    Ok(ours.is_some() && ours == environment.text("AWS_ACCESS_KEY_ID")?)
}

/// When they end, by this machine's clock; `None` where nobody says so.
pub(super) fn end(environment: &Environment) -> Result<Option<Moment>> {
    Ok(environment.text("ASSUME_ROLE_EXPIRES")?.and_then(|text| text.parse().ok()).map(Moment))
}

//! A profile as the target: whatever it says.

use super::Request;
use super::words::Extras;
use crate::cli;
use crate::error::{Error, Result};
use crate::input::Input;
use crate::shown::shown_up_to;

/// Decides everything about a profile.
///
/// # Errors
/// `Config` when there is no such profile, or it says something that does not hold.
pub fn resolve(name: &str, _: &cli::Target, _: &Extras, input: &Input) -> Result<Request> {
    input.profiles.require(name)?;
    Err(Error::config(format!("'{}' is a profile, and this version switches to none", shown_up_to(name, 80)))
        .hint("name its role: assume-role ACCOUNT ROLE"))
}

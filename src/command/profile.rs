//! `profile`.

use super::Context;
use crate::cli;
use crate::error::{Error, Result};
use crate::report::Report;

/// Not there yet.
pub fn run(_: &cli::Profile, _: &Context, _: &Report) -> Result<String> {
    Err(Error::usage("not there yet"))
}

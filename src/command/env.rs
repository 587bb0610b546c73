//! `env`.

use super::Context;
use crate::cli;
use crate::error::{Error, Result};
use crate::report::Report;
use crate::session::Secret;

/// Not there yet.
pub fn run(_: &cli::Env, _: &Context, _: &Report) -> Result<Secret> {
    Err(Error::usage("not there yet"))
}

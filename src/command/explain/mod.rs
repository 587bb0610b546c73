//! `explain`.
use super::{Context, Told};
use crate::{cli, error::Result, report::Report};
/// x
pub fn run(_: &cli::Explain, _: &Context, _: &Report) -> Result<Told> {
    Ok(Told::text(String::new()))
}

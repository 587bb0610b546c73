//! `doctor`.
use super::{Context, Told};
use crate::{cli, error::Result};
/// x
pub fn run(_: cli::Doctor, _: &Context) -> Result<Told> {
    Ok(Told::text(String::new()))
}

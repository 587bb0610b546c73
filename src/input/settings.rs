//! Settings.
use super::environment::Environment;
use crate::error::Result;
use crate::session::Region;
/// S
#[derive(Debug)]
pub struct Settings;
impl Settings {
    /// r
    pub fn read(_: &Environment) -> Result<Self> {
        Ok(Self)
    }
    /// r
    pub fn region(&self) -> Option<(&Region, &str)> {
        None
    }
    /// r
    pub fn duration(&self) -> Option<(u32, &str)> {
        None
    }
    /// r
    pub fn base(&self) -> Option<(&str, &str)> {
        None
    }
    /// r
    pub fn timeout(&self) -> Option<(u32, &str)> {
        None
    }
}

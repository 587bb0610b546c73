//! A program that prints keys, as a profile names it.

use crate::plan::chosen::Chosen;

#[derive(Clone, Debug)]
pub(crate) struct Process {
    pub command: Chosen<String>,
    /// The profiles whose programs are running already, one on each line: how we meet ourselves
    /// again.
    pub running: String,
}

/// The variable that tells a program for which profiles it runs.
pub(crate) const RUNNING: &str = "ASSUME_ROLE_CHAIN";

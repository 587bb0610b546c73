//! What people see and answer: messages, pages, tables, questions and the picker.

pub(crate) mod page;
mod password;
pub(crate) mod picker;
pub(crate) mod report;
pub(crate) mod table;
pub(crate) mod terminal;

use clap::ValueEnum;

/// When messages are coloured.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum Color {
    /// On a terminal, unless `NO_COLOR` is set.
    #[default]
    Auto,
    Always,
    Never,
}

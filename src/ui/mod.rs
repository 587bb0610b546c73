//! What people see and answer: messages, pages, tables, questions and the picker.

pub(crate) mod page;
mod password;
pub(crate) mod picker;
pub(crate) mod report;
pub(crate) mod signals;
pub(crate) mod table;
pub(crate) mod terminal;

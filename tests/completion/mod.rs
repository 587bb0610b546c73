//! TAB: what it offers, in every shell, and what it touches.

mod files_and_commands;
mod hostile;
mod in_shells;
mod rows;
mod traces;
mod words;

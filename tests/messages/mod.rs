//! What the program says: help, refusals with their place and reason, and hints.

mod diagnosis;
mod files;
mod help;
mod hints;
mod list;
mod usage;

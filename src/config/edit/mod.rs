//! Files of the user, changed in place: a few lines become others, every other byte stays.
//!
//! [`profiles`] and [`accounts`] say what a file shall hold, given what it holds; [`File`] puts that
//! in place of the old file, whole or not at all.

pub(crate) mod accounts;
mod attributes;
pub(crate) mod diff;
mod edited_file;
mod file;
mod json;
mod lock;
mod look;
pub(crate) mod profiles;
mod unfinished;

pub(crate) use file::{Change, File};
pub(crate) use lock::Lock;
pub(crate) use unfinished::{UNFINISHED, sweep, swept};

//! Files of the user, changed in place: a few lines of theirs become others, everything else stays
//! byte for byte.
//!
//! Two steps, apart from each other. The pure one takes what a file holds and gives what it shall
//! hold ([`section`], [`accounts`]); the other ([`File`]) reads, lets the first decide, and puts
//! the result where the old file was, whole or not at all. Nothing here asks, prints, or knows AWS.

pub(crate) mod accounts;
pub(crate) mod diff;
mod file;
mod json;
mod real_file;
pub(crate) mod section;

pub(crate) use file::{Change, File};

//! What is asked at TAB, and one answer to it.

use super::words::Position;
use crate::catalog::{Catalogue, Reach};
use crate::config::environment::Environment;
use crate::types::Moment;

/// Takes a word that may stand at the cursor and what it is, the likeliest first: ten thousand that
/// were kept in between would cost more than the file they are in.
pub(super) type Out<'a> = &'a mut dyn FnMut(&str, &str);

pub(super) struct Query<'a> {
    pub position: Position,
    /// It says where the files are.
    pub environment: &'a Environment,
    /// This machine's clock.
    pub now: Moment,
}

impl Query<'_> {
    pub(super) fn catalogue(&self, reach: Reach) -> Catalogue {
        Catalogue::read(self.environment, reach, self.now)
    }
}

/// The parts that say something.
pub(super) fn joined<const N: usize>(parts: [&str; N]) -> String {
    let mut text = String::with_capacity(64);
    for part in parts.into_iter().filter(|part| !part.is_empty()) {
        if !text.is_empty() {
            text.push_str(", ");
        }
        text.push_str(part);
    }
    text
}

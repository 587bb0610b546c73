//! What is asked at TAB, and one answer to it.

use super::words::Position;
use crate::catalog::{Catalogue, Reach};
use crate::config::environment::Environment;
use crate::types::Moment;
use crate::types::sanitize::escape_up_to;

/// The longest description, in characters.
const LONGEST: usize = 80;

/// Where to look.
#[derive(Clone, Debug)]
pub(crate) struct Known {
    /// The environment, which says where the files are.
    pub environment: Environment,
    /// This machine's clock.
    pub now: Moment,
}

pub(super) struct Query {
    pub position: Position,
    pub known: Known,
}

impl Query {
    pub(super) fn catalogue(&self, reach: Reach) -> Catalogue {
        Catalogue::read(&self.known.environment, reach, self.known.now)
    }
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Candidate {
    pub value: String,
    /// What it is; one line, maybe empty.
    pub help: String,
}

impl Candidate {
    pub(super) fn new(value: impl Into<String>, help: impl Into<String>) -> Self {
        let help = help.into();
        let is_fit = help.len() <= LONGEST && help.bytes().all(|byte| (0x20..0x7f).contains(&byte));
        Self { value: value.into(), help: if is_fit { help } else { escape_up_to(&help, LONGEST) } }
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

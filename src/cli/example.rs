//! Examples: lines that can be typed as they stand.

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Example {
    pub line: &'static str,
    /// What it does; empty where the line says it.
    pub says: &'static str,
}

/// The examples of verbs, by the words that lead to each.
pub(super) type Examples = &'static [(&'static str, &'static [Example])];

pub(super) const fn line(line: &'static str, says: &'static str) -> Example {
    Example { line, says }
}

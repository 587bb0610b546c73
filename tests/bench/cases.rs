//! What is measured: a file for each part of the program.

mod links;
mod others;
mod place;
mod prompt;
mod start;
mod switch;
mod verbs;

use crate::measure::Case;

/// Every path, in the order of the table.
pub fn all() -> Vec<Case> {
    [start::cases, prompt::cases, switch::cases, others::cases, links::cases, verbs::cases]
        .into_iter()
        .flat_map(|cases| cases())
        .collect()
}

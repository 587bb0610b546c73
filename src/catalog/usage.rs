//! Often and recently: one number to sort by.

use crate::cache::Use;
use crate::types::Moment;

const HOUR: i64 = 3600;
const DAY: i64 = 24 * HOUR;

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Usage {
    /// How often, weighed by how long ago; higher comes first.
    pub score: u64,
    pub count: u32,
    /// When last, by this machine's clock.
    pub last: Option<Moment>,
}

impl Usage {
    /// Adds uses. A use of today counts four times one of last month, one of long ago a quarter.
    pub(crate) fn add(&mut self, used: &Use, now: Moment) {
        let weight = match now.since(used.last) {
            ..DAY => 16,
            age if age < 7 * DAY => 8,
            age if age < 30 * DAY => 4,
            _ => 1,
        };
        self.score = self.score.saturating_add(u64::from(used.count) * weight);
        self.count = self.count.saturating_add(used.count);
        self.last = self.last.max(Some(used.last));
    }
}

/// How long ago, in words: `5m ago`, `3h ago`, `12d ago`.
pub(crate) fn ago(then: Moment, now: Moment) -> String {
    match now.since(then) {
        ..60 => "just now".to_owned(),
        seconds if seconds < HOUR => format!("{}m ago", seconds / 60),
        seconds if seconds < DAY => format!("{}h ago", seconds / HOUR),
        seconds => format!("{}d ago", seconds / DAY),
    }
}

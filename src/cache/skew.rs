//! AWS's time, as far as this machine can tell it.
//!
//! The `Date` header of a reply says how far this machine's clock is off. That is kept, so that a
//! run without the network judges the end of a session as AWS will.

use serde::{Deserialize, Serialize};

use super::entry::Entry;
use crate::types::Moment;

/// After this long a measured skew says nothing: the clock may have been set since.
const GOOD_FOR: i64 = 24 * 3600;
/// By how many seconds a skew seems to move: headers name whole ones and take their time.
pub(crate) const JITTER: i64 = 2;
const SOON: i64 = 3600;

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Skew {
    pub(super) seconds: i64,
    /// When it was measured, by this machine's clock.
    pub(super) measured: Moment,
}

impl Entry for Skew {
    const KIND: &'static str = "clock";
}

impl Skew {
    /// What to add to `now`. AWS's time never runs back, so it is at least what it was when it was
    /// measured, whatever became of this machine's clock.
    pub(super) fn at(self, now: Moment) -> i64 {
        let age = now.since(self.measured);
        let believed = if (0..=GOOD_FOR).contains(&age) { self.seconds } else { 0 };
        let at_least = self.measured.plus(self.seconds).since(now);
        believed.max(at_least)
    }

    /// Whether a skew that is measured now is worth writing.
    pub(super) fn is_outdated(self, seconds: i64, now: Moment) -> bool {
        (self.seconds - seconds).abs() > JITTER || !(0..=SOON).contains(&now.since(self.measured))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOON: Moment = Moment(1_795_305_600);

    #[test]
    fn a_measured_skew_holds_for_a_day() {
        let skew = Skew { seconds: -7200, measured: NOON };
        assert_eq!(skew.at(NOON.plus(60)), -7200);
        assert_eq!(skew.at(NOON.plus(GOOD_FOR + 1)), 0);
    }

    #[test]
    fn the_time_of_aws_never_runs_back() {
        let skew = Skew { seconds: 10, measured: NOON };
        let set_back = NOON.plus(-7200);
        assert_eq!(set_back.plus(skew.at(set_back)), NOON.plus(10));
    }

    #[test]
    fn a_clock_that_was_right_again_is_believed() {
        let in_1970 = Skew { seconds: NOON.0 - 100, measured: Moment(100) };
        assert_eq!(in_1970.at(Moment(100)), NOON.0 - 100);
        assert_eq!(in_1970.at(NOON.plus(300)), 0);
        let in_2099 = Skew { seconds: -2_300_000_000, measured: NOON.plus(2_300_000_000) };
        assert_eq!(in_2099.at(NOON.plus(300)), 0);
    }
}

//! A moment as the clock on the wall shows it, for people. Machines get RFC 3339.

use time::{OffsetDateTime, UtcOffset};

use crate::types::{Moment, minutes};

/// From here on a moment is no date that a user waits for, in seconds from now.
const NEVER: i64 = 10 * 365 * 24 * 3600;
/// From here on people are told that the clock is off, in seconds.
const SKEW_TOLD: i64 = 60;

/// `15:05` for today, else `2026-11-23 15:05`, in the time zone of this machine; in UTC, and with
/// that word, where the zone is not known.
pub(super) fn wall_time(moment: Moment, now: Moment) -> String {
    shown_in(moment, now, local_offset)
}

/// Until when, and how long that is: `until 15:05 (59m)`; nothing is said of what has no end.
pub(super) fn until(moment: Moment, now: Moment) -> String {
    match moment.since(now) {
        NEVER.. => "without end".to_owned(),
        left => format!("until {} ({})", wall_time(moment, now), minutes(left)),
    }
}

/// How far this machine's clock is off, as `5m behind`; nothing for less than people have to know.
/// `skew` is in seconds, positive when AWS is ahead.
pub(super) fn skew_told(skew: i64) -> Option<String> {
    let direction = if skew > 0 { "behind" } else { "ahead of" };
    (skew.abs() > SKEW_TOLD).then(|| format!("{} {direction}", roughly(skew.abs())))
}

/// A span between two clocks, which is measured in whole seconds: to the minute, and large ones in
/// days.
fn roughly(seconds: i64) -> String {
    match seconds {
        ..172_800 => minutes((seconds + 30) / 60 * 60),
        _ => format!("{} days", seconds / 86_400),
    }
}

fn local_offset(moment: OffsetDateTime) -> Option<UtcOffset> {
    UtcOffset::local_offset_at(moment).ok()
}

fn shown_in(
    moment: Moment,
    now: Moment,
    offset: impl Fn(OffsetDateTime) -> Option<UtcOffset>,
) -> String {
    let at = |moment: Moment| {
        let utc = OffsetDateTime::from_unix_timestamp(moment.0).ok()?;
        Some(offset(utc).map_or((utc, false), |offset| (utc.to_offset(offset), true)))
    };
    let (Some((then, is_local)), Some((today, _))) = (at(moment), at(now)) else {
        return moment.rfc3339();
    };
    let time = format!("{:02}:{:02}", then.hour(), then.minute());
    let day = if then.date() == today.date() { String::new() } else { format!("{} ", then.date()) };
    let zone = if is_local { "" } else { " UTC" };
    format!("{day}{time}{zone}")
}

#[cfg(test)]
mod tests {
    use super::*;

    /// 2026-11-22 00:00 UTC.
    const MIDNIGHT: Moment = Moment(1_795_305_600);

    #[test]
    fn today_is_not_told_and_another_day_is() {
        let east = |_| UtcOffset::from_hms(1, 0, 0).ok();
        let moment = MIDNIGHT.plus(22 * 3600 + 300);
        assert_eq!(shown_in(moment, MIDNIGHT, east), "23:05");
        assert_eq!(shown_in(moment.plus(3600), MIDNIGHT, east), "2026-11-23 00:05");
        assert_eq!(shown_in(moment, MIDNIGHT, |_| None), "22:05 UTC");
    }

    #[test]
    fn what_has_no_end_has_no_date() {
        assert_eq!(until(Moment(253_402_300_799), MIDNIGHT), "without end");
        assert!(until(MIDNIGHT.plus(3600), MIDNIGHT).ends_with("(1h)"));
        assert_eq!(shown_in(Moment(i64::MAX), MIDNIGHT, |_| None), "");
    }
}

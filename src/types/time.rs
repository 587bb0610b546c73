//! Moments and durations, in whole seconds. Only [`local_now`] reads a clock; everything else gets
//! `now` as an argument.

use std::time::SystemTime;

use aws_smithy_types::DateTime;
use aws_smithy_types::date_time::Format;
use serde::{Deserialize, Serialize};

use crate::error::{Error, Result};
use crate::types::sanitize::escape_up_to;

/// A moment in seconds since 1970 (UTC). Which clock it was read from, AWS's or this machine's, is
/// said where it is stored.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Moment(pub i64);

/// This machine's clock, handed in at the start of a run. It is read again after every wait: a
/// question may be answered hours later, and a machine may sleep in the meantime.
pub(crate) type Clock = fn() -> Moment;

pub(crate) fn local_now() -> Moment {
    let since = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
    Moment(i64::try_from(since.as_secs()).unwrap_or(i64::MAX))
}

impl Moment {
    /// `YYYY-MM-DDTHH:MM:SSZ`, the form that botocore, the JS SDK and starship read.
    pub fn rfc3339(self) -> String {
        DateTime::from_secs(self.0).fmt(Format::DateTime).unwrap_or_default()
    }

    /// Reads RFC 3339 with `Z` or an offset; fractions are dropped, a leap second counts as the one
    /// before it.
    pub fn parse_rfc3339(text: &str) -> Option<Self> {
        let leap = text.contains(":60").then(|| text.replacen(":60", ":59", 1));
        DateTime::from_str(leap.as_deref().unwrap_or(text), Format::DateTimeWithOffset)
            .ok()
            .map(|time| Self(time.secs()))
    }

    pub fn parse_http_date(text: &str) -> Option<Self> {
        DateTime::from_str(text, Format::HttpDate).ok().map(|time| Self(time.secs()))
    }

    /// Seconds from `earlier` to this moment, negative when this one is the earlier.
    pub fn since(self, earlier: Self) -> i64 {
        self.0.saturating_sub(earlier.0)
    }

    #[must_use]
    pub fn plus(self, seconds: i64) -> Self {
        Self(self.0.saturating_add(seconds))
    }
}

/// Reads `900s`, `45m`, `12h`, `1h30m` or a bare number of seconds.
pub(crate) fn parse_duration(origin: &str, text: &str) -> Result<u32> {
    seconds_of(text).ok_or_else(|| {
        Error::config(format!(
            "duration '{}' from {origin} is not a duration",
            escape_up_to(text, 80)
        ))
        .hint("write 900s, 45m, 1h30m or 12h")
    })
}

/// As [`parse_duration`], for the time that has to be left: a bare `45` would mean seconds, and be
/// meant as minutes.
pub(crate) fn parse_time_left(origin: &str, text: &str) -> Result<u32> {
    let seconds = parse_duration(origin, text)?;
    if text.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(Error::usage(format!("'{text}' from {origin}: seconds or minutes?"))
            .hint(format!("write {text}s or {text}m")));
    }
    Ok(seconds)
}

fn seconds_of(text: &str) -> Option<u32> {
    if !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit()) {
        return text.parse().ok();
    }
    let mut total: u32 = 0;
    let mut number = String::new();
    let mut last_unit = u32::MAX;
    for character in text.chars() {
        let unit = match character {
            '0'..='9' => {
                number.push(character);
                continue;
            }
            'h' => 3600,
            'm' => 60,
            's' => 1,
            _ => return None,
        };
        if unit >= last_unit {
            return None;
        }
        total = total.checked_add(number.parse::<u32>().ok()?.checked_mul(unit)?)?;
        number.clear();
        last_unit = unit;
    }
    (number.is_empty() && last_unit != u32::MAX).then_some(total)
}

/// Seconds as people write them: `12h`, `1h05m`, `59m`, `<1m`.
pub(crate) fn minutes(seconds: i64) -> String {
    match seconds {
        ..60 => "<1m".to_owned(),
        60..3600 => format!("{}m", seconds / 60),
        _ if seconds % 3600 < 60 => format!("{}h", seconds / 3600),
        _ => format!("{}h{:02}m", seconds / 3600, seconds % 3600 / 60),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rfc3339_both_ways() {
        assert_eq!(Moment(1_795_305_600).rfc3339(), "2026-11-22T00:00:00Z");
        for text in ["2026-11-22T00:00:00Z", "2026-11-22T01:00:00+01:00", "2026-11-22T00:00:00.5Z"]
        {
            assert_eq!(Moment::parse_rfc3339(text), Some(Moment(1_795_305_600)), "{text}");
        }
        assert_eq!(
            Moment::parse_rfc3339("2026-12-31T23:59:60Z"),
            Moment::parse_rfc3339("2026-12-31T23:59:59Z")
        );
        assert_eq!(Moment::parse_rfc3339("tomorrow"), None);
    }

    #[test]
    fn http_dates() {
        assert_eq!(
            Moment::parse_http_date("Sun, 22 Nov 2026 00:00:00 GMT"),
            Some(Moment(1_795_305_600))
        );
    }

    #[test]
    fn durations() {
        for (text, seconds) in
            [("900", 900), ("900s", 900), ("45m", 2700), ("12h", 43200), ("1h30m", 5400)]
        {
            assert_eq!(parse_duration("a test", text).unwrap(), seconds, "{text}");
        }
        for wrong in ["", "-1", "1e9", "0x10", "٣٦٠٠", "h", "m5", "5m1h", "1h 30m", "99999999999h"]
        {
            assert!(parse_duration("a test", wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn a_time_left_has_a_unit() {
        assert_eq!(parse_time_left("a test", "45m").unwrap(), 2700);
        assert_eq!(parse_time_left("a test", "45").unwrap_err().hints, ["write 45s or 45m"]);
    }

    #[test]
    fn durations_for_people() {
        for (seconds, text) in
            [(0, "<1m"), (59, "<1m"), (60, "1m"), (3599, "59m"), (3600, "1h"), (3900, "1h05m")]
        {
            assert_eq!(minutes(seconds), text);
        }
    }
}

//! The server's clock: this machine's, moved by as many seconds as a test wants.

use std::time::SystemTime;

use aws_smithy_types::DateTime;
use aws_smithy_types::date_time::Format;

/// A moment of the server's clock, in seconds since 1970.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Instant(pub i64);

impl Instant {
    /// This machine's time plus `offset` seconds.
    pub fn now(offset: i64) -> Self {
        let since = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
        Self(i64::try_from(since.as_secs()).unwrap_or_default() + offset)
    }

    /// `2026-11-22T00:00:00Z`, as results have it.
    pub fn rfc3339(self) -> String {
        DateTime::from_secs(self.0).fmt(Format::DateTime).expect("a time within the calendar")
    }

    /// `20261122T000000Z`, as SigV4 has it.
    pub fn basic(self) -> String {
        self.rfc3339().replace(['-', ':'], "")
    }

    /// The form of the `Date` header.
    pub fn http(self) -> String {
        DateTime::from_secs(self.0).fmt(Format::HttpDate).expect("a time within the calendar")
    }

    /// Reads `20261122T000000Z`.
    pub fn parse_basic(text: &str) -> Option<Self> {
        if text.len() != 16 || !text.is_ascii() {
            return None;
        }
        let part = |range: std::ops::Range<usize>| text.get(range);
        let extended = format!(
            "{}-{}-{}T{}:{}:{}Z",
            part(0..4)?,
            part(4..6)?,
            part(6..8)?,
            part(9..11)?,
            part(11..13)?,
            part(13..15)?
        );
        DateTime::from_str(&extended, Format::DateTime).ok().map(|time| Self(time.secs()))
    }

    /// This moment, `seconds` later.
    #[must_use]
    pub fn plus(self, seconds: i64) -> Self {
        Self(self.0 + seconds)
    }
}

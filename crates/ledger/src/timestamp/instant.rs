//! The time in a time stamp, and how exact it is.

use std::fmt;

use crate::day::{format_day, parse_day};

const MICROS_PER_SECOND: i64 = 1_000_000;
const SECONDS_PER_DAY: i64 = 86_400;

/// A moment, in microseconds since 1970-01-01T00:00:00Z.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Instant(i64);

impl Instant {
    /// Reads the text of a `GeneralizedTime` as RFC 3161 section 2.4.2 writes it: `YYYYMMDDhhmmss[.f…]Z`, at most six
    /// digits behind the point, the last of them not 0.
    pub(super) fn parse(text: &[u8]) -> Option<Self> {
        let digits = text.strip_suffix(b"Z")?;
        let (whole, fraction) = match digits.iter().position(|byte| *byte == b'.') {
            Some(point) => (&digits[..point], fraction(&digits[point + 1..])?),
            None => (digits, 0),
        };
        if whole.len() != 14 || !whole.iter().all(u8::is_ascii_digit) {
            return None;
        }
        let text = std::str::from_utf8(whole).ok()?;
        let day = parse_day(&format!("{}-{}-{}", &text[..4], &text[4..6], &text[6..8]))?;
        let part = |from: usize, limit: i64| {
            let value: i64 = text[from..from + 2].parse().ok()?;
            (value < limit).then_some(value)
        };
        // A leap second is no time that the ledger could say.
        let seconds = part(8, 24)? * 3_600 + part(10, 60)? * 60 + part(12, 60)?;
        let seconds = i64::from(day) * SECONDS_PER_DAY + seconds;
        Some(Self(seconds * MICROS_PER_SECOND + fraction))
    }

    /// A moment in Unix milliseconds.
    #[must_use]
    pub const fn from_millis(millis: i64) -> Self {
        Self(millis.saturating_mul(1_000))
    }

    /// Unix milliseconds, rounded down.
    #[must_use]
    pub const fn millis_before(self) -> i64 {
        self.0.div_euclid(1_000)
    }

    /// Unix milliseconds, rounded up.
    #[must_use]
    pub const fn millis_after(self) -> i64 {
        self.0.saturating_add(999).div_euclid(1_000)
    }

    /// Whole seconds since 1970, rounded down; `None` before.
    #[must_use]
    pub fn unix_seconds(self) -> Option<u64> {
        u64::try_from(self.0.div_euclid(MICROS_PER_SECOND)).ok()
    }

    /// So many microseconds earlier.
    #[must_use]
    pub const fn minus(self, micros: u32) -> Self {
        Self(self.0.saturating_sub_unsigned(widened(micros)))
    }

    /// So many microseconds later.
    #[must_use]
    pub const fn plus(self, micros: u32) -> Self {
        Self(self.0.saturating_add_unsigned(widened(micros)))
    }
}

impl fmt::Display for Instant {
    /// RFC 3339 in UTC, with milliseconds, rounded down.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let millis = self.millis_before();
        let (seconds, millis) = (millis.div_euclid(1_000), millis.rem_euclid(1_000));
        let (day, second) = (
            seconds.div_euclid(SECONDS_PER_DAY),
            seconds.rem_euclid(SECONDS_PER_DAY),
        );
        let day = i32::try_from(day).map_or_else(|_| "????-??-??".to_owned(), format_day);
        let (hour, minute, second) = (second / 3_600, second / 60 % 60, second % 60);
        write!(f, "{day}T{hour:02}:{minute:02}:{second:02}.{millis:03}Z")
    }
}

/// The digits behind the point, in microseconds.
fn fraction(digits: &[u8]) -> Option<i64> {
    let is_well_formed = (1..=6).contains(&digits.len())
        && digits.iter().all(u8::is_ascii_digit)
        && digits.last() != Some(&b'0');
    let text = is_well_formed.then_some(digits)?;
    let text = std::str::from_utf8(text).ok()?;
    format!("{text:0<6}").parse().ok()
}

/// `u64::from`, which is not const yet.
const fn widened(micros: u32) -> u64 {
    let [a, b, c, d] = micros.to_be_bytes();
    u64::from_be_bytes([0, 0, 0, 0, a, b, c, d])
}

#[cfg(test)]
mod tests {
    use super::Instant;

    #[test]
    fn a_time_reads_as_its_authority_wrote_it() {
        let read = |text: &str| Instant::parse(text.as_bytes()).map(|at| at.to_string());
        assert_eq!(
            read("20260101000001Z").as_deref(),
            Some("2026-01-01T00:00:01.000Z")
        );
        assert_eq!(
            read("20240229235959.123456Z").as_deref(),
            Some("2024-02-29T23:59:59.123Z")
        );
        for wrong in [
            "20260101000001",
            "20260101000001+0900",
            "20260101000001.Z",
            "20260101000001.10Z",
            "20260101000001.1234567Z",
            "202601010000Z",
            "20260230000001Z",
            "20260101240001Z",
            "20260101000060Z",
            "2026010100000 Z",
            "",
        ] {
            assert_eq!(read(wrong), None, "{wrong:?}");
        }
    }

    #[test]
    fn a_bracket_is_never_rounded_inwards() {
        let at = Instant::parse(b"19700101000001.0005Z").unwrap();
        assert_eq!((at.millis_before(), at.millis_after()), (1_000, 1_001));
        assert_eq!(at.minus(500).millis_before(), 1_000);
        assert_eq!(at.plus(500).millis_after(), 1_001);
        assert_eq!(at.unix_seconds(), Some(1));
        assert_eq!(at.minus(2_000_000).unix_seconds(), None);
    }
}

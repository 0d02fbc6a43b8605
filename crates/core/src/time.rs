//! Instants and spans as the control plane stores them.
//!
//! Both databases keep times as 64-bit integers, so the domain does too: the two
//! backends order and round them alike. Deciding code receives `now` as an
//! argument and never reads a clock.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};

/// Microseconds in one second.
const MICROS: i64 = 1_000_000;

/// An instant: microseconds since 1970-01-01T00:00:00Z.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Timestamp(i64);

impl Timestamp {
    /// The first instant of 1970, used where "never yet" must sort first.
    pub const EPOCH: Self = Self(0);

    /// An instant from microseconds since the epoch.
    pub const fn from_micros(micros: i64) -> Self {
        Self(micros)
    }

    /// An instant from whole seconds since the epoch.
    pub const fn from_secs(secs: i64) -> Self {
        Self(secs.saturating_mul(MICROS))
    }

    /// Microseconds since the epoch.
    pub const fn as_micros(self) -> i64 {
        self.0
    }

    /// This instant plus a span; saturates at the end of time.
    #[must_use]
    pub const fn plus(self, span: Millis) -> Self {
        Self(self.0.saturating_add(span.as_micros()))
    }

    /// This instant minus a span; saturates at the beginning of time.
    #[must_use]
    pub const fn minus(self, span: Millis) -> Self {
        Self(self.0.saturating_sub(span.as_micros()))
    }

    /// The span from `earlier` to this instant, zero where `earlier` is later.
    pub const fn since(self, earlier: Self) -> Millis {
        let micros = self.0.saturating_sub(earlier.0);
        Millis(if micros > 0 { (micros / 1_000) as u64 } else { 0 })
    }
}

impl fmt::Display for Timestamp {
    /// RFC 3339 in UTC with microseconds, as in `2026-11-24T03:00:00.000000Z`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match jiff::Timestamp::from_microsecond(self.0) {
            Ok(at) => write!(f, "{at:.6}"),
            Err(_) => write!(f, "{}us", self.0),
        }
    }
}

impl FromStr for Timestamp {
    type Err = TimeError;

    fn from_str(text: &str) -> Result<Self, TimeError> {
        text.parse::<jiff::Timestamp>()
            .map(|at| Self(at.as_microsecond()))
            .map_err(|_| TimeError::Instant(text.chars().take(64).collect()))
    }
}

/// A span of time in milliseconds, as settings and policies state it.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, schemars::JsonSchema,
)]
#[serde(transparent)]
pub struct Millis(pub u64);

impl Millis {
    /// No time at all.
    pub const ZERO: Self = Self(0);

    /// A span of whole seconds.
    pub const fn secs(secs: u64) -> Self {
        Self(secs.saturating_mul(1_000))
    }

    /// The span in microseconds, saturating.
    pub const fn as_micros(self) -> i64 {
        let micros = self.0.saturating_mul(1_000);
        if micros > i64::MAX as u64 { i64::MAX } else { micros as i64 }
    }

    /// The span as the standard library's duration.
    pub const fn to_std(self) -> std::time::Duration {
        std::time::Duration::from_millis(self.0)
    }

    /// Reads `"250ms"`, `"30s"`, `"10m"`, `"6h"` or `"7d"`; a bare number has no unit and is refused.
    ///
    /// It is `const`, so that the `#[asset]` macro can refuse a bad literal at compile time.
    pub const fn parse(text: &str) -> Result<Self, TimeError> {
        let bytes = text.as_bytes();
        let mut value: u64 = 0;
        let mut at = 0;
        while at < bytes.len() && bytes[at].is_ascii_digit() {
            value = match value.checked_mul(10) {
                Some(v) => match v.checked_add((bytes[at] - b'0') as u64) {
                    Some(v) => v,
                    None => return Err(TimeError::SpanTooLong),
                },
                None => return Err(TimeError::SpanTooLong),
            };
            at += 1;
        }
        if at == 0 {
            return Err(TimeError::SpanWithoutNumber);
        }
        let scale: u64 = match bytes.len() - at {
            2 if bytes[at] == b'm' && bytes[at + 1] == b's' => 1,
            1 => match bytes[at] {
                b's' => 1_000,
                b'm' => 60_000,
                b'h' => 3_600_000,
                b'd' => 86_400_000,
                _ => return Err(TimeError::SpanUnit),
            },
            _ => return Err(TimeError::SpanUnit),
        };
        match value.checked_mul(scale) {
            Some(v) => Ok(Self(v)),
            None => Err(TimeError::SpanTooLong),
        }
    }
}

impl fmt::Display for Millis {
    /// The largest unit that is exact: `90s`, `2m`, `1h`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (value, unit) = match self.0 {
            0 => (0, "s"),
            v if v % 86_400_000 == 0 => (v / 86_400_000, "d"),
            v if v % 3_600_000 == 0 => (v / 3_600_000, "h"),
            v if v % 60_000 == 0 => (v / 60_000, "m"),
            v if v % 1_000 == 0 => (v / 1_000, "s"),
            v => (v, "ms"),
        };
        write!(f, "{value}{unit}")
    }
}

impl FromStr for Millis {
    type Err = TimeError;

    fn from_str(text: &str) -> Result<Self, TimeError> {
        Self::parse(text)
    }
}

/// A time that could not be read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TimeError {
    /// The text is not an RFC 3339 instant.
    #[error("`{0}` is not an instant; write it as 2026-11-24T03:00:00Z")]
    Instant(String),
    /// The span does not start with a number.
    #[error("a span starts with a whole number, as in 30s or 10m")]
    SpanWithoutNumber,
    /// The span's unit is missing or unknown.
    #[error("a span ends with its unit: ms, s, m, h or d, as in 30s or 10m")]
    SpanUnit,
    /// The span does not fit 64 bits of milliseconds.
    #[error("the span is too long")]
    SpanTooLong,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spans_read_and_print() {
        for (text, millis) in
            [("250ms", 250), ("30s", 30_000), ("10m", 600_000), ("6h", 21_600_000), ("7d", 604_800_000)]
        {
            let span: Millis = text.parse().unwrap();
            assert_eq!(span, Millis(millis));
            assert_eq!(span.to_string(), text);
        }
        for bad in ["", "10", "m", "10 m", "10w", "-1s", "99999999999999999999s"] {
            assert!(bad.parse::<Millis>().is_err(), "{bad} was accepted");
        }
    }

    #[test]
    fn instants_print_as_rfc_3339_and_read_back() {
        let at = Timestamp::from_micros(1_795_489_200_000_001);
        assert_eq!(at.to_string().parse::<Timestamp>().unwrap(), at);
        assert!("yesterday".parse::<Timestamp>().is_err());
    }

    #[test]
    fn arithmetic_saturates() {
        let end = Timestamp::from_micros(i64::MAX);
        assert_eq!(end.plus(Millis::secs(1)), end);
        assert_eq!(Timestamp::EPOCH.since(end), Millis::ZERO);
    }
}

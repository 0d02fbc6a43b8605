//! Instants and spans for people.

use headwater_api::Time;
use headwater_core::time::{Millis, Timestamp};

/// How long ago, in one unit: `12s ago`, `3h ago`. What is not over yet is `in 5m`.
pub(crate) fn ago(now: Timestamp, at: Timestamp) -> String {
    if at > now {
        return format!("in {}", coarse(at.since(now)));
    }
    match now.since(at) {
        Millis(0..=999) => "just now".to_owned(),
        span => format!("{} ago", coarse(span)),
    }
}

fn coarse(span: Millis) -> String {
    let seconds = span.0 / 1_000;
    match seconds {
        0..=119 => format!("{seconds}s"),
        120..=7_199 => format!("{}m", seconds / 60),
        7_200..=172_799 => format!("{}h", seconds / 3_600),
        _ => format!("{}d", seconds / 86_400),
    }
}

/// A duration with the precision that a person reads: `850ms`, `1.2s`, `2m03s`, `1h02m`.
pub(crate) fn span(span: Millis) -> String {
    match span.0 {
        millis @ 0..=999 => format!("{millis}ms"),
        millis @ 1_000..=59_949 => format!("{:.1}s", millis as f64 / 1_000.0),
        millis => {
            let seconds = (millis + 500) / 1_000;
            if seconds < 3_600 {
                format!("{}m{:02}s", seconds / 60, seconds % 60)
            } else {
                format!("{}h{:02}m", seconds / 3_600, seconds % 3_600 / 60)
            }
        }
    }
}

/// The time between two instants where both are known; up to now where the second is not.
pub(crate) fn between(start: Option<Time>, end: Option<Time>, now: Timestamp) -> Option<String> {
    start.map(|start| span(end.map_or(now, |end| end.0).since(start.0)))
}

/// An instant to the second, in UTC: `2026-11-24 03:00:05Z`.
pub(crate) fn instant(at: Time) -> String {
    let text = at.to_string();
    match text.split_once('.') {
        Some((seconds, _)) => format!("{}Z", seconds.replacen('T', " ", 1)),
        None => text,
    }
}

/// The time of day of an instant to the second, in UTC: `03:00:05`.
pub(crate) fn clock(at: Timestamp) -> String {
    at.to_string().get(11..19).unwrap_or("--:--:--").to_owned()
}

/// A number of bytes: `512 B`, `1.5 kB`, `20 GB`.
pub(crate) fn bytes(count: u64) -> String {
    const UNITS: [&str; 6] = ["B", "kB", "MB", "GB", "TB", "PB"];
    let mut value = count as f64;
    let mut unit = 0;
    while value >= 999.5 && unit + 1 < UNITS.len() {
        value /= 1_000.0;
        unit += 1;
    }
    if unit == 0 || value >= 9.95 {
        format!("{value:.0} {}", UNITS[unit])
    } else {
        format!("{value:.1} {}", UNITS[unit])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spans_are_short() {
        let cases =
            [(0, "0ms"), (850, "850ms"), (1_249, "1.2s"), (59_960, "1m00s"), (123_000, "2m03s"), (3_720_000, "1h02m")];
        for (millis, text) in cases {
            assert_eq!(span(Millis(millis)), text);
        }
    }

    #[test]
    fn instants_are_read_from_where_we_are() {
        let now = Timestamp::from_secs(1_000_000);
        for (seconds, text) in [
            (1_000_000, "just now"),
            (999_970, "30s ago"),
            (996_000, "66m ago"),
            (1_000_300, "in 5m"),
            (500_000, "5d ago"),
        ] {
            assert_eq!(ago(now, Timestamp::from_secs(seconds)), text);
        }
        assert_eq!(instant(Time(Timestamp::from_micros(1_795_489_200_000_001))), "2026-11-24 03:00:00Z");
        assert_eq!(clock(Timestamp::from_micros(1_795_489_205_999_999)), "03:00:05");
    }

    #[test]
    fn sizes_have_two_digits() {
        for (count, text) in
            [(0, "0 B"), (999, "999 B"), (1_500, "1.5 kB"), (20_000_000_000, "20 GB"), (999_999, "1.0 MB")]
        {
            assert_eq!(bytes(count), text);
        }
    }
}

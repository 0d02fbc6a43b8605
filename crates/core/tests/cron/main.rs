//! Cron schedules: what they mean, where clocks change, and what is refused.
//!
//! Three views of the same rules must agree: a table written by hand, a minute-by-minute scan of
//! the stated rule, and another implementation.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

mod croner;
mod fixtures;
mod pattern;
mod refused;
mod scan;
mod words;

use headwater_core::{cron::CronSchedule, time::Timestamp};
use jiff::tz::{TimeZone, TimeZoneDatabase};
use proptest::test_runner::Config as ProptestConfig;

const SECOND: i64 = 1_000_000;

fn schedule(expr: &str, zone: &str) -> CronSchedule {
    CronSchedule::parse(expr, zone).unwrap_or_else(|error| panic!("{error}"))
}

fn at(text: &str) -> Timestamp {
    text.parse().unwrap_or_else(|error| panic!("{text}: {error}"))
}

fn secs(instant: Timestamp) -> i64 {
    instant.as_micros() / SECOND
}

fn zone(name: &str) -> TimeZone {
    TimeZoneDatabase::bundled().get(name).unwrap()
}

/// So many times the usual number of random cases, which `PROPTEST_CASES` can raise.
fn cases(times: u32) -> ProptestConfig {
    let usual = ProptestConfig::default();
    let cases = usual.cases.saturating_mul(times);
    ProptestConfig { cases, max_global_rejects: cases.saturating_mul(50), ..usual }
}

/// An instant as the zone's clock shows it, for failure messages.
fn shown(instant: i64, tz: &TimeZone) -> String {
    jiff::Timestamp::from_second(instant).unwrap().to_zoned(tz.clone()).to_string()
}

/// Changes of offset in a zone between two years: the instant, and the offsets before and after.
fn changes(tz: &TimeZone, years: std::ops::RangeInclusive<i16>) -> Vec<(i64, i64, i64)> {
    let start = jiff::civil::date(*years.start(), 1, 1).to_zoned(TimeZone::UTC).unwrap().timestamp();
    let end = jiff::civil::date(*years.end() + 1, 1, 1).to_zoned(TimeZone::UTC).unwrap().timestamp();
    tz.following(start)
        .take_while(|change| change.timestamp() < end)
        .map(|change| {
            let instant = change.timestamp().as_second();
            (instant, offset(tz, instant - 1), offset(tz, instant))
        })
        .filter(|(_, before, after)| before != after)
        .collect()
}

fn offset(tz: &TimeZone, instant: i64) -> i64 {
    tz.to_offset(jiff::Timestamp::from_second(instant).unwrap()).seconds().into()
}

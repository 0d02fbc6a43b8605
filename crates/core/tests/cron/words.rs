//! Schedules in plain words.

use super::schedule;

#[test]
fn common_shapes_read_as_sentences() {
    let table = [
        ("* * * * *", "every minute"),
        ("*/15 * * * *", "every 15 minutes"),
        ("0,30 * * * *", "every 30 minutes"),
        ("*/15 9-17 * * 1-5", "every 15 minutes from 09:00 to 17:45 on Monday to Friday"),
        ("* 3 * * *", "every minute from 03:00 to 03:59 every day"),
        ("@hourly", "every hour"),
        ("5 * * * *", "every hour at minute 5"),
        ("10,20 * * * *", "every hour at minutes 10 and 20"),
        ("0 */6 * * *", "every 6 hours"),
        ("20 */6 * * 6,0", "every 6 hours at minute 20 on Saturday and Sunday"),
        ("0 8 * * 5-7", "at 08:00 on Friday to Sunday"),
        ("0 9-17 * * *", "every hour from 09:00 to 17:00 every day"),
        ("30 2 * * *", "at 02:30 every day"),
        ("30 2,14 * * *", "at 02:30 and 14:30 every day"),
        ("0,30 3 * * *", "at 03:00 and 03:30 every day"),
        ("0,30 0,12 * * *", "at 00:00, 00:30, 12:00 and 12:30 every day"),
        ("0 0 1 * *", "at 00:00 on day 1 of every month"),
        ("0 0 1,15 1-3 *", "at 00:00 on days 1 and 15 of January to March"),
        ("0 0 1-7 * *", "at 00:00 on days 1 to 7 of every month"),
        ("@yearly", "at 00:00 on day 1 of January"),
        ("0 0 13 * FRI", "at 00:00 on day 13 of the month or on Friday"),
        ("0 0 13 6 FRI", "at 00:00 on day 13 of the month or on Friday in June"),
        ("0 8 * 7,8 MON", "at 08:00 on Monday in July and August"),
        ("0 8 * 7 *", "at 08:00 every day in July"),
        ("*/5 * * 12 *", "every 5 minutes in December"),
        ("0 0 30 2 *", "never: no month named in \"0 0 30 2 *\" has such a day"),
        // No words for these, so they speak for themselves.
        ("*/7 * * * *", "*/7 * * * *"),
        ("0 0 */2 * 1", "0 0 */2 * 1"),
        ("1,2,3,5,8,13,21 * * * *", "1,2,3,5,8,13,21 * * * *"),
    ];
    for (expr, expected) in table {
        assert_eq!(schedule(expr, "UTC").describe(), expected, "{expr}");
    }
}

#[test]
fn the_zone_follows_unless_it_is_utc() {
    let table = [
        ("0 6 * * 1-5", "Europe/Berlin", "at 06:00 on Monday to Friday, Europe/Berlin"),
        ("*/7 * * * *", "asia/kolkata", "*/7 * * * *, Asia/Kolkata"),
        ("0 6 * * *", "utc", "at 06:00 every day"),
    ];
    for (expr, zone, expected) in table {
        assert_eq!(schedule(expr, zone).describe(), expected);
    }
}

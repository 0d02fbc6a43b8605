//! The adapter over the `cron` crate: which wall-clock times an expression names.
//!
//! The crate differs from crontab in what its fields mean, and its own handling of
//! time zones skips and doubles firings when clocks change. So it is asked about wall-clock
//! time only, which is passed as if it were UTC; zones are none of its business here.
//! Its differences end in this file:
//!
//! - it wants seconds in front, which are always 0 here;
//! - it counts weekdays from 1 for Sunday;
//! - it wants a day to be in both day fields, so the "either" rule becomes two schedules.

use std::str::FromStr;

use chrono::{DateTime, Utc};
use cron::Schedule;

use super::{
    expression::{Days, Expression},
    field::Field,
};

/// The wall-clock times of an expression, from 1970 to 2100, the years of the `cron` crate.
///
/// A wall-clock time is a number of seconds since 1970-01-01 00:00:00 on that clock.
#[derive(Clone)]
pub(super) struct Calendar {
    schedules: Vec<Schedule>,
}

impl Calendar {
    /// `None` where the crate refuses the expression, which no valid one makes it do.
    pub(super) fn new(expression: &Expression) -> Option<Self> {
        let day = list(expression.day, 0);
        // The crate's Sunday is 1 where crontab's is 0.
        let weekday = list(expression.weekday, 1);
        let day_fields = match expression.days() {
            Days::Both => vec![(day.as_str(), weekday.as_str())],
            Days::Either => vec![(day.as_str(), "*"), ("*", weekday.as_str())],
        };
        let schedules = day_fields.into_iter().map(|(day, weekday)| {
            let (minute, hour) = (list(expression.minute, 0), list(expression.hour, 0));
            let month = list(expression.month, 0);
            Schedule::from_str(&format!("0 {minute} {hour} {day} {month} {weekday}")).ok()
        });
        schedules.collect::<Option<_>>().map(|schedules| Self { schedules })
    }

    /// The first named time strictly after `wall`; `None` where there is none until the end of 2100.
    pub(super) fn next_after(&self, wall: i64) -> Option<i64> {
        let after = DateTime::<Utc>::from_timestamp(wall, 0)?;
        let next = |schedule: &Schedule| schedule.after(&after).next();
        self.schedules.iter().filter_map(next).min().map(|next| next.timestamp())
    }
}

/// The field as the crate writes it: explicit values, which leave nothing to interpret.
fn list(field: Field, shift: u32) -> String {
    if field.whole() {
        return "*".to_owned();
    }
    let values: Vec<String> = field.values().map(|value| (value + shift).to_string()).collect();
    values.join(",")
}

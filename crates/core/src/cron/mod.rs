//! Cron schedules in a time zone.
//!
//! An expression has the five fields of a crontab line (minute, hour, day of the month, month,
//! weekday) or is one of `@hourly`, `@daily`, `@midnight`, `@weekly`, `@monthly`, `@yearly`,
//! `@annually`. Fields take `*`, values, ranges `a-b`, steps `*/n` and `a-b/n`, and lists of
//! these; months and weekdays also take the first three letters of their English names in any
//! case. Sunday is 0 and 7.
//!
//! As in crontab, a day has to satisfy both day fields if either of them contains a `*`; if both
//! are restricted, one of them is enough: `0 0 13 * FRI` fires on every 13th and on every Friday.
//!
//! What happens when clocks change is stated on [`CronSchedule`].
//!
//! The way of an expression through the files: `expression` and `field` read it and say what is
//! wrong with it, `calendar` asks the `cron` crate for wall-clock times, `zone` maps these to
//! instants, and this file joins them.

mod calendar;
mod describe;
mod error;
mod expression;
mod field;
mod zone;

use std::fmt;

use serde::{Deserialize, Serialize};

pub use self::{
    error::{CronError, ExpressionError, Problem, ZoneError},
    zone::tzdb_version,
};

use self::{calendar::Calendar, expression::Expression, zone::Zone};
use crate::time::Timestamp;

const MICROS_PER_SECOND: i64 = 1_000_000;

/// Longer than any two offsets of a zone are apart, in seconds.
const SETTLED: i64 = 3 * 86_400;

/// How a schedule's times relate to a clock that is put forward or back.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Cadence {
    /// Minute and hour are both named, as in `30 2 * * *`: each named time fires once.
    Named,
    /// Minute or hour is every one (`*`, `*/n` or the whole range): firings follow elapsed time.
    Elapsed,
}

/// A cron expression in a time zone: an endless, strictly increasing row of instants.
///
/// # When clocks change
///
/// A schedule whose minute and hour fields are both restricted ([`Cadence::Named`]) means times
/// of day, and each of them counts once:
///
/// - a time that the clock skips fires once, at the instant of the jump. `30 2 * * *` fires at
///   03:00 on the day on which 02:00 to 03:00 does not exist. All times inside one gap share that
///   firing, and so does a whole day that a zone leaves out;
/// - a time that the clock repeats fires the first time only.
///
/// A schedule with a `*` in the minute or the hour, or with all of their values
/// ([`Cadence::Elapsed`]), means a rhythm, and fires at every instant at which the wall clock
/// shows a matching time: nothing extra for what the clock skips, and again for what it repeats.
/// So `*/15 * * * *` stays 15 minutes apart through every whole-hour change.
///
/// # Limits
///
/// Firings have a resolution of one minute and lie between 1970 and 2100.
#[derive(Clone, Serialize, Deserialize)]
#[serde(try_from = "CronSpec", into = "CronSpec")]
pub struct CronSchedule {
    text: String,
    expression: Expression,
    calendar: Calendar,
    zone: Zone,
    cadence: Cadence,
    never: bool,
}

/// A schedule as definitions state it. Nothing is checked until it becomes a [`CronSchedule`].
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct CronSpec {
    /// Five crontab fields, or a macro such as `@daily`.
    pub expr: String,
    /// A zone of the tz database, such as `Europe/Berlin`.
    #[serde(default = "utc")]
    pub zone: String,
}

fn utc() -> String {
    "UTC".to_owned()
}

impl CronSchedule {
    /// Reads an expression and a zone name.
    ///
    /// # Errors
    ///
    /// [`CronError::Expression`] points at the part that is wrong; [`CronError::Zone`] carries
    /// the nearest known names. An expression that can never fire, such as 30 February, is not an
    /// error: see [`is_never`](Self::is_never).
    pub fn parse(expr: &str, zone: &str) -> Result<Self, CronError> {
        let text = expr.trim_ascii();
        let expression = Expression::parse(expr)?;
        let zone = Zone::find(zone)?;
        let calendar = Calendar::new(&expression).ok_or_else(|| ExpressionError::refused(text))?;
        let every = |field: field::Field| field.starred() || field.whole();
        let cadence = match every(expression.minute) || every(expression.hour) {
            true => Cadence::Elapsed,
            false => Cadence::Named,
        };
        let never = expression.is_never();
        Ok(Self { text: text.to_owned(), expression, calendar, zone, cadence, never })
    }

    /// The expression as it was written, without surrounding white space.
    pub fn expr(&self) -> &str {
        &self.text
    }

    /// The zone's name in the spelling of the tz database.
    pub fn zone(&self) -> &str {
        self.zone.name()
    }

    /// Which of the two rules applies when clocks change.
    pub fn cadence(&self) -> Cadence {
        self.cadence
    }

    /// Whether the named days do not exist in any year, as with 30 February.
    pub fn is_never(&self) -> bool {
        self.never
    }

    /// The first firing strictly after an instant; `None` where there is none until the end of 2100.
    ///
    /// An instant before 1970 counts as the beginning of 1970. The cost is a few microseconds
    /// and stays under a millisecond whatever the expression.
    pub fn next_after(&self, after: Timestamp) -> Option<Timestamp> {
        if self.never {
            return None;
        }
        // Firings are whole seconds, so "after the second begun" is "after the instant".
        let after = after.as_micros().div_euclid(MICROS_PER_SECOND).max(-1);
        let due = match self.cadence {
            Cadence::Named => self.next_named(after),
            Cadence::Elapsed => self.next_elapsed(after),
        };
        due.map(|due| Timestamp::from_micros(due * MICROS_PER_SECOND))
    }

    /// The firings after `after` up to and including `until`, the first `limit` of them.
    pub fn between(&self, after: Timestamp, until: Timestamp, limit: usize) -> Vec<Timestamp> {
        self.firings_after(after).take_while(|&due| due <= until).take(limit).collect()
    }

    /// All firings strictly after an instant, in order.
    pub fn firings_after(&self, after: Timestamp) -> impl Iterator<Item = Timestamp> {
        std::iter::successors(self.next_after(after), |&due| self.next_after(due))
    }

    /// The schedule in plain words where it has a common shape, otherwise its expression.
    ///
    /// The zone follows, unless it is UTC.
    pub fn describe(&self) -> String {
        if self.never {
            return format!("never: no month named in {:?} has such a day", self.text);
        }
        let words = describe::words(&self.expression).unwrap_or_else(|| self.text.clone());
        match self.zone() {
            "UTC" => words,
            zone => format!("{words}, {zone}"),
        }
    }

    /// Maps wall-clock times in their order to instants; a skipped or repeated time has one.
    fn next_named(&self, after: i64) -> Option<i64> {
        let mut wall = after + self.zone.offset_at(after)?;
        loop {
            wall = self.calendar.next_after(wall)?;
            let due = self.zone.first_instant(wall)?;
            // In the second pass of a repeated hour the first instants are already over.
            if due > after {
                return Some(due);
            }
        }
    }

    /// Walks the stretches of constant offset, within which wall clock and instants run alike.
    fn next_elapsed(&self, after: i64) -> Option<i64> {
        let mut from = after;
        loop {
            let offset = self.zone.offset_at(from + 1)?;
            let due = self.calendar.next_after(from + offset)? - offset;
            let change = match self.zone.change_after(from + 1) {
                Some(change) if change <= due => change,
                _ => return Some(due),
            };
            // The change itself is the next candidate. Once it is further away than offsets can
            // differ, no clock shows a matching time until shortly before the one just found.
            from = match change - from < SETTLED {
                true => change - 1,
                false => (change - 1).max(due - SETTLED),
            };
        }
    }
}

impl TryFrom<CronSpec> for CronSchedule {
    type Error = CronError;

    fn try_from(spec: CronSpec) -> Result<Self, CronError> {
        Self::parse(&spec.expr, &spec.zone)
    }
}

impl From<CronSchedule> for CronSpec {
    fn from(schedule: CronSchedule) -> Self {
        Self { zone: schedule.zone().to_owned(), expr: schedule.text }
    }
}

impl PartialEq for CronSchedule {
    /// Equal as written: the same expression in the same zone.
    fn eq(&self, other: &Self) -> bool {
        (self.expr(), self.zone()) == (other.expr(), other.zone())
    }
}

impl Eq for CronSchedule {}

impl fmt::Display for CronSchedule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.expr(), self.zone())
    }
}

impl fmt::Debug for CronSchedule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "CronSchedule({self})")
    }
}

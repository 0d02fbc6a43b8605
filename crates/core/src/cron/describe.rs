//! Schedules in plain words.

use super::{
    expression::{Days, Expression},
    field::Field,
};

/// More clock times, minutes or days than this are not listed.
const LISTED: usize = 6;

/// Monday first, so that a weekend stands together.
const WEEKDAYS: [&str; 7] = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"];
const MONTHS: [&str; 12] = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
];

/// The part of the day, and whether it names clock times, which then want a day beside them.
struct Times {
    text: String,
    clock: bool,
}

impl Times {
    fn clock(text: String) -> Self {
        Self { text, clock: true }
    }

    fn rhythm(text: String) -> Self {
        Self { text, clock: false }
    }
}

/// The days in words; no words at all mean every day of every month.
struct DayWords {
    /// Whether no day is named, though months may be.
    every: bool,
    text: Option<String>,
}

/// The expression in words; `None` where it has no common shape.
pub(super) fn words(expression: &Expression) -> Option<String> {
    let times = times(expression)?;
    let days = days(expression)?;
    let daily = (times.clock && days.every).then(|| "every day".to_owned());
    Some(phrase([Some(times.text), daily, days.text]))
}

fn times(expression: &Expression) -> Option<Times> {
    let (minute, hour) = (expression.minute, expression.hour);
    let minutes: Vec<u32> = minute.values().collect();
    let hours: Vec<u32> = hour.values().collect();
    let step = even_step(&minutes, 60);
    match (minutes.as_slice(), hours.as_slice()) {
        (&[.., last], hours) if let Some(step) = step.filter(|_| whole_hours(hours, minutes.len())) => {
            frequent(step, hours, last)
        }
        (&[minute], _) if hour.whole() => Some(hourly("every hour", minute)),
        (&[minute], hours) if let Some(step) = even_step(hours, 24).filter(|_| hour.starred()) => {
            Some(hourly(&format!("every {step} hours"), minute))
        }
        (&[minute], &[first, .., last]) if hours.len() > 2 && contiguous(&hours) => {
            let (first, last) = (clock(first, minute), clock(last, minute));
            Some(Times::clock(format!("every hour from {first} to {last}")))
        }
        (minutes, _) if hour.whole() && minutes.len() <= LISTED => {
            let list: Vec<String> = minutes.iter().map(u32::to_string).collect();
            Some(Times::rhythm(format!("every hour at minutes {}", joined(&list))))
        }
        (minutes, hours) if minutes.len() * hours.len() <= LISTED => {
            let of_hour = |&hour: &u32| minutes.iter().map(move |&minute| clock(hour, minute));
            let all: Vec<String> = hours.iter().flat_map(of_hour).collect();
            Some(Times::clock(format!("at {}", joined(&all))))
        }
        _ => None,
    }
}

/// Whether firings through these hours read better as a rhythm than as a list of clock times.
fn whole_hours(hours: &[u32], per_hour: usize) -> bool {
    hours.len() == 24 || (contiguous(hours) && per_hour > 2)
}

/// Every so many minutes, all day or in one stretch of hours.
fn frequent(step: u32, hours: &[u32], last_minute: u32) -> Option<Times> {
    let every = match step {
        1 => "every minute".to_owned(),
        _ => format!("every {step} minutes"),
    };
    if hours.len() == 24 {
        return Some(Times::rhythm(every));
    }
    let first = clock(*hours.first()?, 0);
    let last = clock(*hours.last()?, last_minute);
    Some(Times::clock(format!("{every} from {first} to {last}")))
}

fn hourly(every: &str, minute: u32) -> Times {
    Times::rhythm(match minute {
        0 => every.to_owned(),
        _ => format!("{every} at minute {minute}"),
    })
}

/// `None` where the days have no common shape.
fn days(expression: &Expression) -> Option<DayWords> {
    let (day, weekday) = (expression.day, expression.weekday);
    let months = (!expression.month.whole()).then(|| listed(expression.month.values(), &MONTHS));
    let in_months = months.as_ref().map(|months| format!("in {months}"));
    // Sunday is 0 in the field and the last day here.
    let weekdays = (1..=7).filter(|weekday| expression.weekday.contains(weekday % 7));
    let on_weekday = format!("on {}", listed(weekdays, &WEEKDAYS));
    let either = expression.days() == Days::Either;
    let (every, named) = match (day.whole(), weekday.whole()) {
        (true, true) => (true, in_months),
        (true, false) | (false, true) if either => (true, in_months),
        (true, false) => (false, Some(phrase([Some(on_weekday), in_months]))),
        (false, true) => {
            let months = months.unwrap_or_else(|| "every month".to_owned());
            (false, Some(format!("{} of {months}", numbered(day)?)))
        }
        (false, false) if either => {
            let days = format!("{} of the month or {on_weekday}", numbered(day)?);
            (false, Some(phrase([Some(days), in_months])))
        }
        (false, false) => return None,
    };
    Some(DayWords { every, text: named })
}

/// Days of the month: `on day 1`, `on days 1 to 7`, `on days 1 and 15`.
fn numbered(field: Field) -> Option<String> {
    let days: Vec<u32> = field.values().collect();
    match days.as_slice() {
        [day] => Some(format!("on day {day}")),
        [first, .., last] if days.len() > 2 && contiguous(&days) => Some(format!("on days {first} to {last}")),
        _ if days.len() <= LISTED => {
            let list: Vec<String> = days.iter().map(u32::to_string).collect();
            Some(format!("on days {}", joined(&list)))
        }
        _ => None,
    }
}

/// The names of values counted from 1: a range where three or more follow each other, else a list.
fn listed(values: impl Iterator<Item = u32>, names: &[&str]) -> String {
    let values: Vec<u32> = values.collect();
    let chosen: Vec<String> =
        (1..).zip(names).filter(|(value, _)| values.contains(value)).map(|(_, name)| (*name).to_owned()).collect();
    match chosen.as_slice() {
        [start, .., end] if chosen.len() > 2 && contiguous(&values) => format!("{start} to {end}"),
        chosen => joined(chosen),
    }
}

/// The distance of values that start at 0 and divide the cycle evenly, such as 0, 15, 30, 45.
fn even_step(values: &[u32], cycle: u32) -> Option<u32> {
    let [0, step, ..] = *values else { return None };
    let expected = (0..cycle).step_by(usize::try_from(step).ok()?);
    (cycle.is_multiple_of(step) && values.iter().copied().eq(expected)).then_some(step)
}

fn contiguous(values: &[u32]) -> bool {
    values.is_sorted_by(|a, b| a + 1 == *b)
}

fn clock(hour: u32, minute: u32) -> String {
    format!("{hour:02}:{minute:02}")
}

/// The parts that are there, as one phrase.
fn phrase<const N: usize>(parts: [Option<String>; N]) -> String {
    parts.into_iter().flatten().collect::<Vec<_>>().join(" ")
}

fn joined(items: &[String]) -> String {
    match items {
        [] => String::new(),
        [one] => one.clone(),
        [rest @ .., last] => format!("{} and {last}", rest.join(", ")),
    }
}

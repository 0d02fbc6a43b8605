//! Schedules in plain words.

use super::{
    expression::{Days, Expression},
    field::Field,
};

/// More clock times, minutes or days than this are not listed.
const LISTED: usize = 6;

const WEEKDAYS: [&str; 7] = [
    "Sunday",
    "Monday",
    "Tuesday",
    "Wednesday",
    "Thursday",
    "Friday",
    "Saturday",
];
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
    Some(
        [Some(times.text), daily, days.text]
            .into_iter()
            .flatten()
            .collect::<Vec<_>>()
            .join(" "),
    )
}

fn times(expression: &Expression) -> Option<Times> {
    let (minute, hour) = (expression.minute, expression.hour);
    let minutes: Vec<u32> = minute.values().collect();
    let hours: Vec<u32> = hour.values().collect();
    let step = even_step(&minutes, 60);
    match (minutes.as_slice(), hours.as_slice()) {
        (&[.., last], hours)
            if let Some(step) = step.filter(|_| whole_hours(hours, minutes.len())) =>
        {
            frequent(step, hours, last)
        }
        (&[minute], _) if hour.whole() => Some(hourly("every hour", minute)),
        (&[minute], hours) if let Some(step) = even_step(hours, 24).filter(|_| hour.starred()) => {
            Some(hourly(&format!("every {step} hours"), minute))
        }
        (&[minute], hours) if hours.len() > 2 && contiguous(hours) => {
            let (first, last) = (
                clock(*hours.first()?, minute),
                clock(*hours.last()?, minute),
            );
            Some(Times {
                text: format!("every hour from {first} to {last}"),
                clock: true,
            })
        }
        (minutes, _) if hour.whole() && minutes.len() <= LISTED => {
            let list: Vec<String> = minutes.iter().map(u32::to_string).collect();
            Some(Times {
                text: format!("every hour at minutes {}", joined(&list)),
                clock: false,
            })
        }
        (minutes, hours) if minutes.len() * hours.len() <= LISTED => {
            let all = hours
                .iter()
                .flat_map(|&hour| minutes.iter().map(move |&minute| clock(hour, minute)));
            Some(Times {
                text: format!("at {}", joined(&all.collect::<Vec<_>>())),
                clock: true,
            })
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
    let every = if step == 1 {
        "every minute".to_owned()
    } else {
        format!("every {step} minutes")
    };
    if hours.len() == 24 {
        return Some(Times {
            text: every,
            clock: false,
        });
    }
    let (first, last) = (
        clock(*hours.first()?, 0),
        clock(*hours.last()?, last_minute),
    );
    Some(Times {
        text: format!("{every} from {first} to {last}"),
        clock: true,
    })
}

fn hourly(every: &str, minute: u32) -> Times {
    let text = if minute == 0 {
        every.to_owned()
    } else {
        format!("{every} at minute {minute}")
    };
    Times { text, clock: false }
}

/// `None` where the days have no common shape.
fn days(expression: &Expression) -> Option<DayWords> {
    let (day, weekday) = (expression.day, expression.weekday);
    let months = (!expression.month.whole()).then(|| listed(expression.month, &MONTHS, 1));
    let in_months = months.as_ref().map(|months| format!("in {months}"));
    let either = expression.days() == Days::Either;
    let on_weekday = format!("on {}", listed(weekday, &WEEKDAYS, 0));
    let named = match (day.whole(), weekday.whole()) {
        (true, true) => {
            return Some(DayWords {
                every: true,
                text: in_months,
            });
        }
        (true, false) | (false, true) if either => {
            return Some(DayWords {
                every: true,
                text: in_months,
            });
        }
        (true, false) => on_weekday,
        (false, true) => {
            let months = months.unwrap_or_else(|| "every month".to_owned());
            return Some(DayWords {
                every: false,
                text: Some(format!("{} of {months}", numbered(day)?)),
            });
        }
        (false, false) if either => format!("{} of the month or {on_weekday}", numbered(day)?),
        (false, false) => return None,
    };
    let text = [Some(named), in_months]
        .into_iter()
        .flatten()
        .collect::<Vec<_>>()
        .join(" ");
    Some(DayWords {
        every: false,
        text: Some(text),
    })
}

/// Days of the month: `on day 1`, `on days 1 to 7`, `on days 1 and 15`.
fn numbered(field: Field) -> Option<String> {
    let days: Vec<u32> = field.values().collect();
    match days.as_slice() {
        [day] => Some(format!("on day {day}")),
        [first, .., last] if days.len() > 2 && contiguous(&days) => {
            Some(format!("on days {first} to {last}"))
        }
        _ if days.len() <= LISTED => {
            let list: Vec<String> = days.iter().map(u32::to_string).collect();
            Some(format!("on days {}", joined(&list)))
        }
        _ => None,
    }
}

/// Names of the values: a range where three or more follow each other, else a list.
fn listed(field: Field, names: &[&str], first: u32) -> String {
    let values: Vec<u32> = field.values().collect();
    let name = |value: &u32| {
        let index = usize::try_from(value - first).unwrap_or(usize::MAX);
        names.get(index).copied().unwrap_or_default().to_owned()
    };
    match values.as_slice() {
        [start, .., end] if values.len() > 2 && contiguous(&values) => {
            format!("{} to {}", name(start), name(end))
        }
        values => joined(&values.iter().map(name).collect::<Vec<_>>()),
    }
}

/// The distance of values that start at 0 and divide the cycle evenly, such as 0, 15, 30, 45.
fn even_step(values: &[u32], cycle: u32) -> Option<u32> {
    let [0, step, ..] = *values else { return None };
    let expected = (0..cycle).step_by(usize::try_from(step).ok()?);
    (cycle.is_multiple_of(step) && values.iter().copied().eq(expected)).then_some(step)
}

fn contiguous(values: &[u32]) -> bool {
    values
        .iter()
        .zip(values.iter().skip(1))
        .all(|(a, b)| a + 1 == *b)
}

fn clock(hour: u32, minute: u32) -> String {
    format!("{hour:02}:{minute:02}")
}

fn joined(items: &[String]) -> String {
    match items {
        [] => String::new(),
        [one] => one.clone(),
        [rest @ .., last] => format!("{} and {last}", rest.join(", ")),
    }
}

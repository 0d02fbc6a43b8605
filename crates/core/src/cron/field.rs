//! One of the five fields: text to the set of values it names.

use std::ops::RangeInclusive;

use super::error::{Fault, Problem};

const MONTHS: [&str; 12] = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];
const WEEKDAYS: [&str; 7] = ["sun", "mon", "tue", "wed", "thu", "fri", "sat"];

/// Characters and words that other schedulers understand and crontab does not.
const FOREIGN: [(&str, &str, &str); 6] = [
    ("#", "the n-th weekday of a month (`#`)", "name days of the month and check the weekday in the step"),
    ("?", "`?`", "write `*`"),
    ("~", "a random value (`~`)", "name the value"),
    ("h", "a hashed value (`H`)", "name the value"),
    ("l", "the last day (`L`)", "run on day 1 of the next month, or daily with a check in the step"),
    ("w", "the nearest working day (`W`)", "run on Monday to Friday with `1-5` in the fifth field"),
];

/// Which of the five fields, in the order they are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Unit {
    Minute,
    Hour,
    Day,
    Month,
    Weekday,
}

impl Unit {
    pub(super) const ALL: [Self; 5] = [Self::Minute, Self::Hour, Self::Day, Self::Month, Self::Weekday];

    /// The distinct values; Sunday is 0.
    pub(super) fn values(self) -> RangeInclusive<u32> {
        match self {
            Self::Minute => 0..=59,
            Self::Hour => 0..=23,
            Self::Day => 1..=31,
            Self::Month => 1..=12,
            Self::Weekday => 0..=6,
        }
    }

    /// The values that may be written: a weekday of 7 is Sunday as well.
    fn written(self) -> RangeInclusive<u32> {
        match self {
            Self::Weekday => 0..=7,
            _ => self.values(),
        }
    }

    fn noun(self) -> &'static str {
        match self {
            Self::Minute => "minute",
            Self::Hour => "hour",
            Self::Day => "day of the month",
            Self::Month => "month",
            Self::Weekday => "weekday",
        }
    }

    fn limits(self) -> String {
        let range = self.written();
        let tail = if self == Self::Weekday { ", where 0 and 7 are Sunday" } else { "" };
        format!("a {} is {} to {}{tail}", self.noun(), range.start(), range.end())
    }

    fn named(self, word: &str) -> Option<u32> {
        let (names, first): (&[&str], u32) = match self {
            Self::Month => (&MONTHS, 1),
            Self::Weekday => (&WEEKDAYS, 0),
            _ => return None,
        };
        let index = names.iter().position(|name| name.eq_ignore_ascii_case(word))?;
        Some(first + u32::try_from(index).ok()?)
    }
}

/// The values a field names, and whether it was written with a star.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Field {
    unit: Unit,
    mask: u64,
    starred: bool,
}

impl Field {
    /// Reads a field that starts at byte `at` of the expression.
    pub(super) fn parse(unit: Unit, text: &str, at: usize) -> Result<Self, Fault> {
        let mut field = Self { unit, mask: 0, starred: false };
        let mut start = at;
        for item in text.split(',') {
            field.add(Token { text: item, at: start })?;
            start += item.len() + 1;
        }
        Ok(field)
    }

    pub(super) fn contains(self, value: u32) -> bool {
        value < 64 && self.mask & (1 << value) != 0
    }

    /// The values in ascending order.
    pub(super) fn values(self) -> impl Iterator<Item = u32> {
        self.unit.values().filter(move |&value| self.contains(value))
    }

    /// Whether `*` was written, also as in `*/2`: crontab calls such a field unrestricted.
    pub(super) fn starred(self) -> bool {
        self.starred
    }

    /// Whether every value of the unit is named, however it was written.
    pub(super) fn whole(self) -> bool {
        self.unit.values().all(|value| self.contains(value))
    }

    fn add(&mut self, item: Token<'_>) -> Result<(), Fault> {
        let (base, step) = match item.text.split_once('/') {
            Some((base, step)) => (item.head(base.len()), Some(item.tail(step))),
            None => (item, None),
        };
        let range = self.range(base, step.is_some())?;
        let step = match step {
            Some(step) => self.step(step)?,
            None => 1,
        };
        for value in range.step_by(step) {
            let value = if self.unit == Unit::Weekday { value % 7 } else { value };
            self.mask |= 1 << value;
        }
        Ok(())
    }

    fn range(&mut self, base: Token<'_>, stepped: bool) -> Result<RangeInclusive<u32>, Fault> {
        if base.text == "*" {
            self.starred = true;
            return Ok(self.unit.values());
        }
        let Some((first, last)) = base.text.split_once('-') else {
            let value = self.value(base)?;
            if stepped {
                let end = self.unit.values().last().unwrap_or(value);
                return Err(base.fault(
                    Problem::Syntax,
                    "a step needs a range or `*` before it",
                    format!("write `{}-{end}/…` to count from {} on", base.text, base.text),
                ));
            }
            return Ok(value..=value);
        };
        let (first, last) = (base.head(first.len()), base.tail(last));
        let (start, end) = (self.value(first)?, self.value(last)?);
        // A week may end with Sunday by name, as in `MON-SUN`; as a number that Sunday is 7.
        let named_sunday = self.unit == Unit::Weekday && end == 0 && !last.text.starts_with('0');
        let end = if named_sunday && start > 0 { 7 } else { end };
        if start > end {
            return Err(base.fault(
                Problem::ReversedRange,
                format!("the range {:?} ends before it begins", base.text),
                self.wrapped(start, end),
            ));
        }
        Ok(start..=end)
    }

    /// The two ranges that a reversed one most likely meant.
    fn wrapped(&self, start: u32, end: u32) -> String {
        let limits = self.unit.values();
        let span = |a: u32, b: u32| {
            if a == b { a.to_string() } else { format!("{a}-{b}") }
        };
        let (head, tail) = (span(*limits.start(), end), span(start, *limits.end()));
        format!("to run over the turn write `{head},{tail}`")
    }

    fn value(&self, token: Token<'_>) -> Result<u32, Fault> {
        let text = token.text;
        if !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit()) {
            let value = text.parse::<u32>().ok().filter(|value| self.unit.written().contains(value));
            return value.ok_or_else(|| {
                let message = format!("{} is not a {}", token.shown(), self.unit.noun());
                token.fault(Problem::OutOfRange, message, self.unit.limits())
            });
        }
        match self.unit.named(text) {
            Some(value) => Ok(value),
            None => Err(self.unreadable(token)),
        }
    }

    fn step(&self, token: Token<'_>) -> Result<usize, Fault> {
        let count = self.unit.values().count();
        if token.text.is_empty() || !token.text.bytes().all(|byte| byte.is_ascii_digit()) {
            let message = format!("{} is not a step", token.shown());
            return Err(token.fault(Problem::Syntax, message, "a step is a number, as in `*/15`"));
        }
        let step = token.text.parse::<usize>().ok();
        step.filter(|step| (1..count).contains(step)).ok_or_else(|| {
            token.fault(
                Problem::Step,
                format!("a step of {} does not fit the {count} values of a {}", token.shown(), self.unit.noun()),
                format!("a step is 1 to {}; each hour, day, month or week starts anew", count - 1),
            )
        })
    }

    /// Explains a word that is neither a number nor a name of this unit.
    fn unreadable(&self, token: Token<'_>) -> Fault {
        if token.text.is_empty() {
            return token.fault(Problem::Syntax, "a value is missing", self.unit.limits());
        }
        if token.text.contains('*') {
            let hint = "`*` stands alone or before a step, as in `*/15`";
            return token.fault(Problem::Syntax, format!("cannot read {}", token.shown()), hint);
        }
        let lower = token.text.to_ascii_lowercase();
        if let Some((_, what, instead)) = FOREIGN.iter().find(|(mark, ..)| is_foreign(&lower, mark)) {
            return token.fault(Problem::Unsupported, format!("{what} is not supported"), *instead);
        }
        if let Some(short) = lower.get(..3)
            && lower.bytes().all(|byte| byte.is_ascii_alphabetic())
            && self.unit.named(short).is_some()
        {
            let message = format!("{} is not a known name", token.shown());
            return token.fault(Problem::UnknownName, message, format!("write `{}`", short.to_uppercase()));
        }
        let problem = match token.text.bytes().all(|byte| byte.is_ascii_alphabetic()) {
            true => Problem::UnknownName,
            false => Problem::Syntax,
        };
        let hint = match self.unit {
            Unit::Month => "months are 1 to 12 or JAN to DEC".to_owned(),
            Unit::Weekday => "weekdays are 0 to 7 or SUN to SAT".to_owned(),
            _ => self.unit.limits(),
        };
        token.fault(problem, format!("{} is not a {}", token.shown(), self.unit.noun()), hint)
    }
}

/// Marks count anywhere; letters only where they stand for themselves, as in `L`, `LW`, `15W`, `5L`.
fn is_foreign(lower: &str, mark: &str) -> bool {
    if !mark.starts_with(|c: char| c.is_ascii_alphabetic()) {
        return lower.contains(mark);
    }
    let rest = lower.trim_start_matches(|c: char| c.is_ascii_digit());
    rest == mark
        || (mark == "l" && rest == "lw")
        || (mark == "h" && rest.starts_with("h("))
        || (mark == "l" && rest.strip_suffix('l').is_some_and(|name| WEEKDAYS.contains(&name)))
}

/// A piece of the expression that knows its place.
#[derive(Clone, Copy)]
struct Token<'a> {
    text: &'a str,
    at: usize,
}

impl<'a> Token<'a> {
    /// The first `len` bytes.
    fn head(self, len: usize) -> Self {
        Token { text: self.text.get(..len).unwrap_or(self.text), at: self.at }
    }

    /// The end of this piece, which `text` is.
    fn tail(self, text: &'a str) -> Self {
        Token { text, at: self.at + self.text.len() - text.len() }
    }

    fn shown(self) -> String {
        let mut shown: String = self.text.chars().take(20).collect();
        if shown.len() < self.text.len() {
            shown.push('…');
        }
        format!("{shown:?}")
    }

    fn fault(self, problem: Problem, message: impl Into<String>, hint: impl Into<String>) -> Fault {
        Fault::new(problem, self.at..self.at + self.text.len(), message, hint)
    }
}

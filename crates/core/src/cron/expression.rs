//! A whole expression: macros, the five fields, and which days they name.

use std::ops::Range;

use super::{
    error::{ExpressionError, Fault, Problem},
    field::{Field, Unit},
};

/// Longest expression accepted, in bytes.
const MAX_LEN: usize = 1_024;

/// Days of each month, January first, in a leap year.
const LONGEST: [u32; 12] = [31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];

const MACROS: [(&str, &str); 7] = [
    ("@hourly", "0 * * * *"),
    ("@daily", "0 0 * * *"),
    ("@midnight", "0 0 * * *"),
    ("@weekly", "0 0 * * 0"),
    ("@monthly", "0 0 1 * *"),
    ("@yearly", "0 0 1 1 *"),
    ("@annually", "0 0 1 1 *"),
];

/// How the two day fields combine.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Days {
    /// A star in either field: a day must be in both sets.
    Both,
    /// No star in either field: a day may be in one of them.
    Either,
}

/// The five fields of a crontab line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Expression {
    pub(super) minute: Field,
    pub(super) hour: Field,
    pub(super) day: Field,
    pub(super) month: Field,
    pub(super) weekday: Field,
}

impl Expression {
    /// Reads an expression; the spans of errors are bytes of `text`.
    pub(super) fn parse(text: &str) -> Result<Self, ExpressionError> {
        Self::read(text).map_err(|fault| ExpressionError::new(text, fault))
    }

    fn read(text: &str) -> Result<Self, Fault> {
        if text.len() > MAX_LEN {
            let message = format!("{} bytes are more than the {MAX_LEN} allowed", text.len());
            return Err(Fault::new(Problem::TooLong, 0..text.len(), message, "split it into several schedules"));
        }
        let words: Vec<(usize, &str)> = text.split_ascii_whitespace().map(|word| (offset(text, word), word)).collect();
        if let Some((at, word)) = words.first().filter(|(_, word)| word.starts_with('@')) {
            let whole = *at..end(&words);
            let fields = expand(word, words.len(), whole)?;
            let words: Vec<(usize, &str)> = fields.split(' ').map(|field| (0, field)).collect();
            return Self::fields(&words, text);
        }
        Self::fields(&words, text)
    }

    fn fields(words: &[(usize, &str)], text: &str) -> Result<Self, Fault> {
        let [minute, hour, day, month, weekday] = words else {
            return Err(wrong_count(words, text));
        };
        let field = |unit: Unit, word: &(usize, &str)| Field::parse(unit, word.1, word.0);
        let [a, b, c, d, e] = Unit::ALL;
        Ok(Self {
            minute: field(a, minute)?,
            hour: field(b, hour)?,
            day: field(c, day)?,
            month: field(d, month)?,
            weekday: field(e, weekday)?,
        })
    }

    pub(super) fn days(&self) -> Days {
        if self.day.starred() || self.weekday.starred() { Days::Both } else { Days::Either }
    }

    /// Whether no calendar has such a day, as with 30 February.
    pub(super) fn is_never(&self) -> bool {
        let possible = |month: u32| {
            let longest = usize::try_from(month).ok().and_then(|month| LONGEST.get(month - 1));
            self.day.values().any(|day| longest.is_some_and(|&longest| day <= longest))
        };
        self.days() == Days::Both && !self.month.values().any(possible)
    }
}

fn expand(name: &str, words: usize, span: Range<usize>) -> Result<&'static str, Fault> {
    let known = MACROS.iter().find(|(macro_name, _)| macro_name.eq_ignore_ascii_case(name));
    if let (Some((_, fields)), 1) = (known, words) {
        return Ok(fields);
    }
    let shown: String = name.chars().take(20).collect();
    let fault = |problem, message: String, hint: &str| Fault::new(problem, span.clone(), message, hint);
    Err(match name.to_ascii_lowercase().as_str() {
        _ if known.is_some() => {
            fault(Problem::Syntax, format!("{shown:?} stands for all five fields"), "remove what follows it")
        }
        "@reboot" => fault(
            Problem::Unsupported,
            "`@reboot` is not supported".to_owned(),
            "a server start is not a point in time; materialize the asset after a deploy instead",
        ),
        "@every" => fault(
            Problem::Unsupported,
            "`@every` is not supported".to_owned(),
            "write the interval as a step, such as `*/15 * * * *`",
        ),
        _ => fault(
            Problem::UnknownName,
            format!("{shown:?} is not a known macro"),
            "use @hourly, @daily, @midnight, @weekly, @monthly, @yearly or @annually",
        ),
    })
}

fn wrong_count(words: &[(usize, &str)], text: &str) -> Fault {
    let found = words.len();
    let five = "the five fields are minute, hour, day of the month, month and weekday";
    let Some(&(start, _)) = words.first() else {
        return Fault::new(Problem::Empty, 0..text.len(), "the expression is empty", five);
    };
    if let Some(&(at, word)) = words.iter().find(|(_, word)| word.contains('=')) {
        let hint = "put the time zone into the schedule's zone";
        return Fault::new(Problem::Unsupported, at..at + word.len(), "a setting inside the expression", hint);
    }
    let message = match found {
        1 => "1 field instead of 5".to_owned(),
        _ => format!("{found} fields instead of 5"),
    };
    let (from, hint) = match found {
        6 => (words.get(5).map_or(start, |word| word.0), format!("if the first field is seconds, remove it; {five}")),
        7 => (words.get(5).map_or(start, |word| word.0), format!("remove the seconds and the year; {five}")),
        8.. => (words.get(5).map_or(start, |word| word.0), five.to_owned()),
        _ => (start, five.to_owned()),
    };
    Fault::new(Problem::FieldCount(found), from..end(words), message, hint)
}

/// The byte at which `part`, a slice of `text`, begins.
fn offset(text: &str, part: &str) -> usize {
    part.as_ptr().addr() - text.as_ptr().addr()
}

/// The byte after the last word.
fn end(words: &[(usize, &str)]) -> usize {
    words.last().map_or(0, |(at, word)| at + word.len())
}

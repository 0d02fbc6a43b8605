//! What can be wrong with a schedule, where, and what to write instead.

use std::{fmt, ops::Range};

/// Longest piece of a refused text that an error repeats, in characters.
const SHOWN: usize = 80;

/// Why a schedule was refused, grouped by the setting that has to change.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CronError {
    /// The expression is not a crontab schedule.
    #[error(transparent)]
    Expression(#[from] ExpressionError),
    /// The time zone is not in the bundled tz database.
    #[error(transparent)]
    Zone(#[from] ZoneError),
}

impl CronError {
    /// What to write instead.
    pub fn hint(&self) -> &str {
        match self {
            Self::Expression(error) => &error.hint,
            Self::Zone(error) => &error.hint,
        }
    }

    /// The bytes of the expression that are wrong; `None` where the zone is.
    pub fn span(&self) -> Option<Range<usize>> {
        match self {
            Self::Expression(error) => Some(error.span.clone()),
            Self::Zone(_) => None,
        }
    }
}

/// The kind of mistake in an expression, for callers that react to it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Problem {
    /// Nothing but white space.
    Empty,
    /// Longer than any schedule a person would write.
    TooLong,
    /// Not five fields; the number that was found.
    FieldCount(usize),
    /// A value outside its field, such as minute 60.
    OutOfRange,
    /// A range that ends before it begins.
    ReversedRange,
    /// A step of zero, or one as large as the field itself.
    Step,
    /// A word that names no month, no weekday and no macro.
    UnknownName,
    /// Syntax of other schedulers: `L`, `W`, `#`, `?`, `@reboot` and the like.
    Unsupported,
    /// Anything else that cannot be read.
    Syntax,
}

/// A mistake in a cron expression, with its place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ExpressionError {
    expression: String,
    problem: Problem,
    span: Range<usize>,
    column: usize,
    message: String,
    hint: String,
}

impl ExpressionError {
    /// Completes a fault with the text it was found in.
    pub(super) fn new(expression: &str, fault: Fault) -> Self {
        Self {
            expression: expression.chars().take(SHOWN).collect(),
            problem: fault.problem,
            column: expression.get(..fault.span.start).unwrap_or(expression).chars().count() + 1,
            span: fault.span,
            message: fault.message,
            hint: fault.hint,
        }
    }

    /// For a text that the parser accepts and the `cron` crate does not.
    pub(super) fn refused(expression: &str) -> Self {
        let hint = "write it with explicit values";
        Self::new(expression, Fault::new(Problem::Syntax, 0..expression.len(), "cannot be read", hint))
    }

    /// The kind of mistake.
    pub fn problem(&self) -> Problem {
        self.problem
    }

    /// The bytes of the expression that are wrong.
    pub fn span(&self) -> Range<usize> {
        self.span.clone()
    }

    /// The column of the mistake, in characters, counted from 1.
    pub fn column(&self) -> usize {
        self.column
    }

    /// What is wrong, without the place and the hint.
    pub fn message(&self) -> &str {
        &self.message
    }

    /// What to write instead.
    pub fn hint(&self) -> &str {
        &self.hint
    }
}

impl fmt::Display for ExpressionError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { expression, column, message, hint, .. } = self;
        write!(f, "cron expression {expression:?}, column {column}: {message}; {hint}")
    }
}

impl std::error::Error for ExpressionError {}

/// A time zone that the tz database does not have.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ZoneError {
    zone: String,
    nearest: Vec<&'static str>,
    hint: String,
}

impl ZoneError {
    pub(super) fn new(zone: &str, nearest: Vec<&'static str>, hint: String) -> Self {
        Self { zone: zone.chars().take(SHOWN).collect(), nearest, hint }
    }

    /// The name that was asked for, cut to a length fit for a message.
    pub fn zone(&self) -> &str {
        &self.zone
    }

    /// Known names close to it, the closest first; may be empty.
    pub fn nearest(&self) -> &[&'static str] {
        &self.nearest
    }

    /// What to write instead.
    pub fn hint(&self) -> &str {
        &self.hint
    }
}

impl fmt::Display for ZoneError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "unknown time zone {:?}; {}", self.zone, self.hint)
    }
}

impl std::error::Error for ZoneError {}

/// A mistake as the parser meets it, before the whole expression is attached.
#[derive(Clone, Debug)]
pub(super) struct Fault {
    pub(super) problem: Problem,
    pub(super) span: Range<usize>,
    pub(super) message: String,
    pub(super) hint: String,
}

impl Fault {
    pub(super) fn new(
        problem: Problem,
        span: Range<usize>,
        message: impl Into<String>,
        hint: impl Into<String>,
    ) -> Self {
        Self { problem, span, message: message.into(), hint: hint.into() }
    }
}

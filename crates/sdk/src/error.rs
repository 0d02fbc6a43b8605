//! Why a step failed, as user code says it.

use std::{error::Error, fmt, time::Duration};

use headwater_core::{
    manifest::ErrorClass,
    report::{RetryHint, StepFailure},
    time::Millis,
};

/// Any error.
type BoxError = Box<dyn Error + Send + Sync>;

/// What a step returns; any error converts with `?`.
pub type Result<T = (), E = StepError> = std::result::Result<T, E>;

/// Why a step failed, and what that means for another attempt.
///
/// Every [`std::error::Error`] becomes one with `?`. Made by hand it can name its class, which retry policies
/// choose by, and say whether another attempt is useful:
///
/// ```
/// use headwater::prelude::*;
/// use std::time::Duration;
///
/// fn fetch(status: u16) -> Result<&'static str> {
///     match status {
///         429 => Err(StepError::new("the shop is busy").class("rate_limited").retry_after(Duration::from_secs(30))),
///         401 => Err(StepError::new("the shop refuses our token").never()),
///         _ => Ok("orders"),
///     }
/// }
/// # assert_eq!(fetch(401).unwrap_err().to_string(), "the shop refuses our token");
/// # assert!(fetch(429).is_err() && fetch(200).is_ok());
/// ```
pub struct StepError {
    class: ErrorClass,
    message: String,
    /// What was being done, outermost last.
    contexts: Vec<String>,
    cause: Option<BoxError>,
    retry: RetryHint,
}

impl StepError {
    /// A failure with a message for people.
    pub fn new(message: impl fmt::Display) -> Self {
        Self {
            class: ErrorClass::FAILURE,
            message: message.to_string(),
            contexts: Vec::new(),
            cause: None,
            retry: RetryHint::Policy,
        }
    }

    pub(crate) fn of_class(class: ErrorClass, message: impl fmt::Display) -> Self {
        Self { class, ..Self::new(message) }
    }

    /// The failure with the class that `retry_only` and `retry_never` choose by, as in `rate_limited`.
    #[must_use]
    pub fn class(mut self, class: impl Into<String>) -> Self {
        self.class = ErrorClass::custom(class);
        self
    }

    /// Another attempt is useless, whatever the policy says.
    #[must_use]
    pub fn never(mut self) -> Self {
        self.retry = RetryHint::Never;
        self
    }

    /// Another attempt is useful after this wait, as long as the policy has retries left.
    #[must_use]
    pub fn retry_after(mut self, wait: Duration) -> Self {
        self.retry = RetryHint::After { wait: Millis(u64::try_from(wait.as_millis()).unwrap_or(u64::MAX)) };
        self
    }

    /// The failure with what was being done, which is shown before the message.
    #[must_use]
    pub fn context(mut self, doing: impl fmt::Display) -> Self {
        self.contexts.push(doing.to_string());
        self
    }

    /// The failure as it is reported.
    pub(crate) fn into_failure(self) -> StepFailure {
        let mut failure = StepFailure::new(self.class.clone(), self.to_string());
        let mut causes = Vec::new();
        let mut next = self.cause.as_deref().and_then(Error::source);
        while let Some(cause) = next {
            causes.push(format!("caused by: {cause}"));
            next = cause.source();
        }
        failure.details = causes.join("\n");
        failure.retry = self.retry;
        failure.bounded()
    }
}

impl fmt::Display for StepError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for doing in self.contexts.iter().rev() {
            write!(f, "{doing}: ")?;
        }
        f.write_str(&self.message)
    }
}

impl fmt::Debug for StepError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("StepError")
            .field("class", &self.class)
            .field("message", &self.to_string())
            .field("retry", &self.retry)
            .finish()
    }
}

/// A step error is deliberately not an `Error` itself, so that every `Error` can become one with `?`.
impl<E: Error + Send + Sync + 'static> From<E> for StepError {
    fn from(error: E) -> Self {
        error.into_step_error()
    }
}

/// Carries a step error through the conversion to a boxed error and back.
struct Carried(StepError);

impl fmt::Display for Carried {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl fmt::Debug for Carried {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl Error for Carried {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        self.0.cause.as_deref().and_then(Error::source)
    }
}

impl From<StepError> for BoxError {
    fn from(error: StepError) -> Self {
        Box::new(Carried(error))
    }
}

/// Everything that can be the error of a step: errors, boxed errors, `anyhow`'s error, texts, and [`StepError`].
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be the error of a step",
    label = "not an error",
    note = "return an error that implements std::error::Error + Send + Sync, a text, or a StepError"
)]
pub trait IntoStepError {
    /// The error as the reason of a failed step.
    fn into_step_error(self) -> StepError;
}

impl<E: Into<Box<dyn Error + Send + Sync>>> IntoStepError for E {
    fn into_step_error(self) -> StepError {
        match self.into().downcast::<Carried>() {
            Ok(carried) => carried.0,
            Err(cause) => StepError { cause: None, ..StepError::new(&cause) }.caused_by(cause),
        }
    }
}

impl StepError {
    fn caused_by(mut self, cause: BoxError) -> Self {
        self.cause = Some(cause);
        self
    }
}

/// Says more about the error of a `Result`.
///
/// ```
/// use headwater::prelude::*;
///
/// fn read(text: &str) -> Result<u64> {
///     text.parse::<u64>().context("reading the row count").class("malformed")
/// }
/// assert_eq!(read("many").unwrap_err().to_string(), "reading the row count: invalid digit found in string");
/// ```
pub trait StepResult<T> {
    /// Says what was being done.
    ///
    /// # Errors
    /// The same error, with what was being done before its message.
    fn context(self, doing: impl fmt::Display) -> Result<T>;

    /// Gives the error a class.
    ///
    /// # Errors
    /// The same error with its class.
    fn class(self, class: impl Into<String>) -> Result<T>;

    /// Says that another attempt is useless.
    ///
    /// # Errors
    /// The same error, which is not retried.
    fn never_retry(self) -> Result<T>;
}

impl<T, E: IntoStepError> StepResult<T> for std::result::Result<T, E> {
    fn context(self, doing: impl fmt::Display) -> Result<T> {
        self.map_err(|error| error.into_step_error().context(doing))
    }

    fn class(self, class: impl Into<String>) -> Result<T> {
        self.map_err(|error| error.into_step_error().class(class))
    }

    fn never_retry(self) -> Result<T> {
        self.map_err(|error| error.into_step_error().never())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug, thiserror::Error)]
    #[error("the page is broken")]
    struct Page(#[source] std::num::ParseIntError);

    fn page() -> Result<()> {
        Err(Page("x".parse::<u8>().unwrap_err()))?;
        Ok(())
    }

    #[test]
    fn causes_are_kept_below_the_message() {
        let failure = page().context("loading orders").unwrap_err().into_failure();
        assert_eq!(failure.message, "loading orders: the page is broken");
        assert_eq!(failure.details, "caused by: invalid digit found in string");
        assert_eq!(failure.class, ErrorClass::FAILURE);
    }

    #[test]
    fn a_step_error_survives_being_boxed() {
        let boxed: BoxError = StepError::new("busy").class("rate_limited").never().into();
        let failure = boxed.into_step_error().into_failure();
        assert_eq!((failure.class, failure.retry), (ErrorClass::custom("rate_limited"), RetryHint::Never));
        assert_eq!("plain text".into_step_error().to_string(), "plain text");
    }
}

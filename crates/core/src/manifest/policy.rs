//! Retries, pools and limits.

use std::fmt;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::time::Millis;

/// When and how often a failed attempt is repeated.
///
/// Losing a worker is not a failure of the step and has a budget of its own.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RetryPolicy {
    /// How many times after the first attempt; zero means never.
    pub max_retries: u32,
    /// The wait before the first retry, in milliseconds.
    #[serde(default)]
    pub delay: Millis,
    /// How the wait grows.
    #[serde(default)]
    pub backoff: Backoff,
    /// The longest wait, in milliseconds.
    #[serde(default = "default_max_delay")]
    pub max_delay: Millis,
    /// How the wait is spread.
    #[serde(default)]
    pub jitter: Jitter,
    /// Only failures of these classes are retried; empty means all that are not in `never`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub only: Vec<ErrorClass>,
    /// Failures of these classes are not retried.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub never: Vec<ErrorClass>,
}

const fn default_max_delay() -> Millis {
    Millis::secs(3600)
}

impl Default for RetryPolicy {
    fn default() -> Self {
        Self {
            max_retries: 0,
            delay: Millis::ZERO,
            backoff: Backoff::Constant,
            max_delay: default_max_delay(),
            jitter: Jitter::None,
            only: Vec::new(),
            never: Vec::new(),
        }
    }
}

impl RetryPolicy {
    /// Whether the policy is the default, which never retries.
    pub fn is_none(&self) -> bool {
        *self == Self::default()
    }

    /// Whether a failure of this class, the `failures`-th of its step, is followed by another attempt.
    pub fn allows(&self, class: &ErrorClass, failures: u32) -> bool {
        failures <= self.max_retries
            && !self.never.contains(class)
            && (self.only.is_empty() || self.only.contains(class))
    }

    /// The wait before the next attempt, after `failures` failed ones.
    ///
    /// Linear waits `n × delay`, exponential `2^(n-1) × delay`. `draw` is a uniformly drawn number that the
    /// caller provides, since deciding has no randomness of its own.
    pub fn wait(&self, failures: u32, draw: u64) -> Millis {
        let n = u64::from(failures.max(1));
        let base = match self.backoff {
            Backoff::Constant => self.delay.0,
            Backoff::Linear => self.delay.0.saturating_mul(n),
            Backoff::Exponential => {
                self.delay.0.saturating_mul(1_u64.checked_shl((n - 1).min(62) as u32).unwrap_or(u64::MAX))
            }
        }
        .min(self.max_delay.0);
        let spread = |range: u64| if range == 0 { 0 } else { draw % (range + 1) };
        Millis(match self.jitter {
            Jitter::None => base,
            Jitter::Full => spread(base),
            Jitter::PlusMinus => (base - base / 4 + spread(base / 2)).min(self.max_delay.0),
        })
    }
}

/// How the wait between retries grows.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Backoff {
    /// Always the same.
    #[default]
    Constant,
    /// One delay more each time.
    Linear,
    /// Twice as long each time.
    Exponential,
}

/// How the wait between retries is spread, so that many failures do not come back at once.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Jitter {
    /// Not at all.
    #[default]
    None,
    /// Anything between zero and the wait.
    Full,
    /// A quarter more or less.
    PlusMinus,
}

/// What kind of failure an attempt had; retry policies choose by it.
///
/// The product's own classes are the constants below. User code may name its own, as in `rate_limited`.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(transparent)]
pub struct ErrorClass(pub std::borrow::Cow<'static, str>);

macro_rules! classes {
    ($($(#[$doc:meta])* $name:ident = $text:literal;)*) => {
        impl ErrorClass {
            $($(#[$doc])* pub const $name: Self = Self(std::borrow::Cow::Borrowed($text));)*
        }
    };
}

classes! {
    /// The step returned an error.
    FAILURE = "failure";
    /// The step panicked.
    PANIC = "panic";
    /// The process exited with another code than 0.
    EXIT = "exit";
    /// The process was ended by a signal that nobody here sent.
    SIGNAL = "signal";
    /// The attempt took longer than its timeout.
    TIMEOUT = "timeout";
    /// The process could not be started.
    SPAWN = "spawn";
    /// The step's configuration or inputs are not what it declares.
    CONFIG = "config";
    /// The worker that held the step is gone.
    WORKER_LOST = "worker_lost";
    /// The step broke the protocol: no proof of success.
    PROTOCOL = "protocol";
}

impl ErrorClass {
    /// A class that user code names.
    pub fn custom(name: impl Into<String>) -> Self {
        Self(std::borrow::Cow::Owned(name.into()))
    }
}

impl fmt::Display for ErrorClass {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Debug for ErrorClass {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ErrorClass({})", self.0)
    }
}

/// A pool: at most so many attempts that name it run at once, over all runs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct PoolDef {
    /// Its name.
    pub name: String,
    /// How many slots it has; zero holds everything back.
    pub limit: u32,
}

/// A limit on how many runs with a tag are in progress at once.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RunLimit {
    /// The tag's name.
    pub tag: String,
    /// Only runs with this value count; none counts each value on its own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub value: Option<String>,
    /// How many runs.
    pub limit: u32,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn policy(backoff: Backoff, jitter: Jitter) -> RetryPolicy {
        RetryPolicy {
            max_retries: 3,
            delay: Millis::secs(2),
            backoff,
            jitter,
            max_delay: Millis::secs(10),
            ..RetryPolicy::default()
        }
    }

    #[test]
    fn waits_grow_and_are_capped() {
        let waits = |b| (1..=4).map(|n| policy(b, Jitter::None).wait(n, 7).0).collect::<Vec<_>>();
        assert_eq!(waits(Backoff::Constant), [2_000; 4]);
        assert_eq!(waits(Backoff::Linear), [2_000, 4_000, 6_000, 8_000]);
        assert_eq!(waits(Backoff::Exponential), [2_000, 4_000, 8_000, 10_000]);
        assert_eq!(policy(Backoff::Exponential, Jitter::None).wait(u32::MAX, 0), Millis::secs(10));
    }

    #[test]
    fn jitter_stays_in_its_range() {
        for draw in [0, 1, 499, 500, 12_345, u64::MAX] {
            assert!(policy(Backoff::Constant, Jitter::Full).wait(1, draw).0 <= 2_000);
            let spread = policy(Backoff::Constant, Jitter::PlusMinus).wait(1, draw).0;
            assert!((1_500..=2_500).contains(&spread), "{spread}");
        }
    }

    #[test]
    fn classes_decide_what_is_retried() {
        let mut policy = policy(Backoff::Constant, Jitter::None);
        assert!(policy.allows(&ErrorClass::FAILURE, 3));
        assert!(!policy.allows(&ErrorClass::FAILURE, 4));
        policy.never = vec![ErrorClass::CONFIG];
        assert!(!policy.allows(&ErrorClass::CONFIG, 1));
        policy.only = vec![ErrorClass::custom("rate_limited")];
        assert!(!policy.allows(&ErrorClass::FAILURE, 1));
        assert!(policy.allows(&ErrorClass::custom("rate_limited"), 1));
    }
}

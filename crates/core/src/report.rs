//! What an attempt tells about itself when it ends.

use serde::{Deserialize, Serialize};

use crate::{
    id::{Attempt, RunId, Seq, StepNo, Token},
    key::AssetKey,
    manifest::{ErrorClass, Severity},
    metadata::Metadata,
    time::{Millis, Timestamp},
};

/// One attempt of one step of one run, with its fencing token.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct AttemptRef {
    /// The run.
    pub run: RunId,
    /// The step.
    pub step: StepNo,
    /// Which attempt of the step.
    pub attempt: Attempt,
    /// Proof of the lease.
    pub token: Token,
}

/// The end of an attempt, as its worker reports it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Report {
    /// Which attempt.
    #[serde(flatten)]
    pub at: AttemptRef,
    /// When user code started, by the worker's clock.
    pub started_at: Timestamp,
    /// When it ended, by the worker's clock.
    pub ended_at: Timestamp,
    /// The upstream versions that the lease named, given back so that they are recorded with the result.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub inputs: Vec<InputVersion>,
    /// How it ended.
    pub outcome: Outcome,
}

/// The version of an upstream asset that an attempt was given.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct InputVersion {
    /// The upstream asset.
    pub asset: AssetKey,
    /// Its latest materialization or observation at the time of the lease; none where there was none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub seq: Option<Seq>,
    /// The data version of that; none where there was none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub version: Option<String>,
}

/// How an attempt ended.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Outcome {
    /// It did what it was asked.
    Succeeded(StepOutput),
    /// It did not.
    Failed(StepFailure),
    /// It was told to stop, and nothing of it is left.
    Canceled,
    /// The worker is going away and did not finish it; this costs no attempt (R38).
    HandedBack,
}

/// What a successful attempt made.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct StepOutput {
    /// Assets that were materialized. Those selected and not named here were skipped on purpose.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub materialized: Vec<Materialized>,
    /// Assets of others whose version was looked at.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub observed: Vec<Materialized>,
    /// Checks that were evaluated.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub checks: Vec<CheckOutcome>,
}

/// A new version of an asset, or an observed one.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Materialized {
    /// The asset.
    pub asset: AssetKey,
    /// The partition; empty for an asset without partitions.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub partition: String,
    /// The data version where the step knows it; otherwise it is computed from code and input versions.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub version: Option<String>,
    /// Facts about the data.
    #[serde(default, skip_serializing_if = "Metadata::is_empty")]
    pub metadata: Metadata,
    /// Where the next run goes on (a watermark, a page), kept in the same commit.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cursor: Option<serde_json::Value>,
}

impl Materialized {
    /// A version of an asset about which nothing else is known.
    pub fn new(asset: AssetKey) -> Self {
        Self { asset, partition: String::new(), version: None, metadata: Metadata::new(), cursor: None }
    }
}

/// The result of one check.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct CheckOutcome {
    /// The asset that was checked.
    pub asset: AssetKey,
    /// The check's name.
    pub check: String,
    /// The partition; empty for an asset without partitions.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub partition: String,
    /// Whether the asset is as it should be.
    pub passed: bool,
    /// How bad it is otherwise.
    #[serde(default)]
    pub severity: Severity,
    /// One sentence for people.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub description: String,
    /// Facts that the check found.
    #[serde(default, skip_serializing_if = "Metadata::is_empty")]
    pub metadata: Metadata,
}

/// Why an attempt failed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct StepFailure {
    /// What kind of failure it is; the retry policy goes by it.
    pub class: ErrorClass,
    /// One or a few lines for people.
    pub message: String,
    /// The chain of causes, the backtrace, the last lines of standard error.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub details: String,
    /// What the step itself says about another attempt.
    #[serde(default, skip_serializing_if = "RetryHint::is_policy")]
    pub retry: RetryHint,
}

impl StepFailure {
    /// The longest message that is kept, in bytes; the rest is in the log.
    pub const MAX_MESSAGE: usize = 8 * 1024;
    /// The longest details that are kept, in bytes.
    pub const MAX_DETAILS: usize = 32 * 1024;

    /// A failure of a class with a message.
    pub fn new(class: ErrorClass, message: impl Into<String>) -> Self {
        Self { class, message: message.into(), details: String::new(), retry: RetryHint::Policy }
    }

    /// The first lines of what is wrong, for those who are told.
    pub fn summary(&self) -> String {
        let mut text = bounded(&self.message, 1_500);
        if self.message.trim().is_empty() {
            text = format!("{} without a message", self.class);
        }
        text
    }

    /// The failure with texts cut to what is kept, and without NUL, which Postgres refuses.
    #[must_use]
    pub fn bounded(mut self) -> Self {
        self.message = bounded(&self.message, Self::MAX_MESSAGE);
        self.details = bounded(&self.details, Self::MAX_DETAILS);
        self
    }
}

fn bounded(text: &str, max: usize) -> String {
    let mut end = text.len().min(max);
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    let mut kept = text[..end].replace('\0', "\u{fffd}");
    if end < text.len() {
        kept.push_str("\n[cut]");
    }
    kept
}

/// What a failed step says about another attempt.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum RetryHint {
    /// The step's policy decides.
    #[default]
    Policy,
    /// Another attempt is useless, whatever the policy says.
    Never,
    /// Another attempt is useful after this wait, as long as the policy has retries left.
    After {
        /// The wait, in milliseconds.
        wait: Millis,
    },
}

impl RetryHint {
    fn is_policy(&self) -> bool {
        *self == Self::Policy
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_are_cut_at_a_character() {
        let failure = StepFailure::new(ErrorClass::FAILURE, "é\0".repeat(5_000)).bounded();
        assert!(failure.message.len() <= StepFailure::MAX_MESSAGE * 2);
        assert!(failure.message.ends_with("[cut]") && !failure.message.contains('\0'));
        assert_eq!(bounded("short", 100), "short");
    }
}

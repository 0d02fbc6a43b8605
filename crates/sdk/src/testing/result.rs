//! What came of a run, to assert on.

use std::sync::Arc;

use headwater_core::{
    key::AssetKey,
    report::{CheckOutcome, Materialized, StepFailure, StepOutput},
};
use headwater_worker::logs::Level;
use serde_json::{Map, Value};

use crate::{
    asset::Asset,
    io::{Memory, Slot},
};

/// What came of a run: what was made, observed, checked, skipped and logged, and what failed.
///
/// Methods that name an asset panic where the run has nothing about it, and show what the run has instead.
pub struct TestRun {
    pub(super) output: StepOutput,
    pub(super) events: Vec<Event>,
    pub(super) logs: Vec<LogLine>,
    /// The blocking checks that failed, as `asset:check`.
    pub(super) refused: Vec<String>,
    memory: Memory,
}

/// One thing that happened.
#[derive(Clone, Debug, PartialEq)]
pub enum Event {
    /// An asset was materialized.
    Materialized(Materialized),
    /// Somebody else's asset was observed.
    Observed(Materialized),
    /// A check was evaluated.
    Checked(CheckOutcome),
    /// A step failed.
    Failed {
        /// The step: the name of its asset, or `asset:check`.
        step: String,
        /// Why.
        failure: StepFailure,
    },
    /// A step did not run because of something upstream.
    Skipped {
        /// The step.
        step: String,
        /// The assets that it would have made.
        assets: Vec<AssetKey>,
        /// Because of what.
        why: String,
    },
}

/// One line that a step logged.
#[derive(Clone, Debug, PartialEq)]
pub struct LogLine {
    /// The step.
    pub step: String,
    /// How important it is.
    pub level: Level,
    /// Where it comes from; empty for `ctx.log`.
    pub target: String,
    /// The text.
    pub message: String,
    /// Its fields.
    pub fields: Map<String, Value>,
}

impl TestRun {
    pub(super) fn new(memory: Memory) -> Self {
        Self { output: StepOutput::default(), events: Vec::new(), logs: Vec::new(), refused: Vec::new(), memory }
    }

    pub(super) fn record(&mut self, _step: &str, output: StepOutput) {
        self.events.extend(output.materialized.iter().cloned().map(Event::Materialized));
        self.events.extend(output.observed.iter().cloned().map(Event::Observed));
        self.events.extend(output.checks.iter().cloned().map(Event::Checked));
        self.output.materialized.extend(output.materialized);
        self.output.observed.extend(output.observed);
        self.output.checks.extend(output.checks);
    }

    pub(super) fn fail(&mut self, step: &str, failure: StepFailure) {
        self.events.push(Event::Failed { step: step.to_owned(), failure });
    }

    /// Everything that happened, in order.
    pub fn events(&self) -> &[Event] {
        &self.events
    }

    /// Whether no step failed, none was skipped, and no blocking check failed. Other failed checks fail no run.
    pub fn succeeded(&self) -> bool {
        let short = |event: &Event| matches!(event, Event::Failed { .. } | Event::Skipped { .. });
        self.refused.is_empty() && !self.events.iter().any(short)
    }

    /// Panics unless the run [succeeded](Self::succeeded).
    #[track_caller]
    pub fn assert_succeeded(&self) {
        assert!(self.succeeded(), "the run did not succeed: {self:#?}");
    }

    /// Whether an asset was materialized.
    pub fn is_materialized(&self, asset: &str) -> bool {
        self.output.materialized.iter().any(|version| version.asset.as_str() == asset)
    }

    /// Whether an asset's step did not run because of something upstream.
    pub fn is_skipped(&self, asset: &str) -> bool {
        self.skipped(asset).is_some()
    }

    /// Why an asset's step did not run; none where it ran.
    pub fn skipped(&self, asset: &str) -> Option<&str> {
        self.events.iter().find_map(|event| match event {
            Event::Skipped { assets, why, .. } if assets.iter().any(|key| key.as_str() == asset) => Some(why.as_str()),
            _ => None,
        })
    }

    /// The keys of what was materialized, in order.
    pub fn materialized_keys(&self) -> Vec<&str> {
        self.output.materialized.iter().map(|version| version.asset.as_str()).collect()
    }

    /// What is known about an asset that was materialized.
    ///
    /// # Panics
    /// Where it was not materialized.
    #[track_caller]
    pub fn materialized(&self, asset: &str) -> &Materialized {
        self.found(
            self.output.materialized.iter().find(|version| version.asset.as_str() == asset),
            "was not materialized",
            asset,
        )
    }

    /// What is known about an asset that was observed.
    ///
    /// # Panics
    /// Where it was not observed.
    #[track_caller]
    pub fn observed(&self, asset: &str) -> &Materialized {
        self.found(
            self.output.observed.iter().find(|version| version.asset.as_str() == asset),
            "was not observed",
            asset,
        )
    }

    /// The value of an asset as it is after the run.
    ///
    /// # Panics
    /// Where it has none.
    #[track_caller]
    pub fn value<A: Asset>(&self) -> Arc<A::Value> {
        let slot = A::SPEC.key().ok().map(|key| Slot::new(key, ""));
        let value = slot.and_then(|slot| self.memory.get(&slot)).and_then(|value| value.downcast::<A::Value>().ok());
        self.found(value, "has no value", A::SPEC.key)
    }

    /// The result of a check.
    ///
    /// # Panics
    /// Where it was not evaluated.
    #[track_caller]
    pub fn check(&self, asset: &str, name: &str) -> &CheckOutcome {
        let outcome =
            self.output.checks.iter().find(|outcome| outcome.asset.as_str() == asset && outcome.check == name);
        self.found(outcome, "has no such check result", &format!("{asset}:{name}"))
    }

    /// The results of all checks, in order.
    pub fn checks(&self) -> &[CheckOutcome] {
        &self.output.checks
    }

    /// Why a step failed: the step of an asset by its key, that of a check by `asset:check`.
    ///
    /// # Panics
    /// Where it did not fail.
    #[track_caller]
    pub fn failure(&self, step: &str) -> &StepFailure {
        let failure = self.events.iter().find_map(|event| match event {
            Event::Failed { step: failed, failure } if failed == step => Some(failure),
            _ => None,
        });
        self.found(failure, "did not fail", step)
    }

    /// Everything that was logged, in order.
    pub fn logs(&self) -> &[LogLine] {
        &self.logs
    }

    #[track_caller]
    #[expect(clippy::panic, reason = "this is how a test fails")]
    fn found<T>(&self, found: Option<T>, absent: &str, what: &str) -> T {
        match found {
            Some(found) => found,
            None => panic!("{what} {absent}; {self:#?}"),
        }
    }
}

impl std::fmt::Debug for TestRun {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("TestRun")
            .field("events", &self.events)
            .field("refused", &self.refused)
            .field("logs", &self.logs)
            .finish_non_exhaustive()
    }
}

//! Steps and attempts.

use headwater_core::{
    id::WorkerId,
    key::AssetKey,
    record::{AttemptEnd, StepState},
    report::StepFailure,
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::{schema, time::Time};

/// A step of a run, pending ones included.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Step {
    /// Its place in the plan, counted from zero; upstream steps come first.
    pub no: u32,
    /// Its name.
    pub name: String,
    /// The assets that it makes or observes in this run.
    #[schema(value_type = Vec<String>)]
    pub assets: Vec<AssetKey>,
    /// The checks that it evaluates, as `asset:check`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub checks: Vec<String>,
    /// The steps that must succeed before.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub upstream: Vec<u32>,
    /// The pool from which an attempt takes a slot.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pool: Option<String>,
    /// Where it is.
    #[schema(value_type = schema::StepState)]
    pub state: StepState,
    /// The current or last attempt; zero for a step that was never leased.
    pub attempt: u32,
    /// How many attempts failed.
    pub failures: u32,
    /// How many attempts were lost with their worker.
    pub losses: u32,
    /// Who holds or last held it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<uuid::Uuid>)]
    pub worker: Option<WorkerId>,
    /// When the current or last attempt was leased.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub leased_at: Option<Time>,
    /// When user code started, by the worker's clock.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub started_at: Option<Time>,
    /// When the step ended.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ended_at: Option<Time>,
    /// When the next attempt may start.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub retry_at: Option<Time>,
    /// Why the last attempt failed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub failure: Option<Failure>,
    /// Why it was skipped or stopped, in words. Of a step that succeeded: the blocking check that failed on what it made,
    /// which fails the run.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cause: Option<String>,
}

/// Why an attempt failed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Failure {
    /// What kind of failure: `failure`, `panic`, `exit`, `signal`, `timeout`, ..., or the step's own word.
    pub class: String,
    /// One or a few lines for people.
    pub message: String,
    /// The chain of causes, the backtrace, the last lines of standard error.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub details: String,
}

impl From<StepFailure> for Failure {
    fn from(failure: StepFailure) -> Self {
        Self { class: failure.class.0.into_owned(), message: failure.message, details: failure.details }
    }
}

/// One attempt of a step.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Attempt {
    /// The step.
    pub step: u32,
    /// Which attempt, counted from one.
    pub attempt: u32,
    /// Who holds or held it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<uuid::Uuid>)]
    pub worker: Option<WorkerId>,
    /// When it was leased.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub leased_at: Option<Time>,
    /// When user code started, by the worker's clock.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub started_at: Option<Time>,
    /// When it ended; absent while it is in progress.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ended_at: Option<Time>,
    /// How it ended; absent while it is in progress.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<schema::AttemptEnd>)]
    pub end: Option<AttemptEnd>,
    /// Why it failed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub failure: Option<Failure>,
}

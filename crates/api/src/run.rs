//! Runs.

use std::collections::BTreeMap;

use headwater_core::{
    id::{RunId, SnapshotId},
    record::{RunRecord, Trigger as CoreTrigger},
    time::Millis,
};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

pub use headwater_core::record::RunState;

use crate::{schema, time::Time};

/// A run.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Run {
    /// Its id.
    #[schema(value_type = uuid::Uuid)]
    pub id: RunId,
    /// Where it is.
    #[schema(value_type = schema::RunState)]
    pub state: RunState,
    /// What started it.
    pub trigger: Trigger,
    /// What it was asked to materialize, in the selection language.
    pub selection: String,
    /// The partition; absent for assets without partitions.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub partition: String,
    /// Its tags.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub tags: BTreeMap<String, String>,
    /// Runs with a higher number start first.
    #[serde(default)]
    pub priority: i32,
    /// The longest it may take from its start, in milliseconds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<u64>)]
    pub timeout: Option<Millis>,
    /// The definitions that it is pinned to.
    #[schema(value_type = String)]
    pub snapshot: SnapshotId,
    /// The first run of its chain of retries; its own id for a run that is not a retry.
    #[schema(value_type = uuid::Uuid)]
    pub root: RunId,
    /// How many steps its plan has.
    pub steps: u32,
    /// When it was accepted.
    pub created_at: Time,
    /// When its first step was allowed to start.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub started_at: Option<Time>,
    /// When it ended.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ended_at: Option<Time>,
    /// Why it ended as it did, where there is more to say than its steps say.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
}

impl From<RunRecord> for Run {
    fn from(run: RunRecord) -> Self {
        Self {
            id: run.id,
            state: run.state,
            trigger: run.trigger.into(),
            selection: run.selection,
            partition: run.partition,
            tags: run.tags,
            priority: run.priority,
            timeout: run.timeout,
            snapshot: run.snapshot,
            root: run.root,
            steps: run.steps,
            created_at: run.created_at.into(),
            started_at: run.started_at.map(Time),
            ended_at: run.ended_at.map(Time),
            reason: run.reason,
        }
    }
}

/// A run with what only its own page needs.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct RunDetail {
    /// The run.
    #[serde(flatten)]
    pub run: Run,
    /// Config per step name.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    #[schema(value_type = BTreeMap<String, Object>)]
    pub config: BTreeMap<String, serde_json::Value>,
    /// How many of its steps are in each state.
    pub counts: StepCounts,
    /// Runs of the same chain of retries, newest first, this one among them.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub chain: Vec<Run>,
}

/// How many steps are in each state.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct StepCounts {
    /// Wait for their upstreams, a slot or a pool.
    pub pending: u32,
    /// Leased to a worker.
    pub running: u32,
    /// Failed or lost, and will be leased again.
    pub retry_wait: u32,
    /// Did what they were asked.
    pub succeeded: u32,
    /// Out of attempts.
    pub failed: u32,
    /// Never started.
    pub skipped: u32,
    /// Stopped on request.
    pub canceled: u32,
}

/// What started a run.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Trigger {
    /// A person or a program, through the API.
    Manual {
        /// Who, as the server knows them.
        by: String,
    },
    /// A schedule's tick.
    Schedule {
        /// The schedule's name.
        name: String,
        /// When the tick was due.
        due_at: Time,
    },
    /// A retry of an earlier run.
    Retry {
        /// Who, as the server knows them.
        by: String,
        /// The run that is retried.
        #[schema(value_type = uuid::Uuid)]
        of: RunId,
    },
}

impl From<CoreTrigger> for Trigger {
    fn from(trigger: CoreTrigger) -> Self {
        match trigger {
            CoreTrigger::Manual { by } => Self::Manual { by },
            CoreTrigger::Schedule { name, due_at } => Self::Schedule { name, due_at: due_at.into() },
            CoreTrigger::Retry { by, of } => Self::Retry { by, of },
        }
    }
}

/// Which runs of a list.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, IntoParams)]
#[serde(default, deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct RunQuery {
    /// The `next` of the part before.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cursor: Option<String>,
    /// At most so many, up to 500; 50 without it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub limit: Option<u32>,
    /// Only in these states, separated by commas.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[param(example = "queued,running")]
    pub state: Option<String>,
    /// Only with this tag: `name`, or `name=value`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tag: Option<String>,
    /// Only of this schedule.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub schedule: Option<String>,
    /// Only of the chain of retries that started with this run.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[param(value_type = Option<uuid::Uuid>)]
    pub root: Option<RunId>,
    /// Only accepted at or after this instant.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[param(value_type = Option<String>, format = DateTime)]
    pub since: Option<Time>,
}

/// A request to materialize something.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct LaunchRequest {
    /// What, in the selection language, or `job:name`.
    #[schema(example = "group:curated+")]
    pub selection: String,
    /// The code location whose assets are meant. A run belongs to one location; where the selection names assets of
    /// several, this says which.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub location: Option<String>,
    /// The partition; none for assets without partitions.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub partition: String,
    /// Tags of the run.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub tags: BTreeMap<String, String>,
    /// Config per step name.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    #[schema(value_type = BTreeMap<String, Object>)]
    pub config: BTreeMap<String, serde_json::Value>,
    /// Runs with a higher number start first; none takes the job's, or zero.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub priority: Option<i32>,
    /// The longest it may take from its start, in milliseconds; none takes the job's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<u64>)]
    pub timeout: Option<Millis>,
}

/// A run that was accepted.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Launched {
    /// Its id.
    #[schema(value_type = uuid::Uuid)]
    pub run: RunId,
    /// How many steps its plan has.
    pub steps: u32,
    /// What was odd about the request, as in "no asset matches key:orders2".
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub warnings: Vec<String>,
}

/// A request to run again.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Retry {
    /// Which of its steps.
    pub scope: RetryFrom,
}

/// Which steps of an ended run are run again.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum RetryFrom {
    /// All of them.
    All,
    /// Those that did not succeed.
    FromFailure,
}

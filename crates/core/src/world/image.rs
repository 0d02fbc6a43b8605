//! What a new leader loads from the store.

use std::sync::Arc;

use crate::{
    alert::{IncidentRecord, PolicyRecord},
    effect::SnapshotText,
    id::{DeploymentId, Seq},
    record::{
        AssetCurrent, AssetRecord, CommandRecord, DeployRecord, DeploymentRecord, RunRecord, ScheduleRecord,
        StepRecord, WorkerRecord,
    },
    time::Millis,
};

/// A run's plan as it was stored.
pub type StoredPlan = Arc<str>;

/// A run that has not ended, with all that a leader needs to go on with it.
#[derive(Clone, Debug, PartialEq)]
pub struct ActiveRun {
    /// The run.
    pub run: RunRecord,
    /// Its plan as JSON.
    pub plan: StoredPlan,
    /// Its steps that are no longer pending, by their number.
    pub steps: Vec<StepRecord>,
}

/// Everything that a new leader loads.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Image {
    /// The last number of the event log.
    pub last_seq: Seq,
    /// Deployments.
    pub deployments: Vec<DeploymentRecord>,
    /// The latest deploy per deployment and location that was not refused.
    pub live: Vec<DeployRecord>,
    /// Every snapshot that is live, that an active run is pinned to or that an active worker has.
    pub snapshots: Vec<SnapshotText>,
    /// Identities of assets.
    pub assets: Vec<AssetRecord>,
    /// What is there of each asset and partition.
    pub current: Vec<AssetCurrent>,
    /// Runs that have not ended, in the order of their creation.
    pub runs: Vec<ActiveRun>,
    /// Workers that are active or draining.
    pub workers: Vec<WorkerRecord>,
    /// States of schedules.
    pub schedules: Vec<ScheduleRecord>,
    /// Commands with an idempotency key that are still remembered.
    pub commands: Vec<CommandRecord>,
    /// Pool limits set by people.
    pub pools: Vec<(DeploymentId, String, u32)>,
    /// Incidents that are not resolved.
    pub incidents: Vec<IncidentRecord>,
    /// States of alert policies.
    pub policies: Vec<PolicyRecord>,
    /// How long the latest successful runs took, oldest first; at most [`Image::HISTORY`].
    pub history: Vec<EndedRun>,
}

impl Image {
    /// How many ended runs a leader loads to know how long runs usually take.
    pub const HISTORY: u32 = 2_000;
}

/// How long an ended run took.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EndedRun {
    /// The deployment.
    pub deployment: DeploymentId,
    /// What its runs have in common, see [`RunRecord::line`].
    pub line: String,
    /// From its start to its end.
    pub took: Millis,
}

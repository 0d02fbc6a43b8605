//! What should happen: the closed list of changes that `decide` asks for and a store commits.
//!
//! An effect is complete: a store applies it without looking anything up, and the same list is what events,
//! "explain" and the simulator read.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::{
    alert::{IncidentChange, IncidentRecord, PolicyRecord},
    id::{AssetId, Attempt, DeploymentId, IncidentId, RunId, Seq, SnapshotId, StepNo, Token, WorkerId},
    record::{
        AssetRecord, AttemptEnd, CheckRecord, CommandRecord, DeployRecord, OutboxRecord, RunRecord, RunState,
        ScheduleRecord, StepState, TickRecord, VersionRecord, WorkerRecord, WorkerState,
    },
    report::StepFailure,
    time::Timestamp,
};

/// A change with its place in the event log. Numbers are given by the leader and have no gaps.
#[derive(Clone, Debug, PartialEq)]
pub struct Recorded {
    /// Its place.
    pub seq: Seq,
    /// When it was decided.
    pub at: Timestamp,
    /// The change.
    pub effect: Effect,
}

/// A definition snapshot as it is stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SnapshotText {
    /// Its address.
    pub id: SnapshotId,
    /// The code location.
    pub location: String,
    /// The canonical manifest as JSON.
    pub manifest: Arc<str>,
}

/// One change.
#[derive(Clone, Debug, PartialEq)]
pub enum Effect {
    /// A snapshot is stored; storing the same again changes nothing.
    SnapshotStored(SnapshotText),
    /// A snapshot went live for its location, or was refused.
    Deployed(DeployRecord),
    /// Assets got their identity.
    AssetsNamed(Vec<AssetRecord>),
    /// A command was accepted.
    CommandAccepted(CommandRecord),
    /// A run was accepted; its plan is stored beside it as JSON.
    RunCreated {
        /// The run, queued.
        run: Box<RunRecord>,
        /// Its plan as JSON.
        plan: Arc<str>,
    },
    /// A run's steps may be leased from now on.
    RunStarted {
        /// The run.
        run: RunId,
    },
    /// Somebody wants a run to stop.
    RunCanceling {
        /// The run.
        run: RunId,
        /// Who, or why.
        by: String,
    },
    /// A run ended.
    RunEnded {
        /// The run.
        run: RunId,
        /// Its final state.
        state: RunState,
        /// Why, where there is more to say than its steps say.
        reason: Option<String>,
    },
    /// An attempt was leased to a worker.
    StepLeased {
        /// The run.
        run: RunId,
        /// The step.
        step: StepNo,
        /// The attempt, counted on from the last.
        attempt: Attempt,
        /// Its fencing token.
        token: Token,
        /// Who holds it.
        worker: WorkerId,
    },
    /// An attempt ended and another one will follow.
    StepRetried {
        /// The run.
        run: RunId,
        /// The step.
        step: StepNo,
        /// The attempt that ended.
        attempt: Attempt,
        /// How it ended: failed, lost or handed back.
        end: AttemptEnd,
        /// When user code started.
        started_at: Option<Timestamp>,
        /// Why it failed.
        failure: Option<StepFailure>,
        /// Failures so far.
        failures: u32,
        /// Losses so far.
        losses: u32,
        /// When the next attempt may start.
        retry_at: Timestamp,
    },
    /// A step ended.
    StepEnded {
        /// The run.
        run: RunId,
        /// The step.
        step: StepNo,
        /// Its last attempt; zero for one that was never leased.
        attempt: Attempt,
        /// Its final state.
        state: StepState,
        /// When user code of the last attempt started, by the worker's clock.
        started_at: Option<Timestamp>,
        /// Why it failed.
        failure: Option<StepFailure>,
        /// Failures in all.
        failures: u32,
        /// Losses in all.
        losses: u32,
        /// Why it was skipped or cancelled, in words; of a step that succeeded, the blocking check that refused its
        /// result. Such a step fails its run.
        cause: Option<String>,
    },
    /// An asset has a new version, and it is the current one.
    VersionRecorded(Box<VersionRecord>),
    /// An asset could not be made.
    AssetFailed {
        /// The asset.
        asset: AssetId,
        /// The partition.
        partition: String,
        /// The run.
        run: RunId,
    },
    /// A check was evaluated.
    CheckRecorded(Box<CheckRecord>),
    /// A worker joined.
    WorkerJoined(Box<WorkerRecord>),
    /// A worker's state changed.
    WorkerChanged {
        /// The worker.
        worker: WorkerId,
        /// Its new state.
        state: WorkerState,
    },
    /// A schedule was switched, or moved on.
    ScheduleMoved(ScheduleRecord),
    /// A tick was decided.
    Ticked(TickRecord),
    /// A pool's limit was set by a person; none goes back to what is declared.
    PoolSet {
        /// The deployment.
        deployment: DeploymentId,
        /// The pool.
        pool: String,
        /// Its limit.
        limit: Option<u32>,
    },
    /// An incident began, changed or ended; the record is the whole of it.
    IncidentChanged {
        /// The incident.
        incident: Box<IncidentRecord>,
        /// What changed.
        change: IncidentChange,
    },
    /// The state of an alert policy changed.
    PolicyMoved(PolicyRecord),
    /// A message must leave the system.
    MessageQueued(OutboxRecord),
    /// Messages about an incident that have not left yet are not needed any more.
    MessagesWithdrawn {
        /// The incident.
        incident: IncidentId,
        /// The channel that they would go to.
        channel: String,
    },
}

/// An entry of the event log, as people and the event stream read it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Event {
    /// Its place in the log.
    pub seq: Seq,
    /// When it was decided.
    pub at: Timestamp,
    /// What happened, as in `step_succeeded`.
    pub kind: String,
    /// The run that it is about.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub run: Option<RunId>,
    /// The step of that run.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub step: Option<StepNo>,
    /// The asset that it is about.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub asset: Option<AssetId>,
    /// What it is about otherwise: a worker, a schedule, a location.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub subject: Option<String>,
    /// Details as JSON; null where there are none.
    #[serde(default, skip_serializing_if = "serde_json::Value::is_null")]
    pub data: serde_json::Value,
}

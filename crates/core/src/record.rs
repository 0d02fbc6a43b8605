//! What is kept: the domain's records, as every store returns them.
//!
//! Current state has records of its own; the event log is history and nobody groups over it (D12).

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::{
    id::{AssetId, Attempt, DeploymentId, IncidentId, RunId, Seq, SnapshotId, StepNo, Token, WorkerId},
    key::AssetKey,
    manifest::{Severity, Switch},
    metadata::Metadata,
    report::{InputVersion, StepFailure},
    time::{Millis, Timestamp},
};

/// Declares an enumeration that is stored and sent as snake-case text.
macro_rules! text_enum {
    ($(#[$doc:meta])* $name:ident { $($(#[$vdoc:meta])* $variant:ident = $text:literal,)+ }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        pub enum $name { $($(#[$vdoc])* #[serde(rename = $text)] $variant,)+ }

        impl $name {
            /// Every value, in the order of their declaration.
            pub const ALL: &'static [Self] = &[$(Self::$variant),+];

            /// The value as it is stored.
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $text),+ }
            }

            /// The value of a stored text; none for a text that no version wrote.
            pub fn parse(text: &str) -> Option<Self> {
                match text { $($text => Some(Self::$variant),)+ _ => None }
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(self.as_str())
            }
        }
    };
}
pub(crate) use text_enum;

text_enum! {
    /// Where a run is. Only `queued → running → canceling` and from there to an end; an end is final.
    RunState {
        /// Durable, and waiting for its turn.
        Queued = "queued",
        /// Its steps may be leased.
        Running = "running",
        /// Somebody wants it to stop; attempts are being stopped.
        Canceling = "canceling",
        /// Every step succeeded, or was skipped on purpose.
        Succeeded = "succeeded",
        /// A step failed, was blocked, or the run took too long.
        Failed = "failed",
        /// Stopped on request, and nothing of it is left.
        Canceled = "canceled",
    }
}

impl RunState {
    /// Whether the run has ended.
    pub const fn is_final(self) -> bool {
        matches!(self, Self::Succeeded | Self::Failed | Self::Canceled)
    }

    /// Whether the run may go from this state to another.
    pub const fn may_become(self, next: Self) -> bool {
        match self {
            Self::Queued => matches!(next, Self::Running | Self::Canceled | Self::Failed),
            Self::Running => matches!(next, Self::Canceling | Self::Succeeded | Self::Failed),
            Self::Canceling => matches!(next, Self::Succeeded | Self::Failed | Self::Canceled),
            Self::Succeeded | Self::Failed | Self::Canceled => false,
        }
    }
}

text_enum! {
    /// Where a step of a run is.
    StepState {
        /// Waits for its upstreams, a slot or a pool. Not stored: a step without a record is pending.
        Pending = "pending",
        /// Leased to a worker.
        Running = "running",
        /// Failed or lost, and will be leased again at a known time.
        RetryWait = "retry_wait",
        /// Did what it was asked.
        Succeeded = "succeeded",
        /// Out of attempts.
        Failed = "failed",
        /// Never started, since something upstream failed or was blocked or skipped.
        Skipped = "skipped",
        /// Stopped on request.
        Canceled = "canceled",
    }
}

impl StepState {
    /// Whether the step has ended.
    pub const fn is_final(self) -> bool {
        matches!(self, Self::Succeeded | Self::Failed | Self::Skipped | Self::Canceled)
    }

    /// Whether the step may go from this state to another.
    pub const fn may_become(self, next: Self) -> bool {
        match self {
            Self::Pending => matches!(next, Self::Running | Self::Skipped | Self::Canceled),
            Self::Running => matches!(next, Self::RetryWait | Self::Succeeded | Self::Failed | Self::Canceled),
            Self::RetryWait => matches!(next, Self::Running | Self::Failed | Self::Canceled),
            Self::Succeeded | Self::Failed | Self::Skipped | Self::Canceled => false,
        }
    }
}

text_enum! {
    /// How one attempt ended.
    AttemptEnd {
        /// Did what it was asked.
        Succeeded = "succeeded",
        /// Failed.
        Failed = "failed",
        /// Its worker went silent.
        Lost = "lost",
        /// Given back by a worker that was going away.
        HandedBack = "handed_back",
        /// Stopped on request.
        Canceled = "canceled",
    }
}

text_enum! {
    /// Where a worker is.
    WorkerState {
        /// Takes steps.
        Active = "active",
        /// Finishes what it has and takes nothing new.
        Draining = "draining",
        /// Said good-bye.
        Gone = "gone",
        /// Went silent.
        Lost = "lost",
    }
}

text_enum! {
    /// What came of a tick.
    TickOutcome {
        /// It launched a run.
        Launched = "launched",
        /// It launched nothing, for the recorded reason.
        Skipped = "skipped",
        /// It could not launch, for the recorded reason.
        Failed = "failed",
    }
}

text_enum! {
    /// Whether a version was made by us or looked at.
    VersionKind {
        /// A step of ours made it.
        Materialized = "materialized",
        /// Somebody else made it.
        Observed = "observed",
    }
}

/// What started a run.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
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
        due_at: Timestamp,
    },
    /// A retry of an earlier run, requested by a person or a program.
    Retry {
        /// Who, as the server knows them.
        by: String,
        /// The run that is retried.
        of: RunId,
    },
}

/// A run.
#[derive(Clone, Debug, PartialEq)]
pub struct RunRecord {
    /// Its id.
    pub id: RunId,
    /// Its place among all runs: the event that created it.
    pub created_seq: Seq,
    /// The deployment that it belongs to.
    pub deployment: DeploymentId,
    /// The definitions that it is pinned to (D1).
    pub snapshot: SnapshotId,
    /// Where it is.
    pub state: RunState,
    /// What started it.
    pub trigger: Trigger,
    /// What it was asked to materialize, in the selection language.
    pub selection: String,
    /// The partition; empty for assets without partitions.
    pub partition: String,
    /// Its tags.
    pub tags: BTreeMap<String, String>,
    /// Config per step name.
    pub config: BTreeMap<String, serde_json::Value>,
    /// Runs with a higher number start first.
    pub priority: i32,
    /// The longest it may take from its start.
    pub timeout: Option<Millis>,
    /// The first run of a chain of retries; its own id for a run that is not a retry.
    pub root: RunId,
    /// How many steps its plan has.
    pub steps: u32,
    /// When it was accepted.
    pub created_at: Timestamp,
    /// When its first step was allowed to start.
    pub started_at: Option<Timestamp>,
    /// When it ended.
    pub ended_at: Option<Timestamp>,
    /// Why it ended as it did, where there is more to say than its steps say.
    pub reason: Option<String>,
}

/// A step of a run that is no longer pending.
#[derive(Clone, Debug, PartialEq)]
pub struct StepRecord {
    /// The run.
    pub run: RunId,
    /// Its place in the plan.
    pub step: StepNo,
    /// Where it is.
    pub state: StepState,
    /// The current or last attempt; zero for a step that was never leased.
    pub attempt: Attempt,
    /// How many attempts failed.
    pub failures: u32,
    /// How many attempts were lost with their worker.
    pub losses: u32,
    /// Who holds or last held it.
    pub worker: Option<WorkerId>,
    /// The token of the current attempt.
    pub token: Option<Token>,
    /// When the current or last attempt was leased.
    pub leased_at: Option<Timestamp>,
    /// When user code started, by the worker's clock.
    pub started_at: Option<Timestamp>,
    /// When the step ended.
    pub ended_at: Option<Timestamp>,
    /// When the next attempt may start.
    pub retry_at: Option<Timestamp>,
    /// Why the last attempt failed.
    pub failure: Option<StepFailure>,
    /// Why it was skipped or cancelled, in words; of a step that succeeded, the blocking check that refused its result.
    pub cause: Option<String>,
}

/// An attempt that was followed by another one. The current attempt is in the step's record.
#[derive(Clone, Debug, PartialEq)]
pub struct AttemptRecord {
    /// The run.
    pub run: RunId,
    /// The step.
    pub step: StepNo,
    /// Which attempt.
    pub attempt: Attempt,
    /// Who held it.
    pub worker: Option<WorkerId>,
    /// When it was leased.
    pub leased_at: Option<Timestamp>,
    /// When user code started.
    pub started_at: Option<Timestamp>,
    /// When it ended.
    pub ended_at: Timestamp,
    /// How it ended.
    pub end: AttemptEnd,
    /// Why it failed.
    pub failure: Option<StepFailure>,
}

/// A version of an asset: a materialization or an observation. The event of the same number tells of it.
#[derive(Clone, Debug, PartialEq)]
pub struct VersionRecord {
    /// Its place in history.
    pub seq: Seq,
    /// The asset.
    pub asset: AssetId,
    /// The partition; empty for an asset without partitions.
    pub partition: String,
    /// Made or looked at.
    pub kind: VersionKind,
    /// The run; none for what was reported from outside.
    pub run: Option<RunId>,
    /// The step of that run.
    pub step: Option<StepNo>,
    /// The attempt of that step.
    pub attempt: Option<Attempt>,
    /// When it was recorded.
    pub at: Timestamp,
    /// How long user code took to make it, by the worker's clock; none for what was reported from outside.
    pub duration: Option<Millis>,
    /// The data version.
    pub version: String,
    /// The code version that made it.
    pub code_version: Option<String>,
    /// The upstream versions that went into it (D14).
    pub inputs: Vec<InputVersion>,
    /// Facts about the data.
    pub metadata: Metadata,
    /// Where the next run goes on.
    pub cursor: Option<serde_json::Value>,
}

/// What is there now of an asset and partition.
#[derive(Clone, Debug, PartialEq)]
pub struct AssetCurrent {
    /// The asset.
    pub asset: AssetId,
    /// The partition; empty for an asset without partitions.
    pub partition: String,
    /// The latest version; none where it never had one.
    pub latest: Option<Latest>,
    /// Where the next run goes on.
    pub cursor: Option<serde_json::Value>,
    /// The last failed attempt to make it, where that is later than the latest version.
    pub failed: Option<LastFailure>,
}

/// The latest version of an asset.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Latest {
    /// Its place in history.
    pub seq: Seq,
    /// Made or looked at.
    pub kind: VersionKind,
    /// When it was recorded.
    pub at: Timestamp,
    /// The run that made it.
    pub run: Option<RunId>,
    /// The data version.
    pub version: String,
    /// The code version that made it.
    pub code_version: Option<String>,
}

/// The last time that an asset could not be made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LastFailure {
    /// When.
    pub at: Timestamp,
    /// In which run.
    pub run: RunId,
}

/// A check result. The latest one per asset, check and partition is also kept as current state.
#[derive(Clone, Debug, PartialEq)]
pub struct CheckRecord {
    /// Its place in history.
    pub seq: Seq,
    /// The asset.
    pub asset: AssetId,
    /// The check's name.
    pub check: String,
    /// The partition; empty for an asset without partitions.
    pub partition: String,
    /// The run.
    pub run: Option<RunId>,
    /// The step of that run.
    pub step: Option<StepNo>,
    /// When it was recorded.
    pub at: Timestamp,
    /// The version that was checked; none where there was none.
    pub version_seq: Option<Seq>,
    /// Whether the asset is as it should be.
    pub passed: bool,
    /// Whether a failure holds back what is downstream.
    pub blocking: bool,
    /// How bad a failure is.
    pub severity: Severity,
    /// One sentence for people.
    pub description: String,
    /// Facts that the check found.
    pub metadata: Metadata,
}

/// A worker process.
#[derive(Clone, Debug, PartialEq)]
pub struct WorkerRecord {
    /// Its id, new at every start.
    pub id: WorkerId,
    /// The name that people gave it.
    pub name: String,
    /// The host that it runs on, as it says.
    pub host: String,
    /// Its process id there.
    pub pid: u32,
    /// The code location that it serves.
    pub location: String,
    /// The snapshot that its code declares.
    pub snapshot: SnapshotId,
    /// How many attempts it runs at once.
    pub slots: u32,
    /// What it has; steps choose by it.
    pub tags: BTreeMap<String, String>,
    /// The version of Headwater that it was built with.
    pub version: String,
    /// Where it is.
    pub state: WorkerState,
    /// When it joined.
    pub joined_at: Timestamp,
    /// When its state last changed.
    pub changed_at: Timestamp,
}

/// An asset's identity.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AssetRecord {
    /// Its id; it survives renames.
    pub id: AssetId,
    /// The deployment.
    pub deployment: DeploymentId,
    /// Its key now.
    pub key: AssetKey,
}

/// A deployment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DeploymentRecord {
    /// Its id.
    pub id: DeploymentId,
    /// Its name, part of every route.
    pub name: String,
}

/// One deploy: a snapshot went live, or was refused. Each location of a deployment has one live snapshot.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DeployRecord {
    /// Its place in history.
    pub seq: Seq,
    /// The deployment.
    pub deployment: DeploymentId,
    /// The code location.
    pub location: String,
    /// The snapshot.
    pub snapshot: SnapshotId,
    /// When.
    pub at: Timestamp,
    /// Who.
    pub by: String,
    /// Why it was refused; none for a deploy that went live.
    pub refused: Option<String>,
}

/// The state of a schedule that outlives deploys.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ScheduleRecord {
    /// The deployment.
    pub deployment: DeploymentId,
    /// The schedule's name.
    pub name: String,
    /// Whether it ticks.
    pub switch: Switch,
    /// No tick due at or before this instant is run any more (R05).
    pub watermark: Timestamp,
}

/// A tick, or a range of ticks that were skipped for one reason.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TickRecord {
    /// Its place in history.
    pub seq: Seq,
    /// The deployment.
    pub deployment: DeploymentId,
    /// The schedule's name.
    pub schedule: String,
    /// When it was due; of a range, when its first tick was.
    pub due_at: Timestamp,
    /// Of a range, when its last tick was due.
    pub through_at: Timestamp,
    /// How many ticks the record stands for.
    pub count: u64,
    /// When it was decided.
    pub at: Timestamp,
    /// What came of it.
    pub outcome: TickOutcome,
    /// The run that it launched.
    pub run: Option<RunId>,
    /// Why nothing was launched.
    pub reason: Option<String>,
}

/// A command that was accepted, for retries of the same command and for the audit.
#[derive(Clone, Debug, PartialEq)]
pub struct CommandRecord {
    /// Its place in history.
    pub seq: Seq,
    /// The deployment.
    pub deployment: DeploymentId,
    /// The caller's idempotency key.
    pub key: Option<String>,
    /// Hash of what was asked, so that the same key with another body is told apart.
    pub digest: String,
    /// Who.
    pub principal: String,
    /// What, as in `run.launch`.
    pub kind: String,
    /// When.
    pub at: Timestamp,
    /// What was answered: the id of the run, or null.
    pub answer: serde_json::Value,
}

/// A message that must leave the system: kept until it was delivered (D18).
#[derive(Clone, Debug, PartialEq)]
pub struct OutboxRecord {
    /// Its place in history.
    pub seq: Seq,
    /// The deployment.
    pub deployment: DeploymentId,
    /// What it is about, as in `run.failed`.
    pub topic: String,
    /// Two messages with the same key are one.
    pub dedup: String,
    /// When it was decided.
    pub at: Timestamp,
    /// The channel that it goes to.
    pub channel: String,
    /// The incident that it is about; messages about one incident leave in order on each channel.
    pub incident: Option<IncidentId>,
    /// It must not leave earlier.
    pub not_before: Timestamp,
    /// What to say.
    pub payload: serde_json::Value,
}

//! The control plane itself: deployments, workers, pools, the queue, how the server is.

use std::collections::BTreeMap;

use headwater_core::{
    id::{RunId, Seq, SnapshotId, WorkerId},
    record::{RunState, WorkerRecord, WorkerState},
    time::Millis,
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::{schema, time::Time};

/// A deployment: one set of live definitions with its own state.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Deployment {
    /// Its name, part of every route.
    pub name: String,
    /// Its code locations, by name.
    pub locations: Vec<Location>,
}

/// A code location with what is live for it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Location {
    /// Its name.
    pub name: String,
    /// The live snapshot.
    #[schema(value_type = String)]
    pub snapshot: SnapshotId,
    /// Since when.
    pub since: Time,
    /// How many assets it declares.
    pub assets: u32,
}

/// One deploy: a snapshot went live, or was refused.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Deploy {
    /// Its place in history.
    #[schema(value_type = i64)]
    pub seq: Seq,
    /// The code location.
    pub location: String,
    /// The snapshot.
    #[schema(value_type = String)]
    pub snapshot: SnapshotId,
    /// When.
    pub at: Time,
    /// Who.
    pub by: String,
    /// Whether it is what is live for its location now.
    pub live: bool,
    /// Why it was refused; absent for a deploy that went live.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub refused: Option<String>,
}

/// A manifest that went live.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Deployed {
    /// Its snapshot.
    #[schema(value_type = String)]
    pub snapshot: SnapshotId,
    /// Whether something changed; false where it was live already.
    pub changed: bool,
    /// How many assets it has.
    pub assets: u32,
    /// What is live and cannot work on this server yet, as an alert channel whose secret is missing.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub warnings: Vec<String>,
}

/// A command that was carried out.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Commanded {
    /// Of a cancellation: the state of the run now.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<schema::RunState>)]
    pub state: Option<RunState>,
}

/// A named selection.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Job {
    /// Its name; launch it as `job:name`.
    pub name: String,
    /// The code location that declares it.
    pub location: String,
    /// What it materializes, in the selection language.
    pub selection: String,
    /// What it is for, in Markdown.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub description: String,
    /// Tags of its runs.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub tags: BTreeMap<String, String>,
    /// Runs with a higher number start first.
    pub priority: i32,
    /// The longest a run may take from its start, in milliseconds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<u64>)]
    pub timeout: Option<Millis>,
    /// How many assets it selects now.
    pub assets: u32,
}

/// A resource that steps use. Its values stay on the worker.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Resource {
    /// Its name.
    pub name: String,
    /// The code location that declares it.
    pub location: String,
    /// Its type.
    pub type_name: String,
    /// What it is, in Markdown.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub description: String,
    /// Names of the environment variables that it reads, never their values.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub env: Vec<String>,
    /// Steps that use it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub steps: Vec<String>,
}

/// A worker process.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Worker {
    /// Its id, new at every start.
    #[schema(value_type = uuid::Uuid)]
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
    #[schema(value_type = String)]
    pub snapshot: SnapshotId,
    /// How many attempts it runs at once.
    pub slots: u32,
    /// What it has; steps choose by it.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub tags: BTreeMap<String, String>,
    /// The version of Headwater that it was built with.
    pub version: String,
    /// Where it is.
    #[schema(value_type = schema::WorkerState)]
    pub state: WorkerState,
    /// When it joined.
    pub joined_at: Time,
    /// When its state last changed.
    pub changed_at: Time,
    /// How many attempts it holds; absent where no leader can be asked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub running: Option<u32>,
    /// The attempts that it holds, at most 100; only the leader knows.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub steps: Vec<WorkerStep>,
    /// When it polled last; only the leader knows.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub heard_at: Option<Time>,
}

/// An attempt that a worker holds.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct WorkerStep {
    /// The run.
    #[schema(value_type = uuid::Uuid)]
    pub run: RunId,
    /// The step's place in the run's plan.
    pub step: u32,
    /// The step's name.
    pub name: String,
    /// Since when.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub since: Option<Time>,
}

impl From<WorkerRecord> for Worker {
    fn from(worker: WorkerRecord) -> Self {
        Self {
            id: worker.id,
            name: worker.name,
            host: worker.host,
            pid: worker.pid,
            location: worker.location,
            snapshot: worker.snapshot,
            slots: worker.slots,
            tags: worker.tags,
            version: worker.version,
            state: worker.state,
            joined_at: worker.joined_at.into(),
            changed_at: worker.changed_at.into(),
            running: None,
            steps: Vec::new(),
            heard_at: None,
        }
    }
}

/// A pool: at most so many attempts that name it run at once, over all runs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Pool {
    /// Its name.
    pub name: String,
    /// How many slots it has; absent where nobody limits it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub limit: Option<u32>,
    /// How many are declared.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub declared: Option<u32>,
    /// How many a person set, which counts.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub set: Option<u32>,
    /// How many are taken; absent where no leader can be asked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub used: Option<u32>,
    /// How many ready steps wait for one; absent where no leader can be asked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub waiting: Option<u32>,
}

/// A request to set a pool's limit.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PoolLimit {
    /// How many slots; null goes back to what is declared.
    pub limit: Option<u32>,
}

/// Why runs and steps wait, from the leader's world as it is now.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Queue {
    /// Runs that wait for their turn, in the order in which they will start.
    pub runs: Vec<QueuedRun>,
    /// Steps that are ready and wait.
    pub steps: Vec<QueuedStep>,
    /// How many ready steps wait in all; `steps` names at most some hundred.
    pub waiting_steps: u64,
}

/// A run that waits.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct QueuedRun {
    /// The run.
    #[schema(value_type = uuid::Uuid)]
    pub run: RunId,
    /// Why it waits.
    pub why: String,
}

/// A step that waits.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct QueuedStep {
    /// Its run.
    #[schema(value_type = uuid::Uuid)]
    pub run: RunId,
    /// Its place in the run's plan.
    pub step: u32,
    /// Its name.
    pub name: String,
    /// Why it waits.
    pub why: String,
}

/// What a server is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ServerVersion {
    /// The version of Headwater.
    pub version: String,
    /// The newest manifest format that it reads.
    pub manifest_format: u32,
}

/// How the server and its store are.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Status {
    /// The version of Headwater.
    pub version: String,
    /// When this server started.
    pub started_at: Time,
    /// Whether it leads, and who does otherwise.
    pub leading: Leading,
    /// The store; absent where it does not answer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub store: Option<StoreInfo>,
    /// Why the store does not answer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub store_error: Option<String>,
    /// The last number of the event log.
    #[schema(value_type = i64)]
    pub last_seq: Seq,
    /// Runs of the default deployment that wait for their turn.
    pub queued_runs: u64,
    /// Runs of the default deployment that are in progress or being stopped.
    pub running_runs: u64,
    /// Who asks.
    pub principal: Principal,
}

/// Whether a server leads.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(tag = "state", rename_all = "snake_case")]
pub enum Leading {
    /// Nobody knows yet.
    Starting,
    /// It leads under this term.
    Leading {
        /// The term.
        term: i64,
    },
    /// Another server leads.
    Following {
        /// Its address.
        leader: String,
    },
    /// The database cannot be reached; nobody may lead.
    Blind {
        /// What the database says.
        reason: String,
    },
}

/// What the store is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct StoreInfo {
    /// As in `PostgreSQL 15.18`.
    pub engine: String,
    /// Migrations that are applied, in order.
    pub applied: Vec<String>,
    /// Migrations that are known and not applied.
    pub pending: Vec<String>,
    /// What an operator should know.
    pub warnings: Vec<String>,
}

/// Who asks, as the server knows them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Principal {
    /// Their name.
    pub name: String,
    /// What they may do.
    pub role: Role,
}

/// What a principal may do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// Everything.
    Admin,
    /// Everything but deploys and limits: launch, cancel, retry, switch schedules, report versions.
    Operator,
    /// Read.
    Viewer,
    /// Deploy its own definitions, join, poll and write logs.
    Worker,
}

impl Role {
    /// Every role.
    pub const ALL: [Self; 4] = [Self::Admin, Self::Operator, Self::Viewer, Self::Worker];
}

/// The answer of a probe.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Health {
    /// `ok`, or what is missing.
    pub status: String,
}

//! Everybody's side of a store: what the API shows. Lists are read by key, never by offset.

use async_trait::async_trait;
use headwater_core::{
    effect::{Event, SnapshotText},
    id::{AssetId, DeploymentId, RunId, Seq, SnapshotId, StepNo},
    record::{
        AssetCurrent, AssetRecord, AttemptRecord, CheckRecord, DeployRecord, DeploymentRecord, OutboxRecord, RunRecord,
        RunState, ScheduleRecord, StepRecord, TickRecord, VersionRecord, WorkerRecord,
    },
    time::Timestamp,
};

use crate::{error::StoreError, journal::Leader};

/// A part of a list that is ordered by event number, newest first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Page {
    /// Only what is older than this number.
    pub before: Option<Seq>,
    /// At most so many.
    pub limit: u32,
}

impl Default for Page {
    fn default() -> Self {
        Self { before: None, limit: 50 }
    }
}

/// Which runs.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RunFilter {
    /// Only in these states; empty means all.
    pub states: Vec<RunState>,
    /// Only with this tag, and with this value where one is given.
    pub tag: Option<(String, Option<String>)>,
    /// Only of this schedule.
    pub schedule: Option<String>,
    /// Only of this chain of retries.
    pub root: Option<RunId>,
    /// Only accepted at or after this instant.
    pub since: Option<Timestamp>,
}

/// Which entries of the event log, oldest first. Versions and check results are part of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EventFilter {
    /// Only later than this number.
    pub after: Seq,
    /// Only of this run.
    pub run: Option<RunId>,
    /// At most so many.
    pub limit: u32,
}

/// Which versions of an asset.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct VersionFilter {
    /// Only of this partition.
    pub partition: Option<String>,
    /// Only of this run.
    pub run: Option<RunId>,
}

/// Which check of an asset; none means all of its checks.
pub type AssetCheck = Option<String>;

/// How many runs are in each state that is not final.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct RunCounts {
    /// Waiting for their turn.
    pub queued: u64,
    /// In progress.
    pub running: u64,
    /// Being stopped.
    pub canceling: u64,
}

/// A message of the outbox that is not closed.
#[derive(Clone, Debug, PartialEq)]
pub struct OutboxItem {
    /// The message.
    pub message: OutboxRecord,
    /// Why it was given up; none while it is still to be delivered.
    pub dead: Option<String>,
}

/// How the store is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoreStatus {
    /// What it is, as in `PostgreSQL 15.18` or `SQLite 3.50.4`.
    pub engine: String,
    /// Migrations that are applied and known, in order.
    pub applied: Vec<String>,
    /// Migrations that are known and not applied.
    pub pending: Vec<String>,
    /// What an operator should know, as in "fsync is off".
    pub warnings: Vec<String>,
}

/// Everybody's side.
#[async_trait]
pub trait Reader: Send + Sync + 'static {
    /// Answers as soon as the database does.
    async fn ping(&self) -> Result<(), StoreError>;
    /// How the store is.
    async fn status(&self) -> Result<StoreStatus, StoreError>;
    /// Who leads, or led last.
    async fn leader(&self) -> Result<Option<Leader>, StoreError>;
    /// The last number of the event log.
    async fn last_seq(&self) -> Result<Seq, StoreError>;
    /// Deployments by their id.
    async fn deployments(&self) -> Result<Vec<DeploymentRecord>, StoreError>;
    /// Deploys of a deployment, newest first.
    async fn deploys(&self, deployment: DeploymentId, page: Page) -> Result<Vec<DeployRecord>, StoreError>;
    /// The live deploy of each location of a deployment.
    async fn live(&self, deployment: DeploymentId) -> Result<Vec<DeployRecord>, StoreError>;
    /// A snapshot.
    async fn snapshot(&self, id: &SnapshotId) -> Result<Option<SnapshotText>, StoreError>;
    /// Identities of a deployment's assets, by key.
    async fn assets(&self, deployment: DeploymentId) -> Result<Vec<AssetRecord>, StoreError>;
    /// What is there of all assets of a deployment.
    async fn current(&self, deployment: DeploymentId) -> Result<Vec<AssetCurrent>, StoreError>;
    /// What is there of one asset, by partition.
    async fn asset_current(&self, asset: AssetId) -> Result<Vec<AssetCurrent>, StoreError>;
    /// Versions of an asset, newest first.
    async fn versions(
        &self,
        asset: AssetId,
        filter: &VersionFilter,
        page: Page,
    ) -> Result<Vec<VersionRecord>, StoreError>;
    /// A version by its number.
    async fn version(&self, seq: Seq) -> Result<Option<VersionRecord>, StoreError>;
    /// Versions that a run recorded, oldest first, with their assets' ids; at most `limit`.
    async fn run_versions(&self, run: RunId, limit: u32) -> Result<Vec<VersionRecord>, StoreError>;
    /// Results of an asset's checks, newest first.
    async fn checks(&self, asset: AssetId, check: &AssetCheck, page: Page) -> Result<Vec<CheckRecord>, StoreError>;
    /// The latest result of every check of a deployment's assets.
    async fn current_checks(&self, deployment: DeploymentId) -> Result<Vec<CheckRecord>, StoreError>;
    /// Check results that a run recorded, oldest first.
    async fn run_checks(&self, run: RunId) -> Result<Vec<CheckRecord>, StoreError>;
    /// A run.
    async fn run(&self, id: RunId) -> Result<Option<RunRecord>, StoreError>;
    /// Runs of a deployment, newest first. `page.before` is a run's `created_seq`.
    async fn runs(
        &self,
        deployment: DeploymentId,
        filter: &RunFilter,
        page: Page,
    ) -> Result<Vec<RunRecord>, StoreError>;
    /// How many runs of a deployment have not ended.
    async fn run_counts(&self, deployment: DeploymentId) -> Result<RunCounts, StoreError>;
    /// Steps of a run that are no longer pending, by number.
    async fn steps(&self, run: RunId) -> Result<Vec<StepRecord>, StoreError>;
    /// Earlier attempts of a run's steps (of one step where it is given), by step and attempt.
    async fn attempts(&self, run: RunId, step: Option<StepNo>) -> Result<Vec<AttemptRecord>, StoreError>;
    /// Entries of the event log, oldest first.
    async fn events(&self, filter: &EventFilter) -> Result<Vec<Event>, StoreError>;
    /// Workers: all that are active or draining, then the latest others, at most `limit`.
    async fn workers(&self, limit: u32) -> Result<Vec<WorkerRecord>, StoreError>;
    /// States of a deployment's schedules, by name.
    async fn schedules(&self, deployment: DeploymentId) -> Result<Vec<ScheduleRecord>, StoreError>;
    /// Ticks of a schedule, newest first.
    async fn ticks(&self, deployment: DeploymentId, schedule: &str, page: Page) -> Result<Vec<TickRecord>, StoreError>;
    /// Pool limits set by people.
    async fn pools(&self, deployment: DeploymentId) -> Result<Vec<(String, u32)>, StoreError>;
    /// Messages that are not delivered, oldest first, at most `limit`.
    async fn outbox(&self, limit: u32) -> Result<Vec<OutboxItem>, StoreError>;
}

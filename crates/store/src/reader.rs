//! Everybody's side of a store: what the API shows. Lists are read by key, never by offset.

use std::collections::BTreeMap;

use async_trait::async_trait;
use headwater_core::{
    alert::{IncidentRecord, PolicyRecord},
    effect::{Event, SnapshotText},
    id::{AssetId, DeploymentId, IncidentId, RunId, Seq, SnapshotId, StepNo},
    record::{
        AssetCurrent, AssetRecord, AttemptRecord, CheckRecord, DeployRecord, DeploymentRecord, OutboxRecord, RunRecord,
        RunState, ScheduleRecord, StepRecord, StepState, TickRecord, VersionRecord, WorkerRecord,
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

/// A step that is running or waits for its next attempt.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct StepInHand {
    /// Its run, which has not ended.
    pub run: RunId,
    /// Its number in the plan.
    pub step: StepNo,
    /// Where it is.
    pub state: StepState,
}

/// A message of the outbox, with its delivery.
#[derive(Clone, Debug, PartialEq)]
pub struct OutboxItem {
    /// The message.
    pub message: OutboxRecord,
    /// Where its delivery is.
    pub state: DeliveryState,
    /// How often it was tried.
    pub attempts: u32,
    /// When it is tried next; at first, when it may leave.
    pub next_at: Timestamp,
    /// When its delivery ended.
    pub closed_at: Option<Timestamp>,
    /// What the last failed try said.
    pub error: Option<String>,
    /// What the channel gave back, to refer to the message later: the place of a Slack thread.
    pub receipt: Option<serde_json::Value>,
}

/// Where the delivery of a message is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum DeliveryState {
    /// It is still to be delivered.
    Waiting,
    /// The channel took it.
    Delivered,
    /// It was not needed any more.
    Withdrawn,
    /// It was given up; the error says why.
    Dead,
}

impl DeliveryState {
    /// Every state.
    pub const ALL: [Self; 4] = [Self::Waiting, Self::Delivered, Self::Withdrawn, Self::Dead];

    /// The state as it is stored and sent.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Waiting => "waiting",
            Self::Delivered => "delivered",
            Self::Withdrawn => "withdrawn",
            Self::Dead => "dead",
        }
    }

    /// The state of a stored text; none for a text that no version wrote.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.as_str() == text)
    }
}

/// Which messages of the outbox.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct DeliveryFilter {
    /// Only in this state.
    pub state: Option<DeliveryState>,
    /// Only about this incident.
    pub incident: Option<IncidentId>,
}

/// Which incidents.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum IncidentFilter {
    /// All of them.
    #[default]
    All,
    /// Those that are not resolved.
    Unresolved,
    /// Those that are.
    Resolved,
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
    /// What is there of these assets, by asset and partition.
    async fn current_of(&self, assets: &[AssetId]) -> Result<Vec<AssetCurrent>, StoreError>;
    /// Versions of an asset, newest first.
    async fn versions(
        &self,
        asset: AssetId,
        filter: &VersionFilter,
        page: Page,
    ) -> Result<Vec<VersionRecord>, StoreError>;
    /// The versions of these numbers, by number; those that are no longer there are left out.
    async fn versions_at(&self, seqs: &[Seq]) -> Result<Vec<VersionRecord>, StoreError>;
    /// Versions that a run recorded, oldest first, with their assets' ids; at most `limit`.
    async fn run_versions(&self, run: RunId, limit: u32) -> Result<Vec<VersionRecord>, StoreError>;
    /// Results of an asset's checks, newest first.
    async fn checks(&self, asset: AssetId, check: &AssetCheck, page: Page) -> Result<Vec<CheckRecord>, StoreError>;
    /// The latest result of every check of a deployment's assets.
    async fn current_checks(&self, deployment: DeploymentId) -> Result<Vec<CheckRecord>, StoreError>;
    /// The latest result of every check of these assets, by asset, check and partition.
    async fn current_checks_of(&self, assets: &[AssetId]) -> Result<Vec<CheckRecord>, StoreError>;
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
    /// How the runs of a deployment are that were accepted at or after an instant, the latest of them, at most `limit`.
    async fn run_states_since(
        &self,
        deployment: DeploymentId,
        since: Timestamp,
        limit: u32,
    ) -> Result<BTreeMap<RunState, u32>, StoreError>;
    /// Steps of a run that are no longer pending, by number.
    async fn steps(&self, run: RunId) -> Result<Vec<StepRecord>, StoreError>;
    /// Steps of a deployment's runs in progress that are running or wait for their next attempt, by run and number.
    async fn steps_in_hand(&self, deployment: DeploymentId) -> Result<Vec<StepInHand>, StoreError>;
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
    /// Incidents of a deployment, newest first. `page.before` is an incident's `opened_seq`.
    async fn incidents(
        &self,
        deployment: DeploymentId,
        filter: IncidentFilter,
        page: Page,
    ) -> Result<Vec<IncidentRecord>, StoreError>;
    /// How many incidents of a deployment are not resolved, counted up to `limit`.
    async fn unresolved(&self, deployment: DeploymentId, limit: u32) -> Result<u32, StoreError>;
    /// An incident.
    async fn incident(&self, id: IncidentId) -> Result<Option<IncidentRecord>, StoreError>;
    /// States of alert policies that were muted or that count, by name.
    async fn alert_policies(&self, deployment: DeploymentId) -> Result<Vec<PolicyRecord>, StoreError>;
    /// Messages that wait for their delivery, whether or not it is their time, oldest first, at most `limit`.
    async fn outbox(&self, limit: u32) -> Result<Vec<OutboxItem>, StoreError>;
    /// Messages of a deployment with their delivery, newest first. `page.before` is a message's number.
    async fn deliveries(
        &self,
        deployment: DeploymentId,
        filter: &DeliveryFilter,
        page: Page,
    ) -> Result<Vec<OutboxItem>, StoreError>;
    /// The first receipt that a channel gave for an incident.
    async fn receipt(&self, incident: IncidentId, channel: &str) -> Result<Option<serde_json::Value>, StoreError>;
}

//! A store in memory: the reference that says what every other store must do, and what the simulator runs on.
//!
//! It is simple on purpose: one map per table, one lock, no index. Its clock stands still until
//! [`MemoryStore::set_clock`] moves it, so leads expire when a test says so.

mod apply;
mod check;
mod clean;
mod outbox;
mod prune;
mod read;

use std::{
    collections::BTreeMap,
    fmt,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use async_trait::async_trait;
use headwater_core::{
    alert::{IncidentRecord, IncidentState, PolicyRecord},
    effect::{Event, Recorded, SnapshotText},
    id::{AssetId, Attempt, DeploymentId, IncidentId, RunId, Seq, ServerId, SnapshotId, StepNo, Term, WorkerId},
    record::{
        AssetCurrent, AssetRecord, AttemptRecord, CheckRecord, CommandRecord, DeployRecord, DeploymentRecord,
        RunRecord, RunState, ScheduleRecord, StepRecord, TickRecord, VersionRecord, WorkerRecord, WorkerState,
    },
    time::{Millis, Timestamp},
};

use crate::{
    error::{CommitError, StoreError},
    journal::{ActiveRun, Delivery, EndedRun, Image, Journal, LeaderClaim, Retention, StoredPlan},
    reader::OutboxItem,
};

/// A store in memory. A clone is another handle on the same data, as a second connection would be.
#[derive(Clone)]
pub struct MemoryStore {
    state: Arc<Mutex<State>>,
}

impl MemoryStore {
    /// An empty store with the deployment `default`.
    pub fn new() -> Self {
        Self { state: Arc::new(Mutex::new(State::new())) }
    }

    /// An independent store with the same content: what a backup taken now would restore.
    #[must_use]
    pub fn fork(&self) -> Self {
        Self { state: Arc::new(Mutex::new(self.lock().clone())) }
    }

    /// Moves the store's own clock, by which leads expire.
    pub fn set_clock(&self, now: Timestamp) {
        self.lock().clock = now;
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        // Nothing panics between two changes that belong together, so a poisoned state is still whole.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Default for MemoryStore {
    fn default() -> Self {
        Self::new()
    }
}

impl fmt::Debug for MemoryStore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("MemoryStore").field("last_seq", &self.lock().last_seq).finish_non_exhaustive()
    }
}

/// Who leads, or led last.
#[derive(Clone)]
struct Lead {
    server: ServerId,
    address: String,
    term: Term,
    ttl: Millis,
    /// None after a resignation: such a term is over for good.
    expires_at: Option<Timestamp>,
}

#[derive(Clone)]
struct State {
    clock: Timestamp,
    lead: Option<Lead>,
    last_seq: Seq,
    deployments: BTreeMap<DeploymentId, DeploymentRecord>,
    snapshots: BTreeMap<SnapshotId, SnapshotText>,
    deploys: BTreeMap<Seq, DeployRecord>,
    live: BTreeMap<(DeploymentId, String), Seq>,
    assets: BTreeMap<AssetId, AssetRecord>,
    current: BTreeMap<(AssetId, String), AssetCurrent>,
    versions: BTreeMap<Seq, VersionRecord>,
    checks: BTreeMap<Seq, CheckRecord>,
    current_checks: BTreeMap<(AssetId, String, String), Seq>,
    runs: BTreeMap<RunId, RunRecord>,
    plans: BTreeMap<RunId, StoredPlan>,
    steps: BTreeMap<(RunId, StepNo), StepRecord>,
    attempts: BTreeMap<(RunId, StepNo, Attempt), AttemptRecord>,
    events: BTreeMap<Seq, Event>,
    workers: BTreeMap<WorkerId, WorkerRecord>,
    schedules: BTreeMap<(DeploymentId, String), ScheduleRecord>,
    ticks: BTreeMap<Seq, TickRecord>,
    commands: BTreeMap<Seq, CommandRecord>,
    pools: BTreeMap<(DeploymentId, String), u32>,
    incidents: BTreeMap<IncidentId, IncidentRecord>,
    policies: BTreeMap<(DeploymentId, String), PolicyRecord>,
    outbox: BTreeMap<Seq, OutboxItem>,
}

impl State {
    fn new() -> Self {
        let default = DeploymentRecord { id: DeploymentId::DEFAULT, name: "default".to_owned() };
        Self {
            clock: Timestamp::EPOCH,
            lead: None,
            last_seq: Seq(0),
            deployments: BTreeMap::from([(default.id, default)]),
            snapshots: BTreeMap::new(),
            deploys: BTreeMap::new(),
            live: BTreeMap::new(),
            assets: BTreeMap::new(),
            current: BTreeMap::new(),
            versions: BTreeMap::new(),
            checks: BTreeMap::new(),
            current_checks: BTreeMap::new(),
            runs: BTreeMap::new(),
            plans: BTreeMap::new(),
            steps: BTreeMap::new(),
            attempts: BTreeMap::new(),
            events: BTreeMap::new(),
            workers: BTreeMap::new(),
            schedules: BTreeMap::new(),
            ticks: BTreeMap::new(),
            commands: BTreeMap::new(),
            pools: BTreeMap::new(),
            incidents: BTreeMap::new(),
            policies: BTreeMap::new(),
            outbox: BTreeMap::new(),
        }
    }

    fn lead(&mut self, claim: &LeaderClaim) -> Option<Term> {
        let mut term = Term(1);
        if let Some(lead) = &self.lead {
            if lead.server != claim.server && lead.expires_at.is_some_and(|at| at > self.clock) {
                return None;
            }
            term = Term(lead.term.0 + 1);
        }
        self.lead = Some(Lead {
            server: claim.server,
            address: claim.address.clone(),
            term,
            ttl: claim.ttl,
            expires_at: Some(self.clock.plus(claim.ttl)),
        });
        Some(term)
    }

    /// Extends the lead of a term; false where the term is over.
    fn renew(&mut self, term: Term, ttl: Option<Millis>) -> bool {
        match &mut self.lead {
            Some(lead) if lead.term == term && lead.expires_at.is_some() => {
                lead.ttl = ttl.unwrap_or(lead.ttl);
                lead.expires_at = Some(self.clock.plus(lead.ttl));
                true
            }
            _ => false,
        }
    }

    fn load(&self, commands_since: Timestamp) -> Image {
        let active: Vec<&RunRecord> = self.runs_by_age().filter(|run| !run.state.is_final()).collect();
        let workers: Vec<WorkerRecord> = self.workers.values().filter(|worker| is_present(worker)).cloned().collect();
        let live: Vec<DeployRecord> = self.live.values().filter_map(|seq| self.deploys.get(seq)).cloned().collect();
        let wanted = |id: &SnapshotId| {
            live.iter().any(|deploy| deploy.snapshot == *id)
                || active.iter().any(|run| run.snapshot == *id)
                || workers.iter().any(|worker| worker.snapshot == *id)
        };
        Image {
            last_seq: self.last_seq,
            deployments: self.deployments.values().cloned().collect(),
            snapshots: self.snapshots.values().filter(|text| wanted(&text.id)).cloned().collect(),
            assets: self.assets.values().cloned().collect(),
            current: self.current.values().cloned().collect(),
            runs: active.iter().map(|run| self.active_run(run)).collect(),
            schedules: self.schedules.values().cloned().collect(),
            commands: self
                .commands
                .values()
                .filter(|command| command.key.is_some() && command.at >= commands_since)
                .cloned()
                .collect(),
            pools: self.pools.iter().map(|((deployment, pool), limit)| (*deployment, pool.clone(), *limit)).collect(),
            incidents: self.incidents_by_age().filter(|incident| is_unresolved(incident)).cloned().collect(),
            policies: self.policies.values().cloned().collect(),
            history: self.history(),
            live,
            workers,
        }
    }

    /// How long the latest successful runs took, oldest first.
    fn history(&self) -> Vec<EndedRun> {
        let succeeded = self.runs.values().filter(|run| run.state == RunState::Succeeded);
        let mut ended: Vec<_> =
            succeeded.filter_map(|run| Some((run.ended_at?, run.id, run.started_at?, run))).collect();
        ended.sort_by_key(|(ended_at, id, ..)| (*ended_at, *id));
        let latest = ended.split_off(ended.len().saturating_sub(Image::HISTORY as usize));
        let took = |(ended_at, _, started_at, run): (Timestamp, _, _, &RunRecord)| EndedRun {
            deployment: run.deployment,
            line: run.line(),
            took: ended_at.since(started_at),
        };
        latest.into_iter().map(took).collect()
    }

    /// Incidents in the order in which they were opened.
    fn incidents_by_age(&self) -> impl DoubleEndedIterator<Item = &IncidentRecord> {
        let mut incidents: Vec<&IncidentRecord> = self.incidents.values().collect();
        incidents.sort_by_key(|incident| (incident.opened_seq, incident.id));
        incidents.into_iter()
    }

    fn active_run(&self, run: &RunRecord) -> ActiveRun {
        ActiveRun {
            run: run.clone(),
            plan: self.plans.get(&run.id).cloned().unwrap_or_else(|| StoredPlan::from("")),
            steps: self.steps_of(run.id),
        }
    }

    fn steps_of(&self, run: RunId) -> Vec<StepRecord> {
        self.steps.range((run, StepNo(0))..=(run, StepNo(u32::MAX))).map(|(_, step)| step.clone()).collect()
    }

    /// Runs in the order of their creation, which is not that of their ids.
    fn runs_by_age(&self) -> impl DoubleEndedIterator<Item = &RunRecord> {
        let mut runs: Vec<&RunRecord> = self.runs.values().collect();
        runs.sort_by_key(|run| run.created_seq);
        runs.into_iter()
    }
}

/// Whether a worker may still be there.
fn is_present(worker: &WorkerRecord) -> bool {
    matches!(worker.state, WorkerState::Active | WorkerState::Draining)
}

/// Whether an incident goes on.
fn is_unresolved(incident: &IncidentRecord) -> bool {
    incident.state != IncidentState::Resolved
}

#[async_trait]
impl Journal for MemoryStore {
    async fn lead(&self, claim: &LeaderClaim) -> Result<Option<Term>, StoreError> {
        Ok(self.lock().lead(claim))
    }

    async fn renew(&self, claim: &LeaderClaim, term: Term) -> Result<bool, StoreError> {
        Ok(self.lock().renew(term, Some(claim.ttl)))
    }

    async fn resign(&self, term: Term) -> Result<(), StoreError> {
        if let Some(lead) = self.lock().lead.as_mut().filter(|lead| lead.term == term) {
            lead.expires_at = None;
        }
        Ok(())
    }

    async fn load(&self, commands_since: Timestamp) -> Result<Image, StoreError> {
        Ok(self.lock().load(commands_since))
    }

    async fn commit(&self, term: Term, batch: &[Recorded]) -> Result<(), CommitError> {
        let mut state = self.lock();
        if !state.renew(term, None) {
            return Err(CommitError::Stale);
        }
        state.check(batch)?;
        for recorded in batch {
            state.apply(&Recorded { effect: clean::cleaned(&recorded.effect), ..*recorded });
        }
        Ok(())
    }

    async fn prune(&self, retention: &Retention, limit: u32) -> Result<u64, StoreError> {
        Ok(self.lock().prune(retention, limit as usize))
    }

    async fn outbox_mark(&self, tries: &[Delivery], at: Timestamp) -> Result<(), StoreError> {
        let mut state = self.lock();
        tries.iter().for_each(|tried| state.mark(tried, at));
        Ok(())
    }

    async fn plan(&self, run: RunId) -> Result<Option<StoredPlan>, StoreError> {
        Ok(self.lock().plans.get(&run).cloned())
    }
}

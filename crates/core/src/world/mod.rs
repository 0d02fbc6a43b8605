//! The leader's picture of everything that has not ended.
//!
//! A world is built from an [`Image`] or by applying effects one after the other, and both give the same world.
//! Decisions read it and never change it. What workers said last ([`Session`]) is not durable: a new leader gives
//! every worker a fresh lease and asks what it holds.

mod alerts;
mod apply;
mod image;
mod picture;
mod ready;
mod restore;
mod session;

use std::{
    collections::{BTreeMap, BTreeSet, VecDeque},
    sync::Arc,
};

pub use image::{ActiveRun, EndedRun, Image, StoredPlan};
pub(crate) use ready::{Ready, ReadyKey, RouteNo};
pub use restore::RestoreError;
pub use session::Session;

use crate::{
    alert::{Cause, IncidentRecord, PolicyRecord},
    graph::Snapshot,
    id::{AssetId, Attempt, DeploymentId, RunId, Seq, SnapshotId, StepNo, Term, Token, WorkerId},
    key::AssetKey,
    plan::Plan,
    record::{DeployRecord, RunRecord, RunState, ScheduleRecord, StepState, WorkerRecord},
    time::{Millis, Timestamp},
};

/// Numbers that a deployment can be run without changing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Settings {
    /// How long a worker's leases live without a poll.
    pub lease: Millis,
    /// How long a leader holds a poll that has nothing to say.
    pub hold: Millis,
    /// How often a step may be lost with its worker before it fails for good (R18).
    pub max_losses: u32,
    /// How long after its timeout a worker may take to report that a step timed out.
    pub timeout_grace: Millis,
    /// A tick that is later than this was missed, and the catch-up policy applies (R04).
    pub tick_tolerance: Millis,
    /// How long idempotency keys are remembered.
    pub remember: Millis,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            lease: Millis::secs(30),
            // A worker counts from the start of an answered poll and gives up after two thirds of the lease, so two
            // polls in a row must fit into that with room to spare.
            hold: Millis::secs(5),
            max_losses: 3,
            timeout_grace: Millis::secs(60),
            tick_tolerance: Millis::secs(60),
            remember: Millis::secs(24 * 3600),
        }
    }
}

/// A snapshot inside a deployment, where its assets have identities.
#[derive(Debug)]
pub struct Bound {
    /// The definitions.
    pub snapshot: Arc<Snapshot>,
    /// The identity of each asset.
    pub(crate) ids: Vec<AssetId>,
    /// The queue in which each step waits for a worker.
    pub(crate) routes: Vec<RouteNo>,
}

/// A run that has not ended.
#[derive(Clone, Debug)]
pub struct Run {
    /// Its record.
    pub record: RunRecord,
    /// Its definitions.
    pub bound: Arc<Bound>,
    /// Its plan.
    pub plan: Arc<Plan>,
    pub(crate) downstream: Arc<Vec<Vec<StepNo>>>,
    /// Its steps, by number.
    pub steps: Vec<Step>,
    /// How many steps have not ended.
    pub open: u32,
    /// How many attempts are leased.
    pub running: u32,
    /// Whether a step failed, was blocked or was stopped, or a blocking check refused what one made.
    pub failed: bool,
    /// Why its failed steps failed, in short, for those who are told of the run; some of them where they are many.
    pub(crate) failures: BTreeMap<StepNo, String>,
    /// Why steps of it were skipped, and what refused the result of steps that succeeded.
    pub(crate) blocked: BTreeSet<String>,
}

/// A step of a run that has not ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Step {
    /// Where it is.
    pub state: StepState,
    /// The current or last attempt.
    pub attempt: Attempt,
    /// How many attempts failed.
    pub failures: u32,
    /// How many attempts were lost with their worker.
    pub losses: u32,
    /// How many upstream steps have not succeeded.
    pub waits: u32,
    /// Who holds the current attempt.
    pub worker: Option<WorkerId>,
    /// The current attempt's token.
    pub token: Option<Token>,
    /// When the current attempt was leased.
    pub leased_at: Option<Timestamp>,
    /// When the next attempt may start.
    pub retry_at: Option<Timestamp>,
}

/// A worker that is active or draining.
#[derive(Clone, Debug)]
pub struct Worker {
    /// Its record.
    pub record: WorkerRecord,
    /// The attempts that it holds.
    pub held: BTreeSet<(RunId, StepNo)>,
    /// What it said last.
    pub session: Session,
}

/// The latest version of an asset, as far as deciding needs it.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Current {
    /// Its place in history and its data version.
    pub latest: Option<(Seq, String)>,
    /// When it was materialized last; an observation does not count.
    pub made_at: Option<Timestamp>,
    /// Where the next run goes on.
    pub cursor: Option<serde_json::Value>,
}

/// A command that may be tried again.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Remembered {
    pub(crate) digest: String,
    pub(crate) answer: serde_json::Value,
    pub(crate) at: Timestamp,
}

/// A schedule of a live snapshot.
#[derive(Clone, Debug)]
pub(crate) struct Schedule {
    pub(crate) record: ScheduleRecord,
    /// Runs of it that have not ended.
    pub(crate) runs: BTreeSet<RunId>,
}

/// What a timer is for. A timer that is no longer true does nothing.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Timer {
    /// A worker may have gone silent.
    Worker(WorkerId),
    /// A step may be leased again.
    Retry(RunId, StepNo),
    /// An attempt should have timed out by now.
    Step(RunId, StepNo, Attempt),
    /// A run has taken too long.
    Run(RunId),
    /// A schedule may be due.
    Schedule(DeploymentId, String),
    /// The run of a tick should have started.
    Start(RunId),
    /// A run takes longer than people want.
    Long(RunId),
    /// An asset may be older than it may be.
    Late(AssetId),
}

/// The leader's picture of everything that has not ended.
#[derive(Debug)]
pub struct World {
    /// The leader's term.
    pub term: Term,
    /// The last number of the event log.
    pub last_seq: Seq,
    /// Numbers.
    pub settings: Settings,
    /// What tokens are derived from; secret, and new in every term.
    pub(crate) salt: u64,
    pub(crate) deployments: BTreeMap<DeploymentId, String>,
    pub(crate) live: BTreeMap<(DeploymentId, String), DeployRecord>,
    pub(crate) snapshots: BTreeMap<SnapshotId, Arc<Snapshot>>,
    pub(crate) bound: BTreeMap<(DeploymentId, SnapshotId), Arc<Bound>>,
    pub(crate) names: BTreeMap<(DeploymentId, AssetKey), AssetId>,
    pub(crate) current: BTreeMap<(AssetId, String), Current>,
    pub(crate) runs: BTreeMap<RunId, Run>,
    /// Runs that wait for their turn: higher priority first, then older first.
    pub(crate) queue: BTreeSet<(std::cmp::Reverse<i32>, Seq, RunId)>,
    /// How many runs with a tag are in progress, by deployment, tag and value.
    pub(crate) tag_use: BTreeMap<(DeploymentId, String, String), u32>,
    /// How many runs are in progress, by deployment.
    pub(crate) run_use: BTreeMap<DeploymentId, u32>,
    pub(crate) workers: BTreeMap<WorkerId, Worker>,
    pub(crate) ready: Ready,
    pub(crate) pool_set: BTreeMap<(DeploymentId, String), u32>,
    pub(crate) pool_use: BTreeMap<(DeploymentId, String), u32>,
    pub(crate) schedules: BTreeMap<(DeploymentId, String), Schedule>,
    pub(crate) commands: BTreeMap<(DeploymentId, String), Remembered>,
    pub(crate) timers: BTreeSet<(Timestamp, Timer)>,
    /// Open incidents, by their cause.
    pub(crate) incidents: BTreeMap<(DeploymentId, Cause), IncidentRecord>,
    /// States of alert policies that were muted or that count.
    pub(crate) policies: BTreeMap<(DeploymentId, String), PolicyRecord>,
    /// Whether any live definitions have alert policies.
    policies_live: bool,
    /// Assets that may become late and about which somebody wants to hear: where they are declared, and the limit.
    pub(crate) fresh: BTreeMap<AssetId, (DeploymentId, String, AssetKey, Millis)>,
    /// How long the last successful runs of each schedule or selection took.
    history: BTreeMap<(DeploymentId, String), VecDeque<Millis>>,
}

impl World {
    /// A run that has not ended.
    pub fn run(&self, id: RunId) -> Option<&Run> {
        self.runs.get(&id)
    }

    /// Runs that have not ended, by id.
    pub fn runs(&self) -> impl Iterator<Item = &Run> {
        self.runs.values()
    }

    /// A worker that is active or draining.
    pub fn worker(&self, id: WorkerId) -> Option<&Worker> {
        self.workers.get(&id)
    }

    /// Workers that are active or draining, by id.
    pub fn workers(&self) -> impl Iterator<Item = &Worker> {
        self.workers.values()
    }

    /// The live definitions of a deployment, by location.
    pub fn live(&self, deployment: DeploymentId) -> impl Iterator<Item = &Arc<Bound>> {
        self.live
            .range((deployment, String::new())..)
            .take_while(move |((other, _), _)| *other == deployment)
            .filter_map(move |(_, deploy)| self.bound.get(&(deployment, deploy.snapshot.clone())))
    }

    /// A pool's limit: what a person set, or what is declared, or none.
    pub fn pool_limit(&self, deployment: DeploymentId, pool: &str) -> Option<u32> {
        if let Some(limit) = self.pool_set.get(&(deployment, pool.to_owned())) {
            return Some(*limit);
        }
        self.live(deployment)
            .flat_map(|bound| &bound.snapshot.manifest().pools)
            .filter(|declared| declared.name == pool)
            .map(|declared| declared.limit)
            .min()
    }

    /// How many slots of a pool are taken. Slots are counted from attempts, there is no second truth (R22).
    pub fn pool_used(&self, deployment: DeploymentId, pool: &str) -> u32 {
        self.pool_use.get(&(deployment, pool.to_owned())).copied().unwrap_or(0)
    }

    /// When something may have to be decided although nobody says anything.
    pub fn wake_at(&self) -> Option<Timestamp> {
        self.timers.first().map(|(at, _)| *at)
    }

    /// A token that nobody can guess and that no other term gives.
    pub(crate) fn token(&self, run: RunId, step: StepNo, attempt: Attempt) -> Token {
        let mut hasher = blake3::Hasher::new();
        hasher.update(&self.salt.to_le_bytes());
        hasher.update(&self.term.0.to_le_bytes());
        hasher.update(run.0.as_bytes());
        hasher.update(&step.0.to_le_bytes());
        hasher.update(&attempt.0.to_le_bytes());
        let mut bytes = [0; 8];
        hasher.finalize_xof().fill(&mut bytes);
        // The databases keep it as a signed number.
        Token(u64::from_le_bytes(bytes) >> 1)
    }

    /// The identities of a snapshot's assets; none where an asset has neither key nor alias of a known one.
    pub(crate) fn identities(&self, deployment: DeploymentId, snapshot: &Snapshot) -> Option<Vec<AssetId>> {
        let known = |key: &AssetKey| self.names.get(&(deployment, key.clone())).copied();
        snapshot
            .manifest()
            .assets
            .iter()
            .map(|asset| {
                known(&asset.key)
                    .or_else(|| asset.aliases.iter().find_map(known))
                    .or_else(|| self.renamed(deployment, &asset.key))
            })
            .collect()
    }

    /// The identity of an asset that a later deploy renamed.
    pub(crate) fn renamed(&self, deployment: DeploymentId, old: &AssetKey) -> Option<AssetId> {
        self.live(deployment).find_map(|bound| {
            let at = bound.snapshot.manifest().assets.iter().position(|asset| asset.aliases.contains(old))?;
            bound.ids.get(at).copied()
        })
    }
}

impl Run {
    /// When the run has taken too long.
    pub fn deadline(&self) -> Option<Timestamp> {
        Some(self.record.started_at?.plus(self.record.timeout?))
    }

    /// The pool of a step.
    pub(crate) fn pool(&self, step: StepNo) -> Option<&str> {
        let number = self.plan.steps.get(step.index())?.step;
        self.bound.snapshot.step(number).pool.as_deref()
    }

    /// Where a step stands among those that are ready.
    pub(crate) fn ready_key(&self, step: StepNo) -> (RouteNo, ReadyKey) {
        let number = self.plan.steps[step.index()].step as usize;
        let priority = self.record.priority.saturating_add(self.bound.snapshot.step(number as u32).priority);
        (
            self.bound.routes[number],
            ReadyKey {
                priority: std::cmp::Reverse(priority),
                run_seq: self.record.created_seq,
                step,
                run: self.record.id,
            },
        )
    }

    /// Whether the run takes no new attempts.
    pub(crate) fn is_stopping(&self) -> bool {
        self.record.state == RunState::Canceling
    }
}

impl Step {
    pub(crate) const fn pending(waits: u32) -> Self {
        Self {
            state: StepState::Pending,
            attempt: Attempt(0),
            failures: 0,
            losses: 0,
            waits,
            worker: None,
            token: None,
            leased_at: None,
            retry_at: None,
        }
    }
}

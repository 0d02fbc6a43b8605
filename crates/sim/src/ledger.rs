//! What must hold of everything that is committed, written from the design and not from the rules' code.

use std::{collections::BTreeMap, sync::Arc};

use headwater_core::{
    effect::{Effect, Recorded},
    graph::Snapshot,
    id::{Attempt, RunId, Seq, SnapshotId, StepNo, Token, WorkerId},
    manifest::Manifest,
    plan::Plan,
    record::{RunRecord, RunState, ScheduleRecord, StepState, TickRecord, VersionRecord},
    report::AttemptRef,
    time::Timestamp,
};

/// How an attempt ended by its worker's own account.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Said {
    /// It did what it was asked; these assets were not made, and its checks failed or not.
    Succeeded {
        /// The assets that it left out.
        without: Vec<String>,
        /// Whether its checks failed.
        checks_failed: bool,
    },
    /// Anything else.
    NotSucceeded,
}

/// A run as it was committed.
#[derive(Clone, Debug)]
pub struct SeenRun {
    /// Its record as it was created.
    pub record: RunRecord,
    /// Its definitions.
    pub snapshot: Arc<Snapshot>,
    /// Its plan.
    pub plan: Plan,
    /// Where it is.
    pub state: RunState,
    /// Whether somebody or its timeout wanted it to stop.
    pub stopped: bool,
    /// Its steps.
    pub steps: Vec<SeenStep>,
}

/// A step as it was committed.
#[derive(Clone, Debug)]
pub struct SeenStep {
    /// Its name.
    pub name: String,
    /// Where it is.
    pub state: StepState,
    /// The current or last attempt.
    pub attempt: Attempt,
    /// Its token, and its worker.
    pub held: Option<(Token, WorkerId)>,
    /// Failures so far.
    pub failures: u32,
    /// Losses so far.
    pub losses: u32,
    /// The attempt that succeeded.
    pub proof: Option<AttemptRef>,
}

/// Everything that was committed.
#[derive(Clone, Debug, Default)]
pub struct Ledger {
    /// Runs by id.
    pub runs: BTreeMap<RunId, SeenRun>,
    /// What workers said of the end of their attempts.
    pub said: BTreeMap<AttemptRef, Said>,
    snapshots: BTreeMap<SnapshotId, Arc<Snapshot>>,
    live: BTreeMap<String, SnapshotId>,
    last: Seq,
    versions: BTreeMap<(RunId, String), Seq>,
    keys: BTreeMap<String, Seq>,
    ticks: BTreeMap<(String, Timestamp), Seq>,
    tick_counts: BTreeMap<String, u64>,
    schedules: BTreeMap<String, ScheduleRecord>,
    pools: BTreeMap<String, u32>,
    /// What was committed together, for other stores.
    pub batches: Vec<Vec<Recorded>>,
    /// The highest that each pool's limit ever was.
    pub widest: BTreeMap<String, u32>,
}

type Seen = Result<(), String>;

fn must(holds: bool, otherwise: impl FnOnce() -> String) -> Seen {
    if holds { Ok(()) } else { Err(otherwise()) }
}

impl Ledger {
    /// Takes a committed change.
    ///
    /// # Errors
    /// The rule that it breaks.
    pub fn see(&mut self, recorded: &Recorded) -> Seen {
        must(recorded.seq == self.last.next(), || format!("number {} follows {}", recorded.seq.0, self.last.0))?;
        self.last = recorded.seq;
        match &recorded.effect {
            Effect::SnapshotStored(text) => {
                let manifest = Manifest::from_json(&text.manifest).map_err(|error| error.to_string())?;
                let snapshot = Snapshot::new(manifest).map_err(|findings| format!("{findings:?}"))?;
                self.snapshots.insert(text.id.clone(), Arc::new(snapshot));
                Ok(())
            }
            Effect::Deployed(deploy) => {
                self.live.insert(deploy.location.clone(), deploy.snapshot.clone());
                self.widen();
                Ok(())
            }
            Effect::CommandAccepted(command) => {
                let Some(key) = &command.key else {
                    return Ok(());
                };
                must(self.keys.insert(key.clone(), recorded.seq).is_none(), || format!("key {key} was accepted twice"))
            }
            Effect::RunCreated { run, plan } => self.run_created(run, plan),
            Effect::RunStarted { run } => {
                self.run_becomes(*run, RunState::Running)?;
                self.run_limits(*run)
            }
            Effect::RunCanceling { run, .. } => self.run_becomes(*run, RunState::Canceling),
            Effect::RunEnded { run, state, .. } => self.run_ended(*run, *state),
            Effect::StepLeased { run, step, attempt, token, worker } => {
                self.leased(*run, *step, *attempt, *token, *worker)
            }
            Effect::StepRetried { run, step, attempt, failures, losses, .. } => {
                self.step_becomes(*run, *step, *attempt, StepState::RetryWait, (*failures, *losses))
            }
            Effect::StepEnded { run, step, attempt, state, failures, losses, .. } => {
                self.step_becomes(*run, *step, *attempt, *state, (*failures, *losses))
            }
            Effect::VersionRecorded(version) => self.version(version),
            Effect::Ticked(tick) => self.ticked(tick),
            Effect::ScheduleMoved(schedule) => self.schedule_moved(schedule),
            Effect::PoolSet { pool, limit, .. } => {
                match limit {
                    Some(limit) => self.pools.insert(pool.clone(), *limit),
                    None => self.pools.remove(pool),
                };
                self.widen();
                Ok(())
            }
            _ => Ok(()),
        }
    }

    fn run(&mut self, id: RunId) -> Result<&mut SeenRun, String> {
        self.runs.get_mut(&id).ok_or_else(|| format!("run {id} does not exist"))
    }

    fn run_created(&mut self, run: &RunRecord, plan: &str) -> Seen {
        let plan: Plan = serde_json::from_str(plan).map_err(|error| error.to_string())?;
        let snapshot = self.snapshots.get(&run.snapshot).cloned().ok_or("a run has no snapshot")?;
        must(!plan.steps.is_empty() && plan.fits(&snapshot), || format!("the plan of run {} does not fit", run.id))?;
        let steps = plan.steps.iter().map(|step| SeenStep {
            name: snapshot.step(step.step).name.clone(),
            state: StepState::Pending,
            attempt: Attempt(0),
            held: None,
            failures: 0,
            losses: 0,
            proof: None,
        });
        let steps = steps.collect();
        let seen = SeenRun { record: run.clone(), steps, snapshot, plan, state: RunState::Queued, stopped: false };
        must(self.runs.insert(run.id, seen).is_none(), || format!("run {} was created twice", run.id))
    }

    fn run_becomes(&mut self, id: RunId, next: RunState) -> Seen {
        let run = self.run(id)?;
        must(run.state.may_become(next), || format!("run {id} went from {} to {next}", run.state))?;
        run.state = next;
        run.stopped |= matches!(next, RunState::Canceling | RunState::Canceled);
        Ok(())
    }

    fn run_ended(&mut self, id: RunId, state: RunState) -> Seen {
        must(state.is_final(), || format!("run {id} ended as {state}"))?;
        self.run_becomes(id, state)?;
        let run = &self.runs[&id];
        let running = run.steps.iter().any(|step| step.state == StepState::Running);
        must(!running, || format!("run {id} ended with attempts in progress"))
    }

    fn manifests(&self) -> impl Iterator<Item = &Manifest> {
        self.live.values().filter_map(|id| Some(self.snapshots.get(id)?.manifest()))
    }

    /// A pool's limit: a person's, or the smallest that is declared.
    fn limit(&self, pool: &str) -> Option<u32> {
        let declared = || self.manifests().flat_map(|m| &m.pools).filter(|p| p.name == pool).map(|p| p.limit).min();
        self.pools.get(pool).copied().or_else(declared)
    }

    fn widen(&mut self) {
        let names: Vec<String> = self.manifests().flat_map(|m| &m.pools).map(|pool| pool.name.clone()).collect();
        for name in names {
            let limit = self.limit(&name).unwrap_or(u32::MAX);
            let widest = self.widest.entry(name).or_insert(0);
            *widest = limit.max(*widest);
        }
    }

    fn run_limits(&self, started: RunId) -> Seen {
        let busy = |run: &&SeenRun| matches!(run.state, RunState::Running | RunState::Canceling);
        for manifest in self.manifests() {
            if let Some(max) = manifest.max_running {
                let count = self.runs.values().filter(busy).count();
                must(count <= max as usize, || format!("{count} of at most {max} runs are in progress"))?;
            }
            for limit in &manifest.run_limits {
                let Some(value) = self.runs[&started].record.tags.get(&limit.tag) else {
                    continue;
                };
                let same = |run: &&SeenRun| run.record.tags.get(&limit.tag) == Some(value);
                let count = self.runs.values().filter(busy).filter(same).count();
                must(count <= limit.limit as usize, || {
                    format!("{count} runs with {}={value} are in progress", limit.tag)
                })?;
            }
        }
        Ok(())
    }

    fn leased(&mut self, id: RunId, step: StepNo, attempt: Attempt, token: Token, worker: WorkerId) -> Seen {
        let run = self.run(id)?;
        must(run.state == RunState::Running, || format!("a step of the {} run {id} was leased", run.state))?;
        for upstream in &run.plan.steps[step.index()].upstream {
            let upstream = &run.steps[upstream.index()];
            must(upstream.state == StepState::Succeeded, || {
                format!("{} was leased before {}", run.steps[step.index()].name, upstream.name)
            })?;
        }
        let of = &mut run.steps[step.index()];
        must(of.state.may_become(StepState::Running), || format!("{} was leased while {}", of.name, of.state))?;
        must(of.attempt.next() == attempt, || {
            format!("attempt {} of {} follows {}", attempt.0, of.name, of.attempt.0)
        })?;
        of.state = StepState::Running;
        of.attempt = attempt;
        of.held = Some((token, worker));
        let Some(pool) = run.snapshot.step(run.plan.steps[step.index()].step).pool.clone() else {
            return Ok(());
        };
        let (used, limit) = (self.in_pool(&pool), self.limit(&pool).unwrap_or(u32::MAX));
        must(used <= limit, || format!("pool {pool} has {used} of {limit} slots taken"))
    }

    /// How many attempts that need a pool are leased, by looking at all of them.
    pub fn in_pool(&self, pool: &str) -> u32 {
        let mut used = 0;
        for run in self.runs.values() {
            for (step, plan) in run.steps.iter().zip(&run.plan.steps) {
                let needs = run.snapshot.step(plan.step).pool.as_deref() == Some(pool);
                used += u32::from(needs && step.state == StepState::Running);
            }
        }
        used
    }

    fn step_becomes(&mut self, id: RunId, step: StepNo, attempt: Attempt, next: StepState, counts: (u32, u32)) -> Seen {
        let run = self.runs.get_mut(&id).ok_or_else(|| format!("run {id} does not exist"))?;
        must(!run.state.is_final(), || format!("a step of the ended run {id} changed"))?;
        let of = &mut run.steps[step.index()];
        must(of.state.may_become(next), || format!("{} went from {} to {next}", of.name, of.state))?;
        must(of.attempt == attempt, || {
            format!("attempt {} of {} ended while {} is the current one", attempt.0, of.name, of.attempt.0)
        })?;
        let held = of.held.take();
        if next == StepState::Succeeded {
            let (token, _) = held.ok_or("a step without a lease succeeded")?;
            let at = AttemptRef { run: id, step, attempt, token };
            let proof = self.said.get(&at);
            must(matches!(proof, Some(Said::Succeeded { .. })), || {
                format!("{} succeeded without its worker saying so", of.name)
            })?;
            of.proof = Some(at);
        }
        of.state = next;
        (of.failures, of.losses) = counts;
        Ok(())
    }

    fn version(&mut self, version: &VersionRecord) -> Seen {
        let (Some(run), Some(step), Some(attempt)) = (version.run, version.step, version.attempt) else {
            return Ok(());
        };
        let of = &self.run(run)?.steps[step.index()];
        let held = of.state == StepState::Running && of.attempt == attempt;
        must(held, || format!("{} recorded a version without a lease", of.name))?;
        let twice = self.versions.insert((run, version.asset.to_string()), version.seq);
        must(twice.is_none(), || format!("run {run} recorded asset {} twice", version.asset))
    }

    fn ticked(&mut self, tick: &TickRecord) -> Seen {
        let watermark = self.schedules.get(&tick.schedule).map(|schedule| schedule.watermark);
        must(watermark.is_some_and(|mark| tick.due_at > mark), || {
            format!("tick {} of {} is past", tick.due_at, tick.schedule)
        })?;
        *self.tick_counts.entry(tick.schedule.clone()).or_insert(0) += tick.count;
        let twice = self.ticks.insert((tick.schedule.clone(), tick.due_at), tick.seq);
        must(twice.is_none(), || format!("tick {} of {} was decided twice", tick.due_at, tick.schedule))
    }

    /// Ticks are due every minute; each one that was passed over has a record.
    fn schedule_moved(&mut self, schedule: &ScheduleRecord) -> Seen {
        let before = self.schedules.insert(schedule.name.clone(), schedule.clone());
        let counted = self.tick_counts.remove(&schedule.name).unwrap_or(0);
        let Some(before) = before.filter(|_| counted > 0) else {
            return Ok(());
        };
        let minute = |at: Timestamp| at.as_micros().div_euclid(60_000_000);
        let due = minute(schedule.watermark) - minute(before.watermark);
        must(due == counted as i64, || format!("{counted} ticks of {} are recorded and {due} were due", schedule.name))
    }

    /// The last number.
    pub fn last(&self) -> Seq {
        self.last
    }

    /// Whether a key was accepted.
    pub fn knows_key(&self, key: &str) -> bool {
        self.keys.contains_key(key)
    }
}

//! Which runs start, and which worker gets which step.

use std::collections::{BTreeMap, BTreeSet};

use super::Decision;
use crate::{
    effect::Effect,
    id::{DeploymentId, RunId, WorkerId},
    lease::{Lease, Mood},
    manifest::{Executor, Overlap, RunLimit},
    record::{RunRecord, RunState, Trigger, WorkerState},
    report::{AttemptRef, InputVersion},
    world::{ReadyKey, RouteNo, Run, Worker, World},
};

/// The most attempts that one decision leases, so that a batch stays small enough to commit quickly.
const MOST_LEASES: usize = 2_000;

/// Starts runs whose turn it is. Their steps are leased in the decision after this.
pub(super) fn admit(world: &World) -> Decision {
    let mut decision = Decision::nothing();
    if world.queue.is_empty() {
        return decision;
    }
    let mut limits = Limits::default();
    let mut started = BTreeSet::new();
    for (_, _, id) in &world.queue {
        let Some(run) = world.runs.get(id) else {
            continue;
        };
        if limits.blocks(world, &run.record, &started).is_none() {
            limits.count(&run.record);
            started.insert(*id);
            decision.effects.push(Effect::RunStarted { run: *id });
        }
    }
    decision
}

/// Runs that this decision starts, counted as the world counts those in progress.
#[derive(Default)]
pub(super) struct Limits {
    runs: BTreeMap<DeploymentId, u32>,
    tags: BTreeMap<(DeploymentId, String, String), u32>,
}

impl Limits {
    fn count(&mut self, run: &RunRecord) {
        *self.runs.entry(run.deployment).or_insert(0) += 1;
        for (tag, value) in &run.tags {
            *self.tags.entry((run.deployment, tag.clone(), value.clone())).or_insert(0) += 1;
        }
    }

    /// Why a run cannot start yet; none where it can.
    pub(super) fn blocks(&self, world: &World, run: &RunRecord, started: &BTreeSet<RunId>) -> Option<String> {
        let deployment = run.deployment;
        for bound in world.live(deployment) {
            let manifest = bound.snapshot.manifest();
            if let Some(max) = manifest.max_running {
                let used = world.run_use.get(&deployment).copied().unwrap_or(0)
                    + self.runs.get(&deployment).copied().unwrap_or(0);
                if used >= max {
                    return Some(format!("{used} of at most {max} runs are in progress"));
                }
            }
            if let Some(reason) = manifest.run_limits.iter().find_map(|limit| self.tag_blocks(world, run, limit)) {
                return Some(reason);
            }
        }
        overlap_blocks(world, run, started)
    }

    fn tag_blocks(&self, world: &World, run: &RunRecord, limit: &RunLimit) -> Option<String> {
        let value = run.tags.get(&limit.tag)?;
        if limit.value.as_ref().is_some_and(|only| only != value) {
            return None;
        }
        let key = (run.deployment, limit.tag.clone(), value.clone());
        let used = world.tag_use.get(&key).copied().unwrap_or(0) + self.tags.get(&key).copied().unwrap_or(0);
        (used >= limit.limit)
            .then(|| format!("{used} of at most {} runs with {}={value} are in progress", limit.limit, limit.tag))
    }
}

/// A scheduled run that waits for the run of an earlier tick.
fn overlap_blocks(world: &World, run: &RunRecord, started: &BTreeSet<RunId>) -> Option<String> {
    let Trigger::Schedule { name, .. } = &run.trigger else {
        return None;
    };
    let (definition, _) = world.live(run.deployment).find_map(|bound| bound.snapshot.find_schedule(name))?;
    // A run that is being cancelled still writes; the next one waits until nothing of it is left.
    if !matches!(definition.overlap, Overlap::QueueOne | Overlap::CancelPrevious) {
        return None;
    }
    let others = &world.schedules.get(&(run.deployment, name.clone()))?.runs;
    let ahead = |id: &RunId| {
        *id != run.id
            && (started.contains(id) || world.runs.get(id).is_some_and(|other| other.record.state != RunState::Queued))
    };
    others.iter().any(ahead).then(|| format!("the run of an earlier tick of {name} has not ended"))
}

/// Leases ready steps to workers whose polls wait for them.
pub(super) fn lease(world: &World) -> Decision {
    let mut decision = Decision::nothing();
    if world.ready.len() == 0 {
        return decision;
    }
    let mut free: Vec<(WorkerId, u32)> =
        world.workers().filter_map(|worker| Some((worker.record.id, free_slots(worker)?))).collect();
    let mut taken = Taken::default();
    // The first round gives every worker its share, the second gives what is left to whoever has room.
    let share = world.ready.len().min(MOST_LEASES).div_ceil(free.len().max(1));
    for round in [share, usize::MAX] {
        for (id, slots) in &mut free {
            let Some(worker) = world.workers.get(id) else {
                continue;
            };
            let mut given = 0;
            while *slots > 0 && given < round && decision.leases.len() < MOST_LEASES {
                let Some((route, key)) = next_for(world, worker, &taken) else {
                    break;
                };
                taken.take(world, route, key);
                if let Some(run) = world.runs.get(&key.run) {
                    give(world, run, key, worker, &mut decision);
                    *slots -= 1;
                    given += 1;
                }
            }
        }
    }
    decision
}

/// How many attempts a worker can take now; none where it takes nothing.
fn free_slots(worker: &Worker) -> Option<u32> {
    let session = &worker.session;
    let able = session.mood == Mood::Working && session.reconciled && worker.record.state == WorkerState::Active;
    let free = session.capacity.saturating_sub(worker.held.len() as u32);
    (able && free > 0).then_some(free)
}

/// What this decision leased so far.
#[derive(Default)]
struct Taken {
    /// The first key of each queue that is left; none where the queue is used up.
    heads: BTreeMap<RouteNo, Option<ReadyKey>>,
    steps: BTreeSet<ReadyKey>,
    pools: BTreeMap<(DeploymentId, String), u32>,
}

impl Taken {
    fn take(&mut self, world: &World, route: RouteNo, key: ReadyKey) {
        let was_head = self.head(world, route) == Some(key);
        self.steps.insert(key);
        // A worker of other definitions may take a step from the middle; the head stays for the others then.
        if was_head {
            let mut next = world.ready.queue(route).range((std::ops::Bound::Excluded(key), std::ops::Bound::Unbounded));
            let head = next.find(|key| !self.steps.contains(key)).copied();
            self.heads.insert(route, head);
        }
        let described = world.ready.describe(route);
        if let Some(pool) = &described.pool {
            *self.pools.entry((described.deployment, pool.clone())).or_insert(0) += 1;
        }
    }

    fn head(&self, world: &World, route: RouteNo) -> Option<ReadyKey> {
        self.heads.get(&route).copied().unwrap_or_else(|| world.ready.queue(route).first().copied())
    }

    fn pool_is_full(&self, world: &World, route: RouteNo) -> bool {
        let described = world.ready.describe(route);
        let Some(pool) = &described.pool else {
            return false;
        };
        let Some(limit) = world.pool_limit(described.deployment, pool) else {
            return false;
        };
        let here = self.pools.get(&(described.deployment, pool.clone())).copied().unwrap_or(0);
        world.pool_used(described.deployment, pool) + here >= limit
    }
}

/// The first ready step that a worker can take.
fn next_for(world: &World, worker: &Worker, taken: &Taken) -> Option<(RouteNo, ReadyKey)> {
    let mut best: Option<(RouteNo, ReadyKey)> = None;
    for (number, route) in world.ready.routes() {
        let Some(mut head) = taken.head(world, number) else {
            continue;
        };
        if best.is_some_and(|(_, best)| best <= head)
            || !route.suits(&worker.record)
            || taken.pool_is_full(world, number)
        {
            continue;
        }
        if route.snapshot != worker.record.snapshot {
            // The run is pinned to other definitions than the worker's. A step is fine where the worker has its code.
            let able = |key: &&ReadyKey| !taken.steps.contains(key) && has_code(world, worker, key);
            let Some(able) = world.ready.queue(number).iter().find(able) else {
                continue;
            };
            head = *able;
        }
        if best.is_none_or(|(_, best)| head < best) {
            best = Some((number, head));
        }
    }
    best
}

/// Whether a worker of other definitions can run a step of a run.
pub(super) fn has_code(world: &World, worker: &Worker, key: &ReadyKey) -> bool {
    let Some(run) = world.runs.get(&key.run) else {
        return false;
    };
    let step = run.bound.snapshot.step(run.plan.steps[key.step.index()].step);
    match &step.executor {
        Executor::Process(_) => true,
        Executor::Rust => world
            .snapshots
            .get(&worker.record.snapshot)
            .is_some_and(|own| own.find_step(&step.name).is_some_and(|number| own.is_rust(number))),
    }
}

fn give(world: &World, run: &Run, key: ReadyKey, worker: &Worker, decision: &mut Decision) {
    let attempt = run.steps[key.step.index()].attempt.next();
    let token = world.token(key.run, key.step, attempt);
    decision.effects.push(Effect::StepLeased {
        run: key.run,
        step: key.step,
        attempt,
        token,
        worker: worker.record.id,
    });
    let at = AttemptRef { run: key.run, step: key.step, attempt, token };
    decision.leases.push((worker.record.id, lease_of(world, run, at)));
}

/// All that a worker needs to know.
fn lease_of(world: &World, run: &Run, at: AttemptRef) -> Lease {
    let snapshot = &run.bound.snapshot;
    let plan = &run.plan.steps[at.step.index()];
    let definition = snapshot.step(plan.step);
    let current = |asset: u32| world.current.get(&(run.bound.ids[asset as usize], run.record.partition.clone()));
    let checked = plan.checks.iter().filter_map(|&check| snapshot.find_asset(snapshot.check(check).asset.as_str()));
    let mut deps: Vec<u32> = plan
        .assets
        .iter()
        .flat_map(|&asset| snapshot.upstream_of(asset).iter().copied())
        .chain(checked)
        .filter(|dep| !plan.assets.contains(dep))
        .collect();
    deps.sort_unstable();
    deps.dedup();
    let inputs = deps
        .into_iter()
        .map(|dep| {
            let latest = current(dep).and_then(|current| current.latest.clone());
            let (seq, version) = latest.map_or((None, None), |(seq, version)| (Some(seq), Some(version)));
            InputVersion { asset: snapshot.asset(dep).key.clone(), seq, version }
        })
        .collect();
    Lease {
        at,
        name: definition.name.clone(),
        assets: plan.assets.iter().map(|&asset| snapshot.asset(asset).key.clone()).collect(),
        checks: plan
            .checks
            .iter()
            .map(|&check| (snapshot.check(check).asset.clone(), snapshot.check(check).name.clone()))
            .collect(),
        partition: run.record.partition.clone(),
        inputs,
        cursors: plan
            .assets
            .iter()
            .filter_map(|&asset| Some((snapshot.asset(asset).key.clone(), current(asset)?.cursor.clone()?)))
            .collect(),
        config: run.record.config.get(&definition.name).cloned().unwrap_or_default(),
        tags: run.record.tags.clone(),
        process: match &definition.executor {
            Executor::Process(process) => Some(process.clone()),
            Executor::Rust => None,
        },
        timeout: definition.timeout,
    }
}

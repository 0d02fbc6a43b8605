//! Why things wait: the same rules, read out.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use super::dispatch::{Limits, has_code};
use crate::{
    id::{DeploymentId, RunId, StepNo, WorkerId},
    lease::Mood,
    record::WorkerState,
    time::Timestamp,
    world::{ReadyKey, RouteNo, Worker, World},
};

/// What waits, and why.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct QueueView {
    /// Runs that wait for their turn, in the order in which they will start.
    pub runs: Vec<WaitingRun>,
    /// Ready steps that wait for a worker or a pool, in their order; the first of many.
    pub steps: Vec<WaitingStep>,
    /// How many ready steps wait in all.
    pub ready: usize,
    /// Pools that are declared, set or used.
    pub pools: Vec<PoolView>,
    /// What is known of each worker.
    pub workers: BTreeMap<WorkerId, WorkerView>,
}

/// A worker, and what it holds.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct WorkerView {
    /// How many attempts it holds.
    pub held: usize,
    /// The first of them, at most a hundred.
    pub steps: Vec<HeldStep>,
    /// When it polled last.
    pub heard_at: Timestamp,
}

/// An attempt that a worker holds.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct HeldStep {
    /// The run.
    pub run: RunId,
    /// The step.
    pub step: StepNo,
    /// Its name.
    pub name: String,
    /// Since when.
    pub since: Option<Timestamp>,
}

/// A run that waits.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct WaitingRun {
    /// The run.
    pub run: RunId,
    /// Why it has not started.
    pub reason: String,
}

/// A step that waits although everything upstream of it is there.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct WaitingStep {
    /// The run.
    pub run: RunId,
    /// The step.
    pub step: StepNo,
    /// Its name.
    pub name: String,
    /// Why it has not started.
    pub reason: String,
}

/// A pool.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PoolView {
    /// The deployment.
    pub deployment: DeploymentId,
    /// Its name.
    pub name: String,
    /// How many slots it has; none for no limit.
    pub limit: Option<u32>,
    /// How many are taken.
    pub used: u32,
    /// How many ready steps wait for it.
    pub waiting: usize,
}

/// The most waiting steps that a view lists.
const MOST_STEPS: usize = 200;
/// How many attempts of a worker are shown.
const MOST_HELD: usize = 100;

impl QueueView {
    /// Reads the world.
    pub fn of(world: &World) -> Self {
        let limits = Limits::default();
        let nothing = BTreeSet::new();
        let runs = world
            .queue
            .iter()
            .filter_map(|(_, _, id)| world.runs.get(id))
            .map(|run| WaitingRun {
                run: run.record.id,
                reason: limits
                    .blocks(world, &run.record, &nothing)
                    .unwrap_or_else(|| "it starts with the next decision".into()),
            })
            .collect();
        Self {
            runs,
            steps: waiting_steps(world),
            ready: world.ready.len(),
            pools: pools(world),
            workers: world.workers().map(|worker| (worker.record.id, held(world, worker))).collect(),
        }
    }
}

fn held(world: &World, worker: &Worker) -> WorkerView {
    let steps = worker.held.iter().take(MOST_HELD).filter_map(|(id, step)| {
        let run = world.runs.get(id)?;
        let name = run.bound.snapshot.step(run.plan.steps.get(step.index())?.step).name.clone();
        Some(HeldStep { run: *id, step: *step, name, since: run.steps.get(step.index())?.leased_at })
    });
    WorkerView {
        held: worker.held.len(),
        steps: steps.collect(),
        heard_at: worker.session.expires_at.minus(world.settings.lease),
    }
}

fn waiting_steps(world: &World) -> Vec<WaitingStep> {
    let mut keys: Vec<(ReadyKey, RouteNo)> = world
        .ready
        .routes()
        .flat_map(|(number, _)| world.ready.queue(number).iter().take(MOST_STEPS).map(move |key| (*key, number)))
        .collect();
    keys.sort_unstable();
    keys.truncate(MOST_STEPS);
    keys.into_iter()
        .filter_map(|(key, route)| {
            let run = world.runs.get(&key.run)?;
            let name = run.bound.snapshot.step(run.plan.steps[key.step.index()].step).name.clone();
            Some(WaitingStep { run: key.run, step: key.step, name, reason: why(world, route, &key) })
        })
        .collect()
}

/// Why a ready step is not leased.
fn why(world: &World, number: RouteNo, key: &ReadyKey) -> String {
    let route = world.ready.describe(number);
    if let Some(pool) = &route.pool
        && let Some(limit) = world.pool_limit(route.deployment, pool)
    {
        let used = world.pool_used(route.deployment, pool);
        if used >= limit {
            return format!("pool {pool} is full: {used} of {limit} slots are taken");
        }
    }
    let at_location: Vec<&Worker> = world.workers().filter(|worker| worker.record.location == route.location).collect();
    if at_location.is_empty() {
        return format!("no worker serves location {}", route.location);
    }
    let suited: Vec<&Worker> = at_location.into_iter().filter(|worker| route.suits(&worker.record)).collect();
    if suited.is_empty() {
        let tags: Vec<String> = route.requires.iter().map(|(tag, value)| format!("{tag}={value}")).collect();
        return format!("no worker has the tags {}", tags.join(", "));
    }
    let able = |worker: &&&Worker| worker.record.snapshot == route.snapshot || has_code(world, worker, key);
    if !suited.iter().any(|worker| able(&worker)) {
        return format!("no worker has the code of snapshot {}", route.snapshot.short());
    }
    let taking = |worker: &&Worker| worker.record.state == WorkerState::Active && worker.session.mood == Mood::Working;
    if suited.iter().copied().any(|worker| taking(&worker)) {
        "all workers that could take it are busy".to_owned()
    } else {
        "the workers that could take it are draining".to_owned()
    }
}

fn pools(world: &World) -> Vec<PoolView> {
    let mut names: BTreeSet<(DeploymentId, String)> = world.pool_set.keys().cloned().collect();
    names.extend(world.pool_use.keys().cloned());
    for deployment in world.deployments.keys() {
        for bound in world.live(*deployment) {
            names.extend(bound.snapshot.manifest().pools.iter().map(|pool| (*deployment, pool.name.clone())));
        }
    }
    names
        .into_iter()
        .map(|(deployment, name)| PoolView {
            deployment,
            limit: world.pool_limit(deployment, &name),
            used: world.pool_used(deployment, &name),
            waiting: world
                .ready
                .routes()
                .filter(|(_, route)| route.deployment == deployment && route.pool.as_ref() == Some(&name))
                .map(|(number, _)| world.ready.queue(number).len())
                .sum(),
            name,
        })
        .collect()
}

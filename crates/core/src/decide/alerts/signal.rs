//! From changes to signals that something is wrong.

use std::collections::BTreeSet;

use super::{is_bad, live, words};
use crate::{
    alert::{Cause, SignalKind},
    decide::settle,
    effect::Effect,
    graph::Snapshot,
    id::{AssetId, DeploymentId, RunId, StepNo},
    key::AssetKey,
    manifest::{AlertOn, Severity, WhichChecks},
    record::{CheckRecord, StepState},
    report::StepFailure,
    selection::Universe,
    time::Millis,
    world::{Run, World},
};

/// Something is wrong.
#[derive(Clone, Debug)]
pub(super) struct Signal {
    /// Which kind of happening.
    pub(super) kind: SignalKind,
    /// Why.
    pub(super) cause: Cause,
    pub(super) deployment: DeploymentId,
    /// The location whose policies apply.
    pub(super) location: String,
    /// What it is about, as numbers in the live snapshot of the location.
    pub(super) assets: Vec<u32>,
    /// How bad a failed check is, and whether it blocks.
    pub(super) check: Option<(Severity, Blocking)>,
    pub(super) run: Option<RunId>,
    /// How long something is overdue, and how long that usually takes.
    pub(super) took: Option<(Millis, Option<Millis>)>,
    pub(super) title: String,
    pub(super) error: Option<String>,
    /// What is held up.
    pub(super) affected: BTreeSet<AssetKey>,
}

/// Whether a failed check holds back what is downstream.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Blocking {
    Yes,
    No,
}

impl Signal {
    /// Whether a policy that asks for this hears of it.
    pub(super) fn is(&self, on: &AlertOn) -> bool {
        match on {
            AlertOn::RunFailed => self.kind == SignalKind::RunFailed,
            AlertOn::AssetFailed => self.kind == SignalKind::AssetFailed,
            AlertOn::AssetLate => self.kind == SignalKind::AssetLate,
            AlertOn::ScheduleMissed { within } => {
                self.kind == SignalKind::ScheduleMissed && self.took.is_none_or(|(took, _)| took >= *within)
            }
            AlertOn::RunLong { limit } => {
                let over = |(took, usual): (Millis, Option<Millis>)| limit.or(usual).is_some_and(|limit| took >= limit);
                self.kind == SignalKind::RunLong && self.took.is_some_and(over)
            }
            AlertOn::WorkerLost => self.kind == SignalKind::WorkerLost,
            AlertOn::DeployBroken => self.kind == SignalKind::DeployBroken,
            AlertOn::CheckFailed { which } => match (self.kind, which, self.check) {
                (SignalKind::CheckFailed, WhichChecks::All, _) | (SignalKind::CheckFailed, _, None) => true,
                (SignalKind::CheckFailed, WhichChecks::Errors, Some((severity, _))) => severity == Severity::Error,
                (SignalKind::CheckFailed, WhichChecks::Blocking, Some((severity, blocking))) => {
                    severity == Severity::Error && blocking == Blocking::Yes
                }
                _ => false,
            },
        }
    }
}

/// The signals of one change, which stands among the other changes of its decision.
pub(super) fn of(world: &World, effect: &Effect, all: &[Effect]) -> Vec<Signal> {
    if !is_bad(effect) {
        return Vec::new();
    }
    match effect {
        Effect::StepEnded { run, step, failure, .. } => world
            .run(*run)
            .and_then(|run| step_failed(world, run, *step, failure.as_ref().map(StepFailure::summary), all))
            .into_iter()
            .collect(),
        Effect::CheckRecorded(check) => {
            let run = check.run.and_then(|run| world.run(run));
            run.and_then(|run| check_failed(world, run, check, all)).into_iter().collect()
        }
        Effect::RunEnded { run, reason, .. } => {
            world.run(*run).map_or_else(Vec::new, |run| run_failed(world, run, reason.as_deref(), all))
        }
        Effect::Ticked(tick) => super::overdue::missed(world, tick).into_iter().collect(),
        Effect::WorkerChanged { worker, .. } => world
            .worker(*worker)
            .into_iter()
            .flat_map(|worker| {
                let record = &worker.record;
                let cause = Cause::Worker { worker: record.name.clone() };
                world.deployments.keys().map(move |deployment| Signal {
                    title: words::title(&cause),
                    error: Some(words::silent_worker(record, worker.held.len())),
                    ..Signal::about_nothing(SignalKind::WorkerLost, cause.clone(), *deployment, &record.location)
                })
            })
            .collect(),
        Effect::Deployed(deploy) => {
            let cause = Cause::Deploy { location: deploy.location.clone() };
            vec![Signal {
                title: words::title(&cause),
                error: deploy.refused.clone(),
                ..Signal::about_nothing(SignalKind::DeployBroken, cause, deploy.deployment, &deploy.location)
            }]
        }
        _ => Vec::new(),
    }
}

impl Signal {
    /// A signal with nothing but its cause.
    pub(super) fn about_nothing(kind: SignalKind, cause: Cause, deployment: DeploymentId, location: &str) -> Self {
        Self {
            kind,
            title: words::title(&cause),
            cause,
            deployment,
            location: location.to_owned(),
            assets: Vec::new(),
            check: None,
            run: None,
            took: None,
            error: None,
            affected: BTreeSet::new(),
        }
    }

    /// A signal of a run about some of the assets of its snapshot.
    fn of_run(world: &World, run: &Run, kind: SignalKind, cause: Cause, assets: &[u32]) -> Self {
        let location = run.bound.snapshot.location();
        Self {
            assets: numbers(world, run, assets),
            run: Some(run.record.id),
            ..Self::about_nothing(kind, cause, run.record.deployment, location)
        }
    }
}

/// Assets of a run's snapshot as numbers of the live one, which may be another by now.
pub(super) fn numbers(world: &World, run: &Run, assets: &[u32]) -> Vec<u32> {
    let own = &run.bound.snapshot;
    match live(world, run.record.deployment, own.location()) {
        Some(live) if live.snapshot.id() != own.id() => {
            assets.iter().filter_map(|&asset| live.snapshot.find_asset(own.asset(asset).key.as_str())).collect()
        }
        _ => assets.to_vec(),
    }
}

/// The asset of a step with this identity, as a number of the run's snapshot.
pub(super) fn asset_of(run: &Run, step: StepNo, id: AssetId) -> Option<u32> {
    let plan = run.plan.steps.get(step.index())?;
    plan.assets.iter().copied().find(|&asset| run.bound.ids.get(asset as usize) == Some(&id))
}

/// The check of a step that a record is about, as a number of the run's snapshot.
pub(super) fn check_of(run: &Run, step: StepNo, record: &CheckRecord) -> Option<u32> {
    let plan = run.plan.steps.get(step.index())?;
    let snapshot = &run.bound.snapshot;
    plan.checks.iter().copied().find(|&check| {
        let definition = snapshot.check(check);
        definition.name == record.check
            && snapshot
                .find_asset(definition.asset.as_str())
                .is_some_and(|asset| run.bound.ids.get(asset as usize) == Some(&record.asset))
    })
}

/// Why a step's end is an incident: its first asset, or its first check where it only checks.
fn cause_of_step(run: &Run, step: StepNo) -> Option<(Cause, SignalKind, Vec<u32>)> {
    let plan = run.plan.steps.get(step.index())?;
    let snapshot = &run.bound.snapshot;
    if let Some(&first) = plan.assets.first() {
        let asset = snapshot.asset(first).key.clone();
        let cause = Cause::Asset { asset, partition: run.record.partition.clone() };
        return Some((cause, SignalKind::AssetFailed, plan.assets.clone()));
    }
    let check = snapshot.check(*plan.checks.first()?);
    let assets = snapshot.find_asset(check.asset.as_str()).into_iter().collect();
    let (asset, name) = (check.asset.clone(), check.name.clone());
    let cause = Cause::Check { asset, check: name, partition: run.record.partition.clone() };
    Some((cause, SignalKind::CheckFailed, assets))
}

fn step_failed(world: &World, run: &Run, step: StepNo, error: Option<String>, all: &[Effect]) -> Option<Signal> {
    let (cause, kind, assets) = cause_of_step(run, step)?;
    let name = &run.bound.snapshot.step(run.plan.steps[step.index()].step).name;
    let own: BTreeSet<AssetKey> =
        assets.iter().skip(1).map(|&asset| run.bound.snapshot.asset(asset).key.clone()).collect();
    let mut signal = Signal::of_run(world, run, kind, cause, &assets);
    signal.affected = held_up(run, &settle::step_failed(name), all);
    if kind == SignalKind::AssetFailed {
        signal.affected.extend(own);
    }
    signal.error = error;
    Some(signal)
}

fn check_failed(world: &World, run: &Run, record: &CheckRecord, all: &[Effect]) -> Option<Signal> {
    let number = check_of(run, record.step?, record)?;
    let definition = run.bound.snapshot.check(number);
    let asset = run.bound.snapshot.find_asset(definition.asset.as_str())?;
    let cause = Cause::Check {
        asset: definition.asset.clone(),
        check: definition.name.clone(),
        partition: record.partition.clone(),
    };
    let mut signal = Signal::of_run(world, run, SignalKind::CheckFailed, cause, &[asset]);
    signal.check = Some((record.severity, if record.blocking { Blocking::Yes } else { Blocking::No }));
    signal.error = (!record.description.is_empty()).then(|| record.description.clone());
    let why = settle::check_failed(&definition.name, definition.asset.as_str());
    signal.affected = held_up(run, &why, all);
    Some(signal)
}

/// What this decision skips for this reason.
fn held_up(run: &Run, why: &str, all: &[Effect]) -> BTreeSet<AssetKey> {
    let skipped = all.iter().filter_map(|effect| match effect {
        Effect::StepEnded { run: of, step, state: StepState::Skipped, cause: Some(cause), .. }
            if *of == run.record.id && cause == why =>
        {
            run.plan.steps.get(step.index())
        }
        _ => None,
    });
    skipped.flat_map(|step| &step.assets).map(|&asset| run.bound.snapshot.asset(asset).key.clone()).collect()
}

/// What a failed check said, where this decision records it. What was recorded before is not part of the world.
fn said_now(run: &Run, asset: &AssetKey, check: &str, all: &[Effect]) -> Option<String> {
    all.iter().find_map(|effect| match effect {
        Effect::CheckRecorded(record) if record.run == Some(run.record.id) && !record.passed => {
            let definition = run.bound.snapshot.check(check_of(run, record.step?, record)?);
            let is_it = definition.asset == *asset && definition.name == check;
            (is_it && !record.description.is_empty()).then(|| record.description.clone())
        }
        _ => None,
    })
}

/// A run failed because of its failed steps and blocking checks; where there are none, for a reason of its own.
fn run_failed(world: &World, run: &Run, reason: Option<&str>, all: &[Effect]) -> Vec<Signal> {
    let asked = |snapshot: &Snapshot| snapshot.policies().any(|(_, p)| p.on.contains(&AlertOn::RunFailed));
    let here = live(world, run.record.deployment, run.bound.snapshot.location());
    if !here.is_some_and(|here| asked(&here.snapshot)) {
        return Vec::new();
    }
    let about: Vec<u32> = run.plan.steps.iter().flat_map(|step| step.assets.iter().copied()).collect();
    let signal = |cause: Cause, error: Option<String>| Signal {
        error,
        ..Signal::of_run(world, run, SignalKind::RunFailed, cause, &about)
    };
    let ended_here = all.iter().filter_map(|effect| match effect {
        Effect::StepEnded { run: of, step, state: StepState::Failed, failure, .. } if *of == run.record.id => {
            Some((*step, failure.as_ref().map(StepFailure::summary)))
        }
        _ => None,
    });
    let before = run.steps.iter().enumerate().filter(|(_, step)| step.state == StepState::Failed);
    let before = before.map(|(no, _)| StepNo(no as u32)).map(|no| (no, run.failures.get(&no).cloned()));
    let mut signals: Vec<Signal> =
        before.chain(ended_here).filter_map(|(step, error)| Some(signal(cause_of_step(run, step)?.0, error))).collect();
    let blocked_here = all.iter().filter_map(|effect| match effect {
        Effect::StepEnded { run: of, cause: Some(cause), .. } if *of == run.record.id => Some(cause),
        _ => None,
    });
    let blocked: BTreeSet<&String> = run.blocked.iter().chain(blocked_here).collect();
    for why in blocked {
        if let Some((check, asset)) = settle::failed_check(why, |key| run.bound.snapshot.find(key)) {
            let partition = run.record.partition.clone();
            let error = said_now(run, &asset, &check, all);
            signals.push(signal(Cause::Check { asset, check, partition }, error));
        }
    }
    if signals.is_empty() {
        let cause = Cause::Runs { line: run.record.line() };
        signals.push(signal(cause, reason.map(ToOwned::to_owned)));
    }
    signals
}

//! Who must be told of what: from changes that were decided to incidents and messages, in the same commit (D18).
//!
//! [`follow`] reads the changes of one decision. Each is a *signal* that something is wrong, a *recovery* that
//! something is right again, or neither. Signals are matched with the policies that are live; the [`Book`] keeps the
//! incidents that are touched and writes the messages.

mod book;
mod commands;
mod overdue;
mod signal;
mod words;

pub(super) use commands::{acknowledge, mute_incident, mute_policy, test};
pub(super) use overdue::{late, long, not_started};

use crate::{
    alert::Cause,
    effect::Effect,
    graph::Snapshot,
    id::DeploymentId,
    record::{RunState, StepState, TickOutcome, Trigger, VersionKind, WorkerState},
    time::Timestamp,
    world::{Run, World},
};
use book::Book;

/// The incidents and messages that follow from a decision's changes.
pub(super) fn follow(world: &World, effects: &[Effect], now: Timestamp) -> Vec<Effect> {
    if effects.is_empty() || !(world.has_policies() || world.has_incidents()) {
        return Vec::new();
    }
    let mut book = Book::new(world, now);
    for effect in effects {
        recover(world, effect, &mut book);
        for signal in signal::of(world, effect, effects) {
            book.signal(&signal);
        }
    }
    book.close()
}

/// The incidents that end because new definitions no longer declare what they are about.
pub(super) fn undeclared(world: &World, deployment: DeploymentId, new: &Snapshot, now: Timestamp) -> Vec<Effect> {
    let mut book = Book::new(world, now);
    book.forget_undeclared(deployment, new);
    book.close()
}

/// Ends the incidents whose cause a change shows to be gone.
fn recover(world: &World, effect: &Effect, book: &mut Book<'_>) {
    if !world.has_incidents() {
        return;
    }
    match effect {
        Effect::VersionRecorded(version) if version.kind == VersionKind::Materialized => {
            let run = version.run.and_then(|run| world.run(run));
            let found = run.zip(version.step).and_then(|(run, step)| signal::asset_of(run, step, version.asset));
            let place = match (found, run) {
                (Some(number), Some(run)) => {
                    Some((run.record.deployment, run.bound.snapshot.asset(number).key.clone()))
                }
                _ => world.key_of(version.asset),
            };
            let Some((deployment, asset)) = place else { return };
            book.recover(deployment, &Cause::Asset { asset: asset.clone(), partition: version.partition.clone() });
            book.recover(deployment, &Cause::Late { asset });
        }
        Effect::CheckRecorded(check) if check.passed => {
            let run = check.run.and_then(|run| world.run(run));
            let found = run.zip(check.step).and_then(|(run, step)| signal::check_of(run, step, check));
            if let Some((run, number)) = run.zip(found) {
                let asset = run.bound.snapshot.check(number).asset.clone();
                let (check, partition) = (check.check.clone(), check.partition.clone());
                book.recover(run.record.deployment, &Cause::Check { asset, check, partition });
            }
        }
        Effect::RunStarted { run } => {
            if let Some(run) = world.run(*run)
                && let Trigger::Schedule { name, .. } = &run.record.trigger
            {
                book.recover(run.record.deployment, &Cause::Schedule { schedule: name.clone() });
            }
        }
        Effect::RunEnded { run, state, .. } => {
            if let Some(run) = world.run(*run) {
                run_ended(world, run, *state, book);
            }
        }
        Effect::WorkerJoined(worker) => {
            let cause = Cause::Worker { worker: worker.name.clone() };
            for deployment in world.deployments.keys() {
                book.recover(*deployment, &cause);
            }
        }
        Effect::Deployed(deploy) if deploy.refused.is_none() => {
            book.recover(deploy.deployment, &Cause::Deploy { location: deploy.location.clone() });
        }
        _ => {}
    }
}

fn run_ended(world: &World, run: &Run, state: RunState, book: &mut Book<'_>) {
    let deployment = run.record.deployment;
    book.recover(deployment, &Cause::Long { run: run.record.id });
    if state != RunState::Succeeded {
        return;
    }
    book.recover(deployment, &Cause::Runs { line: run.record.line() });
    // A retry shows that the run which it repeats would succeed now, whatever started that one.
    let repeated: Vec<Cause> = world
        .incidents(deployment)
        .filter(|incident| matches!(incident.cause, Cause::Runs { .. }) && incident.run == Some(run.record.root))
        .map(|incident| incident.cause.clone())
        .collect();
    for cause in repeated {
        book.recover(deployment, &cause);
    }
}

/// Whether a change is one that [`signal::of`] looks at. The hot path of a run that goes well stays here.
pub(super) fn is_bad(effect: &Effect) -> bool {
    match effect {
        Effect::StepEnded { state, .. } => *state == StepState::Failed,
        Effect::CheckRecorded(check) => !check.passed,
        Effect::RunEnded { state, .. } => *state == RunState::Failed,
        Effect::Ticked(tick) => tick.outcome != TickOutcome::Launched,
        Effect::WorkerChanged { state, .. } => *state == WorkerState::Lost,
        Effect::Deployed(deploy) => deploy.refused.is_some(),
        _ => false,
    }
}

/// The live definitions of a location, where its policies are.
fn live<'w>(world: &'w World, deployment: DeploymentId, location: &str) -> Option<&'w crate::world::Bound> {
    let deploy = world.live.get(&(deployment, location.to_owned()))?;
    world.bound.get(&(deployment, deploy.snapshot.clone())).map(|bound| &**bound)
}

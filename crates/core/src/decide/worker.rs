//! Workers that join, poll, say good-bye or go silent.

use std::collections::BTreeSet;

use super::{Decision, report};
use crate::{
    command::{Refusal, RefusalCode},
    effect::Effect,
    id::WorkerId,
    lease::{Join, Mood, Poll, Stop, StopReason},
    record::{AttemptEnd, WorkerRecord, WorkerState},
    report::AttemptRef,
    time::Timestamp,
    world::{Worker, World},
};

pub(super) fn join(world: &World, join: &Join, now: Timestamp) -> Decision {
    if !world.snapshots.contains_key(&join.snapshot) {
        return Decision::refused(Refusal::new(
            RefusalCode::NotFound,
            format!("the server does not know snapshot {}; deploy it first", join.snapshot.short()),
        ));
    }
    if world.workers.contains_key(&join.worker) {
        // The answer to an earlier try was lost.
        return Decision::nothing();
    }
    let record = WorkerRecord {
        id: join.worker,
        name: join.name.clone(),
        host: join.host.clone(),
        pid: join.pid,
        location: join.location.clone(),
        snapshot: join.snapshot.clone(),
        slots: join.slots,
        tags: join.tags.clone(),
        version: join.version.clone(),
        state: WorkerState::Active,
        joined_at: now,
        changed_at: now,
    };
    Decision { effects: vec![Effect::WorkerJoined(Box::new(record))], ..Decision::default() }
}

pub(super) fn poll(world: &World, poll: &Poll, now: Timestamp) -> Decision {
    let Some(worker) = world.workers.get(&poll.worker) else {
        return Decision::nothing();
    };
    let mut decision = Decision::nothing();
    match (poll.mood, worker.record.state) {
        (Mood::Draining, WorkerState::Active) => {
            decision.effects.push(Effect::WorkerChanged { worker: poll.worker, state: WorkerState::Draining });
        }
        (Mood::Leaving, _) => {
            decision.effects.extend(give_back(world, worker, &BTreeSet::new(), AttemptEnd::HandedBack, now));
            decision.effects.push(Effect::WorkerChanged { worker: poll.worker, state: WorkerState::Gone });
            return decision;
        }
        _ => {}
    }
    // What was said to another leader is out of date: this one may have given more since.
    if let Some(held) = poll.held.as_ref().filter(|_| poll.term == world.term) {
        reconcile(world, worker, held, now, &mut decision);
    }
    decision
}

/// Compares what a worker holds with what it was given.
///
/// An attempt that the worker never received runs again at once and free of charge. One that it holds without a
/// lease is stopped. A grant that is on its way is neither: it is given again until it is acknowledged.
fn reconcile(world: &World, worker: &Worker, held: &[AttemptRef], now: Timestamp, decision: &mut Decision) {
    let on_its_way = worker.session.outstanding.iter().flat_map(|(_, _, leases)| leases);
    let mut kept: BTreeSet<_> = on_its_way.map(|lease| (lease.at.run, lease.at.step)).collect();
    for at in held {
        if report::holds(world, worker.record.id, at) {
            kept.insert((at.run, at.step));
            if world.runs.get(&at.run).is_some_and(|run| run.is_stopping()) {
                decision.stops.push((worker.record.id, Stop { at: *at, why: StopReason::Canceled }));
            }
        } else {
            decision.stops.push((worker.record.id, Stop { at: *at, why: StopReason::Fenced }));
        }
    }
    decision.effects.extend(give_back(world, worker, &kept, AttemptEnd::HandedBack, now));
}

/// A worker whose leases are over: its attempts run again elsewhere.
pub(super) fn lost(world: &World, id: WorkerId, now: Timestamp) -> Decision {
    let Some(worker) = world.workers.get(&id) else {
        return Decision::nothing();
    };
    let mut effects = give_back(world, worker, &BTreeSet::new(), AttemptEnd::Lost, now);
    effects.push(Effect::WorkerChanged { worker: id, state: WorkerState::Lost });
    Decision { effects, ..Decision::default() }
}

/// Ends the attempts of a worker, except those that it keeps.
fn give_back(
    world: &World,
    worker: &Worker,
    kept: &BTreeSet<(crate::id::RunId, crate::id::StepNo)>,
    end: AttemptEnd,
    now: Timestamp,
) -> Vec<Effect> {
    let mut by_run: std::collections::BTreeMap<_, Vec<_>> = std::collections::BTreeMap::new();
    for (run, step) in worker.held.iter().filter(|held| !kept.contains(held)) {
        by_run.entry(*run).or_default().push(*step);
    }
    let mut effects = Vec::new();
    for (run, steps) in by_run {
        if let Some(run) = world.runs.get(&run) {
            effects.extend(report::gave_up(world, run, &steps, end, now));
        }
    }
    effects
}

//! What did not happen in time.

use super::{
    book::Book,
    live,
    signal::{Signal, numbers},
};
use crate::{
    alert::{Cause, SignalKind},
    decide::Decision,
    id::{AssetId, DeploymentId, RunId},
    record::{RunState, TickOutcome, TickRecord, Trigger},
    selection::Selection,
    time::{Millis, Timestamp},
    world::{Run, World},
};

/// A tick that launched nothing.
pub(super) fn missed(world: &World, tick: &TickRecord) -> Option<Signal> {
    if tick.outcome == TickOutcome::Launched {
        return None;
    }
    let reason = tick.reason.clone().unwrap_or_default();
    schedule_missed(world, tick.deployment, &tick.schedule, None, reason)
}

fn schedule_missed(
    world: &World,
    deployment: DeploymentId,
    name: &str,
    run: Option<RunId>,
    reason: String,
) -> Option<Signal> {
    let bound = world.live(deployment).find(|bound| bound.snapshot.find_schedule(name).is_some())?;
    let snapshot = &bound.snapshot;
    let (definition, _) = snapshot.find_schedule(name)?;
    let selected = snapshot.read_selection(&definition.selection).ok();
    let selected = selected.map(|(selection, _): (Selection, _)| selection.eval(&**snapshot).nodes);
    let cause = Cause::Schedule { schedule: name.to_owned() };
    Some(Signal {
        assets: selected.map_or_else(Vec::new, |nodes| nodes.iter().map(|node| node as u32).collect()),
        run,
        error: Some(reason),
        ..Signal::about_nothing(SignalKind::ScheduleMissed, cause, deployment, snapshot.location())
    })
}

/// The run of a tick should have started by now.
pub(in crate::decide) fn not_started(world: &World, id: RunId, now: Timestamp) -> Decision {
    let Some(run) = world.run(id).filter(|run| run.record.state == RunState::Queued) else {
        return Decision::nothing();
    };
    let Trigger::Schedule { name, due_at } = &run.record.trigger else {
        return Decision::nothing();
    };
    let reason = format!("Its run was due at {due_at} and still waits for its turn.");
    let signal = schedule_missed(world, run.record.deployment, name, Some(id), reason);
    told(world, signal.map(|signal| Signal { took: Some((now.since(*due_at), None)), ..signal }), now)
}

/// A run should have ended by now, by a limit or by its own history.
pub(in crate::decide) fn long(world: &World, id: RunId, now: Timestamp) -> Decision {
    let Some(run) = world.run(id).filter(|run| !run.record.state.is_final()) else {
        return Decision::nothing();
    };
    let Some(started_at) = run.record.started_at else {
        return Decision::nothing();
    };
    let (line, took) = (run.record.line(), now.since(started_at));
    let usual = world.usual(run.record.deployment, &line);
    let location = run.bound.snapshot.location();
    let signal = Signal {
        assets: made_by(world, run),
        run: Some(id),
        took: Some((took, usual)),
        title: format!("a run of {line} takes longer than usual"),
        error: Some(format!(
            "It started at {started_at} and has taken {} so far; {} of its {} steps are open.",
            Millis::secs(took.0 / 1_000),
            run.open,
            run.steps.len()
        )),
        ..Signal::about_nothing(SignalKind::RunLong, Cause::Long { run: id }, run.record.deployment, location)
    };
    told(world, Some(signal), now)
}

/// The assets that a run makes, as numbers of the live snapshot.
fn made_by(world: &World, run: &Run) -> Vec<u32> {
    let made: Vec<u32> = run.plan.steps.iter().flat_map(|step| step.assets.iter().copied()).collect();
    numbers(world, run, &made)
}

/// An asset should have been made anew by now.
pub(in crate::decide) fn late(world: &World, asset: AssetId, now: Timestamp) -> Decision {
    let Some((deployment, location, key, limit)) = world.fresh.get(&asset) else {
        return Decision::nothing();
    };
    let made_at = world.made_at(asset);
    if made_at.is_none_or(|at| at.plus(*limit) > now) {
        return Decision::nothing();
    }
    let number = live(world, *deployment, location).and_then(|live| live.snapshot.find_asset(key.as_str()));
    let signal = Signal {
        assets: number.into_iter().collect(),
        title: format!("{key} is older than {limit}"),
        error: made_at.map(|at| format!("It was made last at {at}.")),
        ..Signal::about_nothing(SignalKind::AssetLate, Cause::Late { asset: key.clone() }, *deployment, location)
    };
    // It is late once, however often the timer goes off.
    let known = world.incident_of(*deployment, &signal.cause).is_some();
    told(world, Some(signal).filter(|_| !known), now)
}

fn told(world: &World, signal: Option<Signal>, now: Timestamp) -> Decision {
    let Some(signal) = signal else {
        return Decision::nothing();
    };
    let mut book = Book::new(world, now);
    book.signal(&signal);
    Decision { effects: book.close(), ..Decision::default() }
}

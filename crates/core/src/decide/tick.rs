//! Schedules.

use std::sync::Arc;

use super::{Decision, cancel, launch};
use crate::{
    command::{Answer, Refusal, RefusalCode, Request},
    cron::CronSchedule,
    effect::Effect,
    graph::Snapshot,
    id::{DeploymentId, RunId, Seq},
    manifest::{CatchUp, Overlap, ScheduleDef, Switch},
    record::{RunState, ScheduleRecord, TickOutcome, TickRecord, Trigger},
    time::Timestamp,
    world::{Bound, World},
};

/// The most ticks that one decision looks at; after a longer outage the next decision goes on from there.
const MOST: usize = 100_000;

/// States for schedules that are deployed for the first time. They begin now, so that nothing past fires (R05).
pub(super) fn first_seen(world: &World, deployment: DeploymentId, snapshot: &Snapshot, now: Timestamp) -> Vec<Effect> {
    snapshot
        .manifest()
        .schedules
        .iter()
        .filter_map(|schedule| {
            let known = world.schedules.get(&(deployment, schedule.name.clone()));
            // What was removed, or written anew, does not fire for the time before this deploy either.
            let changed = known.is_some_and(|_| {
                declared(world, deployment, &schedule.name).is_none_or(|(_, old, _)| times(&old) != times(schedule))
            });
            match known {
                None => Some(moved(deployment, &schedule.name, schedule.default, now)),
                Some(known) if changed => {
                    Some(moved(deployment, &schedule.name, known.record.switch, now.max(known.record.watermark)))
                }
                Some(_) => None,
            }
        })
        .collect()
}

fn times(schedule: &ScheduleDef) -> (&[String], &str) {
    (&schedule.crons, &schedule.zone)
}

fn moved(deployment: DeploymentId, name: &str, switch: Switch, watermark: Timestamp) -> Effect {
    Effect::ScheduleMoved(ScheduleRecord { deployment, name: name.to_owned(), switch, watermark })
}

/// A live schedule: where it is declared, and its times.
fn declared(
    world: &World,
    deployment: DeploymentId,
    name: &str,
) -> Option<(Arc<Bound>, ScheduleDef, Vec<CronSchedule>)> {
    world.live(deployment).find_map(|bound| {
        let (definition, crons) = bound.snapshot.find_schedule(name)?;
        Some((Arc::clone(bound), definition.clone(), crons.to_vec()))
    })
}

pub(super) fn switch(world: &World, request: &Request, name: &str, switch: Switch, now: Timestamp) -> Decision {
    let deployment = request.deployment;
    let known = world.schedules.get(&(deployment, name.to_owned()));
    let (Some(known), Some(_)) = (known, declared(world, deployment, name)) else {
        return Decision::refused(Refusal::new(RefusalCode::NotFound, format!("no schedule is named `{name}`")));
    };
    if known.record.switch == switch {
        return Decision::answered(Answer::Done, Vec::new());
    }
    // Ticks from while it was off stay off.
    let watermark = now.max(known.record.watermark);
    Decision::answered(Answer::Done, vec![moved(deployment, name, switch, watermark)])
}

/// A schedule may be due: every tick up to now is run or recorded as skipped, with the reason (R04).
pub(super) fn due(world: &World, deployment: DeploymentId, name: &str, now: Timestamp) -> Decision {
    let Some(schedule) = world.schedules.get(&(deployment, name.to_owned())) else {
        return Decision::nothing();
    };
    let Some((bound, definition, crons)) = declared(world, deployment, name) else {
        return Decision::nothing();
    };
    if schedule.record.switch != Switch::On {
        return Decision::nothing();
    }
    let ticks = due_ticks(&crons, schedule.record.watermark, now);
    let Some(&last) = ticks.last() else {
        return Decision::nothing();
    };
    let launched = chosen(&definition.catch_up, ticks.len(), last.plus(world.settings.tick_tolerance) >= now);
    let (skipped, run) = ticks.split_at(ticks.len() - launched);
    let mut decision = Decision::nothing();
    if let (Some(&first), Some(&until)) = (skipped.first(), skipped.last()) {
        let mut tick = tick(deployment, name, first, now, TickOutcome::Skipped);
        tick.through_at = until;
        tick.count = skipped.len() as u64;
        tick.reason = Some("missed: it was due while no server ran, and the catch-up policy leaves it out".into());
        decision.effects.push(Effect::Ticked(tick));
    }
    let mut busy: Vec<RunId> = schedule.runs.iter().copied().collect();
    let firing = Firing { world, deployment, bound: &bound, definition: &definition, now };
    for &due_at in run {
        fire(&firing, due_at, &mut busy, &mut decision);
    }
    decision.effects.push(moved(deployment, name, Switch::On, last));
    decision
}

/// Due ticks after the watermark, oldest first.
fn due_ticks(crons: &[CronSchedule], watermark: Timestamp, now: Timestamp) -> Vec<Timestamp> {
    let mut ticks: Vec<Timestamp> = crons.iter().flat_map(|cron| cron.between(watermark, now, MOST)).collect();
    ticks.sort_unstable();
    ticks.dedup();
    ticks.truncate(MOST);
    ticks
}

/// How many of the due ticks run, counted from the newest.
fn chosen(policy: &CatchUp, due: usize, on_time: bool) -> usize {
    match policy {
        CatchUp::Skip => usize::from(on_time),
        CatchUp::Latest => 1,
        CatchUp::All { max } => due.min((*max).max(1) as usize),
    }
}

fn tick(
    deployment: DeploymentId,
    schedule: &str,
    due_at: Timestamp,
    now: Timestamp,
    outcome: TickOutcome,
) -> TickRecord {
    TickRecord {
        seq: Seq(0),
        deployment,
        schedule: schedule.to_owned(),
        due_at,
        through_at: due_at,
        count: 1,
        at: now,
        outcome,
        run: None,
        reason: None,
    }
}

/// What the ticks of one decision have in common.
struct Firing<'a> {
    world: &'a World,
    deployment: DeploymentId,
    bound: &'a Arc<Bound>,
    definition: &'a ScheduleDef,
    now: Timestamp,
}

/// One tick: launches a run, or says why not.
fn fire(firing: &Firing<'_>, due_at: Timestamp, busy: &mut Vec<RunId>, decision: &mut Decision) {
    let Firing { world, deployment, bound, definition, now } = *firing;
    let mut record = tick(deployment, &definition.name, due_at, now, TickOutcome::Launched);
    let waiting =
        busy.iter().filter(|id| world.runs.get(id).is_none_or(|run| run.record.state == RunState::Queued)).count();
    let overlap = match definition.overlap {
        Overlap::Skip if !busy.is_empty() => Some("the run of an earlier tick has not ended"),
        Overlap::QueueOne if waiting > 0 => Some("the run of an earlier tick is waiting already"),
        _ => None,
    };
    let planned = launch::plan_in(bound, &definition.selection);
    match (overlap, planned) {
        (Some(reason), _) => {
            record.outcome = TickOutcome::Skipped;
            record.reason = Some(reason.to_owned());
        }
        (None, Ok(chosen)) if !chosen.plan.steps.is_empty() => {
            if definition.overlap == Overlap::CancelPrevious {
                let by = format!("the next tick of schedule {} is due", definition.name);
                for id in busy.drain(..) {
                    let Some(previous) = world.runs.get(&id) else {
                        // A tick of this very decision.
                        decision.effects.push(Effect::RunEnded {
                            run: id,
                            state: RunState::Canceled,
                            reason: Some(by.clone()),
                        });
                        continue;
                    };
                    let stopped = cancel::stop(previous, &by);
                    decision.effects.extend(stopped.effects);
                    decision.stops.extend(stopped.stops);
                }
            }
            let id = tick_run(deployment, &definition.name, due_at);
            let mut tags = chosen.tags;
            tags.extend(definition.tags.clone());
            let draft = launch::Draft {
                id,
                trigger: Trigger::Schedule { name: definition.name.clone(), due_at },
                selection: definition.selection.clone(),
                partition: String::new(),
                tags,
                config: definition.config.clone(),
                priority: if definition.priority == 0 { chosen.priority } else { definition.priority },
                timeout: definition.timeout.or(chosen.timeout),
                root: id,
            };
            decision.effects.push(launch::created(deployment, draft, bound, &chosen.plan, now));
            record.run = Some(id);
            busy.push(id);
        }
        (None, nothing) => {
            record.outcome = TickOutcome::Failed;
            record.reason =
                Some(nothing.err().unwrap_or_else(|| "the selection names nothing that can be materialized".into()));
        }
    }
    decision.effects.push(Effect::Ticked(record));
}

/// The id of a tick's run follows from the tick, so that one tick can never make two runs (R01).
fn tick_run(deployment: DeploymentId, schedule: &str, due_at: Timestamp) -> RunId {
    let mut hasher = blake3::Hasher::new();
    hasher.update(&deployment.0.to_le_bytes());
    hasher.update(schedule.as_bytes());
    hasher.update(&due_at.as_micros().to_le_bytes());
    let mut bytes = [0; 10];
    hasher.finalize_xof().fill(&mut bytes);
    let millis = u64::try_from(due_at.as_micros() / 1_000).unwrap_or(0);
    RunId(uuid::Builder::from_unix_timestamp_millis(millis, &bytes).into_uuid())
}

//! Deadlines.

use super::{Decision, alerts, cancel, report, tick, worker};
use crate::{
    lease::{Stop, StopReason},
    record::{RunState, StepState},
    report::AttemptRef,
    time::Timestamp,
    world::{Timer, World},
};

/// How the reason of a run that took too long begins.
const TIME_OUT: &str = "the run took longer than ";

/// Whether a run was stopped because it took too long.
pub(super) fn is_time_out(reason: &str) -> bool {
    reason.starts_with(TIME_OUT)
}

pub(super) fn fired(world: &World, timer: &Timer, now: Timestamp) -> Decision {
    match timer {
        Timer::Worker(id) => match world.workers.get(id) {
            Some(silent) if silent.session.expires_at <= now => worker::lost(world, *id, now),
            _ => Decision::nothing(),
        },
        Timer::Run(id) => match world.runs.get(id) {
            Some(run)
                if run.record.state == RunState::Running && run.deadline().is_some_and(|deadline| deadline <= now) =>
            {
                let limit = run.record.timeout.map(|timeout| timeout.to_string()).unwrap_or_default();
                cancel::stop(run, &format!("{TIME_OUT}{limit}"))
            }
            _ => Decision::nothing(),
        },
        Timer::Step(id, at, attempt) => match world.runs.get(id) {
            Some(run)
                if run
                    .steps
                    .get(at.index())
                    .is_some_and(|s| s.state == StepState::Running && s.attempt == *attempt) =>
            {
                let step = &run.steps[at.index()];
                let held = step.worker.zip(step.token);
                let stop = held.map(|(worker, token)| {
                    let at = AttemptRef { run: *id, step: *at, attempt: *attempt, token };
                    (worker, Stop { at, why: StopReason::Fenced })
                });
                Decision {
                    effects: report::overdue(run, *at, now),
                    stops: stop.into_iter().collect(),
                    ..Decision::default()
                }
            }
            _ => Decision::nothing(),
        },
        Timer::Schedule(deployment, name) => tick::due(world, *deployment, name, now),
        Timer::Start(id) => alerts::not_started(world, *id, now),
        Timer::Long(id) => alerts::long(world, *id, now),
        Timer::Late(asset) => alerts::late(world, *asset, now),
        // The wait of a retry ends by itself: the step is in its queue again.
        Timer::Retry(..) => Decision::nothing(),
    }
}

//! Stopping runs.

use super::{Decision, settle};
use crate::{
    command::{Answer, Refusal, RefusalCode, Request},
    effect::Effect,
    id::{RunId, StepNo},
    lease::{Stop, StopReason},
    record::{RunState, StepState},
    report::AttemptRef,
    world::{Run, World},
};

pub(super) fn cancel(world: &World, request: &Request, id: RunId) -> Decision {
    let Some(run) = world.runs.get(&id) else {
        return Decision::refused(Refusal::new(RefusalCode::NotFound, format!("run {id} does not exist or has ended")));
    };
    if run.record.deployment != request.deployment {
        return Decision::refused(Refusal::new(
            RefusalCode::NotFound,
            format!("run {id} does not exist in this deployment"),
        ));
    }
    let mut decision = stop(run, &format!("cancelled by {}", request.principal));
    let state = decision.effects.iter().rev().find_map(|effect| match effect {
        Effect::RunEnded { state, .. } => Some(*state),
        _ => None,
    });
    decision.answer = Some(Ok(Answer::Canceled { state: state.unwrap_or(RunState::Canceling) }));
    decision
}

/// Stops a run: what waits never starts, what runs is told to stop. A run without attempts ends at once.
pub(super) fn stop(run: &Run, by: &str) -> Decision {
    let id = run.record.id;
    let mut decision = Decision::nothing();
    match run.record.state {
        RunState::Queued => {
            decision.effects.push(Effect::RunEnded { run: id, state: RunState::Canceled, reason: Some(by.to_owned()) });
            return decision;
        }
        RunState::Canceling => return decision,
        _ => {}
    }
    decision.effects.push(Effect::RunCanceling { run: id, by: by.to_owned() });
    for (number, step) in run.steps.iter().enumerate() {
        let at = StepNo(number as u32);
        match (step.state, step.worker, step.token) {
            (StepState::Running, Some(worker), Some(token)) => {
                let at = AttemptRef { run: id, step: at, attempt: step.attempt, token };
                decision.stops.push((worker, Stop { at, why: StopReason::Canceled }));
            }
            (StepState::RetryWait, ..) => {
                decision.effects.push(settle::ended(run, at, StepState::Canceled, Some(by.to_owned())));
            }
            _ => {}
        }
    }
    if run.running == 0 {
        let state = if super::timer::is_time_out(by) { RunState::Failed } else { RunState::Canceled };
        decision.effects.push(Effect::RunEnded { run: id, state, reason: Some(by.to_owned()) });
    }
    decision
}

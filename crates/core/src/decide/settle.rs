//! What the end of a step means for the rest of its run.

use std::collections::BTreeMap;

use crate::{
    effect::Effect,
    id::StepNo,
    key::AssetKey,
    record::{RunState, StepState},
    world::Run,
};

/// How a cause ends when the step was skipped because its upstream chose not to make an asset.
const ON_PURPOSE: &str = "was not produced";

/// Whether a skipped step's cause is that an upstream step chose not to make an asset; that is no failure.
pub fn skipped_on_purpose(cause: &str) -> bool {
    cause.ends_with(ON_PURPOSE)
}

/// Whether a step that ended like this keeps its run from having done everything.
pub(crate) fn falls_short(state: StepState, cause: Option<&str>) -> bool {
    match state {
        StepState::Failed | StepState::Canceled => true,
        StepState::Skipped => !cause.is_some_and(skipped_on_purpose),
        // A step that did its work has a cause only where a blocking check refuses what it made.
        StepState::Succeeded => cause.is_some(),
        StepState::Pending | StepState::Running | StepState::RetryWait => false,
    }
}

/// The cause of steps that are skipped since an asset was not made on purpose.
pub(super) fn not_produced(asset: &str) -> String {
    format!("{asset} {ON_PURPOSE}")
}

/// The cause of steps that are skipped since a step failed.
pub(super) fn step_failed(step: &str) -> String {
    format!("{step} failed")
}

/// The cause of steps that are skipped since a check blocks, and of the succeeded step whose check that is.
pub(super) fn check_failed(check: &str, asset: &str) -> String {
    format!("check {check} on {asset} failed")
}

/// The check of such a cause, with its asset; `find` says whether there is an asset of that key.
pub(super) fn failed_check<T>(cause: &str, find: impl Fn(&str) -> Option<T>) -> Option<(String, AssetKey)> {
    let said = cause.strip_prefix("check ")?.strip_suffix(" failed")?;
    let (check, asset) = said.rsplit_once(" on ").filter(|(_, asset)| find(asset).is_some())?;
    Some((check.to_owned(), asset.parse().ok()?))
}

/// Skips steps and everything that waits for them, each with the cause of the first.
///
/// `skipped` grows by the steps that are skipped here, so that no step is skipped twice in one decision.
pub(super) fn skip_from(run: &Run, first: &[(StepNo, String)], skipped: &mut BTreeMap<StepNo, String>) -> Vec<Effect> {
    let mut queue: Vec<(StepNo, String)> = first.to_vec();
    queue.reverse();
    let mut found = BTreeMap::new();
    while let Some((step, cause)) = queue.pop() {
        let pending = run.steps.get(step.index()).is_some_and(|step| step.state == StepState::Pending);
        if !pending || skipped.contains_key(&step) || found.contains_key(&step) {
            continue;
        }
        for &next in run.downstream[step.index()].iter().rev() {
            queue.push((next, cause.clone()));
        }
        found.insert(step, cause);
    }
    let effects =
        found.iter().map(|(&step, cause)| ended(run, step, StepState::Skipped, Some(cause.clone()))).collect();
    skipped.extend(found);
    effects
}

/// The end of a step that has no attempt in progress.
pub(super) fn ended(run: &Run, step: StepNo, state: StepState, cause: Option<String>) -> Effect {
    let of = &run.steps[step.index()];
    Effect::StepEnded {
        run: run.record.id,
        step,
        attempt: of.attempt,
        state,
        started_at: None,
        failure: None,
        failures: of.failures,
        losses: of.losses,
        cause,
    }
}

/// The end of the run, where the effects so far leave nothing to do.
pub(super) fn finish(run: &Run, effects: &[Effect]) -> Option<Effect> {
    let id = run.record.id;
    let (mut open, mut running, mut failed) = (run.open, run.running, run.failed);
    let was_running = |step: &StepNo| run.steps.get(step.index()).is_some_and(|step| step.state == StepState::Running);
    for effect in effects {
        match effect {
            Effect::StepEnded { run, step, state, cause, .. } if *run == id => {
                open = open.saturating_sub(1);
                running = running.saturating_sub(u32::from(was_running(step)));
                failed |= falls_short(*state, cause.as_deref());
            }
            Effect::StepRetried { run, step, .. } if *run == id => {
                running = running.saturating_sub(u32::from(was_running(step)));
            }
            _ => {}
        }
    }
    let stopping = run.is_stopping();
    if open > 0 && !(stopping && running == 0) {
        return None;
    }
    let timed_out = stopping && run.record.reason.as_deref().is_some_and(super::timer::is_time_out);
    let state = match (open, failed) {
        // A run that did everything in spite of being stopped has succeeded: what was committed first wins.
        (0, false) => RunState::Succeeded,
        _ if timed_out => RunState::Failed,
        _ if stopping => RunState::Canceled,
        _ => RunState::Failed,
    };
    let reason = if stopping && state != RunState::Succeeded { run.record.reason.clone() } else { None };
    Some(Effect::RunEnded { run: id, state, reason })
}

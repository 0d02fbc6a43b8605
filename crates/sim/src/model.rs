//! What must have come of a run, read from its plan and from what its workers said: a plain scan over its steps.

use std::collections::BTreeSet;

use headwater_core::{
    graph::Snapshot,
    manifest::Severity,
    record::{RunState, StepState},
};

use crate::ledger::{Ledger, Said, SeenRun};

/// Compares every ended run with what the design says.
///
/// # Errors
/// The first difference.
pub fn compare(ledger: &Ledger, max_losses: u32) -> Result<(), String> {
    ledger.runs.values().filter(|run| run.state.is_final()).try_for_each(|run| compare_run(ledger, run, max_losses))
}

fn compare_run(ledger: &Ledger, run: &SeenRun, max_losses: u32) -> Result<(), String> {
    let id = run.record.id;
    let mut missing: BTreeSet<u32> = BTreeSet::new();
    let mut blocked: BTreeSet<u32> = BTreeSet::new();
    let (mut failed, mut unclear) = (false, false);
    for (number, step) in run.steps.iter().enumerate() {
        let plan = &run.plan.steps[number];
        let definition = run.snapshot.step(plan.step);
        let wants = expected(run, number, &missing, &blocked);
        let said = step.proof.and_then(|at| ledger.said.get(&at));
        if let Some(Said::Succeeded { without, checks_failed }) = said {
            missing.extend(
                plan.assets.iter().filter(|&&a| without.iter().any(|w| w == run.snapshot.asset(a).key.as_str())),
            );
            if *checks_failed {
                let refused: Vec<u32> = plan.checks.iter().filter_map(|&check| blocks(&run.snapshot, check)).collect();
                // A check of the step's own asset says nothing where that asset was left out.
                failed |= refused.iter().any(|asset| !(plan.assets.contains(asset) && missing.contains(asset)));
                blocked.extend(refused);
            }
        }
        match (step.state, &wants) {
            (StepState::Succeeded | StepState::Failed, Wants::ToRun) => {}
            (StepState::Skipped, Wants::Nothing { on_purpose, unclear: which }) => {
                failed |= !on_purpose;
                unclear |= which;
            }
            // Of a run that was stopped, some steps were never looked at.
            (StepState::Pending | StepState::Canceled | StepState::Skipped, _) if run.stopped => {}
            (state, wants) => {
                return Err(format!("{} of run {id} is {state}, and the model says {wants:?}", step.name));
            }
        }
        if step.state == StepState::Failed {
            failed = true;
            let spent = step.failures > definition.retry.max_retries || step.losses > max_losses;
            let for_good = step.failures > 0;
            if !(spent || for_good) {
                return Err(format!(
                    "{} of run {id} failed with {} failures and {} losses",
                    step.name, step.failures, step.losses
                ));
            }
        }
        if step.failures > definition.retry.max_retries + 1 || step.losses > max_losses + 1 {
            return Err(format!(
                "{} of run {id} was repeated too often: {} failures, {} losses",
                step.name, step.failures, step.losses
            ));
        }
    }
    if run.stopped || unclear {
        return Ok(());
    }
    let state = if failed { RunState::Failed } else { RunState::Succeeded };
    if run.state == state { Ok(()) } else { Err(format!("run {id} is {}, and the model says {state}", run.state)) }
}

/// What should have come of a step.
#[derive(Debug)]
enum Wants {
    /// It runs, and succeeds or fails.
    ToRun,
    /// It is skipped; on purpose where an asset was left out and nothing failed.
    Nothing {
        /// Whether that is no failure.
        on_purpose: bool,
        /// Whether that depends on which of two causes came first.
        unclear: bool,
    },
}

fn expected(run: &SeenRun, number: usize, missing: &BTreeSet<u32>, blocked: &BTreeSet<u32>) -> Wants {
    let plan = &run.plan.steps[number];
    let upstream = plan.upstream.iter().map(|at| &run.steps[at.index()]);
    let broken = upstream.clone().any(|step| step.state != StepState::Succeeded);
    let consumed: Vec<u32> = plan.assets.iter().flat_map(|&asset| run.snapshot.upstream_of(asset)).copied().collect();
    let planned = |asset: &u32| run.plan.steps.iter().any(|step| step.assets.contains(asset));
    let held_back = consumed.iter().filter(|asset| planned(asset)).any(|asset| blocked.contains(asset));
    let checked =
        plan.checks.iter().filter_map(|&check| run.snapshot.find_asset(run.snapshot.check(check).asset.as_str()));
    let own = |asset: &u32| plan.assets.contains(asset);
    let without =
        consumed.iter().copied().chain(checked).filter(|asset| !own(asset)).any(|asset| missing.contains(&asset));
    if !broken && !held_back && !without {
        return Wants::ToRun;
    }
    // Which of several causes came first is a matter of time; it decides only whether a lone skip was on purpose.
    let failures = plan.upstream.iter().any(|at| {
        let step = &run.steps[at.index()];
        step.state == StepState::Failed
            || (step.state == StepState::Skipped && !is_on_purpose(run, at.index(), missing, blocked))
    });
    let skipped = upstream.clone().any(|step| step.state == StepState::Skipped);
    Wants::Nothing { on_purpose: !held_back && !failures, unclear: held_back && (without || skipped) }
}

fn is_on_purpose(run: &SeenRun, number: usize, missing: &BTreeSet<u32>, blocked: &BTreeSet<u32>) -> bool {
    matches!(expected(run, number, missing, blocked), Wants::Nothing { on_purpose: true, .. })
}

/// The asset that a failed check holds back.
fn blocks(snapshot: &Snapshot, check: u32) -> Option<u32> {
    let definition = snapshot.check(check);
    let holds = definition.blocking && definition.severity == Severity::Error;
    holds.then(|| snapshot.find_asset(definition.asset.as_str())).flatten()
}

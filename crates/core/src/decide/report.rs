//! Attempts that end.

use std::collections::{BTreeMap, BTreeSet};

use super::{Decision, settle};
use crate::{
    command::{Answer, Refusal, RefusalCode, Request},
    effect::Effect,
    id::{AssetId, Seq, StepNo, WorkerId},
    lease::{Stop, StopReason},
    manifest::{AssetRole, ErrorClass, Severity},
    record::{AttemptEnd, CheckRecord, StepState, VersionKind, VersionRecord},
    report::{
        AttemptRef, CheckOutcome, InputVersion, Materialized, Outcome, Report, RetryHint, StepFailure, StepOutput,
    },
    time::Timestamp,
    world::{Run, World},
};

/// Whether a worker holds exactly this attempt.
pub(super) fn holds(world: &World, worker: WorkerId, at: &AttemptRef) -> bool {
    let step = world.runs.get(&at.run).and_then(|run| run.steps.get(at.step.index()));
    step.is_some_and(|step| {
        step.state == StepState::Running
            && step.attempt == at.attempt
            && step.token == Some(at.token)
            && step.worker == Some(worker)
    })
}

/// A worker reports the end of an attempt. Without the lease it records nothing (R14).
pub(super) fn ended(world: &World, worker: WorkerId, report: &Report, now: Timestamp) -> Decision {
    if !holds(world, worker, &report.at) {
        let stop = Stop { at: report.at, why: StopReason::Fenced };
        return Decision { stops: vec![(worker, stop)], ..Decision::default() };
    }
    let Some(run) = world.runs.get(&report.at.run) else {
        return Decision::nothing();
    };
    let mut effects = match &report.outcome {
        Outcome::Succeeded(output) => match misfit(run, report.at.step, output) {
            None => succeeded(world, run, report, output, now),
            Some(why) => failed(run, report, StepFailure::new(ErrorClass::PROTOCOL, why), now),
        },
        Outcome::Failed(failure) => failed(run, report, failure.clone().bounded(), now),
        Outcome::Canceled if run.is_stopping() => {
            vec![end_of(
                run,
                report,
                StepState::Canceled,
                None,
                run.steps[report.at.step.index()].failures,
                run.record.reason.clone(),
            )]
        }
        // Nobody asked for it, so that the step still has to be done.
        Outcome::Canceled | Outcome::HandedBack => again(run, report.at.step, AttemptEnd::HandedBack, now),
    };
    effects.extend(settle::finish(run, &effects));
    Decision { effects, ..Decision::default() }
}

/// What is wrong with a result: it names something that the step was not asked for.
fn misfit(run: &Run, step: StepNo, output: &StepOutput) -> Option<String> {
    let snapshot = &run.bound.snapshot;
    let plan = &run.plan.steps[step.index()];
    let mut seen = BTreeSet::new();
    for (version, observed) in output
        .materialized
        .iter()
        .map(|version| (version, false))
        .chain(output.observed.iter().map(|version| (version, true)))
    {
        let asset = snapshot.find_asset(version.asset.as_str()).filter(|asset| plan.assets.contains(asset));
        let Some(asset) = asset else {
            return Some(format!("the step reported asset {}, which it was not asked to make", version.asset));
        };
        if matches!(snapshot.asset(asset).role, AssetRole::Observed { .. }) != observed {
            return Some(format!(
                "the step reported asset {} as made where it is observed, or the other way round",
                version.asset
            ));
        }
        if !seen.insert((asset, &version.partition)) {
            return Some(format!("the step reported asset {} twice", version.asset));
        }
    }
    let mut seen = BTreeSet::new();
    for check in &output.checks {
        if snapshot.find_check(&check.asset, &check.check).is_none_or(|number| !plan.checks.contains(&number)) {
            return Some(format!(
                "the step reported check {} on {}, which it was not asked to evaluate",
                check.check, check.asset
            ));
        }
        if !seen.insert((&check.asset, &check.check)) {
            return Some(format!("the step reported check {} on {} twice", check.check, check.asset));
        }
    }
    None
}

fn succeeded(world: &World, run: &Run, report: &Report, output: &StepOutput, now: Timestamp) -> Vec<Effect> {
    let snapshot = &run.bound.snapshot;
    let plan = &run.plan.steps[report.at.step.index()];
    let mut effects = Vec::with_capacity(output.materialized.len() + output.checks.len() + 1);
    let mut made = BTreeSet::new();
    for (versions, kind) in
        [(&output.materialized, VersionKind::Materialized), (&output.observed, VersionKind::Observed)]
    {
        for version in versions {
            let Some(asset) = snapshot.find_asset(version.asset.as_str()) else {
                continue;
            };
            made.insert(asset);
            effects.push(version_of(run, report, asset, version, kind, now));
        }
    }
    let mut bad: BTreeMap<u32, String> = BTreeMap::new();
    for &asset in plan.assets.iter().filter(|asset| !made.contains(asset)) {
        bad.insert(asset, settle::not_produced(snapshot.asset(asset).key.as_str()));
    }
    // The step did its work, and what it made is recorded; that a check refuses it is told beside, and fails the run.
    let mut refused = None;
    for &check in &plan.checks {
        let (effect, blocks) = check_of(world, run, report, check, output, &made, now);
        if let Some((asset, cause)) = blocks {
            refused.get_or_insert_with(|| cause.clone());
            bad.insert(asset, cause);
        }
        effects.extend(effect);
    }
    let failures = run.steps[report.at.step.index()].failures;
    effects.push(end_of(run, report, StepState::Succeeded, None, failures, refused));
    let held_back: Vec<(StepNo, String)> = run.downstream[report.at.step.index()]
        .iter()
        .filter_map(|&next| Some((next, held_back_by(run, next, &bad)?)))
        .collect();
    effects.extend(settle::skip_from(run, &held_back, &mut BTreeMap::new()));
    effects
}

/// Why a step cannot use what its upstream made; none where it can.
fn held_back_by(run: &Run, step: StepNo, bad: &BTreeMap<u32, String>) -> Option<String> {
    if bad.is_empty() {
        return None;
    }
    let snapshot = &run.bound.snapshot;
    let plan = &run.plan.steps[step.index()];
    let consumed = plan.assets.iter().flat_map(|&asset| snapshot.upstream_of(asset)).find_map(|dep| bad.get(dep));
    // A step that only checks an asset has nothing to check where the asset was not made; a failed check of the same
    // asset does not keep the others from being evaluated.
    let checked = || {
        plan.checks
            .iter()
            .filter_map(|&check| snapshot.find_asset(snapshot.check(check).asset.as_str()))
            .find_map(|asset| bad.get(&asset).filter(|cause| settle::skipped_on_purpose(cause)))
    };
    consumed.or_else(checked).cloned()
}

fn version_of(
    run: &Run,
    report: &Report,
    asset: u32,
    version: &Materialized,
    kind: VersionKind,
    now: Timestamp,
) -> Effect {
    let definition = run.bound.snapshot.asset(asset);
    let inputs: Vec<InputVersion> = inputs_of(run, asset, &report.inputs);
    let data_version = version
        .version
        .clone()
        .unwrap_or_else(|| derived_version(definition.code_version.as_deref(), &inputs, &report.at));
    Effect::VersionRecorded(Box::new(VersionRecord {
        seq: Seq(0),
        asset: run.bound.ids[asset as usize],
        partition: version.partition.clone(),
        kind,
        run: Some(run.record.id),
        step: Some(report.at.step),
        attempt: Some(report.at.attempt),
        at: now,
        duration: Some(report.ended_at.since(report.started_at)),
        version: data_version,
        code_version: definition.code_version.clone(),
        inputs,
        metadata: version.metadata.clone(),
        cursor: version.cursor.clone(),
    }))
}

/// Of what the step was given, what this asset is made from.
fn inputs_of(run: &Run, asset: u32, given: &[InputVersion]) -> Vec<InputVersion> {
    let snapshot = &run.bound.snapshot;
    let deps = snapshot.upstream_of(asset);
    given
        .iter()
        .filter(|input| snapshot.find_asset(input.asset.as_str()).is_some_and(|input| deps.contains(&input)))
        .cloned()
        .collect()
}

/// The data version of an asset whose step does not name one.
///
/// With a code version it follows from code and inputs, so that the same code on the same inputs gives the same
/// version. Without, nothing is known about the code and every attempt gives a new one.
fn derived_version(code: Option<&str>, inputs: &[InputVersion], at: &AttemptRef) -> String {
    let mut hasher = blake3::Hasher::new();
    match code {
        Some(code) => {
            hasher.update(code.as_bytes());
            for input in inputs {
                hasher.update(b"\0");
                hasher.update(input.asset.as_str().as_bytes());
                hasher.update(b"\0");
                hasher.update(input.version.as_deref().unwrap_or("").as_bytes());
            }
        }
        None => {
            hasher.update(at.run.0.as_bytes());
            hasher.update(&at.step.0.to_le_bytes());
            hasher.update(&at.attempt.0.to_le_bytes());
        }
    }
    hasher.finalize().to_hex().as_str()[..16].to_owned()
}

type Blocks = Option<(u32, String)>;

/// The record of a planned check and whether it holds back what is downstream. A check that the step says nothing
/// about has failed: success needs proof (D9).
fn check_of(
    world: &World,
    run: &Run,
    report: &Report,
    number: u32,
    output: &StepOutput,
    made: &BTreeSet<u32>,
    now: Timestamp,
) -> (Option<Effect>, Blocks) {
    let definition = run.bound.snapshot.check(number);
    let Some(asset) = run.bound.snapshot.find_asset(definition.asset.as_str()) else {
        return (None, None);
    };
    let own = run.plan.steps[report.at.step.index()].assets.contains(&asset);
    if own && !made.contains(&asset) {
        return (None, None);
    }
    let said = output.checks.iter().find(|check| check.asset == definition.asset && check.check == definition.name);
    let silent = CheckOutcome {
        asset: definition.asset.clone(),
        check: definition.name.clone(),
        partition: String::new(),
        passed: false,
        severity: definition.severity,
        description: "the step did not evaluate it".into(),
        metadata: BTreeMap::new(),
    };
    let outcome = said.unwrap_or(&silent);
    let id = run.bound.ids[asset as usize];
    // Of a version that this very report brings, the number is not known yet; it is set where effects get theirs.
    let version_seq = if own { None } else { latest(world, id, &outcome.partition) };
    let blocks = !outcome.passed && definition.blocking && outcome.severity == Severity::Error;
    let record = CheckRecord {
        seq: Seq(0),
        asset: id,
        check: definition.name.clone(),
        partition: outcome.partition.clone(),
        run: Some(run.record.id),
        step: Some(report.at.step),
        at: now,
        version_seq,
        passed: outcome.passed,
        blocking: definition.blocking,
        severity: outcome.severity,
        description: outcome.description.clone(),
        metadata: outcome.metadata.clone(),
    };
    let cause = blocks.then(|| (asset, settle::check_failed(&definition.name, definition.asset.as_str())));
    (Some(Effect::CheckRecorded(Box::new(record))), cause)
}

fn latest(world: &World, asset: AssetId, partition: &str) -> Option<Seq> {
    Some(world.current.get(&(asset, partition.to_owned()))?.latest.as_ref()?.0)
}

/// An attempt failed: another one follows, or the step and everything that waits for it ends.
fn failed(run: &Run, report: &Report, failure: StepFailure, now: Timestamp) -> Vec<Effect> {
    let at = report.at;
    let step = &run.steps[at.step.index()];
    let policy = &run.bound.snapshot.step(run.plan.steps[at.step.index()].step).retry;
    let failures = step.failures + 1;
    let retries = failure.retry != RetryHint::Never && !run.is_stopping() && policy.allows(&failure.class, failures);
    if !retries {
        let mut effects = vec![end_of(run, report, StepState::Failed, Some(failure), failures, None)];
        effects.extend(doom(run, at.step));
        return effects;
    }
    let wait = match failure.retry {
        RetryHint::After { wait } => wait,
        // The token is as good as a random number, and the same decision draws it again.
        _ => policy.wait(failures, at.token.0),
    };
    vec![Effect::StepRetried {
        run: at.run,
        step: at.step,
        attempt: at.attempt,
        end: AttemptEnd::Failed,
        started_at: Some(report.started_at),
        failure: Some(failure),
        failures,
        losses: step.losses,
        retry_at: now.plus(wait),
    }]
}

/// What follows from a failed step: its assets are not there, and what waits for it is skipped.
fn doom(run: &Run, step: StepNo) -> Vec<Effect> {
    let plan = &run.plan.steps[step.index()];
    let mut effects: Vec<Effect> = plan
        .assets
        .iter()
        .map(|&asset| Effect::AssetFailed {
            asset: run.bound.ids[asset as usize],
            partition: run.record.partition.clone(),
            run: run.record.id,
        })
        .collect();
    let cause = settle::step_failed(&run.bound.snapshot.step(plan.step).name);
    let waiting: Vec<_> = run.downstream[step.index()].iter().map(|&next| (next, cause.clone())).collect();
    effects.extend(settle::skip_from(run, &waiting, &mut BTreeMap::new()));
    effects
}

/// Another attempt at once that costs nothing.
fn again(run: &Run, at: StepNo, end: AttemptEnd, now: Timestamp) -> Vec<Effect> {
    let step = &run.steps[at.index()];
    if run.is_stopping() {
        return vec![settle::ended(run, at, StepState::Canceled, run.record.reason.clone())];
    }
    vec![Effect::StepRetried {
        run: run.record.id,
        step: at,
        attempt: step.attempt,
        end,
        started_at: None,
        failure: None,
        failures: step.failures,
        losses: step.losses,
        retry_at: now,
    }]
}

/// Attempts that ended without their worker saying so.
pub(super) fn gave_up(world: &World, run: &Run, steps: &[StepNo], end: AttemptEnd, now: Timestamp) -> Vec<Effect> {
    let mut effects = Vec::new();
    let mut doomed = Vec::new();
    for &at in steps {
        let step = &run.steps[at.index()];
        let losses = step.losses + u32::from(end == AttemptEnd::Lost);
        if end == AttemptEnd::HandedBack || run.is_stopping() {
            effects.extend(again(run, at, end, now));
        } else if losses > world.settings.max_losses {
            effects.push(lost_for_good(run, at, losses));
            doomed.push(at);
        } else {
            effects.push(Effect::StepRetried {
                run: run.record.id,
                step: at,
                attempt: step.attempt,
                end,
                started_at: None,
                failure: Some(StepFailure::new(ErrorClass::WORKER_LOST, "the worker went silent")),
                failures: step.failures,
                losses,
                retry_at: now,
            });
        }
    }
    let mut seen = BTreeMap::new();
    for at in doomed {
        for effect in doom(run, at) {
            // Two lost steps may hold back the same one.
            let twice = matches!(&effect, Effect::StepEnded { step, .. } if seen.insert(*step, ()).is_some());
            if !twice {
                effects.push(effect);
            }
        }
    }
    effects.extend(settle::finish(run, &effects));
    effects
}

fn lost_for_good(run: &Run, at: StepNo, losses: u32) -> Effect {
    let step = &run.steps[at.index()];
    let message = format!("the step was lost with its worker {losses} times; it may be what ends the worker");
    Effect::StepEnded {
        run: run.record.id,
        step: at,
        attempt: step.attempt,
        state: StepState::Failed,
        started_at: None,
        failure: Some(StepFailure::new(ErrorClass::WORKER_LOST, message)),
        failures: step.failures,
        losses,
        cause: None,
    }
}

/// An attempt that is over its deadline although its worker lives: the worker did not stop it.
pub(super) fn overdue(run: &Run, at: StepNo, now: Timestamp) -> Vec<Effect> {
    let step = &run.steps[at.index()];
    let (Some(token), Some(leased_at)) = (step.token, step.leased_at) else {
        return Vec::new();
    };
    let failure =
        StepFailure::new(ErrorClass::TIMEOUT, "the attempt is over its timeout and its worker did not stop it");
    let report = Report {
        at: AttemptRef { run: run.record.id, step: at, attempt: step.attempt, token },
        started_at: leased_at,
        ended_at: now,
        inputs: Vec::new(),
        outcome: Outcome::Failed(failure.clone()),
    };
    let mut effects = failed(run, &report, failure, now);
    effects.extend(settle::finish(run, &effects));
    effects
}

fn end_of(
    run: &Run,
    report: &Report,
    state: StepState,
    failure: Option<StepFailure>,
    failures: u32,
    cause: Option<String>,
) -> Effect {
    Effect::StepEnded {
        run: report.at.run,
        step: report.at.step,
        attempt: report.at.attempt,
        state,
        started_at: Some(report.started_at),
        failure,
        failures,
        losses: run.steps[report.at.step.index()].losses,
        cause,
    }
}

/// Records a version that no run of ours made.
pub(super) fn from_outside(
    world: &World,
    request: &Request,
    kind: VersionKind,
    version: &Materialized,
    now: Timestamp,
) -> Decision {
    let Some(id) = world.names.get(&(request.deployment, version.asset.clone())).copied() else {
        let message =
            format!("no asset has the key {}; declare it first, as an external asset if others make it", version.asset);
        return Decision::refused(Refusal::new(RefusalCode::NotFound, message));
    };
    let code_version = None;
    let data_version = version.version.clone().unwrap_or_else(|| {
        blake3::hash(format!("{} {} {}", world.term.0, world.last_seq.0, now.as_micros()).as_bytes()).to_hex().as_str()
            [..16]
            .to_owned()
    });
    let record = VersionRecord {
        seq: Seq(0),
        asset: id,
        partition: version.partition.clone(),
        kind,
        run: None,
        step: None,
        attempt: None,
        at: now,
        duration: None,
        version: data_version,
        code_version,
        inputs: Vec::new(),
        metadata: version.metadata.clone(),
        cursor: version.cursor.clone(),
    };
    Decision::answered(Answer::Done, vec![Effect::VersionRecorded(Box::new(record))])
}

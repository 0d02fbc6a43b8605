//! Steps of a run and their attempts.

use std::collections::HashMap;

use axum::{Json, extract::State};
use headwater_api::{Attempt, List, Step};
use headwater_core::{
    graph::Snapshot,
    plan::PlanStep,
    record::{AttemptEnd, StepRecord, StepState},
};

use super::runs::find;
use crate::{
    app::App,
    extract::Here,
    part::{RunOf, RunPath},
    problem::Reply,
};

/// All steps of a run by number, pending ones included.
#[utoipa::path(
    get, path = "/api/v1/deployments/{deployment}/runs/{run}/steps", tag = "runs",
    params(("deployment" = String, Path), RunPath), responses((status = 200, body = List<Step>)),
)]
pub(super) async fn steps(State(app): State<App>, here: Here, RunOf(id): RunOf) -> Reply<List<Step>> {
    let run = find(&app, &here, id).await?;
    let snapshot = app.views.snapshot(&*app.store, &run.snapshot).await?;
    let plan = app.views.plan(&*app.store, id).await?;
    let records = app.store.steps(id).await?;
    let mut records: HashMap<u32, StepRecord> = records.into_iter().map(|record| (record.step.0, record)).collect();
    let shown = |(no, step): (usize, &PlanStep)| shown(no as u32, step, &snapshot, records.remove(&(no as u32)));
    Ok(Json(List::whole(plan.steps.iter().enumerate().map(shown).collect())))
}

fn shown(no: u32, planned: &PlanStep, snapshot: &Snapshot, record: Option<StepRecord>) -> Step {
    let def = snapshot.step(planned.step);
    let check = |&check: &u32| {
        let check = snapshot.check(check);
        format!("{}:{}", check.asset, check.name)
    };
    let mut step = Step {
        no,
        name: def.name.clone(),
        assets: planned.assets.iter().map(|&asset| snapshot.asset(asset).key.clone()).collect(),
        checks: planned.checks.iter().map(check).collect(),
        upstream: planned.upstream.iter().map(|step| step.0).collect(),
        pool: def.pool.clone(),
        state: StepState::Pending,
        attempt: 0,
        failures: 0,
        losses: 0,
        worker: None,
        leased_at: None,
        started_at: None,
        ended_at: None,
        retry_at: None,
        failure: None,
        cause: None,
    };
    if let Some(record) = record {
        step.state = record.state;
        step.attempt = record.attempt.0;
        step.failures = record.failures;
        step.losses = record.losses;
        step.worker = record.worker;
        step.leased_at = record.leased_at.map(Into::into);
        step.started_at = record.started_at.map(Into::into);
        step.ended_at = record.ended_at.map(Into::into);
        step.retry_at = record.retry_at.map(Into::into);
        step.failure = record.failure.map(Into::into);
        step.cause = record.cause;
    }
    step
}

/// All attempts of a run's steps, by step and attempt, those in progress included.
#[utoipa::path(
    get, path = "/api/v1/deployments/{deployment}/runs/{run}/attempts", tag = "runs",
    params(("deployment" = String, Path), RunPath), responses((status = 200, body = List<Attempt>)),
)]
pub(super) async fn attempts(State(app): State<App>, here: Here, RunOf(id): RunOf) -> Reply<List<Attempt>> {
    find(&app, &here, id).await?;
    let earlier = app.store.attempts(id, None).await?;
    let mut all: Vec<Attempt> = earlier
        .into_iter()
        .map(|attempt| Attempt {
            step: attempt.step.0,
            attempt: attempt.attempt.0,
            worker: attempt.worker,
            leased_at: attempt.leased_at.map(Into::into),
            started_at: attempt.started_at.map(Into::into),
            ended_at: Some(attempt.ended_at.into()),
            end: Some(attempt.end),
            failure: attempt.failure.map(Into::into),
        })
        .collect();
    let known: std::collections::HashSet<(u32, u32)> = all.iter().map(|known| (known.step, known.attempt)).collect();
    let current = app.store.steps(id).await?.into_iter().filter_map(current);
    all.extend(current.filter(|attempt| !known.contains(&(attempt.step, attempt.attempt))));
    all.sort_by_key(|attempt| (attempt.step, attempt.attempt));
    Ok(Json(List::whole(all)))
}

/// The attempt that a step's record tells of; none for a step that was never leased.
fn current(step: StepRecord) -> Option<Attempt> {
    let end = match step.state {
        StepState::Succeeded => Some(AttemptEnd::Succeeded),
        StepState::Failed => Some(AttemptEnd::Failed),
        StepState::Canceled => Some(AttemptEnd::Canceled),
        StepState::Running => None,
        StepState::Pending | StepState::RetryWait | StepState::Skipped => return None,
    };
    (step.attempt.0 > 0).then(|| Attempt {
        step: step.step.0,
        attempt: step.attempt.0,
        worker: step.worker,
        leased_at: step.leased_at.map(Into::into),
        started_at: step.started_at.map(Into::into),
        ended_at: step.ended_at.filter(|_| end.is_some()).map(Into::into),
        end,
        failure: step.failure.map(Into::into),
    })
}

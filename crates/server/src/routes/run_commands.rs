//! Starting, stopping and repeating runs.

use std::sync::Arc;

use axum::{Json, extract::State};
use headwater_api::{Commanded, ErrorCode, LaunchRequest, Launched, Problem, Retry, RetryFrom};
use headwater_core::{
    command::{self, Answer, Command, RetryScope, RetrySource},
    graph::Snapshot,
    id::{RunId, StepNo},
    manifest::Severity,
    plan::Plan,
    record::{RunRecord, StepState},
    selection::Selection,
};

use super::runs::find;
use crate::{
    app::App,
    config,
    extract::{Caller, Here, JsonBody},
    ids,
    part::{RunOf, RunPath},
    problem::{Refused, Reply},
};

/// Asks for a run. When it is answered, the run is durable.
#[utoipa::path(
    post, path = "/api/v1/deployments/{deployment}/runs", tag = "runs",
    params(("deployment" = String, Path), ("Idempotency-Key" = Option<String>, Header)),
    request_body = LaunchRequest, responses((status = 200, body = Launched)),
)]
pub(super) async fn launch(
    State(app): State<App>,
    here: Here,
    caller: Caller,
    JsonBody(body): JsonBody<LaunchRequest>,
) -> Reply<Launched> {
    // The leader reads the selection again; here a text that is none is told with the place in it.
    if !body.selection.trim_start().starts_with("job:") {
        Selection::parse(&body.selection).map_err(Problem::from)?;
    }
    config::check(&*app.views.catalog(&*app.store, &here.0).await?, &body)?;
    let launch = command::Launch {
        run: RunId(ids::fresh()),
        selection: body.selection,
        location: body.location,
        partition: body.partition,
        tags: body.tags,
        config: body.config,
        priority: body.priority,
        timeout: body.timeout,
    };
    launched(app.control.command(caller.request(&here, Command::Launch(launch))).await?)
}

pub(super) fn launched(answer: Answer) -> Reply<Launched> {
    match answer {
        Answer::Launched { run, steps, warnings } => Ok(Json(Launched { run, steps, warnings })),
        _ => Err(Refused::new(ErrorCode::Internal, "the leader gave the answer of another command")),
    }
}

/// Stops a run. One that has ended stays as it is.
#[utoipa::path(
    post, path = "/api/v1/deployments/{deployment}/runs/{run}/cancel", tag = "runs",
    params(("deployment" = String, Path), RunPath, ("Idempotency-Key" = Option<String>, Header)),
    responses((status = 200, body = Commanded)),
)]
pub(super) async fn cancel(State(app): State<App>, here: Here, caller: Caller, RunOf(run): RunOf) -> Reply<Commanded> {
    let known = find(&app, &here, run).await?;
    if known.state.is_final() {
        return Ok(Json(Commanded { state: Some(known.state) }));
    }
    let state = match app.control.command(caller.request(&here, Command::Cancel { run })).await? {
        Answer::Canceled { state } => Some(state),
        _ => None,
    };
    Ok(Json(Commanded { state }))
}

/// Runs an ended run again, under its own definitions: all of it, or what did not succeed.
#[utoipa::path(
    post, path = "/api/v1/deployments/{deployment}/runs/{run}/retry", tag = "runs",
    params(("deployment" = String, Path), RunPath, ("Idempotency-Key" = Option<String>, Header)),
    request_body = Retry, responses((status = 200, body = Launched)),
)]
pub(super) async fn retry(
    State(app): State<App>,
    here: Here,
    caller: Caller,
    RunOf(of): RunOf,
    JsonBody(body): JsonBody<Retry>,
) -> Reply<Launched> {
    let run = find(&app, &here, of).await?;
    if !run.state.is_final() {
        let message = format!("run {of} is {}; only a run that has ended can be repeated", run.state);
        return Err(Refused::new(ErrorCode::Conflict, message).hint("cancel it first, or wait for its end"));
    }
    let scope = scope(&app, run, body.scope).await?;
    let retry = command::Retry { run: RunId(ids::fresh()), of, scope };
    launched(app.control.command(caller.request(&here, Command::Retry(retry))).await?)
}

async fn scope(app: &App, run: RunRecord, from: RetryFrom) -> Result<RetryScope, Refused> {
    let id = run.id;
    let snapshot = app.views.snapshot(&*app.store, &run.snapshot).await?;
    let plan = app.views.plan(&*app.store, id).await?;
    let mut done = vec![false; plan.steps.len()];
    for step in app.store.steps(id).await? {
        if let Some(done) = done.get_mut(step.step.index()) {
            *done = step.state == StepState::Succeeded;
        }
    }
    for step in held_back(app, id, &plan, &snapshot).await? {
        done[step] = false;
    }
    let source = RetrySource { run: Arc::new(run), plan, snapshot };
    Ok(match from {
        RetryFrom::All => RetryScope::All(source),
        RetryFrom::FromFailure => {
            let open = done.iter().enumerate().filter(|(_, done)| !**done);
            let steps: Vec<StepNo> = open.map(|(no, _)| StepNo(no as u32)).collect();
            if steps.is_empty() {
                let message = format!("every step of run {id} succeeded; there is no failure to start from");
                return Err(Refused::new(ErrorCode::Conflict, message).hint("repeat all of it instead"));
            }
            RetryScope::FromFailure(source, steps)
        }
    })
}

/// Steps that did their work and whose result was refused: those whose blocking checks failed, and those that made what
/// was checked. To go on behind them would carry data past a check that said no.
async fn held_back(app: &App, run: RunId, plan: &Plan, snapshot: &Snapshot) -> Result<Vec<usize>, Refused> {
    let checks = app.store.run_checks(run).await?;
    let refused = checks.iter().filter(|check| !check.passed && check.blocking && check.severity == Severity::Error);
    let mut steps = Vec::new();
    for (record, step) in refused.filter_map(|check| Some((check, check.step?.index()))) {
        let Some(checked) = plan.steps.get(step) else {
            continue;
        };
        steps.push(step);
        let named =
            checked.checks.iter().map(|&check| snapshot.check(check)).filter(|check| check.name == record.check);
        for asset in named.filter_map(|check| snapshot.find_asset(check.asset.as_str())) {
            steps.extend(plan.steps.iter().position(|step| step.assets.contains(&asset)));
        }
    }
    Ok(steps)
}

//! Runs.

use axum::{Json, extract::State};
use headwater_api::{ErrorCode, List, Run, RunDetail, RunQuery, StepCounts};
use headwater_core::{
    id::RunId,
    record::{RunRecord, RunState, StepState},
};
use headwater_store::{Page, RunFilter};

use crate::{
    app::App,
    cursor,
    extract::{Here, QueryOf},
    part::{RunOf, RunPath},
    problem::{Refused, Reply},
};

const LIST: &str = "runs";
/// How many runs of a chain of retries are named.
const MAX_CHAIN: u32 = 20;

/// A run of this deployment.
pub(super) async fn find(app: &App, here: &Here, id: RunId) -> Result<RunRecord, Refused> {
    let run = app.store.run(id).await?.filter(|run| run.deployment == here.0.id);
    run.ok_or_else(|| Refused::missing("run", id))
}

/// Runs, newest first.
#[utoipa::path(
    get, path = "/api/v1/deployments/{deployment}/runs", tag = "runs",
    params(("deployment" = String, Path), RunQuery), responses((status = 200, body = List<Run>)),
)]
pub(super) async fn runs(State(app): State<App>, here: Here, QueryOf(query): QueryOf<RunQuery>) -> Reply<List<Run>> {
    let page = cursor::page(LIST, query.cursor.as_deref(), query.limit)?;
    let filter = RunFilter {
        states: states(query.state.as_deref())?,
        tag: query.tag.map(|tag| match tag.split_once('=') {
            Some((name, value)) => (name.to_owned(), Some(value.to_owned())),
            None => (tag, None),
        }),
        schedule: query.schedule,
        root: query.root,
        since: query.since.map(|since| since.0),
    };
    let mut found = app.store.runs(here.0.id, &filter, page).await?;
    let next = cursor::cut(LIST, &page, &mut found, |run| run.created_seq);
    Ok(Json(List { items: found.into_iter().map(Run::from).collect(), next }))
}

fn states(text: Option<&str>) -> Result<Vec<RunState>, Refused> {
    let words = text.unwrap_or_default().split(',').map(str::trim).filter(|word| !word.is_empty());
    words
        .map(|word| {
            RunState::parse(word).ok_or_else(|| {
                let known: Vec<_> = RunState::ALL.iter().map(|state| state.as_str()).collect();
                let message = format!("`{}` is not a state of a run", word.escape_debug());
                Refused::new(ErrorCode::InvalidParameter, message).hint(format!("states: {}", known.join(", ")))
            })
        })
        .collect()
}

/// One run.
#[utoipa::path(
    get, path = "/api/v1/deployments/{deployment}/runs/{run}", tag = "runs",
    params(("deployment" = String, Path), RunPath), responses((status = 200, body = RunDetail)),
)]
pub(super) async fn run(State(app): State<App>, here: Here, RunOf(id): RunOf) -> Reply<RunDetail> {
    let run = find(&app, &here, id).await?;
    let mut counts = StepCounts { pending: run.steps, ..StepCounts::default() };
    for step in app.store.steps(id).await? {
        counts.pending = counts.pending.saturating_sub(1);
        *match step.state {
            StepState::Pending => &mut counts.pending,
            StepState::Running => &mut counts.running,
            StepState::RetryWait => &mut counts.retry_wait,
            StepState::Succeeded => &mut counts.succeeded,
            StepState::Failed => &mut counts.failed,
            StepState::Skipped => &mut counts.skipped,
            StepState::Canceled => &mut counts.canceled,
        } += 1;
    }
    let filter = RunFilter { root: Some(run.root), ..RunFilter::default() };
    let mut chain = app.store.runs(here.0.id, &filter, Page { before: None, limit: MAX_CHAIN }).await?;
    if chain.len() < 2 {
        chain.clear();
    }
    let config = run.config.clone();
    Ok(Json(RunDetail { run: run.into(), config, counts, chain: chain.into_iter().map(Run::from).collect() }))
}

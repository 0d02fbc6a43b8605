//! What a run recorded: events, versions, check results.

use axum::{Json, extract::State};
use headwater_api::{CheckResult, ErrorCode, Event, EventQuery, List, Version};
use headwater_core::id::{RunId, Seq};
use headwater_store::EventFilter;

use super::{runs::find, show};
use crate::{
    app::App,
    cursor,
    extract::{Here, QueryOf},
    part::{RunOf, RunPath},
    problem::{Refused, Reply},
};

/// The most versions of one run that are given.
const MAX_VERSIONS: u32 = 20_000;

/// Events of a run, oldest first.
#[utoipa::path(
    get, path = "/api/v1/deployments/{deployment}/runs/{run}/events", tag = "runs",
    params(("deployment" = String, Path), RunPath, EventQuery),
    responses((status = 200, body = List<Event>)),
)]
pub(super) async fn run_events(
    State(app): State<App>,
    here: Here,
    RunOf(run): RunOf,
    QueryOf(query): QueryOf<EventQuery>,
) -> Reply<List<Event>> {
    if query.run.is_some_and(|other| other != run) {
        return Err(Refused::new(ErrorCode::InvalidParameter, "the query names another run than the address"));
    }
    find(&app, &here, run).await?;
    list(&app, &here, &query, Some(run)).await
}

/// A part of the event log. Its cursor is the number of its last event, for `after`.
pub(super) async fn list(app: &App, here: &Here, query: &EventQuery, run: Option<RunId>) -> Reply<List<Event>> {
    let limit = cursor::limit(query.limit)?;
    let after = Seq(query.after.unwrap_or_default());
    let catalog = app.views.catalog(&*app.store, &here.0).await?;
    let found = app.store.events(&EventFilter { after, run, limit }).await?;
    let next = found.last().filter(|_| found.len() == limit as usize).map(|last| last.seq.0.to_string());
    Ok(Json(List { items: found.iter().map(|event| show::event(event, &catalog)).collect(), next }))
}

/// Versions that a run recorded, oldest first.
#[utoipa::path(
    get, path = "/api/v1/deployments/{deployment}/runs/{run}/versions", tag = "runs",
    params(("deployment" = String, Path), RunPath), responses((status = 200, body = List<Version>)),
)]
pub(super) async fn run_versions(State(app): State<App>, here: Here, RunOf(run): RunOf) -> Reply<List<Version>> {
    find(&app, &here, run).await?;
    let catalog = app.views.catalog(&*app.store, &here.0).await?;
    let found = app.store.run_versions(run, MAX_VERSIONS).await?;
    Ok(Json(List::whole(found.into_iter().map(|version| show::version(version, &catalog)).collect())))
}

/// Check results that a run recorded, oldest first.
#[utoipa::path(
    get, path = "/api/v1/deployments/{deployment}/runs/{run}/checks", tag = "runs",
    params(("deployment" = String, Path), RunPath),
    responses((status = 200, body = List<CheckResult>)),
)]
pub(super) async fn run_checks(State(app): State<App>, here: Here, RunOf(run): RunOf) -> Reply<List<CheckResult>> {
    find(&app, &here, run).await?;
    let catalog = app.views.catalog(&*app.store, &here.0).await?;
    let found = app.store.run_checks(run).await?;
    Ok(Json(List::whole(found.into_iter().map(|check| show::check(check, &catalog)).collect())))
}

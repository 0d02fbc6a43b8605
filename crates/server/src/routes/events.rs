//! The event log in parts.

use axum::extract::State;
use headwater_api::{Event, EventQuery, List};

use super::run_records::list;
use crate::{
    app::App,
    extract::{Here, QueryOf},
    problem::Reply,
};

/// Entries of the event log, oldest first; `next` is for `after`.
#[utoipa::path(
    get, path = "/api/v1/deployments/{deployment}/events", tag = "events",
    params(("deployment" = String, Path), EventQuery), responses((status = 200, body = List<Event>)),
)]
pub(super) async fn events(
    State(app): State<App>,
    here: Here,
    QueryOf(query): QueryOf<EventQuery>,
) -> Reply<List<Event>> {
    list(&app, &here, &query, query.run).await
}

//! Ticks of schedules, past and future.

use axum::{Json, extract::State};
use headwater_api::{ErrorCode, List, ListQuery, MAX_LIMIT, Preview, PreviewQuery, Tick};
use headwater_core::plan::Plan;

use super::schedules::{ahead, find, words};
use crate::{
    app::App,
    cursor,
    extract::{Here, PathOf, QueryOf},
    problem::{Refused, Reply},
};

const LIST: &str = "ticks";
const DEFAULT_COUNT: u32 = 10;

/// Ticks of a schedule, newest first, also of one that is no longer declared.
#[utoipa::path(
    get, path = "/api/v1/deployments/{deployment}/schedules/{schedule}/ticks", tag = "schedules",
    params(("deployment" = String, Path), ("schedule" = String, Path), ListQuery),
    responses((status = 200, body = List<Tick>)),
)]
pub(super) async fn ticks(
    State(app): State<App>,
    here: Here,
    PathOf(at): PathOf<(String, String)>,
    QueryOf(query): QueryOf<ListQuery>,
) -> Reply<List<Tick>> {
    let (_, name) = at;
    let page = cursor::page(LIST, query.cursor.as_deref(), query.limit)?;
    let mut found = app.store.ticks(here.0.id, &name, page).await?;
    if found.is_empty() {
        let catalog = app.views.catalog(&*app.store, &here.0).await?;
        find(&catalog, &name)?;
    }
    let next = cursor::cut(LIST, &page, &mut found, |tick| tick.seq);
    Ok(Json(List { items: found.into_iter().map(Tick::from).collect(), next }))
}

/// The next ticks of a schedule, whether or not it is on, and how many steps a run would have now.
#[utoipa::path(
    get, path = "/api/v1/deployments/{deployment}/schedules/{schedule}/preview", tag = "schedules",
    params(("deployment" = String, Path), ("schedule" = String, Path), PreviewQuery),
    responses((status = 200, body = Preview)),
)]
pub(super) async fn preview(
    State(app): State<App>,
    here: Here,
    PathOf(at): PathOf<(String, String)>,
    QueryOf(query): QueryOf<PreviewQuery>,
) -> Reply<Preview> {
    let (_, name) = at;
    let count = query.count.unwrap_or(DEFAULT_COUNT);
    if count == 0 || count > MAX_LIMIT {
        let message = format!("count is {count}; it can be 1 to {MAX_LIMIT}");
        return Err(Refused::new(ErrorCode::InvalidParameter, message));
    }
    let catalog = app.views.catalog(&*app.store, &here.0).await?;
    let (at, def, crons) = find(&catalog, &name)?;
    let after = query.after.map_or_else(|| app.now(), |after| after.0);
    let snapshot = &catalog.snapshots[at];
    let steps = snapshot.read_selection(&def.selection).map_or(0, |(selection, _)| {
        let nodes = selection.eval(&**snapshot).nodes;
        Plan::new(snapshot, nodes.iter().map(|node| node as u32)).steps.len() as u32
    });
    Ok(Json(Preview {
        when: words(crons),
        zone: def.zone.clone(),
        ticks: ahead(crons, after, count as usize).into_iter().map(Into::into).collect(),
        steps,
    }))
}

//! Results of checks.

use axum::{Json, extract::State};
use headwater_api::{CheckResult, List, ListQuery};

use super::{assets::find, show};
use crate::{
    app::App,
    cursor,
    extract::{Here, PathOf, QueryOf},
    problem::Reply,
};

const LIST: &str = "checks";

/// Results of all checks of an asset, newest first.
#[utoipa::path(
    get, path = "/api/v1/deployments/{deployment}/assets/{key}/checks", tag = "assets",
    params(("deployment" = String, Path), ("key" = String, Path), ListQuery),
    responses((status = 200, body = List<CheckResult>)),
)]
pub(super) async fn checks(
    State(app): State<App>,
    here: Here,
    PathOf(at): PathOf<(String, String)>,
    QueryOf(query): QueryOf<ListQuery>,
) -> Reply<List<CheckResult>> {
    let (_, key) = at;
    results(&app, &here, &key, None, &query).await
}

/// Results of one check of an asset, newest first.
#[utoipa::path(
    get, path = "/api/v1/deployments/{deployment}/assets/{key}/checks/{check}", tag = "assets",
    params(("deployment" = String, Path), ("key" = String, Path), ("check" = String, Path), ListQuery),
    responses((status = 200, body = List<CheckResult>)),
)]
pub(super) async fn check(
    State(app): State<App>,
    here: Here,
    PathOf(at): PathOf<(String, String, String)>,
    QueryOf(query): QueryOf<ListQuery>,
) -> Reply<List<CheckResult>> {
    let (_, key, check) = at;
    results(&app, &here, &key, Some(check), &query).await
}

async fn results(
    app: &App,
    here: &Here,
    key: &str,
    check: Option<String>,
    query: &ListQuery,
) -> Reply<List<CheckResult>> {
    let page = cursor::page(LIST, query.cursor.as_deref(), query.limit)?;
    let catalog = app.views.catalog(&*app.store, &here.0).await?;
    let Some(id) = catalog.id(find(&catalog, key)?) else {
        return Ok(Json(List::whole(Vec::new())));
    };
    let mut found = app.store.checks(id, &check, page).await?;
    let next = cursor::cut(LIST, &page, &mut found, |check| check.seq);
    let items = found.into_iter().map(|check| show::check(check, &catalog)).collect();
    Ok(Json(List { items, next }))
}

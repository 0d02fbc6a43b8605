//! Versions of assets.

use axum::{Json, extract::State};
use headwater_api::{List, Version, VersionQuery};
use headwater_store::VersionFilter;

use super::{assets::find, show};
use crate::{
    app::App,
    cursor,
    extract::{Here, PathOf, QueryOf},
    problem::Reply,
};

const LIST: &str = "versions";

/// Versions of an asset, newest first.
#[utoipa::path(
    get, path = "/api/v1/deployments/{deployment}/assets/{key}/versions", tag = "assets",
    params(("deployment" = String, Path), ("key" = String, Path), VersionQuery),
    responses((status = 200, body = List<Version>)),
)]
pub(super) async fn versions(
    State(app): State<App>,
    here: Here,
    PathOf(at): PathOf<(String, String)>,
    QueryOf(query): QueryOf<VersionQuery>,
) -> Reply<List<Version>> {
    let (_, key) = at;
    let page = cursor::page(LIST, query.cursor.as_deref(), query.limit)?;
    let catalog = app.views.catalog(&*app.store, &here.0).await?;
    let Some(id) = catalog.id(find(&catalog, &key)?) else {
        return Ok(Json(List::whole(Vec::new())));
    };
    let filter = VersionFilter { partition: query.partition, run: query.run };
    let mut found = app.store.versions(id, &filter, page).await?;
    let next = cursor::cut(LIST, &page, &mut found, |version| version.seq);
    let items = found.into_iter().map(|version| show::version(version, &catalog)).collect();
    Ok(Json(List { items, next }))
}

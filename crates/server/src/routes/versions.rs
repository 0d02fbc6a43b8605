//! Versions of assets.

use axum::{Json, extract::State};
use headwater_api::{List, Series, SeriesPoint, Version, VersionQuery};
use headwater_core::record::VersionRecord;
use headwater_store::{Page, VersionFilter};
use serde::Deserialize;
use utoipa::IntoParams;

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

/// Which part of a series.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(default, deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct SeriesQuery {
    /// At most so many of the latest versions, up to 500; 50 without it.
    pub(super) limit: Option<u32>,
    /// Only of this partition.
    pub(super) partition: Option<String>,
}

/// How an asset's numbers went over its latest versions, oldest first: numeric metadata, and how long they took.
#[utoipa::path(
    get, path = "/api/v1/deployments/{deployment}/assets/{key}/series", tag = "assets",
    params(("deployment" = String, Path), ("key" = String, Path), SeriesQuery),
    responses((status = 200, body = Series)),
)]
pub(super) async fn series(
    State(app): State<App>,
    here: Here,
    PathOf(at): PathOf<(String, String)>,
    QueryOf(query): QueryOf<SeriesQuery>,
) -> Reply<Series> {
    let (_, key) = at;
    let page = Page { before: None, limit: cursor::limit(query.limit)? };
    let catalog = app.views.catalog(&*app.store, &here.0).await?;
    let Some(id) = catalog.id(find(&catalog, &key)?) else {
        return Ok(Json(Series::default()));
    };
    let filter = VersionFilter { partition: query.partition, run: None };
    let found = app.store.versions(id, &filter, page).await?;
    Ok(Json(Series { points: found.into_iter().rev().map(point).collect() }))
}

fn point(version: VersionRecord) -> SeriesPoint {
    let numbers = version.metadata.iter().filter_map(|(name, value)| Some((name.clone(), value.as_number()?)));
    SeriesPoint {
        seq: version.seq,
        at: version.at.into(),
        run: version.run,
        duration_ms: version.duration,
        // JSON has no NaN and no infinities, and a plot neither.
        values: numbers.filter(|(_, number)| number.is_finite()).collect(),
    }
}

//! Versions that others made.

use axum::{Json, extract::State};
use headwater_api::{Commanded, ReportVersion};
use headwater_core::{command::Command, report::Materialized};

use super::assets::find;
use crate::{
    app::App,
    extract::{Caller, Here, JsonBody, PathOf},
    problem::Reply,
};

/// Records a version of an asset that others made.
#[utoipa::path(
    post, path = "/api/v1/deployments/{deployment}/assets/{key}/report", tag = "assets",
    params(("deployment" = String, Path), ("key" = String, Path), ("Idempotency-Key" = Option<String>, Header)),
    request_body = ReportVersion, responses((status = 200, body = Commanded)),
)]
pub(super) async fn report(
    State(app): State<App>,
    here: Here,
    caller: Caller,
    PathOf(at): PathOf<(String, String)>,
    JsonBody(body): JsonBody<ReportVersion>,
) -> Reply<Commanded> {
    let (_, key) = at;
    let catalog = app.views.catalog(&*app.store, &here.0).await?;
    let asset = catalog.def(find(&catalog, &key)?).key.clone();
    let version = Materialized {
        partition: body.partition,
        version: body.version,
        metadata: body.metadata,
        ..Materialized::new(asset)
    };
    let command = Command::ReportVersion { kind: body.kind, version };
    app.control.command(caller.request(&here, command)).await?;
    Ok(Json(Commanded { state: None }))
}

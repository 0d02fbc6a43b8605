//! Deployments, deploys and snapshots.

use axum::{
    Json,
    extract::State,
    response::{IntoResponse, Response},
};
use headwater_api::{Deploy, Deployed, Deployment, ErrorCode, List, ListQuery, Location};
use headwater_core::{
    command::{self, Answer, Command, Refusal, Request},
    id::{AssetId, SnapshotId},
    manifest::{ChannelDef, Manifest},
    record::DeployRecord,
};
use headwater_notify::{Secrets, missing};
use http::{
    HeaderValue,
    header::{CACHE_CONTROL, CONTENT_TYPE},
};

use crate::{
    app::App,
    config, cursor,
    extract::{Caller, Here, JsonBytes, PathOf, QueryOf},
    ids,
    problem::{Refused, Reply},
};

const LIST: &str = "deploys";

/// All deployments with what is live.
#[utoipa::path(get, path = "/api/v1/deployments", tag = "definitions", responses((status = 200, body = List<Deployment>)))]
pub(super) async fn deployments(State(app): State<App>) -> Reply<List<Deployment>> {
    let mut items = Vec::new();
    for record in app.store.deployments().await? {
        let catalog = app.views.catalog(&*app.store, &record).await?;
        let live = catalog.live.iter().zip(&catalog.snapshots);
        let locations = live.map(|(deploy, snapshot)| Location {
            name: deploy.location.clone(),
            snapshot: deploy.snapshot.clone(),
            since: deploy.at.into(),
            assets: snapshot.manifest().assets.len() as u32,
        });
        items.push(Deployment { name: record.name, locations: locations.collect() });
    }
    Ok(Json(List::whole(items)))
}

/// Deploys, newest first, refused ones included.
#[utoipa::path(
    get, path = "/api/v1/deployments/{deployment}/deploys", tag = "definitions",
    params(("deployment" = String, Path), ListQuery), responses((status = 200, body = List<Deploy>)),
)]
pub(super) async fn deploys(
    State(app): State<App>,
    here: Here,
    QueryOf(query): QueryOf<ListQuery>,
) -> Reply<List<Deploy>> {
    let page = cursor::page(LIST, query.cursor.as_deref(), query.limit)?;
    let live = app.store.live(here.0.id).await?;
    let mut found = app.store.deploys(here.0.id, page).await?;
    let next = cursor::cut(LIST, &page, &mut found, |deploy| deploy.seq);
    Ok(Json(List { items: found.into_iter().map(|deploy| shown(deploy, &live)).collect(), next }))
}

pub(super) fn shown(deploy: DeployRecord, live: &[DeployRecord]) -> Deploy {
    Deploy {
        live: live.iter().any(|live| live.seq == deploy.seq),
        seq: deploy.seq,
        location: deploy.location,
        snapshot: deploy.snapshot,
        at: deploy.at.into(),
        by: deploy.by,
        refused: deploy.refused,
    }
}

/// Makes a manifest live for its location. A broken one is refused with findings, and what was live stays live.
#[utoipa::path(
    post, path = "/api/v1/deployments/{deployment}/deploys", tag = "definitions",
    params(("deployment" = String, Path), ("Idempotency-Key" = Option<String>, Header)),
    request_body(content = Object, description = "A manifest, see its JSON Schema"),
    responses((status = 200, body = Deployed)),
)]
pub(super) async fn deploy(
    State(app): State<App>,
    here: Here,
    caller: Caller,
    JsonBytes(bytes): JsonBytes,
) -> Reply<Deployed> {
    // A large manifest takes a while, which other requests should not wait for.
    let read = tokio::task::spawn_blocking(move || {
        let text = std::str::from_utf8(&bytes)
            .map_err(|error| Refused::new(ErrorCode::MalformedBody, format!("the manifest is not UTF-8: {error}")))?;
        Ok::<_, Refused>(read_manifest(text).map_err(|refusal| {
            let broken = Manifest::from_json(text).ok().map(Manifest::address);
            (broken.map(|(manifest, _, snapshot)| (manifest.location, snapshot)), refusal)
        }))
    });
    let read = read.await.map_err(|error| Refused::new(ErrorCode::Internal, error.to_string()))??;
    let deploy = match read {
        Ok(deploy) => deploy,
        Err((place, refusal)) => {
            if let Some((location, snapshot)) = place {
                // People see it among the deploys and hear of it; the caller hears why in any case.
                let reason = refusal.message.clone();
                let command = Command::RefuseDeploy { location, snapshot, reason };
                // Its key stays free for the deploy that mends it.
                let request = Request { key: None, ..caller.request(&here, command) };
                if let Err(error) = app.control.command(request).await {
                    tracing::warn!(%error, "a refused deploy could not be recorded");
                }
            }
            return Err(refusal.into());
        }
    };
    let warnings = lacking(&app.options.secrets, deploy.snapshot.manifest());
    match app.control.command(caller.request(&here, Command::Deploy(deploy))).await? {
        Answer::Deployed { snapshot, changed, assets } => Ok(Json(Deployed { snapshot, changed, assets, warnings })),
        _ => Err(Refused::new(ErrorCode::Internal, "the leader gave the answer of another command")),
    }
}

/// Alert channels that cannot tell anybody on this server, and why.
fn lacking(secrets: &Secrets, manifest: &Manifest) -> Vec<String> {
    let lacks = |channel: &ChannelDef| Some(format!("channel {}: {}", channel.name, missing(secrets, channel)?));
    manifest.channels.iter().filter_map(lacks).collect()
}

/// Everything that can be wrong with a manifest: also schemas of config, and templates of alerts.
fn read_manifest(text: &str) -> Result<command::Deploy, Refusal> {
    let deploy = command::Deploy::read(text, || AssetId(ids::fresh()))?;
    let mut findings = config::config_findings(&deploy.snapshot);
    findings.extend(headwater_notify::check_templates(deploy.snapshot.manifest()));
    if findings.is_empty() { Ok(deploy) } else { Err(Refusal::broken(findings)) }
}

/// The manifest of a snapshot. It never changes.
#[utoipa::path(
    get, path = "/api/v1/deployments/{deployment}/snapshots/{snapshot}", tag = "definitions",
    params(("deployment" = String, Path), ("snapshot" = String, Path)),
    responses((status = 200, description = "The canonical manifest", body = Object)),
)]
pub(super) async fn snapshot(
    State(app): State<App>,
    _here: Here,
    PathOf(at): PathOf<(String, String)>,
) -> Result<Response, Refused> {
    let (_, id) = at;
    let is_address = id.len() == 64 && id.bytes().all(|byte| byte.is_ascii_hexdigit());
    let found = match is_address {
        true => app.store.snapshot(&SnapshotId(id.clone())).await?,
        false => None,
    };
    let found = found.ok_or_else(|| Refused::missing("snapshot", id.escape_debug()))?;
    let headers = [
        (CONTENT_TYPE, HeaderValue::from_static("application/json")),
        (CACHE_CONTROL, HeaderValue::from_static("private, max-age=31536000, immutable")),
    ];
    Ok((headers, found.manifest.to_string()).into_response())
}

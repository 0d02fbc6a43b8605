//! Pools.

use std::collections::BTreeMap;

use axum::{Json, extract::State};
use headwater_api::{Commanded, ErrorCode, List, Pool, PoolLimit};
use headwater_core::command::Command;

use crate::{
    app::App,
    extract::{Caller, Here, JsonBody, PathOf},
    problem::{Refused, Reply},
};

/// The longest name of a pool in bytes.
const MAX_NAME: usize = 256;

/// Pools by name: those that are declared, set or used.
#[utoipa::path(
    get, path = "/api/v1/deployments/{deployment}/pools", tag = "control",
    params(("deployment" = String, Path)), responses((status = 200, body = List<Pool>)),
)]
pub(super) async fn pools(State(app): State<App>, here: Here) -> Reply<List<Pool>> {
    let catalog = app.views.catalog(&*app.store, &here.0).await?;
    let mut pools: BTreeMap<String, Pool> = BTreeMap::new();
    let manifests = || catalog.snapshots.iter().map(|snapshot| snapshot.manifest());
    for step in manifests().flat_map(|manifest| &manifest.steps) {
        if let Some(name) = &step.pool {
            named(&mut pools, name);
        }
    }
    for def in manifests().flat_map(|manifest| &manifest.pools) {
        named(&mut pools, &def.name).declared = Some(def.limit);
    }
    for (name, limit) in app.store.pools(here.0.id).await? {
        named(&mut pools, &name).set = Some(limit);
    }
    // Only the leader knows what is taken; a list without that is better than none.
    if let Ok(queue) = app.control.explain().await {
        for view in queue.pools.into_iter().filter(|view| view.deployment == here.0.id) {
            let pool = named(&mut pools, &view.name);
            pool.used = Some(view.used);
            pool.waiting = Some(u32::try_from(view.waiting).unwrap_or(u32::MAX));
        }
    }
    for pool in pools.values_mut() {
        pool.limit = pool.set.or(pool.declared);
    }
    Ok(Json(List::whole(pools.into_values().collect())))
}

fn named<'p>(pools: &'p mut BTreeMap<String, Pool>, name: &str) -> &'p mut Pool {
    pools.entry(name.to_owned()).or_insert_with(|| Pool {
        name: name.to_owned(),
        limit: None,
        declared: None,
        set: None,
        used: None,
        waiting: None,
    })
}

/// Sets a pool's limit; null goes back to what is declared.
#[utoipa::path(
    put, path = "/api/v1/deployments/{deployment}/pools/{pool}", tag = "control",
    params(("deployment" = String, Path), ("pool" = String, Path), ("Idempotency-Key" = Option<String>, Header)),
    request_body = PoolLimit, responses((status = 200, body = Commanded)),
)]
pub(super) async fn set_pool(
    State(app): State<App>,
    here: Here,
    caller: Caller,
    PathOf(at): PathOf<(String, String)>,
    JsonBody(body): JsonBody<PoolLimit>,
) -> Reply<Commanded> {
    let (_, name) = at;
    if name.is_empty() || name.len() > MAX_NAME || name.chars().any(char::is_control) {
        return Err(Refused::new(ErrorCode::InvalidParameter, "a pool's name has 1 to 256 printable bytes"));
    }
    let command = Command::SetPool { name, limit: body.limit };
    app.control.command(caller.request(&here, command)).await?;
    Ok(Json(Commanded { state: None }))
}

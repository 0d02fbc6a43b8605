//! Workers.

use axum::{Json, extract::State};
use headwater_api::{List, Worker};

use crate::{app::App, problem::Reply};

/// The most workers that are listed.
const MAX: u32 = 500;

/// Workers: all that are active or draining, then the latest others.
#[utoipa::path(get, path = "/api/v1/workers", tag = "workers", responses((status = 200, body = List<Worker>)))]
pub(super) async fn workers(State(app): State<App>) -> Reply<List<Worker>> {
    let queue = app.control.explain().await.ok();
    let running = |worker: &Worker| {
        let held = queue.as_ref()?.held.get(&worker.id).copied().unwrap_or_default();
        u32::try_from(held).ok()
    };
    let found = app.store.workers(MAX).await?;
    let items = found.into_iter().map(Worker::from).map(|worker| Worker { running: running(&worker), ..worker });
    Ok(Json(List::whole(items.collect())))
}

//! Workers.

use axum::{Json, extract::State};
use headwater_api::{List, Worker, WorkerStep};
use headwater_core::decide::HeldStep;

use crate::{app::App, problem::Reply};

/// The most workers that are listed.
const MAX: u32 = 500;

/// Workers: all that are active or draining, then the latest others.
#[utoipa::path(get, path = "/api/v1/workers", tag = "workers", responses((status = 200, body = List<Worker>)))]
pub(super) async fn workers(State(app): State<App>) -> Reply<List<Worker>> {
    // Only the leader knows what they hold; a list without that is better than none.
    let known = app.control.explain().await.map(|queue| queue.workers).unwrap_or_default();
    let found = app.store.workers(MAX).await?;
    let items = found.into_iter().map(Worker::from).map(|worker| match known.get(&worker.id) {
        None => worker,
        Some(view) => Worker {
            running: u32::try_from(view.held).ok(),
            steps: view.steps.iter().map(step).collect(),
            heard_at: Some(view.heard_at.into()),
            ..worker
        },
    });
    Ok(Json(List::whole(items.collect())))
}

fn step(held: &HeldStep) -> WorkerStep {
    WorkerStep { run: held.run, step: held.step.0, name: held.name.clone(), since: held.since.map(Into::into) }
}

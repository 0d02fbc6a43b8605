//! What waits, and why.

use axum::{Json, extract::State};
use headwater_api::{Queue, QueuedRun, QueuedStep};

use crate::{app::App, extract::Here, problem::Reply};

/// Why runs and steps wait, from the leader's world as it is now.
#[utoipa::path(
    get, path = "/api/v1/deployments/{deployment}/queue", tag = "control",
    params(("deployment" = String, Path)), responses((status = 200, body = Queue)),
)]
pub(super) async fn queue(State(app): State<App>, _here: Here) -> Reply<Queue> {
    let view = app.control.explain().await?;
    Ok(Json(Queue {
        runs: view.runs.into_iter().map(|run| QueuedRun { run: run.run, why: run.reason }).collect(),
        steps: view
            .steps
            .into_iter()
            .map(|step| QueuedStep { run: step.run, step: step.step.0, name: step.name, why: step.reason })
            .collect(),
        waiting_steps: view.ready as u64,
    }))
}

//! Probes and metrics.

use std::time::Duration;

use axum::{
    Json,
    extract::State,
    response::{IntoResponse, Response},
};
use headwater_api::{ErrorCode, Health};
use headwater_core::{id::DeploymentId, record::WorkerState};
use headwater_scheduler::Standing;
use http::{HeaderValue, header::CONTENT_TYPE};

use crate::{
    app::App,
    metrics::Snapshot,
    problem::{Refused, Reply},
};

/// The most workers that are counted.
const MAX_WORKERS: u32 = 10_000;

/// How long the database may take to answer whoever asks whether the server is ready. Load balancers wait for a second
/// or two themselves.
const PATIENCE: Duration = Duration::from_millis(1_500);

/// Whether the process lives.
#[utoipa::path(get, path = "/healthz", tag = "server", responses((status = 200, body = Health)))]
pub(super) async fn healthz() -> Json<Health> {
    Json(Health { status: "ok".to_owned() })
}

/// Whether the server can do its work: its store answers, and a leader is known.
#[utoipa::path(get, path = "/readyz", tag = "server", responses((status = 200, body = Health)))]
pub(super) async fn readyz(State(app): State<App>) -> Reply<Health> {
    let answered = tokio::time::timeout(PATIENCE, app.store.ping()).await;
    let standing = app.control.standing().borrow().clone();
    match (answered, &standing) {
        (Ok(answered), _) => answered?,
        (Err(_), Standing::Blind { reason }) => {
            return Err(Refused::new(ErrorCode::StoreUnavailable, reason.clone()));
        }
        (Err(_), _) => {
            let message = format!("the database did not answer within {} ms", PATIENCE.as_millis());
            return Err(Refused::new(ErrorCode::StoreUnavailable, message));
        }
    }
    match standing {
        Standing::Leading(_) | Standing::Following { .. } => Ok(Json(Health { status: "ok".to_owned() })),
        Standing::Starting => Err(Refused::new(ErrorCode::NotLeading, "no leader is known yet")),
        Standing::Blind { reason } => Err(Refused::new(ErrorCode::StoreUnavailable, reason)),
    }
}

/// Figures for Prometheus.
#[utoipa::path(get, path = "/metrics", tag = "server", responses((status = 200, description = "Figures", content_type = "text/plain")))]
pub(super) async fn metrics(State(app): State<App>) -> Response {
    let text = app.metrics.text(snapshot(&app).await);
    let kind = HeaderValue::from_static("application/openmetrics-text; version=1.0.0; charset=utf-8");
    ([(CONTENT_TYPE, kind)], text).into_response()
}

async fn snapshot(app: &App) -> Snapshot {
    let leading = matches!(*app.control.standing().borrow(), Standing::Leading(_));
    let mut now = Snapshot { leading, ..Snapshot::default() };
    // A database that is away must not hide the figures that say so.
    if let Ok(last) = app.store.last_seq().await {
        now.store_up = true;
        now.last_seq = last.0;
    }
    if let Ok(counts) = app.store.run_counts(DeploymentId::DEFAULT).await {
        now.queued = counts.queued as i64;
        now.running = counts.running as i64;
        now.canceling = counts.canceling as i64;
    }
    if let Ok(workers) = app.store.workers(MAX_WORKERS).await {
        let live = |state| matches!(state, WorkerState::Active | WorkerState::Draining);
        now.workers = workers.iter().filter(|worker| live(worker.state)).count() as i64;
    }
    if let Ok(queue) = app.control.explain().await {
        now.waiting_steps = queue.ready as i64;
    }
    now
}

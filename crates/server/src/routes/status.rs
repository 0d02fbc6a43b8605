//! What the server is and how it is.

use axum::{Json, extract::State};
use headwater_api::{Leading, ServerVersion, Status, StoreInfo};
use headwater_core::{id::DeploymentId, manifest::Manifest};
use headwater_scheduler::Standing;

use crate::{app::App, extract::Caller, problem::Reply};

/// What the server is.
#[utoipa::path(get, path = "/api/v1/version", tag = "server", responses((status = 200, body = ServerVersion)))]
pub(super) async fn version() -> Json<ServerVersion> {
    Json(ServerVersion { version: env!("CARGO_PKG_VERSION").to_owned(), manifest_format: Manifest::FORMAT })
}

/// How the server and its store are, and who asks.
#[utoipa::path(get, path = "/api/v1/status", tag = "server", responses((status = 200, body = Status)))]
pub(super) async fn status(State(app): State<App>, caller: Caller) -> Reply<Status> {
    let store = app.store.status().await;
    let counts = app.store.run_counts(DeploymentId::DEFAULT).await.unwrap_or_default();
    let standing = app.control.standing().borrow().clone();
    let leading = match standing {
        Standing::Starting => Leading::Starting,
        Standing::Leading(term) => Leading::Leading { term: term.0 },
        Standing::Following { leader } => Leading::Following { leader },
        Standing::Blind { reason } => Leading::Blind { reason },
    };
    let store_error = store.as_ref().err().map(ToString::to_string);
    let store = store.ok().map(|status| StoreInfo {
        engine: status.engine,
        applied: status.applied,
        pending: status.pending,
        warnings: status.warnings,
    });
    Ok(Json(Status {
        version: env!("CARGO_PKG_VERSION").to_owned(),
        started_at: app.started_at.into(),
        leading,
        store,
        store_error,
        last_seq: app.store.last_seq().await.unwrap_or_default(),
        queued_runs: counts.queued,
        running_runs: counts.running + counts.canceling,
        principal: caller.principal,
    }))
}

//! The worker protocol (D6). Bodies are read and written straight from and to bytes: this is the hot path.

use axum::{
    extract::State,
    response::{IntoResponse, Response},
};
use headwater_api::ErrorCode;
use headwater_core::lease::{Join, Poll};
use http::{HeaderValue, header::CONTENT_TYPE};

use crate::{app::App, extract::JsonBody, problem::Refused};

/// Lets a worker join. Its manifest must have been deployed before.
#[utoipa::path(
    post, path = "/api/v1/worker/join", tag = "workers",
    request_body(content = Object, description = "A `Join` of the worker protocol"),
    responses((status = 200, description = "A `Welcome` of the worker protocol", body = Object)),
)]
pub(super) async fn join(State(app): State<App>, JsonBody(join): JsonBody<Join>) -> Result<Response, Refused> {
    json(&app.control.join(join).await?)
}

/// Takes a worker's poll. It is held back while there is nothing to say.
#[utoipa::path(
    post, path = "/api/v1/worker/poll", tag = "workers",
    request_body(content = Object, description = "A `Poll` of the worker protocol"),
    responses((status = 200, description = "A `Grant` of the worker protocol", body = Object)),
)]
pub(super) async fn poll(State(app): State<App>, JsonBody(poll): JsonBody<Poll>) -> Result<Response, Refused> {
    json(&app.control.poll(poll).await?)
}

fn json(body: &impl serde::Serialize) -> Result<Response, Refused> {
    let bytes = serde_json::to_vec(body).map_err(|error| Refused::new(ErrorCode::Internal, error.to_string()))?;
    Ok(([(CONTENT_TYPE, HeaderValue::from_static("application/json"))], bytes).into_response())
}

//! Output of steps.

use axum::{
    Json,
    extract::State,
    response::{IntoResponse, Response},
};
use headwater_api::{ErrorCode, LogPage, LogQuery, LogStream};
use headwater_core::{
    id::{Attempt, RunId, StepNo},
    record::StepRecord,
};
use http::{
    HeaderMap, HeaderName, HeaderValue,
    header::{ACCEPT, CONTENT_TYPE},
};

use serde::Deserialize;

use super::runs::find;
use crate::{
    app::App,
    extract::{Here, PathOf, QueryOf},
    logs::{LogError, Piece, StreamKey, whole_characters},
    part::{RunOf, RunPath},
    problem::Refused,
};

/// The most bytes of one answer.
pub(super) const MAX_BYTES: u32 = 1_048_576;
const DEFAULT_BYTES: u32 = 262_144;

/// What the address of a stream says besides the run.
#[derive(Deserialize)]
pub(super) struct StreamPath {
    pub(super) step: u32,
    pub(super) stream: LogStream,
}

impl From<LogError> for Refused {
    fn from(error: LogError) -> Self {
        let code = match error {
            LogError::Refused(_) => ErrorCode::InvalidRequest,
            LogError::Unavailable(_) => ErrorCode::StoreUnavailable,
            LogError::Damaged { .. } => ErrorCode::Internal,
        };
        Self::new(code, error.to_string())
    }
}

/// A part of a step's output: JSON, or the bytes themselves with `Accept: text/plain`.
#[utoipa::path(
    get, path = "/api/v1/deployments/{deployment}/runs/{run}/steps/{step}/logs/{stream}", tag = "runs",
    params(("deployment" = String, Path), RunPath, ("step" = u32, Path), ("stream" = LogStream, Path), LogQuery),
    responses((status = 200, body = LogPage)),
)]
pub(super) async fn log(
    State(app): State<App>,
    here: Here,
    RunOf(run): RunOf,
    PathOf(StreamPath { step, stream }): PathOf<StreamPath>,
    QueryOf(query): QueryOf<LogQuery>,
    headers: HeaderMap,
) -> Result<Response, Refused> {
    find(&app, &here, run).await?;
    let attempt = match query.attempt {
        Some(attempt) => Attempt(attempt),
        None => step_record(&app, run, step).await?.map_or(Attempt(1), |step| step.attempt),
    };
    let key = StreamKey { run, step: StepNo(step), attempt, stream };
    let limit = limit(&query)?;
    let piece = app.logs.read(key, query.offset.unwrap_or_default(), limit).await?;
    let plain = headers
        .get(ACCEPT)
        .and_then(|accept| accept.to_str().ok())
        .is_some_and(|accept| accept.starts_with("text/plain"));
    Ok(if plain { bytes(&piece) } else { Json(page(attempt, &piece)).into_response() })
}

pub(super) fn limit(query: &LogQuery) -> Result<u32, Refused> {
    match query.limit {
        None => Ok(DEFAULT_BYTES),
        Some(limit @ 1..=MAX_BYTES) => Ok(limit),
        Some(other) => {
            let message = format!("limit is {other}; it can be 1 to {MAX_BYTES} bytes");
            Err(Refused::new(ErrorCode::InvalidParameter, message))
        }
    }
}

/// What is known of a step; none for one that is pending.
pub(super) async fn step_record(app: &App, run: RunId, step: u32) -> Result<Option<StepRecord>, Refused> {
    let plan = app.views.plan(&*app.store, run).await?;
    if step as usize >= plan.steps.len() {
        return Err(Refused::missing("step", step));
    }
    Ok(app.store.steps(run).await?.into_iter().find(|record| record.step.0 == step))
}

/// A piece as text. The start of a character whose rest is not there yet is left for the next piece.
pub(super) fn page(attempt: Attempt, piece: &Piece) -> LogPage {
    let at_end = piece.offset + piece.bytes.len() as u64 == piece.size && piece.complete;
    let shown = if at_end { piece.bytes.len() } else { whole_characters(&piece.bytes) };
    LogPage {
        attempt: attempt.0,
        offset: piece.offset,
        next: piece.offset + shown as u64,
        size: piece.size,
        complete: piece.complete,
        text: String::from_utf8_lossy(&piece.bytes[..shown]).into_owned(),
    }
}

fn bytes(piece: &Piece) -> Response {
    let next = piece.offset + piece.bytes.len() as u64;
    let mut response = piece.bytes.clone().into_response();
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("text/plain; charset=utf-8"));
    headers.insert(HeaderName::from_static("x-headwater-offset"), HeaderValue::from(piece.offset));
    headers.insert(HeaderName::from_static("x-headwater-next"), HeaderValue::from(next));
    headers.insert(HeaderName::from_static("x-headwater-size"), HeaderValue::from(piece.size));
    let complete = HeaderValue::from_static(if piece.complete { "true" } else { "false" });
    headers.insert(HeaderName::from_static("x-headwater-complete"), complete);
    response
}

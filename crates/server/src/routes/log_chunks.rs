//! Output that workers send.

use axum::{
    extract::{State, rejection::BytesRejection},
    http::HeaderMap,
};
use bytes::Bytes;
use headwater_api::{
    ErrorCode, LogStream,
    worker::{ATTEMPT_TOKEN, ChunkQuery},
};
use headwater_core::id::{Attempt, RunId, StepNo, Token};
use http::StatusCode;

use crate::{
    app::App,
    extract::{PathOf, QueryOf, body_refused},
    logs::{ChunkName, StreamKey},
    problem::Refused,
};

/// Stores one chunk of an attempt's output: one zstd frame. Storing it twice equals storing it once.
#[utoipa::path(
    put, path = "/api/v1/worker/logs/{run}/{step}/{attempt}/{stream}/{chunk}", tag = "workers",
    params(("run" = uuid::Uuid, Path), ("step" = u32, Path), ("attempt" = u32, Path), ("stream" = LogStream, Path),
        ("chunk" = u32, Path), ChunkQuery, ("X-Headwater-Attempt-Token" = String, Header)),
    request_body(content = Vec<u8>, content_type = "application/zstd"),
    responses((status = 204, description = "Stored")),
)]
pub(super) async fn put_log_chunk(
    State(app): State<App>,
    PathOf(at): PathOf<(RunId, u32, u32, LogStream, u32)>,
    QueryOf(about): QueryOf<ChunkQuery>,
    headers: HeaderMap,
    body: Result<Bytes, BytesRejection>,
) -> Result<StatusCode, Refused> {
    let (run, step, attempt, stream, number) = at;
    let token = headers.get(ATTEMPT_TOKEN).and_then(|token| token.to_str().ok());
    if token.is_none_or(|token| token.len() != 16 || token.parse::<Token>().is_err()) {
        let message = format!("the header {ATTEMPT_TOKEN} is not the token of an attempt");
        return Err(Refused::new(ErrorCode::InvalidParameter, message));
    }
    let bytes = body.map_err(body_refused)?;
    let size = bytes.len() as u64;
    let key = StreamKey { run, step: StepNo(step), attempt: Attempt(attempt), stream };
    let name = ChunkName { number, offset: about.offset, raw_len: about.raw_len, lines: about.lines, ends: about.last };
    app.logs.put(key, name, bytes).await?;
    app.metrics.log_bytes.inc_by(size);
    Ok(StatusCode::NO_CONTENT)
}

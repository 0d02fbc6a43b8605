//! The routes of the worker protocol.
//!
//! Bodies are the types of `headwater_core::lease`: `POST` [`JOIN`] takes a `Join` and gives a `Welcome`, `POST`
//! [`POLL`] takes a `Poll` and gives a `Grant`. Output goes to [`log_chunk`] as zstd frames.

use headwater_core::report::AttemptRef;

use crate::log::LogStream;

/// Where a worker joins.
pub const JOIN: &str = "/api/v1/worker/join";
/// Where a worker polls.
pub const POLL: &str = "/api/v1/worker/poll";
/// The route of a chunk of output, for the router.
pub const LOG_CHUNK: &str = "/api/v1/worker/logs/{run}/{step}/{attempt}/{stream}/{chunk}";
/// The header with the fencing token of the attempt that a chunk belongs to.
pub const ATTEMPT_TOKEN: &str = "x-headwater-attempt-token";

/// What is said about a chunk of output besides its bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct ChunkQuery {
    /// Uncompressed offset of its first byte in the stream.
    pub offset: u64,
    /// Uncompressed length in bytes.
    pub raw_len: u32,
    /// How many newlines it has.
    pub lines: u32,
    /// Whether the stream ends with it.
    pub last: bool,
}

/// The route of one chunk.
pub fn log_chunk(at: &AttemptRef, stream: LogStream, chunk: u32) -> String {
    format!("/api/v1/worker/logs/{}/{}/{}/{stream}/{chunk}", at.run, at.step.0, at.attempt.0)
}

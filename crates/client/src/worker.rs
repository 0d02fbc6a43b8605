//! The worker's side. Nothing is tried again here: the worker's own loops do that, with what is newest by then.

use std::time::Duration;

use bytes::Bytes;
use headwater_api::{
    LogStream,
    worker::{ATTEMPT_TOKEN, ChunkQuery, JOIN, POLL, log_chunk},
};
use headwater_core::{
    lease::{Grant, Join, Poll, Welcome},
    report::AttemptRef,
};
use reqwest::Method;

use crate::{Client, ClientError};

/// How long a join may take.
const JOIN_TIMEOUT: Duration = Duration::from_secs(10);
/// How long a chunk may take.
const CHUNK_TIMEOUT: Duration = Duration::from_secs(30);

impl Client {
    /// Joins as a worker. Its manifest must have been deployed before.
    ///
    /// # Errors
    /// See [`ClientError`].
    pub async fn join(&self, join: &Join) -> Result<Welcome, ClientError> {
        self.call(Method::POST, JOIN).timeout(Some(JOIN_TIMEOUT)).json(join).read().await
    }

    /// Says everything that a worker has to say, and takes what it is given. The server holds a poll back while it
    /// has nothing to say, so `timeout` is longer than the `hold` of the [`Welcome`].
    ///
    /// # Errors
    /// See [`ClientError`]. After an error nothing is known about the poll: send its content again.
    pub async fn poll(&self, poll: &Poll, timeout: Duration) -> Result<Grant, ClientError> {
        self.call(Method::POST, POLL).timeout(Some(timeout)).json(poll).read().await
    }

    /// Stores one chunk of an attempt's output, `bytes` being one zstd frame. Storing it twice equals storing it once.
    ///
    /// # Errors
    /// See [`ClientError`]. Where [`ClientError::is_passing`] is false, the store will never take this chunk.
    pub async fn put_log_chunk(
        &self,
        at: &AttemptRef,
        stream: LogStream,
        number: u32,
        about: &ChunkQuery,
        bytes: Bytes,
    ) -> Result<(), ClientError> {
        self.call(Method::PUT, &log_chunk(at, stream, number))
            .timeout(Some(CHUNK_TIMEOUT))
            .header(ATTEMPT_TOKEN, &at.token.to_string())
            .query(about)
            .bytes(bytes, "application/zstd")
            .fetch()
            .await
            .map(drop)
    }
}

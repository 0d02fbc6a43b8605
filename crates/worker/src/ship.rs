//! Output on its way to the server.

use async_trait::async_trait;
use headwater_api::{LogStream, worker::ChunkQuery};
use headwater_client::Client;
use headwater_core::report::AttemptRef;

use crate::logs::{Chunk, LastChunk, LogSink, LogSinkError, Stream};

/// Sends chunks of one attempt to the server, which keeps them in its log store.
pub(crate) struct HttpSink {
    client: Client,
    at: AttemptRef,
}

impl HttpSink {
    pub(crate) fn new(client: Client, at: AttemptRef) -> Self {
        Self { client, at }
    }
}

#[async_trait]
impl LogSink for HttpSink {
    async fn put(&self, stream: Stream, chunk: Chunk) -> Result<(), LogSinkError> {
        let stream = match stream {
            Stream::Stdout => LogStream::Stdout,
            Stream::Stderr => LogStream::Stderr,
            Stream::Log => LogStream::Log,
        };
        let about = ChunkQuery {
            offset: chunk.offset,
            raw_len: chunk.raw_len,
            lines: chunk.lines,
            last: chunk.last == LastChunk::EndOfStream,
        };
        self.client.put_log_chunk(&self.at, stream, chunk.number, &about, chunk.bytes).await.map_err(|error| {
            if error.is_passing() {
                LogSinkError::Unavailable(error.to_string())
            } else {
                LogSinkError::Refused(error.to_string())
            }
        })
    }
}

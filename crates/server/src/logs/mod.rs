//! The log store: output of steps as compressed chunks in an object store, never as rows (D11).
//!
//! A stream of an attempt is a folder, a chunk an object whose name says where it belongs:
//! `<run>/<step>/<attempt>/<stream>/<number>.<offset>.<length>.<lines>.<more|end>.zst`. Every part of the path is
//! made here from numbers and ids, so no user text gets into it. Listing a folder is enough to find any byte.

mod chunk;
mod text;

use std::{ops::Range, sync::Arc};

use bytes::Bytes;
use futures_util::TryStreamExt;
use headwater_api::LogStream;
use headwater_core::id::{Attempt, RunId, StepNo};
use object_store::{ObjectStore, ObjectStoreExt, path::Path};
use tokio::sync::broadcast;

pub(crate) use chunk::ChunkName;
pub(crate) use text::whole_characters;

/// How many notices a tail may lag behind; it polls anyway.
const NOTICES: usize = 1_024;

/// One stream of one attempt.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct StreamKey {
    pub(crate) run: RunId,
    pub(crate) step: StepNo,
    pub(crate) attempt: Attempt,
    pub(crate) stream: LogStream,
}

impl StreamKey {
    fn folder(&self) -> Path {
        Path::from(format!("{}/{}/{}/{}", self.run, self.step.0, self.attempt.0, self.stream))
    }
}

/// A part of a stream.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Piece {
    /// The uncompressed bytes from the wanted offset on.
    pub(crate) bytes: Bytes,
    /// Where they start.
    pub(crate) offset: u64,
    /// How many bytes the stream has now.
    pub(crate) size: u64,
    /// Whether it ends there.
    pub(crate) complete: bool,
}

/// Why a chunk was not stored or a stream not read.
#[derive(Debug, thiserror::Error)]
pub(crate) enum LogError {
    /// The chunk is not what it says. It will never be taken.
    #[error("{0}")]
    Refused(&'static str),
    /// The object store does not work now.
    #[error("the log store is not available: {0}")]
    Unavailable(String),
    /// What is stored cannot be read.
    #[error("chunk {number} of the stream is damaged: {reason}")]
    Damaged {
        /// The chunk.
        number: u32,
        /// What is wrong.
        reason: String,
    },
}

impl From<object_store::Error> for LogError {
    fn from(error: object_store::Error) -> Self {
        Self::Unavailable(error.to_string())
    }
}

/// The log store; cheap to clone.
#[derive(Clone)]
pub(crate) struct LogStore {
    objects: Arc<dyn ObjectStore>,
    notices: broadcast::Sender<StreamKey>,
}

impl LogStore {
    pub(crate) fn new(objects: Arc<dyn ObjectStore>) -> Self {
        Self { objects, notices: broadcast::Sender::new(NOTICES) }
    }

    /// Streams that got a chunk through this server. A hint: others may get theirs through another server.
    pub(crate) fn notices(&self) -> broadcast::Receiver<StreamKey> {
        self.notices.subscribe()
    }

    /// Stores a chunk. Storing it twice equals storing it once, and a reader never sees half of it.
    pub(crate) async fn put(&self, key: StreamKey, name: ChunkName, bytes: Bytes) -> Result<(), LogError> {
        name.check(&bytes)?;
        let path = key.folder().join(name.to_string());
        self.objects.put(&path, bytes.into()).await?;
        // Nobody listening is the usual case.
        let _ = self.notices.send(key);
        Ok(())
    }

    /// The part of a stream that starts at an offset; a negative one counts from the end. At most `limit` bytes.
    pub(crate) async fn read(&self, key: StreamKey, offset: i64, limit: u32) -> Result<Piece, LogError> {
        let index = self.index(key).await?;
        let size = index.last().map_or(0, |last| last.offset + u64::from(last.raw_len));
        let complete = index.last().is_some_and(|last| last.ends);
        let start = match u64::try_from(offset) {
            Ok(offset) => offset.min(size),
            Err(_) => size.saturating_sub(offset.unsigned_abs()),
        };
        let end = size.min(start + u64::from(limit));
        let mut bytes = Vec::new();
        for name in index.iter().filter(|name| name.offset < end && name.end() > start) {
            let raw = self.chunk(key, name).await?;
            let part = clip(name.offset, &raw, start..end);
            bytes.extend_from_slice(part);
        }
        Ok(Piece { bytes: bytes.into(), offset: start, size, complete })
    }

    /// The stream's chunks as far as they are there without a gap.
    async fn index(&self, key: StreamKey) -> Result<Vec<ChunkName>, LogError> {
        let listed = self.objects.list(Some(&key.folder()));
        let mut names: Vec<ChunkName> = listed
            .try_filter_map(|object| async move { Ok(object.location.filename().and_then(ChunkName::parse)) })
            .try_collect()
            .await?;
        names.sort_unstable_by_key(|name| name.number);
        names.dedup_by_key(|name| name.number);
        let mut next = (0, 0);
        let whole = names.iter().take_while(|name| {
            let fits = (name.number, name.offset) == next;
            next = (name.number + 1, name.end());
            fits
        });
        let whole = whole.count();
        names.truncate(whole);
        Ok(names)
    }

    async fn chunk(&self, key: StreamKey, name: &ChunkName) -> Result<Vec<u8>, LogError> {
        let object = self.objects.get(&key.folder().join(name.to_string())).await?.bytes().await?;
        let (number, raw_len) = (name.number, name.raw_len as usize);
        let raw = tokio::task::spawn_blocking(move || zstd::bulk::decompress(&object, raw_len)).await;
        let damaged = |reason: String| LogError::Damaged { number, reason };
        raw.map_err(|error| damaged(error.to_string()))?.map_err(|error| damaged(error.to_string()))
    }
}

/// What of a chunk that starts at `from` lies in a range of the stream.
fn clip(from: u64, raw: &[u8], wanted: Range<u64>) -> &[u8] {
    let inside = |at: u64| usize::try_from(at.saturating_sub(from)).unwrap_or(usize::MAX).min(raw.len());
    &raw[inside(wanted.start)..inside(wanted.end)]
}

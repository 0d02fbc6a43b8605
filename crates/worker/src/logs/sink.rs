//! Where chunks go.

use std::{
    io,
    path::{Path, PathBuf},
};

use async_trait::async_trait;
use thiserror::Error;

use super::{Chunk, LastChunk, Stream};

/// Why a chunk was not stored, by what to do about it.
#[derive(Debug, Error)]
pub enum LogSinkError {
    /// The store cannot be reached or is overloaded: try again later.
    #[error("the log store is not available: {0}")]
    Unavailable(String),
    /// The store will never take this stream, for example because the lease
    /// is lost. Its remaining output is discarded.
    #[error("the log store refuses the stream: {0}")]
    Refused(String),
}

/// Stores the chunks of one attempt.
///
/// Chunks of a stream come in order and one at a time; streams are
/// independent. A chunk whose answer was lost comes again, so storing a chunk
/// twice must equal storing it once.
#[async_trait]
pub trait LogSink: Send + Sync {
    /// Stores one chunk. Returns when the chunk is stored.
    async fn put(&self, stream: Stream, chunk: Chunk) -> Result<(), LogSinkError>;
}

/// Stores chunks as files `<directory>/<stream>/<number>.zst`, with `.end`
/// before the suffix of the last one.
#[derive(Debug, Clone)]
pub struct DirectorySink {
    directory: PathBuf,
}

impl DirectorySink {
    /// A sink in this directory, which is created when the first chunk comes.
    #[must_use]
    pub fn new(directory: impl Into<PathBuf>) -> Self {
        Self { directory: directory.into() }
    }

    /// The uncompressed stream as far as it is stored.
    ///
    /// # Errors
    ///
    /// When a file cannot be read or is damaged, or a chunk is missing between
    /// others.
    pub fn read(&self, stream: Stream) -> io::Result<Vec<u8>> {
        let mut raw = Vec::new();
        for (position, path) in self.chunk_paths(stream)?.iter().enumerate() {
            if chunk_number(path) != Some(position) {
                return Err(io::Error::other(format!("chunk {position} of {stream} is missing")));
            }
            zstd::stream::copy_decode(std::fs::File::open(path)?, &mut raw)?;
        }
        Ok(raw)
    }

    /// Whether the stream's last chunk is stored.
    ///
    /// # Errors
    ///
    /// When the directory cannot be read.
    pub fn is_complete(&self, stream: Stream) -> io::Result<bool> {
        let paths = self.chunk_paths(stream)?;
        Ok(paths.last().is_some_and(|path| path.to_string_lossy().ends_with(".end.zst")))
    }

    fn chunk_paths(&self, stream: Stream) -> io::Result<Vec<PathBuf>> {
        let entries = match std::fs::read_dir(self.directory.join(stream.as_str())) {
            Ok(entries) => entries,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
            Err(error) => return Err(error),
        };
        let mut paths = Vec::new();
        for entry in entries {
            let path = entry?.path();
            if path.extension().is_some_and(|extension| extension == "zst") {
                paths.push(path);
            }
        }
        paths.sort();
        Ok(paths)
    }

    async fn store(&self, stream: Stream, chunk: &Chunk) -> io::Result<()> {
        let directory = self.directory.join(stream.as_str());
        let end = match chunk.last {
            LastChunk::MoreMayFollow => "",
            LastChunk::EndOfStream => ".end",
        };
        let name = format!("{:08}{end}.zst", chunk.number);
        let unfinished = directory.join(format!("{name}.tmp"));
        if chunk.number == 0 {
            tokio::fs::create_dir_all(&directory).await?;
        }
        // A reader never sees half a chunk.
        tokio::fs::write(&unfinished, &chunk.bytes).await?;
        tokio::fs::rename(&unfinished, directory.join(name)).await
    }
}

/// The number at the start of a chunk's file name.
fn chunk_number(path: &Path) -> Option<usize> {
    path.file_name()?.to_str()?.split('.').next()?.parse().ok()
}

#[async_trait]
impl LogSink for DirectorySink {
    async fn put(&self, stream: Stream, chunk: Chunk) -> Result<(), LogSinkError> {
        self.store(stream, &chunk)
            .await
            .map_err(|error| LogSinkError::Unavailable(format!("{}: {error}", self.directory.display())))
    }
}

//! The unit in which output is stored and shipped.

use std::{fmt, io};

use bytes::Bytes;
use serde::{Deserialize, Serialize};
use tokio::task::spawn_blocking;
use zstd::bulk::Compressor;

/// A named stream of an attempt's output.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Stream {
    /// What the step's process wrote to its standard output.
    Stdout,
    /// What the step's process wrote to its standard error.
    Stderr,
    /// Structured records, one JSON object per line ([`super::LogRecord`]).
    Log,
}

impl Stream {
    /// Every stream, in the order in which they are shown.
    pub const ALL: [Self; 3] = [Self::Stdout, Self::Stderr, Self::Log];

    /// The stream's name in paths, URLs and JSON.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Stdout => "stdout",
            Self::Stderr => "stderr",
            Self::Log => "log",
        }
    }
}

impl fmt::Display for Stream {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// Whether a chunk ends its stream.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LastChunk {
    /// More chunks may follow.
    MoreMayFollow,
    /// The stream is complete with this chunk.
    EndOfStream,
}

/// A numbered, compressed piece of one stream.
///
/// Numbers start at 0 and have no gaps, offsets are contiguous, and each chunk
/// is a zstd frame of its own, so the concatenation of a stream's chunks is
/// the compressed stream. A chunk is identified by attempt, stream and number:
/// storing it twice must equal storing it once.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Chunk {
    /// Position of this chunk in its stream, from 0.
    pub number: u32,
    /// Uncompressed byte offset of this chunk's first byte in its stream.
    pub offset: u64,
    /// Uncompressed length in bytes.
    pub raw_len: u32,
    /// How many newlines the uncompressed bytes hold.
    pub lines: u32,
    /// The bytes as one zstd frame.
    pub bytes: Bytes,
    /// Whether the stream ends here.
    pub last: LastChunk,
}

impl Chunk {
    /// The uncompressed bytes.
    ///
    /// # Errors
    ///
    /// When the bytes are no zstd frame, or hold more than [`Chunk::raw_len`]
    /// bytes: the length is a limit, so that a forged frame cannot expand
    /// without bound.
    pub fn decompress(&self) -> io::Result<Vec<u8>> {
        let limit = usize::try_from(self.raw_len).map_err(io::Error::other)?;
        zstd::bulk::decompress(&self.bytes, limit)
    }
}

/// Output that waits to be compressed.
#[derive(Debug)]
pub(super) struct Raw {
    pub(super) bytes: Vec<u8>,
    pub(super) last: LastChunk,
}

/// Output that is compressed but does not have its place in the stream yet.
#[derive(Debug)]
pub(super) struct Compressed {
    pub(super) bytes: Bytes,
    pub(super) raw_len: u32,
    pub(super) lines: u32,
    pub(super) last: LastChunk,
}

/// Chunks of at least this size are compressed on the blocking pool.
const ASIDE_FROM: usize = 16 * 1024;

/// Compresses the chunks of one stream, with one zstd context for all of them:
/// a context takes more than a megabyte.
pub(super) struct Packer {
    level: i32,
    /// None before the first chunk, and while a chunk is being compressed.
    context: Option<Compressor<'static>>,
}

impl Packer {
    pub(super) fn new(level: i32) -> Self {
        Self { level, context: None }
    }

    /// Compresses one chunk. A large one leaves the runtime's threads alone.
    pub(super) async fn pack(&mut self, raw: Raw) -> io::Result<Compressed> {
        if raw.bytes.len() < ASIDE_FROM {
            return self.pack_here(&raw);
        }
        let mut aside = Self { level: self.level, context: self.context.take() };
        let packing = spawn_blocking(move || (aside.pack_here(&raw), aside));
        let (packed, back) = packing.await.map_err(io::Error::other)?;
        self.context = back.context;
        packed
    }

    /// Compresses one chunk on this thread.
    pub(super) fn pack_here(&mut self, raw: &Raw) -> io::Result<Compressed> {
        let context = match &mut self.context {
            Some(context) => context,
            None => self.context.insert(Compressor::new(self.level)?),
        };
        let lines = memchr::memchr_iter(b'\n', &raw.bytes).count();
        Ok(Compressed {
            bytes: Bytes::from(context.compress(&raw.bytes)?),
            raw_len: u32::try_from(raw.bytes.len()).map_err(io::Error::other)?,
            lines: u32::try_from(lines).map_err(io::Error::other)?,
            last: raw.last,
        })
    }
}

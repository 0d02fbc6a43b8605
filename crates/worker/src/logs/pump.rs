//! Turns the pieces of a stream into masked, bounded chunks.

use std::sync::{
    Arc,
    atomic::{AtomicU64, Ordering},
};

use bytes::Bytes;
use tokio::{
    sync::{OwnedSemaphorePermit, mpsc},
    time::Instant,
};

use super::{
    LastChunk, LogOptions, Masker, StreamMasker, Tail,
    chunk::Raw,
    shape::{Cap, LineCutter},
    ship::reached,
};

/// A piece of output.
pub(super) struct Piece {
    pub(super) bytes: Bytes,
    /// Bytes that were dropped between the piece before and this one.
    pub(super) dropped_before: u64,
    /// The buffer space that it takes up.
    pub(super) _space: OwnedSemaphorePermit,
}

/// What is known when all output has been masked and cut into chunks.
#[derive(Debug, Clone, Default)]
pub(super) struct Closed {
    pub(super) tail: String,
    pub(super) dropped_bytes: u64,
}

/// Masks, bounds and cuts a stream into chunks.
pub(super) struct Pump {
    options: Arc<LogOptions>,
    overflow: Arc<AtomicU64>,
    chunks: mpsc::Sender<Raw>,
    masker: StreamMasker,
    tail: Tail,
    cutter: LineCutter,
    cap: Cap,
    dropped_bytes: u64,
    /// Masked output, and the same with long lines cut: reused between pieces.
    masked: Vec<u8>,
    lines: Vec<u8>,
    /// Output that waits to become a chunk.
    ready: Vec<u8>,
}

impl Pump {
    pub(super) fn new(
        options: Arc<LogOptions>,
        masker: Arc<Masker>,
        overflow: Arc<AtomicU64>,
        chunks: mpsc::Sender<Raw>,
    ) -> Self {
        Self {
            overflow,
            chunks,
            masker: StreamMasker::new(masker),
            tail: Tail::default(),
            cutter: LineCutter::new(options.line_bytes),
            cap: Cap::new(options.stream_bytes, options.tail_bytes),
            dropped_bytes: 0,
            masked: Vec::new(),
            lines: Vec::new(),
            ready: Vec::new(),
            options,
        }
    }

    pub(super) async fn run(mut self, mut pieces: mpsc::UnboundedReceiver<Piece>) -> Closed {
        let mut flush_at = None;
        loop {
            tokio::select! {
                piece = pieces.recv() => match piece {
                    Some(piece) => self.feed(piece).await,
                    None => break,
                },
                () = reached(flush_at) => {
                    let raw = std::mem::take(&mut self.ready);
                    self.emit(raw, LastChunk::MoreMayFollow).await;
                }
            }
            flush_at = match (self.ready.is_empty(), flush_at) {
                (true, _) => None,
                (false, None) => Some(Instant::now() + self.options.flush_after),
                (false, earlier) => earlier,
            };
        }
        self.finish().await
    }

    async fn feed(&mut self, piece: Piece) {
        self.note_dropped(piece.dropped_before);
        self.masked.clear();
        self.masker.feed(&piece.bytes, &mut self.masked);
        self.bound();
        self.emit_full_chunks().await;
    }

    /// From masked output to output that is ready to be stored.
    fn bound(&mut self) {
        self.tail.push(&self.masked);
        self.lines.clear();
        self.cutter.feed(&self.masked, &mut self.lines);
        self.cap.feed(&self.lines, &mut self.ready);
    }

    fn note_dropped(&mut self, bytes: u64) {
        if bytes == 0 {
            return;
        }
        self.dropped_bytes += bytes;
        let marker = format!("[headwater: {bytes} bytes dropped, written faster than they could be stored]\n");
        self.cap.feed(marker.as_bytes(), &mut self.ready);
    }

    async fn emit_full_chunks(&mut self) {
        while self.ready.len() >= self.options.chunk_bytes {
            let rest = self.ready.split_off(self.options.chunk_bytes);
            let raw = std::mem::replace(&mut self.ready, rest);
            self.emit(raw, LastChunk::MoreMayFollow).await;
        }
    }

    async fn emit(&mut self, bytes: Vec<u8>, last: LastChunk) {
        // The shipper is gone only when the runtime shuts down.
        let _gone = self.chunks.send(Raw { bytes, last }).await;
    }

    async fn finish(mut self) -> Closed {
        self.masked.clear();
        self.masker.finish(&mut self.masked);
        self.bound();
        self.note_dropped(self.overflow.swap(0, Ordering::Relaxed));
        self.cap.finish(&mut self.ready);
        self.emit_full_chunks().await;
        let raw = std::mem::take(&mut self.ready);
        self.emit(raw, LastChunk::EndOfStream).await;
        Closed { tail: self.tail.text(), dropped_bytes: self.dropped_bytes + self.cap.dropped() }
    }
}

//! The producer's side of a stream.

use std::{
    fmt,
    future::Future,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use bytes::Bytes;
use tokio::{
    runtime::Handle,
    sync::{OwnedSemaphorePermit, Semaphore, mpsc, watch},
};

use super::{
    LogSink, Masker, Stream, StreamSummary,
    pump::{Closed, Piece, Pump},
    ship::Shipper,
};

/// What a piece takes up in the queue beside its bytes, about.
const PIECE_OVERHEAD: usize = 64;

/// Sizes and times of log capture. The defaults suit every step; tests make
/// them smaller.
#[derive(Debug, Clone)]
pub struct LogOptions {
    /// A chunk is cut at this many bytes.
    pub chunk_bytes: usize,
    /// A chunk is cut this long after its first byte came.
    pub flush_after: Duration,
    /// At most this many bytes of a stream are stored: its head and its tail.
    pub stream_bytes: u64,
    /// How many of these bytes come from the stream's end.
    pub tail_bytes: usize,
    /// Longer lines are cut.
    pub line_bytes: usize,
    /// Bytes a producer may be ahead of masking and compression.
    pub buffer_bytes: usize,
    /// Compressed bytes that wait for the sink before output is lost.
    pub queue_bytes: usize,
    /// How long the end of a stream waits for a sink that takes nothing.
    pub finish_timeout: Duration,
    /// The zstd level.
    pub compression_level: i32,
}

impl Default for LogOptions {
    fn default() -> Self {
        Self {
            chunk_bytes: 256 * 1024,
            flush_after: Duration::from_millis(300),
            stream_bytes: 1 << 30,
            tail_bytes: 1 << 20,
            line_bytes: 1 << 20,
            buffer_bytes: 1 << 20,
            queue_bytes: 8 << 20,
            finish_timeout: Duration::from_secs(10),
            compression_level: 3,
        }
    }
}

/// Takes the bytes of one stream. Clones write to the same stream.
///
/// Nothing runs and nothing is stored for a stream that is never written to.
/// What is written after [`LogWriter::close`] is ignored.
#[derive(Clone)]
pub struct LogWriter {
    shared: Arc<Shared>,
}

struct Shared {
    stream: Stream,
    sink: Arc<dyn LogSink>,
    masker: Arc<Masker>,
    options: Arc<LogOptions>,
    runtime: Handle,
    room: Arc<Semaphore>,
    state: Mutex<State>,
    /// Bytes that [`LogWriter::try_write`] had no room for.
    overflow: Arc<AtomicU64>,
}

enum State {
    Unused,
    Used(Used),
    ClosedUnused,
}

struct Used {
    /// None after closing.
    pieces: Option<mpsc::UnboundedSender<Piece>>,
    closed: watch::Receiver<Option<Closed>>,
    finished: watch::Receiver<Option<StreamSummary>>,
}

impl LogWriter {
    /// A writer whose work runs on `runtime`.
    #[must_use]
    pub fn new(
        stream: Stream,
        sink: Arc<dyn LogSink>,
        masker: Arc<Masker>,
        options: Arc<LogOptions>,
        runtime: Handle,
    ) -> Self {
        let room = Arc::new(Semaphore::new(options.buffer_bytes.min(Semaphore::MAX_PERMITS)));
        let state = Mutex::new(State::Unused);
        let overflow = Arc::default();
        Self { shared: Arc::new(Shared { stream, sink, masker, options, runtime, room, state, overflow }) }
    }

    /// The stream that this writes to.
    #[must_use]
    pub fn stream(&self) -> Stream {
        self.shared.stream
    }

    /// Takes a piece, waiting while the buffer is full. The wait depends on
    /// masking and compression only, never on the sink.
    pub async fn write(&self, piece: impl Into<Bytes>) {
        let piece = piece.into();
        let room = Arc::clone(&self.shared.room);
        // The semaphore is never closed, so this always gets its permits.
        if let Ok(permit) = room.acquire_many_owned(self.shared.weight(&piece)).await {
            self.shared.send(piece, permit);
        }
    }

    /// Takes a piece without waiting. When the buffer is full, the piece is
    /// dropped and the stream says how much is missing.
    pub fn try_write(&self, piece: impl Into<Bytes>) {
        let piece = piece.into();
        let room = Arc::clone(&self.shared.room);
        match room.try_acquire_many_owned(self.shared.weight(&piece)) {
            Ok(permit) => self.shared.send(piece, permit),
            Err(_) => {
                self.shared.overflow.fetch_add(piece.len() as u64, Ordering::Relaxed);
            }
        }
    }

    /// Ends the stream and returns its last lines, masked. Does not wait for
    /// the sink. May be called any number of times.
    pub async fn close(&self) -> String {
        match self.shared.end() {
            Some((closed, _)) => value_of(closed).await.tail,
            None => String::new(),
        }
    }

    /// Ends the stream and waits until it is stored, or given up because
    /// nothing was taken for [`LogOptions::finish_timeout`]. May be called any
    /// number of times.
    pub async fn finish(&self) -> StreamSummary {
        let Some((closed, finished)) = self.shared.end() else {
            return StreamSummary::default();
        };
        let closed = value_of(closed).await;
        let summary = value_of(finished).await;
        StreamSummary { tail: closed.tail, dropped_bytes: closed.dropped_bytes, ..summary }
    }
}

impl fmt::Debug for LogWriter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("LogWriter").field("stream", &self.shared.stream).finish_non_exhaustive()
    }
}

/// The value once it is there, or the default when its task is gone, which
/// happens only when the runtime shuts down.
async fn value_of<T: Clone + Default>(mut receiver: watch::Receiver<Option<T>>) -> T {
    match receiver.wait_for(Option::is_some).await {
        Ok(value) => value.clone().unwrap_or_default(),
        Err(_) => T::default(),
    }
}

impl Shared {
    /// The buffer space of a piece, its place in the queue included. A piece
    /// larger than the whole buffer waits until the buffer is empty.
    fn weight(&self, piece: &Bytes) -> u32 {
        let bytes = (piece.len() + PIECE_OVERHEAD).min(self.options.buffer_bytes);
        u32::try_from(bytes).unwrap_or(u32::MAX)
    }

    fn send(&self, bytes: Bytes, space: OwnedSemaphorePermit) {
        if bytes.is_empty() {
            return;
        }
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        if let State::Unused = *state {
            *state = State::Used(self.start());
        }
        if let State::Used(Used { pieces: Some(pieces), .. }) = &*state {
            let dropped_before = self.overflow.swap(0, Ordering::Relaxed);
            // The receiver is gone only when the runtime shuts down.
            let _gone = pieces.send(Piece { bytes, dropped_before, _space: space });
        }
    }

    fn start(&self) -> Used {
        let (pieces, incoming) = mpsc::unbounded_channel();
        let (chunks, upcoming) = mpsc::channel(2);
        let pump = Pump::new(Arc::clone(&self.options), Arc::clone(&self.masker), Arc::clone(&self.overflow), chunks);
        let shipper = Shipper::new(self.stream, Arc::clone(&self.sink), Arc::clone(&self.options));
        Used {
            pieces: Some(pieces),
            closed: self.spawn(pump.run(incoming)),
            finished: self.spawn(shipper.run(upcoming)),
        }
    }

    fn spawn<T: Send + Sync + 'static>(
        &self,
        work: impl Future<Output = T> + Send + 'static,
    ) -> watch::Receiver<Option<T>> {
        let (result, receiver) = watch::channel(None);
        self.runtime.spawn(async move {
            let value = work.await;
            result.send_replace(Some(value));
        });
        receiver
    }

    #[expect(clippy::type_complexity, reason = "two results, used in two places below each other")]
    fn end(&self) -> Option<(watch::Receiver<Option<Closed>>, watch::Receiver<Option<StreamSummary>>)> {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        match &mut *state {
            State::Used(used) => {
                used.pieces = None;
                Some((used.closed.clone(), used.finished.clone()))
            }
            State::Unused | State::ClosedUnused => {
                *state = State::ClosedUnused;
                None
            }
        }
    }
}

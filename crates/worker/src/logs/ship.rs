//! Carries compressed chunks to the sink, in order, with retries and a bound.

use std::{collections::VecDeque, future::pending, io, sync::Arc, time::Duration};

use futures_util::future::BoxFuture;
use tokio::{
    sync::mpsc,
    time::{Instant, sleep, sleep_until, timeout},
};

use super::{
    Chunk, LastChunk, LogOptions, LogSink, LogSinkError, Stream,
    chunk::{Compressed, Packer, Raw},
};

const FIRST_RETRY: Duration = Duration::from_millis(100);
const LONGEST_RETRY: Duration = Duration::from_secs(5);
/// A put that takes longer is taken for lost and repeated.
const PUT_TIMEOUT: Duration = Duration::from_secs(30);

/// What became of a stream. All sizes are uncompressed bytes after masking.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct StreamSummary {
    /// Bytes that the sink has stored, markers included.
    pub stored_bytes: u64,
    /// Newlines that the sink has stored.
    pub stored_lines: u64,
    /// Chunks that the sink has stored.
    pub chunks: u32,
    /// Bytes left out because the producer wrote more than the limit, or wrote
    /// faster than could be taken without waiting.
    pub dropped_bytes: u64,
    /// Bytes lost because the sink did not take them.
    pub lost_bytes: u64,
    /// The last lines of the stream, masked.
    pub tail: String,
}

/// How the delivery of one chunk ended.
enum Delivery {
    Stored(Chunk),
    Refused(Chunk),
}

pub(super) struct Shipper {
    stream: Stream,
    sink: Arc<dyn LogSink>,
    options: Arc<LogOptions>,
    packer: Packer,
    queue: VecDeque<Chunk>,
    /// Compressed bytes in the queue and in the delivery that is going on.
    queued_bytes: usize,
    next_number: u32,
    next_offset: u64,
    /// Lost bytes that no marker in the stream tells of yet.
    untold_bytes: u64,
    refused: bool,
    summary: StreamSummary,
}

impl Shipper {
    pub(super) fn new(stream: Stream, sink: Arc<dyn LogSink>, options: Arc<LogOptions>) -> Self {
        Self {
            stream,
            sink,
            packer: Packer::new(options.compression_level),
            options,
            queue: VecDeque::new(),
            queued_bytes: 0,
            next_number: 0,
            next_offset: 0,
            untold_bytes: 0,
            refused: false,
            summary: StreamSummary::default(),
        }
    }

    /// Ships what comes until the channel closes and everything is delivered
    /// or given up.
    pub(super) async fn run(mut self, mut chunks: mpsc::Receiver<Raw>) -> StreamSummary {
        let mut open = true;
        let mut give_up_at = None;
        let mut delivery: Option<BoxFuture<'static, Delivery>> = None;
        loop {
            if delivery.is_none() {
                delivery = self.next_delivery();
            }
            if !open && delivery.is_none() {
                break;
            }
            tokio::select! {
                raw = chunks.recv(), if open => match raw {
                    Some(raw) => {
                        let packed = self.packer.pack(raw).await;
                        self.enqueue(packed);
                    }
                    None => {
                        open = false;
                        give_up_at = Some(Instant::now() + self.options.finish_timeout);
                    }
                },
                end = finished(&mut delivery) => {
                    delivery = None;
                    self.delivered(end);
                    // Slow is not dead: what counts is the time without progress.
                    give_up_at = give_up_at.map(|_| Instant::now() + self.options.finish_timeout);
                }
                () = reached(give_up_at) => {
                    self.give_up();
                    break;
                }
            }
        }
        self.summary
    }

    fn next_delivery(&mut self) -> Option<BoxFuture<'static, Delivery>> {
        let chunk = self.queue.pop_front()?;
        Some(Box::pin(deliver(Arc::clone(&self.sink), self.stream, chunk)))
    }

    fn enqueue(&mut self, compressed: io::Result<Compressed>) {
        let compressed = match compressed {
            Ok(compressed) => compressed,
            Err(error) => {
                // Only memory exhaustion can do this; the size is not known.
                tracing::error!(stream = %self.stream, %error, "a chunk of output could not be compressed");
                return;
            }
        };
        if self.refused {
            self.summary.lost_bytes += u64::from(compressed.raw_len);
            return;
        }
        let full = self.queued_bytes + compressed.bytes.len() > self.options.queue_bytes;
        if full {
            self.lose(u64::from(compressed.raw_len));
        }
        let ends = compressed.last == LastChunk::EndOfStream;
        if self.untold_bytes > 0 && (!full || ends) {
            let last = if full { LastChunk::EndOfStream } else { LastChunk::MoreMayFollow };
            self.push_loss_marker(last);
        }
        if !full {
            self.push(compressed);
        }
    }

    fn lose(&mut self, bytes: u64) {
        if self.untold_bytes == 0 {
            tracing::warn!(stream = %self.stream, "the log store is too slow or away; output is being lost");
        }
        self.untold_bytes += bytes;
        self.summary.lost_bytes += bytes;
    }

    /// The loss stands in the stream at the place where output is missing.
    fn push_loss_marker(&mut self, last: LastChunk) {
        let marker =
            format!("\n[headwater: {} bytes lost because the log store was not available]\n", self.untold_bytes,);
        let marker = Raw { bytes: marker.into_bytes(), last };
        if let Ok(compressed) = self.packer.pack_here(&marker) {
            self.untold_bytes = 0;
            self.push(compressed);
        }
    }

    fn push(&mut self, compressed: Compressed) {
        let chunk = Chunk {
            number: self.next_number,
            offset: self.next_offset,
            raw_len: compressed.raw_len,
            lines: compressed.lines,
            bytes: compressed.bytes,
            last: compressed.last,
        };
        self.next_number += 1;
        self.next_offset += u64::from(chunk.raw_len);
        self.queued_bytes += chunk.bytes.len();
        self.queue.push_back(chunk);
    }

    fn delivered(&mut self, delivery: Delivery) {
        match delivery {
            Delivery::Stored(chunk) => {
                self.queued_bytes -= chunk.bytes.len();
                self.summary.stored_bytes += u64::from(chunk.raw_len);
                self.summary.stored_lines += u64::from(chunk.lines);
                self.summary.chunks += 1;
            }
            Delivery::Refused(chunk) => {
                self.refused = true;
                self.summary.lost_bytes += u64::from(chunk.raw_len);
                self.lose_queue();
            }
        }
    }

    /// The step is over and the sink still does not answer. The delivery that
    /// is going on counts as lost, too: nobody waits for its answer.
    fn give_up(&mut self) {
        let told = self.summary.lost_bytes;
        self.lose_queue();
        let in_delivery = self.next_offset - self.summary.stored_bytes - (self.summary.lost_bytes - told);
        self.summary.lost_bytes += in_delivery;
        tracing::warn!(
            stream = %self.stream,
            lost_bytes = self.summary.lost_bytes,
            "the log store did not take the end of the output in time",
        );
    }

    fn lose_queue(&mut self) {
        for chunk in self.queue.drain(..) {
            self.summary.lost_bytes += u64::from(chunk.raw_len);
        }
        self.queued_bytes = 0;
    }
}

async fn finished(delivery: &mut Option<BoxFuture<'static, Delivery>>) -> Delivery {
    match delivery {
        Some(delivery) => delivery.await,
        None => pending().await,
    }
}

pub(super) async fn reached(deadline: Option<Instant>) {
    match deadline {
        Some(deadline) => sleep_until(deadline).await,
        None => pending().await,
    }
}

/// Tries until the chunk is stored or refused.
async fn deliver(sink: Arc<dyn LogSink>, stream: Stream, chunk: Chunk) -> Delivery {
    let mut wait = FIRST_RETRY;
    loop {
        match timeout(PUT_TIMEOUT, sink.put(stream, chunk.clone())).await {
            Ok(Ok(())) => return Delivery::Stored(chunk),
            Ok(Err(LogSinkError::Refused(reason))) => {
                tracing::warn!(%stream, reason, "output is discarded");
                return Delivery::Refused(chunk);
            }
            Ok(Err(LogSinkError::Unavailable(reason))) => {
                tracing::debug!(%stream, reason, number = chunk.number, "chunk not stored, trying again");
            }
            Err(_) => {
                tracing::debug!(%stream, number = chunk.number, "no answer for a chunk, trying again");
            }
        }
        sleep(wait).await;
        wait = (wait * 2).min(LONGEST_RETRY);
    }
}

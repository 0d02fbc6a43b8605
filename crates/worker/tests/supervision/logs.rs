//! Writers, chunks and sinks without a process.

use std::{
    sync::{
        Arc, Mutex,
        atomic::{AtomicU32, Ordering},
    },
    time::Duration,
};

use async_trait::async_trait;
use headwater_worker::logs::{
    Chunk, DirectorySink, LastChunk, Level, LogOptions, LogRecord, LogSink, LogSinkError, StepLogs, Stream,
    StreamSummary,
};
use proptest::prelude::*;
use serde_json::json;

use crate::support::{SECRET, Step, masker, prompt};

/// Keeps the chunks as they came, after failing a number of times.
#[derive(Default)]
struct Shelf {
    fail_first: AtomicU32,
    refuse: bool,
    chunks: Mutex<Vec<(Stream, Chunk)>>,
}

#[async_trait]
impl LogSink for Shelf {
    async fn put(&self, stream: Stream, chunk: Chunk) -> Result<(), LogSinkError> {
        if self.refuse {
            return Err(LogSinkError::Refused("the lease is lost".into()));
        }
        let countdown = |left: u32| left.checked_sub(1);
        if self.fail_first.fetch_update(Ordering::SeqCst, Ordering::SeqCst, countdown).is_ok() {
            return Err(LogSinkError::Unavailable("not yet".into()));
        }
        self.chunks.lock().unwrap().push((stream, chunk));
        Ok(())
    }
}

impl Shelf {
    /// The raw stream, after checking that its chunks fit together.
    fn assembled(&self, stream: Stream) -> Vec<u8> {
        let chunks = self.chunks.lock().unwrap();
        let chunks: Vec<&Chunk> = chunks.iter().filter(|(of, _)| *of == stream).map(|(_, chunk)| chunk).collect();
        let mut raw = Vec::new();
        for (position, chunk) in chunks.iter().enumerate() {
            assert_eq!(chunk.number as usize, position);
            assert_eq!(chunk.offset, raw.len() as u64);
            let piece = chunk.decompress().unwrap();
            assert_eq!(chunk.raw_len as usize, piece.len());
            assert_eq!(chunk.lines as usize, piece.iter().filter(|&&byte| byte == b'\n').count());
            let is_last = position + 1 == chunks.len();
            assert_eq!(chunk.last == LastChunk::EndOfStream, is_last, "chunk {position}");
            raw.extend(piece);
        }
        raw
    }
}

fn logs_to(sink: &Arc<Shelf>, options: LogOptions) -> StepLogs {
    let sink: Arc<dyn LogSink> = Arc::<Shelf>::clone(sink);
    StepLogs::new(&sink, masker(), &Arc::new(options))
}

#[tokio::test]
async fn unused_streams_leave_nothing() {
    let step = Step::new();
    let summary = step.logs.finish().await;
    assert_eq!(summary.stdout, StreamSummary::default());
    assert!(!step.dir.path().join("logs").exists());
    step.logs.stream(Stream::Stdout).write("too late").await;
    assert_eq!(step.logs.finish().await.stdout, StreamSummary::default());
}

#[tokio::test]
async fn output_is_visible_while_the_step_runs() {
    let step = Step::with_options(LogOptions::default());
    let writer = step.logs.stream(Stream::Stdout);
    writer.write("first\n").await;
    step.wait_for_stdout("first\n").await;
    assert!(!step.sink.is_complete(Stream::Stdout).unwrap());
    writer.write("second\n").await;
    let summary = writer.finish().await;
    assert!(step.sink.is_complete(Stream::Stdout).unwrap());
    assert_eq!(step.text(Stream::Stdout), "first\nsecond\n");
    assert_eq!((summary.stored_lines, summary.tail.as_str()), (2, "first\nsecond"));
    assert_eq!(writer.finish().await, summary, "may be called again");
}

#[tokio::test]
async fn records_are_json_lines_without_secrets() {
    let step = Step::new();
    let fields = json!({"url": format!("https://me:{SECRET}@db"), "rows": 3});
    let log = step.logs.step_log();
    log.record(Level::Warn, "shop::orders", &format!("using {SECRET:?}"), fields.as_object().unwrap().clone());
    log.info("done");
    step.logs.finish().await;
    let text = step.text(Stream::Log);
    let records: Vec<LogRecord> = text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(records[0].message, "using \"***\"");
    assert_eq!(records[0].fields["url"], "https://me:***@db");
    assert_eq!((records[0].level, records[1].level), (Level::Warn, Level::Info));
    assert!(records[0].at > 1_600_000_000_000_000 && records[0].at <= records[1].at);
}

#[tokio::test]
async fn a_short_outage_of_the_sink_loses_nothing() {
    let sink = Arc::new(Shelf { fail_first: AtomicU32::new(3), ..Shelf::default() });
    let logs = logs_to(&sink, prompt());
    logs.stream(Stream::Stdout).write("important\n").await;
    let summary = logs.finish().await.stdout;
    assert_eq!((summary.stored_bytes, summary.lost_bytes), (10, 0));
    assert_eq!(sink.assembled(Stream::Stdout), b"important\n");
}

#[tokio::test]
async fn a_long_outage_leaves_a_mark_where_output_is_missing() {
    let sink = Arc::new(Shelf { fail_first: AtomicU32::new(3), ..Shelf::default() });
    let options = LogOptions { chunk_bytes: 1000, queue_bytes: 300, ..prompt() };
    let logs = logs_to(&sink, options);
    let writer = logs.stream(Stream::Stdout);
    // Bytes that do not compress, so that few chunks fill the queue.
    let noise: Vec<u8> = (0_u32..100_000).map(|n| (n.wrapping_mul(2_654_435_761) >> 24) as u8).collect();
    writer.write(b"start\n".as_slice()).await;
    writer.write(noise).await;
    let summary = logs.finish().await.stdout;
    let stored = sink.assembled(Stream::Stdout);
    let text = String::from_utf8_lossy(&stored);
    assert!(text.contains("bytes lost because the log store was not available]"), "{text}");
    assert!(summary.lost_bytes > 0);
    assert_eq!(summary.stored_bytes, stored.len() as u64);
}

/// Takes every chunk, each after a while.
struct SlowSink;

#[async_trait]
impl LogSink for SlowSink {
    async fn put(&self, _: Stream, _: Chunk) -> Result<(), LogSinkError> {
        tokio::time::sleep(Duration::from_millis(100)).await;
        Ok(())
    }
}

#[tokio::test]
async fn a_slow_sink_gets_the_time_it_needs_in_the_end() {
    let sink: Arc<dyn LogSink> = Arc::new(SlowSink);
    let finish_timeout = Duration::from_millis(800);
    let options = LogOptions { chunk_bytes: 10, finish_timeout, ..prompt() };
    let logs = StepLogs::new(&sink, masker(), &Arc::new(options));
    logs.stream(Stream::Stdout).write("0123456789".repeat(15)).await;
    let summary = logs.finish().await.stdout;
    assert_eq!((summary.stored_bytes, summary.lost_bytes), (150, 0));
    assert!(summary.chunks >= 15, "longer than the timeout as a whole");
}

#[tokio::test]
async fn a_refused_stream_is_given_up_at_once() {
    let sink = Arc::new(Shelf { refuse: true, ..Shelf::default() });
    let logs = logs_to(&sink, prompt());
    logs.stream(Stream::Stdout).write("nobody wants this\n").await;
    let summary = logs.finish().await.stdout;
    assert_eq!((summary.stored_bytes, summary.lost_bytes), (0, 18));
}

#[tokio::test]
async fn a_producer_that_cannot_wait_loses_the_excess_and_says_so() {
    let sink = Arc::new(Shelf::default());
    let logs = logs_to(&sink, LogOptions { buffer_bytes: 1000, ..prompt() });
    let writer = logs.stream(Stream::Log);
    // Nothing else runs on this thread until the first await.
    for _ in 0..100 {
        writer.try_write("0123456789".repeat(10) + "\n");
    }
    let summary = logs.finish().await.log;
    let text = String::from_utf8(sink.assembled(Stream::Log)).unwrap();
    assert_eq!(summary.dropped_bytes, 94 * 101, "{text}");
    assert!(text.ends_with("\n[headwater: 9494 bytes dropped, written faster than they could be stored]\n"), "{text}");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(40))]

    #[test]
    fn any_pieces_under_any_options_arrive_whole(
        pieces in prop::collection::vec(prop::collection::vec(any::<u8>(), 0..3000), 0..20),
        chunk_bytes in 1usize..5000,
        buffer_bytes in 1usize..5000,
        flush_micros in 0u64..3000,
    ) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async {
            let sink = Arc::new(Shelf::default());
            let flush_after = Duration::from_micros(flush_micros);
            // Not so small that thousands of chunks of one byte come out.
            let chunk_bytes = chunk_bytes.max(200);
            let logs = logs_to(&sink, LogOptions { chunk_bytes, buffer_bytes, flush_after, ..prompt() });
            for piece in &pieces {
                logs.stream(Stream::Stdout).write(piece.clone()).await;
            }
            let summary = logs.finish().await.stdout;
            let expected = pieces.concat();
            assert_eq!(summary.stored_bytes, expected.len() as u64);
            assert_eq!(sink.assembled(Stream::Stdout), expected);
        });
    }
}

#[tokio::test]
async fn a_chunk_that_is_stored_twice_is_there_once() {
    let dir = tempfile::tempdir().unwrap();
    let sink = DirectorySink::new(dir.path());
    let shelf = Arc::new(Shelf::default());
    let logs = logs_to(&shelf, prompt());
    logs.stream(Stream::Stderr).write("once\n").await;
    logs.finish().await;
    let chunks = shelf.chunks.lock().unwrap().clone();
    for (stream, chunk) in chunks.iter().chain(&chunks) {
        sink.put(*stream, chunk.clone()).await.unwrap();
    }
    assert_eq!(sink.read(Stream::Stderr).unwrap(), b"once\n");
}

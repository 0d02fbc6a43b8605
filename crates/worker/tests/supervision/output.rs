//! Output of any size, speed and encoding.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use async_trait::async_trait;
use headwater_worker::{
    logs::{Chunk, DirectorySink, LogOptions, LogSink, LogSinkError, Stream},
    process::{ProcessOutcome, ProcessReport},
};

use crate::support::{PATIENCE, SECRET, Step, own_status_kb, prompt};

fn assert_succeeded(report: &ProcessReport) {
    assert!(matches!(report.outcome, ProcessOutcome::Exited { code: 0 }), "{}: {}", report.outcome, report.stderr_tail,);
}

/// What one step may add to the worker's memory.
const MEMORY_KB: u64 = 64 * 1024;

#[tokio::test]
async fn two_hundred_megabytes_as_fast_as_possible() {
    let step = Step::with_options(LogOptions::default());
    let before = own_status_kb("VmHWM");
    let started = Instant::now();
    let script = "yes 'a line of some length, as programs like to write them: 0123456789' | head -c 200000000";
    let report = step.run(&step.sh(script)).await;
    let logs = step.logs.finish().await;
    let seconds = started.elapsed().as_secs_f64();
    println!("{:.0} MB/s", 200.0 / seconds);
    assert_succeeded(&report);
    assert_eq!((logs.stdout.stored_bytes, logs.stdout.lost_bytes), (200_000_000, 0));
    let grown = own_status_kb("VmHWM") - before;
    println!("grew by {grown} kB, anonymous now {} kB", own_status_kb("RssAnon"));
    assert!(grown < MEMORY_KB, "grew by {grown} kB");
    assert!(step.sink.is_complete(Stream::Stdout).unwrap());
}

#[tokio::test]
async fn a_hundred_megabytes_without_a_newline() {
    let step = Step::with_options(LogOptions::default());
    let before = own_status_kb("VmHWM");
    let report = step.run(&step.sh("head -c 100000000 /dev/zero")).await;
    let logs = step.logs.finish().await;
    assert_succeeded(&report);
    // One marker after each MiB but the last.
    assert_eq!(logs.stdout.stored_lines, 95);
    assert!(logs.stdout.stored_bytes > 100_000_000);
    let grown = own_status_kb("VmHWM") - before;
    println!("grew by {grown} kB, anonymous now {} kB", own_status_kb("RssAnon"));
    assert!(grown < MEMORY_KB, "grew by {grown} kB");
}

#[tokio::test]
async fn output_over_the_limit_keeps_head_and_tail() {
    let step = Step::with_options(LogOptions { stream_bytes: 100_000, tail_bytes: 10_000, ..prompt() });
    let report = step.run(&step.sh("seq 1 1000000; seq 1 3 >&2")).await;
    assert_succeeded(&report);
    let logs = step.logs.finish().await;
    let stdout = step.text(Stream::Stdout);
    assert!(stdout.starts_with("1\n2\n3\n"));
    assert!(stdout.contains("the output limit of 100000 bytes is reached"), "{}", stdout.len());
    assert!(stdout.ends_with("\n999999\n1000000\n"));
    assert!(stdout.len() < 101_000);
    assert_eq!(logs.stdout.dropped_bytes, 6_888_896 - 100_000);
    assert_eq!(step.text(Stream::Stderr), "1\n2\n3\n", "each stream has its own limit");
}

#[tokio::test]
async fn bytes_are_stored_as_they_are() {
    let step = Step::new();
    let script = "import sys; sys.stdout.buffer.write(bytes(range(256)) * 5000 + 'ü€😀'.encode()[:-1])";
    assert_succeeded(&step.run(&step.python(script)).await);
    step.logs.finish().await;
    let mut expected: Vec<u8> = (0..=255).collect::<Vec<u8>>().repeat(5000);
    expected.extend_from_slice(&"ü€😀".as_bytes()[..8]);
    assert_eq!(step.sink.read(Stream::Stdout).unwrap(), expected);
}

#[tokio::test]
async fn both_streams_at_full_speed_are_complete() {
    let step = Step::new();
    let script = "yes 1234567 | head -c 8000000 & yes 1234567 | head -c 8000000 >&2 & wait";
    assert_succeeded(&step.run(&step.sh(script)).await);
    let logs = step.logs.finish().await;
    assert_eq!((logs.stdout.stored_bytes, logs.stderr.stored_bytes), (8_000_000, 8_000_000));
    assert_eq!((logs.stdout.stored_lines, logs.stderr.stored_lines), (1_000_000, 1_000_000));
}

#[tokio::test]
async fn a_secret_split_over_writes_is_masked_everywhere() {
    let step = Step::new();
    let script = format!(
        "import sys, time
for out in (sys.stdout, sys.stderr):
    for part in ('a {SECRET} b ', '{}', '{}', ' c\\n'):
        out.write(part); out.flush(); time.sleep(0.1)
sys.exit(9)",
        &SECRET[..7],
        &SECRET[7..],
    );
    let report = step.run(&step.python(&script)).await;
    step.logs.finish().await;
    assert_eq!(step.text(Stream::Stdout), "a *** b *** c\n");
    assert_eq!(step.text(Stream::Stderr), "a *** b *** c\n");
    assert_eq!(report.stderr_tail, "a *** b *** c");
}

#[tokio::test]
async fn the_last_lines_of_standard_error_are_reported() {
    let step = Step::new();
    let report = step.run(&step.sh("seq 1 100000 >&2; exit 1")).await;
    let lines: Vec<&str> = report.stderr_tail.lines().collect();
    assert_eq!((lines.len(), lines[0], lines[19]), (20, "99981", "100000"));
}

/// A log store that is away.
struct NoSink;

#[async_trait]
impl LogSink for NoSink {
    async fn put(&self, _: Stream, _: Chunk) -> Result<(), LogSinkError> {
        Err(LogSinkError::Unavailable("switched off".into()))
    }
}

/// A log store that takes a chunk and never answers.
struct SilentSink;

#[async_trait]
impl LogSink for SilentSink {
    async fn put(&self, _: Stream, _: Chunk) -> Result<(), LogSinkError> {
        std::future::pending().await
    }
}

#[tokio::test]
async fn a_dead_log_store_neither_stalls_nor_fails_a_step() {
    let sinks: [Arc<dyn LogSink>; 2] = [Arc::new(NoSink), Arc::new(SilentSink)];
    for sink in sinks {
        let dir = tempfile::tempdir().unwrap();
        let unused = DirectorySink::new(dir.path());
        let options = LogOptions { queue_bytes: 100_000, finish_timeout: Duration::from_millis(200), ..prompt() };
        let step = Step::with_sink(dir, unused, &sink, options);
        // Random bytes, so that compression does not make them fit the queue.
        let report = step.run(&step.sh("head -c 20000000 /dev/urandom; echo why >&2")).await;
        assert_succeeded(&report);
        assert_eq!(report.stderr_tail, "why");
        let started = Instant::now();
        let logs = step.logs.finish().await;
        assert!(started.elapsed() < PATIENCE, "{:?}", started.elapsed());
        assert_eq!(logs.stdout.stored_bytes, 0);
        assert!(logs.stdout.lost_bytes >= 20_000_000, "{:?}", logs.stdout);
    }
}

//! The three streams of one attempt.

use std::{
    sync::Arc,
    time::{SystemTime, UNIX_EPOCH},
};

use bytes::Bytes;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use tokio::runtime::Handle;

use super::{Level, LogOptions, LogSink, LogWriter, Masker, RecordSink, StepLog, Stream, StreamSummary};

impl From<&tracing::Level> for Level {
    fn from(level: &tracing::Level) -> Self {
        match *level {
            tracing::Level::TRACE | tracing::Level::DEBUG => Self::Debug,
            tracing::Level::INFO => Self::Info,
            tracing::Level::WARN => Self::Warn,
            tracing::Level::ERROR => Self::Error,
        }
    }
}

/// One record of the structured log.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct LogRecord {
    /// Microseconds since the Unix epoch, UTC.
    pub at: i64,
    /// How much it matters.
    pub level: Level,
    /// Which part of the program wrote it.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub target: String,
    /// The text for people.
    pub message: String,
    /// Further values by name.
    #[serde(default, skip_serializing_if = "Map::is_empty")]
    pub fields: Map<String, Value>,
}

impl LogRecord {
    /// The record as a line of the log stream.
    #[must_use]
    pub fn to_line(&self) -> Bytes {
        // A record holds nothing that cannot be JSON; an empty line is
        // better than a failed step should that ever change.
        let mut line = serde_json::to_vec(self).unwrap_or_default();
        line.push(b'\n');
        Bytes::from(line)
    }
}

/// What became of the streams of an attempt.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct LogsSummary {
    /// Standard output.
    pub stdout: StreamSummary,
    /// Standard error.
    pub stderr: StreamSummary,
    /// The structured log.
    pub log: StreamSummary,
}

/// The writers of one attempt's streams. Clones write to the same streams.
#[derive(Debug, Clone)]
pub struct StepLogs {
    stdout: LogWriter,
    stderr: LogWriter,
    log: LogWriter,
    masker: Arc<Masker>,
}

impl StepLogs {
    /// Writers that mask with `masker` and ship to `sink` on the current
    /// runtime. Costs next to nothing until something is written.
    ///
    /// # Panics
    ///
    /// Outside a tokio runtime.
    #[must_use]
    pub fn new(sink: &Arc<dyn LogSink>, masker: Arc<Masker>, options: &Arc<LogOptions>) -> Self {
        let runtime = Handle::current();
        let writer = |stream| {
            LogWriter::new(stream, Arc::clone(sink), Arc::clone(&masker), Arc::clone(options), runtime.clone())
        };
        Self { stdout: writer(Stream::Stdout), stderr: writer(Stream::Stderr), log: writer(Stream::Log), masker }
    }

    /// The writer of a stream.
    #[must_use]
    pub fn stream(&self, stream: Stream) -> &LogWriter {
        match stream {
            Stream::Stdout => &self.stdout,
            Stream::Stderr => &self.stderr,
            Stream::Log => &self.log,
        }
    }

    /// The masker of this attempt, for error texts and metadata.
    #[must_use]
    pub fn masker(&self) -> &Masker {
        &self.masker
    }

    /// A handle for user code to the structured log.
    #[must_use]
    pub fn step_log(&self) -> StepLog {
        StepLog::new(Arc::new(self.clone()))
    }

    /// Writes a structured record without waiting; see
    /// [`LogWriter::try_write`].
    pub fn record(&self, record: &LogRecord) {
        self.log.try_write(record.to_line());
    }

    /// Ends all streams and waits until they are stored or given up.
    pub async fn finish(&self) -> LogsSummary {
        let (stdout, stderr, log) = tokio::join!(self.stdout.finish(), self.stderr.finish(), self.log.finish());
        LogsSummary { stdout, stderr, log }
    }
}

impl RecordSink for StepLogs {
    fn record(&self, level: Level, target: &str, message: &str, fields: Map<String, Value>) {
        let (target, message) = (target.to_owned(), message.to_owned());
        StepLogs::record(self, &LogRecord { at: now_micros(), level, target, message, fields });
    }
}

#[expect(clippy::disallowed_methods, reason = "this is where records get their time")]
fn now_micros() -> i64 {
    let since_epoch = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    i64::try_from(since_epoch.as_micros()).unwrap_or(i64::MAX)
}

//! The structured log of one attempt.

use std::sync::Arc;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

/// How important a record is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Level {
    /// Detail for whoever debugs.
    Debug,
    /// What happens.
    Info,
    /// What may be wrong.
    Warn,
    /// What is wrong.
    Error,
}

impl Level {
    /// The level as it is written.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Debug => "debug",
            Self::Info => "info",
            Self::Warn => "warn",
            Self::Error => "error",
        }
    }
}

/// Takes the records of an attempt. It never blocks and never fails.
pub trait RecordSink: Send + Sync {
    /// One record. The sink adds the time.
    fn record(&self, level: Level, target: &str, message: &str, fields: Map<String, Value>);
}

/// A handle to the structured log of one attempt; cheap to clone.
#[derive(Clone)]
pub struct StepLog(Arc<dyn RecordSink>);

impl StepLog {
    /// A log that writes to a sink.
    pub fn new(sink: Arc<dyn RecordSink>) -> Self {
        Self(sink)
    }

    /// Writes one record with fields.
    pub fn record(&self, level: Level, target: &str, message: &str, fields: Map<String, Value>) {
        self.0.record(level, target, message, fields);
    }

    /// Writes detail for whoever debugs.
    pub fn debug(&self, message: impl AsRef<str>) {
        self.record(Level::Debug, "", message.as_ref(), Map::new());
    }

    /// Writes what happens.
    pub fn info(&self, message: impl AsRef<str>) {
        self.record(Level::Info, "", message.as_ref(), Map::new());
    }

    /// Writes what may be wrong.
    pub fn warn(&self, message: impl AsRef<str>) {
        self.record(Level::Warn, "", message.as_ref(), Map::new());
    }

    /// Writes what is wrong.
    pub fn error(&self, message: impl AsRef<str>) {
        self.record(Level::Error, "", message.as_ref(), Map::new());
    }
}

impl std::fmt::Debug for StepLog {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("StepLog")
    }
}

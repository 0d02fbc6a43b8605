//! Step output: captured, masked, cut into chunks, compressed and shipped.
//!
//! An attempt has three named streams ([`Stream`]): what its process wrote to
//! standard output and standard error, and its structured log. Output is never
//! a row in a database: it becomes numbered zstd chunks ([`Chunk`]) which a
//! [`LogSink`] carries to the log store.
//!
//! ```text
//! producer ─▶ LogWriter ─▶ mask ─▶ cut long lines ─▶ cap ─▶ chunk ─▶ compress ─▶ queue ─▶ LogSink
//!            (bounded)                                                          (bounded, retried)
//! ```
//!
//! Three rules hold everywhere in this module:
//!
//! * Logs never fail or stall a step. A slow producer side is back-pressure on
//!   a pipe; a dead sink costs output, and the loss is written into the stream.
//! * Secrets are masked before anything else sees a byte, so no later stage,
//!   error text or tail can leak one.
//! * Bytes stay bytes. Nothing is decoded here; the viewer decodes lossily.

mod chunk;
mod encodings;
mod masker;
mod pump;
mod retain;
mod shape;
mod ship;
mod sink;
mod step_log;
mod step_logs;
mod writer;

pub use chunk::{Chunk, LastChunk, Stream};
pub use masker::{MIN_SECRET_LENGTH, Masker, MaskerError, Secret, StreamMasker};
pub use retain::Tail;
pub use ship::StreamSummary;
pub use sink::{DirectorySink, LogSink, LogSinkError};
pub use step_log::{Level, RecordSink, StepLog};
pub use step_logs::{LogRecord, LogsSummary, StepLogs};
pub use writer::{LogOptions, LogWriter};

//! Step output: captured, masked, cut into chunks, shipped.

mod step_log;

pub use step_log::{Level, RecordSink, StepLog};

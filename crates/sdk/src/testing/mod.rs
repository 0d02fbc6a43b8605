//! The test kit: runs assets in this process, without a server, with their values in memory.
//!
//! ```
//! use headwater::prelude::*;
//! use headwater::testing;
//!
//! #[asset]
//! fn orders() -> Vec<u64> {
//!     vec![1, 2, 3]
//! }
//!
//! #[asset]
//! fn revenue(orders: Input<orders>) -> Materialized<u64> {
//!     Materialized::new(orders.iter().sum()).meta("orders", orders.len())
//! }
//!
//! let definitions = definitions![orders, revenue];
//!
//! // Everything, in the order of its dependencies.
//! let run = testing::materialize(&definitions, "*");
//! assert_eq!(*run.value::<revenue>(), 6);
//! assert_eq!(run.materialized("revenue").metadata["orders"], 3.into());
//!
//! // One asset, with a given value upstream.
//! let run = testing::Kit::new(&definitions).value::<orders>(vec![40, 2]).materialize("revenue");
//! assert_eq!(*run.value::<revenue>(), 42);
//! ```
//!
//! Steps run one after the other, each once: a failure is seen as it is, not retried. What is downstream of a failure,
//! of a failed blocking check, or of a skipped asset, is skipped.

mod execute;
mod kit;
mod process;
mod result;

pub use headwater_worker::logs::Level;
pub use kit::Kit;
pub use result::{Event, LogLine, TestRun};

use crate::definitions::Definitions;

/// Runs the selected assets and gives what came of it.
///
/// # Panics
/// Where the definitions or the selection are not valid: the test is wrong then.
#[track_caller]
pub fn materialize(definitions: &Definitions, selection: &str) -> TestRun {
    Kit::new(definitions).materialize(selection)
}

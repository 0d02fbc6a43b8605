//! Runs steps: leases them from the server, supervises them, reports what came of them.
//!
//! A worker speaks HTTP and never sees the store (D6).

pub mod logs;
pub mod process;
pub mod registry;

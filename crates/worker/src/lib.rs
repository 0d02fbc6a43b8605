//! Runs steps: leases them from the server, supervises them, reports what came of them.
//!
//! A worker speaks HTTP and never sees the store (D6). Follow a lease through the modules: `conversation` receives
//! it, `attempts` keeps it, `execute` runs it as Rust code of a [`registry`] or as a supervised [`process`], with its
//! output in [`logs`], and `attempts` reports its end.

mod attempts;
pub mod capture;
mod conversation;
mod execute;
pub mod logs;
pub mod process;
pub mod registry;
mod ship;
mod worker;

pub use worker::{Unstoppable, Worker, WorkerError, WorkerHandle, WorkerOptions};

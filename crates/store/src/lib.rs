//! The storage port: what the control plane asks of a database, and nothing about how.
//!
//! [`Journal`] is the leader's side: take the lead, load the world, commit batches of effects under a term.
//! [`Reader`] is everybody's side: what the API shows. A [`Store`] is both. Every implementation passes the
//! [`conformance`] suite; [`memory::MemoryStore`] is the reference that the simulator runs on.

pub mod clean;
pub mod conformance;
mod error;
pub mod event;
mod journal;
pub mod memory;
mod reader;

pub use error::{CommitError, StoreError};
pub use journal::{
    ActiveRun, Delivery, DeliveryOutcome, EndedRun, Image, Journal, Leader, LeaderClaim, Retention, StoredPlan,
};
pub use memory::MemoryStore;
pub use reader::{
    AssetCheck, DeliveryFilter, DeliveryState, EventFilter, IncidentFilter, OutboxItem, Page, Reader, RunCounts,
    RunFilter, StepInHand, StoreStatus, VersionFilter,
};

/// A whole store.
pub trait Store: Journal + Reader + std::fmt::Debug {}

impl<T: Journal + Reader + std::fmt::Debug> Store for T {}

//! The leader's side of a store.

use async_trait::async_trait;
pub use headwater_core::world::{ActiveRun, EndedRun, Image, StoredPlan};
use headwater_core::{
    effect::Recorded,
    id::{RunId, Seq, ServerId, Term},
    time::{Millis, Timestamp},
};

use crate::error::{CommitError, StoreError};

/// A server that wants to lead.
#[derive(Clone, Debug)]
pub struct LeaderClaim {
    /// The server process.
    pub server: ServerId,
    /// Where other servers reach it, as in `http://10.0.0.7:4000`.
    pub address: String,
    /// How long a lead lasts without a commit or a renewal, by the database's clock.
    pub ttl: Millis,
}

/// Who leads.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Leader {
    /// The server process.
    pub server: ServerId,
    /// Where other servers reach it.
    pub address: String,
    /// Its term.
    pub term: Term,
    /// Whether its lead is over by the database's clock.
    pub expired: bool,
}

/// How long history is kept. None keeps it for ever.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Retention {
    /// Entries of the event log, older ones of ended runs only.
    pub events: Option<Timestamp>,
    /// Ticks.
    pub ticks: Option<Timestamp>,
    /// Ended runs with their steps, attempts and plans; versions and checks that they made stay.
    pub runs: Option<Timestamp>,
    /// Materializations and observations, except the latest of each asset and partition.
    pub versions: Option<Timestamp>,
    /// Check results, except the latest of each check.
    pub checks: Option<Timestamp>,
    /// Commands, with their idempotency keys.
    pub commands: Option<Timestamp>,
    /// Messages whose delivery ended, and resolved incidents. Receipts stay while their incident goes on.
    pub outbox: Option<Timestamp>,
    /// Workers that are gone or lost.
    pub workers: Option<Timestamp>,
}

/// What came of a try to deliver a message.
#[derive(Clone, Debug, PartialEq)]
pub struct Delivery {
    /// The message.
    pub seq: Seq,
    /// How often it was tried by now.
    pub attempts: u32,
    /// What came of it.
    pub outcome: DeliveryOutcome,
}

/// What came of a try to deliver a message.
#[derive(Clone, Debug, PartialEq)]
pub enum DeliveryOutcome {
    /// The channel took it.
    Delivered {
        /// What the channel gave back.
        receipt: Option<serde_json::Value>,
    },
    /// It failed and is tried again.
    Again {
        /// When.
        at: Timestamp,
        /// What was wrong.
        error: String,
    },
    /// It is given up.
    Dead {
        /// Why.
        error: String,
    },
}

/// The leader's side.
#[async_trait]
pub trait Journal: Send + Sync + 'static {
    /// Takes the lead where nobody has it or where the lead of another server is over.
    ///
    /// Gives the new term, higher than any before, or none where somebody else leads. A server that leads
    /// already gets a new term too. An error means "not leader", never "still leader" (R20).
    async fn lead(&self, claim: &LeaderClaim) -> Result<Option<Term>, StoreError>;

    /// Extends the lead of a term by the claim's time to live; false where the term is over.
    async fn renew(&self, claim: &LeaderClaim, term: Term) -> Result<bool, StoreError>;

    /// Ends the lead of a term at once, so that a standby takes over without waiting.
    async fn resign(&self, term: Term) -> Result<(), StoreError>;

    /// Loads everything that a leader needs. Commands older than `commands_since` are left out.
    async fn load(&self, commands_since: Timestamp) -> Result<Image, StoreError>;

    /// Writes a batch of effects in one transaction under a term; all of it or nothing, durable on return.
    ///
    /// The batch's first number follows the last one that is stored; a gap is a [`CommitError::Conflict`].
    /// A commit also renews the lead. Effects are applied in order; several may touch the same row.
    async fn commit(&self, term: Term, batch: &[Recorded]) -> Result<(), CommitError>;

    /// Deletes history that is older than the retention says, at most `limit` rows of each kind.
    /// Gives how many rows went; zero means that nothing is left to delete.
    async fn prune(&self, retention: &Retention, limit: u32) -> Result<u64, StoreError>;

    /// Records what came of tries to deliver messages. A message that is no longer waiting is left as it is.
    async fn outbox_mark(&self, tries: &[Delivery], at: Timestamp) -> Result<(), StoreError>;

    /// The plan of a run, whether or not it has ended.
    async fn plan(&self, run: RunId) -> Result<Option<StoredPlan>, StoreError>;
}

//! Deleting history that is older than is kept.

use std::{sync::Arc, time::Duration};

use headwater_core::time::{Millis, Timestamp};
use headwater_store::{Retention, Store};
use tokio_util::sync::CancellationToken;

use crate::clock::Clock;

/// How many days history is kept, by kind. None keeps it for ever.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RetentionDays {
    /// Entries of the event log.
    pub events: Option<u32>,
    /// Ticks.
    pub ticks: Option<u32>,
    /// Ended runs with their steps and plans.
    pub runs: Option<u32>,
    /// Materializations and observations, except the latest ones.
    pub versions: Option<u32>,
    /// Check results, except the latest ones.
    pub checks: Option<u32>,
    /// Commands, for the audit.
    pub commands: Option<u32>,
    /// Delivered messages, and workers that are gone.
    pub leftovers: Option<u32>,
}

impl Default for RetentionDays {
    fn default() -> Self {
        Self {
            events: Some(90),
            ticks: Some(30),
            runs: Some(365),
            versions: None,
            checks: Some(365),
            commands: Some(365),
            leftovers: Some(7),
        }
    }
}

impl RetentionDays {
    /// What may go at an instant.
    pub fn at(&self, now: Timestamp) -> Retention {
        let before = |days: Option<u32>| days.map(|days| now.minus(Millis::secs(u64::from(days) * 86_400)));
        Retention {
            events: before(self.events),
            ticks: before(self.ticks),
            runs: before(self.runs),
            versions: before(self.versions),
            checks: before(self.checks),
            commands: before(self.commands),
            outbox: before(self.leftovers),
            workers: before(self.leftovers),
        }
    }
}

/// How often old history is looked for.
const EVERY: Duration = Duration::from_secs(600);

/// How many rows go at once, so that no transaction is long.
const ROWS: u32 = 2_000;

/// Deletes old history in small steps until the token is cancelled.
pub(crate) async fn prune(store: Arc<dyn Store>, clock: Arc<dyn Clock>, days: RetentionDays, stop: CancellationToken) {
    loop {
        if stop.run_until_cancelled(tokio::time::sleep(EVERY)).await.is_none() {
            return;
        }
        let retention = days.at(clock.now());
        loop {
            match stop.run_until_cancelled(store.prune(&retention, ROWS)).await {
                Some(Ok(rows)) if rows > 0 => tracing::debug!(rows, "deleted old history"),
                Some(Ok(_)) => break,
                Some(Err(error)) => {
                    tracing::warn!(%error, "old history could not be deleted; the next try is in ten minutes");
                    break;
                }
                None => return,
            }
        }
    }
}

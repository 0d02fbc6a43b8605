//! What every scenario needs.

pub(crate) mod audit;
pub(crate) mod census;
pub(crate) mod cluster;
pub(crate) mod database;
pub(crate) mod product;
pub(crate) mod proxy;
pub(crate) mod random;
pub(crate) mod receiver;
pub(crate) mod runs;
pub(crate) mod small_disk;
pub(crate) mod stack;

use std::time::{Duration, Instant};

pub(crate) use audit::audit;
pub(crate) use database::Database;
pub(crate) use product::Product;
pub(crate) use random::Random;
pub(crate) use stack::{Stack, Store};

/// Seconds, for deadlines.
pub(crate) const fn secs(secs: u64) -> Duration {
    Duration::from_secs(secs)
}

/// How often a condition is looked at.
const LOOK: Duration = Duration::from_millis(15);

/// Waits until the probe gives something; fails the test after the deadline.
pub(crate) async fn until<T>(what: &str, deadline: Duration, mut probe: impl AsyncFnMut() -> Option<T>) -> T {
    let start = Instant::now();
    loop {
        if let Some(found) = probe().await {
            return found;
        }
        assert!(start.elapsed() < deadline, "not within {} s: {what}", deadline.as_secs());
        tokio::time::sleep(LOOK).await;
    }
}

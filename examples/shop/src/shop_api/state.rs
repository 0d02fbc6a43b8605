//! What the server knows, and the layer that makes it fail.

use super::crm::SegmentUpdate;
use super::{Mode, ShopApiConfig, Stats};
use crate::random::Random;
use crate::world::World;
use axum::extract::{Request, State};
use axum::http::StatusCode;
use axum::http::header::RETRY_AFTER;
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use jiff::{SignedDuration, Timestamp};
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use tokio::time::Instant;

/// How long an answer takes in [`Mode::Slow`].
const SLOWNESS: Duration = Duration::from_secs(2);
/// How many requests in a thousand fail in [`Mode::Errors`].
const MANY_ERRORS_PERMILLE: u64 = 700;

/// The server's state.
#[derive(Debug)]
pub(super) struct Shop {
    pub(super) world: World,
    started: Instant,
    speed: u32,
    requests_per_second: u32,
    errors_permille: u64,
    inner: Mutex<Inner>,
}

#[derive(Debug)]
pub(super) struct Inner {
    pub(super) mode: Mode,
    pub(super) advanced_seconds: i64,
    pub(super) contacts: BTreeMap<i64, SegmentUpdate>,
    pub(super) stats: Stats,
    random: Random,
    /// Requests that may still be answered now, in thousandths.
    tokens_milli: u64,
    refilled: Instant,
}

impl Shop {
    pub(super) fn new(config: &ShopApiConfig) -> Self {
        let now = Instant::now();
        Self {
            world: World::generate(config.seed, config.start),
            started: now,
            speed: config.speed,
            requests_per_second: config.requests_per_second.max(1),
            errors_permille: u64::from(config.errors_permille.min(1000)),
            inner: Mutex::new(Inner {
                mode: Mode::Off,
                advanced_seconds: 0,
                contacts: BTreeMap::new(),
                stats: Stats::default(),
                random: Random::new(config.seed, "faults"),
                tokens_milli: u64::from(config.requests_per_second.max(1)) * 1000,
                refilled: now,
            }),
        }
    }

    /// The shop's logical time.
    pub(super) fn clock(&self) -> Timestamp {
        let passed = self.started.elapsed().as_secs().saturating_mul(u64::from(self.speed));
        let seconds = self.inner().advanced_seconds.saturating_add_unsigned(passed);
        self.world.opening_clock().checked_add(SignedDuration::from_secs(seconds)).unwrap_or(Timestamp::MAX)
    }

    /// The part that changes. A panic elsewhere while it was locked leaves it usable: every change is one assignment.
    pub(super) fn inner(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Decides what becomes of the request that just arrived.
    fn verdict(&self) -> Verdict {
        let mut inner = self.inner();
        inner.stats.requests += 1;
        if inner.mode == Mode::Down {
            inner.stats.unavailable += 1;
            return Verdict::Refuse(StatusCode::SERVICE_UNAVAILABLE);
        }
        if !inner.take_token(Instant::now(), u64::from(self.requests_per_second)) {
            inner.stats.limited += 1;
            return Verdict::Limit;
        }
        let permille = if inner.mode == Mode::Errors { MANY_ERRORS_PERMILLE } else { self.errors_permille };
        if inner.random.chance(permille) {
            inner.stats.failed += 1;
            return Verdict::Refuse(StatusCode::INTERNAL_SERVER_ERROR);
        }
        if inner.mode == Mode::Slow { Verdict::Delay } else { Verdict::Answer }
    }
}

impl Inner {
    /// A token bucket that holds one second's worth of requests.
    fn take_token(&mut self, now: Instant, per_second: u64) -> bool {
        let passed_millis = now.duration_since(self.refilled).as_millis().min(1000) as u64;
        self.tokens_milli = (self.tokens_milli + passed_millis * per_second).min(per_second * 1000);
        if passed_millis > 0 {
            self.refilled = now;
        }
        if self.tokens_milli < 1000 {
            return false;
        }
        self.tokens_milli -= 1000;
        true
    }
}

enum Verdict {
    Answer,
    Delay,
    Limit,
    Refuse(StatusCode),
}

/// The layer in front of everything the pipeline calls.
pub(super) async fn misbehaving(State(shop): State<Arc<Shop>>, request: Request, next: Next) -> Response {
    match shop.verdict() {
        Verdict::Answer => next.run(request).await,
        Verdict::Delay => {
            tokio::time::sleep(SLOWNESS).await;
            next.run(request).await
        }
        Verdict::Limit => {
            (StatusCode::TOO_MANY_REQUESTS, [(RETRY_AFTER, "1")], "too many requests, wait a second").into_response()
        }
        Verdict::Refuse(status) => (status, "the shop is having a bad moment").into_response(),
    }
}

#[cfg(test)]
mod tests {
    use super::super::ShopApiConfig;
    use super::Shop;
    use std::time::Duration;
    use tokio::time::Instant;

    #[tokio::test]
    async fn the_bucket_empties_and_fills_with_time() {
        let shop = Shop::new(&ShopApiConfig { requests_per_second: 2, ..ShopApiConfig::default() });
        let mut inner = shop.inner();
        let now = Instant::now();
        inner.refilled = now;
        assert!(inner.take_token(now, 2) && inner.take_token(now, 2));
        assert!(!inner.take_token(now, 2), "two a second and no more");
        let later = now + Duration::from_millis(500);
        assert!(inner.take_token(later, 2), "half a second earns one");
        assert!(!inner.take_token(later, 2));
    }
}

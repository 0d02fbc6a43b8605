//! Time, from outside, so that tests decide it.

use std::{fmt, time::Duration};

use async_trait::async_trait;
use headwater_core::time::Timestamp;

/// Tells the time and waits for it.
#[async_trait]
pub trait Time: fmt::Debug + Send + Sync + 'static {
    /// Now.
    fn now(&self) -> Timestamp;
    /// Returns once it is that late; it may return earlier, so whoever waits looks at the clock again.
    async fn sleep_until(&self, at: Timestamp);
}

/// The machine's clock.
#[derive(Clone, Copy, Debug, Default)]
pub struct SystemTime;

/// The longest wait, so that a clock that is set is noticed.
const NAP: Duration = Duration::from_secs(5);

#[async_trait]
impl Time for SystemTime {
    #[allow(clippy::disallowed_methods, reason = "this is the edge that the rule sends everybody to")]
    fn now(&self) -> Timestamp {
        let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap_or_default();
        Timestamp::from_micros(i64::try_from(since.as_micros()).unwrap_or(i64::MAX))
    }

    async fn sleep_until(&self, at: Timestamp) {
        let left = at.as_micros().saturating_sub(self.now().as_micros()).max(0);
        tokio::time::sleep(Duration::from_micros(left.unsigned_abs()).min(NAP)).await;
    }
}

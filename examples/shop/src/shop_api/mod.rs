//! The shop's own systems, as the pipeline sees them: a paginated API, a change stream and a CRM endpoint, served on
//! the local machine from a process of its own. It is the outside world of this example and therefore unreliable on
//! purpose: it limits the rate, fails now and then, and can be told to misbehave.

mod admin;
mod crm;
mod lists;
mod process;
mod state;

pub use admin::{Misbehave, Mode, Stats};
pub use crm::{CrmAnswer, CrmBatch, CrmRejection, SegmentUpdate};
pub use lists::{ChangesPage, Page};
pub use process::{ProcessError, ShopApiProcess, run_in_this_process};

use axum::Router;
use axum::middleware::from_fn_with_state;
use axum::routing::{get, post};
use jiff::civil::{Date, date};
use state::Shop;
use std::future::Future;
use std::io;
use std::sync::Arc;
use tokio::net::TcpListener;

/// How the shop behaves when nobody asks it to misbehave.
#[derive(Debug, Clone)]
pub struct ShopApiConfig {
    /// Port on 127.0.0.1; 0 takes a free one.
    pub port: u16,
    /// The world's seed; also decides which requests fail.
    pub seed: u64,
    /// First day of the history.
    pub start: Date,
    /// Logical seconds that pass in one real second; 0 stops the clock.
    pub speed: u32,
    /// Requests a second before 429 is answered.
    pub requests_per_second: u32,
    /// How many requests in a thousand fail with 500.
    pub errors_permille: u32,
}

impl Default for ShopApiConfig {
    fn default() -> Self {
        Self {
            port: 0,
            seed: 42,
            start: date(2026, 1, 1),
            // A day of trade passes in 24 minutes, so that schedules find something new.
            speed: 60,
            requests_per_second: 50,
            errors_permille: 20,
        }
    }
}

/// Serves the shop on a listener until `stop` completes.
///
/// # Errors
/// When the listener fails.
pub async fn serve(
    listener: TcpListener,
    config: &ShopApiConfig,
    stop: impl Future<Output = ()> + Send + 'static,
) -> io::Result<()> {
    axum::serve(listener, router(config)).with_graceful_shutdown(stop).await
}

fn router(config: &ShopApiConfig) -> Router {
    let shop = Arc::new(Shop::new(config));
    let unreliable = Router::new()
        .route("/orders", get(lists::orders))
        .route("/changes", get(lists::changes))
        .route("/crm/segments", post(crm::receive))
        .layer(from_fn_with_state(Arc::clone(&shop), state::misbehaving));
    let reliable = Router::new()
        .route("/health", get(admin::health))
        .route("/admin/misbehave", post(admin::misbehave))
        .route("/admin/advance", post(admin::advance))
        .route("/admin/stats", get(admin::stats))
        .route("/crm/contacts", get(crm::contacts));
    unreliable.merge(reliable).with_state(shop)
}

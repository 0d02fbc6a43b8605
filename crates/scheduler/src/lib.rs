//! The shell around `decide`: take the lead, load the world, drain inputs, decide, commit, answer, sleep.
//!
//! Everything that is a rule is in `headwater_core::decide`. Here is only what touches the clock, the store and
//! the queue, and it is the same for one command and for ten thousand: a batch is decided against the world in
//! memory, committed in one transaction under the leader's term, and only then acknowledged (D3, D4).

mod clock;
mod control;
mod lead;
mod loop_state;
mod maintenance;

pub use clock::{Clock, SystemClock};
pub use control::{Control, ControlError, Standing};
pub use maintenance::RetentionDays;

use std::sync::Arc;

use headwater_core::{effect::Recorded, id::ServerId, time::Millis, world::Settings};
use headwater_store::Store;
use tokio::sync::{broadcast, mpsc, watch};
use tokio_util::sync::CancellationToken;

/// How many messages wait for the leader before callers are told to come back later.
const QUEUE: usize = 10_000;

/// How many committed batches a slow reader of the feed may lag behind.
const FEED: usize = 256;

/// How a scheduler runs.
#[derive(Clone, Debug)]
pub struct SchedulerOptions {
    /// This server process.
    pub server: ServerId,
    /// Where other servers reach it, as in `http://10.0.0.7:4000`.
    pub address: String,
    /// How long a lead lasts without a commit or a renewal.
    pub leader_ttl: Millis,
    /// Numbers of the rules.
    pub settings: Settings,
    /// How long history is kept.
    pub retention: RetentionDays,
}

impl SchedulerOptions {
    /// The defaults, for a server under an address.
    pub fn new(server: ServerId, address: impl Into<String>) -> Self {
        Self {
            server,
            address: address.into(),
            leader_ttl: Millis::secs(6),
            settings: Settings::default(),
            retention: RetentionDays::default(),
        }
    }
}

/// A scheduler that is ready to run.
#[derive(Debug)]
pub struct Scheduler {
    pub(crate) options: SchedulerOptions,
    pub(crate) store: Arc<dyn Store>,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) queue: mpsc::Receiver<control::Message>,
    pub(crate) standing: watch::Sender<Standing>,
    pub(crate) feed: broadcast::Sender<Arc<[Recorded]>>,
}

impl Scheduler {
    /// A scheduler over a store, with the handle through which it is asked.
    pub fn new(options: SchedulerOptions, store: Arc<dyn Store>, clock: Arc<dyn Clock>) -> (Self, Control) {
        let (sender, queue) = mpsc::channel(QUEUE);
        let (standing, watcher) = watch::channel(Standing::Starting);
        let (feed, _) = broadcast::channel(FEED);
        let control = Control { queue: sender, standing: watcher, feed: feed.clone() };
        (Self { options, store, clock, queue, standing, feed }, control)
    }

    /// Leads whenever it can, until the token is cancelled; then it resigns, so that a standby takes over at once.
    pub async fn run(mut self, shutdown: CancellationToken) {
        lead::run(&mut self, &shutdown).await;
    }
}

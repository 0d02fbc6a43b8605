//! What every handler has at hand.

use std::sync::Arc;

use headwater_core::time::Timestamp;
use headwater_scheduler::{Clock, Control, SystemClock};
use headwater_store::Store;
use object_store::ObjectStore;
use tokio::sync::Semaphore;
use tokio_util::sync::CancellationToken;

use crate::{
    auth::Tokens,
    forward::Forwarder,
    hub::Hub,
    logs::LogStore,
    metrics::Metrics,
    options::{ServerOptions, SetupError},
    views::Views,
};

/// The state of the server; cheap to clone.
#[derive(Clone)]
pub(crate) struct App(Arc<Inner>);

impl std::ops::Deref for App {
    type Target = Inner;

    fn deref(&self) -> &Inner {
        &self.0
    }
}

pub(crate) struct Inner {
    pub(crate) options: ServerOptions,
    pub(crate) tokens: Tokens,
    pub(crate) store: Arc<dyn Store>,
    pub(crate) control: Control,
    pub(crate) logs: LogStore,
    pub(crate) views: Views,
    pub(crate) hub: Hub,
    pub(crate) metrics: Metrics,
    pub(crate) forwarder: Forwarder,
    pub(crate) streams: Arc<Semaphore>,
    pub(crate) shutdown: CancellationToken,
    pub(crate) started_at: Timestamp,
}

impl App {
    pub(crate) fn new(
        options: ServerOptions,
        store: Arc<dyn Store>,
        control: Control,
        logs: Arc<dyn ObjectStore>,
        shutdown: CancellationToken,
    ) -> Result<Self, SetupError> {
        let tokens = Tokens::new(&options.tokens)?;
        Ok(Self(Arc::new(Inner {
            tokens,
            logs: LogStore::new(logs),
            views: Views::default(),
            hub: Hub::start(Arc::clone(&store), &control, shutdown.clone()),
            metrics: Metrics::default(),
            forwarder: Forwarder::default(),
            streams: Arc::new(Semaphore::new(options.max_streams)),
            started_at: SystemClock.now(),
            options,
            store,
            control,
            shutdown,
        })))
    }

    /// Now, for what is shown and never for what is decided.
    pub(crate) fn now(&self) -> Timestamp {
        SystemClock.now()
    }
}

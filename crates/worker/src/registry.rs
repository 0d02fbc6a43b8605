//! What a worker can execute: the steps of one code location.

use std::{collections::BTreeMap, fmt, future::Future, pin::Pin, sync::Arc};

use headwater_core::{
    key::AssetKey,
    manifest::Manifest,
    report::AttemptRef,
    report::{InputVersion, StepFailure, StepOutput},
};
use tokio_util::sync::CancellationToken;

use crate::logs::StepLog;

/// The future of one attempt.
pub type BodyFuture = Pin<Box<dyn Future<Output = Result<StepOutput, StepFailure>> + Send>>;

/// User code of one step inside this process.
///
/// The worker polls the future on its own runtime, apart from the thread that holds the leases, and catches
/// its panics. Code that blocks must do so in `spawn_blocking`; the SDK does that for plain functions.
pub trait StepBody: Send + Sync {
    /// Starts an attempt.
    fn run(&self, context: StepContext) -> BodyFuture;

    /// Whether nothing of an attempt is left once its future is dropped.
    ///
    /// True for async code. Code on a thread of its own goes on whatever happens to the future: it must look at the
    /// context's `cancel`, and its attempt counts as running until the future ends by itself.
    fn stops_when_dropped(&self) -> bool {
        true
    }
}

/// What an attempt is given.
#[derive(Clone)]
pub struct StepContext {
    /// Which attempt of which run.
    pub at: AttemptRef,
    /// The step's name.
    pub step: Arc<str>,
    /// The assets to make; for a step that cannot be subset, all of its assets.
    pub assets: Vec<AssetKey>,
    /// The checks to evaluate, as asset and name.
    pub checks: Vec<(AssetKey, String)>,
    /// The partition; empty for assets without partitions.
    pub partition: String,
    /// The step's config as given at launch; null where there is none.
    pub config: serde_json::Value,
    /// Tags of the run.
    pub tags: BTreeMap<String, String>,
    /// The versions of upstream assets at the time of the lease.
    pub inputs: Vec<InputVersion>,
    /// Where each asset's last materialization said that the next run goes on.
    pub cursors: BTreeMap<AssetKey, serde_json::Value>,
    /// Structured log of the attempt.
    pub log: StepLog,
    /// Cancelled when the attempt must stop.
    pub cancel: CancellationToken,
}

impl fmt::Debug for StepContext {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("StepContext").field("at", &self.at).field("step", &self.step).finish_non_exhaustive()
    }
}

/// Closes what the steps of a worker share.
pub type Teardown = Arc<dyn Fn() -> Pin<Box<dyn Future<Output = ()> + Send>> + Send + Sync>;

/// Everything one code location declares, with the code of its Rust steps.
#[derive(Clone)]
pub struct Registry {
    manifest: Manifest,
    bodies: BTreeMap<String, Arc<dyn StepBody>>,
    teardown: Option<Teardown>,
}

impl Registry {
    /// The steps of a manifest with their code, by step name.
    pub fn new(manifest: Manifest, bodies: BTreeMap<String, Arc<dyn StepBody>>) -> Self {
        Self { manifest, bodies, teardown: None }
    }

    /// The registry with what closes the resources that its steps share.
    #[must_use]
    pub fn with_teardown(mut self, teardown: Teardown) -> Self {
        self.teardown = Some(teardown);
        self
    }

    /// Closes the resources that the steps share. A worker calls it once, after its last step ended.
    pub async fn teardown(&self) {
        if let Some(teardown) = &self.teardown {
            teardown().await;
        }
    }

    /// What is declared.
    pub fn manifest(&self) -> &Manifest {
        &self.manifest
    }

    /// The code of a step, by its name.
    pub fn body(&self, step: &str) -> Option<&Arc<dyn StepBody>> {
        self.bodies.get(step)
    }
}

impl fmt::Debug for Registry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Registry")
            .field("location", &self.manifest.location)
            .field("bodies", &self.bodies.keys())
            .finish_non_exhaustive()
    }
}

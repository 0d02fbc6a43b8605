//! From a lease to a report.

mod masked;
mod process;
mod rust;

use std::{
    path::PathBuf,
    process::Command,
    sync::{Arc, OnceLock},
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use headwater_client::Client;
use headwater_core::{lease::Lease, report::Report, time::Timestamp};
use tokio_util::{sync::CancellationToken, task::TaskTracker};

use crate::{
    logs::{LogOptions, LogSink, Masker, Secret, StepLogs},
    process::{Guardian, Supervisor},
    registry::Registry,
    ship::HttpSink,
};

/// How long cooperative code has after a cancel before its future is dropped.
pub(crate) const CANCEL_GRACE: Duration = Duration::from_secs(5);

/// Everything that attempts of one worker share.
pub(crate) struct Executor {
    pub(crate) registry: Registry,
    pub(crate) client: Client,
    pub(crate) supervisor: Supervisor,
    /// How to start a guardian.
    pub(crate) guard: Option<Vec<String>>,
    /// The guardian, once a process step was run.
    pub(crate) guardian: OnceLock<Option<Guardian>>,
    pub(crate) project_dir: PathBuf,
    /// Values that never appear in what leaves the worker, besides those that single steps name.
    pub(crate) secrets: Vec<Secret>,
    pub(crate) masker: Arc<Masker>,
    pub(crate) log_options: Arc<LogOptions>,
    /// Output that is still being shipped after its attempt was reported.
    pub(crate) shipping: TaskTracker,
}

impl Executor {
    /// Executes a lease to its end. The report's outcome is `Canceled` where the token ended it.
    pub(crate) async fn run(&self, lease: Lease, cancel: CancellationToken) -> Report {
        let started_at = now();
        let sink: Arc<dyn LogSink> = Arc::new(HttpSink::new(self.client.clone(), lease.at));
        let masker = self.masker_of(&lease);
        let (at, inputs) = (lease.at, lease.inputs.clone());
        let logs = StepLogs::new(&sink, masker, &self.log_options);
        let outcome = match &lease.process {
            Some(process) => process::run(self, &lease, process, &logs, &cancel).await,
            None => rust::run(self, lease, &logs, &cancel).await,
        };
        let outcome = masked::masked(outcome, logs.masker());
        // A slow log store must not hold back the result: what is left is shipped on the side.
        self.shipping.spawn(async move { logs.finish().await });
        Report { at, started_at, ended_at: now(), inputs, outcome }
    }

    /// Makes sure that somebody ends the worker's processes when the worker itself is killed.
    fn be_guarded(&self) {
        self.guardian.get_or_init(|| {
            let (program, arguments) = self.guard.as_ref()?.split_first()?;
            #[allow(clippy::disallowed_methods, reason = "the guardian is this program itself, not a step")]
            let mut command = Command::new(program);
            command.args(arguments);
            Guardian::start(command)
                .inspect_err(|error| tracing::warn!(%error, "no guardian: if this worker is killed, its processes go on until it is started again"))
                .ok()
        });
    }

    /// The worker's masker, or one that also knows the secrets that this step's process inherits.
    fn masker_of(&self, lease: &Lease) -> Arc<Masker> {
        let Some(process) = &lease.process else {
            return Arc::clone(&self.masker);
        };
        let own = process.pass_env.iter().filter_map(|name| Some(Secret::new(name, std::env::var(name).ok()?)));
        let own: Vec<Secret> = own.collect();
        if own.is_empty() {
            return Arc::clone(&self.masker);
        }
        Masker::new(own.into_iter().chain(self.secrets.iter().cloned()))
            .map_or_else(|_| Arc::clone(&self.masker), Arc::new)
    }
}

/// The worker's clock.
#[allow(clippy::disallowed_methods, reason = "this is the worker's one place that reads the time of day")]
pub(crate) fn now() -> Timestamp {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    Timestamp::from_micros(i64::try_from(since.as_micros()).unwrap_or(i64::MAX))
}

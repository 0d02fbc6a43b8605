//! A worker from its start to its end.

use std::{
    collections::BTreeMap,
    fmt,
    path::PathBuf,
    sync::{Arc, OnceLock},
    thread,
    time::Duration,
};

use headwater_client::Client;
use headwater_core::{id::WorkerId, lease::Join};
use tokio::{
    runtime::{Builder, Runtime},
    sync::{oneshot, watch},
};
use tokio_util::task::TaskTracker;

use crate::{
    conversation::{Conversation, Farewell, Wish, new_worker_id},
    execute::Executor,
    logs::{LogOptions, Masker, Secret},
    process::Supervisor,
    registry::Registry,
};

/// How long a worker that has left waits for the output of its last attempts to be taken.
const LAST_OUTPUT: Duration = Duration::from_secs(10);

/// What happens to the process when user code ignores that its lease is over.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Unstoppable {
    /// The process ends: nothing else stops code on a thread of its own.
    #[default]
    ExitProcess,
    /// It is left running, and whatever it reports records nothing. For a worker inside a server.
    LeaveRunning,
}

/// How a worker runs.
#[derive(Clone, Debug)]
pub struct WorkerOptions {
    /// The server's address, as in `http://127.0.0.1:4000`.
    pub server: String,
    /// The token with which the worker shows who it is.
    pub token: Option<String>,
    /// The deployment that it works for.
    pub deployment: String,
    /// The name that people see.
    pub name: String,
    /// How many attempts it runs at once.
    pub slots: u32,
    /// What it has; steps choose by it.
    pub tags: BTreeMap<String, String>,
    /// Where relative paths of process steps start.
    pub project_dir: PathBuf,
    /// Where it notes which processes it runs, so that the next worker can end what a killed one left.
    pub state_dir: Option<PathBuf>,
    /// How to start this program as a guardian: program and arguments of something that calls
    /// [`process::guard`](crate::process::guard) with `state_dir`. It ends what a killed worker leaves running, and is
    /// started with the first process step.
    pub guard: Option<Vec<String>>,
    /// How long a draining worker lets its attempts run before it gives them back.
    pub drain: Duration,
    /// Values that never appear in logs, by name.
    pub secrets: Vec<(String, String)>,
    /// Threads for user code; none takes one per core.
    pub threads: Option<usize>,
    /// What happens when user code ignores that its lease is over.
    pub unstoppable: Unstoppable,
}

impl WorkerOptions {
    /// The defaults, for a server.
    pub fn new(server: impl Into<String>) -> Self {
        let cores = thread::available_parallelism().map_or(2, usize::from);
        Self {
            server: server.into(),
            token: None,
            deployment: "default".to_owned(),
            name: host_name(),
            slots: (cores as u32).saturating_mul(4),
            tags: BTreeMap::new(),
            project_dir: PathBuf::from("."),
            state_dir: None,
            guard: None,
            drain: Duration::from_secs(30),
            secrets: Vec::new(),
            threads: None,
            unstoppable: Unstoppable::default(),
        }
    }
}

/// Why a worker could not start, or ended by itself.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum WorkerError {
    /// An option is not usable.
    #[error("the worker cannot start: {0}")]
    Setup(String),
    /// The server does not want this worker.
    #[error("the server refuses this worker: {0}")]
    Refused(String),
}

/// Starts workers.
#[derive(Debug)]
pub struct Worker;

impl Worker {
    /// Starts a worker: a thread that holds the conversation with the server, and a runtime for user code.
    ///
    /// It keeps trying while the server is away. The manifest of the registry must be deployed, or have been.
    ///
    /// # Errors
    /// [`WorkerError::Setup`] where an option is not usable.
    pub fn start(registry: Registry, options: WorkerOptions) -> Result<WorkerHandle, WorkerError> {
        let setup = |error: &dyn fmt::Display| WorkerError::Setup(error.to_string());
        let runtime = user_runtime(options.threads).map_err(|error| setup(&error))?;
        // Each runtime has a client of its own: connections live on the runtime that made them, and user code that
        // blocks its runtime must not hold up a heartbeat.
        let client =
            || Ok::<_, WorkerError>(client(&options).map_err(|error| setup(&error))?.deployment(&options.deployment));
        let executor = Arc::new(executor(registry, &options, client()?)?);
        let (_, _, snapshot) = executor.registry.manifest().clone().address();
        let join = Join {
            worker: new_worker_id(),
            name: options.name.clone(),
            host: host_name(),
            pid: std::process::id(),
            location: executor.registry.manifest().location.clone(),
            snapshot,
            slots: options.slots.max(1),
            tags: options.tags.clone(),
            version: env!("CARGO_PKG_VERSION").to_owned(),
        };
        let (wish, wished) = watch::channel(Wish::Work);
        let (joined, join_seen) = watch::channel(None);
        let (done, stopped) = oneshot::channel();
        let conversation = Conversation {
            client: client()?,
            join,
            executor: Arc::clone(&executor),
            runtime: runtime.handle().clone(),
            wish: wished,
            joined,
            drain: options.drain,
            unstoppable: options.unstoppable,
        };
        let supervise = move || {
            let result = hold(conversation, &executor);
            runtime.block_on(executor.registry.teardown());
            // Code that does not stop must not keep the process from ending.
            runtime.shutdown_timeout(Duration::from_secs(1));
            let _ = done.send(result);
        };
        thread::Builder::new().name("headwater-worker".into()).spawn(supervise).map_err(|error| setup(&error))?;
        Ok(WorkerHandle { wish, joined: join_seen, stopped })
    }
}

/// Runs the conversation on the current thread until the worker has left.
fn hold(conversation: Conversation, executor: &Executor) -> Result<(), WorkerError> {
    let runtime =
        Builder::new_current_thread().enable_all().build().map_err(|error| WorkerError::Setup(error.to_string()))?;
    runtime.block_on(async {
        let left = conversation.run().await;
        // Output of the last attempts may still be on its way, unless nobody is there to take it.
        let patience = if left == Ok(Farewell::Said) { LAST_OUTPUT } else { Duration::ZERO };
        executor.shipping.close();
        let _ = tokio::time::timeout(patience, executor.shipping.wait()).await;
        left.map(|_| ())
    })
}

fn client(options: &WorkerOptions) -> Result<Client, headwater_client::ClientError> {
    Client::new(&options.server, options.token.clone())
}

fn user_runtime(threads: Option<usize>) -> std::io::Result<Runtime> {
    let mut builder = Builder::new_multi_thread();
    if let Some(threads) = threads {
        builder.worker_threads(threads.max(1));
    }
    builder.thread_name("headwater-step").enable_all().build()
}

fn executor(registry: Registry, options: &WorkerOptions, client: Client) -> Result<Executor, WorkerError> {
    let mut secrets: Vec<Secret> = options.secrets.iter().map(|(name, value)| Secret::new(name, value)).collect();
    // The worker's own token must not end up in a log either.
    secrets.extend(options.token.iter().map(|token| Secret::new("worker token", token)));
    let masker = Masker::new(secrets.iter().cloned()).map_err(|error| WorkerError::Setup(error.to_string()))?;
    for name in masker.too_short() {
        tracing::warn!(%name, "the secret is too short to be masked in logs");
    }
    let supervisor = match &options.state_dir {
        Some(directory) => {
            let supervisor = Supervisor::with_state_dir(directory);
            match supervisor.reap_leftovers() {
                Ok(_) => {}
                Err(error) => {
                    tracing::warn!(%error, "what an earlier worker left running could not be looked for");
                }
            }
            supervisor
        }
        None => Supervisor::new(),
    };
    let project_dir =
        std::path::absolute(&options.project_dir).map_err(|error| WorkerError::Setup(error.to_string()))?;
    Ok(Executor {
        registry,
        client,
        supervisor,
        guard: options.guard.clone(),
        guardian: OnceLock::new(),
        project_dir,
        secrets,
        masker: Arc::new(masker),
        log_options: Arc::new(LogOptions::default()),
        shipping: TaskTracker::new(),
    })
}

fn host_name() -> String {
    nix::unistd::gethostname().ok().and_then(|name| name.into_string().ok()).unwrap_or_else(|| "worker".to_owned())
}

/// A running worker.
#[derive(Debug)]
pub struct WorkerHandle {
    wish: watch::Sender<Wish>,
    joined: watch::Receiver<Option<WorkerId>>,
    stopped: oneshot::Receiver<Result<(), WorkerError>>,
}

impl WorkerHandle {
    /// Lets the worker finish what it holds, for as long as its options say, and leave. It takes nothing new.
    ///
    /// It leaves soon after that time also when no server is there to take its results, or code does not stop.
    pub fn drain(&self) {
        self.wish.send_if_modified(|wish| raise(wish, Wish::Drain));
    }

    /// Lets the worker give back what it holds, and leave.
    pub fn stop(&self) {
        self.wish.send_if_modified(|wish| raise(wish, Wish::Stop));
    }

    /// Waits until the server has accepted the worker. None where the worker ended before.
    pub async fn joined(&mut self) -> Option<WorkerId> {
        self.joined.wait_for(Option::is_some).await.ok().and_then(|id| *id)
    }

    /// Waits until the worker has left.
    ///
    /// # Errors
    /// [`WorkerError::Refused`] where the server does not want it.
    pub async fn stopped(&mut self) -> Result<(), WorkerError> {
        (&mut self.stopped).await.unwrap_or_else(|_| Err(WorkerError::Setup("the worker's thread ended".into())))
    }
}

fn raise(wish: &mut Wish, to: Wish) -> bool {
    let higher = to > *wish;
    *wish = (*wish).max(to);
    higher
}

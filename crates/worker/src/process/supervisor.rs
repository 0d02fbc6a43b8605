//! Runs a process from its start to the end of its tree.

use std::{
    ffi::OsStr,
    os::unix::process::CommandExt as _,
    path::PathBuf,
    process::{Command, Stdio},
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::{Duration, Instant},
};

use nix::unistd::Pid;
use tokio::time::{MissedTickBehavior, interval};
use tokio_util::sync::CancellationToken;

use super::{
    ATTEMPT_TOKEN, ProcessOutcome, ProcessReport, ProcessSpec, SpawnError, census,
    child::{self, Child, Lifetime},
    leftovers::Record,
    output::Output,
    program,
    tree::{Stopped, Tree},
};
use crate::logs::{StepLogs, Stream};

/// How often a running tree is looked at, so that its processes are known
/// before they try to leave it, and dead orphans are reaped.
const LOOK_EVERY: Duration = Duration::from_secs(2);

/// How long output is read after the process has exited, however much comes.
const DRAIN_LIMIT: Duration = Duration::from_secs(10);

/// How long reading takes to see the end once every writer is dead.
const LAST_BYTES_LIMIT: Duration = Duration::from_secs(5);

/// Starts and supervises the processes of a worker.
#[derive(Debug, Clone, Default)]
pub struct Supervisor {
    /// Where running processes are written down for the next worker.
    pub(super) state_dir: Option<Arc<PathBuf>>,
}

impl Supervisor {
    /// A supervisor that leaves no notes: what a killed worker leaves running
    /// cannot be found by the next one.
    ///
    /// Any supervisor makes the whole process the sub-reaper of its
    /// descendants as soon as it runs something.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// A supervisor that notes what runs in this directory, which it creates.
    /// Only workers of the same machine and user may share it.
    #[must_use]
    pub fn with_state_dir(directory: impl Into<PathBuf>) -> Self {
        Self { state_dir: Some(Arc::new(directory.into())) }
    }

    /// Runs the process and returns when it, everything that descends from it
    /// and its output have ended. The streams for standard output and error
    /// are closed then; shipping may go on ([`StepLogs::finish`]).
    ///
    /// Cancelling stops the tree; a process that had ended before wins. When
    /// the returned future is dropped, the tree is killed at once.
    pub async fn run(&self, spec: &ProcessSpec, logs: &StepLogs, cancel: &CancellationToken) -> ProcessReport {
        if cancel.is_cancelled() {
            return not_started(ProcessOutcome::Cancelled);
        }
        let started = Instant::now();
        match self.start(spec, logs).await {
            Ok(running) => running.supervise(spec, logs, cancel, started).await,
            Err(error) => not_started(ProcessOutcome::SpawnFailed(error)),
        }
    }

    async fn start(&self, spec: &ProcessSpec, logs: &StepLogs) -> Result<Running, SpawnError> {
        census::adopt_orphans();
        program::check_spec(spec)?;
        let cwd = program::working_directory(spec)?;
        let mut environment = spec.environment();
        let token = spec.env.get(ATTEMPT_TOKEN).cloned().unwrap_or_else(unique_mark);
        environment.insert(ATTEMPT_TOKEN.into(), token.clone().into());
        let path = program::find(&spec.argv[0], &cwd, environment.get(OsStr::new("PATH")))?;

        let mut command = Command::new(&path);
        command
            .arg0(&spec.argv[0])
            .args(&spec.argv[1..])
            .env_clear()
            .envs(&environment)
            .current_dir(&cwd)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        let Child { pid, stdout, stderr, lifetime } =
            child::spawn(command).await.map_err(|error| program::explain(&path, &error))?;
        Ok(Running {
            record: Record::write(self.state_dir.as_deref(), pid, &token),
            tree: Tree::new(pid, token),
            output: Output::read(
                (stdout, logs.stream(Stream::Stdout).clone()),
                (stderr, logs.stream(Stream::Stderr).clone()),
                spec.drain_idle,
            ),
            lifetime: Some(lifetime),
            pid,
        })
    }
}

fn not_started(outcome: ProcessOutcome) -> ProcessReport {
    ProcessReport {
        outcome,
        wall: Duration::ZERO,
        usage: None,
        stderr_tail: String::new(),
        leftovers_killed: 0,
        survivors: 0,
    }
}

/// Marks the processes of a step that has no token. Unique on this machine.
fn unique_mark() -> String {
    static MARKS: AtomicU64 = AtomicU64::new(0);
    let worker = std::process::id();
    let start = census::stat(worker.cast_signed()).map_or(0, |stat| stat.start);
    format!("{worker}-{start}-{}", MARKS.fetch_add(1, Ordering::Relaxed))
}

/// Why the wait for a process ended.
#[derive(Debug, Clone, Copy, PartialEq)]
enum End {
    ByItself,
    Cancelled,
    TimedOut(Duration),
}

/// What had to be done to end the tree.
#[derive(Debug, Default)]
struct Ended {
    leftovers_killed: usize,
    survivors: usize,
}

/// A process that was started. Dropping it kills the tree.
struct Running {
    pid: Pid,
    /// None only after the process was reaped.
    lifetime: Option<Lifetime>,
    tree: Tree,
    output: Output,
    record: Option<Record>,
}

impl Running {
    async fn supervise(
        mut self,
        spec: &ProcessSpec,
        logs: &StepLogs,
        cancel: &CancellationToken,
        started: Instant,
    ) -> ProcessReport {
        let end = self.wait(spec, cancel, started).await;
        let ended = match end {
            End::ByItself => self.tidy_up(cancel).await,
            End::Cancelled | End::TimedOut(_) => self.stop(spec).await,
        };
        let reaped = match self.lifetime.take() {
            Some(lifetime) => lifetime.reap().await,
            None => Err(std::io::Error::other("reaped before")),
        };
        self.record = None;
        let wall = started.elapsed();
        let (_, stderr_tail) = tokio::join!(logs.stream(Stream::Stdout).close(), logs.stream(Stream::Stderr).close());
        let (status, usage) = match reaped {
            Ok((status, usage)) => (ProcessOutcome::from_status(status), Some(usage)),
            Err(error) => (ProcessOutcome::Unknown { reason: error.to_string() }, None),
        };
        let outcome = match end {
            End::ByItself => status,
            End::Cancelled => ProcessOutcome::Cancelled,
            End::TimedOut(after) => ProcessOutcome::TimedOut { after },
        };
        let Ended { leftovers_killed, survivors } = ended;
        ProcessReport { outcome, wall, usage, stderr_tail, leftovers_killed, survivors }
    }

    /// Waits until the process has ended or has to be stopped.
    async fn wait(&mut self, spec: &ProcessSpec, cancel: &CancellationToken, started: Instant) -> End {
        let Some(lifetime) = &mut self.lifetime else {
            return End::ByItself;
        };
        let mut look = interval(LOOK_EVERY);
        look.set_missed_tick_behavior(MissedTickBehavior::Delay);
        look.reset();
        let timeout = async {
            match spec.timeout {
                Some(timeout) => {
                    tokio::time::sleep_until((started + timeout).into()).await;
                    timeout
                }
                None => std::future::pending().await,
            }
        };
        tokio::pin!(timeout);
        let end = loop {
            tokio::select! {
                biased;
                () = lifetime.ended() => return End::ByItself,
                () = cancel.cancelled() => break End::Cancelled,
                after = &mut timeout => break End::TimedOut(after),
                _ = look.tick() => {
                    self.tree.census();
                }
            }
        };
        // The news of an end that came first may still be on its way.
        if self.tree.leader_ended() { End::ByItself } else { end }
    }

    /// After the process has exited by itself: reads the rest of its output
    /// and kills what it left running.
    async fn tidy_up(&mut self, cancel: &CancellationToken) -> Ended {
        tokio::select! {
            () = self.output.drain(DRAIN_LIMIT) => {}
            () = cancel.cancelled() => {}
        }
        let leftovers_killed = self.tree.census().len();
        let stopped = if leftovers_killed == 0 { Stopped::AllDead } else { self.tree.kill().await };
        self.output.drain(LAST_BYTES_LIMIT).await;
        self.ended(leftovers_killed, stopped)
    }

    async fn stop(&mut self, spec: &ProcessSpec) -> Ended {
        let stopped = self.tree.stop(spec.stop_signal.0, spec.kill_grace).await;
        if let Some(lifetime) = &mut self.lifetime {
            lifetime.ended().await;
        }
        self.output.drain(LAST_BYTES_LIMIT).await;
        self.ended(0, stopped)
    }

    fn ended(&self, leftovers_killed: usize, stopped: Stopped) -> Ended {
        let survivors = match stopped {
            Stopped::AllDead => 0,
            Stopped::SomeAlive(survivors) => {
                tracing::error!(pid = %self.pid, survivors, "processes of a step do not die");
                survivors
            }
        };
        Ended { leftovers_killed, survivors }
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        if self.lifetime.is_some() {
            self.tree.kill_now();
        }
    }
}

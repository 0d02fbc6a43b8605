//! The thread that forks and waits for one process.

use std::{
    collections::BTreeSet,
    io,
    os::fd::OwnedFd,
    process::{Command, ExitStatus},
    sync::{Mutex, MutexGuard, PoisonError},
};

use nix::{sys::signal::Signal, unistd::Pid};
use tokio::sync::oneshot;

use super::{ResourceUsage, sys, tree::signal_group};

/// Small, because the thread only makes a few system calls.
const STACK_BYTES: usize = 256 * 1024;

/// The pids of all processes that run here and are not reaped yet, in the
/// whole worker process: they are never taken for orphans of another step.
static DIRECT_CHILDREN: Mutex<BTreeSet<i32>> = Mutex::new(BTreeSet::new());

pub(super) fn direct_children() -> MutexGuard<'static, BTreeSet<i32>> {
    DIRECT_CHILDREN.lock().unwrap_or_else(PoisonError::into_inner)
}

/// A started process. Its pid stays taken until [`Lifetime::reap`].
#[derive(Debug)]
pub(super) struct Child {
    pub(super) pid: Pid,
    pub(super) stdout: OwnedFd,
    pub(super) stderr: OwnedFd,
    pub(super) lifetime: Lifetime,
}

/// The end of a process. Dropping it before [`Lifetime::reap`] kills the
/// process and its group; then the thread reaps.
#[derive(Debug)]
pub(super) struct Lifetime {
    pid: Pid,
    ended: oneshot::Receiver<io::Result<()>>,
    state: State,
}

#[derive(Debug)]
enum State {
    MayBeAlive,
    /// The process is a zombie, unless waiting for it failed; others of its
    /// group may be alive.
    Ended(io::Result<()>),
    Reaped,
}

impl Lifetime {
    /// Returns when the process has ended; it is then a zombie. Cancel safe.
    pub(super) async fn ended(&mut self) {
        if matches!(self.state, State::MayBeAlive) {
            // The thread always tells before it ends.
            let told = (&mut self.ended).await.map_err(io::Error::other);
            self.state = State::Ended(told.flatten());
        }
    }

    /// Collects the exit status. Returns only when the process has ended.
    pub(super) async fn reap(mut self) -> io::Result<(ExitStatus, ResourceUsage)> {
        self.ended().await;
        match std::mem::replace(&mut self.state, State::Reaped) {
            State::Ended(Err(error)) => {
                direct_children().remove(&self.pid.as_raw());
                Err(error)
            }
            _ => collect(self.pid),
        }
    }
}

impl Drop for Lifetime {
    fn drop(&mut self) {
        if matches!(self.state, State::Reaped) {
            return;
        }
        // Nobody has reaped yet, so the pid is still the child's.
        signal_group(self.pid, Signal::SIGKILL);
        // From here on the thread cannot tell any more and reaps by itself,
        // unless it has told before.
        self.ended.close();
        if matches!(self.state, State::Ended(_)) || self.ended.try_recv().is_ok() {
            let _abandoned = collect(self.pid);
        }
    }
}

fn collect(pid: Pid) -> io::Result<(ExitStatus, ResourceUsage)> {
    direct_children().remove(&pid.as_raw());
    sys::collect(pid)
}

/// Starts the command, whose standard output and error must be piped.
pub(super) async fn spawn(mut command: Command) -> io::Result<Child> {
    sys::isolate(&mut command);
    let (started, start) = oneshot::channel();
    std::thread::Builder::new()
        .name("headwater-step".into())
        .stack_size(STACK_BYTES)
        .spawn(move || supervise(command, started))?;
    start.await.map_err(io::Error::other)?
}

fn supervise(mut command: Command, started: oneshot::Sender<io::Result<Child>>) {
    let mut spawned = match command.spawn() {
        Ok(spawned) => spawned,
        Err(error) => {
            let _gone = started.send(Err(error));
            return;
        }
    };
    let (Some(stdout), Some(stderr)) = (spawned.stdout.take(), spawned.stderr.take()) else {
        return;
    };
    let pid = Pid::from_raw(spawned.id().cast_signed());
    direct_children().insert(pid.as_raw());
    let (tell_ended, ended) = oneshot::channel();
    let child = Child {
        pid,
        stdout: stdout.into(),
        stderr: stderr.into(),
        lifetime: Lifetime { pid, ended, state: State::MayBeAlive },
    };
    // When whoever asked for the process is gone, this drops and kills it.
    let _told_or_killed = started.send(Ok(child));
    let waited = sys::wait_until_ended(pid);
    if tell_ended.send(waited).is_err() {
        let _abandoned = collect(pid);
    }
}

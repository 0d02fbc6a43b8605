//! The thread that forks, waits for and reaps one process.

use std::{
    collections::BTreeSet,
    io,
    os::fd::OwnedFd,
    process::{Command, ExitStatus},
    sync::{Mutex, MutexGuard, PoisonError, mpsc},
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
    DIRECT_CHILDREN
        .lock()
        .unwrap_or_else(PoisonError::into_inner)
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
/// process and its group.
#[derive(Debug)]
pub(super) struct Lifetime {
    pid: Pid,
    ended: oneshot::Receiver<()>,
    reap: mpsc::Sender<()>,
    reaped: oneshot::Receiver<io::Result<(ExitStatus, ResourceUsage)>>,
    state: State,
}

impl Lifetime {
    /// Returns when the process has ended; it is then a zombie. Cancel safe.
    pub(super) async fn ended(&mut self) {
        if self.state == State::MayBeAlive {
            // An error means that the thread is gone, which it is only after
            // the process has ended.
            let _told_or_gone = (&mut self.ended).await;
            self.state = State::Ended;
        }
    }

    /// Collects the exit status. Returns only when the process has ended.
    pub(super) async fn reap(mut self) -> io::Result<(ExitStatus, ResourceUsage)> {
        self.ended().await;
        let _gone = self.reap.send(());
        let reaped = (&mut self.reaped).await.map_err(io::Error::other)?;
        self.state = State::Reaped;
        reaped
    }
}

impl Drop for Lifetime {
    fn drop(&mut self) {
        // The thread reaps only after `reap` is used or dropped, so the pid is
        // still the child's.
        if self.state != State::Reaped {
            signal_group(self.pid, Signal::SIGKILL);
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq)]
enum State {
    MayBeAlive,
    /// The process is a zombie; others of its group may be alive.
    Ended,
    Reaped,
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
    let (reap, may_reap) = mpsc::channel();
    let (tell_reaped, reaped) = oneshot::channel();
    let child = Child {
        pid,
        stdout: stdout.into(),
        stderr: stderr.into(),
        lifetime: Lifetime {
            pid,
            ended,
            reap,
            reaped,
            state: State::MayBeAlive,
        },
    };
    // When whoever asked for the process is gone, this drops and kills it.
    let _told_or_killed = started.send(Ok(child));
    let waited = sys::wait_until_ended(pid);
    let _gone = tell_ended.send(());
    // An error means that nobody is interested in the status any more.
    let _told_or_gone = may_reap.recv();
    direct_children().remove(&pid.as_raw());
    let _gone = tell_reaped.send(waited.and_then(|()| sys::collect(pid)));
}

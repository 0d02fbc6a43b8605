//! Steps as supervised child processes.
//!
//! [`Supervisor::run`] starts a program, carries its output to the attempt's
//! logs, stops it on cancel or timeout and returns what became of it. What it
//! promises on Linux:
//!
//! * **Nothing survives.** When `run` returns, the process and everything that
//!   descends from it is dead and reaped, whether it forked, called `setsid`,
//!   ignored signals or was left behind by a normal exit. The worker is the
//!   sub-reaper of its steps, so no descendant can leave its tree; a process
//!   counts as the step's when it descends from it, is in its session, or
//!   carries its attempt token in its environment.
//! * **A dead worker takes its steps along.** The direct child gets SIGKILL
//!   from the kernel when the worker dies; what the child itself had started is
//!   ended by the [`Guardian`], or without one by the next worker's
//!   [`Supervisor::reap_leftovers`].
//! * **No wrong process is ever signalled.** The direct child is reaped only
//!   after its tree is dead, so its pid and group cannot be reused before;
//!   others are identified by pid and start time.
//! * **Nothing leaks in.** Standard input is `/dev/null`, all other descriptors
//!   are closed, the environment is an allow-list plus what the spec says.
//!
//! A process that empties its environment, leaves its session and is orphaned
//! within two seconds can escape the attribution. On other systems than Linux
//! only the process group is supervised.
//!
//! There is one thread per process, which forks and waits: the kernel sends
//! the parent-death signal when the forking *thread* ends, so this thread must
//! live as long as the child.

mod child;
mod guardian;
mod leftovers;
mod outcome;
mod output;
mod program;
mod spec;
mod supervisor;
mod sys;
mod tree;

#[cfg(target_os = "linux")]
#[path = "procfs.rs"]
mod census;
#[cfg(not(target_os = "linux"))]
#[path = "no_procfs.rs"]
mod census;

pub use guardian::{Guardian, guard};
pub use leftovers::ReapedLeftovers;
pub use outcome::{CoreDump, ProcessOutcome, ProcessReport, ResourceUsage, SpawnError, SpawnErrorKind};
pub use spec::{ATTEMPT_TOKEN, DEFAULT_INHERITED, ProcessSpec, StopSignal};
pub use supervisor::Supervisor;

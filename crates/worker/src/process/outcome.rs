//! What became of a process.

use std::{fmt, os::unix::process::ExitStatusExt as _, process::ExitStatus, time::Duration};

use nix::sys::signal::Signal;
use thiserror::Error;

/// How a process ended.
#[derive(Debug)]
pub enum ProcessOutcome {
    /// It exited by itself with this code. Only 0 can be a success.
    Exited {
        /// 0 to 255.
        code: i32,
    },
    /// A signal that the supervisor did not send ended it. SIGKILL out of
    /// nowhere is most often the kernel's out-of-memory killer.
    Signaled {
        /// Such as `SIGSEGV`.
        signal: String,
        /// Whether the kernel wrote a core file.
        core: CoreDump,
    },
    /// It ran longer than its timeout and was stopped.
    TimedOut {
        /// The timeout.
        after: Duration,
    },
    /// It was stopped, or never started, because of a cancel.
    Cancelled,
    /// It could not be started.
    SpawnFailed(SpawnError),
    /// It ended and the worker could not learn how: something else in the
    /// worker's process collected its exit status.
    Unknown {
        /// What the system said.
        reason: String,
    },
}

impl ProcessOutcome {
    pub(super) fn from_status(status: ExitStatus) -> Self {
        match (status.code(), status.signal()) {
            (Some(code), _) => Self::Exited { code },
            (None, Some(signal)) => Self::Signaled {
                signal: signal_name(signal),
                core: if status.core_dumped() { CoreDump::Written } else { CoreDump::None },
            },
            (None, None) => Self::Unknown { reason: status.to_string() },
        }
    }
}

impl fmt::Display for ProcessOutcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Exited { code } => write!(f, "exited with code {code}"),
            Self::Signaled { signal, core: CoreDump::Written } => {
                write!(f, "ended by {signal} (core dumped)")
            }
            Self::Signaled { signal, core: CoreDump::None } => write!(f, "ended by {signal}"),
            Self::TimedOut { after } => write!(f, "stopped after its timeout of {after:?}"),
            Self::Cancelled => f.write_str("cancelled"),
            Self::SpawnFailed(error) => write!(f, "not started: {error}"),
            Self::Unknown { reason } => write!(f, "ended in an unknown way: {reason}"),
        }
    }
}

/// Whether a signal left a core file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CoreDump {
    /// There is none.
    None,
    /// The kernel wrote one where the system is set up to put it.
    Written,
}

fn signal_name(number: i32) -> String {
    match Signal::try_from(number) {
        Ok(signal) => signal.as_str().to_owned(),
        Err(_) => format!("signal {number}"),
    }
}

/// Everything that is known about a process that has ended.
#[derive(Debug)]
pub struct ProcessReport {
    /// How it ended.
    pub outcome: ProcessOutcome,
    /// From the start of the process to the end of its tree and output.
    pub wall: Duration,
    /// What the process and the descendants it waited for have used. Absent
    /// when it was not started.
    pub usage: Option<ResourceUsage>,
    /// The last lines of standard error, masked.
    pub stderr_tail: String,
    /// Descendants that were still running when the process had exited by
    /// itself, and were killed.
    pub leftovers_killed: usize,
    /// Descendants that were still there after SIGKILL, such as processes in
    /// an uninterruptible wait. Zero in all normal cases.
    pub survivors: usize,
}

/// Resources used, as the kernel counts them.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct ResourceUsage {
    /// CPU time in the process's own code.
    pub user: Duration,
    /// CPU time in the kernel on its behalf.
    pub system: Duration,
    /// Largest resident set of any one of its processes, in bytes. The kernel
    /// counts the moment between fork and exec, so this is never below the
    /// worker's own size when it started the process.
    pub max_rss_bytes: u64,
}

/// Why a process could not be started.
#[derive(Debug, Error)]
#[error("{message}; {hint}")]
pub struct SpawnError {
    /// The group of the reason.
    pub kind: SpawnErrorKind,
    /// What is wrong, with the name of the program or path.
    pub message: String,
    /// What to do about it.
    pub hint: String,
}

impl SpawnError {
    pub(super) fn new(kind: SpawnErrorKind, message: impl Into<String>, hint: impl Into<String>) -> Self {
        Self { kind, message: message.into(), hint: hint.into() }
    }
}

/// Groups of reasons. All but [`SpawnErrorKind::OutOfResources`] fail in the
/// same way when tried again on the same worker.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum SpawnErrorKind {
    /// The arguments or the environment cannot be given to any process.
    InvalidSpec,
    /// There is no such program.
    NotFound,
    /// The file is there and may not be executed.
    NotExecutable,
    /// The script's interpreter does not exist.
    InterpreterMissing,
    /// The working directory does not exist or cannot be entered.
    BadWorkingDirectory,
    /// Arguments and environment together exceed the system's limit.
    ArgumentsTooLong,
    /// The machine has no process, descriptor or memory left: try again.
    OutOfResources,
    /// Anything else.
    Other,
}

//! A small process beside the worker that ends the worker's steps should the
//! worker be killed.
//!
//! Its standard input is a pipe that only the worker holds open. When the
//! worker dies, however it dies, the kernel closes the pipe, and the guardian
//! does what the next worker would do: [`Supervisor::reap_leftovers`].

use std::{
    io::{self, Read as _},
    os::unix::process::CommandExt as _,
    path::Path,
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};

use super::{ReapedLeftovers, Supervisor};

/// How long a dying worker may take to be gone.
const DEATH_LIMIT: Duration = Duration::from_secs(5);

/// The guardian of this worker. Dropping it ends the guardian and leaves the
/// steps alone.
#[derive(Debug)]
pub struct Guardian {
    /// Holds the write end of the pipe.
    process: Child,
}

impl Guardian {
    /// Starts `command`, which must call [`guard`] with the state directory of
    /// this worker's [`Supervisor`]: most likely this program itself with a
    /// hidden subcommand.
    ///
    /// # Errors
    ///
    /// When the process cannot be started.
    pub fn start(mut command: Command) -> io::Result<Self> {
        let process = command
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            // A Ctrl-C in the worker's terminal is not meant for it.
            .process_group(0)
            .spawn()?;
        Ok(Self { process })
    }
}

impl Drop for Guardian {
    fn drop(&mut self) {
        if let Err(error) = self.process.kill().and_then(|()| self.process.wait()) {
            tracing::warn!(%error, "the guardian could not be ended");
        }
    }
}

/// The guardian's own work: waits for the end of standard input, which is the
/// end of the worker, and kills what the worker left running.
///
/// # Errors
///
/// When standard input or the state directory cannot be read.
pub fn guard(state_dir: &Path) -> io::Result<ReapedLeftovers> {
    io::stdin().lock().read_to_end(&mut Vec::new())?;
    let supervisor = Supervisor::with_state_dir(state_dir);
    let deadline = Instant::now() + DEATH_LIMIT;
    let mut reaped = ReapedLeftovers::default();
    // The pipe closes a moment before the worker is dead, and the notes of a
    // living worker count for nothing.
    while Instant::now() < deadline && has_notes(state_dir) {
        let now = supervisor.reap_leftovers()?;
        reaped.steps += now.steps;
        reaped.killed += now.killed;
        reaped.survivors = now.survivors;
        std::thread::sleep(Duration::from_millis(20));
    }
    Ok(reaped)
}

fn has_notes(state_dir: &Path) -> bool {
    std::fs::read_dir(state_dir).is_ok_and(|mut notes| notes.next().is_some())
}

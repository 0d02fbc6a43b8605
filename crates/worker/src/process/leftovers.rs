//! What a worker that was killed left running.
//!
//! The kernel kills the direct child of a dead worker; what that child had
//! started lives on. Each running process is therefore noted in a file, and a
//! restarted worker ends what it can prove to be its predecessor's: the very
//! process (pid and start time of this boot), its session, and processes with
//! its attempt token in their environment.

use std::{
    collections::BTreeMap,
    fs, io,
    path::{Path, PathBuf},
    time::{Duration, Instant},
};

use nix::{
    sys::signal::{Signal, kill},
    unistd::Pid,
};
use serde::{Deserialize, Serialize};

use super::{
    ATTEMPT_TOKEN, Supervisor,
    census::{self, Stat},
    tree::reap_zombie,
};

/// How long leftovers may take to die.
const KILL_LIMIT: Duration = Duration::from_secs(5);

/// What [`Supervisor::reap_leftovers`] did.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct ReapedLeftovers {
    /// Noted processes whose worker is gone.
    pub steps: usize,
    /// Processes that were still alive and are dead now.
    pub killed: usize,
    /// Processes that did not die in time; their notes are kept.
    pub survivors: usize,
}

/// The note about one running process. Dropping it removes it.
#[derive(Debug)]
pub(super) struct Record {
    path: PathBuf,
}

#[derive(Debug, Serialize, Deserialize)]
struct Note {
    boot: String,
    worker: Identity,
    process: Identity,
    token: String,
}

/// One process of this boot.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
struct Identity {
    pid: i32,
    start: u64,
}

impl Identity {
    fn of(pid: i32) -> Self {
        Self { pid, start: census::stat(pid).map_or(0, |stat| stat.start) }
    }

    fn is_alive(self) -> bool {
        census::stat(self.pid).is_some_and(|stat| stat.start == self.start && !stat.zombie)
    }
}

impl Record {
    /// Notes a process. A worker whose disk is full still runs steps.
    pub(super) fn write(directory: Option<&PathBuf>, pid: Pid, token: &str) -> Option<Self> {
        let directory = directory?;
        let note = Note {
            boot: census::boot_id(),
            worker: Identity::of(std::process::id().cast_signed()),
            process: Identity::of(pid.as_raw()),
            token: token.to_owned(),
        };
        let name = format!("{}-{}-{pid}.json", note.worker.pid, note.worker.start);
        let path = directory.join(name);
        match write_note(&path, &note) {
            Ok(()) => Some(Self { path }),
            Err(error) => {
                tracing::warn!(path = %path.display(), %error, "a running process could not be noted");
                None
            }
        }
    }
}

fn write_note(path: &Path, note: &Note) -> io::Result<()> {
    let text = serde_json::to_vec(note)?;
    match fs::write(path, &text) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            fs::create_dir_all(path.parent().unwrap_or(Path::new("/")))?;
            fs::write(path, &text)
        }
        result => result,
    }
}

impl Drop for Record {
    fn drop(&mut self) {
        if let Err(error) = fs::remove_file(&self.path) {
            tracing::warn!(path = %self.path.display(), %error, "the note about a process could not be removed");
        }
    }
}

impl Supervisor {
    /// Kills what earlier workers with the same state directory left running.
    /// Workers that are alive keep theirs. Call this before the first step.
    /// Blocks for up to five seconds per noted process, normally for
    /// milliseconds.
    ///
    /// # Errors
    ///
    /// When the state directory cannot be read.
    pub fn reap_leftovers(&self) -> io::Result<ReapedLeftovers> {
        let mut reaped = ReapedLeftovers::default();
        let Some(directory) = self.state_dir.as_deref() else {
            return Ok(reaped);
        };
        let entries = match fs::read_dir(directory) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(reaped),
            entries => entries?,
        };
        for entry in entries {
            let path = entry?.path();
            if path.extension().is_some_and(|extension| extension == "json") {
                reap_noted(&path, &mut reaped)?;
            }
        }
        Ok(reaped)
    }
}

fn reap_noted(path: &Path, reaped: &mut ReapedLeftovers) -> io::Result<()> {
    // A note that was cut off proves nothing.
    let note = serde_json::from_slice::<Note>(&fs::read(path)?).ok();
    if let Some(note) = note.filter(|note| note.boot == census::boot_id()) {
        if note.worker.is_alive() {
            return Ok(());
        }
        reaped.steps += 1;
        let (killed, survivors) = kill_leftovers(&note);
        reaped.killed += killed;
        reaped.survivors += survivors;
        if survivors > 0 {
            return Ok(());
        }
    }
    fs::remove_file(path)
}

/// Returns how many processes died and how many did not.
fn kill_leftovers(note: &Note) -> (usize, usize) {
    let deadline = Instant::now() + KILL_LIMIT;
    let mut known: BTreeMap<i32, u64> = BTreeMap::new();
    loop {
        let alive = leftovers(note, &known);
        if alive.is_empty() || Instant::now() >= deadline {
            return (known.len() - alive.len(), alive.len());
        }
        for stat in &alive {
            known.insert(stat.pid, stat.start);
            let _gone = kill(Pid::from_raw(stat.pid), Signal::SIGKILL);
        }
        std::thread::sleep(Duration::from_millis(5));
    }
}

fn leftovers(note: &Note, known: &BTreeMap<i32, u64>) -> Vec<Stat> {
    let own = std::process::id().cast_signed();
    let leader_lives = note.process.is_alive();
    let belongs = |stat: &Stat| {
        known.get(&stat.pid) == Some(&stat.start)
            // The session's number proves something only while its leader holds it.
            || (leader_lives && stat.session == note.process.pid)
            || census::has_variable(stat.pid, ATTEMPT_TOKEN, &note.token) == Some(true)
    };
    let mut found = BTreeMap::new();
    let mut queue: Vec<Stat> = census::all_pids()
        .into_iter()
        .filter(|&pid| pid > 1 && pid != own)
        .filter_map(census::stat)
        .filter(belongs)
        .collect();
    while let Some(stat) = queue.pop() {
        if stat.zombie {
            // Handed to this worker if it is the machine's first process.
            reap_zombie(stat.pid);
        } else if stat.pid != own && found.insert(stat.pid, stat).is_none() {
            queue.extend(census::children(stat.pid).into_iter().filter_map(census::stat));
        }
    }
    found.into_values().collect()
}

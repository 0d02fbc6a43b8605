//! A step's surroundings for tests.

use std::{
    fs,
    path::Path,
    sync::Arc,
    time::{Duration, Instant},
};

use headwater_worker::{
    logs::{DirectorySink, LogOptions, LogSink, Masker, Secret, StepLogs, Stream},
    process::{ATTEMPT_TOKEN, ProcessReport, ProcessSpec, Supervisor},
};
use tempfile::TempDir;
use tokio_util::sync::CancellationToken;

/// How long a condition may take on a busy machine before a test fails.
pub(crate) const PATIENCE: Duration = Duration::from_secs(20);

/// The secret that tests mask.
pub(crate) const SECRET: &str = "hunter22/secret";

/// Options under which output is visible at once.
pub(crate) fn prompt() -> LogOptions {
    LogOptions {
        flush_after: Duration::from_millis(5),
        finish_timeout: Duration::from_secs(20),
        ..LogOptions::default()
    }
}

pub(crate) fn masker() -> Arc<Masker> {
    Arc::new(Masker::new([Secret::new("PASSWORD", SECRET)]).unwrap())
}

pub(crate) struct Step {
    pub(crate) dir: TempDir,
    pub(crate) sink: DirectorySink,
    pub(crate) logs: StepLogs,
    pub(crate) token: String,
    pub(crate) cancel: CancellationToken,
}

impl Step {
    pub(crate) fn new() -> Self {
        Self::with_options(prompt())
    }

    pub(crate) fn with_options(options: LogOptions) -> Self {
        let dir = tempfile::tempdir().unwrap();
        let sink = DirectorySink::new(dir.path().join("logs"));
        let used: Arc<dyn LogSink> = Arc::new(sink.clone());
        Self::with_sink(dir, sink, &used, options)
    }

    pub(crate) fn with_sink(dir: TempDir, sink: DirectorySink, used: &Arc<dyn LogSink>, options: LogOptions) -> Self {
        let logs = StepLogs::new(used, masker(), &Arc::new(options));
        let unique = dir.path().file_name().unwrap().to_string_lossy().into_owned();
        let token = format!("{}{unique}", std::process::id());
        Self { dir, sink, logs, token, cancel: CancellationToken::new() }
    }

    pub(crate) fn spec<const N: usize>(&self, argv: [&str; N]) -> ProcessSpec {
        ProcessSpec {
            drain_idle: Duration::from_millis(300),
            kill_grace: Duration::from_secs(10),
            ..ProcessSpec::new(argv)
        }
        .env(ATTEMPT_TOKEN, &self.token)
    }

    pub(crate) fn sh(&self, script: &str) -> ProcessSpec {
        self.spec(["sh", "-c", script])
    }

    pub(crate) fn python(&self, script: &str) -> ProcessSpec {
        self.spec(["python3", "-c", script])
    }

    /// Runs to the end and checks that nothing is left of it.
    pub(crate) async fn run(&self, spec: &ProcessSpec) -> ProcessReport {
        let report = Supervisor::new().run(spec, &self.logs, &self.cancel).await;
        self.assert_all_dead();
        report
    }

    /// Runs, cancels as soon as standard output holds `ready`, and checks
    /// that nothing is left.
    pub(crate) async fn run_and_cancel(&self, spec: &ProcessSpec, ready: &str) -> ProcessReport {
        let when_ready = async {
            self.wait_for_stdout(ready).await;
            self.cancel.cancel();
        };
        let (report, ()) = tokio::join!(self.run(spec), when_ready);
        report
    }

    pub(crate) async fn wait_for_stdout(&self, text: &str) {
        eventually(&format!("standard output holds {text:?}"), || self.text(Stream::Stdout).contains(text)).await;
    }

    /// A stream as far as it is stored.
    pub(crate) fn text(&self, stream: Stream) -> String {
        String::from_utf8_lossy(&self.sink.read(stream).unwrap()).into_owned()
    }

    pub(crate) fn assert_all_dead(&self) {
        assert_eq!(alive_with(&self.token), Vec::<i32>::new(), "processes of the step are alive");
        assert_eq!(zombie_children(), Vec::<i32>::new(), "zombies");
    }
}

/// Polls until the condition holds.
pub(crate) async fn eventually(what: &str, condition: impl Fn() -> bool) {
    let deadline = Instant::now() + PATIENCE;
    while !condition() {
        assert!(Instant::now() < deadline, "not within {PATIENCE:?}: {what}");
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}

/// All processes but this one that were started with the token.
pub(crate) fn alive_with(token: &str) -> Vec<i32> {
    let wanted = format!("{ATTEMPT_TOKEN}={token}");
    let own = std::process::id().cast_signed();
    let mut alive = Vec::new();
    for entry in fs::read_dir("/proc").unwrap().flatten() {
        let Ok(pid) = entry.file_name().to_string_lossy().parse::<i32>() else {
            continue;
        };
        let environ = fs::read(entry.path().join("environ")).unwrap_or_default();
        if pid != own && environ.split(|&byte| byte == 0).any(|entry| entry == wanted.as_bytes()) {
            alive.push(pid);
        }
    }
    alive
}

pub(crate) fn is_running(pid: i32) -> bool {
    state(pid).is_some_and(|state| state != 'Z')
}

fn state(pid: i32) -> Option<char> {
    let stat = fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
    stat.rsplit_once(") ")?.1.chars().next()
}

/// Zombies of this process. Only meaningful where a test has the process for
/// itself, as under nextest; elsewhere other tests' children are about to be
/// reaped.
fn zombie_children() -> Vec<i32> {
    if std::env::var_os("NEXTEST").is_none() {
        return Vec::new();
    }
    let mut zombies = Vec::new();
    for thread in fs::read_dir("/proc/self/task").unwrap().flatten() {
        let children = fs::read_to_string(thread.path().join("children")).unwrap_or_default();
        let pids = children.split_whitespace().filter_map(|pid| pid.parse().ok());
        zombies.extend(pids.filter(|&pid| state(pid) == Some('Z')));
    }
    zombies
}

/// A value in kB from `/proc/self/status`.
pub(crate) fn own_status_kb(name: &str) -> u64 {
    let status = fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find(|line| line.starts_with(name)).unwrap();
    line.split_whitespace().nth(1).unwrap().parse().unwrap()
}

pub(crate) fn write_script(path: &Path, text: &str, mode: u32) {
    use std::os::unix::fs::PermissionsExt as _;
    fs::write(path, text).unwrap();
    fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
}

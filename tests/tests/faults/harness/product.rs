//! One process of the product.

use std::{
    fs::OpenOptions,
    path::{Path, PathBuf},
    process::{Child, Command, ExitStatus, Stdio},
    time::Duration,
};

use nix::{sys::signal::Signal, unistd::Pid};

use super::until;

/// A server or worker process; it is killed when this is dropped.
#[derive(Debug)]
pub(crate) struct Product {
    pub(crate) name: String,
    child: Child,
    pub(crate) log: PathBuf,
}

impl Product {
    /// The program with its output in a file of the folder.
    pub(crate) fn start(name: &str, mut command: Command, folder: &Path) -> Self {
        let log = folder.join(format!("{name}.log"));
        let file = OpenOptions::new().create(true).append(true).open(&log).expect("a log file");
        command.stdin(Stdio::null()).stdout(file.try_clone().expect("a second handle")).stderr(file);
        let child = command.spawn().unwrap_or_else(|error| panic!("starting {name}: {error}"));
        Self { name: name.to_owned(), child, log }
    }

    pub(crate) fn pid(&self) -> u32 {
        self.child.id()
    }

    pub(crate) fn signal(&self, signal: Signal) {
        let pid = Pid::from_raw(i32::try_from(self.pid()).expect("a process id"));
        nix::sys::signal::kill(pid, signal).unwrap_or_else(|error| panic!("{signal} to {}: {error}", self.name));
    }

    /// Ends it as a power cut would.
    pub(crate) fn kill(&mut self) {
        assert!(self.is_running(), "{} ended before it was killed", self.name);
        self.child.kill().expect("to kill it");
        self.child.wait().expect("to wait for it");
    }

    pub(crate) fn is_running(&mut self) -> bool {
        self.child.try_wait().expect("to ask for its state").is_none()
    }

    /// Waits until it ends by itself.
    pub(crate) async fn ended(&mut self, deadline: Duration) -> ExitStatus {
        let name = self.name.clone();
        until(&format!("{name} ends"), deadline, async || self.child.try_wait().expect("to ask for its state")).await
    }

    /// What it wrote.
    pub(crate) fn output(&self) -> String {
        String::from_utf8_lossy(&std::fs::read(&self.log).unwrap_or_default()).into_owned()
    }

    /// The most memory that it ever had in use, in bytes.
    pub(crate) fn peak_memory(&self) -> u64 {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.pid())).expect("a living process");
        let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).expect("its peak");
        line.trim().trim_end_matches(" kB").parse::<u64>().expect("a number") * 1024
    }
}

impl Drop for Product {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
        if std::thread::panicking() {
            let output = self.output();
            let lines: Vec<&str> = output.lines().collect();
            eprintln!("--- {} ({} lines)", self.name, lines.len());
            for line in &lines[lines.len().saturating_sub(60)..] {
                eprintln!("{}", line.chars().take(400).collect::<String>());
            }
        }
    }
}

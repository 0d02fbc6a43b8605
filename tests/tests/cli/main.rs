//! The command line against the real product: what it prints, and the exit codes that scripts rely on.

#![allow(
    clippy::expect_used,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a harness that cannot do its part must fail the test"
)]
#![cfg(unix)]

mod access;
mod dev;
mod init;
mod runs;
mod without_server;

use std::{
    io::{BufRead as _, BufReader},
    path::Path,
    process::{Child, ChildStdout, Command, Stdio},
};

use nix::{sys::signal::Signal, unistd::Pid};
use serde_json::Value;

/// The product with the fixture's steps inside, in a folder, with nothing of the person's own configuration.
fn product(folder: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_fixture"));
    command.current_dir(folder).env("HEADWATER_CONFIG", folder.join("config.toml")).env("HEADWATER_FIXTURE_DAG", "6");
    for name in ["HEADWATER_SERVER", "HEADWATER_TOKEN", "HEADWATER_PROFILE", "HEADWATER_DEPLOYMENT", "HEADWATER_LOG"] {
        command.env_remove(name);
    }
    command.stdin(Stdio::null());
    command
}

/// What a command did.
#[derive(Debug)]
struct Ran {
    code: Option<i32>,
    out: String,
    err: String,
}

impl Ran {
    /// The result as JSON.
    fn json(&self) -> Value {
        serde_json::from_str(&self.out).unwrap_or_else(|error| panic!("{error}: {self:?}"))
    }

    /// The results, one per line.
    fn lines(&self) -> Vec<Value> {
        self.out
            .lines()
            .map(|line| serde_json::from_str(line).unwrap_or_else(|error| panic!("{error}: {self:?}")))
            .collect()
    }
}

fn run(mut command: Command) -> Ran {
    let output = command.output().expect("the product starts");
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).expect("UTF-8");
    let ran = Ran { code: output.status.code(), out: text(output.stdout), err: text(output.stderr) };
    assert!(!ran.err.contains("panicked at"), "{ran:?}");
    ran
}

/// A process that stays, with its address.
struct Service {
    child: Child,
    url: String,
    out: BufReader<ChildStdout>,
    folder: tempfile::TempDir,
}

impl Service {
    /// `dev` in a folder of its own, on any free port.
    fn dev() -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let mut command = product(folder.path());
        command.args(["dev", "--port", "0", "--json"]);
        Self::start(command, folder, "ready")
    }

    /// A process that says its address in a line of JSON of a kind.
    fn start(mut command: Command, folder: tempfile::TempDir, kind: &str) -> Self {
        let mut child = command.stdout(Stdio::piped()).spawn().expect("the product starts");
        let out = BufReader::new(child.stdout.take().expect("a pipe"));
        let mut service = Self { child, url: String::new(), out, folder };
        service.url = service.said(kind)["url"].as_str().expect("its address").to_owned();
        service
    }

    /// The next thing of a kind that it says; what it says before is passed over.
    fn said(&mut self, kind: &str) -> Value {
        loop {
            let mut line = String::new();
            self.out.read_line(&mut line).expect("a line");
            let said: Value = serde_json::from_str(&line).unwrap_or_else(|error| panic!("{error}: {line:?}"));
            if said["kind"] == kind {
                return said;
            }
        }
    }

    /// Runs a command against it.
    fn run(&self, arguments: &[&str]) -> Ran {
        let mut command = product(self.folder.path());
        command.args(arguments).args(["--server", &self.url]);
        run(command)
    }

    fn signal(&self, signal: Signal) {
        let pid = Pid::from_raw(i32::try_from(self.child.id()).expect("a process id"));
        nix::sys::signal::kill(pid, signal).expect("to signal it");
    }

    fn exit_code(&mut self) -> Option<i32> {
        self.child.wait().expect("to wait for it").code()
    }
}

impl Drop for Service {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

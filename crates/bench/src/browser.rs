//! The half of a measurement that happens in Chromium: a script of the UI's own folder, spoken to over pipes.

use std::{path::PathBuf, process::Stdio, time::Duration};

use serde_json::Value;
use tokio::{
    io::{AsyncBufReadExt as _, BufReader, Lines},
    process::{Child, ChildStdin, ChildStdout, Command},
};

/// How long the script may say nothing.
const PATIENCE: Duration = Duration::from_secs(180);

/// Why a figure cannot be measured here.
#[derive(Debug)]
pub(crate) struct Missing(pub String);

/// A scenario that runs. Node ends when it is dropped, and Chromium with it.
pub(crate) struct Browser {
    lines: Lines<BufReader<ChildStdout>>,
    child: Child,
    /// The script ends when this is closed, however that happens.
    _life: Option<ChildStdin>,
}

impl Browser {
    /// Starts a scenario of `web/bench` with its options.
    pub(crate) fn start(scenario: &str, options: &Value) -> Result<Self, Missing> {
        let mut command = Command::new("node");
        command.args(["bench/browser.mjs", scenario, &options.to_string()]).current_dir(web());
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).kill_on_drop(true);
        let mut child = command.spawn().map_err(|error| Missing(format!("node cannot be started: {error}")))?;
        let stdout = child.stdout.take().ok_or_else(|| Missing("node has no standard output".into()))?;
        Ok(Self { lines: BufReader::new(stdout).lines(), _life: child.stdin.take(), child })
    }

    /// Waits until the script has prepared everything and wants something to happen.
    pub(crate) async fn ready(&mut self) -> Result<(), Missing> {
        self.next("ready").await.map(drop)
    }

    /// What the script found, once it has ended.
    pub(crate) async fn result(mut self) -> Result<Value, Missing> {
        let result = self.next("result").await?;
        let ended = tokio::time::timeout(PATIENCE, self.child.wait()).await;
        ended.map_err(|_| Missing("the browser did not end".into()))?.map_err(|error| Missing(error.to_string()))?;
        Ok(result)
    }

    async fn next(&mut self, field: &str) -> Result<Value, Missing> {
        let line = tokio::time::timeout(PATIENCE, self.lines.next_line()).await;
        let line = match line {
            Err(_) => return Err(Missing(format!("the browser was silent for {} s", PATIENCE.as_secs()))),
            Ok(Err(error)) => return Err(Missing(format!("the browser's answer cannot be read: {error}"))),
            Ok(Ok(None)) => return Err(Missing("the script of the browser ended without an answer".into())),
            Ok(Ok(Some(line))) => line,
        };
        let mut answer: Value =
            serde_json::from_str(&line).map_err(|error| Missing(format!("`{line}` is not an answer: {error}")))?;
        match answer[field].take() {
            Value::Null => Err(Missing(answer["missing"].as_str().unwrap_or(&line).to_owned())),
            value => Ok(value),
        }
    }
}

/// The folder of the UI.
pub(crate) fn web() -> PathBuf {
    PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../../web"))
}

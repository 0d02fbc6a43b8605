//! The shop as a process of its own: how it is started and how it ends.
//!
//! The parent holds the child's standard input open and writes nothing to it. However the parent ends, the operating
//! system closes that pipe, the child reads its end and stops; no shop survives its pipeline.

use super::{ShopApiConfig, serve};
use std::io::{self, Write};
use std::net::Ipv4Addr;
use std::path::Path;
use std::process::Stdio;
use tokio::io::{AsyncBufReadExt, AsyncReadExt, BufReader};
use tokio::net::TcpListener;
use tokio::process::{Child, ChildStdin, Command};

/// What the child prints before its address.
const READY: &str = "shop api listening on ";

/// Why the shop's process is not there.
#[derive(Debug, thiserror::Error)]
pub enum ProcessError {
    /// It could not be started.
    #[error("cannot start the shop's API: {0}")]
    Start(#[from] io::Error),
    /// It ended or said something else before it was ready.
    #[error("the shop's API did not say where it listens; it said `{said}`")]
    NotReady {
        /// Its first line.
        said: String,
    },
}

/// Serves on 127.0.0.1 until standard input ends, and says where on standard output. This is what
/// `shop shop-api --port N` does.
///
/// # Errors
/// When the port is taken or standard output is closed.
pub async fn run_in_this_process(config: &ShopApiConfig) -> io::Result<()> {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, config.port)).await?;
    let address = listener.local_addr()?;
    let mut out = io::stdout();
    writeln!(out, "{READY}http://{address}")?;
    out.flush()?;
    serve(listener, config, standard_input_ends()).await
}

async fn standard_input_ends() {
    // The read blocks a thread for as long as the parent lives. A thread of its own, so that the runtime does not
    // wait for it when the server ends for another reason.
    let (ended, wait) = tokio::sync::oneshot::channel();
    std::thread::spawn(move || {
        let _ = io::copy(&mut io::stdin().lock(), &mut io::sink());
        let _ = ended.send(());
    });
    let _ = wait.await;
}

/// A running shop; dropping it ends the process.
#[derive(Debug)]
pub struct ShopApiProcess {
    child: Child,
    input: Option<ChildStdin>,
    url: String,
}

impl ShopApiProcess {
    /// Starts `program shop-api …` and waits until it listens.
    ///
    /// # Errors
    /// When the program cannot be started or does not come up.
    pub async fn start(program: &Path, config: &ShopApiConfig) -> Result<Self, ProcessError> {
        let mut child = Command::new(program)
            .arg("shop-api")
            .args(["--port", &config.port.to_string(), "--seed", &config.seed.to_string()])
            .args(["--start", &config.start.to_string(), "--speed", &config.speed.to_string()])
            .args(["--rate", &config.requests_per_second.to_string()])
            .args(["--errors-permille", &config.errors_permille.to_string()])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .kill_on_drop(true)
            .spawn()?;
        let input = child.stdin.take();
        let mut said = String::new();
        if let Some(output) = child.stdout.take() {
            let mut output = BufReader::new(output);
            (&mut output).take(1_000).read_line(&mut said).await?;
        }
        match said.trim().strip_prefix(READY) {
            Some(url) => Ok(Self { url: url.to_owned(), child, input }),
            None => Err(ProcessError::NotReady { said: said.trim().to_owned() }),
        }
    }

    /// Where it listens, without a slash at the end.
    #[must_use]
    pub fn url(&self) -> &str {
        &self.url
    }

    /// Closes its input, as the end of this process would, and waits until it has ended.
    ///
    /// # Errors
    /// When the process cannot be waited for.
    pub async fn stop(mut self) -> io::Result<std::process::ExitStatus> {
        drop(self.input.take());
        self.child.wait().await
    }
}

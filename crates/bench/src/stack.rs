//! Real server and worker processes to measure.

use std::{
    path::Path,
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};

use anyhow::{Context as _, Result, bail};
use headwater_client::{Client, IdempotencyKey, Patience};
use headwater_core::manifest::Manifest;
use sqlx::{Connection as _, PgConnection};
use tempfile::TempDir;

use crate::dag::{ASSETS, Shape, manifest};

/// Where a measured server keeps its state.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Backend {
    /// A private database of the cluster that the environment names.
    Postgres,
    /// A file.
    Sqlite,
}

impl Backend {
    /// Its name in figures.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Postgres => "postgres",
            Self::Sqlite => "sqlite",
        }
    }
}

/// What a server is started with.
pub(crate) struct Setup {
    backend: Backend,
    shape: Shape,
    manifest: Manifest,
    options: Vec<String>,
    environment: Vec<(String, String)>,
}

impl Setup {
    /// The graph of a shape, and no options.
    pub(crate) fn new(backend: Backend, shape: Shape) -> Self {
        Self { backend, shape, manifest: manifest(shape), options: Vec::new(), environment: Vec::new() }
    }

    /// Changes what is deployed; workers still have the steps of the shape.
    pub(crate) fn deploying(mut self, change: impl FnOnce(&mut Manifest)) -> Self {
        change(&mut self.manifest);
        self
    }

    /// An option of the server.
    pub(crate) fn option(mut self, name: &str, value: &str) -> Self {
        self.options.extend([name.to_owned(), value.to_owned()]);
        self
    }

    /// A variable of the server.
    pub(crate) fn variable(mut self, name: &str, value: String) -> Self {
        self.environment.push((name.to_owned(), value));
        self
    }

    /// Starts the server on an empty database and deploys.
    pub(crate) async fn start(self) -> Result<Stack> {
        let directory = tempfile::tempdir()?;
        let database = match self.backend {
            Backend::Postgres => new_database().await?,
            Backend::Sqlite => format!("sqlite://{}", directory.path().join("headwater.db").display()),
        };
        let port = free_port()?;
        let client = Client::new(&format!("http://127.0.0.1:{port}"), None)?
            .patience(Patience { unreachable: Duration::from_secs(30), busy: Duration::from_secs(30) });
        let text = serde_json::to_string(&self.manifest)?;
        let mut stack = Stack { client, database, setup: self, port, directory, server: None, workers: Vec::new() };
        stack.start_server().await?;
        stack.client.deploy(text, &IdempotencyKey::random()).await.context("deploying")?;
        Ok(stack)
    }
}

/// A server with workers, all of them real processes; they end with it.
pub(crate) struct Stack {
    /// Speaks to the server.
    pub client: Client,
    /// Its database's URL, for sizes.
    pub database: String,
    setup: Setup,
    port: u16,
    directory: TempDir,
    server: Option<Child>,
    workers: Vec<Child>,
}

impl Stack {
    /// Starts a server on an empty database and deploys the graph.
    pub(crate) async fn start(backend: Backend, shape: Shape) -> Result<Self> {
        Setup::new(backend, shape).start().await
    }

    /// Where the server listens on 127.0.0.1.
    pub(crate) fn port(&self) -> u16 {
        self.port
    }

    /// Starts the server and waits until it is ready; gives the time that took.
    pub(crate) async fn start_server(&mut self) -> Result<Duration> {
        let start = Instant::now();
        let data = self.directory.path().join("data");
        let child = self
            .product("server")?
            .args(["--database", &self.database, "--listen", &format!("127.0.0.1:{}", self.port)])
            .arg("--data")
            .arg(&data)
            .args(&self.setup.options)
            .envs(self.setup.environment.iter().map(|(name, value)| (name, value)))
            .spawn()
            .context("starting the server")?;
        self.server = Some(child);
        loop {
            if let Ok(health) = reqwest_ready(self.port).await
                && health
            {
                return Ok(start.elapsed());
            }
            if start.elapsed() > Duration::from_secs(60) {
                bail!("the server was not ready within a minute");
            }
            tokio::time::sleep(Duration::from_millis(2)).await;
        }
    }

    /// Kills the server as a power cut would.
    pub(crate) fn kill_server(&mut self) -> Result<()> {
        if let Some(mut server) = self.server.take() {
            server.kill()?;
            server.wait()?;
        }
        Ok(())
    }

    /// Starts a worker and waits until the server knows it.
    pub(crate) async fn start_worker(&mut self, slots: u32) -> Result<()> {
        let server = format!("http://127.0.0.1:{}", self.port);
        let name = format!("bench-{}", self.workers.len());
        let child = self
            .product("worker")?
            .args(["--server", &server, "--slots", &slots.to_string(), "--name", &name])
            .spawn()
            .context("starting a worker")?;
        self.workers.push(child);
        let start = Instant::now();
        loop {
            let workers = self.client.workers().await?;
            if workers.items.iter().any(|worker| worker.name == name) {
                return Ok(());
            }
            if start.elapsed() > Duration::from_secs(30) {
                bail!("the worker did not join within 30 s");
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    }

    /// Kills the workers, so that what is launched waits.
    pub(crate) fn kill_workers(&mut self) -> Result<()> {
        for mut worker in self.workers.drain(..) {
            worker.kill()?;
            worker.wait()?;
        }
        Ok(())
    }

    fn product(&self, command: &str) -> Result<Command> {
        let mut product = Command::new(std::env::current_exe()?);
        let log = std::fs::OpenOptions::new().create(true).append(true).open(self.directory.path().join("log.txt"))?;
        product.arg(command).env(ASSETS, self.setup.shape.to_env()).current_dir(self.directory.path());
        product.stdin(Stdio::null()).stdout(log.try_clone()?).stderr(log);
        Ok(product)
    }

    /// The directory on the disk that is measured.
    pub(crate) fn directory(&self) -> &Path {
        self.directory.path()
    }

    /// Memory of all processes in megabytes, shared pages counted once.
    pub(crate) fn memory_mb(&self) -> Result<f64> {
        let mut kilobytes = 0.0;
        for child in self.server.iter().chain(&self.workers) {
            let rollup = std::fs::read_to_string(format!("/proc/{}/smaps_rollup", child.id()))?;
            let pss = rollup.lines().find_map(|line| line.strip_prefix("Pss:")).context("no Pss")?;
            kilobytes += pss.trim().trim_end_matches("kB").trim().parse::<f64>()?;
        }
        Ok(kilobytes / 1024.0)
    }
}

impl Drop for Stack {
    fn drop(&mut self) {
        for child in self.workers.iter_mut().chain(self.server.as_mut()) {
            let _ = child.kill();
            let _ = child.wait();
        }
        if std::thread::panicking() {
            eprintln!("{}", std::fs::read_to_string(self.directory.path().join("log.txt")).unwrap_or_default());
        }
    }
}

async fn reqwest_ready(port: u16) -> Result<bool> {
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
    let mut stream = tokio::net::TcpStream::connect(("127.0.0.1", port)).await?;
    stream
        .write_all(format!("GET /readyz HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nConnection: close\r\n\r\n").as_bytes())
        .await?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await?;
    Ok(answer.starts_with("HTTP/1.1 200"))
}

fn free_port() -> Result<u16> {
    Ok(std::net::TcpListener::bind("127.0.0.1:0")?.local_addr()?.port())
}

/// An empty database of its own.
async fn new_database() -> Result<String> {
    let url = std::env::var("HEADWATER_TEST_POSTGRES_URL")
        .context("HEADWATER_TEST_POSTGRES_URL is not set; run the measurement with `./just bench`")?;
    let name = format!("bench_{}", IdempotencyKey::random().as_str().replace(|c: char| !c.is_ascii_alphanumeric(), ""));
    let mut connection = PgConnection::connect(&url).await?;
    sqlx::query(sqlx::AssertSqlSafe(format!("CREATE DATABASE {name}"))).execute(&mut connection).await?;
    let (server, query) =
        url.split_once('?').map_or((url.as_str(), String::new()), |(server, query)| (server, format!("?{query}")));
    let (host, _) = server.rsplit_once('/').context("the URL names no database")?;
    Ok(format!("{host}/{name}{query}"))
}

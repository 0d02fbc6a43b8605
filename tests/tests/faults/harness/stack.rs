//! Servers and workers of one test.

use std::{
    collections::BTreeMap,
    net::TcpListener,
    path::{Path, PathBuf},
    process::Command,
};

use headwater_client::{Client, IdempotencyKey, Patience};
use headwater_core::record::WorkerState;
use headwater_tests::fixture;
use tempfile::TempDir;

use super::{Database, Product, secs, until};

/// Where a server keeps its state.
#[derive(Clone, Debug)]
pub(crate) enum Store {
    /// A database of its own on the server that the environment names.
    Postgres,
    /// A file in the test's folder.
    Sqlite,
    /// A database that the test made.
    Given(Database),
}

/// How the product is set up.
#[derive(Clone, Debug)]
pub(crate) struct Plan {
    store: Store,
    dag: usize,
    lease: Option<&'static str>,
    around: Vec<String>,
    data: Option<PathBuf>,
    hook: Option<String>,
}

impl Plan {
    /// With a webhook that hears of a failed `odd/exit3`.
    pub(crate) fn hook(mut self, url: String) -> Self {
        self.hook = Some(url);
        self
    }

    /// With so many assets in the group `dag`.
    pub(crate) fn dag(mut self, assets: usize) -> Self {
        self.dag = assets;
        self
    }

    /// With shorter leases than the 30 seconds of the product, so that a loss is noticed sooner.
    pub(crate) fn lease(mut self, span: &'static str) -> Self {
        self.lease = Some(span);
        self
    }

    /// With servers started by another program, as `nsenter ... --` is one.
    pub(crate) fn around(mut self, program: Vec<String>) -> Self {
        self.around = program;
        self
    }

    /// With another folder for the output of steps.
    pub(crate) fn data(mut self, folder: &Path) -> Self {
        self.data = Some(folder.to_owned());
        self
    }

    /// Starts a server and deploys the fixture's definitions.
    pub(crate) async fn start(self) -> Stack {
        let stack = self.prepare().await;
        let manifest = fixture::manifest(stack.plan.dag).expect("sound keys");
        let manifest = match &stack.plan.hook {
            Some(url) => fixture::with_hook(manifest, url),
            None => manifest,
        };
        let text = serde_json::to_string(&manifest).expect("JSON");
        stack.client.deploy(text, &IdempotencyKey::random()).await.expect("to deploy the fixture");
        stack
    }

    /// Starts a server on an empty database, with nothing deployed.
    pub(crate) async fn prepare(self) -> Stack {
        // A second one is refused, which is fine.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let folder = tempfile::Builder::new().prefix("headwater-faults-").tempdir().expect("a folder");
        let database = match &self.store {
            Store::Postgres => Database::new_postgres().await,
            Store::Sqlite => Database::sqlite(&folder.path().join("headwater.db")),
            Store::Given(database) => database.clone(),
        };
        let port = free_port();
        let mut stack = Stack {
            client: client(port),
            database,
            port,
            plan: self,
            server: None,
            workers: BTreeMap::new(),
            ended: Vec::new(),
            folder,
        };
        stack.start_server().await;
        stack
    }
}

/// A server with workers, all of them real processes that end with the test.
#[derive(Debug)]
pub(crate) struct Stack {
    pub(crate) client: Client,
    pub(crate) database: Database,
    pub(crate) port: u16,
    plan: Plan,
    server: Option<Product>,
    workers: BTreeMap<String, Product>,
    /// Kept for what they wrote.
    ended: Vec<Product>,
    pub(crate) folder: TempDir,
}

impl Stack {
    pub(crate) fn on(store: Store) -> Plan {
        Plan { store, dag: 0, lease: None, around: Vec::new(), data: None, hook: None }
    }

    /// Starts the server and waits until it is ready.
    pub(crate) async fn start_server(&mut self) {
        let server = self.spawn_server("server", self.port);
        self.server = Some(server);
        let asked = self.client.patience(Patience { unreachable: secs(0), busy: secs(0) });
        until("the server is ready", secs(60), async || {
            let server = self.server.as_mut().expect("just started");
            assert!(server.is_running(), "the server ended: {}", server.output());
            asked.ready().await.ok()
        })
        .await;
    }

    /// Starts a server on a port, without waiting for anything.
    pub(crate) fn spawn_server(&self, name: &str, port: u16) -> Product {
        let data = self.plan.data.clone().unwrap_or_else(|| self.folder.path().join("data"));
        let mut command = self.product();
        command.args(["server", "--database", self.database.url(), "--listen", &format!("127.0.0.1:{port}")]);
        command.arg("--data").arg(data);
        if let Some(lease) = self.plan.lease {
            command.args(["--lease", lease]);
        }
        Product::start(name, command, self.folder.path())
    }

    fn product(&self) -> Command {
        let fixture = env!("CARGO_BIN_EXE_fixture");
        let mut command = match self.plan.around.split_first() {
            Some((program, arguments)) => {
                let mut command = Command::new(program);
                command.args(arguments).arg(fixture);
                command
            }
            None => Command::new(fixture),
        };
        self.set_up(&mut command);
        command
    }

    /// Starts a command of a person against the server.
    pub(crate) fn spawn_command(&self, name: &str, arguments: &[&str]) -> Product {
        let mut command = Command::new(env!("CARGO_BIN_EXE_fixture"));
        self.set_up(&mut command);
        command.args(arguments).args(["--server", &format!("http://127.0.0.1:{}", self.port)]);
        Product::start(name, command, self.folder.path())
    }

    fn set_up(&self, command: &mut Command) {
        command.current_dir(self.folder.path());
        command.env(fixture::DAG, self.plan.dag.to_string()).env(fixture::WITNESS, self.witness());
        command
            .envs(self.plan.hook.as_ref().map(|url| (fixture::HOOK, url)))
            .env("HEADWATER_ALERTS_ALLOW", "127.0.0.1")
            .env(fixture::SECRET, "hunter2 and more")
            .env("RUST_BACKTRACE", "1")
            .env("NO_COLOR", "1")
            .env("HEADWATER_CONFIG", self.folder.path().join("none.toml"));
        for name in
            ["HEADWATER_SERVER", "HEADWATER_TOKEN", "HEADWATER_PROFILE", "HEADWATER_DEPLOYMENT", "HEADWATER_DATABASE"]
        {
            command.env_remove(name);
        }
    }

    /// The file in which each attempt of a Rust step leaves its mark.
    pub(crate) fn witness(&self) -> PathBuf {
        self.folder.path().join("witness")
    }

    pub(crate) fn server(&mut self) -> &mut Product {
        self.server.as_mut().expect("a server runs")
    }

    /// Takes the server out of the stack.
    pub(crate) fn take_server(&mut self) -> Product {
        self.server.take().expect("a server runs")
    }

    pub(crate) fn kill_server(&mut self) {
        let mut server = self.take_server();
        server.kill();
        self.ended.push(server);
    }

    /// Tells the server to stop and waits until it did.
    pub(crate) async fn stop_server(&mut self) {
        let mut server = self.take_server();
        server.signal(nix::sys::signal::Signal::SIGTERM);
        let status = server.ended(secs(30)).await;
        assert!(status.success(), "the server stops in order: {status}");
        self.ended.push(server);
    }

    /// Starts a worker and waits until the server knows it.
    pub(crate) async fn start_worker(&mut self, name: &str, slots: u32) {
        let port = self.port;
        self.spawn_worker(name, slots, port, &[]);
        self.joined(name).await;
    }

    /// Starts a worker of the server on a port.
    pub(crate) fn spawn_worker(&mut self, name: &str, slots: u32, port: u16, more: &[&str]) {
        let mut command = Command::new(env!("CARGO_BIN_EXE_fixture"));
        self.set_up(&mut command);
        command.args([
            "worker",
            "--server",
            &format!("http://127.0.0.1:{port}"),
            "--slots",
            &slots.to_string(),
            "--name",
            name,
        ]);
        command.arg("--state").arg(self.folder.path().join(format!("state-{name}"))).args(more);
        let worker = Product::start(name, command, self.folder.path());
        assert!(self.workers.insert(name.to_owned(), worker).is_none(), "{name} runs already");
    }

    pub(crate) async fn joined(&mut self, name: &str) {
        until(&format!("{name} joins"), secs(60), async || {
            let worker = self.workers.get_mut(name).expect("started");
            assert!(worker.is_running(), "{name} ended: {}", worker.output());
            let known = self.client.workers().await.expect("the workers").items;
            known.iter().any(|worker| worker.name == name && worker.state == WorkerState::Active).then_some(())
        })
        .await;
    }

    pub(crate) fn worker(&mut self, name: &str) -> &mut Product {
        self.workers.get_mut(name).expect("a worker of that name")
    }

    pub(crate) fn kill_worker(&mut self, name: &str) {
        let mut worker = self.workers.remove(name).expect("a worker of that name");
        worker.kill();
        self.ended.push(worker);
    }

    /// Tells a worker to stop and waits until it did.
    pub(crate) async fn stop_worker(&mut self, name: &str) {
        let mut worker = self.workers.remove(name).expect("a worker of that name");
        worker.signal(nix::sys::signal::Signal::SIGTERM);
        let status = worker.ended(secs(60)).await;
        assert!(status.success(), "{name} stops in order: {status}");
        self.ended.push(worker);
    }

    /// Everything that still should run does.
    pub(crate) fn assert_alive(&mut self) {
        for product in self.server.iter_mut().chain(self.workers.values_mut()) {
            assert!(product.is_running(), "{} is still alive", product.name);
        }
    }
}

/// A client that waits as long as a test does.
pub(crate) fn client(port: u16) -> Client {
    let patient = Patience { unreachable: secs(60), busy: secs(60) };
    Client::new(&format!("http://127.0.0.1:{port}"), None).expect("an address").patience(patient)
}

pub(crate) fn free_port() -> u16 {
    TcpListener::bind("127.0.0.1:0").and_then(|socket| socket.local_addr()).expect("a free port").port()
}

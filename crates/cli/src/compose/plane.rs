//! The control plane in this process: database, scheduler, HTTP server.

use std::{path::Path, sync::Arc, time::Duration};

use headwater_core::time::Millis;
use headwater_scheduler::{Control, Scheduler, SchedulerOptions, Standing, SystemClock};
use headwater_server::{ServerOptions, SetupError};
use headwater_sql::{SqlOptions, SqlStore};
use headwater_store::StoreError;
use object_store::local::LocalFileSystem;
use tokio::{net::TcpListener, task::JoinHandle};
use tokio_util::sync::CancellationToken;

use super::alerts;
use crate::{
    args::AlertArgs,
    edge,
    failure::{Exit, Failure},
};

/// How long a new server may take until somebody leads.
const LEAD_WITHIN: Duration = Duration::from_secs(30);

/// What a control plane is made of.
pub(super) struct Parts<'a> {
    pub(super) store: SqlStore,
    /// The folder for the output of steps.
    pub(super) data: &'a Path,
    pub(super) listener: TcpListener,
    /// Where other servers reach this one.
    pub(super) address: String,
    pub(super) options: ServerOptions,
    /// How alerts leave.
    pub(super) alerts: AlertArgs,
    /// Where people on this machine reach it.
    pub(super) url: String,
    /// How long a worker may be silent before its steps are given to others.
    pub(super) lease: Millis,
}

/// A control plane that runs.
pub(super) struct Plane {
    control: Control,
    store: Arc<SqlStore>,
    serving: CancellationToken,
    leading: CancellationToken,
    server: JoinHandle<Result<(), SetupError>>,
    scheduler: JoinHandle<()>,
    alerts: JoinHandle<()>,
}

impl Plane {
    pub(super) fn start(parts: Parts<'_>) -> Result<Self, Failure> {
        let store = Arc::new(parts.store);
        let logs = log_store(parts.data)?;
        let (serving, leading) = (CancellationToken::new(), CancellationToken::new());
        let mut scheduling = SchedulerOptions::new(edge::new_server_id(), parts.address);
        scheduling.settings.lease = parts.lease;
        // Two polls in a row come back well before a worker gives up, which it does after two thirds of the lease.
        scheduling.settings.hold = scheduling.settings.hold.min(Millis(parts.lease.0 / 6));
        let (scheduler, control) = Scheduler::new(scheduling, store.clone(), Arc::new(SystemClock));
        let options = ServerOptions { secrets: alerts::secrets(&parts.alerts.secrets), ..parts.options };
        let alerts = alerts::start(store.clone(), control.clone(), parts.alerts, parts.url, leading.clone())?;
        let scheduler = tokio::spawn(scheduler.run(leading.clone()));
        let serve =
            headwater_server::serve(options, store.clone(), control.clone(), logs, parts.listener, serving.clone());
        let server = tokio::spawn(serve);
        Ok(Self { control, store, serving, leading, server, scheduler, alerts })
    }

    /// Waits until this server or another one leads. It borrows nothing, so that the end of the server can be awaited
    /// beside it.
    pub(super) fn led(&self) -> impl Future<Output = Result<(), Failure>> + use<> {
        let mut standing = self.control.standing();
        async move {
            let leads = |standing: &Standing| matches!(standing, Standing::Leading(_) | Standing::Following { .. });
            if matches!(tokio::time::timeout(LEAD_WITHIN, standing.wait_for(leads)).await, Ok(Ok(_))) {
                return Ok(());
            }
            Err(Failure::local(match &*standing.borrow() {
                Standing::Blind { reason } => {
                    format!("the server cannot use its database: {reason}")
                }
                _ => "no server took the lead".to_owned(),
            }))
        }
    }

    /// Waits until the server ends by itself, which it should not.
    pub(super) async fn ended(&mut self) -> Failure {
        let ended = (&mut self.server).await;
        match ended {
            Ok(Err(error)) => setup_failed(&error),
            Ok(Ok(())) => Failure::local("the server ended"),
            Err(error) => Failure::local(format!("the server ended: {error}")),
        }
    }

    /// Ends in order: requests first, then the lead, so that a standby takes over at once, then the database.
    pub(super) async fn stop(mut self) {
        self.serving.cancel();
        if !self.server.is_finished() {
            let _ = (&mut self.server).await;
        }
        self.leading.cancel();
        let _ = (&mut self.scheduler).await;
        let _ = (&mut self.alerts).await;
        self.store.close().await;
    }
}

fn log_store(data: &Path) -> Result<Arc<LocalFileSystem>, Failure> {
    let folder = data.join("logs");
    std::fs::create_dir_all(&folder).map_err(|error| Failure::file("make the folder", &folder, &error))?;
    let store = LocalFileSystem::new_with_prefix(&folder)
        .map_err(|error| Failure::local(format!("cannot keep logs in {}: {error}", folder.display())))?;
    Ok(Arc::new(store.with_automatic_cleanup(true)))
}

/// Whether missing migrations are applied.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Migrate {
    /// They are.
    Apply,
    /// A database that misses any is refused.
    Refuse,
    /// Nobody looks.
    Nothing,
}

/// Opens a database; the folder of an SQLite file is made first.
pub(super) async fn open(url: &str, migrate: Migrate) -> Result<SqlStore, Failure> {
    make_folder(url)?;
    let store = SqlStore::connect(url, &SqlOptions::default()).await.map_err(|error| store_failed(&error))?;
    if migrate == Migrate::Apply {
        let applied = store.migrate().await.map_err(|error| store_failed(&error))?;
        if !applied.is_empty() {
            tracing::info!(migrations = applied.join(", "), "database brought up to date");
        }
    }
    if migrate != Migrate::Refuse {
        return Ok(store);
    }
    let status = store.migrations().await.map_err(|error| store_failed(&error))?;
    if !status.pending.is_empty() {
        return Err(Failure::new(
            Exit::Failed,
            "migrations-pending",
            format!("the database misses {}", status.pending.join(", ")),
        )
        .hint(format!("{} db migrate --database URL, or start without --no-migrate", edge::program())));
    }
    Ok(store)
}

fn make_folder(url: &str) -> Result<(), Failure> {
    if url.starts_with("postgres") {
        return Ok(());
    }
    let path = Path::new(url.strip_prefix("sqlite://").or_else(|| url.strip_prefix("sqlite:")).unwrap_or(url));
    let Some(folder) = path.parent().filter(|folder| !folder.as_os_str().is_empty()) else {
        return Ok(());
    };
    std::fs::create_dir_all(folder).map_err(|error| Failure::file("make the folder", folder, &error))
}

/// The database in a data folder.
pub(super) fn sqlite_in(data: &Path) -> String {
    format!("sqlite:{}", data.join("headwater.db").display())
}

pub(super) fn store_failed(error: &StoreError) -> Failure {
    let applied = format!("`{} db status --database URL` says what is applied", edge::program());
    let (exit, code, hint) = match error {
        StoreError::Unavailable(_) => {
            (Exit::Failed, "database-unavailable", "is the database running, and is the URL right?")
        }
        StoreError::Schema(_) => (Exit::Failed, "database-schema", applied.as_str()),
        StoreError::Corrupt(_) => (Exit::Failed, "database-corrupt", "restore a backup, or report it"),
        StoreError::Setup(_) => (Exit::Usage, "database-setup", "give postgres://user@host/name or the path of a file"),
    };
    if matches!(error, StoreError::Setup(message) if message.contains("in use")) {
        return Failure::new(exit, "database-in-use", error.to_string()).hint("`--data` names another folder");
    }
    Failure::new(exit, code, error.to_string()).hint(hint)
}

pub(super) fn setup_failed(error: &SetupError) -> Failure {
    let (failure, program) = (Failure::new(Exit::Usage, "server-setup", error.to_string()), edge::program());
    match error {
        SetupError::OpenWithoutTokens(_) => failure
            .detail("make a token and start with it:")
            .detail(format!("  {program} token new --name me --role admin"))
            .detail(format!("  {program} server --listen … --tokens tokens.toml"))
            .hint(format!(
                "`{program} token new` prints the entry for the file; without tokens a server listens on 127.0.0.1 only"
            )),
        SetupError::Token { .. } => failure.hint(format!("`{program} token new` prints entries that are right")),
        SetupError::Socket(_) => failure,
    }
}

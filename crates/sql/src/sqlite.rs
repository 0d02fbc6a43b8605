//! SQLite: one file, one process, one writer, several readers.

use std::{
    fs::{File, OpenOptions, TryLockError},
    path::{Path, PathBuf},
    sync::{Mutex, PoisonError},
    time::Duration,
};

use headwater_store::StoreError;
use sqlx::{
    Row as _, SqliteConnection, SqlitePool,
    sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous},
};

use crate::{db::Db, error, store::SqlOptions};

/// How long a reader waits for a checkpoint, and a writer for another program that has the file open.
const BUSY: Duration = Duration::from_secs(5);

/// Proof that this process has the file for itself. The kernel gives it back when the process ends, however it ends.
#[derive(Debug)]
pub(crate) struct FileLock {
    file: Mutex<Option<File>>,
}

impl FileLock {
    fn take(database: &Path) -> Result<Self, StoreError> {
        let path = lock_path(database);
        let file = OpenOptions::new().create(true).truncate(false).write(true).open(&path);
        let file = file.map_err(|error| setup(&path, &error))?;
        match file.try_lock() {
            Ok(()) => Ok(Self { file: Mutex::new(Some(file)) }),
            Err(TryLockError::WouldBlock) => Err(StoreError::Setup(format!(
                "{} is in use by another server; stop that one, or use PostgreSQL for several servers",
                database.display()
            ))),
            Err(TryLockError::Error(error)) => Err(setup(&path, &error)),
        }
    }

    pub(crate) fn release(&self) {
        self.file.lock().unwrap_or_else(PoisonError::into_inner).take();
    }
}

fn lock_path(database: &Path) -> PathBuf {
    let mut path = database.as_os_str().to_owned();
    path.push(".lock");
    path.into()
}

fn setup(path: &Path, error: &std::io::Error) -> StoreError {
    StoreError::Setup(format!("{}: {error}", path.display()))
}

pub(crate) async fn open(path: &Path, options: &SqlOptions) -> Result<Db, StoreError> {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    std::fs::create_dir_all(folder).map_err(|error| setup(folder, &error))?;
    refuse_network(folder)?;
    let lock = FileLock::take(path)?;
    let connect = SqliteConnectOptions::new()
        .filename(path)
        .create_if_missing(true)
        .journal_mode(SqliteJournalMode::Wal)
        .synchronous(SqliteSynchronous::Full)
        .foreign_keys(false)
        .busy_timeout(BUSY)
        .statement_cache_capacity(256)
        // Large batches touch many pages; 16 MiB of cache and a longer log make them cheap.
        .pragma("cache_size", "-16384")
        .pragma("wal_autocheckpoint", "4000")
        .pragma("temp_store", "MEMORY")
        .row_buffer_size(512);
    let writer = SqlitePoolOptions::new()
        .max_connections(1)
        .acquire_timeout(options.deadline)
        .idle_timeout(None)
        .max_lifetime(None)
        .test_before_acquire(false)
        .after_connect(|connection, _| Box::pin(assert_durable(connection)))
        .connect_with(connect.clone())
        .await
        .map_err(|error| opening(path, &error))?;
    let readers = SqlitePoolOptions::new()
        .max_connections(options.readers.max(1))
        .acquire_timeout(options.deadline)
        .test_before_acquire(false)
        .after_connect(|connection, _| Box::pin(assert_durable(connection)))
        .connect_lazy_with(connect.pragma("query_only", "ON"));
    end_leads_of_dead_processes(&writer).await?;
    Ok(Db::Sqlite { writer, readers, lock })
}

fn opening(path: &Path, error: &sqlx::Error) -> StoreError {
    StoreError::Setup(format!("{}: {error}", path.display()))
}

/// Every connection must make a commit durable before it answers; a build or a file that cannot is refused.
async fn assert_durable(connection: &mut SqliteConnection) -> Result<(), sqlx::Error> {
    let mode: String = sqlx::query("PRAGMA journal_mode").fetch_one(&mut *connection).await?.try_get(0)?;
    let synchronous: i64 = sqlx::query("PRAGMA synchronous").fetch_one(&mut *connection).await?.try_get(0)?;
    // 2 is FULL.
    if mode.eq_ignore_ascii_case("wal") && synchronous >= 2 {
        return Ok(());
    }
    let found = format!("journal_mode is {mode} and synchronous is {synchronous} instead of wal and 2");
    Err(sqlx::Error::Configuration(found.into()))
}

/// Whoever led before is gone, since the file is ours; so a new leader need not wait for the lead to expire.
async fn end_leads_of_dead_processes(writer: &SqlitePool) -> Result<(), StoreError> {
    let table = "SELECT name FROM sqlite_master WHERE type = 'table' AND name = 'leader'";
    if sqlx::query(table).fetch_optional(writer).await.map_err(error::store)?.is_some() {
        let end = sqlx::query("UPDATE leader SET expires_at = 0 WHERE id = 1 AND expires_at <> 0");
        end.execute(writer).await.map_err(error::store)?;
    }
    Ok(())
}

/// The log needs memory that is shared between processes, which no network file system has.
#[cfg(target_os = "linux")]
fn refuse_network(folder: &Path) -> Result<(), StoreError> {
    /// Numbers of the kernel: NFS, SMB, CIFS, SMB2, AFS, Coda, Ceph, 9P.
    const NETWORK: [i64; 8] =
        [0x6969, 0x517b, 0xff53_4d42, 0xfe53_4d42, 0x5346_414f, 0x7375_7245, 0x00c3_6400, 0x0102_1997];
    let found = nix::sys::statfs::statfs(folder);
    let found = found.map_err(|error| StoreError::Setup(format!("{}: {error}", folder.display())))?;
    if NETWORK.contains(&found.filesystem_type().0) {
        return Err(StoreError::Setup(format!(
            "{} is on a network file system, where SQLite can lose data; use a local folder or PostgreSQL",
            folder.display()
        )));
    }
    Ok(())
}

#[cfg(not(target_os = "linux"))]
fn refuse_network(_: &Path) -> Result<(), StoreError> {
    Ok(())
}

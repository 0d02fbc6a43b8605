//! The warehouse: one SQLite file. Zones are prefixes of table names, and every load is idempotent: it replaces a
//! whole table, replaces one slice of it, or upserts by key, always in one transaction.

mod column;
mod load;
mod record;
mod schema;

pub use column::{Column, Nullable, Value};
pub(crate) use column::{text_enum, unreadable};
pub use load::Load;
pub(crate) use record::record;
pub use record::{ColumnType, Record};

use sqlx::AssertSqlSafe;
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePool, SqlitePoolOptions, SqliteSynchronous};
use std::path::{Path, PathBuf};
use std::time::Duration;

/// What went wrong in the warehouse.
#[derive(Debug, thiserror::Error)]
pub enum WarehouseError {
    /// The file cannot be opened or made.
    #[error("cannot open the warehouse {path}: {source}")]
    Open {
        /// The file.
        path: PathBuf,
        /// What SQLite said.
        source: sqlx::Error,
    },
    /// A statement failed; nothing of its transaction is kept.
    #[error("the warehouse refused {doing} on {table}: {source}")]
    Statement {
        /// What was attempted.
        doing: &'static str,
        /// On which table.
        table: String,
        /// What SQLite said.
        source: sqlx::Error,
    },
}

impl WarehouseError {
    pub(crate) fn statement(
        doing: &'static str,
        table: impl Into<String>,
    ) -> impl FnOnce(sqlx::Error) -> WarehouseError {
        let table = table.into();
        move |source| WarehouseError::Statement { doing, table, source }
    }
}

/// A handle on the warehouse file; cheap to clone.
#[derive(Debug, Clone)]
pub struct Warehouse {
    pool: SqlitePool,
    path: PathBuf,
}

impl Warehouse {
    /// Opens the file, making it and every table that is missing.
    ///
    /// # Errors
    /// When the file cannot be opened or a table cannot be made.
    pub async fn open(path: &Path) -> Result<Self, WarehouseError> {
        let open = |source| WarehouseError::Open { path: path.to_owned(), source };
        if let Some(folder) = path.parent() {
            std::fs::create_dir_all(folder).map_err(|error| open(sqlx::Error::Io(error)))?;
        }
        let options = SqliteConnectOptions::new()
            .filename(path)
            .create_if_missing(true)
            .journal_mode(SqliteJournalMode::Wal)
            .synchronous(SqliteSynchronous::Normal)
            // Several assets load at once, and the Python step is a process of its own: they queue for the writer.
            .busy_timeout(Duration::from_secs(30));
        let pool = SqlitePoolOptions::new().max_connections(4).connect_with(options).await.map_err(open)?;
        let warehouse = Self { pool, path: path.to_owned() };
        let mut load = warehouse.begin().await?;
        load.create_tables().await?;
        load.commit().await?;
        Ok(warehouse)
    }

    /// The file.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    pub(crate) fn pool(&self) -> &SqlitePool {
        &self.pool
    }

    /// Begins a load: a write transaction that is rolled back unless it is committed.
    ///
    /// # Errors
    /// When another writer holds the file for longer than the busy timeout.
    pub async fn begin(&self) -> Result<Load, WarehouseError> {
        // A deferred transaction that turns into a writer fails at once under contention; an immediate one waits.
        let transaction = self
            .pool
            .begin_with("BEGIN IMMEDIATE")
            .await
            .map_err(WarehouseError::statement("beginning a load", "the warehouse"))?;
        Ok(Load::new(transaction))
    }

    /// Replaces the content of a table in one transaction.
    ///
    /// # Errors
    /// When the database refuses; the old content stays.
    pub async fn replace_all<R: Record>(&self, rows: &[R]) -> Result<(), WarehouseError> {
        let mut load = self.begin().await?;
        load.replace_all(rows).await?;
        load.commit().await
    }

    /// Inserts rows, or updates those whose key exists, in one transaction.
    ///
    /// # Errors
    /// When the database refuses; nothing is written.
    pub async fn upsert<R: Record>(&self, rows: &[R]) -> Result<(), WarehouseError> {
        let mut load = self.begin().await?;
        load.upsert(rows).await?;
        load.commit().await
    }

    /// Every row of a table in the order of its key.
    ///
    /// # Errors
    /// When the database refuses or a row is unreadable.
    pub async fn read_all<R: Record>(&self) -> Result<Vec<R>, WarehouseError> {
        self.select("").await
    }

    /// The first rows of a table in the order of its key.
    ///
    /// # Errors
    /// As [`Warehouse::read_all`].
    pub async fn first<R: Record>(&self, most: u32) -> Result<Vec<R>, WarehouseError> {
        self.select::<R>(&format!("LIMIT {most}")).await
    }

    async fn select<R: Record>(&self, limit: &str) -> Result<Vec<R>, WarehouseError> {
        let sql =
            format!("SELECT {} FROM {} ORDER BY {} {limit}", record::column_list::<R>(), R::TABLE, R::KEY.join(", "));
        let failed = WarehouseError::statement("reading", R::TABLE);
        let rows = sqlx::query(AssertSqlSafe(sql)).fetch_all(&self.pool).await;
        rows.and_then(|rows| rows.iter().map(R::read).collect()).map_err(failed)
    }

    /// How many rows a table has.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn count<R: Record>(&self) -> Result<i64, WarehouseError> {
        sqlx::query_scalar(AssertSqlSafe(format!("SELECT COUNT(*) FROM {}", R::TABLE)))
            .fetch_one(&self.pool)
            .await
            .map_err(WarehouseError::statement("counting", R::TABLE))
    }

    /// The largest whole number in a column; `None` for an empty table.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn max<R: Record>(&self, column: &'static str) -> Result<Option<i64>, WarehouseError> {
        sqlx::query_scalar(AssertSqlSafe(format!("SELECT MAX({column}) FROM {}", R::TABLE)))
            .fetch_one(&self.pool)
            .await
            .map_err(WarehouseError::statement("reading", R::TABLE))
    }

    /// Closes the file once every use of it has ended.
    pub async fn close(&self) {
        self.pool.close().await;
    }
}

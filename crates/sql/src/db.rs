//! Either database behind one small interface: run a statement, read rows, keep a transaction.

use std::sync::Arc;

use headwater_store::StoreError;
use sqlx::{
    Arguments as _, AssertSqlSafe, PgConnection, PgPool, Postgres, Sqlite, SqliteConnection, SqlitePool, Transaction,
    postgres::PgArguments, sqlite::SqliteArguments,
};

use crate::{
    cell::{Cell, Fields, Row},
    dialect::{Clocked, Rows},
    error, postgres,
    sqlite::FileLock,
};

/// Connections. Writing and reading have their own, so that no reader ever keeps the leader waiting.
#[derive(Debug)]
pub(crate) enum Db {
    Postgres { leader: PgPool, readers: PgPool },
    Sqlite { writer: SqlitePool, readers: SqlitePool, lock: FileLock },
}

impl Db {
    /// A transaction for the leader. On SQLite it takes the write lock at once.
    pub(crate) async fn write(&self) -> Result<Tx, sqlx::Error> {
        Ok(match self {
            Self::Postgres { leader, .. } => {
                let begun = leader.begin().await;
                Tx::Postgres(postgres::told_why(leader, begun).await?)
            }
            Self::Sqlite { writer, .. } => Tx::Sqlite(begin(writer).await?),
        })
    }

    /// A transaction that sees one state of the database throughout.
    pub(crate) async fn snapshot(&self) -> Result<Tx, sqlx::Error> {
        Ok(match self {
            Self::Postgres { readers, .. } => {
                let begun = readers.begin_with("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY").await;
                Tx::Postgres(postgres::told_why(readers, begun).await?)
            }
            Self::Sqlite { readers, .. } => Tx::Sqlite(readers.begin().await?),
        })
    }

    /// Reads rows in no transaction.
    pub(crate) async fn read<T>(
        &self,
        sql: &str,
        args: &[Cell<'_>],
        decode: impl Fn(&mut Fields<'_>) -> Result<T, StoreError>,
    ) -> Result<Vec<T>, StoreError> {
        let rows = match self {
            Self::Postgres { readers, .. } => {
                let taken = readers.acquire().await;
                let mut connection = postgres::told_why(readers, taken).await.map_err(error::store)?;
                Conn::Postgres(&mut connection).fetch(sql, args).await
            }
            Self::Sqlite { readers, .. } => {
                let mut connection = readers.acquire().await.map_err(error::store)?;
                Conn::Sqlite(&mut connection).fetch(sql, args).await
            }
        };
        decode_all(&rows.map_err(error::store)?, decode)
    }

    /// Reads at most one row in no transaction.
    pub(crate) async fn read_one<T>(
        &self,
        sql: &str,
        args: &[Cell<'_>],
        decode: impl Fn(&mut Fields<'_>) -> Result<T, StoreError>,
    ) -> Result<Option<T>, StoreError> {
        Ok(self.read(sql, args, decode).await?.pop())
    }

    /// The text of a statement that asks for the time.
    pub(crate) fn clocked(&self, statement: &Clocked) -> Arc<str> {
        match self {
            Self::Postgres { .. } => statement.postgres(),
            Self::Sqlite { .. } => statement.sqlite(),
        }
    }
}

/// Takes the write lock.
///
/// SQLite undoes a transaction by itself when the disk is full or fails. The driver does not notice, takes its own
/// undoing for failed, and refuses every further transaction on that connection; so such a connection is replaced.
async fn begin(writer: &SqlitePool) -> Result<Transaction<'static, Sqlite>, sqlx::Error> {
    match writer.begin_with("BEGIN IMMEDIATE").await {
        Err(sqlx::Error::InvalidSavePointStatement) => {
            writer.acquire().await?.close().await?;
            writer.begin_with("BEGIN IMMEDIATE").await
        }
        begun => begun,
    }
}

/// A transaction; it is undone where it is dropped.
pub(crate) enum Tx {
    Postgres(Transaction<'static, Postgres>),
    Sqlite(Transaction<'static, Sqlite>),
}

impl Tx {
    pub(crate) fn conn(&mut self) -> Conn<'_> {
        match self {
            Self::Postgres(transaction) => Conn::Postgres(transaction),
            Self::Sqlite(transaction) => Conn::Sqlite(transaction),
        }
    }

    pub(crate) async fn read<T>(
        &mut self,
        sql: &str,
        args: &[Cell<'_>],
        decode: impl Fn(&mut Fields<'_>) -> Result<T, StoreError>,
    ) -> Result<Vec<T>, StoreError> {
        decode_all(&self.conn().fetch(sql, args).await.map_err(error::store)?, decode)
    }

    pub(crate) async fn commit(self) -> Result<(), sqlx::Error> {
        match self {
            Self::Postgres(transaction) => transaction.commit().await,
            Self::Sqlite(transaction) => transaction.commit().await,
        }
    }
}

fn decode_all<T>(
    rows: &[Row],
    decode: impl Fn(&mut Fields<'_>) -> Result<T, StoreError>,
) -> Result<Vec<T>, StoreError> {
    rows.iter().map(|row| decode(&mut Fields::of(row))).collect()
}

/// One connection.
pub(crate) enum Conn<'c> {
    Postgres(&'c mut PgConnection),
    Sqlite(&'c mut SqliteConnection),
}

impl Conn<'_> {
    /// Runs a statement; gives how many rows it touched.
    pub(crate) async fn execute(&mut self, sql: &str, args: &[Cell<'_>]) -> Result<u64, sqlx::Error> {
        match self {
            Self::Postgres(connection) => {
                let query = sqlx::query_with(AssertSqlSafe(sql), postgres_arguments(args)?);
                Ok(query.execute(&mut **connection).await?.rows_affected())
            }
            Self::Sqlite(connection) => {
                let query = sqlx::query_with(AssertSqlSafe(sql), sqlite_arguments(args)?);
                Ok(query.execute(&mut **connection).await?.rows_affected())
            }
        }
    }

    /// Runs a statement for many rows; gives how many it touched.
    pub(crate) async fn bulk(&mut self, rows: &Rows<'_>) -> Result<u64, sqlx::Error> {
        match self {
            Self::Postgres(connection) => {
                let mut arguments = PgArguments::default();
                for column in rows.arrays() {
                    arguments.add(column).map_err(sqlx::Error::Encode)?;
                }
                let query = sqlx::query_with(AssertSqlSafe(rows.bulk.postgres()), arguments);
                Ok(query.execute(&mut **connection).await?.rows_affected())
            }
            Self::Sqlite(connection) => {
                let document = rows.document().map_err(|error| sqlx::Error::Encode(error.into()))?;
                let query = sqlx::query(AssertSqlSafe(rows.bulk.sqlite())).bind(document);
                Ok(query.execute(&mut **connection).await?.rows_affected())
            }
        }
    }

    /// Reads all rows of a statement.
    pub(crate) async fn fetch(&mut self, sql: &str, args: &[Cell<'_>]) -> Result<Vec<Row>, sqlx::Error> {
        match self {
            Self::Postgres(connection) => {
                let query = sqlx::query_with(AssertSqlSafe(sql), postgres_arguments(args)?);
                Ok(query.fetch_all(&mut **connection).await?.into_iter().map(Row::Postgres).collect())
            }
            Self::Sqlite(connection) => {
                let query = sqlx::query_with(AssertSqlSafe(sql), sqlite_arguments(args)?);
                Ok(query.fetch_all(&mut **connection).await?.into_iter().map(Row::Sqlite).collect())
            }
        }
    }
}

fn postgres_arguments(args: &[Cell<'_>]) -> Result<PgArguments, sqlx::Error> {
    let mut arguments = PgArguments::default();
    for cell in args {
        match cell {
            Cell::Null => arguments.add(None::<String>),
            Cell::Uuid(value) => arguments.add(*value),
            Cell::Int(value) => arguments.add(*value),
            Cell::Text(value) => arguments.add(value.as_ref()),
            Cell::Bool(value) => arguments.add(*value),
        }
        .map_err(sqlx::Error::Encode)?;
    }
    Ok(arguments)
}

fn sqlite_arguments(args: &[Cell<'_>]) -> Result<SqliteArguments, sqlx::Error> {
    let mut arguments = SqliteArguments::default();
    for cell in args {
        match cell {
            Cell::Null => arguments.add(None::<String>),
            Cell::Uuid(value) => arguments.add(*value),
            Cell::Int(value) => arguments.add(*value),
            Cell::Text(value) => arguments.add(value.as_ref()),
            Cell::Bool(value) => arguments.add(*value),
        }
        .map_err(sqlx::Error::Encode)?;
    }
    Ok(arguments)
}

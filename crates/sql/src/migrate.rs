//! The schema: migrations under the same numbers and names on both databases, part of the binary, forward only.

use std::collections::BTreeMap;

use headwater_store::StoreError;
use sqlx::{
    Connection as _, Row as _, SqlSafeStr as _,
    migrate::{Migrate, MigrateError, Migration, MigrationType, Migrator},
};

use crate::{db::Db, error};

/// Number, name, text for Postgres, text for SQLite.
const MIGRATIONS: [(i64, &str, &str, &str); 4] = [
    (
        1,
        "init",
        include_str!("../../../migrations/postgres/0001_init.sql"),
        include_str!("../../../migrations/sqlite/0001_init.sql"),
    ),
    (
        2,
        "views",
        include_str!("../../../migrations/postgres/0002_views.sql"),
        include_str!("../../../migrations/sqlite/0002_views.sql"),
    ),
    (
        3,
        "alerts",
        include_str!("../../../migrations/postgres/0003_alerts.sql"),
        include_str!("../../../migrations/sqlite/0003_alerts.sql"),
    ),
    (
        4,
        "lists",
        include_str!("../../../migrations/postgres/0004_lists.sql"),
        include_str!("../../../migrations/sqlite/0004_lists.sql"),
    ),
];

const APPLIED: &str = "SELECT version FROM _sqlx_migrations WHERE success ORDER BY version";

/// Which migrations are applied, missing or unknown, as in `0001_init`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct MigrationStatus {
    /// Applied and known.
    pub applied: Vec<String>,
    /// Known and not applied.
    pub pending: Vec<String>,
    /// Applied by a later version; this one refuses to work on such a database.
    pub unknown: Vec<i64>,
}

fn name(version: i64, name: &str) -> String {
    format!("{version:04}_{name}")
}

fn migrator(db: &Db) -> Migrator {
    let text = |postgres, sqlite| match db {
        Db::Postgres { .. } => postgres,
        Db::Sqlite { .. } => sqlite,
    };
    let migrations = MIGRATIONS.iter().map(|(version, name, postgres, sqlite)| {
        let sql: &'static str = text(*postgres, *sqlite);
        Migration::new(*version, (*name).into(), MigrationType::Simple, sql.into_sql_str(), false)
    });
    Migrator::with_migrations(migrations.collect())
}

pub(crate) async fn run(db: &Db) -> Result<Vec<String>, StoreError> {
    let before = status(db).await?;
    if let Some(unknown) = before.unknown.first() {
        return Err(newer(*unknown));
    }
    let migrator = migrator(db);
    match db {
        Db::Postgres { leader, .. } => {
            let mut connection = leader.acquire().await.map_err(error::store)?;
            // A migration may take long, and so may the wait for another server's; this connection is not reused.
            sqlx::query("SELECT set_config('statement_timeout', '0', false), set_config('lock_timeout', '0', false)")
                .execute(&mut *connection)
                .await
                .map_err(error::store)?;
            let result = apply(&migrator, &mut *connection).await;
            _ = connection.detach().close().await;
            result?;
        }
        Db::Sqlite { writer, .. } => {
            let mut connection = writer.acquire().await.map_err(error::store)?;
            apply(&migrator, &mut *connection).await?;
        }
    }
    Ok(before.pending)
}

async fn apply<C: Migrate>(migrator: &Migrator, connection: &mut C) -> Result<(), StoreError> {
    migrator.run_direct(None, connection, false).await.map_err(|error| match error {
        MigrateError::VersionMissing(version) => newer(version),
        MigrateError::VersionMismatch(version) => StoreError::Schema(format!(
            "migration {version} was applied with another text than this version's; restore a backup, or use the \
             version that applied it"
        )),
        MigrateError::Execute(error) => error::store(error),
        other => StoreError::Schema(other.to_string()),
    })
}

fn newer(version: i64) -> StoreError {
    StoreError::Schema(format!(
        "migration {version} is not known: a later version of Headwater has used this database; use that version"
    ))
}

pub(crate) async fn status(db: &Db) -> Result<MigrationStatus, StoreError> {
    let applied = applied(db).await?;
    let known: BTreeMap<i64, &str> = MIGRATIONS.iter().map(|(version, name, ..)| (*version, *name)).collect();
    let mut status = MigrationStatus::default();
    for (version, title) in &known {
        let list = if applied.contains(version) { &mut status.applied } else { &mut status.pending };
        list.push(name(*version, title));
    }
    status.unknown = applied.into_iter().filter(|version| !known.contains_key(version)).collect();
    Ok(status)
}

async fn applied(db: &Db) -> Result<Vec<i64>, StoreError> {
    let versions = match db {
        Db::Postgres { leader, .. } => {
            let sql = "SELECT to_regclass('_sqlx_migrations') IS NOT NULL";
            let row = sqlx::query(sql).fetch_one(leader).await.map_err(error::store)?;
            if !row.try_get::<bool, _>(0).map_err(error::store)? {
                return Ok(Vec::new());
            }
            let rows = sqlx::query(APPLIED).fetch_all(leader).await.map_err(error::store)?;
            rows.iter().map(|row| row.try_get(0)).collect()
        }
        Db::Sqlite { writer, .. } => {
            let sql = "SELECT COUNT(*) FROM sqlite_master WHERE name = '_sqlx_migrations'";
            let row = sqlx::query(sql).fetch_one(writer).await.map_err(error::store)?;
            if row.try_get::<i64, _>(0).map_err(error::store)? == 0 {
                return Ok(Vec::new());
            }
            let rows = sqlx::query(APPLIED).fetch_all(writer).await.map_err(error::store)?;
            rows.iter().map(|row| row.try_get(0)).collect()
        }
    };
    let versions: Result<Vec<i64>, sqlx::Error> = versions;
    versions.map_err(error::store)
}

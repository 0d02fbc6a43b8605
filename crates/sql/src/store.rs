//! Opening a database.

use std::{path::PathBuf, time::Duration};

use headwater_store::StoreError;

use crate::{
    db::Db,
    migrate::{self, MigrationStatus},
    postgres, sqlite,
};

/// How a database is used. The defaults are good for a server.
#[derive(Clone, Debug)]
pub struct SqlOptions {
    /// Connections for reading; the leader has its own besides.
    pub readers: u32,
    /// How long any statement, connect or wait for a connection may take.
    pub deadline: Duration,
}

impl Default for SqlOptions {
    fn default() -> Self {
        Self { readers: 4, deadline: Duration::from_secs(10) }
    }
}

/// A store on PostgreSQL or SQLite.
#[derive(Debug)]
pub struct SqlStore {
    pub(crate) db: Db,
}

/// What a URL names.
enum Target {
    Postgres(String),
    Sqlite(PathBuf),
}

impl Target {
    fn parse(url: &str) -> Result<Self, StoreError> {
        if url.starts_with("postgres://") || url.starts_with("postgresql://") {
            return Ok(Self::Postgres(url.to_owned()));
        }
        let path = url.strip_prefix("sqlite://").or_else(|| url.strip_prefix("sqlite:")).unwrap_or(url);
        if path.is_empty() || path.contains("://") {
            return Err(StoreError::Setup(format!(
                "`{}` is neither postgres://… nor the path of an SQLite file",
                without_password(url)
            )));
        }
        Ok(Self::Sqlite(PathBuf::from(path)))
    }
}

/// A URL as it may be shown.
fn without_password(url: &str) -> String {
    let Some((scheme, rest)) = url.split_once("://") else {
        return url.to_owned();
    };
    match rest.split_once('@') {
        Some((_, host)) => format!("{scheme}://…@{host}"),
        None => url.to_owned(),
    }
}

impl SqlStore {
    /// Opens a database: `postgres://…`, `sqlite://path`, `sqlite:path` or a plain path.
    ///
    /// An SQLite file is made where there is none, and belongs to this store until it is dropped: a second one on
    /// the same file is refused. Nothing is migrated.
    ///
    /// # Errors
    /// [`StoreError::Setup`] where the URL or the file cannot be used, [`StoreError::Unavailable`] where the
    /// database does not answer.
    pub async fn connect(url: &str, options: &SqlOptions) -> Result<Self, StoreError> {
        let db = match Target::parse(url)? {
            Target::Postgres(url) => postgres::open(&url, options).await?,
            Target::Sqlite(path) => sqlite::open(&path, options).await?,
        };
        Ok(Self { db })
    }

    /// Opens a database and brings its schema up to date.
    ///
    /// # Errors
    /// As [`Self::connect`] and [`Self::migrate`].
    pub async fn open_and_migrate(url: &str, options: &SqlOptions) -> Result<Self, StoreError> {
        let store = Self::connect(url, options).await?;
        store.migrate().await?;
        Ok(store)
    }

    /// Applies the migrations that are missing, one server at a time. Gives the names of those that it applied.
    ///
    /// # Errors
    /// [`StoreError::Schema`] where the database was migrated by a later version, or where what was applied is not
    /// what this version knows under that number.
    pub async fn migrate(&self) -> Result<Vec<String>, StoreError> {
        migrate::run(&self.db).await
    }

    /// Which migrations are applied, missing or unknown.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] where the database does not answer.
    pub async fn migrations(&self) -> Result<MigrationStatus, StoreError> {
        migrate::status(&self.db).await
    }

    /// Ends all connections after what runs on them. On SQLite the file is free afterwards.
    pub async fn close(&self) {
        match &self.db {
            Db::Postgres { leader, readers } => {
                leader.close().await;
                readers.close().await;
            }
            Db::Sqlite { writer, readers, lock } => {
                readers.close().await;
                writer.close().await;
                lock.release();
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn urls_name_a_backend() {
        let file = |url| matches!(Target::parse(url), Ok(Target::Sqlite(path)) if path.as_os_str() == "a/b.db");
        assert!(file("sqlite://a/b.db") && file("sqlite:a/b.db") && file("a/b.db"));
        assert!(matches!(Target::parse("postgres://u@h/d"), Ok(Target::Postgres(_))));
        let refused = Target::parse("mysql://me:secret@host/db").err().map(|error| error.to_string()).unwrap();
        assert!(refused.contains("mysql://…@host/db") && !refused.contains("secret"), "{refused}");
        assert!(Target::parse("").is_err());
    }
}

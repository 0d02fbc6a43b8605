//! The database behind the product, seen from outside.

use std::path::Path;

use sqlx::{
    AssertSqlSafe, ConnectOptions as _, Connection as _, PgConnection, Row as _, SqliteConnection,
    sqlite::SqliteConnectOptions,
};

/// A database of one test.
#[derive(Clone, Debug)]
pub(crate) enum Database {
    Postgres(String),
    Sqlite(String),
}

impl Database {
    /// An empty database on the server that the environment names.
    pub(crate) async fn new_postgres() -> Self {
        let url = std::env::var("HEADWATER_TEST_POSTGRES_URL")
            .expect("HEADWATER_TEST_POSTGRES_URL is not set: run `./just test`, or `.ci/with-postgres cargo nextest run -p headwater-tests`");
        Self::new_on(&url).await
    }

    /// An empty database on a server.
    pub(crate) async fn new_on(url: &str) -> Self {
        #[allow(clippy::disallowed_methods, reason = "a name that no other database has")]
        let name = format!("faults_{}", uuid::Uuid::now_v7().simple());
        let mut connection = PgConnection::connect(url).await.expect("a PostgreSQL server");
        sqlx::query(AssertSqlSafe(format!("CREATE DATABASE {name}")))
            .execute(&mut connection)
            .await
            .expect("a new database");
        let (server, query) =
            url.split_once('?').map_or((url, String::new()), |(server, query)| (server, format!("?{query}")));
        let (host, _) = server.rsplit_once('/').expect("a URL with a database");
        Self::Postgres(format!("{host}/{name}{query}"))
    }

    pub(crate) fn sqlite(path: &Path) -> Self {
        Self::Sqlite(path.display().to_string())
    }

    /// As the product takes it.
    pub(crate) fn url(&self) -> &str {
        match self {
            Self::Postgres(url) | Self::Sqlite(url) => url,
        }
    }

    /// A run's id as it is written in a query.
    pub(crate) fn literal(&self, run: headwater_core::id::RunId) -> String {
        match self {
            Self::Postgres(_) => format!("'{run}'::uuid"),
            Self::Sqlite(_) => format!("X'{}'", run.0.simple()),
        }
    }

    /// The whole numbers that a query gives, row by row.
    pub(crate) async fn numbers(&self, query: &str) -> Vec<Vec<i64>> {
        let query = AssertSqlSafe(query.to_owned());
        match self {
            Self::Postgres(url) => {
                let mut connection = PgConnection::connect(url).await.expect("the database");
                let rows = sqlx::query(query).fetch_all(&mut connection).await.expect("a sound query");
                rows.iter().map(|row| (0..row.len()).map(|column| row.get(column)).collect()).collect()
            }
            Self::Sqlite(path) => {
                let mut connection = SqliteConnectOptions::new().filename(path).connect().await.expect("the database");
                let rows = sqlx::query(query).fetch_all(&mut connection).await.expect("a sound query");
                rows.iter().map(|row| (0..row.len()).map(|column| row.get(column)).collect()).collect()
            }
        }
    }

    /// The one number that a query gives.
    pub(crate) async fn number(&self, query: &str) -> i64 {
        self.numbers(query).await[0][0]
    }

    /// Whether an SQLite file is sound.
    pub(crate) async fn integrity(path: &Path) -> String {
        let mut connection: SqliteConnection =
            SqliteConnectOptions::new().filename(path).connect().await.expect("the file");
        sqlx::query("PRAGMA integrity_check").fetch_one(&mut connection).await.expect("a check").get(0)
    }
}

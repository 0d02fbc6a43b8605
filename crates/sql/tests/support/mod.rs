//! A database per test.

#![allow(dead_code, reason = "each test binary uses a part of it")]

use std::{
    path::PathBuf,
    sync::{
        Arc,
        atomic::{AtomicU32, Ordering},
    },
};

use headwater_sql::{SqlOptions, SqlStore};
use headwater_store::Store;
use sqlx::{AssertSqlSafe, Connection as _, PgConnection};

/// The variable that names a PostgreSQL server on which tests may create databases.
const VARIABLE: &str = "HEADWATER_TEST_POSTGRES_URL";

static NEXT: AtomicU32 = AtomicU32::new(0);

/// A URL of the test server's database of the given name.
pub(crate) fn postgres_url(database: &str) -> String {
    let Ok(url) = std::env::var(VARIABLE) else {
        panic!(
            "{VARIABLE} is not set. Run these tests with `.ci/with-postgres cargo nextest run -p headwater-sql`, \
             which starts a private server, or set it to the URL of a superuser of a server for tests."
        );
    };
    let (base, query) = url.split_once('?').map_or((url.as_str(), ""), |(base, query)| (base, query));
    let (server, _) = base.rsplit_once('/').expect("the URL names a database");
    if query.is_empty() { format!("{server}/{database}") } else { format!("{server}/{database}?{query}") }
}

/// A connection to the test server itself.
pub(crate) async fn admin() -> PgConnection {
    PgConnection::connect(&postgres_url("postgres")).await.expect("the test server answers")
}

/// An empty database of its own, dropped with [`Postgres::drop_database`] or left to the throw-away server.
pub(crate) struct Postgres {
    pub(crate) name: String,
}

impl Postgres {
    pub(crate) async fn create() -> Self {
        let number = NEXT.fetch_add(1, Ordering::Relaxed);
        let name = format!("headwater_test_{}_{number}", std::process::id());
        let mut admin = admin().await;
        sqlx::query(AssertSqlSafe(format!("CREATE DATABASE {name}"))).execute(&mut admin).await.unwrap();
        Self { name }
    }

    pub(crate) fn url(&self) -> String {
        postgres_url(&self.name)
    }

    pub(crate) async fn drop_database(self) {
        let mut admin = admin().await;
        let sql = format!("DROP DATABASE {} WITH (FORCE)", self.name);
        sqlx::query(AssertSqlSafe(sql)).execute(&mut admin).await.unwrap();
    }
}

/// A folder for SQLite files, removed at the end of the test.
pub(crate) struct Folder {
    folder: tempfile::TempDir,
}

impl Folder {
    pub(crate) fn new() -> Self {
        Self { folder: tempfile::tempdir().unwrap() }
    }

    pub(crate) fn file(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    pub(crate) fn url(&self) -> String {
        format!("sqlite://{}", self.file("headwater.db").display())
    }
}

pub(crate) async fn open(url: &str) -> SqlStore {
    SqlStore::open_and_migrate(url, &SqlOptions::default()).await.unwrap()
}

pub(crate) async fn open_postgres() -> (Arc<dyn Store>, Postgres) {
    let database = Postgres::create().await;
    (Arc::new(open(&database.url()).await), database)
}

pub(crate) async fn open_sqlite() -> (Arc<dyn Store>, Folder) {
    let folder = Folder::new();
    (Arc::new(open(&folder.url()).await), folder)
}

/// Two values that print much: where they differ, only the lines around the difference are shown.
pub(crate) fn assert_same<T: PartialEq + std::fmt::Debug>(what: &str, expected: &T, found: &T) {
    if expected == found {
        return;
    }
    let (expected, found) = (format!("{expected:#?}"), format!("{found:#?}"));
    let differs = expected.lines().zip(found.lines()).position(|(a, b)| a != b).unwrap_or(0);
    let around = |text: &str| {
        let lines = text.lines().skip(differs.saturating_sub(25)).take(30);
        lines.collect::<Vec<_>>().join("\n")
    };
    panic!("{what} differs\n--- expected\n{}\n--- found\n{}", around(&expected), around(&found));
}

//! The two databases and the memory store side by side.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "helpers of tests may stop a test")]

mod support;

use std::{collections::BTreeSet, path::Path, sync::Arc};

use headwater_core::time::Millis;
use headwater_store::{
    MemoryStore, Retention, Store,
    conformance::{claim, everything, random::History},
};
use sqlx::{AssertSqlSafe, Connection as _, PgConnection, Row as _, SqliteConnection};
use support::{Folder, Postgres, assert_same, open, open_postgres, open_sqlite};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_same_history_looks_the_same_everywhere() {
    let seeds = std::env::var("HEADWATER_TEST_SEEDS").ok().and_then(|seeds| seeds.parse().ok()).unwrap_or(6_u64);
    for seed in 0..seeds {
        println!("seed {seed}");
        let (postgres, database) = open_postgres().await;
        let (sqlite, _folder) = open_sqlite().await;
        let stores: [Arc<dyn Store>; 3] = [Arc::new(MemoryStore::new()), sqlite, postgres];
        lock_step(seed, &stores).await;
        drop(stores);
        database.drop_database().await;
    }
}

async fn lock_step(seed: u64, stores: &[Arc<dyn Store>; 3]) {
    let mut terms = Vec::new();
    for store in stores {
        terms.push(store.lead(&claim(1, Millis::secs(3_600))).await.unwrap().unwrap());
    }
    let mut history = History::new(seed);
    for round in 0..25 {
        let batch = history.batch();
        for (store, term) in stores.iter().zip(&terms) {
            store.commit(*term, &batch).await.unwrap_or_else(|error| panic!("seed {seed}, round {round}: {error}"));
            // The same batch again never fits.
            assert!(batch.is_empty() || store.commit(*term, &batch).await.is_err());
        }
        let (tries, at) = (history.tries(), history.now());
        for store in stores {
            store.outbox_mark(&tries, at).await.unwrap();
        }
        if round == 20 {
            let old = Some(history.now().minus(Millis::secs(200)));
            let retention = Retention {
                events: old,
                versions: old,
                checks: old,
                runs: old,
                ticks: old,
                outbox: old,
                ..Retention::default()
            };
            for store in stores {
                while store.prune(&retention, 50).await.unwrap() > 0 {}
            }
            history.forget_ended_runs();
        }
        if round % 4 == 0 {
            let expected = everything(&*stores[0]).await;
            for (name, store) in ["sqlite", "postgres"].iter().zip(&stores[1..]) {
                assert_same(&format!("seed {seed}, round {round}: {name}"), &expected, &everything(&**store).await);
            }
        }
    }
}

#[test]
fn both_folders_hold_the_same_migrations() {
    let files = |folder: &str| -> BTreeSet<String> {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../migrations").join(folder);
        std::fs::read_dir(path).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect()
    };
    assert_eq!(files("postgres"), files("sqlite"));
}

#[tokio::test]
async fn both_schemas_have_the_same_columns_and_indexes() {
    let database = Postgres::create().await;
    let folder = Folder::new();
    open(&database.url()).await.close().await;
    open(&folder.url()).await.close().await;
    let mut postgres = PgConnection::connect(&database.url()).await.unwrap();
    let mut sqlite = SqliteConnection::connect(&folder.url()).await.unwrap();
    let columns = sqlx::query(
        "SELECT c.table_name || '.' || c.column_name || CASE c.is_nullable WHEN 'YES' THEN ' null' ELSE '' END \
         FROM information_schema.columns c JOIN information_schema.tables t USING (table_schema, table_name) \
         WHERE c.table_schema = 'public' AND t.table_type = 'BASE TABLE' AND c.table_name <> '_sqlx_migrations'",
    );
    let columns: BTreeSet<String> =
        columns.fetch_all(&mut postgres).await.unwrap().iter().map(|row| row.get(0)).collect();
    // A primary key is never null, which SQLite does not say of a single column.
    let lite = sqlx::query(
        "SELECT t.name || '.' || c.name || CASE WHEN c.\"notnull\" = 0 AND c.pk = 0 THEN ' null' ELSE '' END \
         FROM sqlite_master t JOIN pragma_table_info(t.name) c WHERE t.type = 'table' AND t.name NOT LIKE '\\_sqlx%' ESCAPE '\\'",
    );
    let lite: BTreeSet<String> = lite.fetch_all(&mut sqlite).await.unwrap().iter().map(|row| row.get(0)).collect();
    assert_eq!(columns, lite);
    let indexes = "SELECT indexname FROM pg_indexes WHERE schemaname = 'public' \
                   AND NOT EXISTS (SELECT 1 FROM pg_constraint WHERE conname = indexname)";
    let indexes: BTreeSet<String> =
        sqlx::query(indexes).fetch_all(&mut postgres).await.unwrap().iter().map(|row| row.get(0)).collect();
    let lite = "SELECT name FROM sqlite_master WHERE type = 'index' AND sql IS NOT NULL";
    let lite: BTreeSet<String> =
        sqlx::query(lite).fetch_all(&mut sqlite).await.unwrap().iter().map(|row| row.get(0)).collect();
    assert_eq!(indexes, lite);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn migrating_twice_at_once_is_migrating_once() {
    let database = Postgres::create().await;
    let url = database.url();
    let tasks: Vec<_> = (0..3)
        .map(|_| {
            let url = url.clone();
            tokio::spawn(async move { open(&url).await.migrations().await.unwrap() })
        })
        .collect();
    for task in tasks {
        let status = task.await.unwrap();
        assert_eq!((status.applied.len(), status.pending.len()), (4, 0));
    }
    let store = open(&url).await;
    assert_eq!(store.migrate().await.unwrap(), Vec::<String>::new());
}

#[tokio::test]
async fn a_schema_from_the_future_is_refused() {
    let database = Postgres::create().await;
    let folder = Folder::new();
    let insert = "INSERT INTO _sqlx_migrations (version, description, success, checksum, execution_time) \
                  VALUES (9999, 'later', true, ";
    open(&database.url()).await.close().await;
    open(&folder.url()).await.close().await;
    let mut postgres = PgConnection::connect(&database.url()).await.unwrap();
    sqlx::query(AssertSqlSafe(format!("{insert} '\\x00', 0)"))).execute(&mut postgres).await.unwrap();
    let mut sqlite = SqliteConnection::connect(&folder.url()).await.unwrap();
    sqlx::query(AssertSqlSafe(format!("{insert} x'00', 0)"))).execute(&mut sqlite).await.unwrap();
    sqlite.close().await.unwrap();
    for url in [database.url(), folder.url()] {
        let options = headwater_sql::SqlOptions::default();
        let error = headwater_sql::SqlStore::open_and_migrate(&url, &options).await.unwrap_err();
        assert!(error.to_string().contains("later version"), "{error}");
    }
}

//! The suite on PostgreSQL, and what is special about a server.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "helpers of tests may stop a test")]

mod support;

use headwater_core::{
    id::Term,
    time::{Millis, Timestamp},
};
use headwater_store::{
    CommitError, Journal, Reader, StoreError,
    conformance::{claim, everything, random::History},
};
use sqlx::{AssertSqlSafe, Connection as _, PgConnection};
use support::{Postgres, admin, assert_same, open, open_postgres};

headwater_store::conformance!(open_postgres);

/// Ends every connection to a database, as a restart of the server does.
async fn disconnect(database: &Postgres) {
    let sql = "SELECT COUNT(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE datname = $1";
    sqlx::query(sql).bind(&database.name).execute(&mut admin().await).await.unwrap();
}

/// Commits until the store has found its way back, as the scheduler does: after each failure it asks what is
/// stored before it goes on.
async fn commit_again(store: &headwater_sql::SqlStore, term: Term, batch: &[headwater_core::effect::Recorded]) {
    let last = batch.last().unwrap().seq;
    for _ in 0..10 {
        match store.commit(term, batch).await {
            Ok(()) => return,
            Err(CommitError::Unknown(_)) => {}
            Err(other) => panic!("{other:?}"),
        }
        if store.last_seq().await.is_ok_and(|stored| stored == last) {
            return;
        }
    }
    panic!("the store did not recover");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn lost_connections_are_made_again_and_nothing_is_written_twice() {
    let database = Postgres::create().await;
    let store = open(&database.url()).await;
    let term = store.lead(&claim(1, Millis::secs(3_600))).await.unwrap().unwrap();
    let memory = headwater_store::MemoryStore::new();
    let same = memory.lead(&claim(1, Millis::secs(3_600))).await.unwrap().unwrap();
    let mut history = History::new(5);
    for round in 0..20 {
        if round % 4 == 0 {
            disconnect(&database).await;
        }
        let batch = history.batch();
        if batch.is_empty() {
            continue;
        }
        commit_again(&store, term, &batch).await;
        memory.commit(same, &batch).await.unwrap();
    }
    assert_same("postgres", &everything(&memory).await, &everything(&store).await);
    store.close().await;
    database.drop_database().await;
}

#[tokio::test]
async fn a_takeover_waits_for_a_running_commit() {
    let database = Postgres::create().await;
    let store = open(&database.url()).await;
    let term = store.lead(&claim(1, Millis::ZERO)).await.unwrap().unwrap();
    // A commit that has passed the fence and hangs.
    let mut commit = PgConnection::connect(&database.url()).await.unwrap();
    let mut hanging = commit.begin().await.unwrap();
    sqlx::query("UPDATE leader SET last_seq = last_seq + 1 WHERE term = $1")
        .bind(term.0)
        .execute(&mut *hanging)
        .await
        .unwrap();
    let other = open(&database.url()).await;
    let takeover = tokio::spawn(async move { other.lead(&claim(2, Millis::secs(15))).await });
    // The server itself says that the takeover waits for the row.
    let waits = "SELECT COUNT(*) FROM pg_stat_activity WHERE datname = $1 AND wait_event_type = 'Lock'";
    let mut admin = admin().await;
    loop {
        let waiting: i64 = sqlx::query_scalar(waits).bind(&database.name).fetch_one(&mut admin).await.unwrap();
        if waiting > 0 {
            break;
        }
        tokio::task::yield_now().await;
    }
    hanging.commit().await.unwrap();
    let later = takeover.await.unwrap().unwrap().unwrap();
    assert!(later > term);
    assert_eq!(store.last_seq().await.unwrap().0, 1);
    assert_eq!(store.commit(term, &[]).await, Err(CommitError::Stale));
}

#[tokio::test]
async fn a_server_that_is_not_there_is_unavailable() {
    let options = headwater_sql::SqlOptions { deadline: std::time::Duration::from_millis(300), readers: 1 };
    let url = "postgres://postgres@127.0.0.1:1/none";
    let error = headwater_sql::SqlStore::connect(url, &options).await.unwrap_err();
    assert!(matches!(error, StoreError::Unavailable(_)), "{error:?}");
}

#[tokio::test]
async fn a_database_without_tables_says_so() {
    let database = Postgres::create().await;
    let store = headwater_sql::SqlStore::connect(&database.url(), &headwater_sql::SqlOptions::default()).await.unwrap();
    assert_eq!(store.migrations().await.unwrap().applied, Vec::<String>::new());
    let error = store.load(Timestamp::EPOCH).await.unwrap_err();
    assert!(matches!(error, StoreError::Schema(_)), "{error:?}");
    assert_eq!(store.status().await.unwrap().pending, ["0001_init", "0002_views", "0003_alerts", "0004_lists"]);
}

#[tokio::test]
async fn settings_that_lose_data_are_told() {
    let database = Postgres::create().await;
    let sql = format!("ALTER DATABASE {} SET synchronous_commit = off", database.name);
    sqlx::query(AssertSqlSafe(sql)).execute(&mut admin().await).await.unwrap();
    let store = open(&database.url()).await;
    let status = store.status().await.unwrap();
    assert!(status.engine.starts_with("PostgreSQL 1"), "{}", status.engine);
    let fsync: String = sqlx::query_scalar("SHOW fsync").fetch_one(&mut admin().await).await.unwrap();
    assert_eq!(status.warnings.iter().any(|warning| warning.starts_with("fsync is off")), fsync == "off");
    // This one our connections set right themselves.
    assert!(!status.warnings.iter().any(|warning| warning.starts_with("synchronous_commit")), "{status:?}");
}

#[tokio::test]
async fn people_read_real_timestamps() {
    let database = Postgres::create().await;
    let store = open(&database.url()).await;
    let term = store.lead(&claim(1, Millis::secs(3_600))).await.unwrap().unwrap();
    let mut history = History::new(9);
    for _ in 0..20 {
        store.commit(term, &history.batch()).await.unwrap();
    }
    let mut connection = PgConnection::connect(&database.url()).await.unwrap();
    for view in ["runs", "steps", "materializations", "assets", "checks", "ticks", "incidents", "deliveries"] {
        let sql = format!("SELECT COUNT(*) FROM (SELECT * FROM headwater_views.{view} OFFSET 0) v");
        let rows: i64 = sqlx::query_scalar(AssertSqlSafe(sql)).fetch_one(&mut connection).await.unwrap();
        assert!(rows > 0, "{view} is empty");
    }
    let year: i64 = sqlx::query_scalar("SELECT MIN(EXTRACT(YEAR FROM created_at))::int8 FROM headwater_views.runs")
        .fetch_one(&mut connection)
        .await
        .unwrap();
    assert_eq!(year, 2026);
}

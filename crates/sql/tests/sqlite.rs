//! The suite on an SQLite file, and what is special about files.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "helpers of tests may stop a test")]

mod support;

use std::sync::Arc;

use headwater_core::time::{Millis, Timestamp};
use headwater_sql::{SqlOptions, SqlStore};
use headwater_store::{
    Journal, Reader, Store, StoreError,
    conformance::{claim, everything, random::History},
};
use sqlx::{AssertSqlSafe, Connection as _, SqliteConnection};
use support::{Folder, open, open_sqlite};

headwater_store::conformance!(open_sqlite);

#[tokio::test]
async fn a_second_server_on_the_same_file_is_refused() {
    let folder = Folder::new();
    let first = open(&folder.url()).await;
    let second = SqlStore::connect(&folder.url(), &SqlOptions::default()).await;
    let Err(StoreError::Setup(why)) = second else { panic!("{second:?}") };
    assert!(why.contains("in use by another server"), "{why}");
    first.close().await;
    open(&folder.url()).await.ping().await.unwrap();
}

#[tokio::test]
async fn a_new_process_leads_at_once_and_finds_everything() {
    let folder = Folder::new();
    let first = open(&folder.url()).await;
    let term = first.lead(&claim(1, Millis::secs(3_600))).await.unwrap().unwrap();
    let mut history = History::new(7);
    for _ in 0..10 {
        first.commit(term, &history.batch()).await.unwrap();
    }
    let before = everything(&first).await;
    first.close().await;
    let second = open(&folder.url()).await;
    assert!(second.leader().await.unwrap().unwrap().expired);
    let later = second.lead(&claim(2, Millis::secs(3_600))).await.unwrap().unwrap();
    assert!(later > term);
    assert_eq!(everything(&second).await, before);
    second.commit(later, &history.batch()).await.unwrap();
}

#[tokio::test]
async fn readers_see_whole_batches_while_the_leader_writes() {
    let (store, _folder) = open_sqlite().await;
    let term = store.lead(&claim(1, Millis::secs(3_600))).await.unwrap().unwrap();
    let writer = store.clone();
    let writing = tokio::spawn(async move {
        let mut history = History::new(11);
        let mut ends = vec![0];
        for _ in 0..60 {
            let batch = history.batch();
            writer.commit(term, &batch).await.unwrap();
            ends.extend(batch.last().map(|last| last.seq.0));
        }
        ends
    });
    let mut seen = Vec::new();
    while !writing.is_finished() {
        let images = futures_join(&store).await;
        seen.extend(images);
    }
    let ends = writing.await.unwrap();
    assert!(!seen.is_empty());
    for last in seen {
        assert!(ends.contains(&last), "a reader saw a part of the batch that ends after {last}");
    }
}

/// Reads from several connections at once.
async fn futures_join(store: &Arc<dyn Store>) -> Vec<i64> {
    let tasks: Vec<_> = (0..4)
        .map(|_| {
            let store = store.clone();
            tokio::spawn(async move { store.load(Timestamp::EPOCH).await.unwrap().last_seq.0 })
        })
        .collect();
    let mut seen = Vec::new();
    for task in tasks {
        seen.push(task.await.unwrap());
    }
    seen
}

#[tokio::test]
async fn the_file_is_sound_and_its_views_can_be_read() {
    let folder = Folder::new();
    let store = open(&folder.url()).await;
    let term = store.lead(&claim(1, Millis::secs(3_600))).await.unwrap().unwrap();
    let mut history = History::new(3);
    for _ in 0..20 {
        store.commit(term, &history.batch()).await.unwrap();
    }
    store.close().await;
    let mut connection = SqliteConnection::connect(&folder.url()).await.unwrap();
    let sound: String = sqlx::query_scalar("PRAGMA integrity_check").fetch_one(&mut connection).await.unwrap();
    assert_eq!(sound, "ok");
    let mode: String = sqlx::query_scalar("PRAGMA journal_mode").fetch_one(&mut connection).await.unwrap();
    assert_eq!(mode, "wal");
    let at: String = sqlx::query_scalar("SELECT created_at FROM headwater_views_runs ORDER BY created_at LIMIT 1")
        .fetch_one(&mut connection)
        .await
        .unwrap();
    assert!(at.starts_with("2026-11-24T03:0") && at.ends_with('Z'), "{at}");
    for view in ["runs", "steps", "materializations", "assets", "checks", "ticks", "incidents", "deliveries"] {
        let sql = format!("SELECT * FROM headwater_views_{view}");
        let rows = sqlx::query(AssertSqlSafe(sql)).fetch_all(&mut connection).await.unwrap();
        assert!(!rows.is_empty(), "{view} is empty");
    }
}

#[tokio::test]
async fn a_path_that_cannot_be_used_says_why() {
    let folder = Folder::new();
    std::fs::write(folder.file("file"), "text").unwrap();
    let below_a_file = format!("{}/x.db", folder.file("file").display());
    for (url, expected) in [
        (below_a_file.as_str(), "file"),
        ("mysql://host/db", "neither postgres://"),
        (&folder.file("file").display().to_string(), "file"),
    ] {
        let error = SqlStore::connect(url, &SqlOptions::default()).await.unwrap_err();
        assert!(matches!(&error, StoreError::Setup(why) if why.contains(expected)), "{url}: {error:?}");
    }
}

//! Databases of earlier versions keep what is in them.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "helpers of tests may stop a test")]

mod support;

use headwater_core::{
    id::{AssetId, DeploymentId, IncidentId, Seq},
    time::{Millis, Timestamp},
};
use headwater_store::{DeliveryFilter, DeliveryState, Journal, OutboxItem, Page, Reader, conformance::claim};
use sqlx::{
    AssertSqlSafe, Connection as _, Executor as _, PgConnection, SqlSafeStr as _, SqliteConnection,
    migrate::{Migrate, Migration, MigrationType, Migrator},
};
use support::{Folder, Postgres, open};
use uuid::Uuid;

/// The migrations as they were before alerts.
const POSTGRES: [&str; 2] = [
    include_str!("../../../migrations/postgres/0001_init.sql"),
    include_str!("../../../migrations/postgres/0002_views.sql"),
];
const SQLITE: [&str; 2] = [
    include_str!("../../../migrations/sqlite/0001_init.sql"),
    include_str!("../../../migrations/sqlite/0002_views.sql"),
];

/// What an earlier version left: a version, and messages that wait, were delivered and were given up.
const ROWS: &str = "
    UPDATE leader SET last_seq = 20 WHERE id = 1;
    INSERT INTO assets (id, deployment, key) VALUES ({asset}, 1, 'orders');
    INSERT INTO versions (seq, at, asset, partition, kind, version) VALUES (7, 70, {asset}, '', 'materialized', 'v7');
    INSERT INTO outbox (seq, at, deployment, topic, dedup, payload) VALUES (11, 110, 1, 'run.failed', 'a', '{\"a\":1}');
    INSERT INTO outbox (seq, at, deployment, topic, dedup, payload, closed_at)
        VALUES (12, 120, 1, 'run.failed', 'b', '2', 125);
    INSERT INTO outbox (seq, at, deployment, topic, dedup, payload, closed_at, dead)
        VALUES (13, 130, 1, 'run.failed', 'c', 'null', 135, 'it''s 404');
";

const ASSET: u128 = 0x0190_0000_0000_7000_8000_0000_0000_0001;

async fn migrate_to<C: Migrate>(connection: &mut C, texts: [&'static str; 2]) {
    let migrations = texts.into_iter().zip(["init", "views"]).enumerate().map(|(at, (sql, name))| {
        let number = i64::try_from(at).unwrap() + 1;
        Migration::new(number, name.into(), MigrationType::Simple, sql.into_sql_str(), false)
    });
    let migrator = Migrator::with_migrations(migrations.collect());
    migrator.run_direct(None, connection, false).await.unwrap();
}

#[tokio::test]
async fn rows_from_before_alerts_survive_on_postgres() {
    let database = Postgres::create().await;
    let mut connection = PgConnection::connect(&database.url()).await.unwrap();
    migrate_to(&mut connection, POSTGRES).await;
    let rows = ROWS.replace("{asset}", &format!("'{}'", Uuid::from_u128(ASSET)));
    connection.execute(AssertSqlSafe(rows)).await.unwrap();
    connection.close().await.unwrap();
    survives(&database.url()).await;
    database.drop_database().await;
}

#[tokio::test]
async fn rows_from_before_alerts_survive_on_sqlite() {
    let folder = Folder::new();
    let options = sqlx::sqlite::SqliteConnectOptions::new().filename(folder.file("headwater.db"));
    let mut connection = SqliteConnection::connect_with(&options.create_if_missing(true)).await.unwrap();
    migrate_to(&mut connection, SQLITE).await;
    let rows = ROWS.replace("{asset}", &format!("x'{}'", Uuid::from_u128(ASSET).simple()));
    connection.execute(AssertSqlSafe(rows)).await.unwrap();
    connection.close().await.unwrap();
    survives(&folder.url()).await;
}

async fn survives(url: &str) {
    let store = headwater_sql::SqlStore::connect(url, &headwater_sql::SqlOptions::default()).await.unwrap();
    assert_eq!(store.migrate().await.unwrap(), ["0003_alerts", "0004_lists"]);
    let version = store.versions_at(&[Seq(7)]).await.unwrap().remove(0);
    assert_eq!((version.asset, version.version.as_str()), (AssetId(Uuid::from_u128(ASSET)), "v7"));
    assert_eq!(version.duration, None);

    let items = store.deliveries(DeploymentId::DEFAULT, &DeliveryFilter::default(), Page::default()).await.unwrap();
    let told = |item: &OutboxItem| (item.message.seq.0, item.message.dedup.clone(), item.state, item.error.clone());
    let expected = [
        (13, "c".to_owned(), DeliveryState::Dead, Some("it's 404".to_owned())),
        (12, "b".to_owned(), DeliveryState::Delivered, None),
        (11, "a".to_owned(), DeliveryState::Waiting, None),
    ];
    assert_eq!(items.iter().map(told).collect::<Vec<_>>(), expected);
    let waiting = &store.outbox(10).await.unwrap()[..];
    assert_eq!(waiting, &items[2..]);
    let at = Timestamp::from_micros(110);
    assert_eq!((waiting[0].next_at, waiting[0].message.not_before, waiting[0].attempts), (at, at, 0));
    assert_eq!(waiting[0].message.payload, serde_json::json!({ "a": 1 }));
    assert_eq!(items[1].closed_at, Some(Timestamp::from_micros(125)));
    assert_eq!(store.receipt(IncidentId(Uuid::from_u128(1)), "").await.unwrap(), None);
    // The leader goes on where it was.
    store.lead(&claim(1, Millis::secs(60))).await.unwrap().unwrap();
    let image = store.load(Timestamp::EPOCH).await.unwrap();
    assert_eq!((image.last_seq, image.incidents.len(), image.history.len()), (Seq(20), 0, 0));
    store.close().await;
    open(url).await.close().await;
}

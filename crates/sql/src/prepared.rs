//! Every statement is prepared on both databases, so that none is found wrong when it is first needed.

use sqlx::{AssertSqlSafe, Connection as _, Executor as _, PgConnection, Row as _, SqlSafeStr as _, SqliteConnection};

use crate::{SqlOptions, SqlStore, statements, tables};

#[tokio::test]
async fn every_statement_fits_sqlite() {
    let folder = tempfile::tempdir().unwrap();
    let url = format!("sqlite://{}", folder.path().join("headwater.db").display());
    SqlStore::open_and_migrate(&url, &SqlOptions::default()).await.unwrap().close().await;
    let mut connection = SqliteConnection::connect(&url).await.unwrap();
    let bulk = tables::ALL.iter().map(|bulk| (bulk.name, bulk.sqlite()));
    let clocked = tables::CLOCKED.iter().map(|clocked| (clocked.sql, clocked.sqlite()));
    let plain = statements::ALL.iter().map(|(name, sql)| (*name, std::sync::Arc::<str>::from(*sql)));
    for (name, sql) in bulk.chain(clocked).chain(plain) {
        let prepared = (&mut connection).prepare(AssertSqlSafe(sql).into_sql_str()).await;
        assert!(prepared.is_ok(), "{name}: {:?}", prepared.err());
    }
}

/// Lists that are read again and again, and what forgets, follow an index: nothing is scanned and nothing is sorted.
#[tokio::test]
async fn alerts_are_read_along_an_index() {
    let folder = tempfile::tempdir().unwrap();
    let url = format!("sqlite://{}", folder.path().join("headwater.db").display());
    SqlStore::open_and_migrate(&url, &SqlOptions::default()).await.unwrap().close().await;
    let mut connection = SqliteConnection::connect(&url).await.unwrap();
    for (name, sql, index) in [
        ("INCIDENTS", statements::INCIDENTS, "incidents_by_age"),
        ("INCIDENTS_UNRESOLVED", statements::INCIDENTS_UNRESOLVED, "incidents_unresolved"),
        ("INCIDENTS_RESOLVED", statements::INCIDENTS_RESOLVED, "incidents_by_age"),
        ("OUTBOX", statements::OUTBOX, "outbox_waiting"),
        ("DELIVERIES", statements::DELIVERIES, "outbox_by_age"),
        ("DELIVERIES_OF_STATE", statements::DELIVERIES_OF_STATE, "outbox_by_state"),
        ("DELIVERIES_OF_INCIDENT", statements::DELIVERIES_OF_INCIDENT, "outbox_by_incident"),
        ("DELIVERIES_OF_INCIDENT_AND_STATE", statements::DELIVERIES_OF_INCIDENT_AND_STATE, "outbox_by_incident"),
        ("RECEIPT", statements::RECEIPT, "outbox_by_incident"),
        ("LOAD_HISTORY", statements::LOAD_HISTORY, "runs_by_end"),
        ("PRUNE_OUTBOX", statements::PRUNE_OUTBOX, "outbox_by_end"),
        ("PRUNE_INCIDENTS", statements::PRUNE_INCIDENTS, "incidents_by_end"),
    ] {
        let plan = sqlx::query(AssertSqlSafe(format!("EXPLAIN QUERY PLAN {sql}"))).fetch_all(&mut connection).await;
        let plan: Vec<String> = plan.unwrap().iter().map(|row| row.get("detail")).collect();
        let plan = plan.join("\n");
        assert!(plan.contains(&format!("INDEX {index}")) && !plan.contains("TEMP B-TREE"), "{name}:\n{plan}");
    }
}

#[tokio::test]
async fn every_statement_fits_postgres() {
    let Ok(server) = std::env::var("HEADWATER_TEST_POSTGRES_URL") else {
        panic!(
            "HEADWATER_TEST_POSTGRES_URL is not set; run this with `.ci/with-postgres cargo nextest run -p headwater-sql`"
        )
    };
    let name = format!("headwater_prepared_{}", std::process::id());
    let mut admin = PgConnection::connect(&server).await.unwrap();
    admin.execute(AssertSqlSafe(format!("CREATE DATABASE {name}"))).await.unwrap();
    let url = format!("{}/{name}", server.rsplit_once('/').unwrap().0);
    SqlStore::open_and_migrate(&url, &SqlOptions::default()).await.unwrap().close().await;
    let mut connection = PgConnection::connect(&url).await.unwrap();
    let clocked = tables::CLOCKED.iter().map(|clocked| (clocked.sql, clocked.postgres()));
    let plain = statements::ALL.iter().map(|(name, sql)| (*name, std::sync::Arc::<str>::from(*sql)));
    for (name, sql) in clocked.chain(plain) {
        let prepared = (&mut connection).prepare(AssertSqlSafe(sql).into_sql_str()).await;
        assert!(prepared.is_ok(), "{name}: {:?}", prepared.err());
    }
    // The types of the arrays are given with the values, so these run, with no rows.
    for bulk in tables::ALL {
        let mut conn = crate::db::Conn::Postgres(&mut connection);
        let touched = conn.bulk(&crate::dialect::Rows::new(bulk)).await;
        assert!(matches!(touched, Ok(0)), "{}: {touched:?}", bulk.name);
    }
    connection.close().await.unwrap();
    admin.execute(AssertSqlSafe(format!("DROP DATABASE {name} WITH (FORCE)"))).await.unwrap();
}

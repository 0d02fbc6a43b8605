//! Every statement is prepared on both databases, so that none is found wrong when it is first needed.

use sqlx::{AssertSqlSafe, Connection as _, Executor as _, PgConnection, SqlSafeStr as _, SqliteConnection};

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

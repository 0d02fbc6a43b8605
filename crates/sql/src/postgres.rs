//! PostgreSQL: how its connections are set up, and what an operator should know about it.

use std::{str::FromStr, time::Duration};

use headwater_store::StoreError;
use sqlx::{
    Connection as _, PgConnection, PgPool, Row as _,
    postgres::{PgConnectOptions, PgPoolOptions},
};

use crate::{db::Db, error, store::SqlOptions};

/// The oldest server that we are tested with.
const OLDEST: i64 = 150_000;

pub(crate) async fn open(url: &str, options: &SqlOptions) -> Result<Db, StoreError> {
    let connect = PgConnectOptions::from_str(url)
        .map_err(|error| StoreError::Setup(format!("the database URL: {error}")))?
        .application_name("headwater")
        .statement_cache_capacity(256);
    // A second connection lets a renewal or a new lead pass while a commit hangs.
    let leader = pool(2, options).connect_lazy_with(connect.clone());
    let first = leader.acquire().await;
    drop(told_why(&leader, first).await.map_err(error::store)?);
    refuse_old(&leader).await?;
    let readers = pool(options.readers.max(1), options).connect_lazy_with(connect);
    Ok(Db::Postgres { leader, readers })
}

/// How long it is looked for the reason why there is no connection.
const LOOK: Duration = Duration::from_secs(1);

/// That no connection could be had in time says nothing about why. The database is asked once more, without a pool, and
/// what comes of that is told with the address.
pub(crate) async fn told_why<T>(pool: &PgPool, taken: Result<T, sqlx::Error>) -> Result<T, sqlx::Error> {
    if !matches!(taken, Err(sqlx::Error::PoolTimedOut)) {
        return taken;
    }
    let options = pool.connect_options();
    let place = match options.get_socket() {
        Some(socket) => socket.display().to_string(),
        None => format!("{}:{}", options.get_host(), options.get_port()),
    };
    let asked = tokio::time::timeout(LOOK, PgConnection::connect_with(&options)).await;
    let reason = match asked {
        Ok(Ok(connection)) => {
            drop(connection);
            "all connections are busy".to_owned()
        }
        Ok(Err(sqlx::Error::Io(error))) => error.to_string(),
        Ok(Err(error)) => error.to_string(),
        Err(_) => "it does not answer".to_owned(),
    };
    Err(sqlx::Error::Io(std::io::Error::other(format!("PostgreSQL at {place}: {reason}"))))
}

fn pool(connections: u32, options: &SqlOptions) -> PgPoolOptions {
    let deadline = options.deadline;
    PgPoolOptions::new()
        .max_connections(connections)
        .acquire_timeout(deadline)
        .test_before_acquire(false)
        .after_connect(move |connection, _| Box::pin(prepare(connection, deadline)))
}

/// A transaction whose client says nothing for so long is ended. A leader that is paused in the middle of a commit holds
/// the row that names the leader, and a standby waits for that row.
const IDLE_IN_TRANSACTION: Duration = Duration::from_secs(3);

/// Bounds for everything, and an answer only after the commit is on disk, whatever the server's default is.
async fn prepare(connection: &mut PgConnection, deadline: Duration) -> Result<(), sqlx::Error> {
    let set = "SELECT set_config('statement_timeout', $1, false), set_config('lock_timeout', $1, false), \
               set_config('idle_in_transaction_session_timeout', $2, false), set_config('jit', 'off', false), \
               set_config('synchronous_commit', CASE WHEN current_setting('synchronous_commit') = 'off' THEN 'on' \
               ELSE current_setting('synchronous_commit') END, false)";
    let millis = |span: Duration| span.as_millis().to_string();
    sqlx::query(set).bind(millis(deadline)).bind(millis(IDLE_IN_TRANSACTION)).execute(connection).await?;
    Ok(())
}

async fn refuse_old(pool: &PgPool) -> Result<(), StoreError> {
    let sql = "SELECT CAST(current_setting('server_version_num') AS BIGINT)";
    let row = sqlx::query(sql).fetch_one(pool).await.map_err(error::store)?;
    let version: i64 = row.try_get(0).map_err(error::store)?;
    if version < OLDEST {
        return Err(StoreError::Setup(format!(
            "PostgreSQL {} is too old; version {} or later is needed",
            version / 10_000,
            OLDEST / 10_000
        )));
    }
    Ok(())
}

/// The server's version, and the settings that make it forget what it acknowledged.
pub(crate) async fn describe(pool: &PgPool) -> Result<(String, Vec<String>), StoreError> {
    let sql = "SELECT current_setting('server_version'), current_setting('fsync'), \
               current_setting('full_page_writes'), current_setting('synchronous_commit')";
    let row = sqlx::query(sql).fetch_one(pool).await.map_err(error::store)?;
    let text = |at: usize| row.try_get::<String, _>(at).map_err(error::store);
    let version = text(0)?;
    let engine = format!("PostgreSQL {}", version.split_whitespace().next().unwrap_or(&version));
    let mut warnings = Vec::new();
    for (at, name) in [(1, "fsync"), (2, "full_page_writes"), (3, "synchronous_commit")] {
        if text(at)? == "off" {
            warnings.push(format!("{name} is off: a crash of the database can lose what was acknowledged"));
        }
    }
    Ok((engine, warnings))
}

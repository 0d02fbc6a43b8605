//! What the machine itself allows in this very minute: disks of shared machines wander.

use std::{io::Write as _, os::unix::fs::FileExt as _, time::Instant};

use anyhow::{Context as _, Result};
use serde_json::{Map, Value, json};
use sqlx::{Connection as _, PgConnection};

use crate::stack::Stack;

/// Median time of an fdatasync of 8 kB in a directory, in microseconds.
pub(crate) fn fdatasync_us(directory: &std::path::Path) -> Result<f64> {
    let mut file = tempfile::NamedTempFile::new_in(directory)?;
    let block = [7_u8; 8192];
    file.write_all(&block)?;
    let mut samples = Vec::new();
    for _ in 0..100 {
        file.as_file().write_all_at(&block, 0)?;
        let start = Instant::now();
        file.as_file().sync_data()?;
        samples.push(start.elapsed().as_secs_f64() * 1e6);
    }
    Ok(crate::report::percentile(&samples, 0.5))
}

/// Durable commits per second of one client that inserts one row of 200 bytes each.
pub(crate) async fn postgres_commits_per_s(url: &str) -> Result<f64> {
    let mut connection = PgConnection::connect(url).await.context("connecting to Postgres")?;
    sqlx::query("CREATE TABLE IF NOT EXISTS bench_raw (id BIGSERIAL PRIMARY KEY, payload TEXT)")
        .execute(&mut connection)
        .await?;
    let payload = "x".repeat(200);
    let start = Instant::now();
    let mut commits = 0;
    while start.elapsed().as_secs_f64() < 1.0 {
        sqlx::query("INSERT INTO bench_raw (payload) VALUES ($1)").bind(&payload).execute(&mut connection).await?;
        commits += 1;
    }
    let rate = f64::from(commits) / start.elapsed().as_secs_f64();
    sqlx::query("DROP TABLE bench_raw").execute(&mut connection).await?;
    Ok(rate)
}

/// The machine's figures of this minute, to be printed beside a durable figure.
pub(crate) async fn of_this_minute(url: Option<&str>, directory: &std::path::Path) -> Result<Map<String, Value>> {
    let mut parameters = Map::new();
    parameters.insert("raw_fdatasync_us".into(), json!(fdatasync_us(directory)?.round()));
    if let Some(url) = url.filter(|url| url.starts_with("postgres")) {
        parameters.insert("raw_commits_per_s".into(), json!(postgres_commits_per_s(url).await?.round()));
    }
    Ok(parameters)
}

/// The same, with a figure's own parameters.
pub(crate) async fn beside(stack: &Stack, own: Value) -> Result<Value> {
    let mut parameters = of_this_minute(Some(&stack.database), stack.directory()).await?;
    if let Value::Object(own) = own {
        parameters.extend(own);
    }
    Ok(Value::Object(parameters))
}

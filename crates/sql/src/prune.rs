//! Forgetting history in bounded batches, each in a transaction of its own.

use headwater_core::time::Timestamp;
use headwater_store::{Retention, StoreError};
use uuid::Uuid;

use crate::{db::Db, error, statements as sql};

/// A table in which numbers and times rise together, so that the number of an instant can be searched for.
struct Log {
    time: &'static str,
    prune: &'static str,
}

const EVENTS: Log = Log { time: sql::EVENT_TIME, prune: sql::PRUNE_EVENTS };
const VERSIONS: Log = Log { time: sql::VERSION_TIME, prune: sql::PRUNE_VERSIONS };
const CHECKS: Log = Log { time: sql::CHECK_TIME, prune: sql::PRUNE_CHECKS };
const TICKS: Log = Log { time: sql::TICK_TIME, prune: sql::PRUNE_TICKS };
const COMMANDS: Log = Log { time: sql::COMMAND_TIME, prune: sql::PRUNE_COMMANDS };

pub(crate) async fn prune(db: &Db, retention: &Retention, limit: u32) -> Result<u64, StoreError> {
    let mut gone = 0;
    let logs = [
        (EVENTS, retention.events),
        (VERSIONS, retention.versions),
        (CHECKS, retention.checks),
        (TICKS, retention.ticks),
        (COMMANDS, retention.commands),
    ];
    for (log, before) in logs {
        if let Some(before) = before {
            let end = first_at_or_after(db, &log, before).await?;
            gone += delete(db, log.prune, end, limit).await?;
        }
    }
    if let Some(before) = retention.outbox {
        gone += delete(db, sql::PRUNE_OUTBOX, before.as_micros(), limit).await?;
        gone += delete(db, sql::PRUNE_INCIDENTS, before.as_micros(), limit).await?;
    }
    if let Some(before) = retention.workers {
        gone += delete(db, sql::PRUNE_WORKERS, before.as_micros(), limit).await?;
    }
    if let Some(before) = retention.runs {
        gone += prune_runs(db, before, limit).await?;
    }
    Ok(gone)
}

async fn delete(db: &Db, statement: &'static str, before: i64, limit: u32) -> Result<u64, StoreError> {
    let mut tx = db.write().await.map_err(error::store)?;
    let gone = tx.conn().execute(statement, &[before.into(), limit.into()]).await.map_err(error::store)?;
    tx.commit().await.map_err(error::store)?;
    Ok(gone)
}

/// The first number whose entry is not older than an instant, found by halving: no index on time is needed.
async fn first_at_or_after(db: &Db, log: &Log, instant: Timestamp) -> Result<i64, StoreError> {
    let last = db.read_one(sql::LAST_SEQ, &[], |fields| fields.int()).await?.unwrap_or(0);
    let (mut low, mut high) = (0, last + 1);
    while low < high {
        let middle = low + (high - low) / 2;
        let entry = db.read_one(log.time, &[middle.into()], |fields| Ok((fields.int()?, fields.int()?))).await?;
        match entry {
            Some((seq, at)) if at < instant.as_micros() => low = seq + 1,
            _ => high = middle,
        }
    }
    Ok(low)
}

/// Deletes ended runs with all that is theirs. A run goes whole, so the first may have more rows than the limit.
async fn prune_runs(db: &Db, before: Timestamp, limit: u32) -> Result<u64, StoreError> {
    let args = [before.as_micros().into(), limit.into()];
    let runs: Vec<(Uuid, i64)> =
        db.read(sql::PRUNABLE_RUNS, &args, |fields| Ok((fields.uuid()?, fields.int()?))).await?;
    let mut gone = 0;
    let mut rows = 0;
    for (run, steps) in runs {
        if rows > 0 && rows + steps > i64::from(limit) {
            break;
        }
        rows += steps;
        let mut tx = db.write().await.map_err(error::store)?;
        for statement in [sql::PRUNE_STEPS, sql::PRUNE_ATTEMPTS, sql::PRUNE_PLAN, sql::PRUNE_TAGS, sql::PRUNE_RUN] {
            tx.conn().execute(statement, &[run.into()]).await.map_err(error::store)?;
        }
        tx.commit().await.map_err(error::store)?;
        gone += 1;
    }
    Ok(gone)
}

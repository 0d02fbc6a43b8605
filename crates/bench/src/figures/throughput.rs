//! Steps per second of one run of no-op assets, and what they leave on disk.

use std::time::Instant;

use anyhow::{Result, ensure};
use serde_json::json;
use sqlx::{Connection as _, PgConnection};

use super::{BACKENDS, launch, succeeded};
use crate::{
    dag::Shape,
    raw,
    report::{Report, Target},
    stack::{Backend, Stack},
};

/// How many attempts the worker holds at once: enough to fill a batch while another one is committed.
const SLOTS: u32 = 1_000;

/// How many runs are measured, after a first one that fills caches.
const MEASURED: u32 = 2;

pub(super) async fn measure(report: &mut Report) -> Result<()> {
    for backend in BACKENDS {
        for assets in [1_000, 10_000] {
            one(report, backend, assets).await?;
        }
    }
    Ok(())
}

async fn one(report: &mut Report, backend: Backend, assets: usize) -> Result<()> {
    let mut stack = Stack::start(backend, Shape::Layered(assets)).await?;
    stack.start_worker(SLOTS).await?;
    // The best run counts, since neighbours only ever slow.
    let mut best = f64::INFINITY;
    for round in 0..=MEASURED {
        let start = Instant::now();
        let run = launch(&stack, "not key:print").await?;
        let detail = succeeded(&stack, run).await?;
        let seconds = start.elapsed().as_secs_f64();
        ensure!(detail.counts.succeeded as usize == assets, "{} of {assets} steps succeeded", detail.counts.succeeded);
        if round > 0 {
            best = best.min(seconds);
        }
    }
    let own = json!({
        "assets": assets, "backend": backend.name(), "seconds": (best * 1000.0).round() / 1000.0, "best_of": MEASURED,
    });
    let parameters = raw::beside(&stack, own).await?;
    let goal = if backend == Backend::Postgres { 10_000.0 } else { 20_000.0 };
    report.add("run_steps_per_s", assets as f64 / best, "steps/s", Target::AtLeast(goal), parameters);
    if backend == Backend::Postgres && assets == 10_000 {
        bytes(report, &stack, f64::from(MEASURED + 1) * assets as f64).await?;
    }
    Ok(())
}

/// What all tables grew by, with their indexes, per materialization.
async fn bytes(report: &mut Report, stack: &Stack, materializations: f64) -> Result<()> {
    let mut connection = PgConnection::connect(&stack.database).await?;
    // What updates left behind is reused by later runs and not part of what one leaves.
    sqlx::query("VACUUM FULL").execute(&mut connection).await?;
    let tables: Vec<(String, i64)> = sqlx::query_as(
        "SELECT relname::text, pg_total_relation_size(oid) FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace \
         AND relname NOT IN ('snapshots') ORDER BY 2 DESC",
    )
    .fetch_all(&mut connection)
    .await?;
    let total: i64 = tables.iter().map(|(_, bytes)| bytes).sum();
    let largest: Vec<String> =
        tables.iter().take(5).map(|(name, bytes)| format!("{name}:{}", bytes / materializations as i64)).collect();
    let parameters = json!({
        "backend": "postgres", "after": "vacuum full", "without": "snapshots", "tables": largest.join(","),
    });
    report.add(
        "bytes_per_materialization",
        total as f64 / materializations,
        "bytes",
        Target::AtMost(1_000.0),
        parameters,
    );
    Ok(())
}

//! A server that is killed in the middle of a large run.

use std::time::{Duration, Instant};

use anyhow::{Result, bail, ensure};
use serde_json::json;

use super::{BACKENDS, launch, succeeded};
use crate::{
    dag::Shape,
    raw,
    report::{Report, Target},
    stack::Stack,
};

const ASSETS: usize = 10_000;

pub(super) async fn measure(report: &mut Report) -> Result<()> {
    for backend in BACKENDS {
        let mut stack = Stack::start(backend, Shape::Layered(ASSETS)).await?;
        stack.start_worker(500).await?;
        let run = launch(&stack, "not key:print").await?;
        let before = past(&stack, run, 1_000).await?;
        stack.kill_server()?;
        let start = Instant::now();
        stack.start_server().await?;
        let after = past(&stack, run, before).await?;
        let recovered = start.elapsed().as_secs_f64() * 1e3;
        let detail = succeeded(&stack, run).await?;
        ensure!(detail.counts.succeeded as usize == ASSETS);
        let own = json!({ "assets": ASSETS, "backend": backend.name(), "done_before": before, "done_after": after });
        let parameters = raw::beside(&stack, own).await?;
        report.add("recover_ms", recovered, "ms", Target::AtMost(10_000.0), parameters);
    }
    Ok(())
}

/// Waits until more than so many steps of a run have succeeded.
async fn past(stack: &Stack, run: headwater_core::id::RunId, count: u32) -> Result<u32> {
    let start = Instant::now();
    loop {
        if let Ok(detail) = stack.client.run(run).await
            && detail.counts.succeeded > count
        {
            return Ok(detail.counts.succeeded);
        }
        if start.elapsed() > Duration::from_secs(120) {
            bail!("no step succeeded within two minutes");
        }
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}

//! A step that prints as fast as it can.

use std::time::Instant;

use anyhow::Result;
use serde_json::json;

use super::{launch, succeeded};
use crate::{
    dag::Shape,
    raw,
    report::{Report, Target},
    stack::{Backend, Stack},
};

/// What the step prints.
const MEGABYTES: f64 = 200.0;

pub(super) async fn measure(report: &mut Report) -> Result<()> {
    let mut stack = Stack::start(Backend::Sqlite, Shape::Layered(100)).await?;
    stack.start_worker(4).await?;
    let start = Instant::now();
    let run = launch(&stack, "print").await?;
    succeeded(&stack, run).await?;
    let rate = MEGABYTES / start.elapsed().as_secs_f64();
    let own = json!({ "mb": MEGABYTES, "server_and_worker_mb": stack.memory_mb()?.round() });
    let parameters = raw::beside(&stack, own).await?;
    report.add("log_mb_per_s", rate, "MB/s", Target::AtLeast(100.0), parameters);
    Ok(())
}

//! How long things take when nothing else is going on, and when many things come at once.

use std::time::Instant;

use anyhow::{Context as _, Result};
use futures_util::future::try_join_all;
use serde_json::{Value, json};

use super::{BACKENDS, launch, now, succeeded};
use crate::{
    dag::Shape,
    raw,
    report::{Report, Target, percentile},
    stack::Stack,
};

const SAMPLES: usize = 200;
const BURST: usize = 100;

pub(super) async fn measure(report: &mut Report) -> Result<()> {
    for backend in BACKENDS {
        let mut stack = Stack::start(backend, Shape::Chain(100)).await?;
        stack.start_worker(100).await?;
        let own = json!({ "backend": backend.name() });
        trigger(report, &stack, raw::beside(&stack, own.clone()).await?).await?;
        layer(report, &stack, raw::beside(&stack, own.clone()).await?).await?;
        burst(report, &stack, raw::beside(&stack, own).await?).await?;
    }
    Ok(())
}

/// From the request until user code starts, on an idle worker of the same machine.
async fn trigger(report: &mut Report, stack: &Stack, parameters: Value) -> Result<()> {
    let mut samples = Vec::with_capacity(SAMPLES);
    for _ in 0..SAMPLES {
        let asked = now();
        let run = launch(stack, "l000/a0000").await?;
        succeeded(stack, run).await?;
        let steps = stack.client.steps(run).await?;
        let started = steps.items.first().and_then(|step| step.started_at).context("the step has no start")?;
        samples.push((started.0.as_micros() - asked.as_micros()) as f64 / 1e3);
    }
    for (name, share, goal) in [("p50", 0.5, 3.0), ("p99", 0.99, 15.0)] {
        let mut parameters = parameters.clone();
        parameters["quantile"] = json!(name);
        report.add("trigger_to_start_ms", percentile(&samples, share), "ms", Target::AtMost(goal), parameters);
    }
    Ok(())
}

/// From one step's start to the next one's in a chain: the last upstream is done as soon as it has started.
async fn layer(report: &mut Report, stack: &Stack, parameters: Value) -> Result<()> {
    let run = launch(stack, "not key:print").await?;
    succeeded(stack, run).await?;
    let steps = stack.client.steps(run).await?;
    let starts: Vec<i64> = steps.items.iter().filter_map(|step| Some(step.started_at?.0.as_micros())).collect();
    let gaps: Vec<f64> = starts.windows(2).map(|pair| (pair[1] - pair[0]) as f64 / 1e3).collect();
    report.add("layer_latency_ms", percentile(&gaps, 0.5), "ms", Target::AtMost(3.0), parameters);
    Ok(())
}

/// Many runs at once, until all of them are recorded.
async fn burst(report: &mut Report, stack: &Stack, mut parameters: Value) -> Result<()> {
    let mut samples = Vec::new();
    for _ in 0..5 {
        let start = Instant::now();
        let one = |number: usize| async move {
            let run = launch(stack, &format!("l{:03}/a0000", number % 100)).await?;
            succeeded(stack, run).await
        };
        try_join_all((0..BURST).map(one)).await?;
        samples.push(start.elapsed().as_secs_f64() * 1e3);
    }
    parameters["runs"] = json!(BURST);
    report.add("burst_ms", percentile(&samples, 0.5), "ms", Target::AtMost(200.0), parameters);
    Ok(())
}

//! What is measured.

mod idle;
mod latency;
mod load;
mod logs;
mod recover;
mod throughput;

use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, bail};
use headwater_client::{
    IdempotencyKey,
    api::{LaunchRequest, RunDetail, RunQuery},
};
use headwater_core::id::RunId;

use crate::{
    report::Report,
    stack::{Backend, Stack},
};

/// Both backends.
const BACKENDS: [Backend; 2] = [Backend::Postgres, Backend::Sqlite];

/// Measures the named figures, or all of them.
pub(crate) async fn measure(names: &[String], report: &mut Report) -> Result<()> {
    let wanted = |name: &str| names.is_empty() || names.iter().any(|wanted| wanted == name);
    if wanted("load_ms") {
        load::measure(report)?;
    }
    if wanted("run_steps_per_s") || wanted("bytes_per_materialization") {
        throughput::measure(report).await?;
    }
    if wanted("trigger_to_start_ms") || wanted("layer_latency_ms") || wanted("burst_ms") {
        latency::measure(report).await?;
    }
    if wanted("server_ready_ms") || wanted("idle_memory_mb") {
        idle::measure(report).await?;
    }
    if wanted("recover_ms") {
        recover::measure(report).await?;
    }
    if wanted("log_mb_per_s") {
        logs::measure(report).await?;
    }
    Ok(())
}

/// Launches a selection.
async fn launch(stack: &Stack, selection: &str) -> Result<RunId> {
    let request = LaunchRequest { selection: selection.into(), ..LaunchRequest::default() };
    Ok(stack.client.launch(&request, &IdempotencyKey::random()).await.context("launching")?.run)
}

/// Waits until a run has ended well.
///
/// It looks at the list of runs, which costs the server one row: a look at the run itself counts all of its steps and
/// would be a good part of what is measured.
async fn succeeded(stack: &Stack, run: RunId) -> Result<RunDetail> {
    let start = Instant::now();
    let query = RunQuery { root: Some(run), limit: Some(1), ..RunQuery::default() };
    loop {
        let ended = stack.client.runs(&query).await?.items.first().is_some_and(|run| run.state.is_final());
        if ended {
            let detail = stack.client.run(run).await?;
            if detail.run.state != headwater_core::record::RunState::Succeeded {
                bail!("run {run} ended {}: {:?}", detail.run.state, detail.run.reason);
            }
            return Ok(detail);
        }
        if start.elapsed() > Duration::from_secs(300) {
            bail!("run {run} did not end within five minutes");
        }
        tokio::time::sleep(Duration::from_millis(2)).await;
    }
}

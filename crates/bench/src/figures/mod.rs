//! What is measured.

mod idle;
mod latency;
mod lists;
mod load;
mod logs;
mod recover;
mod slack;
mod throughput;
mod ui;

use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use anyhow::{Context as _, Result, bail};
use headwater_client::{
    IdempotencyKey,
    api::{LaunchRequest, RunDetail, RunQuery},
};
use headwater_core::{id::RunId, time::Timestamp};

use crate::{
    report::Report,
    stack::{Backend, Stack},
};

/// Both backends.
const BACKENDS: [Backend; 2] = [Backend::Postgres, Backend::Sqlite];

/// Every figure by its name.
const NAMES: [&str; 17] = [
    "load_ms",
    "run_steps_per_s",
    "bytes_per_materialization",
    "trigger_to_start_ms",
    "layer_latency_ms",
    "burst_ms",
    "server_ready_ms",
    "idle_memory_mb",
    "recover_ms",
    "log_mb_per_s",
    "list_ms",
    "commit_to_slack_ms",
    "ui_shell_kb",
    "ui_graph_ms",
    "ui_graph_pan_fps",
    "ui_input_delay_ms",
    "commit_to_browser_ms",
];

/// The names that the arguments ask for: `--only one,two`, or just names. None means all of them.
fn asked(arguments: &[String]) -> Result<Vec<&str>> {
    let words = arguments.iter().map(|argument| argument.strip_prefix("--only=").unwrap_or(argument));
    let names: Vec<&str> = words
        .filter(|word| *word != "--only")
        .flat_map(|word| word.split(','))
        .map(str::trim)
        .filter(|name| !name.is_empty())
        .collect();
    if names.is_empty() && !arguments.is_empty() {
        bail!("--only wants names of figures: {}", NAMES.join(", "));
    }
    if let Some(unknown) = names.iter().find(|name| !NAMES.contains(name)) {
        bail!("`{unknown}` is not a figure; there are {}", NAMES.join(", "));
    }
    Ok(names)
}

/// Measures the figures that the arguments name, or all of them.
pub(crate) async fn measure(arguments: &[String], report: &mut Report) -> Result<()> {
    let names = asked(arguments)?;
    let wanted = |name: &str| names.is_empty() || names.contains(&name);
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
    if wanted("list_ms") {
        lists::measure(report).await?;
    }
    if wanted("commit_to_slack_ms") {
        slack::measure(report).await?;
    }
    if wanted("ui_shell_kb") {
        ui::shell(report).await?;
    }
    if wanted("ui_graph_ms") || wanted("ui_graph_pan_fps") {
        ui::graph(report).await?;
    }
    if wanted("ui_input_delay_ms") {
        ui::input(report).await?;
    }
    if wanted("commit_to_browser_ms") {
        ui::live(report).await?;
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

#[allow(
    clippy::disallowed_methods,
    reason = "measured against times that servers and workers on this machine took from the same clock"
)]
fn now() -> Timestamp {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    Timestamp::from_micros(since.as_micros() as i64)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn figures_are_asked_for_by_name() {
        let asked = |words: &str| {
            let arguments: Vec<String> = words.split_whitespace().map(str::to_owned).collect();
            asked(&arguments).map(|names| names.join(" ")).map_err(|error| error.to_string())
        };
        assert_eq!(asked(""), Ok(String::new()));
        for words in ["--only list_ms,load_ms", "--only=list_ms,load_ms", "list_ms load_ms", "--only list_ms load_ms"] {
            assert_eq!(asked(words), Ok("list_ms load_ms".into()), "{words}");
        }
        assert!(asked("--only").unwrap_err().starts_with("--only wants names"));
        assert!(asked("--only lists").unwrap_err().starts_with("`lists` is not a figure"));
    }
}

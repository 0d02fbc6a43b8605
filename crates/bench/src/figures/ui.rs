//! The web UI: what it weighs, and how it feels in Chromium.

use anyhow::{Context as _, Result};
use serde_json::{Map, Value, json};
use tokio::process::Command;

use super::{launch, succeeded};
use crate::{
    browser::{Browser, Missing, web},
    dag::Shape,
    raw,
    report::{Report, Target, percentile},
    stack::{Backend, Stack},
};

const GRAPH_ASSETS: usize = 10_000;
const RUN_STEPS: usize = 1_000;
const STEP_MS: u64 = 5;

/// What a first visit loads before any screen, compressed as it is served.
pub(super) async fn shell(report: &mut Report) -> Result<()> {
    let target = Target::AtMost(300.0);
    match shell_size().await {
        Ok((bytes, files)) => report.add("ui_shell_kb", bytes / 1e3, "kB", target, json!({ "files": files })),
        Err(Missing(reason)) => report.missing("ui_shell_kb", "kB", target, &reason),
    }
    Ok(())
}

async fn shell_size() -> Result<(f64, usize), Missing> {
    let missing = |what: &str| Missing(format!("{what}; `./just ui` builds the UI"));
    let output = Command::new("npm").args(["run", "-s", "size"]).current_dir(web()).output().await;
    let output = output.map_err(|error| Missing(format!("npm cannot be started: {error}")))?;
    let answer: Value = serde_json::from_slice(&output.stdout).map_err(|_| missing("there is no bundle to weigh"))?;
    let bytes = answer["value"].as_f64().ok_or_else(|| missing("the bundle has no size"))?;
    Ok((bytes, answer["files"].as_object().map_or(0, Map::len)))
}

/// The graph of many assets, all of them made once.
pub(super) async fn graph(report: &mut Report) -> Result<()> {
    let mut stack = Stack::start(Backend::Postgres, Shape::Layered(GRAPH_ASSETS)).await?;
    stack.start_worker(500).await?;
    let run = launch(&stack, "not key:print").await?;
    succeeded(&stack, run).await?;
    stack.kill_workers()?;
    let (open, pan) = (Target::AtMost(1_500.0), Target::AtLeast(30.0));
    match scenario("graph", json!({ "url": url(&stack), "nodes": GRAPH_ASSETS, "rounds": 5 })).await {
        Ok(found) => {
            let samples = |field: &str| column(&found["samples"], field);
            let parameters = json!({
                "assets": GRAPH_ASSETS,
                "quantile": "p50",
                "max": percentile(&samples("panned"), 1.0).round(),
                "fetched_ms": percentile(&samples("fetched"), 0.5).round(),
                "shown_ms": percentile(&samples("shown"), 0.5).round(),
                "chromium": found["chromium"],
            });
            report.add("ui_graph_ms", percentile(&samples("panned"), 0.5), "ms", open, parameters);
            for view in ["far", "near"] {
                let fps = found[view]["fps"].as_f64().context("no frames")?;
                let worst = found[view]["worst_frame_ms"].as_f64().unwrap_or(f64::NAN).round();
                let parameters = json!({ "assets": GRAPH_ASSETS, "view": view, "worst_frame_ms": worst });
                report.add("ui_graph_pan_fps", fps, "frames/s", pan, parameters);
            }
        }
        Err(Missing(reason)) => {
            report.missing("ui_graph_ms", "ms", open, &reason);
            report.missing("ui_graph_pan_fps", "frames/s", pan, &reason);
        }
    }
    Ok(())
}

/// Keys that are pressed on the page of a run while its steps end by the hundred.
pub(super) async fn input(report: &mut Report) -> Result<()> {
    let target = Target::AtMost(100.0);
    let mut stack = Stack::start(Backend::Postgres, Shape::Slow(RUN_STEPS, STEP_MS)).await?;
    let mut parameters = raw::of_this_minute(Some(&stack.database), stack.directory()).await?;
    let (mut delays, mut seen, mut longest) = (Vec::new(), Vec::new(), 0.0_f64);
    for _ in 0..3 {
        match watched_run(&mut stack).await? {
            Ok(found) => {
                delays.extend(numbers(&found["delays"]));
                seen.extend(numbers(&found["seen"]));
                longest = longest.max(found["longest_task_ms"].as_f64().unwrap_or_default());
            }
            Err(Missing(reason)) => {
                report.missing("ui_input_delay_ms", "ms", target, &reason);
                return Ok(());
            }
        }
    }
    parameters.extend([
        ("steps".to_owned(), json!(RUN_STEPS)),
        ("step_ms".to_owned(), json!(STEP_MS)),
        ("presses".to_owned(), json!(delays.len())),
        ("longest_task_ms".to_owned(), json!(longest.round())),
        // The browser tells of frames that took longer than 16 ms only.
        ("worst_until_seen_ms".to_owned(), json!(percentile(&seen, 1.0))),
    ]);
    for (quantile, share) in [("p99", 0.99), ("max", 1.0)] {
        parameters.insert("quantile".into(), json!(quantile));
        let parameters = Value::Object(parameters.clone());
        report.add("ui_input_delay_ms", percentile(&delays, share), "ms", target, parameters);
    }
    Ok(())
}

/// A run that starts when its page is open, since only then there is a worker.
async fn watched_run(stack: &mut Stack) -> Result<Result<Value, Missing>> {
    let run = launch(stack, "not key:print").await?;
    let mut browser = match Browser::start("run", &json!({ "url": url(stack), "run": run })) {
        Ok(browser) => browser,
        Err(missing) => return Ok(Err(missing)),
    };
    if let Err(missing) = browser.ready().await {
        return Ok(Err(missing));
    }
    stack.start_worker(2).await?;
    succeeded(stack, run).await?;
    let result = browser.result().await;
    stack.kill_workers()?;
    Ok(result)
}

/// From the decision that a run has ended until the list of runs shows it.
pub(super) async fn live(report: &mut Report) -> Result<()> {
    let mut stack = Stack::start(Backend::Postgres, Shape::Layered(100)).await?;
    stack.start_worker(8).await?;
    let mut parameters = raw::of_this_minute(Some(&stack.database), stack.directory()).await?;
    let target = Target::AtMost(100.0);
    match scenario("live", json!({ "url": url(&stack), "selection": "l000/a0000", "samples": 60 })).await {
        Ok(found) => {
            let (shown, told) = (numbers(&found["shown"]), numbers(&found["told"]));
            parameters.insert("runs".into(), json!(shown.len()));
            // What of it is the way to another client of the event stream.
            parameters.insert("stream_p50_ms".into(), json!(percentile(&told, 0.5).round()));
            parameters.insert("stream_p95_ms".into(), json!(percentile(&told, 0.95).round()));
            for (quantile, share) in [("p50", 0.5), ("p95", 0.95)] {
                parameters.insert("quantile".into(), json!(quantile));
                let parameters = Value::Object(parameters.clone());
                report.add("commit_to_browser_ms", percentile(&shown, share), "ms", target, parameters);
            }
        }
        Err(Missing(reason)) => report.missing("commit_to_browser_ms", "ms", target, &reason),
    }
    Ok(())
}

async fn scenario(name: &str, options: Value) -> Result<Value, Missing> {
    Browser::start(name, &options)?.result().await
}

fn url(stack: &Stack) -> String {
    format!("http://127.0.0.1:{}", stack.port())
}

fn numbers(list: &Value) -> Vec<f64> {
    list.as_array().into_iter().flatten().filter_map(Value::as_f64).collect()
}

fn column(list: &Value, field: &str) -> Vec<f64> {
    list.as_array().into_iter().flatten().filter_map(|each| each[field].as_f64()).collect()
}

//! From a failed step until Slack hears of it.

use std::time::Duration;

use anyhow::{Context as _, Result};
use headwater_client::Client;
use headwater_core::{id::RunId, time::Timestamp};
use serde_json::{Value, json};
use tokio::{net::TcpListener, sync::mpsc};

use super::{launch, now};
use crate::{
    dag::{SLACK_URL, Shape, failing_key},
    raw,
    report::{Report, Target, percentile},
    stack::{Backend, Setup},
    wire,
};

/// Each failing asset is an incident of its own, and so a message of its own.
const SAMPLES: usize = 100;

pub(super) async fn measure(report: &mut Report) -> Result<()> {
    let (port, mut arrivals) = receiver().await?;
    let mut stack = Setup::new(Backend::Postgres, Shape::Failing(SAMPLES))
        .option("--alerts-allow", "127.0.0.1")
        .variable(SLACK_URL, format!("http://127.0.0.1:{port}/services/T0/B0/bench"))
        .start()
        .await?;
    stack.start_worker(4).await?;
    let mut parameters = raw::of_this_minute(Some(&stack.database), stack.directory()).await?;
    let mut samples = Vec::with_capacity(SAMPLES);
    for key in (0..SAMPLES).map(failing_key) {
        let run = launch(&stack, &key).await?;
        let arrived = arrival(&mut arrivals, &key).await?;
        samples.push((arrived.as_micros() - failed_at(&stack.client, run).await?.as_micros()) as f64 / 1e3);
    }
    parameters.insert("messages".into(), json!(samples.len()));
    for (quantile, share) in [("p50", 0.5), ("max", 1.0)] {
        parameters.insert("quantile".into(), json!(quantile));
        let parameters = Value::Object(parameters.clone());
        report.add("commit_to_slack_ms", percentile(&samples, share), "ms", Target::AtMost(500.0), parameters);
    }
    Ok(())
}

type Arrivals = mpsc::UnboundedReceiver<(Timestamp, String)>;

/// Takes everything that is sent to a port of this machine, with its time of arrival.
async fn receiver() -> Result<(u16, Arrivals)> {
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let port = listener.local_addr()?.port();
    let (sender, arrivals) = mpsc::unbounded_channel();
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            let sender = sender.clone();
            tokio::spawn(wire::serve(stream, move |body| {
                let _ = sender.send((now(), String::from_utf8_lossy(&body).into_owned()));
            }));
        }
    });
    Ok((port, arrivals))
}

/// When the message about an asset came.
async fn arrival(arrivals: &mut Arrivals, key: &str) -> Result<Timestamp> {
    let message = async {
        while let Some((at, body)) = arrivals.recv().await {
            if body.contains(key) {
                return Some(at);
            }
        }
        None
    };
    let message = tokio::time::timeout(Duration::from_secs(30), message).await;
    message.with_context(|| format!("no message about {key} came within 30 s"))?.context("the receiver ended")
}

/// When the failure of a run's only step was decided, which is right before it was committed.
async fn failed_at(client: &Client, run: RunId) -> Result<Timestamp> {
    let events = client.run_events(run, None, 100).await?.items;
    let failed = events.iter().find(|event| event.kind == "step_failed");
    Ok(failed.context("the run has no failed step")?.at.0)
}

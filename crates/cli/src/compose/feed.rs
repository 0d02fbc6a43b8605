//! What happens on a server, as lines for whoever watches `dev`.

use std::collections::HashMap;

use futures_util::StreamExt as _;
use headwater_api::Event;
use headwater_client::{Client, Feed};
use headwater_core::id::RunId;

use crate::{
    commands::short,
    context::Context,
    failure::{Done, Failure},
    output::{Style, Tone, time},
};

/// Shows events from now on, until they cannot be followed any more.
pub(super) async fn show(context: &Context, client: &Client) -> Done {
    let mut names = Names { client, runs: HashMap::new() };
    let mut feed = client.events_stream(None, None);
    while let Some(item) = feed.next().await {
        let Feed::Event(event) = item? else { continue };
        let step = names.of(&event).await;
        let Some((tone, sign, text)) = sentence(&event, &step) else {
            continue;
        };
        context.output.record(&event, |style| line(style, &event, tone, sign, &text))?;
    }
    Err(Failure::local("the event stream ended"))
}

fn line(style: &Style, event: &Event, tone: Tone, sign: &str, text: &str) -> String {
    format!("{} {} {text}", style.paint(Tone::Dim, &time::clock(event.at.0)), style.paint(tone, sign))
}

/// Names of steps; events only know their numbers.
struct Names<'a> {
    client: &'a Client,
    runs: HashMap<RunId, Vec<String>>,
}

impl Names<'_> {
    async fn of(&mut self, event: &Event) -> String {
        let Some(run) = event.run else {
            return String::new();
        };
        if event.kind.starts_with("run_") && event.kind != "run_queued" && event.kind != "run_started" {
            self.runs.remove(&run);
            return String::new();
        }
        let Some(step) = event.step else {
            return String::new();
        };
        if !self.runs.contains_key(&run) {
            let steps = self.client.steps(run).await.map(|list| list.items).unwrap_or_default();
            self.runs.insert(run, steps.into_iter().map(|step| step.name).collect());
        }
        let name = self.runs.get(&run).and_then(|names| names.get(step as usize));
        name.map_or_else(|| format!("step {step}"), Clone::clone)
    }
}

/// An event in words; none for what nobody wants to see scrolling by.
fn sentence(event: &Event, step: &str) -> Option<(Tone, &'static str, String)> {
    let text = |name: &str| event.data[name].as_str().unwrap_or_default().to_owned();
    let subject = event.subject.as_deref().unwrap_or_default();
    let run = event.run.map(short).unwrap_or_default();
    let message = || text("message").lines().next().unwrap_or_default().to_owned();
    Some(match event.kind.as_str() {
        "run_queued" => (Tone::Busy, "▸", format!("run {run} accepted: {} steps", event.data["steps"])),
        "run_succeeded" => (Tone::Good, "✓", format!("run {run} succeeded")),
        "run_failed" => (Tone::Bad, "✗", format!("run {run} failed {}", text("reason")).trim_end().to_owned()),
        "run_canceled" => (Tone::Warn, "■", format!("run {run} canceled")),
        "step_succeeded" => (Tone::Good, "✓", format!("{step} succeeded")),
        "step_failed" => (Tone::Bad, "✗", format!("{step} failed: {}", message())),
        "step_retried" => (Tone::Warn, "↻", format!("{step} will be tried again: {}", message())),
        "tick_failed" => (Tone::Bad, "✗", format!("schedule {subject} could not launch: {}", text("reason"))),
        "tick_skipped" => (Tone::Dim, "-", format!("schedule {subject} skipped a tick: {}", text("reason"))),
        "deployed" => (Tone::Good, "✓", format!("definitions of {subject} are live")),
        "deploy_refused" => (Tone::Bad, "✗", format!("definitions of {subject} were refused: {}", text("refused"))),
        "worker_joined" => (Tone::Dim, "+", format!("worker {} joined", text("name"))),
        "worker_lost" => (Tone::Warn, "-", format!("worker {subject} went silent")),
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn events_are_sentences() {
        let event = |kind: &str, data| Event {
            seq: headwater_core::id::Seq(1),
            at: headwater_api::Time(headwater_core::time::Timestamp::from_micros(1_795_489_205_000_000)),
            kind: kind.into(),
            run: None,
            step: Some(0),
            asset: None,
            asset_id: None,
            subject: Some("nightly".into()),
            data,
        };
        let shown = |event: &Event| {
            sentence(event, "orders").map(|(tone, sign, text)| line(&Style::new(false, None), event, tone, sign, &text))
        };
        let failed = event("step_failed", serde_json::json!({ "message": "no rows\nat all" }));
        assert_eq!(shown(&failed).unwrap(), "03:00:05 ✗ orders failed: no rows");
        let skipped = event("tick_skipped", serde_json::json!({ "reason": "the last run goes on" }));
        assert_eq!(shown(&skipped).unwrap(), "03:00:05 - schedule nightly skipped a tick: the last run goes on");
        assert_eq!(shown(&event("schedule_moved", serde_json::Value::Null)), None);
    }
}

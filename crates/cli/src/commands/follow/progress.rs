//! The live part of a followed run on a terminal: a bar, and below it the steps that are running.

use std::time::Duration;

use headwater_api::Step;
use headwater_core::{
    record::{RunState, StepState},
    time::Timestamp,
};
use indicatif::{MultiProgress, ProgressBar, ProgressStyle};

use super::watch::Seen;
use crate::{commands::checks::FailedChecks, output::time};

/// The most running steps that are shown.
const SHOWN: usize = 8;

/// A bar over all steps and a line for each running one.
pub(super) struct Progress {
    multi: MultiProgress,
    bar: ProgressBar,
    lines: Vec<ProgressBar>,
}

impl Progress {
    pub(super) fn new() -> Self {
        let multi = MultiProgress::new();
        let bar = multi.add(ProgressBar::new(0));
        bar.set_style(template("{bar:30.green/dim} {pos}/{len} steps  {msg}"));
        Self { multi, bar, lines: Vec::new() }
    }

    /// Writes something above the bar.
    pub(super) fn aside<R>(&self, write: impl FnOnce() -> R) -> R {
        self.multi.suspend(write)
    }

    pub(super) fn update(&mut self, seen: &Seen, now: Timestamp) {
        let (detail, counts) = (&seen.detail, &seen.detail.counts);
        let ended = counts.succeeded + counts.failed + counts.skipped + counts.canceled;
        self.bar.set_length(u64::from(detail.run.steps));
        self.bar.set_position(u64::from(ended));
        let state = match detail.run.state {
            RunState::Queued => "waiting for its turn".to_owned(),
            RunState::Canceling => "being stopped".to_owned(),
            _ => trouble(seen),
        };
        self.bar.set_message(state);
        let running: Vec<&Step> = seen.steps.iter().filter(|step| step.state == StepState::Running).collect();
        let hidden = running.len().saturating_sub(SHOWN);
        let mut texts: Vec<String> = running.iter().take(SHOWN).map(|step| text(step, now)).collect();
        if hidden > 0 {
            texts.push(format!("and {hidden} more"));
        }
        self.show(texts);
    }

    fn show(&mut self, texts: Vec<String>) {
        while self.lines.len() > texts.len() {
            if let Some(line) = self.lines.pop() {
                line.finish_and_clear();
                self.multi.remove(&line);
            }
        }
        while self.lines.len() < texts.len() {
            let line = self.multi.add(ProgressBar::new_spinner());
            line.set_style(template("  {spinner:.cyan} {wide_msg}"));
            line.enable_steady_tick(Duration::from_millis(120));
            self.lines.push(line);
        }
        for (line, text) in self.lines.iter().zip(texts) {
            line.set_message(text);
        }
    }

    /// Takes the live part away, so that a question can be asked.
    pub(super) fn clear_line(&self) {
        let _ = self.multi.clear();
    }

    pub(super) fn clear(self) {
        for line in &self.lines {
            line.finish_and_clear();
        }
        self.bar.finish_and_clear();
        let _ = self.multi.clear();
    }
}

/// How much went wrong so far: `1 failed, 2 checks failed`.
fn trouble(seen: &Seen) -> String {
    let failed = Some(seen.detail.counts.failed).filter(|failed| *failed > 0).map(|failed| format!("{failed} failed"));
    failed.into_iter().chain(FailedChecks::new(&seen.checks).counts()).collect::<Vec<_>>().join(", ")
}

fn text(step: &Step, now: Timestamp) -> String {
    let since = time::between(step.started_at.or(step.leased_at), None, now).unwrap_or_default();
    let attempt = if step.attempt > 1 { format!(", attempt {}", step.attempt) } else { String::new() };
    format!("{}  {since}{attempt}", step.name)
}

fn template(text: &str) -> ProgressStyle {
    ProgressStyle::with_template(text).unwrap_or_else(|_| ProgressStyle::default_bar())
}

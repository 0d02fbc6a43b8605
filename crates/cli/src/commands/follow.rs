//! Following a run: what happens to its steps, as it happens.
//!
//! Events of the server are hints to look again; what is shown is always read from the run itself, so a lost
//! connection or a restarted server costs nothing but time.

mod progress;
mod watch;

use headwater_api::{RunDetail, Step, Time};
use headwater_client::{Client, IdempotencyKey};
use headwater_core::{
    id::RunId,
    record::{RunState, StepState},
    time::Timestamp,
};

use super::runs;
use crate::{
    context::Context,
    edge,
    failure::{Done, Exit, Failure},
    output::{
        Output, Style, Tone,
        style::{Toned as _, sign},
        time,
    },
};
use progress::Progress;
use watch::Watch;

/// Follows a run until it ends. The exit code says how it went.
pub(crate) async fn run_until_its_end(context: &Context, client: &Client, run: RunId) -> Done {
    let mut watch = Watch::new(client.clone(), run);
    let mut view = View::new(&context.output);
    loop {
        tokio::select! {
            seen = watch.next() => {
                let (detail, steps) = seen?;
                view.update(&detail, &steps)?;
                if detail.run.state.is_final() {
                    return view.finish(&detail, &steps);
                }
            }
            pressed = tokio::signal::ctrl_c() => {
                if pressed.is_ok() && view.interrupted(client, run).await? == Next::Leave {
                    return Ok(Exit::Interrupted);
                }
            }
        }
    }
}

/// Follows a run until it ends, for a caller that listens for signals itself.
#[cfg(feature = "server")]
pub(crate) async fn follow_quietly(context: &Context, client: &Client, run: RunId) -> Done {
    let mut watch = Watch::new(client.clone(), run);
    let mut view = View::new(&context.output);
    loop {
        let (detail, steps) = watch.next().await?;
        view.update(&detail, &steps)?;
        if detail.run.state.is_final() {
            return view.finish(&detail, &steps);
        }
    }
}

/// What a person wants after Ctrl-C.
#[derive(PartialEq, Eq)]
enum Next {
    Follow,
    Leave,
}

/// What of a run was shown already.
struct View<'a> {
    output: &'a Output,
    progress: Option<Progress>,
    /// The attempt and state in which each step was last shown.
    shown: Vec<(u32, StepState)>,
}

impl<'a> View<'a> {
    fn new(output: &'a Output) -> Self {
        let progress = output.is_interactive().then(Progress::new);
        Self { output, progress, shown: Vec::new() }
    }

    fn update(&mut self, detail: &RunDetail, steps: &[Step]) -> Result<(), Failure> {
        let now = edge::now();
        let text = self.changes(steps, now)?;
        match &self.progress {
            Some(progress) if !text.is_empty() => progress.aside(|| self.output.text(&text))?,
            _ => self.output.text(&text)?,
        }
        if let Some(progress) = &mut self.progress {
            progress.update(detail, steps, now);
        }
        Ok(())
    }

    /// A line for each step that changed since it was last shown.
    fn changes(&mut self, steps: &[Step], now: Timestamp) -> Result<String, Failure> {
        self.shown.resize(steps.len().max(self.shown.len()), (0, StepState::Pending));
        let mut text = String::new();
        for (shown, step) in self.shown.iter_mut().zip(steps) {
            let is = (step.attempt, step.state);
            if *shown == is {
                continue;
            }
            *shown = is;
            let line = match self.output.is_json() {
                true => Some(Output::json_line(&serde_json::json!({ "kind": "step", "step": step }))?),
                false => line(self.output, step, now),
            };
            line.into_iter().for_each(|line| text.push_str(&(line + "\n")));
        }
        Ok(text)
    }

    fn finish(mut self, detail: &RunDetail, steps: &[Step]) -> Done {
        if let Some(progress) = self.progress.take() {
            progress.clear();
        }
        self.output
            .record(&serde_json::json!({ "kind": "run", "run": detail }), |style| summary(style, detail, steps))?;
        Ok(exit_of(detail.run.state))
    }

    async fn interrupted(&self, client: &Client, run: RunId) -> Result<Next, Failure> {
        let short = runs::short(run);
        let leave = || {
            self.output.note(&format!(
                "run {short} goes on; follow it with `headwater runs show {short} --follow`, \
                 stop it with `headwater runs cancel {short}`"
            ));
            Ok(Next::Leave)
        };
        let Some(progress) = &self.progress else {
            return leave();
        };
        let question = format!("\nrun {short}: [c]ancel it, [f]ollow on, or leave it [r]unning? ");
        progress.clear_line();
        self.output.raw(question.as_bytes())?;
        match answer().await.as_deref() {
            Some("c" | "cancel") => {
                client.cancel(run, &IdempotencyKey::random()).await?;
                self.output.note("stopping the run…");
                Ok(Next::Follow)
            }
            Some("f" | "follow") => Ok(Next::Follow),
            _ => leave(),
        }
    }
}

/// A line from the keyboard; none at its end, or where Ctrl-C is pressed again.
async fn answer() -> Option<String> {
    let read = tokio::task::spawn_blocking(|| {
        let mut line = String::new();
        std::io::stdin().read_line(&mut line).ok().filter(|read| *read > 0).map(|_| line.trim().to_lowercase())
    });
    tokio::select! {
        line = read => line.ok().flatten(),
        _ = tokio::signal::ctrl_c() => None,
    }
}

pub(crate) const fn exit_of(state: RunState) -> Exit {
    match state {
        RunState::Succeeded => Exit::Success,
        RunState::Canceled => Exit::Canceled,
        _ => Exit::Failed,
    }
}

/// What is said when a step has changed; nothing about what people see anyway.
fn line(output: &Output, step: &Step, now: Timestamp) -> Option<String> {
    let quiet_start = output.is_interactive() && !output.is_verbose();
    if output.is_quiet() || step.state == StepState::Pending || (step.state == StepState::Running && quiet_start) {
        return None;
    }
    Some(step_line(output.style(), step, now))
}

fn step_line(style: &Style, step: &Step, now: Timestamp) -> String {
    let at = step.ended_at.or(step.started_at).or(step.leased_at).unwrap_or(Time(now));
    let took = time::between(step.started_at.or(step.leased_at), step.ended_at, now).unwrap_or_default();
    let attempt = if step.attempt > 1 { format!(" (attempt {})", step.attempt) } else { String::new() };
    let message = || step.failure.as_ref().map_or("", |failure| failure.message.lines().next().unwrap_or_default());
    let what = match step.state {
        StepState::Running => "started".to_owned(),
        StepState::Succeeded => format!("succeeded in {took}"),
        StepState::Failed => format!("failed after {took}: {}", message()),
        StepState::RetryWait => {
            let when = step.retry_at.map_or_else(String::new, |at| format!(" {}", time::ago(now, at.0)));
            format!("will be tried again{when}: {}", message())
        }
        StepState::Skipped => {
            format!("skipped: {}", step.cause.as_deref().unwrap_or("something upstream did not succeed"))
        }
        StepState::Canceled => "canceled".to_owned(),
        StepState::Pending => "pending".to_owned(),
    };
    let mark = style.paint(step.state.tone(), sign(step.state));
    let clock = style.paint(Tone::Dim, &time::clock(at.0));
    format!("{clock} {mark} {}{attempt} {what}", style.paint(Tone::Strong, &step.name))
}

fn summary(style: &Style, detail: &RunDetail, steps: &[Step]) -> String {
    let run = &detail.run;
    let failed: Vec<&Step> = steps.iter().filter(|step| step.state == StepState::Failed).collect();
    let mut text: String = failed.iter().take(3).map(|step| runs::failure(style, step, runs::DETAILS)).collect();
    if !text.is_empty() {
        text.push_str("\n\n");
    }
    let took =
        time::between(run.started_at, run.ended_at, edge::now()).map_or_else(String::new, |took| format!(" in {took}"));
    let state = style.paint(run.state.tone(), run.state.as_str());
    text.push_str(&format!("run {} {state}{took}: {}", runs::short(run.id), runs::counts(&detail.counts)));
    if let Some(reason) = &run.reason {
        text.push_str(&format!("; {reason}"));
    }
    if run.state == RunState::Failed {
        let short = runs::short(run.id);
        let hint = format!("\nheadwater runs logs {short}    headwater runs retry {short} --from-failure");
        text.push_str(&style.paint(Tone::Dim, &hint));
    }
    text.trim_start_matches('\n').to_owned()
}

#[cfg(test)]
mod tests;

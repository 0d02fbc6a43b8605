//! Following a run: what happens to its steps, as it happens.
//!
//! Events of the server are hints to look again; what is shown is always read from the run itself, so a lost
//! connection or a restarted server costs nothing but time.

pub(crate) mod lines;
mod progress;
mod stall;
mod watch;

use headwater_api::Step;
use headwater_client::{Client, IdempotencyKey};
use headwater_core::{
    id::RunId,
    record::{RunState, StepState},
    time::Timestamp,
};

use super::{checks::FailedChecks, runs};
use crate::{
    context::Context,
    edge,
    failure::{Done, Exit, Failure},
    output::Output,
};
use progress::Progress;
use stall::Stall;
use watch::{Look, Seen, Watch};

/// Follows a run until it ends. The exit code says how it went.
pub(crate) async fn run_until_its_end(context: &Context, client: &Client, run: RunId) -> Done {
    let mut watch = Watch::new(client.clone(), run);
    let mut view = View::new(&context.output);
    loop {
        tokio::select! {
            seen = watch.next() => {
                let Look::Seen(seen) = seen? else {
                    view.away();
                    continue;
                };
                view.look(client, &seen).await?;
                if seen.detail.run.state.is_final() {
                    return view.finish(&seen);
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
        let Look::Seen(seen) = watch.next().await? else {
            view.away();
            continue;
        };
        view.look(client, &seen).await?;
        if seen.detail.run.state.is_final() {
            return view.finish(&seen);
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
    stall: Stall,
}

impl<'a> View<'a> {
    fn new(output: &'a Output) -> Self {
        let progress = output.is_interactive().then(Progress::new);
        Self { output, progress, shown: Vec::new(), stall: Stall::default() }
    }

    /// Shows what changed, and says why nothing does.
    async fn look(&mut self, client: &Client, seen: &Seen) -> Result<(), Failure> {
        self.update(seen)?;
        if let Some(why) = self.stall.explain(client, seen).await {
            self.note(&why);
        }
        Ok(())
    }

    /// Says that the server has not answered for a while.
    fn away(&self) {
        self.note("the server cannot answer; the run is followed again as soon as it can");
    }

    fn note(&self, text: &str) {
        match &self.progress {
            Some(progress) => progress.aside(|| self.output.note(text)),
            None => self.output.note(text),
        }
    }

    fn update(&mut self, seen: &Seen) -> Result<(), Failure> {
        let now = edge::now();
        let text = self.changes(seen, now)?;
        match &self.progress {
            Some(progress) if !text.is_empty() => progress.aside(|| self.output.text(&text))?,
            _ => self.output.text(&text)?,
        }
        if let Some(progress) = &mut self.progress {
            progress.update(seen, now);
        }
        Ok(())
    }

    /// What is said of the steps that changed since they were last shown.
    fn changes(&mut self, seen: &Seen, now: Timestamp) -> Result<String, Failure> {
        self.shown.resize(seen.steps.len().max(self.shown.len()), (0, StepState::Pending));
        let mut changed = Vec::new();
        for (shown, step) in self.shown.iter_mut().zip(&seen.steps) {
            let is = (step.attempt, step.state);
            if *shown != is {
                *shown = is;
                changed.push(step);
            }
        }
        let lines = match self.output.is_json() {
            true => changed.into_iter().map(document).collect::<Result<Vec<_>, _>>()?,
            false => said(self.output, &changed, seen, now),
        };
        Ok(lines.into_iter().map(|line| line + "\n").collect())
    }

    fn finish(mut self, seen: &Seen) -> Done {
        if let Some(progress) = self.progress.take() {
            progress.clear();
        }
        let document = serde_json::json!({ "kind": "run", "run": seen.detail });
        self.output.record(&document, |style| lines::summary(style, seen))?;
        Ok(exit_of(seen.detail.run.state))
    }

    async fn interrupted(&self, client: &Client, run: RunId) -> Result<Next, Failure> {
        let (short, program) = (runs::short(run), edge::program());
        let leave = || {
            self.output.note(&format!(
                "run {short} goes on; follow it with `{program} runs show {short} --follow`, \
                 stop it with `{program} runs cancel {short}`"
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

fn document(step: &Step) -> Result<String, Failure> {
    Output::json_line(&serde_json::json!({ "kind": "step", "step": step }))
}

/// What people read of steps that changed: a line for each, or for those that were skipped for the same reason.
fn said(output: &Output, changed: &[&Step], seen: &Seen, now: Timestamp) -> Vec<String> {
    let failed = FailedChecks::new(&seen.checks);
    let style = output.style();
    let alone = |step: &Step| step.state != StepState::Skipped || output.is_verbose();
    let mut said: Vec<String> = changed
        .iter()
        .filter(|step| alone(step) && is_news(output, step))
        .map(|step| lines::step_line(style, step, seen, &failed, now))
        .collect();
    if output.is_quiet() {
        return said;
    }
    said.extend(lines::by_cause(changed.iter().copied().filter(|step| !alone(step))).into_iter().map(
        |(cause, steps)| match steps.as_slice() {
            [step] => lines::step_line(style, step, seen, &failed, now),
            several => lines::skipped_line(style, cause, several, now),
        },
    ));
    said
}

/// Whether a change is told; not where people see it anyway.
fn is_news(output: &Output, step: &Step) -> bool {
    let quiet_start = output.is_interactive() && !output.is_verbose();
    !(output.is_quiet() || step.state == StepState::Pending || (step.state == StepState::Running && quiet_start))
}

#[cfg(test)]
mod tests;

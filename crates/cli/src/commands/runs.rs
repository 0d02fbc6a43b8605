//! Runs: listed, shown, cancelled, repeated.

use std::collections::BTreeSet;

use headwater_api::{CheckResult, Run, RunDetail, RunQuery, Step, StepCounts, Time, Trigger};
use headwater_client::{Client, IdempotencyKey, api::RetryFrom};
use headwater_core::{
    id::RunId,
    record::{RunState, StepState},
    time::Timestamp,
};

use super::{
    checks::{self, FailedChecks},
    follow::{self, lines},
    logs,
};
use crate::{
    args::{RetryArgs, RunsCommand, RunsListArgs},
    context::{Context, collect},
    edge,
    failure::{Done, Exit, Failure},
    output::{
        Style, Tone,
        style::{Toned as _, sign},
        table::{Cell, facts, table},
        time,
    },
};

pub(crate) async fn runs(context: &Context, command: RunsCommand) -> Done {
    match command {
        RunsCommand::Ls(args) => ls(context, &args).await,
        RunsCommand::Show { run, follow: false } => show(context, &run).await,
        RunsCommand::Show { run, follow: true } => {
            let client = context.client()?;
            let run = find(&client, &run).await?;
            follow::run_until_its_end(context, &client, run).await
        }
        RunsCommand::Logs(args) => logs::logs(context, &args).await,
        RunsCommand::Cancel { run } => cancel(context, &run).await,
        RunsCommand::Retry(args) => retry(context, &args).await,
    }
}

async fn ls(context: &Context, args: &RunsListArgs) -> Done {
    let client = context.client()?;
    let now = edge::now();
    let query = RunQuery {
        state: (!args.states.is_empty()).then(|| args.states.join(",")),
        tag: args.tag.clone(),
        schedule: args.schedule.clone(),
        since: args.since.map(|span| Time(now.minus(span))),
        ..RunQuery::default()
    };
    let runs = collect(args.limit, |cursor, limit| {
        let (client, query) = (&client, RunQuery { cursor, limit: Some(limit), ..query.clone() });
        async move { client.runs(&query).await }
    })
    .await?;
    context.output.show(&runs, |style| list(style, &runs, now))?;
    Ok(Exit::Success)
}

/// The start of an id that tells it from all of other milliseconds; commands and addresses take it.
pub(crate) fn short(id: impl ToString) -> String {
    id.to_string().chars().take(13).collect()
}

pub(crate) fn list(style: &Style, runs: &[Run], now: Timestamp) -> String {
    let rows = runs.iter().map(|run| {
        vec![
            Cell::new(short(run.id)).whole(),
            Cell::state(run.state).whole(),
            Cell::new(&run.selection),
            Cell::number(run.steps),
            Cell::maybe(time::between(run.started_at, run.ended_at, now)),
            Cell::new(time::ago(now, run.created_at.0)),
            Cell::toned(trigger(&run.trigger), Tone::Dim),
        ]
    });
    let headings = ["run", "state", "selection", "steps", "took", "accepted", "by"];
    table(style, &headings, rows.collect(), "there are no such runs")
}

fn trigger(trigger: &Trigger) -> String {
    match trigger {
        Trigger::Manual { by } => by.clone(),
        Trigger::Schedule { name, .. } => format!("schedule {name}"),
        Trigger::Retry { by, of } => format!("{by}, retry of {}", short(*of)),
    }
}

async fn show(context: &Context, run: &str) -> Done {
    let client = context.client()?;
    let run = find(&client, run).await?;
    let (detail, steps) = (client.run(run).await?, client.steps(run).await?.items);
    let checks = client.run_checks(run).await?.items;
    let document = serde_json::json!({ "run": detail, "steps": steps, "checks": checks });
    let length = if context.output.is_verbose() { Length::Whole } else { Length::Short };
    context.output.show(&document, |style| page(style, &detail, &steps, &checks, length, edge::now()))?;
    Ok(Exit::Success)
}

/// How much of a run is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Length {
    /// What helps to see what is wrong.
    Short,
    /// Everything.
    Whole,
}

impl Length {
    /// How many lines of a failure's details are shown.
    const fn lines(self) -> usize {
        match self {
            Self::Short => DETAILS,
            Self::Whole => usize::MAX,
        }
    }

    /// From how many on steps that were skipped for the same reason share a row.
    const fn folded_from(self) -> usize {
        match self {
            Self::Short => 4,
            Self::Whole => usize::MAX,
        }
    }
}

/// How many lines of a failure's details are shown: a backtrace has a hundred.
pub(crate) const DETAILS: usize = 12;

fn page(
    style: &Style,
    detail: &RunDetail,
    steps: &[Step],
    checks: &[CheckResult],
    length: Length,
    now: Timestamp,
) -> String {
    let (run, checks) = (&detail.run, FailedChecks::new(checks));
    let tags: Vec<String> = run.tags.iter().map(|(name, value)| format!("{name}={value}")).collect();
    let mut rows = vec![
        ("run", Cell::toned(run.id, Tone::Strong)),
        ("state", Cell::state(run.state)),
        ("selection", Cell::new(&run.selection)),
        ("accepted", Cell::new(format!("{} ({})", time::instant(run.created_at), time::ago(now, run.created_at.0)))),
        ("by", Cell::new(trigger(&run.trigger))),
        ("took", Cell::maybe(time::between(run.started_at, run.ended_at, now))),
        ("definitions", Cell::new(run.snapshot.short())),
        ("steps", Cell::new(counts(&detail.counts))),
    ];
    let failed = checks.counts().join(", ");
    if !failed.is_empty() {
        rows.push(("checks", Cell::new(failed)));
    }
    if !tags.is_empty() {
        rows.push(("tags", Cell::new(tags.join(" "))));
    }
    if let Some(reason) = &run.reason {
        rows.push(("reason", Cell::new(reason)));
    }
    let mut text = facts(style, rows);
    text.push_str("\n\n");
    text.push_str(&step_table(style, steps, &checks, length, now));
    for step in steps.iter().filter(|step| step.state == StepState::Failed) {
        text.push_str(&failure(style, step, length.lines()));
    }
    text.push_str(&checks.page(style, length.lines()));
    text
}

/// How many steps are in each state, those that matter first: `2 failed, 3 succeeded`.
pub(crate) fn counts(counts: &StepCounts) -> String {
    let all = [
        (counts.failed, "failed"),
        (counts.canceled, "canceled"),
        (counts.retry_wait, "waiting for a retry"),
        (counts.running, "running"),
        (counts.pending, "pending"),
        (counts.skipped, "skipped"),
        (counts.succeeded, "succeeded"),
    ];
    let some: Vec<String> = all.iter().filter(|(n, _)| *n > 0).map(|(n, what)| format!("{n} {what}")).collect();
    if some.is_empty() { "none".to_owned() } else { some.join(", ") }
}

fn step_table(style: &Style, steps: &[Step], failed: &FailedChecks<'_>, length: Length, now: Timestamp) -> String {
    let skipped = steps.iter().filter(|step| step.state == StepState::Skipped);
    let groups = lines::by_cause(skipped).into_iter().filter(|(_, steps)| steps.len() >= length.folded_from());
    let groups: Vec<_> = groups.collect();
    let folded: BTreeSet<u32> = groups.iter().flat_map(|(_, steps)| steps).map(|step| step.no).collect();
    let rows = steps.iter().filter(|step| !folded.contains(&step.no)).map(|step| step_row(step, failed, now));
    let rows = rows.chain(groups.iter().map(|(cause, steps)| folded_row(cause, steps)));
    table(style, &["", "no", "step", "state", "attempt", "took", ""], rows.collect(), "the run has no steps")
}

fn step_row(step: &Step, failed: &FailedChecks<'_>, now: Timestamp) -> Vec<Cell> {
    let (mark, tone) = lines::mark(step, failed);
    let (remark, remark_tone) = remark(step, failed);
    vec![
        Cell::toned(mark, tone).whole(),
        Cell::number(step.no).whole(),
        Cell::new(&step.name),
        Cell::state(step.state).whole(),
        Cell::number(if step.attempt > 0 { step.attempt.to_string() } else { String::new() }),
        Cell::maybe(time::between(step.started_at.or(step.leased_at), step.ended_at, now)).whole(),
        Cell::toned(remark, remark_tone),
    ]
}

/// Many steps that were skipped for one reason.
fn folded_row(cause: &str, steps: &[&Step]) -> Vec<Cell> {
    let state = StepState::Skipped;
    vec![
        Cell::toned(sign(state), state.tone()),
        Cell::number(""),
        Cell::new(format!("{} steps", steps.len())),
        Cell::state(state),
        Cell::new(""),
        Cell::maybe(None::<&str>),
        Cell::toned(format!("{cause} ({})", lines::names(steps)), Tone::Dim),
    ]
}

/// What is to be said of a step besides its state: its failed checks, why it did not run, or why it failed.
fn remark(step: &Step, failed: &FailedChecks<'_>) -> (String, Tone) {
    if let [(worst, _), ..] = failed.of(step.no) {
        let said = failed.of(step.no).iter().map(|(verdict, check)| checks::brief(*verdict, check));
        return (said.collect::<Vec<_>>().join("; "), worst.tone());
    }
    let message = || {
        let failure = step.failure.as_ref().filter(|_| step.state != StepState::Succeeded)?;
        Some(failure.message.lines().next().unwrap_or_default().to_owned())
    };
    (step.cause.clone().or_else(message).unwrap_or_default(), Tone::Dim)
}

/// Why a step failed, with at most so many lines of details.
pub(crate) fn failure(style: &Style, step: &Step, lines: usize) -> String {
    let Some(failure) = &step.failure else {
        return String::new();
    };
    let title = format!("{} failed ({}):", step.name, failure.class);
    let mut text = format!("\n\n{}\n  {}", style.paint(Tone::Bad, &title), indented(&failure.message));
    let all = failure.details.lines().count();
    let mut details: Vec<&str> = failure.details.lines().take(lines).collect();
    let more = format!("… and {} more lines: `runs show --verbose`", all.saturating_sub(lines));
    if all > lines {
        details.push(&more);
    }
    if !details.is_empty() {
        text.push_str(&style.paint(Tone::Dim, &format!("\n  {}", details.join("\n  "))));
    }
    text
}

fn indented(text: &str) -> String {
    text.replace('\n', "\n  ")
}

async fn cancel(context: &Context, run: &str) -> Done {
    let client = context.client()?;
    let run = find(&client, run).await?;
    let commanded = client.cancel(run, &IdempotencyKey::random()).await?;
    let state = commanded.state.unwrap_or(RunState::Canceling);
    let document = serde_json::json!({ "run": run, "state": state });
    context.output.show(&document, |_| match state {
        RunState::Canceling => format!("run {} is being stopped", short(run)),
        RunState::Canceled => format!("run {} is canceled", short(run)),
        state => format!("run {} had ended before: {state}", short(run)),
    })?;
    Ok(Exit::Success)
}

async fn retry(context: &Context, args: &RetryArgs) -> Done {
    let client = context.client()?;
    let run = find(&client, &args.run).await?;
    let scope = if args.from_failure { RetryFrom::FromFailure } else { RetryFrom::All };
    let launched = client.retry(run, scope, &IdempotencyKey::random()).await?;
    super::materialize::launched(context, &client, &launched, args.detach).await
}

/// The run that a person means: a whole id, the start or the end of one, or `last`.
pub(crate) async fn find(client: &Client, text: &str) -> Result<RunId, Failure> {
    let text = text.trim();
    if text == "last" {
        return last(client).await;
    }
    // An empty text would be the address of the list.
    if text.is_empty() {
        return Err(hinted(Failure::usage("name a run")));
    }
    Ok(client.find_run(text).await.map_err(|error| hinted(error.into()))?.run.id)
}

async fn last(client: &Client) -> Result<RunId, Failure> {
    let query = RunQuery { limit: Some(1), ..RunQuery::default() };
    let none = || Failure::usage("there are no runs yet").hint(format!("{} materialize '*'", edge::program()));
    client.runs(&query).await?.items.first().map(|run| run.id).ok_or_else(none)
}

/// Says where the ids are, where the command asks for something that does not exist.
fn hinted(failure: Failure) -> Failure {
    super::where_ids_are(failure, &format!("`{} runs ls` lists them; `last` is the latest", edge::program()))
}

#[cfg(test)]
mod tests;

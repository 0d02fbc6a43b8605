//! Runs: listed, shown, cancelled, repeated.

use headwater_api::{ErrorCode, Run, RunDetail, RunQuery, Step, StepCounts, Time, Trigger};
use headwater_client::{Client, ClientError, IdempotencyKey, api::RetryFrom};
use headwater_core::{
    id::RunId,
    record::{RunState, StepState},
    time::Timestamp,
};

use super::{follow, logs};
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

/// The start of a run's id that tells it from all runs of other milliseconds.
pub(crate) fn short(run: RunId) -> String {
    run.to_string().chars().take(13).collect()
}

pub(crate) fn list(style: &Style, runs: &[Run], now: Timestamp) -> String {
    let rows = runs.iter().map(|run| {
        vec![
            Cell::new(short(run.id)),
            Cell::state(run.state),
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
    let document = serde_json::json!({ "run": detail, "steps": steps });
    let lines = if context.output.is_verbose() { usize::MAX } else { DETAILS };
    context.output.show(&document, |style| page(style, &detail, &steps, lines, edge::now()))?;
    Ok(Exit::Success)
}

/// How many lines of a failure's details are shown: a backtrace has a hundred.
pub(crate) const DETAILS: usize = 12;

fn page(style: &Style, detail: &RunDetail, steps: &[Step], lines: usize, now: Timestamp) -> String {
    let run = &detail.run;
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
    if !tags.is_empty() {
        rows.push(("tags", Cell::new(tags.join(" "))));
    }
    if let Some(reason) = &run.reason {
        rows.push(("reason", Cell::new(reason)));
    }
    let mut text = facts(style, rows);
    text.push_str("\n\n");
    text.push_str(&step_table(style, steps, now));
    for step in steps.iter().filter(|step| step.state == StepState::Failed) {
        text.push_str(&failure(style, step, lines));
    }
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

fn step_table(style: &Style, steps: &[Step], now: Timestamp) -> String {
    let rows = steps.iter().map(|step| {
        let remark = step.cause.clone().or_else(|| {
            let failure = step.failure.as_ref().filter(|_| step.state != StepState::Succeeded)?;
            Some(failure.message.lines().next().unwrap_or_default().to_owned())
        });
        vec![
            Cell::toned(sign(step.state), step.state.tone()),
            Cell::number(step.no),
            Cell::new(&step.name),
            Cell::state(step.state),
            Cell::number(if step.attempt > 0 { step.attempt.to_string() } else { String::new() }),
            Cell::maybe(time::between(step.started_at.or(step.leased_at), step.ended_at, now)),
            Cell::toned(remark.unwrap_or_default(), Tone::Dim),
        ]
    });
    table(style, &["", "no", "step", "state", "attempt", "took", ""], rows.collect(), "the run has no steps")
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
    if let Ok(run) = text.parse::<RunId>() {
        return match client.run(run).await {
            Ok(_) => Ok(run),
            Err(error) if error.code() == Some(ErrorCode::NotFound) => Err(unknown(client, text).await?),
            Err(error) => Err(error.into()),
        };
    }
    let runs = recent(client, if text == "last" { 1 } else { headwater_api::MAX_LIMIT }).await?;
    if text == "last" {
        let none = || Failure::usage("there are no runs yet").hint("headwater materialize '*'");
        return runs.first().map(|run| run.id).ok_or_else(none);
    }
    choose(text, &runs)
}

async fn recent(client: &Client, limit: u32) -> Result<Vec<Run>, ClientError> {
    Ok(client.runs(&RunQuery { limit: Some(limit), ..RunQuery::default() }).await?.items)
}

async fn unknown(client: &Client, text: &str) -> Result<Failure, Failure> {
    let runs = recent(client, headwater_api::MAX_LIMIT).await?;
    Ok(no_such_run(text, &runs))
}

/// The one recent run whose id starts or ends with a text.
fn choose(text: &str, runs: &[Run]) -> Result<RunId, Failure> {
    let wanted = text.to_lowercase();
    let fits = |run: &&Run| {
        let id = run.id.to_string();
        !wanted.is_empty() && (id.starts_with(&wanted) || id.ends_with(&wanted))
    };
    let found: Vec<&Run> = runs.iter().filter(fits).collect();
    match found.as_slice() {
        [run] => Ok(run.id),
        [] => Err(no_such_run(text, runs)),
        several => {
            let mut failure = Failure::usage(format!("`{text}` fits {} runs; write more of the id", several.len()));
            failure.details = several.iter().take(5).map(|run| about(run)).collect();
            Err(failure)
        }
    }
}

fn about(run: &Run) -> String {
    format!("  {}  {}  {}", run.id, run.state, run.selection)
}

/// Names the runs whose ids have most in common with the text.
fn no_such_run(text: &str, runs: &[Run]) -> Failure {
    let common =
        |run: &Run| run.id.to_string().chars().zip(text.to_lowercase().chars()).take_while(|(a, b)| a == b).count();
    let mut nearest: Vec<&Run> = runs.iter().collect();
    nearest.sort_by_key(|run| std::cmp::Reverse(common(run)));
    let mut failure = Failure::new(Exit::Usage, "not-found", format!("there is no run `{text}`"));
    if runs.is_empty() {
        return failure.hint("there are no runs yet: headwater materialize '*'");
    }
    failure.details =
        std::iter::once("the nearest are:".to_owned()).chain(nearest.iter().take(3).map(|run| about(run))).collect();
    failure.hint("`headwater runs ls` lists them; `last` is the latest")
}

#[cfg(test)]
mod tests;

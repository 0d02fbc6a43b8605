//! What is said of a followed run.

use std::collections::BTreeMap;

use headwater_api::{Step, Time};
use headwater_core::{
    record::{RunState, StepState},
    time::Timestamp,
};

use super::watch::Seen;
use crate::{
    commands::{
        checks::{self, FailedChecks},
        runs,
    },
    edge,
    output::{
        Style, Tone,
        style::{Toned as _, sign},
        time,
    },
};

/// How many names are said of steps that share a line.
const NAMED: usize = 3;
/// How many failed steps, and as many failed checks, are said at length when a run ends.
const AT_LENGTH: usize = 3;

/// What a step does or how it ended, in one line.
pub(super) fn step_line(style: &Style, step: &Step, seen: &Seen, failed: &FailedChecks<'_>, now: Timestamp) -> String {
    let at = ended_at(step, seen).or(step.started_at).or(step.leased_at).unwrap_or(Time(now));
    let attempt = if step.attempt > 1 { format!(" (attempt {})", step.attempt) } else { String::new() };
    let (mark, tone) = mark(step, failed);
    line(
        style,
        at,
        (mark, tone),
        &format!("{}{attempt}", style.paint(Tone::Strong, &step.name)),
        &what(step, failed, now),
    )
}

fn line(style: &Style, at: Time, (mark, tone): (&str, Tone), who: &str, what: &str) -> String {
    format!("{} {} {who} {what}", style.paint(Tone::Dim, &time::clock(at.0)), style.paint(tone, mark))
}

/// When the attempt ended that is shown: that of a step which is tried again is in the list of attempts.
fn ended_at(step: &Step, seen: &Seen) -> Option<Time> {
    let attempt = || seen.attempts.iter().find(|of| (of.step, of.attempt) == (step.no, step.attempt));
    match step.state {
        StepState::RetryWait => attempt().and_then(|attempt| attempt.ended_at),
        _ => step.ended_at,
    }
}

/// The sign of a step: what its checks say, where it did its work.
pub(crate) fn mark(step: &Step, failed: &FailedChecks<'_>) -> (&'static str, Tone) {
    match failed.worst(step.no).filter(|_| step.state == StepState::Succeeded) {
        Some(verdict) => (verdict.sign(), verdict.tone()),
        None => (sign(step.state), step.state.tone()),
    }
}

fn what(step: &Step, failed: &FailedChecks<'_>, now: Timestamp) -> String {
    let took = time::between(step.started_at.or(step.leased_at), step.ended_at, now).unwrap_or_default();
    let message = || step.failure.as_ref().map_or("", |failure| failure.message.lines().next().unwrap_or_default());
    match step.state {
        StepState::Running => "started".to_owned(),
        StepState::Succeeded => succeeded(step, failed, &took),
        StepState::Failed => format!("failed after {took}: {}", message()),
        StepState::RetryWait => {
            let when = step.retry_at.map_or_else(String::new, |at| format!(" {}", time::ago(now, at.0)));
            format!("will be tried again{when}: {}", message())
        }
        StepState::Skipped => format!("skipped: {}", cause(step)),
        StepState::Canceled => "canceled".to_owned(),
        StepState::Pending => "pending".to_owned(),
    }
}

/// A step whose check failed does not look like one without a flaw; one that only checks has nothing else to say.
fn succeeded(step: &Step, failed: &FailedChecks<'_>, took: &str) -> String {
    let said: Vec<String> = failed.of(step.no).iter().map(|(verdict, check)| checks::brief(*verdict, check)).collect();
    match (said.is_empty(), step.assets.is_empty()) {
        (true, _) => format!("succeeded in {took}"),
        (false, true) => said.join("; "),
        (false, false) => format!("succeeded in {took}, but {}", said.join("; ")),
    }
}

fn cause(step: &Step) -> &str {
    step.cause.as_deref().unwrap_or("something upstream did not succeed")
}

/// Skipped steps by why they were skipped, in the order in which the causes show up.
pub(crate) fn by_cause<'a>(skipped: impl IntoIterator<Item = &'a Step>) -> Vec<(&'a str, Vec<&'a Step>)> {
    let mut places: BTreeMap<&str, usize> = BTreeMap::new();
    let mut groups: Vec<(&str, Vec<&Step>)> = Vec::new();
    for step in skipped {
        let place = *places.entry(cause(step)).or_insert(groups.len());
        if place == groups.len() {
            groups.push((cause(step), Vec::new()));
        }
        groups[place].1.push(step);
    }
    groups
}

/// The names of the first of some steps.
pub(crate) fn names(steps: &[&Step]) -> String {
    let named: Vec<&str> = steps.iter().take(NAMED).map(|step| step.name.as_str()).collect();
    let more = steps.len().saturating_sub(NAMED);
    if more == 0 { named.join(", ") } else { format!("{} and {more} more", named.join(", ")) }
}

/// Steps that were skipped for the same reason, in one line: a line for each would bury the reason.
pub(super) fn skipped_line(style: &Style, cause: &str, steps: &[&Step], now: Timestamp) -> String {
    let at = steps.iter().filter_map(|step| step.ended_at).min().unwrap_or(Time(now));
    let who = style.paint(Tone::Strong, &format!("{} steps", steps.len()));
    let names = style.paint(Tone::Dim, &format!("({})", names(steps)));
    let state = StepState::Skipped;
    line(style, at, (sign(state), state.tone()), &who, &format!("skipped: {cause} {names}"))
}

/// How a run ended, why, and what to do.
pub(super) fn summary(style: &Style, seen: &Seen) -> String {
    let (detail, run) = (&seen.detail, &seen.detail.run);
    let checks = FailedChecks::new(&seen.checks);
    let failed: Vec<&Step> = seen.steps.iter().filter(|step| step.state == StepState::Failed).collect();
    let mut text: String =
        failed.iter().take(AT_LENGTH).map(|step| runs::failure(style, step, runs::DETAILS)).collect();
    text.push_str(&checks.page(style, AT_LENGTH));
    if !text.is_empty() {
        text.push_str("\n\n");
    }
    let took =
        time::between(run.started_at, run.ended_at, edge::now()).map_or_else(String::new, |took| format!(" in {took}"));
    let state = style.paint(run.state.tone(), run.state.as_str());
    let counts: Vec<String> = std::iter::once(runs::counts(&detail.counts)).chain(checks.counts()).collect();
    text.push_str(&format!("run {} {state}{took}: {}", runs::short(run.id), counts.join(", ")));
    if let Some(reason) = &run.reason {
        text.push_str(&format!("; {reason}"));
    }
    if run.state == RunState::Failed {
        let (short, program) = (runs::short(run.id), edge::program());
        let hint = format!("\n{program} runs logs {short}    {program} runs retry {short} --from-failure");
        text.push_str(&style.paint(Tone::Dim, &hint));
    }
    text.trim_start_matches('\n').to_owned()
}

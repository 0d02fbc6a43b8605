use headwater_api::Attempt;
use headwater_core::manifest::Severity;

use super::*;
use crate::{
    commands::fixtures::{at, check, detail, step, steps},
    output::{self, Format, Style},
};

fn seen(state: RunState, steps: Vec<Step>) -> Seen {
    Seen { detail: detail(state), steps, checks: Default::default(), attempts: Default::default() }
}

fn plain() -> Style {
    Style::new(false, None)
}

#[test]
fn each_change_of_a_step_is_told_once() {
    let (output, text) = output::capture(Format::Human);
    let mut view = View::new(&output);
    let mut now =
        seen(RunState::Running, vec![step(0, "orders", StepState::Pending), step(1, "revenue", StepState::Pending)]);
    view.update(&now).unwrap();
    now.steps[0] = step(0, "orders", StepState::Running);
    view.update(&now).unwrap();
    view.update(&now).unwrap();
    now.steps[0] = Step { attempt: 2, ..step(0, "orders", StepState::Succeeded) };
    now.steps[1] = step(1, "revenue", StepState::Failed);
    view.update(&now).unwrap();
    insta::assert_snapshot!("follow-lines", text());
}

#[test]
fn programs_get_one_document_per_line() {
    let (output, text) = output::capture(Format::Json);
    let mut view = View::new(&output);
    let ended = seen(RunState::Canceled, vec![step(0, "orders", StepState::Canceled)]);
    view.update(&ended).unwrap();
    assert_eq!(view.finish(&ended).unwrap(), Exit::Canceled);
    let kinds: Vec<String> = text()
        .lines()
        .map(|line| serde_json::from_str::<serde_json::Value>(line).unwrap()["kind"].as_str().unwrap().to_owned())
        .collect();
    assert_eq!(kinds, ["step", "run"]);
}

#[test]
fn the_end_says_what_went_wrong_and_what_to_do() {
    let mut ended = seen(RunState::Failed, steps());
    insta::assert_snapshot!("follow-summary", lines::summary(&plain(), &ended));
    ended.steps.truncate(1);
    ended.checks = vec![check(0, "ids_are_unique", Severity::Error)].into();
    insta::assert_snapshot!("follow-summary-check", lines::summary(&plain(), &ended));
}

#[test]
fn failed_checks_are_told_as_such_and_skipped_steps_together() {
    let (output, text) = output::capture(Format::Human);
    let made = |no, name: &str| Step { assets: vec![name.parse().unwrap()], ..step(no, name, StepState::Succeeded) };
    let mut now = seen(
        RunState::Running,
        vec![
            made(0, "orders"),
            step(1, "orders:ids_are_unique", StepState::Succeeded),
            made(2, "customers"),
            made(3, "products"),
            step(4, "a", StepState::Skipped),
            step(5, "b", StepState::Skipped),
            Step { cause: Some("customers failed".into()), ..step(6, "c", StepState::Skipped) },
            step(7, "d", StepState::Skipped),
            step(8, "e", StepState::Skipped),
        ],
    );
    let soft = |check: headwater_api::CheckResult| headwater_api::CheckResult { blocking: false, ..check };
    now.checks = vec![
        check(1, "ids_are_unique", Severity::Error),
        check(2, "emails", Severity::Warn),
        soft(check(3, "prices", Severity::Error)),
        check(3, "names", Severity::Warn),
    ]
    .into();
    View::new(&output).update(&now).unwrap();
    insta::assert_snapshot!("follow-checks", text());
}

#[test]
fn exit_codes_tell_how_it_went() {
    let codes = [RunState::Succeeded, RunState::Failed, RunState::Canceled].map(|state| exit_of(state) as u8);
    assert_eq!(codes, [0, 1, 3]);
}

#[test]
fn a_retry_says_when() {
    let mut now = seen(RunState::Running, vec![step(0, "orders", StepState::RetryWait)]);
    now.attempts = vec![Attempt {
        step: 0,
        attempt: 1,
        worker: None,
        leased_at: Some(at(1)),
        started_at: Some(at(2)),
        ended_at: Some(at(40)),
        end: None,
        failure: None,
    }]
    .into();
    let line = lines::step_line(&plain(), &now.steps[0], &now, &FailedChecks::default(), at(50).0);
    assert_eq!(line, "03:00:40 ↻ orders will be tried again in 10s: exit code 3");
}

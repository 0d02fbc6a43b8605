//! Runs and steps for tests of what is shown.

use headwater_api::{CheckResult, Failure, Run, RunDetail, Step, StepCounts, Time, Trigger};
use headwater_core::{
    id::SnapshotId,
    manifest::Severity,
    record::{RunState, StepState},
    time::{Millis, Timestamp},
};

/// 2026-11-24T03:00:00Z.
pub(crate) const NOON: Timestamp = Timestamp::from_secs(1_795_489_200);

pub(crate) fn at(seconds: u64) -> Time {
    Time(NOON.plus(Millis::secs(seconds)))
}

/// A run whose id ends with a number.
pub(crate) fn run(number: u32, state: RunState) -> Run {
    let id = format!("019ab2c3-{number:04}-7000-8000-{number:012}").parse().unwrap();
    Run {
        id,
        state,
        trigger: Trigger::Manual { by: "anna".into() },
        selection: "group:curated+".into(),
        partition: String::new(),
        tags: [("team".to_owned(), "data".to_owned())].into(),
        priority: 0,
        timeout: None,
        snapshot: SnapshotId("0123456789abcdef".into()),
        root: id,
        steps: 4,
        created_at: at(0),
        started_at: Some(at(1)),
        ended_at: state.is_final().then(|| at(9)),
        reason: None,
    }
}

pub(crate) fn detail(state: RunState) -> RunDetail {
    let counts = StepCounts { succeeded: 1, failed: 1, skipped: 1, running: 1, ..StepCounts::default() };
    RunDetail { run: run(1, state), config: Default::default(), counts, chain: Vec::new() }
}

pub(crate) fn step(no: u32, name: &str, state: StepState) -> Step {
    let begun = !matches!(state, StepState::Pending | StepState::Skipped);
    Step {
        no,
        name: name.into(),
        assets: Vec::new(),
        checks: Vec::new(),
        upstream: Vec::new(),
        pool: None,
        state,
        attempt: u32::from(begun),
        failures: 0,
        losses: 0,
        worker: None,
        leased_at: begun.then(|| at(1)),
        started_at: begun.then(|| at(2)),
        ended_at: state.is_final().then(|| at(3)),
        retry_at: (state == StepState::RetryWait).then(|| at(60)),
        failure: matches!(state, StepState::Failed | StepState::RetryWait).then(|| Failure {
            class: "exit".into(),
            message: "exit code 3\nlast words".into(),
            details: "no such table".into(),
        }),
        cause: (state == StepState::Skipped).then(|| "raw_orders failed".into()),
    }
}

/// A failed check of a step.
pub(crate) fn check(step: u32, name: &str, severity: Severity) -> CheckResult {
    CheckResult {
        seq: headwater_core::id::Seq(1),
        asset: Some("shop/orders".parse().unwrap()),
        check: name.into(),
        partition: String::new(),
        run: None,
        step: Some(step),
        at: at(3),
        version_seq: None,
        passed: false,
        blocking: severity == Severity::Error,
        severity,
        description: "2 rows of 7 are wrong\nsuch as 13".into(),
        metadata: Default::default(),
    }
}

pub(crate) fn steps() -> Vec<Step> {
    vec![
        step(0, "customers", StepState::Succeeded),
        step(1, "raw_orders", StepState::Failed),
        step(2, "orders", StepState::Skipped),
        step(3, "forecast", StepState::Running),
    ]
}

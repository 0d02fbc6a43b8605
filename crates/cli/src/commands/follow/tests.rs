use super::*;
use crate::{
    commands::fixtures::{at, detail, step, steps},
    output::{self, Format},
};

#[test]
fn each_change_of_a_step_is_told_once() {
    let (output, text) = output::capture(Format::Human);
    let mut view = View::new(&output);
    let mut steps = vec![step(0, "orders", StepState::Pending), step(1, "revenue", StepState::Pending)];
    let running = detail(RunState::Running);
    view.update(&running, &steps).unwrap();
    steps[0] = step(0, "orders", StepState::Running);
    view.update(&running, &steps).unwrap();
    view.update(&running, &steps).unwrap();
    steps[0] = Step { attempt: 2, ..step(0, "orders", StepState::Succeeded) };
    steps[1] = step(1, "revenue", StepState::Failed);
    view.update(&running, &steps).unwrap();
    insta::assert_snapshot!("follow-lines", text());
}

#[test]
fn programs_get_one_document_per_line() {
    let (output, text) = output::capture(Format::Json);
    let mut view = View::new(&output);
    let ended = detail(RunState::Canceled);
    view.update(&ended, &[step(0, "orders", StepState::Canceled)]).unwrap();
    assert_eq!(view.finish(&ended, &[]).unwrap(), Exit::Canceled);
    let kinds: Vec<String> = text()
        .lines()
        .map(|line| serde_json::from_str::<serde_json::Value>(line).unwrap()["kind"].as_str().unwrap().to_owned())
        .collect();
    assert_eq!(kinds, ["step", "run"]);
}

#[test]
fn the_end_says_what_went_wrong_and_what_to_do() {
    insta::assert_snapshot!("follow-summary", summary(&Style::new(false, None), &detail(RunState::Failed), &steps()));
}

#[test]
fn exit_codes_tell_how_it_went() {
    let codes = [RunState::Succeeded, RunState::Failed, RunState::Canceled].map(|state| exit_of(state) as u8);
    assert_eq!(codes, [0, 1, 3]);
}

#[test]
fn a_retry_says_when() {
    let line = step_line(&Style::new(false, None), &step(0, "orders", StepState::RetryWait), at(50).0);
    assert!(line.ends_with("orders will be tried again in 10s: exit code 3"), "{line}");
}

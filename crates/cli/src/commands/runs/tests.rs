use super::*;
use crate::commands::fixtures::{NOON, at, check, detail, run, step, steps};
use headwater_core::manifest::Severity;

fn plain() -> Style {
    Style::new(false, None)
}

#[test]
fn runs_are_listed() {
    let runs = [run(2, RunState::Running), run(1, RunState::Failed)];
    insta::assert_snapshot!("runs-ls", list(&plain(), &runs, at(20).0));
    assert_eq!(list(&plain(), &[], NOON), "there are no such runs");
}

#[test]
fn a_run_is_shown_with_its_steps_and_why_they_failed() {
    insta::assert_snapshot!(
        "runs-show",
        page(&plain(), &detail(RunState::Failed), &steps(), &[], Length::Short, at(20).0)
    );
}

#[test]
fn a_run_is_shown_with_its_failed_checks_and_what_they_hold_back() {
    let mut steps = vec![step(0, "orders", StepState::Succeeded), step(1, "customers", StepState::Succeeded)];
    steps.extend((2..8).map(|no| step(no, &format!("report_{no}"), StepState::Skipped)));
    let checks = [check(0, "ids_are_unique", Severity::Error), check(1, "emails", Severity::Warn)];
    let show = |length| page(&plain(), &detail(RunState::Failed), &steps, &checks, length, at(20).0);
    insta::assert_snapshot!("runs-show-checks", show(Length::Short));
    assert!(show(Length::Whole).contains("report_7 "), "all steps have a row");
}

#[test]
fn a_long_backtrace_is_cut() {
    let mut step = steps().remove(1);
    step.failure.as_mut().unwrap().details = "frame\n".repeat(20);
    let text = failure(&plain(), &step, 3);
    assert_eq!(text.matches("frame").count(), 3);
    assert!(text.ends_with("… and 17 more lines: `runs show --verbose`"), "{text}");
}

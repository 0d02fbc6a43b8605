//! What a batch leaves of a step.

use headwater_core::{
    effect::Effect,
    id::{Attempt, RunId, StepNo, Token, WorkerId},
    record::StepState,
    report::StepFailure,
    time::Timestamp,
};
use headwater_store::CommitError;

use super::{Folded, conflict, json, time};
use crate::cell::Cell;

/// A lease that is part of the batch; one from before is in the stored row.
#[derive(Clone, Copy)]
struct Lease {
    worker: WorkerId,
    token: Token,
    at: Timestamp,
}

pub(super) struct StepImage<'a> {
    state: StepState,
    attempt: Attempt,
    failures: u32,
    losses: u32,
    lease: Option<Lease>,
    started_at: Option<Timestamp>,
    ended_at: Option<Timestamp>,
    retry_at: Option<Timestamp>,
    failure: Option<&'a StepFailure>,
    cause: Option<&'a str>,
}

impl<'a> StepImage<'a> {
    fn untouched() -> Self {
        Self {
            state: StepState::Pending,
            attempt: Attempt(0),
            failures: 0,
            losses: 0,
            lease: None,
            started_at: None,
            ended_at: None,
            retry_at: None,
            failure: None,
            cause: None,
        }
    }

    pub(super) fn row(&self, (run, step): (RunId, StepNo)) -> Result<[Cell<'a>; 14], CommitError> {
        Ok([
            run.0.into(),
            step.0.into(),
            self.state.as_str().into(),
            self.attempt.0.into(),
            self.failures.into(),
            self.losses.into(),
            self.lease.map(|lease| lease.worker.0).into(),
            // The same 64 bits, since databases have signed numbers only.
            self.lease.map(|lease| lease.token.0.cast_signed()).into(),
            time(self.lease.map(|lease| lease.at)),
            time(self.started_at),
            time(self.ended_at),
            time(self.retry_at),
            failure_cell(self.failure)?,
            self.cause.into(),
        ])
    }
}

fn failure_cell(failure: Option<&StepFailure>) -> Result<Cell<'static>, CommitError> {
    Ok(failure.map(json).transpose()?.unwrap_or(Cell::Null))
}

impl<'a> Folded<'a> {
    pub(super) fn add_step(&mut self, effect: &'a Effect, at: Timestamp) -> Result<(), CommitError> {
        match effect {
            Effect::StepLeased { run, step, attempt, token, worker } => {
                let image = self.step(*run, *step)?;
                *image = StepImage {
                    state: StepState::Running,
                    attempt: *attempt,
                    failures: image.failures,
                    losses: image.losses,
                    lease: Some(Lease { worker: *worker, token: *token, at }),
                    ..StepImage::untouched()
                };
            }
            Effect::StepRetried { run, step, attempt, end, started_at, failure, failures, losses, retry_at } => {
                let image = self.step(*run, *step)?;
                image.state = StepState::RetryWait;
                image.attempt = *attempt;
                image.started_at = *started_at;
                image.failure = failure.as_ref();
                image.failures = *failures;
                image.losses = *losses;
                image.retry_at = Some(*retry_at);
                let lease = image.lease;
                self.attempts.push([
                    run.0.into(),
                    step.0.into(),
                    attempt.0.into(),
                    lease.map(|lease| lease.worker.0).into(),
                    time(lease.map(|lease| lease.at)),
                    time(*started_at),
                    time(Some(at)),
                    end.as_str().into(),
                    failure_cell(failure.as_ref())?,
                ]);
            }
            Effect::StepEnded { run, step, attempt, state, started_at, failure, failures, losses, cause } => {
                let image = self.step(*run, *step)?;
                image.state = *state;
                image.attempt = *attempt;
                image.started_at = *started_at;
                image.ended_at = Some(at);
                image.retry_at = None;
                image.failure = failure.as_ref();
                image.failures = *failures;
                image.losses = *losses;
                image.cause = cause.as_deref();
            }
            _ => {}
        }
        Ok(())
    }

    fn step(&mut self, run: RunId, step: StepNo) -> Result<&mut StepImage<'a>, CommitError> {
        let image = self.steps.entry((run, step)).or_insert_with(StepImage::untouched);
        if image.state.is_final() {
            return Err(conflict(format!("step {} of run {run} is {}", step.0, image.state)));
        }
        Ok(image)
    }
}

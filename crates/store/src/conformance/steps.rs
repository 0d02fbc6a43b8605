//! Runs, steps and attempts.

use std::sync::Arc;

use headwater_core::{
    effect::Effect,
    id::{Attempt, StepNo},
    manifest::ErrorClass,
    record::{AttemptEnd, RunState, StepState},
    report::StepFailure,
    time::{Millis, Timestamp},
};

use super::{
    builder::{Script, leased, run_id, worker_id},
    everything,
};
use crate::Store;

fn retried(attempt: u32, failures: u32, losses: u32, at: Timestamp) -> Effect {
    Effect::StepRetried {
        run: run_id(1),
        step: StepNo(0),
        attempt: Attempt(attempt),
        end: if losses > 0 { AttemptEnd::Lost } else { AttemptEnd::Failed },
        started_at: (losses == 0).then_some(at),
        failure: (losses == 0).then(|| StepFailure::new(ErrorClass::FAILURE, "it broke")),
        failures,
        losses,
        retry_at: at.plus(Millis::secs(60)),
    }
}

pub async fn a_lease_and_its_end_may_share_a_batch(store: Arc<dyn Store>) {
    let mut script = Script::lead(&store).await;
    script.run_created(run_id(1));
    script.add(|_, _| Effect::RunStarted { run: run_id(1) });
    script.commit().await;
    // Step 0 in one batch, step 1 in two, step 2 without a lease.
    script.leased(run_id(1), 0, 1);
    script.ended(run_id(1), 0, 1, StepState::Succeeded);
    script.leased(run_id(1), 1, 1);
    script.commit().await;
    let running = &store.steps(run_id(1)).await.unwrap()[1];
    assert_eq!((running.state, running.ended_at), (StepState::Running, None));
    let (token, leased_at) = (running.token, running.leased_at);
    script.ended(run_id(1), 1, 1, StepState::Succeeded);
    script.ended(run_id(1), 2, 0, StepState::Skipped);
    script.commit().await;
    let steps = store.steps(run_id(1)).await.unwrap();
    assert_eq!(steps.len(), 3);
    for step in &steps[..2] {
        assert_eq!((step.state, step.attempt), (StepState::Succeeded, Attempt(1)));
        assert_eq!(step.worker, Some(worker_id(7)));
        assert!(step.leased_at < step.ended_at && step.started_at.is_some() && step.retry_at.is_none());
    }
    assert_eq!((steps[1].token, steps[1].leased_at), (token, leased_at), "the end lost the lease");
    assert_eq!((steps[2].state, steps[2].worker, steps[2].leased_at), (StepState::Skipped, None, None));
}

pub async fn ended_steps_never_change(store: Arc<dyn Store>) {
    let mut script = Script::lead(&store).await;
    script.run_created(run_id(1));
    for (step, state) in
        [StepState::Succeeded, StepState::Failed, StepState::Skipped, StepState::Canceled].into_iter().enumerate()
    {
        script.ended(run_id(1), u32::try_from(step).unwrap(), 1, state);
    }
    script.commit().await;
    let before = everything(&*store).await;
    for step in 0..4 {
        script.leased(run_id(1), step, 2);
        script.conflicts().await;
        script.ended(run_id(1), step, 1, StepState::Canceled);
        script.conflicts().await;
    }
    script.add(|_, at| retried(1, 1, 0, at));
    script.conflicts().await;
    // Twice in one batch is no better.
    script.ended(run_id(1), 9, 1, StepState::Succeeded);
    script.ended(run_id(1), 9, 1, StepState::Failed);
    script.conflicts().await;
    // An attempt that nobody leased cannot be retried.
    script.add(|_, at| match retried(1, 1, 0, at) {
        Effect::StepRetried { run, attempt, end, started_at, failure, failures, losses, retry_at, .. } => {
            Effect::StepRetried { run, step: StepNo(8), attempt, end, started_at, failure, failures, losses, retry_at }
        }
        other => other,
    });
    script.conflicts().await;
    assert_eq!(everything(&*store).await, before);
}

pub async fn ended_runs_never_change(store: Arc<dyn Store>) {
    let mut script = Script::lead(&store).await;
    let ends = [RunState::Succeeded, RunState::Failed, RunState::Canceled];
    for (number, state) in (1..).zip(ends) {
        let run = run_id(number);
        script.run_created(run);
        script.add(|_, _| Effect::RunStarted { run });
        script.commit().await;
        script.add(|_, _| Effect::RunCanceling { run, by: "ada".to_owned() });
        script.add(|_, _| Effect::RunEnded { run, state, reason: Some("enough".to_owned()) });
        script.commit().await;
        let record = store.run(run).await.unwrap().unwrap();
        assert_eq!((record.state, record.reason.as_deref()), (state, Some("enough")));
        assert!(record.created_at < record.started_at.unwrap() && record.started_at < record.ended_at);
    }
    let before = everything(&*store).await;
    assert!(before.image.runs.is_empty());
    for number in 1..=3 {
        let run = run_id(number);
        script.add(|_, _| Effect::RunStarted { run });
        script.conflicts().await;
        script.add(|_, _| Effect::RunCanceling { run, by: "bob".to_owned() });
        script.conflicts().await;
        script.add(|_, _| Effect::RunEnded { run, state: RunState::Failed, reason: None });
        script.conflicts().await;
    }
    script.add(|_, _| Effect::RunStarted { run: run_id(99) });
    script.conflicts().await;
    assert_eq!(everything(&*store).await, before);
}

pub async fn every_attempt_is_kept(store: Arc<dyn Store>) {
    let mut script = Script::lead(&store).await;
    script.run_created(run_id(1));
    let first_lease = script.leased(run_id(1), 0, 1);
    script.commit().await;
    // The first attempt's lease is stored already; the second and its lease are in one batch.
    script.add(|_, at| retried(1, 1, 0, at));
    script.leased(run_id(1), 0, 2);
    script.add(|_, at| retried(2, 1, 1, at));
    script.commit().await;
    let waiting = &store.steps(run_id(1)).await.unwrap()[0];
    assert_eq!((waiting.state, waiting.failures, waiting.losses), (StepState::RetryWait, 1, 1));
    assert!(waiting.retry_at.is_some() && waiting.worker.is_some());
    script.leased(run_id(1), 0, 3);
    script.commit().await;
    let running = &store.steps(run_id(1)).await.unwrap()[0];
    assert_eq!((running.state, running.attempt, running.retry_at), (StepState::Running, Attempt(3), None));
    assert_eq!((running.failures, running.losses), (1, 1), "a lease forgot what failed");
    assert_eq!((running.started_at, &running.failure), (None, &None), "a lease kept what the attempt before left");
    script.add(|_, at| Effect::StepEnded {
        run: run_id(1),
        step: StepNo(0),
        attempt: Attempt(3),
        state: StepState::Failed,
        started_at: Some(at),
        failure: Some(StepFailure::new(ErrorClass::FAILURE, "for good")),
        failures: 2,
        losses: 1,
        cause: None,
    });
    script.commit().await;

    let attempts = store.attempts(run_id(1), None).await.unwrap();
    assert_eq!(attempts.iter().map(|attempt| attempt.attempt.0).collect::<Vec<_>>(), [1, 2]);
    assert_eq!(attempts[0].end, AttemptEnd::Failed);
    assert_eq!(attempts[0].failure.as_ref().unwrap().message, "it broke");
    assert_eq!(attempts[1].end, AttemptEnd::Lost);
    for attempt in &attempts {
        assert_eq!(attempt.worker, Some(worker_id(7)));
        assert!(attempt.leased_at.unwrap() < attempt.ended_at);
    }
    assert_eq!(store.attempts(run_id(1), Some(StepNo(0))).await.unwrap(), attempts);
    assert!(store.attempts(run_id(1), Some(StepNo(1))).await.unwrap().is_empty());
    let step = &store.steps(run_id(1)).await.unwrap()[0];
    assert_eq!(step.failure.as_ref().unwrap().message, "for good");
    let Effect::StepLeased { token, .. } = leased(run_id(1), 0, 1, first_lease) else { unreachable!() };
    assert_ne!(step.token, Some(token), "the first attempt's token is still there");
}

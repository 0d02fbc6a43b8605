//! Steps that are Rust code of this process.

use headwater_core::{
    lease::Lease,
    manifest::ErrorClass,
    report::{Outcome, StepFailure},
};
use tokio_util::sync::CancellationToken;

use super::{CANCEL_GRACE, Executor};
use crate::{
    capture,
    logs::StepLogs,
    registry::{StepBody, StepContext},
};

/// Runs a step's code until it ends, is cancelled or takes too long.
pub(super) async fn run(executor: &Executor, lease: Lease, logs: &StepLogs, cancel: &CancellationToken) -> Outcome {
    let Some(body) = executor.registry.body(&lease.name).cloned() else {
        let message =
            format!("this worker's code has no step `{}`; deploy and start workers of the same build", lease.name);
        return Outcome::Failed(StepFailure::new(ErrorClass::CONFIG, message));
    };
    let timeout = lease.timeout;
    // User code sees a cancel of its own, so that a timeout can tell it to stop as well.
    let told = cancel.child_token();
    let context = context(lease, logs, &told);
    let log = context.log.clone();
    let mut future = Box::pin(capture::scoped(log, async { body.run(context).await }));
    let limit = async {
        match timeout {
            Some(timeout) => tokio::time::sleep(timeout.to_std()).await,
            None => std::future::pending().await,
        }
    };
    tokio::select! {
        biased;
        ended = &mut future => match outcome(ended) {
            // Code that listens ends at once and often with an error, which says no more than that it was told to stop.
            Outcome::Failed(_) if cancel.is_cancelled() => Outcome::Canceled,
            outcome => outcome,
        },
        () = cancel.cancelled() => {
            wind_down(&mut future, &*body).await;
            Outcome::Canceled
        }
        () = limit => {
            told.cancel();
            wind_down(&mut future, &*body).await;
            let limit = timeout.map(|timeout| timeout.to_string()).unwrap_or_default();
            Outcome::Failed(StepFailure::new(ErrorClass::TIMEOUT, format!("the step took longer than its timeout of {limit}")))
        }
    }
}

type Ended = Result<Result<headwater_core::report::StepOutput, StepFailure>, StepFailure>;

fn outcome(ended: Ended) -> Outcome {
    match ended {
        Ok(Ok(output)) => Outcome::Succeeded(output),
        Ok(Err(failure)) | Err(failure) => Outcome::Failed(failure),
    }
}

/// Gives code that was told to stop time to do so. What can be dropped is dropped after that; what runs on a thread
/// of its own cannot be stopped from outside, and nothing is reported before it ends.
async fn wind_down(future: &mut (impl Future<Output = Ended> + Unpin), body: &dyn StepBody) {
    if body.stops_when_dropped() {
        let _ = tokio::time::timeout(CANCEL_GRACE, future).await;
    } else {
        let _ = future.await;
    }
}

fn context(lease: Lease, logs: &StepLogs, cancel: &CancellationToken) -> StepContext {
    StepContext {
        at: lease.at,
        step: lease.name.into(),
        assets: lease.assets,
        checks: lease.checks,
        partition: lease.partition,
        config: lease.config,
        tags: lease.tags,
        inputs: lease.inputs,
        cursors: lease.cursors,
        log: logs.step_log(),
        cancel: cancel.clone(),
    }
}

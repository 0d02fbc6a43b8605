//! A run in which nothing happens: its follower is told why, instead of waiting in silence.

use std::time::Duration;

use headwater_api::Queue;
use headwater_client::Client;
use headwater_core::{id::RunId, record::StepState};
use tokio::time::Instant;

use super::watch::Seen;

/// How long nothing may happen before the queue is asked, and how often it is asked then.
const PATIENCE: Duration = Duration::from_secs(3);

/// How long nothing has happened, and what was said about it.
#[derive(Default)]
pub(super) struct Stall {
    asked: Option<Instant>,
    told: Option<String>,
}

impl Stall {
    /// Why nothing happens, where that is so for a while and was not said already.
    pub(super) async fn explain(&mut self, client: &Client, seen: &Seen) -> Option<String> {
        if !is_idle(seen) {
            self.asked = None;
            return None;
        }
        let now = Instant::now();
        if now - *self.asked.get_or_insert(now) < PATIENCE {
            return None;
        }
        self.asked = Some(now);
        // Who may not see the queue, or whose server is away, follows on without a reason.
        let why = why(&client.queue().await.ok()?, seen.detail.run.id)?;
        if self.told.as_ref() == Some(&why) {
            return None;
        }
        self.told = Some(why.clone());
        Some(why)
    }
}

/// Whether no step does anything, or waits for its next attempt.
fn is_idle(seen: &Seen) -> bool {
    let goes_on = |state| matches!(state, StepState::Running | StepState::RetryWait);
    !seen.detail.run.state.is_final() && !seen.steps.iter().any(|step| goes_on(step.state))
}

/// Why a run, or the first of its steps that are ready, waits.
fn why(queue: &Queue, run: RunId) -> Option<String> {
    let whole =
        queue.runs.iter().find(|waiting| waiting.run == run).map(|waiting| format!("the run waits: {}", waiting.why));
    let step = || {
        let step = queue.steps.iter().find(|step| step.run == run)?;
        Some(format!("{} waits: {}", step.name, step.why))
    };
    whole.or_else(step)
}

#[cfg(test)]
mod tests {
    use headwater_api::{QueuedRun, QueuedStep};
    use headwater_core::record::RunState;

    use super::*;
    use crate::commands::fixtures::{detail, run, step};

    #[test]
    fn the_queue_says_why_a_run_waits() {
        let (mine, other) = (run(1, RunState::Running).id, run(2, RunState::Running).id);
        let of = |run, name: &str, why: &str| QueuedStep { run, step: 0, name: name.into(), why: why.into() };
        let steps = vec![of(other, "a", "busy"), of(mine, "b", "no worker serves location shop")];
        let mut queue = Queue { runs: Vec::new(), steps, waiting_steps: 2 };
        assert_eq!(why(&queue, mine).unwrap(), "b waits: no worker serves location shop");
        queue.runs.push(QueuedRun { run: mine, why: "limit".into() });
        assert_eq!(why(&queue, mine).unwrap(), "the run waits: limit");
        assert_eq!(why(&Queue { runs: Vec::new(), steps: Vec::new(), waiting_steps: 0 }, mine), None);
    }

    #[test]
    fn a_run_is_idle_while_no_step_does_anything() {
        let is = |state, steps: &[StepState]| {
            let steps = steps.iter().map(|state| step(0, "a", *state)).collect();
            is_idle(&Seen { detail: detail(state), steps, checks: Default::default(), attempts: Default::default() })
        };
        assert!(is(RunState::Running, &[StepState::Succeeded, StepState::Pending]));
        assert!(is(RunState::Queued, &[]));
        assert!(!is(RunState::Running, &[StepState::Running, StepState::Pending]));
        assert!(!is(RunState::Running, &[StepState::RetryWait]));
        assert!(!is(RunState::Failed, &[StepState::Failed]));
    }
}

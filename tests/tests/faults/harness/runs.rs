//! Asking for runs, and following them.

use std::time::Duration;

use headwater_api::{Attempt, LaunchRequest, LogPage, LogQuery, LogStream, RunDetail, RunState, Step, Version};
use headwater_client::IdempotencyKey;
use headwater_core::{
    id::{RunId, StepNo},
    record::StepState,
};
use serde_json::Value;

use super::{Stack, secs, until};

impl Stack {
    /// Launches a selection.
    pub(crate) async fn launch(&self, selection: &str) -> RunId {
        self.launch_with(selection, &[]).await
    }

    /// Launches a selection with config for some steps.
    pub(crate) async fn launch_with(&self, selection: &str, config: &[(&str, Value)]) -> RunId {
        let config = config.iter().map(|(step, value)| ((*step).to_owned(), value.clone())).collect();
        let request = LaunchRequest { selection: selection.to_owned(), config, ..LaunchRequest::default() };
        self.client.launch(&request, &IdempotencyKey::random()).await.expect("to launch").run
    }

    /// Waits until a run ended, and says how.
    pub(crate) async fn ended(&self, run: RunId, deadline: Duration) -> RunDetail {
        until("the run ends", deadline, async || {
            let detail = self.client.run(run).await.expect("the run");
            detail.run.state.is_final().then_some(detail)
        })
        .await
    }

    /// Waits until a run succeeded; another end fails the test.
    pub(crate) async fn succeeded(&self, run: RunId, deadline: Duration) {
        let detail = self.ended(run, deadline).await;
        if detail.run.state != RunState::Succeeded {
            let steps = self.client.steps(run).await.expect("its steps").items;
            let bad: Vec<_> = steps.iter().filter(|step| step.state != StepState::Succeeded).take(5).collect();
            panic!("the run is {}: {:?}; {bad:#?}", detail.run.state, detail.run.reason);
        }
    }

    /// Waits until so many steps of a run have succeeded; the run must not have ended by then.
    pub(crate) async fn progressed(&self, run: RunId, steps: u32) {
        until(&format!("{steps} steps have succeeded"), secs(120), async || {
            let detail = self.client.run(run).await.expect("the run");
            assert!(!detail.run.state.is_final(), "the run ended before {steps} steps were seen to have succeeded");
            (detail.counts.succeeded >= steps).then_some(())
        })
        .await;
    }

    /// The step of that name.
    pub(crate) async fn step(&self, run: RunId, name: &str) -> Step {
        let steps = self.client.steps(run).await.expect("the steps").items;
        steps.into_iter().find(|step| step.name == name).unwrap_or_else(|| panic!("no step {name}"))
    }

    /// Waits until a step is in a state.
    pub(crate) async fn step_is(&self, run: RunId, name: &str, state: StepState, deadline: Duration) -> Step {
        until(&format!("step {name} is {state}"), deadline, async || {
            let step = self.step(run, name).await;
            (step.state == state).then_some(step)
        })
        .await
    }

    /// The attempts of the step of that name.
    pub(crate) async fn attempts(&self, run: RunId, name: &str) -> Vec<Attempt> {
        let no = self.step(run, name).await.no;
        let all = self.client.attempts(run).await.expect("the attempts").items;
        all.into_iter().filter(|attempt| attempt.step == no).collect()
    }

    /// The versions that a run recorded.
    pub(crate) async fn versions(&self, run: RunId) -> Vec<Version> {
        self.client.run_versions(run).await.expect("the versions").items
    }

    /// The end of a stream of a step, once the stream is complete.
    pub(crate) async fn log_end(&self, run: RunId, name: &str, stream: LogStream) -> LogPage {
        let step = StepNo(self.step(run, name).await.no);
        let query = LogQuery { offset: Some(-1_000), ..LogQuery::default() };
        until(&format!("{stream} of {name} is complete"), secs(60), async || {
            let page = self.client.log(run, step, stream, &query).await.expect("the log");
            page.complete.then_some(page)
        })
        .await
    }

    /// Stops a run.
    pub(crate) async fn cancel(&self, run: RunId) {
        self.client.cancel(run, &IdempotencyKey::random()).await.expect("to cancel");
    }
}

//! Steps that must stop: cancelled, or over their time.

use std::time::Instant;

use headwater_api::RunState;
use headwater_core::{id::RunId, record::StepState};
use serde_json::json;

use crate::harness::{Stack, Store, census::processes_of, secs, until};

async fn stack() -> Stack {
    let mut stack = Stack::on(Store::Sqlite).start().await;
    stack.start_worker("one", 4).await;
    stack
}

/// A run of one step that runs by now.
async fn running(stack: &Stack, name: &str) -> RunId {
    let run = stack.launch_with(&format!("key:odd/{name}"), &[]).await;
    stack.step_is(run, name, StepState::Running, secs(30)).await;
    run
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_process_tree_that_ignores_sigterm_is_gone_before_the_run_is_canceled() {
    let stack = stack().await;
    let run = running(&stack, "tree").await;
    until("the whole tree runs", secs(30), async || (processes_of(run, None).len() >= 4).then_some(())).await;
    stack.cancel(run).await;
    let mut seen_canceling = false;
    let state = until("the run ends", secs(30), async || {
        let state = stack.client.run(run).await.expect("the run").run.state;
        seen_canceling |= state == RunState::Canceling;
        state.is_final().then_some(state)
    })
    .await;
    // Looked at after the state, so a process that is left was left when the run said that it was over.
    assert_eq!(processes_of(run, None), Vec::<u32>::new());
    assert_eq!(state, RunState::Canceled);
    assert!(seen_canceling, "until then it is canceling");
    assert_eq!(stack.step(run, "tree").await.state, StepState::Canceled);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_process_tree_over_its_time_is_ended_and_failed() {
    let stack = stack().await;
    let run = stack.launch("key:odd/slow_tree").await;
    let detail = stack.ended(run, secs(40)).await;
    assert_eq!(processes_of(run, None), Vec::<u32>::new());
    assert_eq!(detail.run.state, RunState::Failed);
    assert_eq!(stack.step(run, "slow_tree").await.failure.expect("why").class, "timeout");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn async_code_is_canceled_whether_it_listens_or_not() {
    let mut stack = stack().await;
    for (name, limit) in [("sleep0", 4), ("ignore", 12)] {
        let run = if name == "sleep0" {
            let run = stack.launch_with("key:odd/sleep0", &[(name, json!({"ms": 600_000}))]).await;
            stack.step_is(run, name, StepState::Running, secs(30)).await;
            run
        } else {
            running(&stack, name).await
        };
        let start = Instant::now();
        stack.cancel(run).await;
        let detail = stack.ended(run, secs(30)).await;
        assert_eq!(detail.run.state, RunState::Canceled, "{name}");
        assert!(start.elapsed() < secs(limit), "{name} took {:?}", start.elapsed());
    }
    stack.assert_alive();
}

/// Nothing stops a thread from outside: the run is canceling until the code ends, and only then canceled. Meanwhile
/// the worker keeps its lease and does other work.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn blocking_code_is_canceled_when_it_has_ended() {
    let mut stack = Stack::on(Store::Sqlite).lease("2s").start().await;
    stack.start_worker("one", 4).await;
    let start = Instant::now();
    let run = stack.launch_with("key:odd/block", &[("block", json!({"ms": 6_000}))]).await;
    stack.step_is(run, "block", StepState::Running, secs(30)).await;
    stack.cancel(run).await;
    let other = stack.launch("key:odd/sleep0").await;
    stack.succeeded(other, secs(5)).await;
    assert_eq!(stack.client.run(run).await.unwrap().run.state, RunState::Canceling);
    assert_eq!(stack.ended(run, secs(30)).await.run.state, RunState::Canceled);
    assert!(start.elapsed() >= secs(6), "it was called canceled while it ran");
    assert_eq!(stack.step(run, "block").await.losses, 0);
    stack.assert_alive();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn canceling_what_waits_and_what_has_ended_is_harmless() {
    let stack = Stack::on(Store::Sqlite).start().await;
    let run = stack.launch("key:odd/sleep0").await;
    stack.cancel(run).await;
    assert_eq!(stack.ended(run, secs(10)).await.run.state, RunState::Canceled);
    // Again, a hundred times: an end is final.
    for _ in 0..100 {
        let again = stack.client.cancel(run, &headwater_client::IdempotencyKey::random()).await;
        if let Err(error) = again {
            assert!(error.code().is_some_and(|code| !code.is_passing()), "{error}");
        }
    }
    assert_eq!(stack.client.run(run).await.unwrap().run.state, RunState::Canceled);
}

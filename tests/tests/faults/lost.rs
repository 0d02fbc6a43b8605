//! Workers that are lost while their steps run.

use headwater_core::record::{AttemptEnd, StepState};
use headwater_tests::fixture;
use nix::sys::signal::Signal;
use serde_json::json;

use crate::harness::{Stack, Store, audit::witness, census::processes_of, secs, until};

/// User code that blocks every thread it can get does not keep the worker from saying that it lives.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_worker_whose_steps_block_all_threads_is_not_lost() {
    let mut stack = Stack::on(Store::Sqlite).lease("2s").start().await;
    let threads = std::thread::available_parallelism().map_or(1, usize::from).min(fixture::STARVERS);
    stack.start_worker("one", threads as u32).await;
    let names: Vec<String> = (0..threads).map(|number| format!("starve{number}")).collect();
    let config: Vec<_> = names.iter().map(|name| (name.as_str(), json!({"ms": 7_000}))).collect();
    let selection: Vec<String> = names.iter().map(|name| format!("key:odd/{name}")).collect();
    let run = stack.launch_with(&selection.join(" or "), &config).await;
    stack.succeeded(run, secs(60)).await;
    for name in &names {
        let step = stack.step(run, name).await;
        assert_eq!((step.attempt, step.losses), (1, 0), "{name}");
        let took = step.ended_at.expect("it ended").0.as_micros() - step.started_at.expect("it started").0.as_micros();
        assert!(took >= 7_000_000, "{name} took {took} µs, which blocks nothing");
    }
    assert_eq!(stack.client.workers().await.expect("the workers").items.len(), 1, "the same worker all along");
}

/// Steps of a killed worker run elsewhere within the lease time, at no cost, and nothing of them is left behind.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn steps_of_a_killed_worker_run_elsewhere() {
    let mut stack = Stack::on(Store::Sqlite).lease("3s").start().await;
    stack.start_worker("first", 8).await;
    let run = stack.launch("key:odd/once or key:odd/tree").await;
    stack.step_is(run, "once", StepState::Running, secs(30)).await;
    until("the whole tree runs", secs(30), async || (processes_of(run, Some(1)).len() >= 4).then_some(())).await;
    stack.start_worker("second", 8).await;
    stack.kill_worker("first");

    // A process must not outlive its worker by more than a moment, whoever runs the step next.
    until("the killed worker's processes are gone", secs(5), async || {
        processes_of(run, Some(1)).is_empty().then_some(())
    })
    .await;
    let step = stack.step_is(run, "once", StepState::Succeeded, secs(3 + 5 + 5)).await;
    assert_eq!((step.attempt, step.failures, step.losses), (2, 0, 1));
    let tree = stack.step_is(run, "tree", StepState::Running, secs(10)).await;
    assert_eq!((tree.attempt, tree.losses), (2, 1));
    let attempts = stack.attempts(run, "once").await;
    assert_eq!(
        attempts.iter().map(|attempt| attempt.end).collect::<Vec<_>>(),
        [Some(AttemptEnd::Lost), Some(AttemptEnd::Succeeded)]
    );
    assert!(attempts[0].ended_at <= attempts[1].leased_at, "{attempts:?}");

    stack.cancel(run).await;
    stack.ended(run, secs(30)).await;
    assert_eq!(processes_of(run, None), Vec::<u32>::new());
    witness(&stack);
}

/// A worker that was paused longer than its lease comes back: what it then says about its old attempts counts for
/// nothing, and it works again.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_worker_that_was_paused_too_long_records_nothing() {
    let mut stack = Stack::on(Store::Sqlite).lease("3s").start().await;
    stack.start_worker("paused", 4).await;
    let run = stack.launch_with("key:odd/sleep0", &[("sleep0", serde_json::json!({"ms": 1_500}))]).await;
    stack.step_is(run, "sleep0", StepState::Running, secs(30)).await;
    stack.worker("paused").signal(Signal::SIGSTOP);
    stack.start_worker("other", 4).await;
    stack.succeeded(run, secs(30)).await;
    stack.worker("paused").signal(Signal::SIGCONT);
    let later = stack.launch("key:odd/sleep1 or key:odd/sleep2").await;
    stack.succeeded(later, secs(30)).await;
    // It joins under a new id, since the old one was given up.
    stack.joined("paused").await;
    assert_eq!(stack.versions(run).await.len(), 1);
    let step = stack.step(run, "sleep0").await;
    assert_eq!((step.attempt, step.losses, stack.versions(run).await[0].attempt), (2, 1, Some(2)));
    stack.assert_alive();
}

/// A step that ends its worker is given up after its budget of losses, and other steps go on.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_step_that_is_lost_again_and_again_fails_for_good() {
    let mut stack = Stack::on(Store::Sqlite).lease("1s").start().await;
    let run = stack.launch_with("key:odd/sleep0", &[("sleep0", serde_json::json!({"ms": 600_000}))]).await;
    for loss in 0..4 {
        let name = format!("victim{loss}");
        stack.start_worker(&name, 2).await;
        until("the step runs there", secs(30), async || {
            let step = stack.step(run, "sleep0").await;
            (step.state == StepState::Running && step.attempt == loss + 1).then_some(())
        })
        .await;
        stack.kill_worker(&name);
    }
    let step = stack.step_is(run, "sleep0", StepState::Failed, secs(30)).await;
    assert_eq!((step.losses, step.failures), (4, 0));
    assert_eq!(step.failure.expect("why").class, "worker_lost");
    stack.start_worker("survivor", 2).await;
    let other = stack.launch("key:odd/sleep1").await;
    stack.succeeded(other, secs(30)).await;
}

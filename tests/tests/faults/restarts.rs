//! Orderly restarts, as a deploy makes them.

use headwater_core::record::{AttemptEnd, StepState};
use nix::sys::signal::Signal;
use serde_json::json;

use crate::harness::{Stack, Store, audit, audit::witness, secs};

/// Everything is restarted in turn while a run is in progress: nothing fails and nothing is lost.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_rolling_restart_costs_nothing() {
    let mut stack = Stack::on(Store::Postgres).dag(10_000).start().await;
    stack.start_worker("a1", 8).await;
    stack.start_worker("b1", 8).await;
    let sleepers = "key:odd/sleep0 or key:odd/sleep1 or key:odd/sleep2 or key:odd/sleep3";
    let config = ["sleep0", "sleep1", "sleep2", "sleep3"].map(|step| (step, json!({"ms": 1_500})));
    let long = stack.launch_with(sleepers, &config).await;
    let run = stack.launch("group:dag").await;
    for round in 1..3 {
        stack.progressed(run, 700 * round).await;
        stack.start_worker(&format!("a{}", round + 1), 8).await;
        stack.stop_worker(&format!("a{round}")).await;
        stack.stop_server().await;
        stack.start_server().await;
    }
    stack.start_worker("b2", 8).await;
    stack.stop_worker("b1").await;
    stack.succeeded(run, secs(60)).await;
    stack.succeeded(long, secs(60)).await;
    audit(&stack, run, 10_000).await;
    audit(&stack, long, 4).await;
    let charged = "SELECT COUNT(*) FROM steps WHERE failures > 0 OR losses > 0";
    assert_eq!(stack.database.number(charged).await, 0, "steps that were charged for a restart");
}

/// What a leaving worker cannot finish is handed back and runs elsewhere at once, at no cost.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_a_leaving_worker_cannot_finish_is_handed_back() {
    let mut stack = Stack::on(Store::Sqlite).start().await;
    let port = stack.port;
    stack.spawn_worker("leaving", 2, port, &["--drain", "100ms"]);
    stack.joined("leaving").await;
    let run = stack.launch("key:odd/once").await;
    stack.step_is(run, "once", StepState::Running, secs(30)).await;
    stack.start_worker("staying", 2).await;
    stack.stop_worker("leaving").await;
    // Much sooner than the lease of 30 seconds ends.
    stack.succeeded(run, secs(15)).await;
    let step = stack.step(run, "once").await;
    assert_eq!((step.attempt, step.failures, step.losses), (2, 0, 0));
    let attempts = stack.attempts(run, "once").await;
    assert_eq!(attempts[0].end, Some(AttemptEnd::HandedBack));
    witness(&stack);
}

/// A worker that was told to stop does not wait for a server that was killed, or that hangs.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_worker_leaves_although_the_server_is_gone() {
    for gone in [Signal::SIGKILL, Signal::SIGSTOP] {
        let mut stack = Stack::on(Store::Sqlite).start().await;
        let port = stack.port;
        for name in ["idle", "busy"] {
            stack.spawn_worker(name, 1, port, &["--drain", "1s"]);
            stack.joined(name).await;
        }
        let run = stack.launch("key:odd/once").await;
        stack.step_is(run, "once", StepState::Running, secs(30)).await;
        stack.server().signal(gone);
        for name in ["idle", "busy"] {
            stack.worker(name).signal(Signal::SIGTERM);
        }
        for name in ["idle", "busy"] {
            let status = stack.worker(name).ended(secs(15)).await;
            assert!(status.success(), "{name} leaves in order after {gone}: {status}");
        }
    }
}

/// What a worker could not report before it left runs again elsewhere.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_a_worker_could_not_report_runs_again() {
    let mut stack = Stack::on(Store::Sqlite).lease("3s").start().await;
    let port = stack.port;
    stack.spawn_worker("leaving", 1, port, &["--drain", "100ms"]);
    stack.joined("leaving").await;
    let run = stack.launch("key:odd/once").await;
    stack.step_is(run, "once", StepState::Running, secs(30)).await;
    stack.kill_server();
    stack.stop_worker("leaving").await;
    stack.start_server().await;
    stack.start_worker("staying", 1).await;
    stack.succeeded(run, secs(30)).await;
    assert_eq!(stack.step(run, "once").await.failures, 0);
    witness(&stack);
}

/// Blocking code that does not listen ends with its worker, and not the other way round.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_worker_leaves_although_code_does_not_stop() {
    let mut stack = Stack::on(Store::Sqlite).start().await;
    let port = stack.port;
    stack.spawn_worker("leaving", 1, port, &["--drain", "100ms"]);
    stack.joined("leaving").await;
    let run = stack.launch_with("key:odd/block", &[("block", json!({"ms": 600_000}))]).await;
    stack.step_is(run, "block", StepState::Running, secs(30)).await;
    stack.worker("leaving").signal(Signal::SIGTERM);
    let status = stack.worker("leaving").ended(secs(30)).await;
    assert!(status.success(), "it leaves in order: {status}");
}

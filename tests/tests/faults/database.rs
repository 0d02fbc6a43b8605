//! PostgreSQL that goes away.

use std::time::Instant;

use headwater_api::{ErrorCode, RunQuery};
use headwater_client::Patience;

use crate::harness::{Database, Stack, Store, audit, cluster::Cluster, secs, until};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_run_outlives_two_crashes_of_postgres() {
    let mut cluster = Cluster::start();
    let database = Database::new_on(&cluster.url).await;
    let mut stack = Stack::on(Store::Given(database)).dag(2_000).start().await;
    stack.start_worker("one", 16).await;
    stack.start_worker("two", 16).await;
    let run = stack.launch("group:dag").await;
    for at in [300, 1_000] {
        stack.progressed(run, at).await;
        cluster.kill();
        says_so(&stack).await;
        stack.assert_alive();
        cluster.revive();
        until("the server is ready again", secs(30), async || stack.client.ready().await.ok()).await;
    }
    stack.succeeded(run, secs(60)).await;
    stack.assert_alive();
    audit(&stack, run, 2_000).await;
}

/// An orderly stop, as for maintenance, while a person follows a run whose step ends meanwhile.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_run_and_whoever_follows_it_outlive_a_stop_of_postgres() {
    let mut cluster = Cluster::start();
    let database = Database::new_on(&cluster.url).await;
    let mut stack = Stack::on(Store::Given(database)).start().await;
    stack.start_worker("one", 4).await;
    let config = r#"sleep0={"ms": 1500}"#;
    let mut follower = stack.spawn_command("follower", &["materialize", "odd/sleep0", "--config", config]);
    until("the step starts", secs(30), async || follower.output().contains("started").then_some(())).await;
    cluster.stop();
    says_so(&stack).await;
    // This takes as long as a connection is waited for, so that whoever asked at the start has been refused once.
    let hasty = stack.client.patience(Patience { unreachable: secs(0), busy: secs(0) });
    until("the server says which database is away, and why", secs(60), async || {
        let error = hasty.runs(&RunQuery::default()).await.expect_err("there is no database").to_string();
        (error.contains("PostgreSQL at ") && !error.contains("pool")).then_some(())
    })
    .await;
    let told = "the server cannot answer; the run is followed again as soon as it can";
    until("the follower says why it is silent", secs(30), async || follower.output().contains(told).then_some(()))
        .await;
    assert!(follower.is_running(), "{}", follower.output());
    cluster.revive();
    until("the server is ready again", secs(30), async || stack.client.ready().await.ok()).await;
    let run = stack.client.runs(&RunQuery::default()).await.expect("the runs").items[0].id;
    stack.succeeded(run, secs(30)).await;
    let status = follower.ended(secs(5)).await;
    assert!(status.success(), "{status}: {}", follower.output());
    stack.assert_alive();
}

/// Without its database the server lives, is not ready, and answers with a code that says why.
async fn says_so(stack: &Stack) {
    let hasty = stack.client.patience(Patience { unreachable: secs(0), busy: secs(0) });
    let (error, took) = until("the server notices", secs(30), async || {
        let asked = Instant::now();
        hasty.ready().await.err().map(|error| (error, asked.elapsed()))
    })
    .await;
    assert!(took < secs(4), "whoever asks whether it is ready has an answer soon: {took:?}");
    assert_eq!(error.code(), Some(ErrorCode::StoreUnavailable), "{error}");
    assert!(error.to_string().len() > 20, "it says what is wrong: {error}");
    hasty.health().await.expect("the process lives");
    let error = hasty.runs(&RunQuery::default()).await.expect_err("nothing can be read");
    assert_eq!(error.code(), Some(ErrorCode::StoreUnavailable), "{error}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_server_that_starts_before_its_database_says_so() {
    let mut cluster = Cluster::start();
    let database = Database::new_on(&cluster.url).await;
    let mut stack = Stack::on(Store::Given(database)).start().await;
    stack.start_worker("one", 4).await;
    let run = stack.launch_with("key:odd/sleep0", &[("sleep0", serde_json::json!({"ms": 1_000}))]).await;
    stack.step_is(run, "sleep0", headwater_core::record::StepState::Running, secs(30)).await;
    cluster.kill();
    stack.kill_server();
    // Supervised as in production it is started until it stays; each start that fails says why.
    let port = stack.port;
    let mut early = stack.spawn_server("early", port);
    let ended = tokio::time::timeout(secs(20), early.ended(secs(30))).await;
    if let Ok(status) = ended {
        assert!(!status.success() && early.output().contains("database"), "{}", early.output());
    }
    drop(early);
    cluster.revive();
    stack.start_server().await;
    stack.succeeded(run, secs(60)).await;
    assert_eq!(stack.versions(run).await.len(), 1);
}

//! Commands that are sent more than once.

use std::collections::BTreeSet;

use futures_util::future::join_all;
use headwater_api::{ErrorCode, LaunchRequest};
use headwater_client::IdempotencyKey;

use crate::harness::{Stack, Store, secs};

fn asking_for(selection: &str) -> LaunchRequest {
    LaunchRequest { selection: selection.to_owned(), ..LaunchRequest::default() }
}

async fn fifty_duplicates_are_one_run(store: Store) {
    let mut stack = Stack::on(store).start().await;
    stack.start_worker("one", 4).await;
    let key = IdempotencyKey::new("till-42");
    let request = asking_for("key:odd/sleep0");
    let answers = join_all((0..50).map(|_| stack.client.launch(&request, &key))).await;
    let runs: BTreeSet<_> = answers.into_iter().map(|answer| answer.expect("each duplicate is answered").run).collect();
    assert_eq!(runs.len(), 1, "one run: {runs:?}");
    let run = *runs.first().unwrap();

    let other = stack.client.launch(&asking_for("key:odd/sleep1"), &key).await.expect_err("another command");
    assert_eq!(other.code(), Some(ErrorCode::KeyReused), "{other}");

    // The answer is durable: after a crash, and after the end of the run, it is the same.
    stack.kill_server();
    stack.start_server().await;
    assert_eq!(stack.client.launch(&request, &key).await.expect("the same answer").run, run);
    let other = stack.client.launch(&asking_for("key:odd/sleep1"), &key).await.expect_err("another command");
    assert_eq!(other.code(), Some(ErrorCode::KeyReused), "{other}");
    stack.succeeded(run, secs(60)).await;
    assert_eq!(stack.client.launch(&request, &key).await.expect("the same answer").run, run);
    assert_eq!(stack.database.number("SELECT COUNT(*) FROM runs").await, 1);
    assert_eq!(stack.versions(run).await.len(), 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn fifty_duplicates_are_one_run_on_sqlite() {
    fifty_duplicates_are_one_run(Store::Sqlite).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn fifty_duplicates_are_one_run_on_postgres() {
    fifty_duplicates_are_one_run(Store::Postgres).await;
}

/// The server is killed while many launch. Each command that was answered is there, and each that was not is made so
/// by sending it again.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn commands_that_meet_a_crash_count_once() {
    let mut stack = Stack::on(Store::Sqlite).start().await;
    let keys: Vec<IdempotencyKey> = (0..200).map(|number| IdempotencyKey::new(format!("order-{number}"))).collect();
    let client = stack.client.clone();
    let sent = keys.clone();
    let sending = tokio::spawn(async move {
        let request = asking_for("key:odd/sleep0");
        join_all(sent.iter().map(|key| client.launch(&request, key))).await
    });
    crate::harness::until("some are recorded", secs(30), async || {
        (stack.database.number("SELECT COUNT(*) FROM runs").await > 0).then_some(())
    })
    .await;
    stack.kill_server();
    stack.start_server().await;
    let first: Vec<_> =
        sending.await.unwrap().into_iter().map(|answer| answer.expect("answered in the end").run).collect();
    assert_eq!(first.iter().collect::<BTreeSet<_>>().len(), 200);
    for (key, run) in keys.iter().zip(&first) {
        assert_eq!(stack.client.launch(&asking_for("key:odd/sleep0"), key).await.expect("again").run, *run);
    }
    assert_eq!(stack.database.number("SELECT COUNT(*) FROM runs").await, 200);
}

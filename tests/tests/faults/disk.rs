//! A disk that is full.

use headwater_api::{LaunchRequest, LogStream};
use headwater_client::{IdempotencyKey, Patience};

use crate::harness::{Database, Stack, Store, audit, secs, small_disk::SmallDisk, until};

/// The database's disk fills up in the middle of a run: the server says so, goes on when there is space again, and the
/// file is sound.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn sqlite_on_a_full_disk_waits_and_goes_on() {
    let folder = tempfile::tempdir().unwrap();
    let disk = SmallDisk::mount(folder.path(), 48).await;
    let inside = Database::sqlite(&disk.inside.join("headwater.db"));
    let mut stack = Stack::on(Store::Given(inside)).dag(1_500).around(disk.around()).start().await;
    stack.start_worker("one", 8).await;
    let run = stack.launch("group:dag").await;
    stack.progressed(run, 200).await;
    disk.fill();

    let hasty = stack.client.patience(Patience { unreachable: secs(0), busy: secs(0) });
    let request = LaunchRequest { selection: "key:odd/sleep0".into(), ..LaunchRequest::default() };
    let error =
        until("a command is refused", secs(60), async || hasty.launch(&request, &IdempotencyKey::random()).await.err())
            .await;
    assert!(error.code().is_some_and(|code| code.is_passing()), "it says that this will pass: {error}");
    until("the log says what is wrong", secs(30), async || {
        let output = stack.server().output().to_lowercase();
        (output.contains("full") || output.contains("no space")).then_some(())
    })
    .await;
    stack.assert_alive();

    disk.free();
    stack.succeeded(run, secs(60)).await;
    stack.assert_alive();
    stack.stop_server().await;
    // The audit reads a copy, with the log that belongs to it.
    for name in ["headwater.db", "headwater.db-wal"] {
        let from = disk.outside().join(name);
        if from.exists() {
            std::fs::copy(from, stack.folder.path().join(name)).unwrap();
        }
    }
    let copy = stack.folder.path().join("headwater.db");
    assert_eq!(Database::integrity(&copy).await, "ok");
    stack.start_server().await;
    stack.database = Database::sqlite(&copy);
    audit(&stack, run, 1_500).await;
}

/// The disk of the logs fills up: steps keep their true outcome, what is stored is never half of a chunk, and later
/// output is kept again.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_full_disk_for_logs_costs_output_and_nothing_else() {
    let folder = tempfile::tempdir().unwrap();
    let disk = SmallDisk::mount(folder.path(), 8).await;
    let mut stack = Stack::on(Store::Postgres).around(disk.around()).data(&disk.inside).start().await;
    stack.start_worker("one", 2).await;
    disk.fill();
    let run = stack.launch("key:odd/noise").await;
    stack.succeeded(run, secs(60)).await;
    until("the log says what is wrong", secs(30), async || {
        let output = stack.server().output().to_lowercase() + &stack.worker("one").output().to_lowercase();
        (output.contains("no space") || output.contains("log store")).then_some(())
    })
    .await;
    stack.assert_alive();
    disk.free();
    let later = stack.launch("key:odd/quick").await;
    stack.succeeded(later, secs(30)).await;
    assert_eq!(stack.log_end(later, "quick", LogStream::Stdout).await.text, "done\n");
    stack.assert_alive();
}

//! Servers and workers killed in the middle of a large run.

use crate::harness::{Random, Stack, Store, audit, secs};

/// The run that the product is judged by: 10,000 assets, three workers, the server killed three times and two of the
/// workers once.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn ten_thousand_assets_survive_five_kills_on_postgres() {
    let mut random = Random::seeded("killed on postgres");
    let mut stack = Stack::on(Store::Postgres).dag(10_000).lease("5s").start().await;
    for name in ["one", "two", "three"] {
        stack.start_worker(name, 32).await;
    }
    let run = stack.launch("group:dag").await;
    for (nth, what) in ["server", "one", "server", "two", "server"].into_iter().enumerate() {
        // Somewhere in its own sixth of the run.
        let from = 800 + 1_700 * nth as u64;
        let at = u32::try_from(random.within(from..from + 800)).unwrap();
        stack.progressed(run, at).await;
        if what == "server" {
            stack.kill_server();
            stack.start_server().await;
        } else {
            stack.kill_worker(what);
        }
    }
    stack.succeeded(run, secs(120)).await;
    stack.assert_alive();
    audit(&stack, run, 10_000).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_thousand_assets_survive_two_kills_on_sqlite() {
    let mut random = Random::seeded("killed on sqlite");
    let mut stack = Stack::on(Store::Sqlite).dag(2_000).lease("5s").start().await;
    stack.start_worker("one", 16).await;
    stack.start_worker("two", 16).await;
    let run = stack.launch("group:dag").await;
    for from in [200, 900] {
        stack.progressed(run, u32::try_from(random.within(from..from + 400)).unwrap()).await;
        stack.kill_server();
        stack.start_server().await;
    }
    stack.succeeded(run, secs(60)).await;
    audit(&stack, run, 2_000).await;
    stack.stop_server().await;
    let file = stack.database.url().to_owned();
    assert_eq!(crate::harness::Database::integrity(file.as_ref()).await, "ok");
}

//! A network between worker and server that loses requests and answers.

use crate::harness::{Random, Stack, Store, audit, proxy::Proxy, secs};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn lost_answers_lose_and_double_nothing() {
    let random = Random::seeded("network");
    let mut stack = Stack::on(Store::Sqlite).dag(600).lease("6s").start().await;
    let proxy = Proxy::start(([127, 0, 0, 1], stack.port).into(), random).await;
    // Few slots, so that the run takes many polls and each lost one matters.
    stack.spawn_worker("one", 4, proxy.address.port(), &[]);
    stack.spawn_worker("two", 4, proxy.address.port(), &[]);
    stack.joined("one").await;
    stack.joined("two").await;
    let run = stack.launch("group:dag").await;
    stack.succeeded(run, secs(100)).await;
    assert!(proxy.cuts() >= 10, "only {} connections were cut", proxy.cuts());
    stack.assert_alive();
    audit(&stack, run, 600).await;
}

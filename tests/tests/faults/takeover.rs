//! Two servers on one database.

use std::time::Instant;

use headwater_api::{LaunchRequest, Leading};
use headwater_client::{Client, IdempotencyKey, Patience};
use nix::sys::signal::Signal;

use crate::harness::{
    Product, Stack, Store, audit,
    audit::numbers,
    secs,
    stack::{client, free_port},
    until,
};

async fn leads(client: &Client, deadline: u64) -> i64 {
    let asked = client.patience(Patience { unreachable: secs(0), busy: secs(0) });
    until("the standby leads", secs(deadline), async || match asked.status().await.ok()?.leading {
        Leading::Leading { term } => Some(term),
        _ => None,
    })
    .await
}

async fn follows(client: &Client) {
    until("it follows", secs(30), async || {
        matches!(client.status().await.ok()?.leading, Leading::Following { .. }).then_some(())
    })
    .await;
}

/// A leader on the stack's port, and a standby that has seen it.
async fn pair(dag: usize) -> (Stack, Product, u16, Client) {
    let stack = Stack::on(Store::Postgres).dag(dag).start().await;
    let port = free_port();
    let standby = stack.spawn_server("standby", port);
    let second = client(port);
    follows(&second).await;
    (stack, standby, port, second)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_standby_takes_over_within_ten_seconds() {
    let (mut stack, mut standby, port, second) = pair(1_500).await;
    stack.spawn_worker("one", 16, port, &[]);
    stack.joined("one").await;
    // Through the standby, which passes it on.
    let request = LaunchRequest { selection: "group:dag".into(), ..LaunchRequest::default() };
    let run = second.launch(&request, &IdempotencyKey::random()).await.expect("to launch through the standby").run;
    stack.progressed(run, 300).await;
    stack.kill_server();
    let killed = Instant::now();
    let term = leads(&second, 10).await;
    eprintln!("the standby leads after {:?}, in term {term}", killed.elapsed());
    stack.client = second;
    let other = stack.launch("key:odd/sleep0").await;
    assert!(killed.elapsed() < secs(10), "a command is taken within ten seconds of the loss");
    stack.succeeded(run, secs(60)).await;
    stack.succeeded(other, secs(30)).await;
    assert!(standby.is_running());
    audit(&stack, run, 1_500).await;
}

/// The leader is paused until another one leads. When it goes on it must not write anything, not even a command that
/// reached it while it slept.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_paused_leader_writes_nothing_and_follows() {
    let (mut stack, mut standby, port, second) = pair(0).await;
    stack.spawn_worker("one", 4, port, &[]);
    stack.joined("one").await;
    stack.server().signal(Signal::SIGSTOP);
    // The kernel takes the request; the paused leader finds it when it wakes.
    let key = IdempotencyKey::random();
    let (first, sent) = (stack.client.clone(), key.clone());
    let request = LaunchRequest { selection: "key:odd/sleep1".into(), ..LaunchRequest::default() };
    let early = tokio::spawn(async move { first.launch(&request, &sent).await });
    let term = leads(&second, 15).await;
    let old = std::mem::replace(&mut stack.client, second);
    let run = stack.launch("key:odd/sleep0").await;
    stack.succeeded(run, secs(30)).await;
    let before = stack.database.number("SELECT COUNT(*) FROM leader WHERE term > 0").await;
    assert_eq!(before, 1);
    stack.server().signal(Signal::SIGCONT);
    follows(&old).await;
    // Its client repeats the command under the same key, and the new leader takes it once.
    let launched = early.await.expect("no panic").expect("to launch in the end");
    stack.succeeded(launched.run, secs(30)).await;
    assert_eq!(stack.database.number("SELECT term FROM leader").await, term, "nobody took the lead again");
    assert_eq!(stack.database.number("SELECT COUNT(*) FROM runs").await, 2);
    numbers(&stack.database).await;
    assert!(standby.is_running());
    stack.assert_alive();
}

//! Many messages at once.

use headwater_core::alert::AlertTopic::{Opened, Resolved};
use headwater_store::DeliveryState;

use super::{
    harness::{Bench, webhook},
    http::{Hook, Reply},
};

#[tokio::test]
async fn a_channel_that_hangs_holds_nobody_up() {
    let mut first = Hook::start(Reply::ok(), []).await;
    let mut second = Hook::start(Reply::ok(), []).await;
    let mut dead = Hook::start(Reply::Hang, []).await;
    let names = ["a", "b", "c"];
    let urls = [first.url("/"), dead.url("/"), second.url("/")];
    let channels = names.iter().zip(&urls).map(|(name, url)| webhook(name, url)).collect();
    let mut bench = Bench::new(channels).await;
    // 2,000 messages about 1,000 incidents, an opening and a resolution each.
    let incidents = (0..1_000_u128).map(|number| (names[(number % 3) as usize], number));
    let all: Vec<_> = incidents
        .clone()
        .map(|(name, number)| (name, number, Opened))
        .chain(incidents.map(|(name, number)| (name, number, Resolved)))
        .collect();
    bench.queue(&all).await;
    bench.start();
    let expected = all.iter().filter(|(name, ..)| *name != "b").count() as u64;
    bench.until(|progress| progress.delivered == expected).await;
    assert_eq!((first.rest().len() + second.rest().len()) as u64, expected);
    let open = bench.items().await.into_iter().filter(|item| item.state == DeliveryState::Waiting).count();
    assert_eq!((open as u64, dead.rest().len()), (2_000 - expected, 1), "one at a time in each channel");
}

#[tokio::test]
async fn a_storm_arrives_in_order_and_whole() {
    let mut hook = Hook::start(Reply::ok(), []).await;
    let mut bench = Bench::new(vec![webhook("a", &hook.url("/"))]).await;
    bench.start();
    let mut queued = Vec::new();
    for round in 0..5_u128 {
        let messages: Vec<_> = (0..100).map(|number| ("a", round * 100 + number, Opened)).collect();
        bench.queue(&messages).await;
        queued.extend(messages);
    }
    bench.until(|progress| progress.delivered == 500).await;
    let keys: Vec<String> = hook.rest().iter().map(|request| request.header("idempotency-key").to_owned()).collect();
    let expected: Vec<String> = bench.items().await.into_iter().map(|item| item.message.dedup).collect();
    assert_eq!(keys, expected);
}

//! A server that dies between a failure and its message.

use headwater_api::{DeliveryQuery, IncidentQuery, ReportVersion, RunState};
use headwater_client::IdempotencyKey;
use headwater_core::{key::AssetKey, record::VersionKind};

use crate::harness::{Stack, Store, receiver::Receiver, secs, until};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_server_killed_before_the_message_left_tells_once_on_postgres() {
    told_once(Store::Postgres).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_server_killed_before_the_message_left_tells_once_on_sqlite() {
    told_once(Store::Sqlite).await;
}

async fn told_once(store: Store) {
    let receiver = Receiver::dead().await;
    let mut stack = Stack::on(store).hook(receiver.url()).start().await;
    stack.start_worker("one", 4).await;
    let run = stack.launch("odd/exit3").await;
    assert_eq!(stack.ended(run, secs(30)).await.run.state, RunState::Failed);

    // The incident is there with the failure, and its message waits, since nobody takes it.
    let open = IncidentQuery { state: Some("open".into()), ..IncidentQuery::default() };
    let incidents = stack.client.incidents(&open).await.expect("the incidents").items;
    assert_eq!(incidents.len(), 1, "{incidents:?}");
    assert_eq!(incidents[0].title, "odd/exit3 could not be made");
    stack.kill_server();
    receiver.revive();
    stack.start_server().await;
    delivered(&stack, 1).await;

    // The server dies again; the recovery is told by the next one, in order, and the incident is over.
    stack.kill_server();
    stack.start_server().await;
    let version = ReportVersion {
        kind: VersionKind::Materialized,
        partition: String::new(),
        version: None,
        metadata: std::collections::BTreeMap::new(),
    };
    let key = AssetKey::new("odd/exit3").expect("a key");
    stack.client.report_version(&key, &version, &IdempotencyKey::random()).await.expect("to report it");
    delivered(&stack, 2).await;
    let incidents = stack.client.incidents(&open).await.expect("the incidents").items;
    assert!(incidents.is_empty(), "{incidents:?}");

    let received = receiver.received();
    let events: Vec<_> = received.iter().map(|message| message.body["event"].as_str().unwrap_or_default()).collect();
    assert_eq!(events, ["alert.opened", "alert.resolved"], "{received:#?}");
    assert_ne!(received[0].key, received[1].key);
}

/// Waits until so many messages were delivered and none waits.
async fn delivered(stack: &Stack, count: usize) {
    until(&format!("{count} messages are delivered"), secs(60), async || {
        let all = stack.client.deliveries(&DeliveryQuery::default()).await.ok()?.items;
        (all.len() == count && all.iter().all(|message| message.state == "delivered")).then_some(())
    })
    .await;
}

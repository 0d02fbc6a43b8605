//! The event stream.

use std::time::Duration;

use futures_util::{Stream, StreamExt};
use headwater_api::{Event, LaunchRequest};
use headwater_client::{ClientError, Feed, IdempotencyKey};
use headwater_core::id::Seq;
use tokio::time::timeout;

use super::harness::{Server, Worker, manifest, succeed};
use crate::ServerOptions;

const SOON: Duration = Duration::from_secs(20);

async fn next_event(feed: &mut (impl Stream<Item = Result<Feed, ClientError>> + Unpin)) -> Event {
    loop {
        match timeout(SOON, feed.next()).await.unwrap().unwrap().unwrap() {
            Feed::Event(event) => return *event,
            Feed::Open | Feed::Lost(_) => {}
            Feed::Resync(seq) => panic!("resync to {seq:?}"),
        }
    }
}

async fn launch(server: &Server) -> headwater_core::id::RunId {
    let request = LaunchRequest { selection: "*".into(), ..LaunchRequest::default() };
    server.client.launch(&request, &IdempotencyKey::random()).await.unwrap().run
}

#[tokio::test]
async fn events_arrive_in_order_and_a_stream_goes_on_where_it_was() {
    let server = Server::start().await;
    let manifest = manifest();
    server.deploy(&manifest).await;
    let mut worker = Worker::join(&server.client, &manifest).await;
    let mut live = server.client.events_stream(None, None);
    assert_eq!(timeout(SOON, live.next()).await.unwrap().unwrap().unwrap(), Feed::Open);
    let run = launch(&server).await;
    worker.work(3, succeed).await;
    let mut seen = Vec::new();
    while seen.last().is_none_or(|event: &Event| event.kind != "run_succeeded") {
        seen.push(next_event(&mut live).await);
    }
    assert!(seen.windows(2).all(|pair| pair[0].seq < pair[1].seq));
    let materialized: Vec<_> = seen.iter().filter(|event| event.kind == "asset_materialized").collect();
    assert_eq!(materialized.len(), 3);
    assert!(materialized.iter().all(|event| event.asset.is_some()));

    // Another stream that starts in the middle sees exactly the rest, and one of a run sees only that run.
    let middle = seen[seen.len() / 2].seq;
    let mut resumed = server.client.events_stream(Some(middle), None);
    for event in seen.iter().filter(|event| event.seq > middle) {
        assert_eq!(next_event(&mut resumed).await.seq, event.seq);
    }
    let mut of_run = server.client.events_stream(Some(Seq(0)), Some(run));
    for event in seen.iter().filter(|event| event.run == Some(run)) {
        assert_eq!(next_event(&mut of_run).await.seq, event.seq);
    }
}

/// The names of the messages of a stream, as they come.
async fn names(server: &Server) -> impl Stream<Item = String> + Unpin + use<> {
    let stream = reqwest::get(format!("{}/api/v1/deployments/default/events/stream", server.url)).await.unwrap();
    let lines = stream.bytes_stream().flat_map(|part| {
        let text = String::from_utf8(part.unwrap().to_vec()).unwrap();
        let named = text.lines().filter_map(|line| Some(line.strip_prefix("event: ")?.to_owned()));
        futures_util::stream::iter(named.collect::<Vec<_>>())
    });
    Box::pin(lines)
}

#[tokio::test]
async fn what_the_log_has_no_entry_for_is_told_too() {
    let server = Server::start().await;
    let manifest = manifest();
    server.deploy(&manifest).await;
    let mut worker = Worker::join(&server.client, &manifest).await;
    let mut names = names(&server).await;
    let mut next = async || timeout(SOON, names.next()).await.unwrap();
    assert_eq!(next().await.as_deref(), Some("start"));
    // What this process changed beside the journal.
    server.control.touch();
    assert_eq!(next().await.as_deref(), Some("moved"));
    // A lease is a commit without an entry. Entries have no name.
    launch(&server).await;
    worker.work(1, succeed).await;
    assert_eq!(worker.poll(Vec::new(), 1).await.len(), 1);
    assert_eq!(next().await.as_deref(), Some("moved"));
}

#[tokio::test]
async fn streams_are_limited_and_end_with_the_server() {
    let options = ServerOptions { max_streams: 1, ..ServerOptions::default() };
    let mut server = Server::start_on(headwater_store::MemoryStore::new(), options).await;
    let mut first = server.client.events_stream(None, None);
    assert_eq!(timeout(SOON, first.next()).await.unwrap().unwrap().unwrap(), Feed::Open);
    let second = reqwest::get(format!("{}/api/v1/deployments/default/events/stream", server.url)).await.unwrap();
    assert_eq!(second.status(), 429);
    server.shutdown.cancel();
    assert!(matches!(timeout(SOON, first.next()).await.unwrap().unwrap().unwrap(), Feed::Lost(_)));
    timeout(SOON, &mut server.served).await.unwrap().unwrap();
}

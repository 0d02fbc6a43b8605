//! A notifier on a store in memory, with a clock that a test moves.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex},
    time::Duration,
};

use async_trait::async_trait;
use headwater_core::{
    alert::{AlertMessage, AlertTopic},
    effect::{Effect, Recorded, SnapshotText},
    id::{DeploymentId, Seq, ServerId, Term},
    manifest::{AlertOn, AlertPolicyDef, ChannelDef, ChannelKind, Manifest, SecretRef},
    record::{DeployRecord, OutboxRecord},
    time::{Millis, Timestamp},
};
use headwater_store::{
    DeliveryFilter, DeliveryState, Journal as _, LeaderClaim, MemoryStore, OutboxItem, Page, Reader as _, Store,
};
use tokio::{sync::watch, task::JoinHandle};
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

use super::letters::{START, incident_id, message};
use crate::{Notifier, NotifyOptions, OutboundOptions, Progress, Secrets, Time};

/// A clock that stands still until a test moves it.
#[derive(Debug)]
pub(super) struct TestTime(watch::Sender<Timestamp>);

#[async_trait]
impl Time for TestTime {
    fn now(&self) -> Timestamp {
        *self.0.borrow()
    }

    async fn sleep_until(&self, at: Timestamp) {
        let mut now = self.0.subscribe();
        now.wait_for(|now| *now >= at).await.ok();
    }
}

/// Everything that delivering needs.
pub(super) struct Bench {
    pub(super) store: MemoryStore,
    pub(super) secrets: Arc<Mutex<BTreeMap<String, String>>>,
    pub(super) time: Arc<TestTime>,
    pub(super) timeout: Duration,
    term: Term,
    seq: Seq,
    running: Option<Running>,
}

/// A notifier at work.
struct Running {
    notifier: Arc<Notifier>,
    progress: watch::Receiver<Progress>,
    shutdown: CancellationToken,
    task: JoinHandle<()>,
}

impl Drop for Running {
    fn drop(&mut self) {
        self.task.abort();
    }
}

/// A channel that is a webhook with a signature.
pub(super) fn webhook(name: &str, url: &str) -> ChannelDef {
    let to = ChannelKind::Webhook { url: SecretRef(url.to_owned()), secret: Some(SecretRef::env("KEY")) };
    ChannelDef { name: name.to_owned(), to, source: None }
}

impl Bench {
    /// A store with these channels live.
    pub(super) async fn new(channels: Vec<ChannelDef>) -> Self {
        let store = MemoryStore::new();
        let claim =
            LeaderClaim { server: ServerId(Uuid::from_u128(1)), address: String::new(), ttl: Millis::secs(1_000_000) };
        let term = store.lead(&claim).await.unwrap().unwrap();
        let secrets = Arc::new(Mutex::new(BTreeMap::from([("KEY".to_owned(), "geheim".to_owned())])));
        let time = Arc::new(TestTime(watch::Sender::new(START)));
        let seq = store.last_seq().await.unwrap();
        let timeout = Duration::from_secs(10);
        let mut bench = Self { store, secrets, time, timeout, term, seq, running: None };
        bench.deploy(channels).await;
        bench
    }

    /// Makes these channels live.
    pub(super) async fn deploy(&mut self, channels: Vec<ChannelDef>) {
        let names = channels.iter().map(|channel| channel.name.clone()).collect();
        let alerts = vec![AlertPolicyDef::new("raw & failing", vec![AlertOn::AssetFailed], names)];
        let (_, text, id) = Manifest { alerts, channels, ..Manifest::new("shop") }.address();
        let snapshot = SnapshotText { id: id.clone(), location: "shop".into(), manifest: text.into() };
        let deploy = |seq| DeployRecord {
            seq,
            deployment: DeploymentId::DEFAULT,
            location: "shop".into(),
            snapshot: id,
            at: START,
            by: "ann".into(),
            refused: None,
        };
        self.commit(vec![
            Box::new(|_| Effect::SnapshotStored(snapshot)),
            Box::new(|seq| Effect::Deployed(deploy(seq))),
        ])
        .await;
    }

    pub(super) async fn commit(&mut self, effects: Vec<Box<dyn FnOnce(Seq) -> Effect + Send + '_>>) {
        let mut batch = Vec::new();
        for effect in effects {
            self.seq = self.seq.next();
            batch.push(Recorded { seq: self.seq, at: self.now(), effect: effect(self.seq) });
        }
        self.store.commit(self.term, &batch).await.unwrap();
    }

    /// Queues messages, given as (channel, incident, topic, the instant before which they must not leave).
    pub(super) async fn queue_at(&mut self, messages: &[(&str, u128, AlertTopic, Timestamp)]) {
        let now = self.now();
        let effects = messages.iter().map(|&(channel, number, topic, not_before)| {
            let channel = channel.to_owned();
            let effect = move |seq: Seq| {
                let payload: AlertMessage = message(number, topic);
                Effect::MessageQueued(OutboxRecord {
                    seq,
                    deployment: DeploymentId::DEFAULT,
                    topic: topic.as_str().into(),
                    dedup: format!("{}/{}/{channel}", incident_id(number), seq.0),
                    at: now,
                    channel,
                    incident: Some(incident_id(number)),
                    not_before,
                    payload: serde_json::to_value(payload).unwrap(),
                })
            };
            Box::new(effect) as Box<dyn FnOnce(Seq) -> Effect + Send>
        });
        let effects = effects.collect();
        self.commit(effects).await;
        if let Some(running) = &self.running {
            running.notifier.waker().notify_one();
        }
    }

    /// Queues messages that may leave now.
    pub(super) async fn queue(&mut self, messages: &[(&str, u128, AlertTopic)]) {
        let now = self.now();
        let messages: Vec<_> = messages.iter().map(|&(channel, number, topic)| (channel, number, topic, now)).collect();
        self.queue_at(&messages).await;
    }

    /// Starts delivering.
    pub(super) fn start(&mut self) {
        let secrets = Arc::clone(&self.secrets);
        let options = NotifyOptions {
            base_url: "https://headwater.example".into(),
            outbound: OutboundOptions { allow: vec!["127.0.0.0/8".into()], timeout: self.timeout },
            secrets: Secrets::new(move |name| secrets.lock().unwrap().get(name).cloned()),
            time: Arc::clone(&self.time) as Arc<dyn Time>,
        };
        let store: Arc<dyn Store> = Arc::new(self.store.clone());
        let notifier = Arc::new(Notifier::new(store, options).unwrap());
        let shutdown = CancellationToken::new();
        let (task_notifier, token) = (Arc::clone(&notifier), shutdown.clone());
        let task = tokio::spawn(async move { task_notifier.run(token).await });
        self.running = Some(Running { progress: notifier.progress(), notifier, shutdown, task });
    }

    /// Kills the notifier wherever it is.
    pub(super) async fn kill(&mut self) {
        let mut running = self.running.take().unwrap();
        running.task.abort();
        (&mut running.task).await.unwrap_err();
    }

    /// Stops the notifier as a server that is told to.
    pub(super) async fn stop(&mut self) {
        let mut running = self.running.take().unwrap();
        running.shutdown.cancel();
        tokio::time::timeout(Duration::from_secs(20), &mut running.task).await.unwrap().unwrap();
    }

    pub(super) fn now(&self) -> Timestamp {
        self.time.now()
    }

    /// Moves the clock.
    pub(super) fn advance(&self, by: Millis) {
        self.time.0.send_modify(|now| *now = now.plus(by));
    }

    /// Waits until delivering has come so far.
    pub(super) async fn until(&mut self, is: impl FnMut(&Progress) -> bool) -> Progress {
        let progress = &mut self.running.as_mut().unwrap().progress;
        let waited = tokio::time::timeout(Duration::from_secs(30), progress.wait_for(is)).await.map(|p| *p.unwrap());
        waited.unwrap_or_else(|_| panic!("it never came so far: {:?}", *progress.borrow()))
    }

    /// Waits until so many tries have failed and nothing is in hand, then moves the clock to the next one. Gives how
    /// long that is.
    pub(super) async fn retry_after(&mut self, failed: u64) -> Millis {
        let now = self.now();
        let progress =
            self.until(|p| p.failed == failed && p.sending == 0 && p.next.is_some_and(|next| next > now)).await;
        let wait = progress.next.unwrap().since(now);
        self.time.0.send_replace(progress.next.unwrap());
        wait
    }

    /// Every message, oldest first.
    pub(super) async fn items(&self) -> Vec<OutboxItem> {
        let page = Page { before: None, limit: 10_000 };
        let mut items = self.store.deliveries(DeploymentId::DEFAULT, &DeliveryFilter::default(), page).await.unwrap();
        items.reverse();
        items
    }

    /// The states of every message, oldest first, with their errors.
    pub(super) async fn states(&self) -> Vec<(DeliveryState, u32, String)> {
        let items = self.items().await.into_iter();
        items.map(|item| (item.state, item.attempts, item.error.unwrap_or_default())).collect()
    }
}

//! Takes one message to its channel and records what came of it.

use std::{panic::AssertUnwindSafe, sync::Arc};

use futures_util::FutureExt as _;
use headwater_core::{
    alert::{AlertMessage, AlertTopic},
    id::Seq,
    time::{Millis, Timestamp},
};
use headwater_store::{Delivery, DeliveryFilter, DeliveryOutcome, DeliveryState, OutboxItem, Page, Store, StoreError};
use serde_json::Value;

use super::{
    definitions::Live,
    follow::{Verdict, follow},
    plan::{LaneKey, Settled},
};
use crate::{
    channel::{self, Channel, Failure, Letter, Post, Purpose, Then},
    outbound::Outbound,
    secret::{Secrets, scrub},
    template::Context,
    time::Time,
};

/// How long the database is left alone after it failed.
const DATABASE: Millis = Millis::secs(5);

/// Takes messages to their channels.
#[derive(Debug)]
pub(super) struct Courier {
    pub(super) store: Arc<dyn Store>,
    pub(super) live: Live,
    pub(super) outbound: Outbound,
    pub(super) secrets: Secrets,
    pub(super) time: Arc<dyn Time>,
    pub(super) base_url: String,
}

/// What became of a message in hand.
#[derive(Debug)]
pub(super) struct Done {
    pub(super) lane: LaneKey,
    pub(super) settled: Settled,
    pub(super) hold: Option<Timestamp>,
    pub(super) came: Came,
}

/// What came of a try, for the counters.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Came {
    Delivered,
    Failed,
    Dead,
    /// Nothing was tried: the message waits no more, or the database did not answer.
    Nothing,
}

impl Courier {
    /// Sends a message and records it. It never panics, so that no lane is lost.
    pub(super) async fn carry(self: Arc<Self>, lane: LaneKey, seq: Seq) -> Done {
        let carried = AssertUnwindSafe(self.attempt(&lane, seq)).catch_unwind().await;
        let later = || (Settled::Again(self.time.now().plus(DATABASE)), None, Came::Nothing);
        let (settled, hold, came) = match carried {
            Ok(Ok(done)) => done,
            Ok(Err(error)) => {
                tracing::warn!(%error, seq = seq.0, "the outbox cannot be read; the message is sent later");
                later()
            }
            Err(_) => {
                tracing::error!(seq = seq.0, channel = lane.channel, "recording a message panicked; it is sent later");
                later()
            }
        };
        Done { lane, settled, hold, came }
    }

    async fn attempt(&self, lane: &LaneKey, seq: Seq) -> Result<(Settled, Option<Timestamp>, Came), StoreError> {
        let Some(item) = self.waiting(lane, seq).await? else {
            return Ok((Settled::Gone, None, Came::Nothing));
        };
        let told = AssertUnwindSafe(self.tell(&item)).catch_unwind().await;
        let verdict = told.unwrap_or_else(|_| {
            tracing::error!(seq = seq.0, channel = lane.channel, "telling a message panicked");
            Ok(Verdict::Failed(Failure::again(
                "it could not be told because of an error in the server; its log says more",
            )))
        })?;
        let now = self.time.now();
        let follows = follow(&item.message, item.attempts, now, verdict);
        let (settled, came) = match &follows.outcome {
            DeliveryOutcome::Delivered { .. } => (Settled::Gone, Came::Delivered),
            DeliveryOutcome::Again { at, error } => {
                tracing::debug!(channel = lane.channel, error, until = %at, "an alert is not delivered yet");
                (Settled::Again(*at), Came::Failed)
            }
            DeliveryOutcome::Dead { error } => {
                tracing::warn!(channel = lane.channel, error, dedup = item.message.dedup, "an alert is given up");
                (Settled::Gone, Came::Dead)
            }
        };
        self.record(Delivery { seq, attempts: follows.attempts, outcome: follows.outcome }).await;
        Ok((settled, follows.hold, came))
    }

    /// The message, where it still waits: it may have been withdrawn since it was seen.
    async fn waiting(&self, lane: &LaneKey, seq: Seq) -> Result<Option<OutboxItem>, StoreError> {
        let filter = DeliveryFilter { state: Some(DeliveryState::Waiting), incident: None };
        let page = Page { before: Some(seq.next()), limit: 1 };
        let found = self.store.deliveries(lane.deployment, &filter, page).await?;
        Ok(found.into_iter().find(|item| item.message.seq == seq))
    }

    /// Records what came of a try, however long the database takes: what is not recorded would be sent again.
    async fn record(&self, delivery: Delivery) {
        loop {
            let now = self.time.now();
            match self.store.outbox_mark(std::slice::from_ref(&delivery), now).await {
                Ok(()) => return,
                Err(error) => {
                    tracing::warn!(%error, seq = delivery.seq.0, "what came of an alert cannot be recorded yet");
                    self.time.sleep_until(now.plus(DATABASE)).await;
                }
            }
        }
    }

    async fn tell(&self, item: &OutboxItem) -> Result<Verdict, StoreError> {
        let record = &item.message;
        let never = |error: &str| Ok(Verdict::Failed(Failure::never(error)));
        let topic = AlertTopic::parse(&record.topic);
        let message = serde_json::from_value::<AlertMessage>(record.payload.clone());
        let (Some(topic), Ok(message)) = (topic, message) else {
            return never("this version of the server cannot read the message; another version wrote it");
        };
        let location = &message.incident.location;
        let definitions = self.live.of(record.deployment, location).await?;
        let found = definitions.as_ref().and_then(|found| Some((found, found.channel(&record.channel)?)));
        let Some((definitions, definition)) = found else {
            let (name, location) = (&record.channel, location);
            return never(&format!("the channel `{name}` is not declared any more by the location `{location}`"));
        };
        let channel = match channel::open(definition, &self.secrets) {
            Ok(channel) => channel,
            Err(missing) => {
                let error = format!("{missing}; once it is there, the message is sent within a minute");
                return Ok(Verdict::Failed(Failure::minute(error)));
            }
        };
        let receipt = match record.incident {
            Some(incident) => self.store.receipt(incident, &record.channel).await?,
            None => None,
        };
        let context = Context::new(&message, topic, &record.channel, &self.base_url);
        let letter = Letter {
            topic,
            message: &message,
            dedup: &record.dedup,
            at: record.at,
            now: self.time.now(),
            context: &context,
            template: definitions.template(&message.policy),
            receipt: receipt.as_ref(),
        };
        Ok(match self.converse(&*channel, &letter).await {
            Ok(receipt) => Verdict::Told { receipt },
            Err(failure) => Verdict::Failed(Failure { error: scrub(&failure.error, &channel.secrets()), ..failure }),
        })
    }

    /// Makes a channel's requests, one after the other; gives what to remember.
    async fn converse(&self, channel: &dyn Channel, letter: &Letter<'_>) -> Result<Option<Value>, Failure> {
        let posts = channel.posts(letter)?;
        if posts.is_empty() {
            return Ok(None);
        }
        let mut receipt = None;
        for post in &posts {
            let (purpose, answer) = match post {
                Post::Http(purpose, post) => (*purpose, self.outbound.post(post, self.time.now()).await?),
                Post::Mail(post) => (Purpose::Tell, self.outbound.mail(post).await?),
            };
            match channel.read(purpose, &answer) {
                Ok(given) => receipt = receipt.or(given),
                Err(failure) if purpose == Purpose::Correct && failure.then == Then::Never => {
                    tracing::debug!(error = failure.error, "what was told before cannot be corrected");
                }
                Err(failure) => return Err(failure),
            }
        }
        Ok(receipt.or_else(|| channel.receipt(letter)))
    }
}

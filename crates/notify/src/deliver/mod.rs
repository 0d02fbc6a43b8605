//! Delivers what waits in the outbox: at least once, in order per incident and channel, and never in the way of a run.
//!
//! A message is posted, and then what came of it is recorded. A server that dies in between posts it again, under the
//! same key. [`plan`] decides what may be sent, [`follow`] what follows from an answer; both are pure. [`courier`]
//! does it, and this file drives them.

mod courier;
mod definitions;
mod follow;
mod plan;

use std::{collections::BTreeMap, sync::Arc, time::Duration};

use headwater_core::{
    id::{DeploymentId, IncidentId, Seq},
    time::{Millis, Timestamp},
};
use headwater_store::{DeliveryFilter, DeliveryState, Page, Store, StoreError};
use tokio::{
    sync::{Notify, watch},
    task::JoinSet,
};
use tokio_util::sync::CancellationToken;

use self::{
    courier::{Came, Courier, Done},
    definitions::Live,
    plan::{LaneKey, Plan, Waiting},
};
use crate::{
    outbound::{Outbound, OutboundError, OutboundOptions},
    secret::Secrets,
    time::{SystemTime, Time},
};

/// How often the outbox is looked at without being told to (D5).
const POLL: Millis = Millis::secs(5);

/// How many messages are read at once: a few at first, as there is rarely more that is new.
const FIRST_PAGE: u32 = 16;
const MOST_PAGE: u32 = 256;

/// How long messages in hand may take when the server stops.
const GRACE: Duration = Duration::from_secs(2);

/// How alerts are delivered.
#[derive(Clone, Debug)]
pub struct NotifyOptions {
    /// Where people reach the UI, as in `https://headwater.example`; links lead there. Empty, there are none.
    pub base_url: String,
    /// How requests leave.
    pub outbound: OutboundOptions,
    /// Where secrets are found.
    pub secrets: Secrets,
    /// The time.
    pub time: Arc<dyn Time>,
}

impl Default for NotifyOptions {
    fn default() -> Self {
        Self {
            base_url: String::new(),
            outbound: OutboundOptions::default(),
            secrets: Secrets::default(),
            time: Arc::new(SystemTime),
        }
    }
}

/// How delivering goes, since the server started.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Progress {
    /// Messages that wait.
    pub waiting: usize,
    /// Messages that are being sent.
    pub sending: usize,
    /// Messages that were delivered.
    pub delivered: u64,
    /// Tries that failed and are repeated.
    pub failed: u64,
    /// Messages that were given up.
    pub dead: u64,
    /// When the next message may leave.
    pub next: Option<Timestamp>,
    /// When the outbox was looked at last.
    pub looked_at: Timestamp,
}

/// Delivers alerts.
#[derive(Debug)]
pub struct Notifier {
    courier: Arc<Courier>,
    waker: Arc<Notify>,
    progress: watch::Sender<Progress>,
}

impl Notifier {
    /// Delivers from the outbox of a store.
    ///
    /// # Errors
    /// [`OutboundError`] where an allowed host cannot be read or no HTTP client can be set up.
    pub fn new(store: Arc<dyn Store>, options: NotifyOptions) -> Result<Self, OutboundError> {
        let outbound = Outbound::new(&options.outbound)?;
        let courier = Courier {
            live: Live::new(Arc::clone(&store)),
            store,
            outbound,
            secrets: options.secrets,
            time: options.time,
            base_url: options.base_url,
        };
        Ok(Self { courier: Arc::new(courier), waker: Arc::default(), progress: watch::Sender::default() })
    }

    /// Wakes it, so that it looks at the outbox at once. It looks every five seconds anyway.
    pub fn waker(&self) -> Arc<Notify> {
        Arc::clone(&self.waker)
    }

    /// How it goes.
    pub fn progress(&self) -> watch::Receiver<Progress> {
        self.progress.subscribe()
    }

    /// Delivers until it is told to stop. Only the leading server does, and it may begin again after it stopped.
    pub async fn run(&self, shutdown: CancellationToken) {
        let mut round = Round { plan: Plan::default(), seen: BTreeMap::new(), hands: JoinSet::new() };
        tokio::select! {
            () = self.deliver(&mut round) => {}
            () = shutdown.cancelled() => {}
        }
        // What is in hand may have been posted already: recording it saves a repetition.
        let finish = async {
            while let Some(done) = round.hands.join_next().await {
                self.count(&mut round.plan, done.ok());
            }
        };
        if tokio::time::timeout(GRACE, finish).await.is_err() {
            tracing::debug!("alerts in hand are left to the next leader");
        }
        self.progress.send_modify(|progress| progress.sending = 0);
    }

    async fn deliver(&self, round: &mut Round) {
        let time = &self.courier.time;
        let mut look_at = time.now();
        loop {
            let now = time.now();
            // A clock that was set back would make the next look a long time off.
            if now >= look_at || look_at > now.plus(POLL) {
                if let Err(error) = self.look(round, now).await {
                    tracing::warn!(%error, "the outbox cannot be read; it is tried again");
                }
                look_at = now.plus(POLL);
            }
            for (lane, message) in round.plan.start(now) {
                round.hands.spawn(Arc::clone(&self.courier).carry(lane, message.seq));
            }
            let next = round.plan.next();
            self.progress.send_modify(|progress| {
                progress.waiting = round.plan.waiting();
                progress.sending = round.hands.len();
                progress.next = next;
            });
            let wake_at = next.map_or(look_at, |next| next.min(look_at));
            tokio::select! {
                Some(done) = round.hands.join_next() => self.count(&mut round.plan, done.ok()),
                () = self.waker.notified() => look_at = now,
                () = time.sleep_until(wake_at) => {}
            }
        }
    }

    /// Takes note of what became of a message. One that was aborted is told of by nobody, and the round is over then.
    fn count(&self, plan: &mut Plan, done: Option<Done>) {
        let Some(done) = done else {
            return;
        };
        plan.settle(&done.lane, done.settled, done.hold);
        self.progress.send_modify(|progress| match done.came {
            Came::Delivered => progress.delivered += 1,
            Came::Failed => progress.failed += 1,
            Came::Dead => progress.dead += 1,
            Came::Nothing => {}
        });
    }

    /// Adds what is new in the outbox to the plan.
    async fn look(&self, round: &mut Round, now: Timestamp) -> Result<(), StoreError> {
        for deployment in self.courier.store.deployments().await? {
            let seen = round.seen.get(&deployment.id).copied();
            let found = self.fresh(deployment.id, seen).await?;
            if let Some(newest) = found.last() {
                round.seen.insert(deployment.id, newest.message.seq);
            }
            for Fresh { channel, incident, message } in found {
                round.plan.add(LaneKey { deployment: deployment.id, channel }, incident, message);
            }
        }
        self.progress.send_modify(|progress| progress.looked_at = now);
        Ok(())
    }

    /// Messages that wait and are newer than those that were seen, oldest first. They are numbered in the order in
    /// which they are committed, so that none can appear among those that were seen.
    ///
    /// It reads in pages and keeps of each message only when it is due and for whom: the messages of a storm are never
    /// in memory together.
    async fn fresh(&self, deployment: DeploymentId, seen: Option<Seq>) -> Result<Vec<Fresh>, StoreError> {
        let filter = DeliveryFilter { state: Some(DeliveryState::Waiting), incident: None };
        let mut page = Page { before: None, limit: FIRST_PAGE };
        let mut found = Vec::new();
        loop {
            let items = self.courier.store.deliveries(deployment, &filter, page).await?;
            let (length, oldest) = (items.len(), items.last().map(|item| item.message.seq));
            let fresh = items.into_iter().take_while(|item| seen.is_none_or(|seen| item.message.seq > seen));
            let before = found.len();
            found.extend(fresh.map(|item| Fresh {
                message: Waiting { seq: item.message.seq, due: item.next_at },
                channel: item.message.channel,
                incident: item.message.incident,
            }));
            if found.len() - before < length || length < page.limit as usize {
                break;
            }
            page = Page { before: oldest, limit: (page.limit * 4).min(MOST_PAGE) };
        }
        found.reverse();
        Ok(found)
    }
}

/// What a lead knows, from its beginning to its end.
struct Round {
    plan: Plan,
    /// The newest message of each deployment that is in the plan or was.
    seen: BTreeMap<DeploymentId, Seq>,
    hands: JoinSet<Done>,
}

/// A message that was not seen before.
struct Fresh {
    message: Waiting,
    channel: String,
    incident: Option<IncidentId>,
}

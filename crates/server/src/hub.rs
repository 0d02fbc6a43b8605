//! The end of the event log, read once for all who follow it.
//!
//! The feed of the leader says when to look; the store says what there is (D5), so a server that does not lead
//! gives the same stream. Nothing is read while nobody follows.

use std::{
    collections::VecDeque,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use headwater_core::{effect::Event, id::Seq};
use headwater_scheduler::Control;
use headwater_store::{EventFilter, Store, StoreError};
use tokio::sync::{Notify, broadcast, watch};
use tokio_util::sync::CancellationToken;

/// How many of the latest events are kept in memory.
const KEPT: usize = 4_096;
/// How long the store is not asked while no feed says anything.
const POLL: Duration = Duration::from_millis(500);
/// How many events are read at once.
const BATCH: u32 = 500;

/// The end of the event log.
pub(crate) struct Hub {
    shared: Arc<Shared>,
}

struct Shared {
    ring: Mutex<Ring>,
    /// The number up to which the log is known.
    head: watch::Sender<Option<i64>>,
    /// Counts changes that the log has no entry for.
    moved: watch::Sender<u64>,
    followers: AtomicUsize,
    wake: Notify,
}

#[derive(Default)]
struct Ring {
    /// Every event later than this number, up to the head, is kept.
    from: i64,
    events: VecDeque<Arc<Event>>,
}

/// Why the log is looked at.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Hint {
    /// It was time again.
    Time,
    /// The leader's feed had something.
    News,
}

/// Somebody who follows; the log is read while there is one.
pub(crate) struct Follower {
    shared: Arc<Shared>,
    head: watch::Receiver<Option<i64>>,
}

impl Drop for Follower {
    fn drop(&mut self) {
        self.shared.followers.fetch_sub(1, Ordering::AcqRel);
    }
}

impl Hub {
    /// Starts the reader; it ends with the token.
    pub(crate) fn start(store: Arc<dyn Store>, control: &Control, shutdown: CancellationToken) -> Self {
        let shared = Arc::new(Shared {
            ring: Mutex::default(),
            head: watch::Sender::new(None),
            moved: watch::Sender::default(),
            followers: AtomicUsize::new(0),
            wake: Notify::new(),
        });
        let feed = control.feed();
        let reader = Arc::clone(&shared);
        tokio::spawn(async move {
            shutdown.run_until_cancelled(reader.run(&*store, feed)).await;
        });
        Self { shared }
    }

    /// Starts to follow.
    pub(crate) fn follow(&self) -> Follower {
        self.shared.followers.fetch_add(1, Ordering::AcqRel);
        self.shared.wake.notify_one();
        Follower { shared: Arc::clone(&self.shared), head: self.shared.head.subscribe() }
    }
}

impl Follower {
    /// The number up to which the log is known, as soon as that is later than `seen`.
    pub(crate) async fn later_than(&mut self, seen: Option<i64>) -> Option<i64> {
        let head = self.head.wait_for(|head| head.is_some() && (seen.is_none() || *head > seen)).await;
        head.ok().and_then(|head| *head)
    }

    /// Counts changes that the log has no entry for.
    pub(crate) fn moved(&self) -> watch::Receiver<u64> {
        self.shared.moved.subscribe()
    }

    /// Events after a number, as far as they are in memory; none where that starts later.
    pub(crate) fn recent(&self, after: i64) -> Option<Vec<Arc<Event>>> {
        let ring = self.shared.ring.lock().unwrap_or_else(PoisonError::into_inner);
        if after < ring.from {
            return None;
        }
        let start = ring.events.partition_point(|event| event.seq.0 <= after);
        Some(ring.events.range(start..).cloned().collect())
    }
}

impl Shared {
    async fn run<T>(&self, store: &dyn Store, mut feed: broadcast::Receiver<T>)
    where
        T: Clone,
    {
        let mut hint = Hint::Time;
        let mut last = None;
        loop {
            if self.followers.load(Ordering::Acquire) == 0 {
                self.forget();
                self.wake.notified().await;
            }
            if let Err(error) = self.look(store, hint, &mut last).await {
                tracing::debug!(%error, "the event log cannot be read");
            }
            hint = tokio::select! {
                () = self.wake.notified() => Hint::Time,
                () = tokio::time::sleep(POLL) => Hint::Time,
                // A lagging feed says the same as one that has something: look.
                news = feed.recv() => {
                    if matches!(news, Err(broadcast::error::RecvError::Closed)) {
                        tokio::time::sleep(POLL).await;
                    }
                    Hint::News
                }
            };
            // Batches that came meanwhile are read together.
            while feed.try_recv().is_ok() {}
        }
    }

    /// Reads what is new. Where the log has no entry for what happened, that is told too: the leader's feed says so, and
    /// on other servers the number of the last change.
    async fn look(&self, store: &dyn Store, hint: Hint, last: &mut Option<Seq>) -> Result<(), StoreError> {
        let before = *self.head.borrow();
        self.read(store).await?;
        let after = *self.head.borrow();
        let counted = store.last_seq().await?;
        let counts = last.replace(counted).is_some_and(|last| last < counted);
        if before.is_some() && before == after && (hint == Hint::News || counts) {
            self.moved.send_modify(|moved| *moved += 1);
        }
        Ok(())
    }

    /// Nobody follows: what is kept would have a gap when somebody does again.
    fn forget(&self) {
        *self.ring.lock().unwrap_or_else(PoisonError::into_inner) = Ring::default();
        self.head.send_replace(None);
    }

    async fn read(&self, store: &dyn Store) -> Result<(), StoreError> {
        let known = *self.head.borrow();
        let Some(mut head) = known else {
            let last = store.last_seq().await?.0;
            self.ring.lock().unwrap_or_else(PoisonError::into_inner).from = last;
            self.head.send_replace(Some(last));
            return Ok(());
        };
        loop {
            let filter = EventFilter { after: Seq(head), run: None, limit: BATCH };
            let batch = store.events(&filter).await?;
            let Some(last) = batch.last() else {
                return Ok(());
            };
            head = last.seq.0;
            let full = batch.len() == BATCH as usize;
            self.keep(batch);
            self.head.send_replace(Some(head));
            if !full {
                return Ok(());
            }
        }
    }

    fn keep(&self, batch: Vec<Event>) {
        let mut ring = self.ring.lock().unwrap_or_else(PoisonError::into_inner);
        ring.events.extend(batch.into_iter().map(Arc::new));
        while ring.events.len() > KEPT {
            if let Some(gone) = ring.events.pop_front() {
                ring.from = gone.seq.0;
            }
        }
    }
}

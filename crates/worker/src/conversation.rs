//! The worker's side of the conversation with the server, on a thread of its own that user code cannot starve.

use std::{sync::Arc, time::Duration};

use futures_util::{StreamExt as _, future::BoxFuture, stream::FuturesUnordered};
use headwater_api::ErrorCode;
use headwater_client::{Client, ClientError};
use headwater_core::{
    id::WorkerId,
    lease::{Grant, Join, Mood, Welcome},
    report::Report,
};
use tokio::{
    runtime::Handle,
    sync::{mpsc, watch},
    time::{Instant, sleep, sleep_until},
};

use crate::{
    attempts::{Attempts, PollMark},
    execute::Executor,
    worker::{Unstoppable, WorkerError},
};

/// Polls that may be under way at once: one brings results while another one waits for work.
const MOST_POLLS: usize = 2;

/// The first and the longest wait after a failed call.
const FIRST_WAIT: Duration = Duration::from_millis(50);
const LONGEST_WAIT: Duration = Duration::from_secs(2);

/// How long steps have to stop where their lease is over already.
const LATE_GRACE: Duration = Duration::from_secs(1);

/// How long a worker that must leave and runs nothing waits for a server that says nothing.
const SILENCE: Duration = Duration::from_secs(5);

/// How long what was given back may take to stop. A process tree that ignores SIGTERM is killed after ten seconds.
const STOP_TIME: Duration = Duration::from_secs(12);

/// How much longer than the server's hold a poll may take.
const POLL_MARGIN: Duration = Duration::from_secs(10);

/// What the owner of a worker wants of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Wish {
    /// To work.
    Work,
    /// To finish what it holds and leave.
    Drain,
    /// To give back what it holds and leave.
    Stop,
}

/// Everything the loop needs.
pub(crate) struct Conversation {
    pub(crate) client: Client,
    pub(crate) join: Join,
    pub(crate) executor: Arc<Executor>,
    /// Where user code runs.
    pub(crate) runtime: Handle,
    pub(crate) wish: watch::Receiver<Wish>,
    pub(crate) joined: watch::Sender<Option<WorkerId>>,
    /// How long a draining worker lets its attempts run.
    pub(crate) drain: Duration,
    pub(crate) unstoppable: Unstoppable,
}

/// How a worker left.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Farewell {
    /// The server knows it.
    Said,
    /// No server was there to be told.
    Unheard,
}

/// Why one stay ended.
enum StayEnd {
    /// It was told to leave, and did.
    Left(Farewell),
    /// The server does not know this worker id any more.
    Forgotten,
}

type Answered = (PollMark, Instant, Result<Grant, ClientError>);

impl Conversation {
    /// Joins and works, under a new id after every time that the server forgot it, until it was told to leave.
    pub(crate) async fn run(mut self) -> Result<Farewell, WorkerError> {
        loop {
            let Some(welcome) = self.enter().await? else {
                return Ok(Farewell::Unheard);
            };
            let _ = self.joined.send(Some(self.join.worker));
            match Stay::new(&mut self, welcome).run().await {
                StayEnd::Left(farewell) => return Ok(farewell),
                StayEnd::Forgotten => {
                    tracing::warn!("the server has given this worker's steps to others; joining again");
                    self.join.worker = new_worker_id();
                }
            }
        }
    }

    /// Joins, however long the server is away. None where the worker was told to leave meanwhile.
    async fn enter(&mut self) -> Result<Option<Welcome>, WorkerError> {
        let mut wait = FIRST_WAIT;
        let mut told = false;
        loop {
            if *self.wish.borrow() != Wish::Work {
                return Ok(None);
            }
            let joined = tokio::select! {
                joined = self.client.join(&self.join) => joined,
                _ = self.wish.changed() => continue,
            };
            match joined {
                Ok(welcome) => return Ok(Some(welcome)),
                Err(error) if error.is_passing() => {
                    if !std::mem::replace(&mut told, true) {
                        tracing::info!(%error, "waiting for the server");
                    }
                }
                Err(error) => return Err(WorkerError::Refused(error.to_string())),
            }
            tokio::select! {
                () = sleep(wait) => {}
                _ = self.wish.changed() => {}
            }
            wait = (wait * 2).min(LONGEST_WAIT);
        }
    }
}

/// What is known about the way out.
#[derive(Clone, Copy)]
struct Leaving {
    /// When it was told to leave.
    since: Instant,
    /// How long what runs may go on.
    until: Instant,
}

/// One stay under one worker id.
struct Stay<'a> {
    talk: &'a mut Conversation,
    welcome: Welcome,
    attempts: Attempts,
    polls: FuturesUnordered<BoxFuture<'static, Answered>>,
    /// For each poll under way, whether it carries reports.
    busy_polls: usize,
    ended: mpsc::UnboundedSender<Report>,
    ends: mpsc::UnboundedReceiver<Report>,
    /// Start of the last poll that was answered: the leases are good for a while from then on.
    heard: Instant,
    /// No poll before this instant, after a failure.
    not_before: Instant,
    wait: Duration,
    leaving: Option<Leaving>,
    /// Whether what runs was stopped, to be given back.
    handed_back: bool,
}

impl<'a> Stay<'a> {
    fn new(talk: &'a mut Conversation, welcome: Welcome) -> Self {
        let (ended, ends) = mpsc::unbounded_channel();
        let attempts = Attempts::new(talk.join.worker, welcome.term);
        let now = Instant::now();
        Self {
            talk,
            welcome,
            attempts,
            polls: FuturesUnordered::new(),
            busy_polls: 0,
            ended,
            ends,
            heard: now,
            not_before: now,
            wait: FIRST_WAIT,
            leaving: None,
            handed_back: false,
        }
    }

    async fn run(mut self) -> StayEnd {
        loop {
            self.heed_wish();
            self.poll_if_useful();
            let fence = self.heard + self.fence_after();
            let drained = self.leaving.map_or(fence, |leaving| leaving.until);
            let gone = self.gone_by().unwrap_or(fence);
            tokio::select! {
                Some((mark, started, result)) = self.polls.next() => {
                    if let Some(end) = self.answered(&mark, started, result) {
                        return end;
                    }
                }
                Some(report) = self.ends.recv() => self.take_ends(report),
                _ = self.talk.wish.changed() => {}
                () = sleep_until(self.not_before), if self.not_before > Instant::now() => {}
                () = sleep_until(fence), if self.attempts.running() > 0 => return self.fence().await,
                () = sleep_until(drained), if self.leaving.is_some() && !self.handed_back => self.hand_back(),
                () = sleep_until(gone), if self.leaving.is_some() => return StayEnd::Left(self.unheard()),
            }
        }
    }

    fn hand_back(&mut self) {
        self.handed_back = true;
        self.attempts.hand_back();
    }

    /// When a worker that must leave is gone, whoever may be missing by then: a server that should take its results,
    /// or code that should stop.
    fn gone_by(&self) -> Option<Instant> {
        let leaving = self.leaving?;
        let silent = self.heard.max(leaving.since) + SILENCE;
        let last = leaving.until + STOP_TIME;
        Some(match (self.attempts.running(), self.attempts.is_done()) {
            (0, true) => silent.min(last),
            (0, false) => silent.max(leaving.until).min(last),
            _ => last,
        })
    }

    /// Says what is lost with a worker that could not say goodbye.
    fn unheard(&self) -> Farewell {
        match (self.attempts.running(), self.attempts.unsaid()) {
            (0, 0) => tracing::warn!("no server answers; leaving without a goodbye"),
            (0, results) => {
                tracing::warn!(results, "no server takes the results of these steps; leaving, and they will run again");
            }
            (running, _) => tracing::warn!(running, "these steps do not stop; leaving, and they end with this process"),
        }
        Farewell::Unheard
    }

    /// Two thirds of the lease: the rest is for stopping what runs before anybody else may have it (R16).
    fn fence_after(&self) -> Duration {
        self.welcome.lease.to_std() * 2 / 3
    }

    fn heed_wish(&mut self) {
        let wish = *self.talk.wish.borrow_and_update();
        match wish {
            Wish::Work => {}
            Wish::Drain => {
                let since = Instant::now();
                self.leaving.get_or_insert(Leaving { since, until: since + self.talk.drain });
            }
            Wish::Stop if !self.handed_back => {
                let since = Instant::now();
                self.leaving = Some(Leaving { since, until: since });
                self.hand_back();
            }
            Wish::Stop => {}
        }
    }

    fn mood(&self) -> Mood {
        match (self.leaving.is_some(), self.attempts.is_done()) {
            (false, _) => Mood::Working,
            (true, false) => Mood::Draining,
            (true, true) => Mood::Leaving,
        }
    }

    /// Keeps one poll waiting for work, and sends results at once in a second one.
    fn poll_if_useful(&mut self) {
        let under_way = self.polls.len();
        let useful = under_way == 0
            || (under_way < MOST_POLLS
                && (self.attempts.has_news() || (self.leaving.is_some() && self.busy_polls == 0)));
        if !useful || self.not_before > Instant::now() {
            return;
        }
        let poll = self.attempts.poll(self.mood(), self.talk.join.slots);
        let mark = PollMark::from(&poll);
        self.busy_polls += usize::from(mark.carries);
        let client = self.talk.client.clone();
        let timeout = self.welcome.hold.to_std() + POLL_MARGIN;
        self.polls.push(Box::pin(async move {
            let started = Instant::now();
            let result = client.poll(&poll, timeout).await;
            (mark, started, result)
        }));
    }

    fn answered(&mut self, mark: &PollMark, started: Instant, result: Result<Grant, ClientError>) -> Option<StayEnd> {
        self.busy_polls -= usize::from(mark.carries);
        match result {
            Ok(grant) => {
                self.heard = self.heard.max(started);
                self.wait = FIRST_WAIT;
                let left = self.leaving.is_some() && self.attempts.is_done();
                for (lease, cancel) in self.attempts.answered(mark.number, grant) {
                    let (executor, ended) = (Arc::clone(&self.talk.executor), self.ended.clone());
                    self.talk.runtime.spawn(async move {
                        let report = executor.run(lease, cancel).await;
                        // Nobody listens any more after a stay ended; its attempts belong to others by then.
                        let _ = ended.send(report);
                    });
                }
                (left && self.attempts.is_done()).then_some(StayEnd::Left(Farewell::Said))
            }
            Err(error) if error.code() == Some(ErrorCode::UnknownWorker) => {
                self.attempts.fence();
                Some(self.leaving.map_or(StayEnd::Forgotten, |_| StayEnd::Left(Farewell::Said)))
            }
            Err(error) => {
                tracing::debug!(%error, "a poll failed");
                self.attempts.failed(mark);
                self.not_before = Instant::now() + self.wait;
                self.wait = (self.wait * 2).min(LONGEST_WAIT);
                // A server that refuses for good takes no results either.
                (self.leaving.is_some() && self.attempts.running() == 0 && !error.is_passing())
                    .then_some(StayEnd::Left(Farewell::Unheard))
            }
        }
    }

    /// Takes everything that ended, so that one poll carries all of it.
    fn take_ends(&mut self, first: Report) {
        self.attempts.ended(first);
        while let Ok(report) = self.ends.try_recv() {
            self.attempts.ended(report);
        }
    }

    /// Nobody was heard for too long: everything is stopped before the leases are given away, and the worker joins
    /// under a new id.
    async fn fence(mut self) -> StayEnd {
        tracing::error!("the server was not reached in time; stopping all steps of this worker");
        self.attempts.fence();
        // A machine that slept finds its leases over when it wakes; what stops at once need not take the worker along.
        let rest = (self.heard + self.welcome.lease.to_std()).max(Instant::now() + LATE_GRACE);
        while self.attempts.running() > 0 {
            tokio::select! {
                Some(report) = self.ends.recv() => self.attempts.ended(report),
                () = sleep_until(rest) => {
                    if self.talk.unstoppable == Unstoppable::ExitProcess {
                        tracing::error!("a step does not stop; ending the process, since its lease is over");
                        std::process::exit(70);
                    }
                    break;
                }
            }
        }
        StayEnd::Forgotten
    }
}

/// A worker id is new at every start (never a host name), so that a restarted worker is another one.
#[allow(clippy::disallowed_methods, reason = "this is the one place that makes worker ids")]
pub(crate) fn new_worker_id() -> WorkerId {
    WorkerId(uuid::Uuid::now_v7())
}

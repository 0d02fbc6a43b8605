//! Taking the lead, and the loop of a leader.

use std::{sync::Arc, time::Duration};

use headwater_core::{effect::Recorded, id::Term, time::Timestamp, world::World};
use headwater_store::{CommitError, LeaderClaim, StoreError};
use tokio::{
    task::JoinHandle,
    time::{Instant, sleep_until},
};
use tokio_util::sync::CancellationToken;

use crate::{
    Scheduler, Standing,
    control::Message,
    loop_state::{LoopState, Pending},
    maintenance,
};

/// How often a standby looks whether the lead is free.
const STANDBY_POLL: Duration = Duration::from_millis(500);

/// The most messages that one decision takes; the rest waits for the next one.
const MOST_MESSAGES: usize = 4_096;

/// The most changes that wait for a commit before the loop stops taking messages.
const MOST_PENDING: usize = 20_000;

/// A step of the time of day that is larger than this, in microseconds, is a clock that was set.
const CLOCK_SET: u64 = 1_000_000;

/// Why a leader's loop ended.
enum End {
    /// The process stops.
    Shutdown,
    /// Somebody else leads.
    Deposed,
    /// The world may differ from the store: it must be loaded anew.
    Reload(String),
}

/// Leads whenever it can until the token is cancelled.
pub(crate) async fn run(scheduler: &mut Scheduler, shutdown: &CancellationToken) {
    let claim = LeaderClaim {
        server: scheduler.options.server,
        address: scheduler.options.address.clone(),
        ttl: scheduler.options.leader_ttl,
    };
    loop {
        if shutdown.is_cancelled() {
            return;
        }
        let wait = match scheduler.store.lead(&claim).await {
            Ok(Some(term)) => match term_of(scheduler, &claim, term, shutdown).await {
                End::Shutdown => {
                    let _ = scheduler.standing.send(Standing::Starting);
                    if let Err(error) = scheduler.store.resign(term).await {
                        tracing::warn!(%error, "could not resign; a standby takes over when the lead runs out");
                    }
                    return;
                }
                End::Deposed => {
                    tracing::warn!(term = term.0, "another server leads now");
                    STANDBY_POLL
                }
                End::Reload(reason) => {
                    tracing::warn!(term = term.0, %reason, "loading everything anew");
                    let _ = scheduler.standing.send(Standing::Blind { reason });
                    Duration::from_millis(50)
                }
            },
            Ok(None) => {
                follow(scheduler).await;
                STANDBY_POLL
            }
            Err(error) => {
                blind(scheduler, &error);
                Duration::from_secs(1)
            }
        };
        refuse_waiting(scheduler);
        let _ = shutdown.run_until_cancelled(tokio::time::sleep(wait)).await;
    }
}

async fn follow(scheduler: &Scheduler) {
    match scheduler.store.leader().await {
        Ok(Some(leader)) => {
            scheduler.standing.send_if_modified(|standing| {
                let new = Standing::Following { leader: leader.address.clone() };
                let changed = *standing != new;
                *standing = new;
                changed
            });
        }
        Ok(None) => {}
        Err(error) => blind(scheduler, &error),
    }
}

/// Says once per outage that the database is away; a wait is not a failure (R26).
fn blind(scheduler: &Scheduler, error: &StoreError) {
    let reason = error.to_string();
    scheduler.standing.send_if_modified(|standing| {
        let known = matches!(standing, Standing::Blind { .. });
        if !known {
            tracing::error!(%reason, "the database is away; waiting for it");
        }
        *standing = Standing::Blind { reason };
        !known
    });
}

/// Whoever asked a server that stopped leading is told to ask again.
fn refuse_waiting(scheduler: &mut Scheduler) {
    while scheduler.queue.try_recv().is_ok() {}
}

/// One term: load, lead, end.
async fn term_of(scheduler: &mut Scheduler, claim: &LeaderClaim, term: Term, shutdown: &CancellationToken) -> End {
    let now = scheduler.clock.now();
    let settings = scheduler.options.settings;
    let image = match scheduler.store.load(now.minus(settings.remember)).await {
        Ok(image) => image,
        Err(error) => return End::Reload(error.to_string()),
    };
    let mut salt = [0; 8];
    if let Err(error) = getrandom::fill(&mut salt) {
        return End::Reload(format!("the system gives no random numbers: {error}"));
    }
    let world = match World::restore(image, term, u64::from_le_bytes(salt), settings, scheduler.clock.now()) {
        Ok(world) => world,
        Err(error) => {
            // Nothing can be decided until somebody looked; the server goes on to answer reads.
            tracing::error!(%error, "what is stored cannot be understood");
            let _ = shutdown.run_until_cancelled(tokio::time::sleep(Duration::from_secs(10))).await;
            return End::Reload(error.to_string());
        }
    };
    tracing::info!(term = term.0, runs = world.runs().count(), "leading");
    let _ = scheduler.standing.send(Standing::Leading(term));
    let housekeeping = shutdown.child_token();
    let prune = maintenance::prune(
        Arc::clone(&scheduler.store),
        Arc::clone(&scheduler.clock),
        scheduler.options.retention,
        housekeeping.clone(),
    );
    let pruning = tokio::spawn(prune);
    let (state, started) = (LoopState::new(world), Instant::now());
    let seen = (scheduler.clock.now(), started);
    let end = Leading { scheduler, claim, term, state, commit: None, renewed: started, seen }.run(shutdown).await;
    housekeeping.cancel();
    let _ = pruning.await;
    end
}

/// A commit that is under way, with the answers that wait for it.
struct Commit {
    task: JoinHandle<(Result<(), CommitError>, Vec<Recorded>)>,
    pending: Pending,
}

/// The loop of one term.
struct Leading<'a> {
    scheduler: &'a mut Scheduler,
    claim: &'a LeaderClaim,
    term: Term,
    state: LoopState,
    commit: Option<Commit>,
    renewed: Instant,
    /// The last time of day that was read, and when.
    seen: (Timestamp, Instant),
}

impl Leading<'_> {
    async fn run(mut self, shutdown: &CancellationToken) -> End {
        if let Err(end) = self.decide(Vec::new()) {
            return end;
        }
        loop {
            let wake = self.wake();
            let takes = self.state.pending.recorded.len() < MOST_PENDING;
            let step = tokio::select! {
                biased;
                () = shutdown.cancelled() => return self.finish().await,
                done = committed(&mut self.commit) => self.committed(done),
                Some(message) = self.scheduler.queue.recv(), if takes => self.take(message),
                () = sleep_until(wake) => self.idle().await,
            };
            if let Err(end) = step {
                return end;
            }
        }
    }

    /// Drains what waits, and decides it.
    fn take(&mut self, first: Message) -> Result<(), End> {
        let mut messages = vec![first];
        while messages.len() < MOST_MESSAGES {
            match self.scheduler.queue.try_recv() {
                Ok(message) => messages.push(message),
                Err(_) => break,
            }
        }
        self.decide(messages)
    }

    /// The time of day. Where the clock was set since the last look, leases are moved along: they are spans.
    fn now(&mut self) -> Timestamp {
        let (now, at) = (self.scheduler.clock.now(), Instant::now());
        let passed = i64::try_from((at - self.seen.1).as_micros()).unwrap_or(i64::MAX);
        let set_by = now.as_micros().saturating_sub(self.seen.0.as_micros()).saturating_sub(passed);
        if set_by.unsigned_abs() >= CLOCK_SET {
            tracing::warn!(seconds = set_by / 1_000_000, "the clock was set; leases go on as if it were not");
            self.state.world.clock_was_set(set_by);
        }
        self.seen = (now, at);
        now
    }

    /// Decides, and starts to commit unless a commit is under way: then what was decided joins the next one.
    fn decide(&mut self, messages: Vec<Message>) -> Result<(), End> {
        // A leader that was paused may have been replaced. What needs no commit must not be answered by it either.
        if self.commit.is_none() && self.renewed.elapsed() >= self.claim.ttl.to_std() {
            return Err(End::Reload("the lead ran out while this server did nothing".into()));
        }
        let now = self.now();
        self.state.decide(messages, now).map_err(|error| {
            tracing::error!(%error, "a rule is broken; please report this");
            End::Reload(error.to_string())
        })?;
        self.start_commit();
        Ok(())
    }

    fn start_commit(&mut self) {
        if self.commit.is_some() || self.state.pending.is_empty() {
            return;
        }
        let mut pending = std::mem::take(&mut self.state.pending);
        if pending.recorded.is_empty() {
            pending.acknowledge();
            return;
        }
        let recorded = std::mem::take(&mut pending.recorded);
        let (store, term) = (Arc::clone(&self.scheduler.store), self.term);
        // The task owns the commit, so that it is carried to its end even while this loop decides on.
        let task = tokio::spawn(async move {
            let result = store.commit(term, &recorded).await;
            (result, recorded)
        });
        self.commit = Some(Commit { task, pending });
    }

    fn committed(&mut self, done: Finished) -> Result<(), End> {
        let (result, recorded) = done.map_err(End::Reload)?;
        let pending = self.commit.take().map(|commit| commit.pending).unwrap_or_default();
        match result {
            Ok(()) => {
                self.renewed = Instant::now();
                pending.acknowledge();
                // Nobody listening is fine.
                let _ = self.scheduler.feed.send(recorded.into());
                self.start_commit();
                Ok(())
            }
            Err(CommitError::Stale) => Err(End::Deposed),
            Err(error @ (CommitError::Unknown(_) | CommitError::Conflict(_))) => Err(End::Reload(error.to_string())),
        }
    }

    /// Something is due, or the lead must be renewed.
    async fn idle(&mut self) -> Result<(), End> {
        let third = self.claim.ttl.to_std() / 3;
        if self.renewed.elapsed() >= third && self.commit.is_none() {
            match self.scheduler.store.renew(self.claim, self.term).await {
                Ok(true) => self.renewed = Instant::now(),
                Ok(false) => return Err(End::Deposed),
                Err(error) if self.renewed.elapsed() < self.claim.ttl.to_std() => {
                    tracing::warn!(%error, "the lead could not be renewed yet");
                    tokio::time::sleep(Duration::from_millis(200)).await;
                }
                Err(error) => return Err(End::Reload(error.to_string())),
            }
            let now = self.scheduler.clock.now();
            self.state.world.forget_commands(now);
        }
        self.decide(Vec::new())
    }

    /// When to look although nobody says anything.
    fn wake(&self) -> Instant {
        // A commit renews the lead; while one is under way there is nothing to renew.
        let third = self.claim.ttl.to_std() / 3;
        let renew = if self.commit.is_some() { Instant::now() + third } else { self.renewed + third };
        let now = self.scheduler.clock.now();
        match self.state.wake_at() {
            Some(at) => renew.min(Instant::now() + until(now, at)),
            None => renew,
        }
    }

    /// Carries the commit that is under way to its end before the process stops.
    async fn finish(mut self) -> End {
        if self.commit.is_some() {
            let done = committed(&mut self.commit).await;
            let _ = self.committed(done);
        }
        End::Shutdown
    }
}

type Finished = Result<(Result<(), CommitError>, Vec<Recorded>), String>;

/// The end of the commit that is under way; never where there is none.
async fn committed(commit: &mut Option<Commit>) -> Finished {
    match commit {
        Some(commit) => (&mut commit.task).await.map_err(|error| format!("the commit was not carried out: {error}")),
        None => std::future::pending().await,
    }
}

/// At least a millisecond, so that a timer which does nothing cannot spin.
fn until(now: Timestamp, at: Timestamp) -> Duration {
    let micros = at.as_micros().saturating_sub(now.as_micros()).max(1_000);
    Duration::from_micros(micros.unsigned_abs())
}

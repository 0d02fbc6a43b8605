//! Polls that overtake each other on their way.

#![allow(clippy::unwrap_used, clippy::disallowed_methods, reason = "a test that cannot be set up must fail")]

use std::{
    sync::{
        Arc,
        atomic::{AtomicI64, Ordering},
    },
    time::Duration,
};

use headwater_core::{
    command::{Command, Deploy, Request},
    id::{AssetId, Attempt, DeploymentId, RunId, ServerId, StepNo, Term, Token, WorkerId},
    key::AssetKey,
    lease::{Join, Mood, Poll},
    manifest::{AssetDef, AssetRole, Executor, Manifest, StepDef},
    report::{AttemptRef, Outcome, Report},
    time::Timestamp,
};
use headwater_scheduler::{Clock, Control, Scheduler, SchedulerOptions, Standing, SystemClock};
use headwater_store::MemoryStore;
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

fn manifest() -> Manifest {
    let mut manifest = Manifest::new("test");
    let key = AssetKey::new("a").unwrap();
    manifest.assets.push(AssetDef::new(key, AssetRole::Materialized { step: "a".into() }));
    manifest.steps.push(StepDef::new("a", Executor::Rust));
    manifest
}

fn request(command: Command) -> Request {
    Request { deployment: DeploymentId::DEFAULT, principal: "test".into(), key: None, command }
}

fn poll(worker: WorkerId, number: u64) -> Poll {
    Poll {
        worker,
        term: Term(1),
        number,
        acknowledged: Vec::new(),
        capacity: 1,
        mood: Mood::Working,
        reports: Vec::new(),
        held: None,
    }
}

/// A leader with one asset and one worker that has joined.
async fn leader(stop: &CancellationToken, clock: impl Clock) -> (Control, WorkerId) {
    let options = SchedulerOptions::new(ServerId(Uuid::now_v7()), "http://127.0.0.1:1");
    let (scheduler, control) = Scheduler::new(options, Arc::new(MemoryStore::new()), Arc::new(clock));
    tokio::spawn(scheduler.run(stop.clone()));
    control.standing().wait_for(|standing| matches!(standing, Standing::Leading(_))).await.unwrap();
    let text = serde_json::to_string(&manifest()).unwrap();
    let deploy = Deploy::read(&text, || AssetId(Uuid::now_v7())).unwrap();
    let snapshot = deploy.snapshot.id().clone();
    control.command(request(Command::Deploy(deploy))).await.unwrap();
    let worker = WorkerId(Uuid::now_v7());
    let join = Join {
        worker,
        name: "w".into(),
        host: "h".into(),
        pid: 1,
        location: "test".into(),
        snapshot,
        slots: 1,
        tags: [].into(),
        version: "0".into(),
    };
    control.join(join).await.unwrap();
    (control, worker)
}

/// The later poll brings a report and is answered at once. The earlier one, which arrives after it, must not be held:
/// the worker would wait for it and send no other, and nothing could be leased to it meanwhile.
#[tokio::test]
async fn an_overtaken_poll_is_sent_home() {
    let stop = CancellationToken::new();
    let (control, worker) = leader(&stop, SystemClock).await;
    let at = AttemptRef { run: RunId(Uuid::now_v7()), step: StepNo(0), attempt: Attempt(1), token: Token(1) };
    let now = Timestamp::EPOCH;
    let report = Report { at, started_at: now, ended_at: now, inputs: Vec::new(), outcome: Outcome::Canceled };
    let later = Poll { reports: vec![report], ..poll(worker, 2) };
    let answered = control.poll(later).await.unwrap();
    assert_eq!(answered.stop.len(), 1, "a report of an unknown attempt is fenced");
    // A poll is held for five seconds where there is nothing to say.
    let overtaken = tokio::time::timeout(Duration::from_secs(3), control.poll(poll(worker, 1))).await;
    assert_eq!(overtaken.expect("it is not held").unwrap().leases, []);
    stop.cancel();
}

/// A clock that somebody sets.
#[derive(Debug, Clone, Default)]
struct SetClock(Arc<AtomicI64>);

impl Clock for SetClock {
    fn now(&self) -> Timestamp {
        Timestamp::from_micros(SystemClock.now().as_micros() + self.0.load(Ordering::SeqCst))
    }
}

/// Leases are spans: a clock that is set an hour forward or back takes none of them away.
#[tokio::test]
async fn a_clock_that_is_set_loses_no_worker() {
    let stop = CancellationToken::new();
    let clock = SetClock::default();
    let (control, worker) = leader(&stop, clock.clone()).await;
    for offset in [3_600_000_000, -3_600_000_000] {
        clock.0.store(offset, Ordering::SeqCst);
        // The first question makes the leader look at its timers, the second shows what came of it.
        control.explain().await.unwrap();
        assert!(control.explain().await.unwrap().workers.contains_key(&worker), "offset {offset}");
    }
    stop.cancel();
}

//! Forgetting history.

use std::sync::Arc;

use headwater_core::{
    effect::Effect,
    record::{RunState, StepState, WorkerState},
    time::{Millis, Timestamp},
};

use super::{
    builder::{DEPLOYMENT, Script, command, delivered, message, new_worker, run_id, tick, worker_id},
    everything,
};
use crate::{Retention, Store};

/// Everything that is older than an instant.
fn all_before(instant: Timestamp) -> Retention {
    Retention {
        events: Some(instant),
        ticks: Some(instant),
        runs: Some(instant),
        versions: Some(instant),
        checks: Some(instant),
        commands: Some(instant),
        outbox: Some(instant),
        workers: Some(instant),
    }
}

pub async fn forgetting_keeps_what_matters(store: Arc<dyn Store>) {
    let mut script = Script::lead(&store).await;
    let asset = script.asset(1, "shop/orders");
    let (ended, active) = (run_id(1), run_id(2));
    for run in [ended, active] {
        script.run_created(run);
        script.leased(run, 0, 1);
        script.ended(run, 0, 1, StepState::Succeeded);
        script.version(asset, |version| version.run = Some(run));
        script.check(asset, "unique", |check| check.run = Some(run));
    }
    script.add(|_, _| Effect::RunEnded { run: ended, state: RunState::Succeeded, reason: None });
    script.add(|seq, at| Effect::CommandAccepted(command(Some("k"), seq, at)));
    script.add(|seq, at| Effect::Ticked(tick("nightly", at, seq, at)));
    let first = script.add(|seq, at| Effect::MessageQueued(message("a", seq, at)));
    script.add(|seq, at| Effect::MessageQueued(message("b", seq, at)));
    for number in 1..=2 {
        script.add(|_, at| Effect::WorkerJoined(Box::new(new_worker(worker_id(number), at))));
    }
    script.add(|_, _| Effect::WorkerChanged { worker: worker_id(1), state: WorkerState::Gone });
    script.commit().await;
    store.outbox_mark(&[delivered(first)], script.now).await.unwrap();

    let before = everything(&*store).await;
    assert_eq!(store.prune(&Retention::default(), 1_000).await.unwrap(), 0);
    assert_eq!(store.prune(&all_before(Timestamp::from_secs(1)), 1_000).await.unwrap(), 0);
    assert_eq!(everything(&*store).await, before, "nothing was old");

    let cut = script.now.plus(Millis::secs(1));
    while store.prune(&all_before(cut), 1_000).await.unwrap() > 0 {}
    let after = everything(&*store).await;
    assert_eq!(after.image.runs, before.image.runs, "an active run lost something");
    assert_eq!(after.image.current, before.image.current);
    assert_eq!(after.image.last_seq, before.image.last_seq);
    assert_eq!(after.current_checks, before.current_checks);
    assert_eq!(after.history[0].0, before.history[0].0[..1], "only the latest version stays");
    assert_eq!(after.history[0].1, before.history[0].1[..1], "only the latest result stays");
    assert_eq!(after.image.workers, before.image.workers);
    assert_eq!(after.workers.len(), 1);
    assert_eq!(after.outbox, before.outbox);
    assert!(after.image.commands.is_empty());
    assert!(store.ticks(DEPLOYMENT, "nightly", crate::Page::default()).await.unwrap().is_empty());
    assert_eq!(store.run(ended).await.unwrap(), None);
    assert_eq!(store.plan(ended).await.unwrap(), None);
    assert!(store.steps(ended).await.unwrap().is_empty());
    let left = super::everything::log(&*store, None).await;
    assert!(left.iter().all(|event| event.run == Some(active)), "{left:#?}");
    // Numbers go on, and what was forgotten may be said again.
    script.add(|seq, at| Effect::CommandAccepted(command(Some("k"), seq, at)));
    script.add(|seq, at| Effect::MessageQueued(message("a", seq, at)));
    script.commit().await;
    assert_eq!(store.outbox(10).await.unwrap().len(), 2);
}

pub async fn forgetting_goes_in_bounded_batches(store: Arc<dyn Store>) {
    let mut script = Script::lead(&store).await;
    let asset = script.asset(1, "shop/orders");
    for number in 0..25 {
        let run = run_id(number);
        script.run_created(run);
        script.version(asset, |_| {});
        script.add(|_, _| Effect::RunEnded { run, state: RunState::Failed, reason: None });
    }
    script.commit().await;
    let half = Retention { events: Some(script.now.minus(Millis::secs(38))), ..Retention::default() };
    while store.prune(&half, 7).await.unwrap() > 0 {}
    let left = super::everything::log(&*store, None).await;
    let first = left.iter().find(|event| event.kind == "run_queued").unwrap();
    assert!(first.at >= half.events.unwrap(), "{first:?} is older than the cut");
    let versions = Retention { versions: Some(script.now.plus(Millis::secs(1))), ..Retention::default() };
    assert_eq!(store.prune(&versions, 7).await.unwrap(), 7);
    assert_eq!(store.prune(&versions, 100).await.unwrap(), 17);
    assert_eq!(store.prune(&versions, 100).await.unwrap(), 0);
    let runs = Retention { runs: Some(script.now.plus(Millis::secs(1))), ..Retention::default() };
    let mut rounds = 0;
    while store.prune(&runs, 10).await.unwrap() > 0 {
        rounds += 1;
    }
    assert!(rounds >= 3, "25 runs went in {rounds} batches of at most 10");
    assert!(everything(&*store).await.runs.is_empty());
}

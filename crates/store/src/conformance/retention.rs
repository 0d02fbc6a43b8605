//! Forgetting history.

use std::sync::Arc;

use headwater_core::{
    alert::IncidentState,
    effect::Effect,
    id::Seq,
    record::{RunState, StepState, WorkerState},
    time::{Millis, Timestamp},
};

use super::{
    builder::{
        DEPLOYMENT, Script, command, delivered, incident_id, message, new_worker, run_id, tick, tried, worker_id,
    },
    everything,
};
use crate::{DeliveryOutcome, Retention, Store};

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

pub async fn forgetting_alerts_keeps_what_goes_on(store: Arc<dyn Store>) {
    let mut script = Script::lead(&store).await;
    for number in 1..=4 {
        script.opened(number, &format!("a{number}"));
    }
    let told: Vec<Seq> =
        (1..=4).flat_map(|number| [number, number]).map(|number| script.told(number, "slack")).collect();
    let given_up = script.told(3, "mail");
    let withdrawn = script.told(3, "pager");
    script.withdrawn(3, "pager");
    for number in [2, 4] {
        script.changed(number, |incident, at| {
            incident.state = IncidentState::Resolved;
            incident.resolved_at = Some(at);
        });
    }
    script.commit().await;
    let receipt = |seq| tried(seq, 1, DeliveryOutcome::Delivered { receipt: Some(seq.0.into()) });
    // Of incidents 1 and 2 the first message got a receipt, and of 3 and 4 nothing was delivered.
    let mut tries = vec![receipt(told[0]), delivered(told[1]), receipt(told[2]), delivered(told[3])];
    tries.push(tried(given_up, 9, DeliveryOutcome::Dead { error: "gone".to_owned() }));
    store.outbox_mark(&tries, script.now).await.unwrap();
    // Incident 4 is resolved so late that it is not old yet.
    let cut = script.now;
    let early = Retention { outbox: Some(cut), ..Retention::default() };
    while store.prune(&early, 1).await.unwrap() > 0 {}
    let left = everything(&*store).await;
    assert!(left.alerts.deliveries.iter().all(|item| item.message.seq != withdrawn), "it ended before the cut");
    assert_eq!(left.alerts.incidents.len(), 3);

    let retention = Retention { outbox: Some(cut.plus(Millis::secs(1))), ..Retention::default() };
    let mut gone = 0;
    loop {
        let round = store.prune(&retention, 1).await.unwrap();
        assert!(round <= 2, "at most one of each kind");
        gone += round;
        if round == 0 {
            break;
        }
    }
    assert_eq!(gone, 4 + 1, "four messages that are closed, and an incident");
    let after = everything(&*store).await;
    let kept: Vec<Seq> = after.alerts.deliveries.iter().rev().map(|item| item.message.seq).collect();
    assert_eq!(kept, [told[0], told[4], told[5], told[6], told[7]], "receipts of what goes on, and what waits");
    assert_eq!(after.image.incidents, left.image.incidents);
    assert_eq!(after.alerts.incidents, after.alerts.unresolved);
    assert_eq!(store.receipt(incident_id(1), "slack").await.unwrap(), Some(told[0].0.into()));
    // A receipt goes once its incident is over.
    script.changed(1, |incident, at| {
        incident.state = IncidentState::Resolved;
        incident.resolved_at = Some(at);
    });
    script.commit().await;
    let end = Retention { outbox: Some(script.now.plus(Millis::secs(1))), ..Retention::default() };
    while store.prune(&end, 100).await.unwrap() > 0 {}
    assert_eq!(everything(&*store).await.alerts.deliveries.len(), 4);
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

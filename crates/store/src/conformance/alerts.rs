//! Incidents, the state of alert policies, and messages with their delivery.

use std::sync::Arc;

use headwater_core::{
    alert::{Cause, IncidentRecord, IncidentState, PolicyRecord},
    effect::Effect,
    id::Seq,
    record::{RunState, Trigger},
    time::{Millis, Timestamp},
};
use serde_json::json;

use super::builder::{DEPLOYMENT, Script, delivered, incident_id, message, new_run, run_created, run_id, tried};
use crate::{DeliveryFilter, DeliveryOutcome, DeliveryState, EndedRun, Image, IncidentFilter, OutboxItem, Page, Store};

const ALL: Page = Page { before: None, limit: 100 };

async fn numbers(store: &dyn Store, filter: IncidentFilter, page: Page) -> Vec<u128> {
    let incidents = store.incidents(DEPLOYMENT, filter, page).await.unwrap();
    incidents.iter().map(|incident| incident.id.0.as_u128() - incident_id(0).0.as_u128()).collect()
}

/// Ends an incident.
fn resolve(incident: &mut IncidentRecord, at: Timestamp) {
    incident.state = IncidentState::Resolved;
    incident.resolved_at = Some(at);
}

pub async fn incidents_are_as_their_last_change_says(store: Arc<dyn Store>) {
    let mut script = Script::lead(&store).await;
    for number in 1..=5 {
        script.opened(number, &format!("a{number}"));
    }
    script.commit().await;
    // Several changes in one batch, and one of an incident that the same batch opens.
    for count in [2, 3] {
        script.changed(2, |incident, _| incident.count = count);
    }
    script.changed(4, resolve);
    script.opened(6, "a6");
    script.changed(6, |incident, _| incident.state = IncidentState::Acknowledged);
    script.commit().await;

    let kept = script.incident(2).clone();
    assert_eq!(kept.count, 3);
    assert_eq!(store.incident(kept.id).await.unwrap(), Some(kept));
    assert_eq!(store.incident(incident_id(9)).await.unwrap(), None);
    assert_eq!(numbers(&*store, IncidentFilter::All, ALL).await, [6, 5, 4, 3, 2, 1]);
    assert_eq!(numbers(&*store, IncidentFilter::Unresolved, ALL).await, [6, 5, 3, 2, 1]);
    assert_eq!(numbers(&*store, IncidentFilter::Resolved, ALL).await, [4]);
    let page = Page { before: Some(script.incident(5).opened_seq), limit: 2 };
    assert_eq!(numbers(&*store, IncidentFilter::All, page).await, [4, 3]);
    assert_eq!(numbers(&*store, IncidentFilter::Unresolved, page).await, [3, 2]);
    let other = headwater_core::id::DeploymentId(7);
    assert_eq!(store.incidents(other, IncidentFilter::All, ALL).await.unwrap(), []);
    let loaded = store.load(Timestamp::EPOCH).await.unwrap().incidents;
    let expected: Vec<IncidentRecord> = [1, 2, 3, 5, 6].map(|number| script.incident(number).clone()).into();
    assert_eq!(loaded, expected, "all that are not resolved, in the order in which they were opened");
}

pub async fn a_cause_has_one_incident_that_goes_on(store: Arc<dyn Store>) {
    let mut script = Script::lead(&store).await;
    script.opened(5, "shop/orders");
    script.commit().await;
    script.opened(6, "shop/orders");
    script.conflicts().await;
    // In one batch it ends, comes back and ends, and comes back; ids say nothing about the order.
    script.changed(5, resolve);
    script.opened(3, "shop/orders");
    script.changed(3, resolve);
    script.opened(4, "shop/orders");
    script.commit().await;
    assert_eq!(numbers(&*store, IncidentFilter::Unresolved, ALL).await, [4]);
    assert_eq!(numbers(&*store, IncidentFilter::All, ALL).await, [4, 3, 5]);
    // Causes that read alike, and one that is longer than an index takes.
    let key = |text: &str| headwater_core::key::AssetKey::new(text).unwrap();
    let check =
        |check: &str, asset| Cause::Check { asset: key(asset), check: check.to_owned(), partition: String::new() };
    let causes = [check("a on b", "c"), check("a", "b on c"), Cause::Runs { line: "'ü|".repeat(7_000) }];
    for (number, cause) in causes.iter().enumerate() {
        script.opened_by(10 + number as u128, cause.clone());
    }
    script.commit().await;
    let causes_of = async |filter| -> Vec<Cause> {
        let incidents = store.incidents(DEPLOYMENT, filter, Page { before: None, limit: 3 }).await.unwrap();
        incidents.into_iter().rev().map(|incident| incident.cause).collect()
    };
    assert_eq!(causes_of(IncidentFilter::Unresolved).await, causes);
}

pub async fn policies_keep_their_state(store: Arc<dyn Store>) {
    let mut script = Script::lead(&store).await;
    let policy = |name: &str, muted: Option<i64>, recent: &[i64]| PolicyRecord {
        deployment: DEPLOYMENT,
        name: name.to_owned(),
        muted_until: muted.map(Timestamp::from_micros),
        recent: recent.iter().copied().map(Timestamp::from_micros).collect(),
    };
    script.add(|_, _| Effect::PolicyMoved(policy("pages", Some(7), &[1, 2])));
    script.add(|_, _| Effect::PolicyMoved(policy("it's Ünique", None, &[])));
    script.commit().await;
    for recent in [&[1_i64, 2, 3][..], &[i64::MAX]] {
        script.add(|_, _| Effect::PolicyMoved(policy("pages", None, recent)));
    }
    script.commit().await;
    let expected = [policy("it's Ünique", None, &[]), policy("pages", None, &[i64::MAX])];
    assert_eq!(store.alert_policies(DEPLOYMENT).await.unwrap(), expected);
    assert_eq!(store.load(Timestamp::EPOCH).await.unwrap().policies, expected);
    assert_eq!(store.alert_policies(headwater_core::id::DeploymentId(7)).await.unwrap(), []);
}

/// The only message with a number.
async fn item(store: &dyn Store, seq: Seq) -> OutboxItem {
    let page = Page { before: Some(seq.next()), limit: 1 };
    store.deliveries(DEPLOYMENT, &DeliveryFilter::default(), page).await.unwrap().remove(0)
}

async fn waiting(store: &dyn Store) -> Vec<Seq> {
    store.outbox(100).await.unwrap().iter().map(|item| item.message.seq).collect()
}

pub async fn messages_wait_until_they_are_delivered_or_given_up(store: Arc<dyn Store>) {
    let mut script = Script::lead(&store).await;
    let later = script.now.plus(Millis::secs(900));
    let held = script.add(|seq, at| {
        Effect::MessageQueued(headwater_core::record::OutboxRecord { not_before: later, ..message("held", seq, at) })
    });
    let [first, second] = ["a", "b"].map(|dedup| script.add(|seq, at| Effect::MessageQueued(message(dedup, seq, at))));
    script.commit().await;
    let new = item(&*store, held).await;
    assert_eq!((new.state, new.attempts, new.next_at), (DeliveryState::Waiting, 0, later));
    assert_eq!((new.closed_at, new.error, new.receipt), (None, None, None));
    assert_eq!(waiting(&*store).await, [held, first, second]);

    let again = |error: &str| DeliveryOutcome::Again { at: later, error: error.to_owned() };
    let taken = || DeliveryOutcome::Delivered { receipt: None };
    let dead = || DeliveryOutcome::Dead { error: "404".to_owned() };
    store.outbox_mark(&[tried(first, 1, again("503"))], script.now).await.unwrap();
    let failed = item(&*store, first).await;
    assert_eq!((failed.state, failed.attempts, failed.next_at), (DeliveryState::Waiting, 1, later));
    assert_eq!((failed.closed_at, failed.error.as_deref()), (None, Some("503")));
    assert_eq!(waiting(&*store).await, [held, first, second], "a message that failed still waits");

    // One call may tell of several tries, and nothing follows on an end.
    let closed_at = script.now;
    let tries = [
        tried(second, 1, again("500")),
        tried(first, 2, taken()),
        tried(second, 2, dead()),
        tried(second, 3, again("too late")),
        tried(Seq(999), 1, taken()),
    ];
    store.outbox_mark(&tries, closed_at).await.unwrap();
    let ends = [tried(first, 9, dead()), tried(second, 9, taken()), tried(first, 9, again("no"))];
    store.outbox_mark(&ends, closed_at.plus(Millis::secs(5))).await.unwrap();
    let (first, second) = (item(&*store, first).await, item(&*store, second).await);
    assert_eq!((first.state, first.attempts, first.closed_at), (DeliveryState::Delivered, 2, Some(closed_at)));
    assert_eq!(first.error.as_deref(), Some("503"), "what the last failed try said");
    assert_eq!((second.state, second.attempts, second.closed_at), (DeliveryState::Dead, 2, Some(closed_at)));
    assert_eq!((second.error.as_deref(), second.next_at), (Some("404"), later));
    assert_eq!(waiting(&*store).await, [held]);
    // The same message does not come back.
    script.add(|seq, at| Effect::MessageQueued(message("b", seq, at)));
    script.commit().await;
    assert_eq!(waiting(&*store).await, [held]);
}

pub async fn withdrawn_messages_do_not_leave(store: Arc<dyn Store>) {
    let mut script = Script::lead(&store).await;
    let done = script.told(1, "slack");
    let before = script.told(1, "slack");
    let other_channel = script.told(1, "mail");
    let other_incident = script.told(2, "slack");
    script.commit().await;
    store.outbox_mark(&[delivered(done)], script.now).await.unwrap();
    let same_batch = script.told(1, "slack");
    script.withdrawn(1, "slack");
    let withdrawn_at = script.now;
    let after = script.told(1, "slack");
    script.withdrawn(1, "pager");
    script.commit().await;
    assert_eq!(waiting(&*store).await, [other_channel, other_incident, after]);
    for seq in [before, same_batch] {
        let item = item(&*store, seq).await;
        assert_eq!((item.state, item.closed_at), (DeliveryState::Withdrawn, Some(withdrawn_at)));
    }
    assert_eq!(item(&*store, done).await.state, DeliveryState::Delivered);
    // Whoever tried it at the same time is too late.
    let was = item(&*store, before).await;
    store.outbox_mark(&[delivered(before)], script.now.plus(Millis::secs(9))).await.unwrap();
    assert_eq!(item(&*store, before).await, was);
    // Twice in one batch, with a message between, and once more for nothing.
    script.withdrawn(1, "slack");
    let first_at = script.now;
    let between = script.told(1, "slack");
    script.withdrawn(1, "slack");
    script.commit().await;
    script.withdrawn(1, "slack");
    script.commit().await;
    assert_eq!(item(&*store, after).await.closed_at, Some(first_at));
    assert_eq!(item(&*store, between).await.closed_at, Some(first_at.plus(Millis::secs(2))));
    assert_eq!(waiting(&*store).await, [other_channel, other_incident]);
}

pub async fn deliveries_are_found_by_state_and_incident(store: Arc<dyn Store>) {
    let mut script = Script::lead(&store).await;
    let told: Vec<Seq> = (0..9).map(|at| script.told(at % 3, ["slack", "mail"][at as usize % 2])).collect();
    script.commit().await;
    let dead = DeliveryOutcome::Dead { error: "gone".to_owned() };
    let tries = [delivered(told[0]), delivered(told[4]), tried(told[3], 3, dead)];
    store.outbox_mark(&tries, script.now).await.unwrap();
    let find = async |state, incident: Option<u128>, before: Option<Seq>| -> Vec<usize> {
        let filter = DeliveryFilter { state, incident: incident.map(incident_id) };
        let items = store.deliveries(DEPLOYMENT, &filter, Page { before, limit: 4 }).await.unwrap();
        items.iter().map(|item| told.iter().position(|seq| *seq == item.message.seq).unwrap()).collect()
    };
    assert_eq!(find(None, None, None).await, [8, 7, 6, 5]);
    assert_eq!(find(None, None, Some(told[5])).await, [4, 3, 2, 1]);
    assert_eq!(find(Some(DeliveryState::Waiting), None, None).await, [8, 7, 6, 5]);
    assert_eq!(find(Some(DeliveryState::Waiting), None, Some(told[5])).await, [2, 1]);
    assert_eq!(find(Some(DeliveryState::Delivered), None, None).await, [4, 0]);
    assert_eq!(find(Some(DeliveryState::Dead), None, None).await, [3]);
    assert_eq!(find(None, Some(0), None).await, [6, 3, 0]);
    assert_eq!(find(None, Some(0), Some(told[6])).await, [3, 0]);
    assert_eq!(find(Some(DeliveryState::Waiting), Some(0), None).await, [6]);
    assert_eq!(find(Some(DeliveryState::Withdrawn), Some(0), None).await, Vec::<usize>::new());
    assert_eq!(find(None, Some(77), None).await, Vec::<usize>::new());
    let other = headwater_core::id::DeploymentId(7);
    assert_eq!(store.deliveries(other, &DeliveryFilter::default(), ALL).await.unwrap(), []);
}

pub async fn the_first_receipt_of_an_incident_is_found(store: Arc<dyn Store>) {
    let mut script = Script::lead(&store).await;
    let told = ["slack", "slack", "slack", "mail", "pager"].map(|channel| script.told(1, channel));
    let other = script.told(2, "slack");
    script.commit().await;
    let taken = |seq, receipt| tried(seq, 1, DeliveryOutcome::Delivered { receipt });
    assert_eq!(store.receipt(incident_id(1), "slack").await.unwrap(), None);
    let tries = [
        taken(told[0], None),
        taken(told[2], Some(json!({ "ts": "2" }))),
        taken(told[3], Some(json!("<1@shop>"))),
        taken(told[4], Some(json!(null))),
        taken(other, Some(json!({ "ts": "9" }))),
    ];
    store.outbox_mark(&tries, script.now).await.unwrap();
    let receipt = async |incident, channel| store.receipt(incident_id(incident), channel).await.unwrap();
    assert_eq!(receipt(1, "slack").await, Some(json!({ "ts": "2" })));
    // An earlier message that is delivered later is the first of the thread.
    store.outbox_mark(&[taken(told[1], Some(json!({ "ts": "1" })))], script.now).await.unwrap();
    assert_eq!(receipt(1, "slack").await, Some(json!({ "ts": "1" })));
    assert_eq!(receipt(1, "mail").await, Some(json!("<1@shop>")));
    assert_eq!(receipt(1, "pager").await, Some(json!(null)), "a null receipt is not no receipt");
    assert_eq!(receipt(2, "slack").await, Some(json!({ "ts": "9" })));
    assert_eq!(receipt(2, "mail").await, None);
    assert_eq!(item(&*store, told[2]).await.receipt, Some(json!({ "ts": "2" })));
}

pub async fn alerts_are_kept_without_nul(store: Arc<dyn Store>) {
    let mut script = Script::lead(&store).await;
    script.opened(1, "orders");
    script.changed(1, |incident, _| incident.title = "a\0b".to_owned());
    let first = script.told(1, "sl\0ack");
    let second = script.told(1, "mail");
    script.commit().await;
    let receipt = Some(json!({ "at\0": "\0\\u0000" }));
    let again = DeliveryOutcome::Again { at: script.now, error: "\0".to_owned() };
    let tries = [tried(first, 1, DeliveryOutcome::Delivered { receipt }), tried(second, 1, again)];
    store.outbox_mark(&tries, script.now).await.unwrap();
    assert_eq!(store.incident(incident_id(1)).await.unwrap().unwrap().title, "a\u{fffd}b");
    let kept = json!({ "at\u{fffd}": "\u{fffd}\\u0000" });
    assert_eq!(store.receipt(incident_id(1), "sl\u{fffd}ack").await.unwrap(), Some(kept));
    assert_eq!(item(&*store, second).await.error.as_deref(), Some("\u{fffd}"));
}

pub async fn a_leader_learns_how_long_runs_took(store: Arc<dyn Store>) {
    let mut script = Script::lead(&store).await;
    let ended = |script: &mut Script, number: u128, trigger: Trigger, started: bool, state| {
        let run = run_id(number);
        script.add(|seq, at| {
            let mut record = new_run(run, seq, at);
            record.selection = format!("group:{}", number % 2);
            record.trigger = trigger;
            run_created(record)
        });
        if started {
            script.add(|_, _| Effect::RunStarted { run });
        }
        script.now = script.now.plus(Millis(u64::try_from(number).unwrap()));
        script.add(|_, _| Effect::RunEnded { run, state, reason: None });
    };
    let by_hand = || Trigger::Manual { by: "ada".to_owned() };
    let nightly = Trigger::Schedule { name: "nightly".to_owned(), due_at: script.now };
    ended(&mut script, 1, by_hand(), true, RunState::Succeeded);
    ended(&mut script, 2, by_hand(), true, RunState::Failed);
    ended(&mut script, 3, by_hand(), false, RunState::Succeeded);
    ended(&mut script, 4, nightly, true, RunState::Succeeded);
    script.run_created(run_id(5));
    script.commit().await;
    let took = |line: &str, millis| EndedRun { deployment: DEPLOYMENT, line: line.to_owned(), took: Millis(millis) };
    let history = async || store.load(Timestamp::EPOCH).await.unwrap().history;
    assert_eq!(history().await, [took("group:1", 1_001), took("schedule nightly", 1_004)]);
    let many = u128::from(Image::HISTORY) - 1;
    for number in 0..many {
        ended(&mut script, 100 + number, by_hand(), true, RunState::Succeeded);
    }
    script.commit().await;
    let history = history().await;
    assert_eq!(history.len(), Image::HISTORY as usize);
    assert_eq!(history[..2], [took("schedule nightly", 1_004), took("group:0", 1_100)], "the oldest is left out");
    assert_eq!(history.last(), Some(&took("group:0", 1_100 + u64::try_from(many).unwrap() - 1)));
}

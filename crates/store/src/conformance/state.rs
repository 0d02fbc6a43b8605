//! Current state beside history, and the records around runs.

use std::sync::Arc;

use headwater_core::{
    alert::PolicyRecord,
    effect::Effect,
    id::{AssetId, Seq},
    key::AssetKey,
    manifest::Switch,
    record::{LastFailure, RunState, ScheduleRecord, StepState, TickOutcome, VersionKind, WorkerState},
    time::{Millis, Timestamp},
};

use super::{
    builder::{
        DEPLOYMENT, Script, asset_id, command, delivered, deploy, message, named, new_worker, run_id, snapshot, tick,
        worker_id,
    },
    everything,
};
use crate::{Page, Store, VersionFilter};

pub async fn every_kind_of_effect_comes_back(store: Arc<dyn Store>) {
    let mut script = Script::lead(&store).await;
    let (text, run, worker) = (snapshot("5"), run_id(1), worker_id(7));
    script.add(|_, _| Effect::SnapshotStored(text.clone()));
    script.add(|_, _| Effect::SnapshotStored(text.clone()));
    script.add(|seq, at| Effect::Deployed(deploy("shop", "5", seq, at)));
    let asset = script.asset(1, "shop/orders");
    script.add(|seq, at| Effect::CommandAccepted(command(Some("k"), seq, at)));
    script.add(|_, at| Effect::WorkerJoined(Box::new(new_worker(worker, at))));
    script.add(|_, at| {
        Effect::ScheduleMoved(ScheduleRecord {
            deployment: DEPLOYMENT,
            name: "nightly".to_owned(),
            switch: Switch::On,
            watermark: at,
        })
    });
    script.add(|seq, at| Effect::Ticked(tick("nightly", at, seq, at)));
    script.run_created(run);
    script.add(|_, _| Effect::RunStarted { run });
    script.leased(run, 0, 1);
    script.commit().await;
    script.ended(run, 0, 1, StepState::Succeeded);
    script.version(asset, |version| version.run = Some(run));
    script.check(asset, "unique", |check| check.run = Some(run));
    script.add(|_, _| Effect::AssetFailed { asset, partition: String::new(), run });
    script.add(|_, _| Effect::PoolSet { deployment: DEPLOYMENT, pool: "db".to_owned(), limit: Some(3) });
    script.add(|_, _| Effect::PoolSet { deployment: DEPLOYMENT, pool: "api".to_owned(), limit: Some(1) });
    script.add(|seq, at| Effect::MessageQueued(message("m", seq, at)));
    script.opened(1, "shop/orders");
    let policy =
        PolicyRecord { deployment: DEPLOYMENT, name: "pages".to_owned(), muted_until: None, recent: Vec::new() };
    script.add(|_, _| Effect::PolicyMoved(policy.clone()));
    script.told(1, "slack");
    script.withdrawn(1, "slack");
    script.add(|_, _| Effect::WorkerChanged { worker, state: WorkerState::Draining });
    script.add(|_, _| Effect::RunCanceling { run, by: "ada".to_owned() });
    script.commit().await;
    script.add(|_, _| Effect::PoolSet { deployment: DEPLOYMENT, pool: "api".to_owned(), limit: None });
    script.commit().await;

    let all = everything(&*store).await;
    let image = &all.image;
    assert_eq!(image.last_seq, script.seq);
    assert_eq!(image.deployments[0].name, "default");
    assert_eq!(image.live, all.deploys.1);
    assert_eq!(image.snapshots, std::slice::from_ref(&text));
    assert_eq!(store.snapshot(&text.id).await.unwrap(), Some(text));
    assert_eq!(image.assets, [named(asset, "shop/orders")]);
    assert_eq!(image.current.len(), 1);
    assert_eq!(image.runs.len(), 1);
    assert_eq!(image.runs[0].run.state, RunState::Canceling);
    assert_eq!(Some(&image.runs[0].plan), all.runs[0].plan.as_ref());
    assert_eq!(image.runs[0].steps.len(), 1);
    assert_eq!(image.workers[0].state, WorkerState::Draining);
    assert!(image.workers[0].changed_at > image.workers[0].joined_at);
    assert_eq!(image.schedules.len(), 1);
    assert_eq!(image.commands.len(), 1);
    assert_eq!(image.pools, [(DEPLOYMENT, "db".to_owned(), 3)]);
    assert_eq!(image.incidents, std::slice::from_ref(script.incident(1)));
    assert_eq!(image.policies, [policy]);
    assert_eq!(all.outbox.len(), 1);
    assert_eq!(all.alerts.deliveries.len(), 2);
    assert_eq!(all.counts.canceling, 1);
    assert!(store.load(script.now).await.unwrap().commands.is_empty(), "an old command was loaded");
    store.ping().await.unwrap();
    assert!(store.status().await.unwrap().pending.is_empty());
}

pub async fn current_state_follows_versions(store: Arc<dyn Store>) {
    let mut script = Script::lead(&store).await;
    let asset = script.asset(1, "shop/orders");
    let run = run_id(1);
    script.add(|_, _| Effect::AssetFailed { asset, partition: String::new(), run });
    script.commit().await;
    let current = store.current_of(&[asset]).await.unwrap();
    assert_eq!((&current[0].latest, current[0].failed), (&None, Some(LastFailure { at: script.now, run })));

    let first = script.version(asset, |version| {
        version.cursor = Some(serde_json::json!({ "page": 2 }));
        version.code_version = Some("1".to_owned());
        version.run = Some(run);
    });
    script.version(asset, |version| version.partition = "2026-11-24".to_owned());
    script.commit().await;
    let current = store.current_of(&[asset]).await.unwrap();
    assert_eq!(current.len(), 2);
    let latest = current[0].latest.as_ref().unwrap();
    assert_eq!((latest.seq, latest.run, latest.code_version.as_deref()), (first, Some(run), Some("1")));
    assert_eq!(current[0].failed, None, "a version ends the failure");

    // A version without a cursor keeps the cursor, a failure keeps the version, both in one batch and in two.
    let second = script.version(asset, |version| version.kind = VersionKind::Observed);
    script.add(|_, _| Effect::AssetFailed { asset, partition: String::new(), run });
    script.commit().await;
    script.add(|_, _| Effect::AssetFailed { asset, partition: String::new(), run });
    script.commit().await;
    let current = &store.current_of(&[asset]).await.unwrap()[0];
    let latest = current.latest.as_ref().unwrap();
    assert_eq!(
        (latest.seq, latest.kind, latest.run, &latest.code_version),
        (second, VersionKind::Observed, None, &None)
    );
    assert_eq!(current.cursor, Some(serde_json::json!({ "page": 2 })));
    assert_eq!(current.failed, Some(LastFailure { at: script.now, run }));
    assert_eq!(store.current(DEPLOYMENT).await.unwrap(), store.current_of(&[asset]).await.unwrap());
}

pub async fn current_checks_are_the_latest(store: Arc<dyn Store>) {
    let mut script = Script::lead(&store).await;
    let asset = script.asset(1, "shop/orders");
    script.check(asset, "unique", |_| {});
    let failed = script.check(asset, "unique", |check| {
        check.passed = false;
        check.description = "two rows".to_owned();
    });
    let fresh = script.check(asset, "fresh", |check| check.run = Some(run_id(1)));
    script.commit().await;
    let numbers = |checks: Vec<headwater_core::record::CheckRecord>| -> Vec<Seq> {
        checks.into_iter().map(|check| check.seq).collect()
    };
    assert_eq!(numbers(store.current_checks(DEPLOYMENT).await.unwrap()), [fresh, failed]);
    let mended = script.check(asset, "unique", |_| {});
    script.commit().await;
    assert_eq!(numbers(store.current_checks(DEPLOYMENT).await.unwrap()), [fresh, mended]);
    let page = Page { before: None, limit: 2 };
    assert_eq!(numbers(store.checks(asset, &Some("unique".to_owned()), page).await.unwrap()), [mended, failed]);
    assert_eq!(numbers(store.checks(asset, &None, page).await.unwrap()), [mended, fresh]);
    assert_eq!(numbers(store.run_checks(run_id(1)).await.unwrap()), [fresh]);
}

pub async fn a_command_key_counts_once(store: Arc<dyn Store>) {
    let mut script = Script::lead(&store).await;
    script.add(|seq, at| Effect::CommandAccepted(command(Some("k"), seq, at)));
    script.add(|seq, at| Effect::CommandAccepted(command(None, seq, at)));
    script.add(|seq, at| Effect::CommandAccepted(command(None, seq, at)));
    script.commit().await;
    script.add(|seq, at| Effect::CommandAccepted(command(Some("k"), seq, at)));
    script.conflicts().await;
    for key in ["l", "l"] {
        script.add(|seq, at| Effect::CommandAccepted(command(Some(key), seq, at)));
    }
    script.conflicts().await;
    let commands = store.load(Timestamp::EPOCH).await.unwrap().commands;
    assert_eq!(commands.len(), 1);
    assert_eq!((commands[0].key.as_deref(), commands[0].seq), (Some("k"), Seq(1)));
}

pub async fn a_tick_launches_once(store: Arc<dyn Store>) {
    let mut script = Script::lead(&store).await;
    let due = script.now;
    script.add(|seq, at| Effect::Ticked(tick("nightly", due, seq, at)));
    script.add(|seq, at| Effect::Ticked(tick("hourly", due, seq, at)));
    script.commit().await;
    script.add(|seq, at| Effect::Ticked(tick("nightly", due, seq, at)));
    script.conflicts().await;
    script.add(|seq, at| {
        let mut skipped = tick("nightly", due, seq, at);
        skipped.outcome = TickOutcome::Skipped;
        skipped.run = None;
        skipped.count = 1 << 40;
        skipped.through_at = due.plus(Millis::secs(60));
        skipped.reason = Some("it was running".to_owned());
        Effect::Ticked(skipped)
    });
    script.commit().await;
    let ticks = store.ticks(DEPLOYMENT, "nightly", Page::default()).await.unwrap();
    assert_eq!(
        ticks.iter().map(|tick| tick.outcome).collect::<Vec<_>>(),
        [TickOutcome::Skipped, TickOutcome::Launched]
    );
    assert_eq!(ticks[0].count, 1 << 40);
}

pub async fn a_renamed_asset_keeps_its_history(store: Arc<dyn Store>) {
    let mut script = Script::lead(&store).await;
    let (orders, sales) = (script.asset(1, "orders"), script.asset(2, "sales"));
    script.version(orders, |_| {});
    script.commit().await;
    let keys = async || -> Vec<(String, AssetId)> {
        let assets = store.assets(DEPLOYMENT).await.unwrap();
        assets.into_iter().map(|asset| (asset.key.as_str().to_owned(), asset.id)).collect()
    };
    script.add(|_, _| Effect::AssetsNamed(vec![named(orders, "shop/orders")]));
    script.commit().await;
    assert_eq!(keys().await, [("sales".to_owned(), sales), ("shop/orders".to_owned(), orders)]);
    // They trade names, and a new one takes a name that is given up in the same batch.
    script.add(|_, _| Effect::AssetsNamed(vec![named(orders, "sales"), named(sales, "shop/orders")]));
    script.commit().await;
    script.add(|_, _| Effect::AssetsNamed(vec![named(asset_id(3), "sales"), named(orders, "turnover")]));
    script.commit().await;
    let expected =
        [("sales".to_owned(), asset_id(3)), ("shop/orders".to_owned(), sales), ("turnover".to_owned(), orders)];
    assert_eq!(keys().await, expected);
    assert_eq!(store.versions(orders, &VersionFilter::default(), Page::default()).await.unwrap().len(), 1);
    // Two assets with one key are refused.
    script.add(|_, _| Effect::AssetsNamed(vec![named(asset_id(4), "sales")]));
    script.conflicts().await;
    let longest = "ü".repeat(AssetKey::MAX_BYTES / 2);
    script.add(|_, _| Effect::AssetsNamed(vec![named(asset_id(4), &longest)]));
    script.commit().await;
    assert_eq!(keys().await.last().unwrap().0, longest, "texts are ordered by their bytes");
}

pub async fn the_latest_deploy_is_live(store: Arc<dyn Store>) {
    let mut script = Script::lead(&store).await;
    for digit in ["1", "2", "3"] {
        script.add(|_, _| Effect::SnapshotStored(snapshot(digit)));
    }
    script.add(|seq, at| Effect::Deployed(deploy("shop", "1", seq, at)));
    let other = script.add(|seq, at| Effect::Deployed(deploy("crm", "1", seq, at)));
    let second = script.add(|seq, at| Effect::Deployed(deploy("shop", "2", seq, at)));
    script.commit().await;
    script.add(|seq, at| {
        let mut refused = deploy("shop", "3", seq, at);
        refused.refused = Some("a cycle".to_owned());
        Effect::Deployed(refused)
    });
    script.commit().await;
    let live = store.live(DEPLOYMENT).await.unwrap();
    assert_eq!(live.iter().map(|deploy| deploy.seq).collect::<Vec<_>>(), [other, second]);
    let image = store.load(Timestamp::EPOCH).await.unwrap();
    assert_eq!(image.live, live);
    assert_eq!(image.snapshots, [snapshot("1"), snapshot("2")], "only what is live is loaded");
    let deploys = store.deploys(DEPLOYMENT, Page { before: None, limit: 2 }).await.unwrap();
    assert_eq!(deploys.iter().map(|deploy| deploy.seq).collect::<Vec<_>>(), [script.seq, second]);
    assert_eq!(deploys[0].refused.as_deref(), Some("a cycle"));
}

pub async fn messages_stay_until_they_are_delivered(store: Arc<dyn Store>) {
    let mut script = Script::lead(&store).await;
    let first = script.add(|seq, at| Effect::MessageQueued(message("a", seq, at)));
    script.add(|seq, at| Effect::MessageQueued(message("a", seq, at)));
    let second = script.add(|seq, at| Effect::MessageQueued(message("b", seq, at)));
    script.commit().await;
    script.add(|seq, at| Effect::MessageQueued(message("a", seq, at)));
    script.commit().await;
    let open = async || -> Vec<Seq> {
        let items = store.outbox(10).await.unwrap();
        items.into_iter().map(|item| item.message.seq).collect()
    };
    assert_eq!(open().await, [first, second]);
    assert_eq!(store.outbox(1).await.unwrap().len(), 1);
    store.outbox_mark(&[delivered(first), delivered(first)], script.now).await.unwrap();
    store.outbox_mark(&[], script.now).await.unwrap();
    assert_eq!(open().await, [second]);
}

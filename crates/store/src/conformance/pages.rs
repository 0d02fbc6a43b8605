//! Lists.

use std::sync::Arc;

use headwater_core::{
    effect::Effect,
    id::Seq,
    record::{RunRecord, RunState, Trigger},
};

use super::{
    builder::{DEPLOYMENT, Script, asset_id, new_run, run_created, run_id, tick},
    everything::log,
};
use crate::{
    EventFilter, Page, RunFilter, Store, VersionFilter,
    event::{check_event, version_event},
};

pub async fn lists_come_in_pages(store: Arc<dyn Store>) {
    let mut script = Script::lead(&store).await;
    let asset = script.asset(1, "shop/orders");
    for number in 0..10 {
        script.run_created(run_id(number));
        script.version(asset, |version| {
            version.partition = format!("p{}", number % 2);
        });
        script.check(asset, "unique", |_| {});
        script.add(|seq, at| Effect::Ticked(tick("nightly", at, seq, at)));
    }
    script.commit().await;
    let odd = VersionFilter { partition: Some("p1".to_owned()), run: None };
    let mut seen = [Vec::new(), Vec::new(), Vec::new(), Vec::new(), Vec::new()];
    for (kind, expected) in [10, 10, 5, 10, 10].into_iter().enumerate() {
        let mut page = Page { before: None, limit: 3 };
        loop {
            let numbers: Vec<Seq> = match kind {
                0 => store
                    .runs(DEPLOYMENT, &RunFilter::default(), page)
                    .await
                    .unwrap()
                    .iter()
                    .map(|run| run.created_seq)
                    .collect(),
                1 => store
                    .versions(asset, &VersionFilter::default(), page)
                    .await
                    .unwrap()
                    .iter()
                    .map(|v| v.seq)
                    .collect(),
                2 => store.versions(asset, &odd, page).await.unwrap().iter().map(|version| version.seq).collect(),
                3 => store.checks(asset, &None, page).await.unwrap().iter().map(|check| check.seq).collect(),
                _ => store.ticks(DEPLOYMENT, "nightly", page).await.unwrap().iter().map(|tick| tick.seq).collect(),
            };
            assert!(numbers.len() <= 3);
            let Some(last) = numbers.last() else { break };
            page.before = Some(*last);
            seen[kind].extend(numbers);
        }
        assert_eq!(seen[kind].len(), expected, "list {kind}");
        assert!(seen[kind].is_sorted_by(|a, b| a > b), "list {kind} is not newest first: {:?}", seen[kind]);
    }
    let none = Page { before: None, limit: 0 };
    assert!(store.runs(DEPLOYMENT, &RunFilter::default(), none).await.unwrap().is_empty());
    assert!(store.versions(asset_id(9), &VersionFilter::default(), Page::default()).await.unwrap().is_empty());
    assert_eq!(store.run_versions(run_id(1), 5).await.unwrap(), []);
}

pub async fn runs_are_found_by_what_they_are(store: Arc<dyn Store>) {
    let mut script = Script::lead(&store).await;
    let add = |script: &mut Script, number: u128, change: &dyn Fn(&mut RunRecord)| {
        script.add(|seq, at| {
            let mut run = new_run(run_id(number), seq, at);
            change(&mut run);
            run_created(run)
        });
    };
    add(&mut script, 1, &|run| {
        drop(run.tags.insert("team".to_owned(), "data".to_owned()));
    });
    add(&mut script, 2, &|run| {
        run.tags.insert("team".to_owned(), "crm".to_owned());
        run.tags.insert("it's \"odd\"".to_owned(), "100%_é".to_owned());
    });
    add(&mut script, 3, &|run| {
        run.trigger = Trigger::Schedule { name: "nightly".to_owned(), due_at: run.created_at };
    });
    add(&mut script, 4, &|run| {
        run.trigger = Trigger::Retry { by: "ada".to_owned(), of: run_id(1) };
        run.root = run_id(1);
        run.tags.insert("team".to_owned(), "data".to_owned());
    });
    let since = script.now;
    script.commit().await;
    script.add(|_, _| Effect::RunStarted { run: run_id(2) });
    script.add(|_, _| Effect::RunEnded { run: run_id(3), state: RunState::Failed, reason: None });
    script.commit().await;

    let find = async |filter: RunFilter| -> Vec<u128> {
        let runs = store.runs(DEPLOYMENT, &filter, Page::default()).await.unwrap();
        runs.iter().map(|run| run.id.0.as_u128() - run_id(0).0.as_u128()).collect()
    };
    let all = RunFilter::default;
    let tag = |name: &str, value: Option<&str>| Some((name.to_owned(), value.map(str::to_owned)));
    assert_eq!(find(all()).await, [4, 3, 2, 1]);
    assert_eq!(find(RunFilter { states: vec![RunState::Queued], ..all() }).await, [4, 1]);
    assert_eq!(find(RunFilter { states: vec![RunState::Failed, RunState::Running], ..all() }).await, [3, 2]);
    assert_eq!(find(RunFilter { tag: tag("team", None), ..all() }).await, [4, 2, 1]);
    assert_eq!(find(RunFilter { tag: tag("team", Some("data")), ..all() }).await, [4, 1]);
    assert_eq!(find(RunFilter { tag: tag("it's \"odd\"", Some("100%_é")), ..all() }).await, [2]);
    assert_eq!(find(RunFilter { tag: tag("team", Some("x' OR '1'='1")), ..all() }).await, Vec::<u128>::new());
    assert_eq!(find(RunFilter { schedule: Some("nightly".to_owned()), ..all() }).await, [3]);
    assert_eq!(find(RunFilter { root: Some(run_id(1)), ..all() }).await, [4, 1]);
    assert_eq!(find(RunFilter { since: Some(since), ..all() }).await, [4]);
    let narrow = RunFilter {
        states: vec![RunState::Queued],
        tag: tag("team", Some("data")),
        schedule: None,
        root: Some(run_id(1)),
        since: Some(since),
    };
    assert_eq!(find(narrow.clone()).await, [4]);
    assert_eq!(find(RunFilter { schedule: Some("nightly".to_owned()), ..narrow }).await, Vec::<u128>::new());
    let counts = store.run_counts(DEPLOYMENT).await.unwrap();
    assert_eq!((counts.queued, counts.running, counts.canceling), (2, 1, 0));
}

pub async fn versions_and_checks_are_part_of_the_log(store: Arc<dyn Store>) {
    let mut script = Script::lead(&store).await;
    let asset = script.asset(1, "shop/orders");
    for number in 0..50 {
        script.run_created(run_id(number));
        script.version(asset, |version| version.run = Some(run_id(number)));
        script.check(asset, "unique", |check| {
            check.run = Some(run_id(number));
            check.passed = number % 3 == 0;
            check.description = "two rows".to_owned();
        });
    }
    script.commit().await;
    let events = log(&*store, None).await;
    assert_eq!(events.len(), 150);
    assert!(events.is_sorted_by_key(|event| event.seq));
    let of_one = log(&*store, Some(run_id(4))).await;
    let kinds: Vec<&str> = of_one.iter().map(|event| event.kind.as_str()).collect();
    assert_eq!(kinds, ["run_queued", "asset_materialized", "check_failed"]);
    let version = store.versions_at(&[of_one[1].seq]).await.unwrap().remove(0);
    assert_eq!(of_one[1], version_event(&version));
    assert_eq!(of_one[2], check_event(&store.run_checks(run_id(4)).await.unwrap()[0]));
    let rest = store.events(&EventFilter { after: of_one[1].seq, run: Some(run_id(4)), limit: 10 }).await.unwrap();
    assert_eq!(rest, of_one[2..]);
    assert!(store.events(&EventFilter { after: script.seq, run: None, limit: 10 }).await.unwrap().is_empty());
}

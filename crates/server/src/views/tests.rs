//! What the event log moves on is what would be read anew.

use std::sync::Arc;

use headwater_core::{
    graph::Snapshot,
    id::{DeploymentId, SnapshotId},
    key::AssetKey,
    manifest::{AssetDef, AssetRole, CheckDef, Executor, Manifest, Severity, StepDef},
    time::Millis,
};
use headwater_store::{
    Journal as _, MemoryStore, Reader as _,
    conformance::{claim, random::History},
};

use super::{Catalog, Current, Views, refresh};

const DEPLOYMENT: DeploymentId = DeploymentId::DEFAULT;

fn key(number: usize) -> AssetKey {
    AssetKey::new(&format!("a{number}")).unwrap()
}

/// Six assets in a row, of which the first is declared to be made from more than one.
fn snapshot() -> Arc<Snapshot> {
    let mut manifest = Manifest::new("shop");
    for number in 0..6_usize {
        let step = format!("a{number}");
        manifest.assets.push(AssetDef {
            deps: (number.saturating_sub(2)..number).map(key).collect(),
            code_version: (number % 2 == 0).then(|| "1".to_owned()),
            ..AssetDef::new(key(number), AssetRole::Materialized { step: step.clone() })
        });
        manifest.checks.extend((number != 3).then(|| CheckDef {
            name: "unique".into(),
            asset: key(number),
            step: step.clone(),
            blocking: false,
            severity: Severity::Error,
            description: String::new(),
            source: None,
        }));
        manifest.steps.push(StepDef::new(step, Executor::Rust));
    }
    Arc::new(Snapshot::new(manifest).unwrap())
}

/// The catalog of these definitions, with the assets' identities in the order of their ids.
async fn catalog(store: &MemoryStore, snapshot: &Arc<Snapshot>) -> Option<Arc<Catalog>> {
    let mut assets = store.assets(DEPLOYMENT).await.unwrap();
    assets.sort_by_key(|asset| asset.id);
    (0..).zip(&mut assets).for_each(|(number, asset)| asset.key = key(number));
    (assets.len() == 6).then(|| Arc::new(Catalog::new(Vec::new(), vec![Arc::clone(snapshot)], assets)))
}

fn is_same(one: &Current, other: &Current) {
    for node in 0..6 {
        assert_eq!(one.now(node), other.now(node), "asset {node}");
        assert_eq!(one.judged(node), other.judged(node), "asset {node}");
        assert_eq!(one.in_progress(node), other.in_progress(node), "asset {node}");
    }
}

#[tokio::test]
async fn a_state_moved_on_is_the_state_read_anew() {
    let (mut moved, mut busy) = (0, 0);
    for seed in [1, 2, 3] {
        println!("seed {seed}");
        let (store, views, snapshot) = (MemoryStore::new(), Views::default(), snapshot());
        // The runs of these histories are pinned to a snapshot of this name.
        views.snapshots.put(SnapshotId("5".repeat(64)), Arc::clone(&snapshot));
        let term = store.lead(&claim(1, Millis::secs(3_600))).await.unwrap().unwrap();
        let mut history = History::new(seed);
        let mut known: Option<Current> = None;
        for _ in 0..300 {
            store.commit(term, &history.batch()).await.unwrap();
            let catalog = match &known {
                Some(known) => Arc::clone(&known.catalog),
                None => match catalog(&store, &snapshot).await {
                    Some(catalog) => catalog,
                    None => continue,
                },
            };
            let anew = refresh::whole(&views, &store, DEPLOYMENT, &catalog).await.unwrap();
            let next = match &known {
                Some(known) => {
                    moved += 1;
                    let seq = store.last_seq().await.unwrap();
                    let next = refresh::moved_on(&views, &store, DEPLOYMENT, known, seq).await.unwrap();
                    next.expect("few entries to move on by")
                }
                None => refresh::whole(&views, &store, DEPLOYMENT, &catalog).await.unwrap(),
            };
            is_same(&next, &anew);
            busy += (0..6).filter(|&node| next.in_progress(node).is_some()).count();
            known = Some(next);
        }
    }
    assert!(moved > 500 && busy > 500, "{moved} times, {busy} assets in progress");
}

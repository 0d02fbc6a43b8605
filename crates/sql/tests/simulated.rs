//! What the simulator's servers commit, on the memory store and both databases in lock step.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "helpers of tests may stop a test")]

mod support;

use std::sync::Arc;

use headwater_core::time::{Millis, Timestamp};
use headwater_sim::Scenario;
use headwater_store::{
    MemoryStore, Store,
    conformance::{claim, everything},
};
use support::{assert_same, open_postgres, open_sqlite};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn simulated_plans_are_stored_alike() {
    let seeds = std::env::var("HEADWATER_TEST_SEEDS").ok().and_then(|seeds| seeds.parse().ok()).unwrap_or(4_u64);
    for seed in 0..seeds {
        println!("seed {seed}");
        let (postgres, database) = open_postgres().await;
        let (sqlite, _folder) = open_sqlite().await;
        let stores: [Arc<dyn Store>; 3] = [Arc::new(MemoryStore::new()), sqlite, postgres];
        lock_step(seed, &stores).await;
        drop(stores);
        database.drop_database().await;
    }
}

async fn lock_step(seed: u64, stores: &[Arc<dyn Store>; 3]) {
    let mut terms = Vec::new();
    for store in stores {
        let term = store.lead(&claim(1, Millis::secs(3_600))).await.unwrap();
        terms.push(term.unwrap());
    }
    let batches = Scenario::of_seed(seed).batches();
    assert!(batches.len() > 5, "seed {seed} has hardly any commits");
    for (number, batch) in batches.iter().enumerate() {
        let place = format!("seed {seed}, commit {number}");
        for (store, term) in stores.iter().zip(&terms) {
            store.commit(*term, batch).await.unwrap_or_else(|error| panic!("{place}: {error}"));
        }
        let expected = stores[0].load(Timestamp::EPOCH).await.unwrap();
        for (name, store) in ["sqlite", "postgres"].iter().zip(&stores[1..]) {
            let image = store.load(Timestamp::EPOCH).await.unwrap();
            assert!(image == expected, "{place}: {name} loads another world:\n{image:#?}\ninstead of\n{expected:#?}");
        }
        if number % 40 == 0 || number + 1 == batches.len() {
            let expected = everything(&*stores[0]).await;
            for (name, store) in ["sqlite", "postgres"].iter().zip(&stores[1..]) {
                assert_same(&format!("{place}: {name}"), &expected, &everything(&**store).await);
            }
        }
    }
}

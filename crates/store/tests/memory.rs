//! The suite on the memory store.

use std::sync::Arc;

use headwater_core::time::{Millis, Timestamp};
use headwater_store::{
    Journal, MemoryStore, Reader, Store,
    conformance::{Script, claim, everything},
};

async fn open() -> (Arc<dyn Store>, ()) {
    (Arc::new(MemoryStore::new()), ())
}

headwater_store::conformance!(open);

#[tokio::test]
async fn a_fork_goes_its_own_way() {
    let store = MemoryStore::new();
    let shared: Arc<dyn Store> = Arc::new(store.clone());
    let mut script = Script::lead(&shared).await;
    script.commit().await;
    let backup = store.fork();
    script.add(|_, _| headwater_core::effect::Effect::PoolSet {
        deployment: headwater_core::id::DeploymentId::DEFAULT,
        pool: "db".to_owned(),
        limit: Some(1),
    });
    script.commit().await;
    assert_eq!(everything(&store).await, everything(&*shared).await);
    assert_ne!(everything(&store).await, everything(&backup).await);
}

#[tokio::test]
async fn leads_expire_by_the_stores_clock() {
    let store = MemoryStore::new();
    let (one, two) = (claim(1, Millis::secs(15)), claim(2, Millis::secs(15)));
    let term = store.lead(&one).await.unwrap().unwrap();
    store.set_clock(Timestamp::from_secs(10));
    assert!(store.renew(&one, term).await.unwrap());
    store.set_clock(Timestamp::from_secs(24));
    assert_eq!(store.lead(&two).await.unwrap(), None);
    store.set_clock(Timestamp::from_secs(25));
    assert!(store.leader().await.unwrap().unwrap().expired);
    assert!(store.lead(&two).await.unwrap() > Some(term));
}

//! Leadership, terms and the atomicity of commits.

use std::sync::Arc;

use headwater_core::{
    effect::Effect,
    id::{Seq, Term},
    record::StepState,
    time::Millis,
};

use super::{
    builder::{Script, claim, run_id},
    everything,
};
use crate::{CommitError, Store};

pub async fn one_server_leads_at_a_time(store: Arc<dyn Store>) {
    assert_eq!(store.leader().await.unwrap(), None);
    let (one, two) = (claim(1, Millis::secs(3_600)), claim(2, Millis::secs(3_600)));
    let first = store.lead(&one).await.unwrap().unwrap();
    assert_eq!(store.lead(&two).await.unwrap(), None);
    let leader = store.leader().await.unwrap().unwrap();
    assert_eq!((leader.server, leader.address, leader.term), (one.server, one.address.clone(), first));
    assert!(!leader.expired);
    // Whoever leads may take the lead again, under a new term.
    let again = store.lead(&one).await.unwrap().unwrap();
    assert!(again > first);
    assert!(store.renew(&one, again).await.unwrap());
    assert!(!store.renew(&one, first).await.unwrap());
}

pub async fn a_lead_that_is_over_can_be_taken(store: Arc<dyn Store>) {
    let (brief, long) = (claim(1, Millis::ZERO), claim(2, Millis::secs(3_600)));
    let first = store.lead(&brief).await.unwrap().unwrap();
    assert!(store.leader().await.unwrap().unwrap().expired);
    let second = store.lead(&long).await.unwrap().expect("the lead of no duration is over");
    assert!(second > first);
    store.resign(first).await.unwrap();
    assert!(!store.leader().await.unwrap().unwrap().expired, "an old term was resigned");
    store.resign(second).await.unwrap();
    assert!(store.leader().await.unwrap().unwrap().expired);
    assert!(!store.renew(&long, second).await.unwrap(), "a term that was resigned is over");
    assert_eq!(store.commit(second, &[]).await, Err(CommitError::Stale));
    assert!(store.lead(&brief).await.unwrap().unwrap() > second);
}

pub async fn a_stale_term_commits_nothing(store: Arc<dyn Store>) {
    let mut script = Script::lead(&store).await;
    script.run_created(run_id(1));
    script.commit().await;
    let before = everything(&*store).await;
    let stale = script.term;
    script.term = store.lead(&claim(1, Millis::secs(3_600))).await.unwrap().unwrap();
    script.add(|_, _| Effect::RunStarted { run: run_id(1) });
    let batch = script.take();
    assert_eq!(store.commit(stale, &batch).await, Err(CommitError::Stale));
    assert_eq!(store.commit(Term(script.term.0 + 1), &batch).await, Err(CommitError::Stale));
    assert_eq!(everything(&*store).await, before);
    store.commit(script.term, &batch).await.unwrap();
    assert_eq!(store.last_seq().await.unwrap(), script.seq);
}

pub async fn numbers_have_no_gaps(store: Arc<dyn Store>) {
    let mut script = Script::lead(&store).await;
    script.run_created(run_id(1));
    script.commit().await;
    let before = everything(&*store).await;
    // A number too far, the last one again, and a gap inside of the batch.
    for skip in [1, -1] {
        script.seq = Seq(script.seq.0 + skip);
        script.run_created(run_id(2));
        script.conflicts().await;
    }
    script.run_created(run_id(2));
    script.seq = script.seq.next();
    script.run_created(run_id(3));
    script.conflicts().await;
    assert_eq!(everything(&*store).await, before);
    script.run_created(run_id(2));
    script.commit().await;
}

pub async fn a_batch_is_all_or_nothing(store: Arc<dyn Store>) {
    let mut script = Script::lead(&store).await;
    script.run_created(run_id(1));
    script.leased(run_id(1), 0, 1);
    script.ended(run_id(1), 0, 1, StepState::Succeeded);
    script.commit().await;
    let before = everything(&*store).await;
    // What does not fit comes last, so that everything before it must be undone.
    script.run_created(run_id(2));
    let asset = script.asset(1, "shop/orders");
    script.version(asset, |_| {});
    script.leased(run_id(1), 1, 1);
    script.ended(run_id(1), 0, 1, StepState::Failed);
    script.conflicts().await;
    script.run_created(run_id(2));
    script.run_created(run_id(1));
    script.conflicts().await;
    assert_eq!(everything(&*store).await, before);
}

pub async fn an_empty_batch_renews_the_lead(store: Arc<dyn Store>) {
    let script = Script::lead(&store).await;
    store.commit(script.term, &[]).await.unwrap();
    assert_eq!(store.last_seq().await.unwrap(), Seq(0));
    assert_eq!(store.commit(Term(script.term.0 + 1), &[]).await, Err(CommitError::Stale));
}

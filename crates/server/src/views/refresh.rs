//! Reads the current state: whole at first, and then only what the event log names.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
    time::Duration,
};

use headwater_core::{
    id::{AssetId, DeploymentId, Seq},
    record::{AssetCurrent, CheckRecord},
    selection::Universe,
};
use headwater_store::{EventFilter, Store};

use super::{
    Catalog, Current, Views,
    active::Active,
    state::{Now, Origin},
};
use crate::problem::Refused;

/// After how many entries of the event log reading everything is the shorter way.
const MOST_NEWS: u32 = 2_000;
/// How old a state may be that is moved on; entries of the log are forgotten after days, which nobody would notice.
const OLDEST: Duration = Duration::from_secs(3_600);

/// Reads everything.
pub(super) async fn whole(
    views: &Views,
    store: &dyn Store,
    deployment: DeploymentId,
    catalog: &Arc<Catalog>,
) -> Result<Current, Refused> {
    let seq = store.last_seq().await?;
    let current = store.current(deployment).await?;
    let checks = store.current_checks(deployment).await?;
    let mut found = gather(store, catalog, current, checks).await?;
    let assets = (0..catalog.len()).map(|node| Arc::new(found.remove(&node).unwrap_or_default())).collect();
    let active = Active::default().follow(views, store, deployment, catalog, None).await?;
    Ok(Current::new(catalog, seq, assets, active))
}

/// Moves a state on to a number of the event log; none where too much has happened since.
pub(super) async fn moved_on(
    views: &Views,
    store: &dyn Store,
    deployment: DeploymentId,
    known: &Current,
    seq: Seq,
) -> Result<Option<Current>, Refused> {
    if known.read_at.elapsed() > OLDEST {
        return Ok(None);
    }
    let news = store.events(&EventFilter { after: known.seq, run: None, limit: MOST_NEWS }).await?;
    if news.len() >= MOST_NEWS as usize {
        return Ok(None);
    }
    let catalog = &known.catalog;
    let named: BTreeSet<AssetId> =
        news.iter().filter_map(|event| event.asset).filter(|&asset| catalog.node(asset).is_some()).collect();
    let named: Vec<AssetId> = named.into_iter().collect();
    let mut changed = BTreeMap::new();
    if !named.is_empty() {
        let current = store.current_of(&named).await?;
        let checks = store.current_checks_of(&named).await?;
        changed = gather(store, catalog, current, checks).await?;
    }
    let active = known.active.follow(views, store, deployment, catalog, Some(&news)).await?;
    let seq = news.last().map_or(seq, |last| last.seq.max(seq));
    Ok(Some(known.with(seq, changed.into_iter().collect(), active)))
}

/// Puts together what is there of assets, with what their latest versions were made from.
async fn gather(
    store: &dyn Store,
    catalog: &Catalog,
    current: Vec<AssetCurrent>,
    checks: Vec<CheckRecord>,
) -> Result<BTreeMap<usize, Now>, Refused> {
    let mut found: BTreeMap<usize, Now> = BTreeMap::new();
    for current in current {
        if let Some(node) = catalog.node(current.asset) {
            found.entry(node).or_default().add(current);
        }
    }
    for check in checks {
        // What a check said that is no longer declared is history.
        if let Some(node) = catalog.node(check.asset).filter(|&node| catalog.declares(node, &check.check)) {
            found.entry(node).or_default().checks.push(check);
        }
    }
    let seqs: Vec<Seq> = found.values().filter_map(Now::seq).collect();
    let mut origins: BTreeMap<Seq, Origin> =
        store.versions_at(&seqs).await?.into_iter().map(|version| (version.seq, version.into())).collect();
    for now in found.values_mut() {
        now.origin = now.seq().and_then(|seq| origins.remove(&seq));
    }
    Ok(found)
}

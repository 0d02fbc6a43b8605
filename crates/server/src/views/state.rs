//! The current state of a deployment's assets, put together once for all who ask between two commits.

use std::{collections::HashMap, sync::Arc};

use headwater_api::InProgress;
use headwater_core::{
    id::{AssetId, DeploymentId, RunId, Seq},
    record::{AssetCurrent, CheckRecord, LastFailure, Latest, RunState, StepState},
    selection::Universe,
};
use headwater_store::{Page, RunFilter, Store};

use super::{Catalog, Views};
use crate::problem::Refused;

/// How many runs that have not ended are looked at.
const MAX_ACTIVE: u32 = 500;

/// The current state.
pub(crate) struct Current {
    /// The state is at least as new as this number of the event log.
    pub(crate) seq: Seq,
    pub(super) deployment: DeploymentId,
    catalog: Arc<Catalog>,
    assets: HashMap<AssetId, Now>,
    checks: HashMap<AssetId, Vec<CheckRecord>>,
    active: HashMap<AssetId, InProgress>,
}

/// What is there of one asset, over all of its partitions.
#[derive(Default)]
pub(crate) struct Now {
    pub(crate) latest: Option<(Latest, String)>,
    pub(crate) failed: Option<LastFailure>,
    pub(crate) partitions: u64,
}

impl Now {
    fn add(&mut self, current: AssetCurrent) {
        if !current.partition.is_empty() && current.latest.is_some() {
            self.partitions += 1;
        }
        let newer = |latest: &Latest| self.latest.as_ref().is_none_or(|(known, _)| latest.seq > known.seq);
        if let Some(latest) = current.latest.filter(newer) {
            self.latest = Some((latest, current.partition));
        }
        let later = |failed: &LastFailure| self.failed.is_none_or(|known| failed.at > known.at);
        self.failed = current.failed.filter(later).or(self.failed);
    }
}

impl Current {
    pub(super) async fn read(
        views: &Views,
        store: &dyn Store,
        deployment: DeploymentId,
        catalog: &Arc<Catalog>,
        seq: Seq,
    ) -> Result<Self, Refused> {
        let mut assets: HashMap<AssetId, Now> = HashMap::new();
        for current in store.current(deployment).await? {
            assets.entry(current.asset).or_default().add(current);
        }
        let mut checks: HashMap<AssetId, Vec<CheckRecord>> = HashMap::new();
        for check in store.current_checks(deployment).await? {
            checks.entry(check.asset).or_default().push(check);
        }
        let active = in_progress(views, store, deployment, catalog).await?;
        Ok(Self { seq, deployment, catalog: Arc::clone(catalog), assets, checks, active })
    }

    pub(super) fn is_of(&self, catalog: &Arc<Catalog>) -> bool {
        Arc::ptr_eq(&self.catalog, catalog)
    }

    pub(crate) fn asset(&self, id: Option<AssetId>) -> Option<&Now> {
        self.assets.get(&id?)
    }

    /// The latest results of an asset's checks.
    pub(crate) fn checks(&self, id: Option<AssetId>) -> &[CheckRecord] {
        id.and_then(|id| self.checks.get(&id)).map_or(&[], Vec::as_slice)
    }

    pub(crate) fn in_progress(&self, id: Option<AssetId>) -> Option<InProgress> {
        self.active.get(&id?).copied()
    }
}

/// Assets that a run is about to make, with the oldest such run.
async fn in_progress(
    views: &Views,
    store: &dyn Store,
    deployment: DeploymentId,
    catalog: &Catalog,
) -> Result<HashMap<AssetId, InProgress>, Refused> {
    let states = vec![RunState::Queued, RunState::Running, RunState::Canceling];
    let filter = RunFilter { states, ..RunFilter::default() };
    let runs = store.runs(deployment, &filter, Page { before: None, limit: MAX_ACTIVE }).await?;
    let mut active = HashMap::new();
    for run in runs.into_iter().rev() {
        let snapshot = views.snapshot(store, &run.snapshot).await?;
        for (step, state, assets) in open_steps(views, store, run.id).await? {
            for asset in assets {
                let key = &snapshot.manifest().assets[asset as usize].key;
                if let Some(id) = catalog.find(key.as_str()).and_then(|node| catalog.id(node)) {
                    active.entry(id).or_insert(InProgress { run: run.id, step, state });
                }
            }
        }
    }
    Ok(active)
}

/// The steps of a run that have not ended, with the assets that they make.
async fn open_steps(views: &Views, store: &dyn Store, run: RunId) -> Result<Vec<(u32, StepState, Vec<u32>)>, Refused> {
    let plan = views.plan(store, run).await?;
    let mut states = vec![StepState::Pending; plan.steps.len()];
    for step in store.steps(run).await? {
        if let Some(state) = states.get_mut(step.step.index()) {
            *state = step.state;
        }
    }
    let open = plan.steps.iter().zip(states).enumerate().filter(|(_, (_, state))| !state.is_final());
    Ok(open.map(|(no, (step, state))| (no as u32, state, step.assets.clone())).collect())
}

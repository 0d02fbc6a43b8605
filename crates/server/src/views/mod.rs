//! What is read often and changes seldom, or has to be put together: definitions, plans, current state.

mod active;
mod cache;
mod catalog;
mod drawing;
mod facts;
mod refresh;
mod stale;
mod state;
#[cfg(test)]
mod tests;

pub(crate) use catalog::Catalog;
pub(crate) use drawing::{Boxed, Drawing, Which};
pub(crate) use facts::{Facts, failed_as};
pub(crate) use state::{Current, Judged};

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
};

use headwater_api::ErrorCode;
use headwater_core::{
    graph::Snapshot,
    id::{DeploymentId, RunId, SnapshotId},
    manifest::Manifest,
    plan::Plan,
    record::DeploymentRecord,
};
use headwater_store::{Store, StoreError};

use crate::problem::Refused;
use cache::Cache;

/// How many parsed snapshots are kept.
const SNAPSHOTS: usize = 16;
/// How many parsed plans are kept.
const PLANS: usize = 64;

/// The views.
pub(crate) struct Views {
    deployments: Mutex<HashMap<String, DeploymentRecord>>,
    snapshots: Cache<SnapshotId, Arc<Snapshot>>,
    plans: Cache<RunId, Arc<Plan>>,
    catalogs: Mutex<HashMap<DeploymentId, Arc<Catalog>>>,
    current: tokio::sync::Mutex<HashMap<DeploymentId, Arc<Current>>>,
}

impl Default for Views {
    fn default() -> Self {
        Self {
            deployments: Mutex::default(),
            snapshots: Cache::new(SNAPSHOTS),
            plans: Cache::new(PLANS),
            catalogs: Mutex::default(),
            current: tokio::sync::Mutex::default(),
        }
    }
}

fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Views {
    /// A deployment by its name.
    pub(crate) async fn deployment(
        &self,
        store: &dyn Store,
        name: &str,
    ) -> Result<Option<DeploymentRecord>, StoreError> {
        if let Some(known) = lock(&self.deployments).get(name) {
            return Ok(Some(known.clone()));
        }
        let all = store.deployments().await?;
        let mut known = lock(&self.deployments);
        known.extend(all.into_iter().map(|record| (record.name.clone(), record)));
        Ok(known.get(name).cloned())
    }

    /// A snapshot, parsed.
    pub(crate) async fn snapshot(&self, store: &dyn Store, id: &SnapshotId) -> Result<Arc<Snapshot>, Refused> {
        if let Some(known) = self.snapshots.get(id) {
            return Ok(known);
        }
        let text = store.snapshot(id).await?.ok_or_else(|| Refused::missing("snapshot", id))?;
        // Ten thousand assets take tens of milliseconds, which other requests should not wait for.
        let parsed = tokio::task::spawn_blocking(move || {
            let manifest = Manifest::from_json(&text.manifest).map_err(|error| error.to_string())?;
            Snapshot::from_canonical(manifest, text.id).map_err(|_| "it is no longer valid".to_owned())
        });
        let parsed = parsed.await.map_err(|error| error.to_string()).and_then(|parsed| parsed);
        let parsed = parsed.map_err(|error| {
            Refused::new(ErrorCode::Internal, format!("snapshot {} cannot be read: {error}", id.short()))
        })?;
        let parsed = Arc::new(parsed);
        self.snapshots.put(id.clone(), Arc::clone(&parsed));
        Ok(parsed)
    }

    /// The plan of a run, parsed.
    pub(crate) async fn plan(&self, store: &dyn Store, run: RunId) -> Result<Arc<Plan>, Refused> {
        if let Some(known) = self.plans.get(&run) {
            return Ok(known);
        }
        let text = store.plan(run).await?.ok_or_else(|| Refused::missing("run", run))?;
        let plan: Plan = serde_json::from_str(&text).map_err(|error| {
            Refused::new(ErrorCode::Internal, format!("the plan of run {run} cannot be read: {error}"))
        })?;
        let plan = Arc::new(plan);
        self.plans.put(run, Arc::clone(&plan));
        Ok(plan)
    }

    /// The live definitions of a deployment.
    pub(crate) async fn catalog(&self, store: &dyn Store, here: &DeploymentRecord) -> Result<Arc<Catalog>, Refused> {
        let live = store.live(here.id).await?;
        if let Some(known) = lock(&self.catalogs).get(&here.id)
            && known.is_of(&live)
        {
            return Ok(Arc::clone(known));
        }
        let mut snapshots = Vec::with_capacity(live.len());
        for deploy in &live {
            snapshots.push(self.snapshot(store, &deploy.snapshot).await?);
        }
        let assets = store.assets(here.id).await?;
        let catalog = Arc::new(Catalog::new(live, snapshots, assets));
        lock(&self.catalogs).insert(here.id, Arc::clone(&catalog));
        Ok(catalog)
    }

    /// The current state of a deployment, as new as the event log.
    pub(crate) async fn current(
        &self,
        store: &dyn Store,
        here: &DeploymentRecord,
        catalog: &Arc<Catalog>,
    ) -> Result<Arc<Current>, Refused> {
        let seq = store.last_seq().await?;
        // Whoever comes while it is being read waits and takes the same.
        let mut all = self.current.lock().await;
        let known = all.get(&here.id).filter(|known| known.is_of(catalog));
        let moved = match known {
            Some(known) if known.seq >= seq => return Ok(Arc::clone(known)),
            Some(known) => refresh::moved_on(self, store, here.id, known, seq).await?,
            None => None,
        };
        let current = match moved {
            Some(moved) => moved,
            None => refresh::whole(self, store, here.id, catalog).await?,
        };
        let current = Arc::new(current);
        all.insert(here.id, Arc::clone(&current));
        Ok(current)
    }
}

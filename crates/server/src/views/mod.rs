//! What is read often and changes seldom, or has to be put together: definitions, plans, current state.

mod cache;
mod catalog;
mod facts;
mod stale;
mod state;

pub(crate) use catalog::Catalog;
pub(crate) use facts::Facts;
pub(crate) use state::Current;

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
};

use headwater_api::ErrorCode;
use headwater_core::{
    graph::Snapshot,
    id::{DeploymentId, RunId, Seq, SnapshotId},
    manifest::Manifest,
    plan::Plan,
    record::{DeploymentRecord, VersionRecord},
    report::InputVersion,
};
use headwater_store::{Store, StoreError};

use crate::problem::Refused;
use cache::Cache;

/// How many parsed snapshots are kept.
const SNAPSHOTS: usize = 16;
/// How many parsed plans are kept.
const PLANS: usize = 64;
/// Of how many versions the inputs are kept.
const INPUTS: usize = 200_000;
/// From how many unknown versions on all of them are read at once.
const AT_ONCE: usize = 32;

/// What a version was made from.
pub(crate) struct Origin {
    /// Whether a run of ours made it.
    pub(crate) ours: bool,
    pub(crate) inputs: Vec<InputVersion>,
}

/// The views.
pub(crate) struct Views {
    deployments: Mutex<HashMap<String, DeploymentRecord>>,
    snapshots: Cache<SnapshotId, Arc<Snapshot>>,
    plans: Cache<RunId, Arc<Plan>>,
    origins: Mutex<HashMap<Seq, Arc<Origin>>>,
    catalogs: Mutex<HashMap<DeploymentId, Arc<Catalog>>>,
    current: tokio::sync::Mutex<HashMap<DeploymentId, Arc<Current>>>,
}

impl Default for Views {
    fn default() -> Self {
        Self {
            deployments: Mutex::default(),
            snapshots: Cache::new(SNAPSHOTS),
            plans: Cache::new(PLANS),
            origins: Mutex::default(),
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

    /// What a version was made from. A version never changes, so it is read once.
    pub(crate) async fn origin(&self, store: &dyn Store, seq: Seq) -> Result<Option<Arc<Origin>>, StoreError> {
        if let Some(known) = lock(&self.origins).get(&seq) {
            return Ok(Some(Arc::clone(known)));
        }
        let Some(VersionRecord { run, inputs, .. }) = store.version(seq).await? else {
            return Ok(None);
        };
        let origin = Arc::new(Origin { ours: run.is_some(), inputs });
        let mut known = lock(&self.origins);
        if known.len() >= INPUTS {
            known.clear();
        }
        known.insert(seq, Arc::clone(&origin));
        Ok(Some(origin))
    }

    /// Reads what many versions were made from at once, where few of them are known.
    pub(crate) async fn load_origins(
        &self,
        store: &dyn Store,
        deployment: DeploymentId,
        wanted: impl Iterator<Item = Seq>,
    ) -> Result<(), StoreError> {
        let missing = {
            let known = lock(&self.origins);
            wanted.filter(|seq| !known.contains_key(seq)).count()
        };
        if missing < AT_ONCE {
            return Ok(());
        }
        let latest = store.latest_versions(deployment).await?;
        let mut known = lock(&self.origins);
        if known.len() + latest.len() > INPUTS {
            known.clear();
        }
        known.extend(latest.into_iter().map(|version| {
            (version.seq, Arc::new(Origin { ours: version.run.is_some(), inputs: version.inputs }))
        }));
        Ok(())
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

    /// The current state of a deployment. It is put together anew when the event log has grown.
    pub(crate) async fn current(
        &self,
        store: &dyn Store,
        here: &DeploymentRecord,
        catalog: &Arc<Catalog>,
    ) -> Result<Arc<Current>, Refused> {
        let seq = store.last_seq().await?;
        // Whoever comes while it is being read waits and takes the same.
        let mut all = self.current.lock().await;
        if let Some(known) = all.get(&here.id)
            && known.seq >= seq
            && known.is_of(catalog)
        {
            return Ok(Arc::clone(known));
        }
        let current = Arc::new(Current::read(self, store, here.id, catalog, seq).await?);
        all.insert(here.id, Arc::clone(&current));
        Ok(current)
    }
}

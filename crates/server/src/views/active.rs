//! What runs in progress are about to make.

use std::sync::Arc;

use headwater_api::InProgress;
use headwater_core::{
    effect::Event,
    id::{DeploymentId, RunId},
    record::{RunRecord, RunState, StepState},
    selection::Universe,
};
use headwater_store::{Page, RunFilter, Store};

use super::{Catalog, Views};
use crate::problem::Refused;

/// How many runs that have not ended are looked at.
const MAX_ACTIVE: u32 = 500;

/// Runs in progress, and the assets that they are about to make.
#[derive(Default)]
pub(super) struct Active {
    /// Oldest first.
    runs: Vec<Arc<OpenRun>>,
    /// By the assets' numbers in the catalog.
    by_node: Vec<Option<InProgress>>,
}

#[derive(Clone)]
struct OpenRun {
    id: RunId,
    /// The assets that each step of the plan makes, by their numbers in the catalog.
    makes: Arc<Vec<Vec<usize>>>,
    /// Which steps have ended.
    ended: Vec<bool>,
}

impl Active {
    /// The oldest run that is about to make an asset.
    pub(super) fn of(&self, node: usize) -> Option<InProgress> {
        self.by_node.get(node).copied().flatten()
    }

    /// Moves on by what the event log says. Without any, everything is read.
    pub(super) async fn follow(
        &self,
        views: &Views,
        store: &dyn Store,
        deployment: DeploymentId,
        catalog: &Catalog,
        news: Option<&[Event]>,
    ) -> Result<Self, Refused> {
        let mut runs = if news.is_none_or(|news| news.iter().any(Event::moves_run)) {
            self.list(views, store, deployment, catalog).await?
        } else {
            self.runs.clone()
        };
        for event in news.unwrap_or_default().iter().filter(|event| event.ends_step()) {
            let run = runs.iter_mut().find(|run| Some(run.id) == event.run);
            let ended = run.zip(event.step).and_then(|(run, step)| Arc::make_mut(run).ended.get_mut(step.index()));
            if let Some(ended) = ended {
                *ended = true;
            }
        }
        let by_node = if runs.is_empty() { Vec::new() } else { in_progress(&runs, store, deployment, catalog).await? };
        Ok(Self { runs, by_node })
    }

    /// The runs that have not ended; those that were known are not read again.
    async fn list(
        &self,
        views: &Views,
        store: &dyn Store,
        deployment: DeploymentId,
        catalog: &Catalog,
    ) -> Result<Vec<Arc<OpenRun>>, Refused> {
        let states = vec![RunState::Queued, RunState::Running, RunState::Canceling];
        let filter = RunFilter { states, ..RunFilter::default() };
        let records = store.runs(deployment, &filter, Page { before: None, limit: MAX_ACTIVE }).await?;
        let mut runs = Vec::with_capacity(records.len());
        for record in records.into_iter().rev() {
            match self.runs.iter().find(|known| known.id == record.id) {
                Some(known) => runs.push(Arc::clone(known)),
                None => runs.push(Arc::new(open(views, store, catalog, &record).await?)),
            }
        }
        Ok(runs)
    }
}

async fn open(views: &Views, store: &dyn Store, catalog: &Catalog, run: &RunRecord) -> Result<OpenRun, Refused> {
    let snapshot = views.snapshot(store, &run.snapshot).await?;
    let plan = views.plan(store, run.id).await?;
    let node = |&asset: &u32| catalog.find(snapshot.manifest().assets.get(asset as usize)?.key.as_str());
    let makes: Vec<Vec<usize>> = plan.steps.iter().map(|step| step.assets.iter().filter_map(node).collect()).collect();
    let mut ended = vec![false; makes.len()];
    for step in store.steps(run.id).await? {
        if let Some(ended) = ended.get_mut(step.step.index()) {
            *ended = step.state.is_final();
        }
    }
    Ok(OpenRun { id: run.id, makes: Arc::new(makes), ended })
}

async fn in_progress(
    runs: &[Arc<OpenRun>],
    store: &dyn Store,
    deployment: DeploymentId,
    catalog: &Catalog,
) -> Result<Vec<Option<InProgress>>, Refused> {
    let in_hand = store.steps_in_hand(deployment).await?;
    let mut by_node = vec![None; catalog.len()];
    for run in runs {
        let from = in_hand.partition_point(|step| step.run < run.id);
        let mut own = in_hand[from..].iter().take_while(|step| step.run == run.id).peekable();
        for (step, nodes) in (0_u32..).zip(run.makes.iter()) {
            let state = own.next_if(|own| own.step.0 == step).map_or(StepState::Pending, |own| own.state);
            if run.ended[step as usize] {
                continue;
            }
            for &node in nodes {
                by_node[node].get_or_insert(InProgress { run: run.id, step, state });
            }
        }
    }
    Ok(by_node)
}

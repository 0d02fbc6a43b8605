//! How an asset is, in the few facts that graphs and counts show.

use headwater_api::{NodeState, Staleness, StateCounts};
use headwater_core::{id::RunId, manifest::AssetRole, time::Timestamp};
use headwater_store::{Store, StoreError};

use super::{Catalog, Current, Views};

/// How an asset is.
#[derive(Clone, Debug)]
pub(crate) struct Facts {
    pub(crate) state: NodeState,
    pub(crate) staleness: Staleness,
    /// When it was made or looked at last.
    pub(crate) at: Option<Timestamp>,
    /// When its last try failed, and in which run.
    pub(crate) failed: Option<(Timestamp, RunId)>,
    pub(crate) failed_checks: u32,
    /// Whether it is older than it may be.
    pub(crate) late: bool,
}

impl Views {
    /// How each of these assets is.
    pub(crate) async fn facts(
        &self,
        store: &dyn Store,
        catalog: &Catalog,
        current: &Current,
        nodes: &[usize],
        now: Timestamp,
    ) -> Result<Vec<Facts>, StoreError> {
        let judged = self.staleness(store, catalog, current, nodes).await?;
        let facts = nodes.iter().zip(judged);
        Ok(facts.map(|(&node, (staleness, _))| facts_of(catalog, current, node, staleness, now)).collect())
    }
}

fn facts_of(catalog: &Catalog, current: &Current, node: usize, staleness: Staleness, now: Timestamp) -> Facts {
    let id = catalog.id(node);
    let known = current.asset(id);
    let at = known.and_then(|known| known.latest.as_ref()).map(|(latest, _)| latest.at);
    let failed = known.and_then(|known| known.failed).map(|failed| (failed.at, failed.run));
    let state = match (current.in_progress(id), failed, at) {
        (Some(_), _, _) => NodeState::InProgress,
        (None, Some(_), _) => NodeState::Failed,
        (None, None, Some(_)) => NodeState::Present,
        (None, None, None) => NodeState::Missing,
    };
    let limit = catalog.def(node).freshness.as_ref().map(|freshness| freshness.fail_after);
    Facts {
        state,
        staleness,
        at,
        failed,
        failed_checks: current.checks(id).iter().filter(|check| !check.passed).count() as u32,
        late: at.zip(limit).is_some_and(|(at, limit)| at.plus(limit) <= now),
    }
}

impl Facts {
    /// Counts the asset under each state that it is in.
    pub(crate) fn count(&self, role: &AssetRole, counts: &mut StateCounts) {
        counts.total += 1;
        counts.external += u32::from(*role == AssetRole::External);
        counts.missing += u32::from(self.staleness == Staleness::Missing);
        counts.present += u32::from(self.at.is_some() && self.failed.is_none());
        counts.failed += u32::from(self.failed.is_some());
        counts.in_progress += u32::from(self.state == NodeState::InProgress);
        counts.stale += u32::from(self.staleness == Staleness::Stale);
        counts.late += u32::from(self.late);
        counts.failed_checks += u32::from(self.failed_checks > 0);
    }
}

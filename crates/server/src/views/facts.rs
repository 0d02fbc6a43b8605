//! How an asset is, in the few facts that graphs and counts show.

use headwater_api::{NodeState, Staleness, StateCounts};
use headwater_core::{
    id::RunId,
    manifest::{AssetRole, Severity},
    record::CheckRecord,
    time::Timestamp,
};

use super::{Catalog, Current};

/// How an asset is.
#[derive(Clone, Debug)]
pub(crate) struct Facts {
    pub(crate) state: NodeState,
    pub(crate) staleness: Staleness,
    /// When it was made or looked at last.
    pub(crate) at: Option<Timestamp>,
    /// When its last try failed, and in which run.
    pub(crate) failed: Option<(Timestamp, RunId)>,
    /// Checks that failed with an error.
    pub(crate) failed_checks: u32,
    /// Checks that failed with a warning.
    pub(crate) warned_checks: u32,
    /// Whether it is older than it may be.
    pub(crate) late: bool,
}

impl Facts {
    /// How the asset of this number in the catalog is.
    pub(crate) fn of(catalog: &Catalog, current: &Current, node: usize, now: Timestamp) -> Self {
        let known = current.now(node);
        let at = known.latest.as_ref().map(|(latest, _)| latest.at);
        let failed = known.failed.map(|failed| (failed.at, failed.run));
        let state = match (current.in_progress(node), failed, at) {
            (Some(_), _, _) => NodeState::InProgress,
            (None, Some(_), _) => NodeState::Failed,
            (None, None, Some(_)) => NodeState::Present,
            (None, None, None) => NodeState::Missing,
        };
        let limit = catalog.def(node).freshness.as_ref().map(|freshness| freshness.fail_after);
        let failed_with = |severity| known.checks.iter().filter(|check| failed_as(check, severity)).count() as u32;
        Self {
            state,
            staleness: current.judged(node).staleness,
            at,
            failed,
            failed_checks: failed_with(Severity::Error),
            warned_checks: failed_with(Severity::Warn),
            late: at.zip(limit).is_some_and(|(at, limit)| at.plus(limit) <= now),
        }
    }

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
        counts.warned_checks += u32::from(self.warned_checks > 0);
    }
}

/// Whether a check failed with this severity.
pub(crate) fn failed_as(check: &CheckRecord, severity: Severity) -> bool {
    !check.passed && check.severity == severity
}

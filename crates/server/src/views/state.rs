//! The current state of a deployment's assets, kept for all who ask and moved on by the event log.

use std::{sync::Arc, time::Instant};

use headwater_api::{InProgress, StaleCause, Staleness};
use headwater_core::{
    id::Seq,
    record::{AssetCurrent, CheckRecord, LastFailure, Latest, VersionRecord},
    report::InputVersion,
    selection::Universe,
};

use super::{Catalog, active::Active, stale};

/// The current state.
pub(crate) struct Current {
    /// The state is at least as new as this number of the event log.
    pub(crate) seq: Seq,
    /// When everything was read last.
    pub(super) read_at: Instant,
    pub(super) catalog: Arc<Catalog>,
    /// By the assets' numbers in the catalog, as are the next.
    pub(super) assets: Vec<Arc<Now>>,
    pub(super) judged: Vec<Arc<Judged>>,
    pub(super) active: Active,
}

/// What is there of one asset, over all of its partitions.
#[derive(Debug, Default, PartialEq)]
pub(crate) struct Now {
    /// The latest version, with its partition.
    pub(crate) latest: Option<(Latest, String)>,
    /// The last time that it could not be made.
    pub(crate) failed: Option<LastFailure>,
    /// How many partitions have a version.
    pub(crate) partitions: u64,
    /// The latest results of its checks.
    pub(crate) checks: Vec<CheckRecord>,
    /// What the latest version was made from; none where that is not known any more.
    pub(super) origin: Option<Origin>,
}

/// What a version was made from.
#[derive(Debug, PartialEq)]
pub(super) struct Origin {
    /// Whether a run of ours made it.
    pub(super) ours: bool,
    pub(super) inputs: Vec<InputVersion>,
}

/// Whether an asset is up to date, and why not.
#[derive(Debug, PartialEq)]
pub(crate) struct Judged {
    pub(crate) staleness: Staleness,
    pub(crate) causes: Vec<StaleCause>,
}

impl Now {
    pub(super) fn add(&mut self, current: AssetCurrent) {
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

    pub(super) fn seq(&self) -> Option<Seq> {
        self.latest.as_ref().map(|(latest, _)| latest.seq)
    }
}

impl From<VersionRecord> for Origin {
    fn from(version: VersionRecord) -> Self {
        Self { ours: version.run.is_some(), inputs: version.inputs }
    }
}

impl Current {
    /// The state of all assets, judged.
    pub(super) fn new(catalog: &Arc<Catalog>, seq: Seq, assets: Vec<Arc<Now>>, active: Active) -> Self {
        let judged = (0..catalog.len()).map(|node| Arc::new(stale::judge(catalog, &assets, node))).collect();
        Self { seq, read_at: Instant::now(), catalog: Arc::clone(catalog), assets, judged, active }
    }

    /// The state after some assets have changed. What is made from them is judged again too.
    pub(super) fn with(&self, seq: Seq, changed: Vec<(usize, Now)>, active: Active) -> Self {
        let (mut assets, mut judged) = (self.assets.clone(), self.judged.clone());
        let mut again: Vec<usize> = changed.iter().map(|(node, _)| *node).collect();
        for (node, now) in changed {
            again.extend(self.catalog.downstream(node).iter().map(|&node| node as usize));
            assets[node] = Arc::new(now);
        }
        again.sort_unstable();
        again.dedup();
        for node in again {
            judged[node] = Arc::new(stale::judge(&self.catalog, &assets, node));
        }
        Self { seq, read_at: self.read_at, catalog: Arc::clone(&self.catalog), assets, judged, active }
    }

    pub(super) fn is_of(&self, catalog: &Arc<Catalog>) -> bool {
        Arc::ptr_eq(&self.catalog, catalog)
    }

    /// What is there of an asset, by its number in the catalog.
    pub(crate) fn now(&self, node: usize) -> &Now {
        &self.assets[node]
    }

    /// Whether an asset is up to date.
    pub(crate) fn judged(&self, node: usize) -> &Judged {
        &self.judged[node]
    }

    /// The oldest run that is about to make an asset.
    pub(crate) fn in_progress(&self, node: usize) -> Option<InProgress> {
        self.active.of(node)
    }
}

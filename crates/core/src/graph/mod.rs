//! The asset graph: a manifest that was found to be sound, with everything about it at hand.

mod alerts;
mod finding;
pub mod layout;
pub(crate) mod rules;
mod topology;
mod validate;

pub use finding::Finding;

use std::collections::BTreeMap;

use crate::{
    cron::CronSchedule,
    id::SnapshotId,
    key::AssetKey,
    manifest::{AssetDef, AssetRole, CheckDef, Executor, Manifest, ScheduleDef, StepDef},
    selection::{Selection, Universe},
};
use topology::Topology;

/// A definition snapshot: an immutable manifest, addressed by its content and validated (D1).
///
/// Assets, steps, checks and schedules are numbered in the order of their names; the numbers mean something
/// inside this snapshot only.
#[derive(Clone, Debug)]
pub struct Snapshot {
    id: SnapshotId,
    manifest: Manifest,
    assets: Topology,
    steps: Topology,
    /// The step of each asset.
    step_of: Vec<Option<u32>>,
    /// The assets of each step.
    assets_of: Vec<Vec<u32>>,
    /// The checks that each step evaluates.
    checks_of: Vec<Vec<u32>>,
    /// The checks on each asset.
    checks_on: Vec<Vec<u32>>,
    /// Each schedule's crons and selection.
    schedules: Vec<Vec<CronSchedule>>,
    /// What each alert policy watches.
    watches: Vec<alerts::Watch>,
    empty_tags: BTreeMap<String, String>,
}

impl Snapshot {
    /// Validates a manifest. Takes time in proportion to assets and dependencies.
    ///
    /// # Errors
    /// Everything that is wrong, at most [`Snapshot::MAX_FINDINGS`], in the order of names.
    pub fn new(manifest: Manifest) -> Result<Self, Vec<Finding>> {
        let (manifest, _, id) = manifest.address();
        Self::accept(manifest, id)
    }

    /// Validates a new manifest that is canonical already and whose address is known.
    ///
    /// # Errors
    /// As [`Snapshot::new`].
    pub fn accept(manifest: Manifest, id: SnapshotId) -> Result<Self, Vec<Finding>> {
        let mut broken = rules::findings(&manifest);
        match Self::from_canonical(manifest, id) {
            Ok(snapshot) if broken.is_empty() => Ok(snapshot),
            result => {
                broken.extend(result.err().into_iter().flatten());
                broken.truncate(Self::MAX_FINDINGS);
                Err(broken)
            }
        }
    }

    /// Reads a manifest that was accepted before: what it names must be there, and may break rules that are younger.
    ///
    /// # Errors
    /// As [`Snapshot::new`].
    pub fn from_canonical(manifest: Manifest, id: SnapshotId) -> Result<Self, Vec<Finding>> {
        validate::snapshot(manifest, id)
    }

    /// The most findings that are reported at once.
    pub const MAX_FINDINGS: usize = 100;

    /// Its address.
    pub fn id(&self) -> &SnapshotId {
        &self.id
    }

    /// What was declared.
    pub fn manifest(&self) -> &Manifest {
        &self.manifest
    }

    /// The code location.
    pub fn location(&self) -> &str {
        &self.manifest.location
    }

    /// An asset by its number.
    pub fn asset(&self, asset: u32) -> &AssetDef {
        &self.manifest.assets[asset as usize]
    }

    /// A step by its number.
    pub fn step(&self, step: u32) -> &StepDef {
        &self.manifest.steps[step as usize]
    }

    /// A check by its number.
    pub fn check(&self, check: u32) -> &CheckDef {
        &self.manifest.checks[check as usize]
    }

    /// The number of an asset.
    pub fn find_asset(&self, key: &str) -> Option<u32> {
        self.manifest.assets.binary_search_by(|asset| asset.key.as_str().cmp(key)).ok().map(|at| at as u32)
    }

    /// The number of a step.
    pub fn find_step(&self, name: &str) -> Option<u32> {
        self.manifest.steps.binary_search_by(|step| step.name.as_str().cmp(name)).ok().map(|at| at as u32)
    }

    /// The number of a check.
    pub fn find_check(&self, asset: &AssetKey, name: &str) -> Option<u32> {
        self.manifest
            .checks
            .binary_search_by(|check| (&check.asset, check.name.as_str()).cmp(&(asset, name)))
            .ok()
            .map(|at| at as u32)
    }

    /// A schedule with its crons.
    pub fn find_schedule(&self, name: &str) -> Option<(&ScheduleDef, &[CronSchedule])> {
        let at = self.manifest.schedules.binary_search_by(|schedule| schedule.name.as_str().cmp(name)).ok()?;
        Some((&self.manifest.schedules[at], &self.schedules[at]))
    }

    /// All schedules with their crons, by name.
    pub fn schedules(&self) -> impl Iterator<Item = (&ScheduleDef, &[CronSchedule])> {
        self.manifest.schedules.iter().zip(self.schedules.iter().map(Vec::as_slice))
    }

    /// The step that makes or observes an asset.
    pub fn step_of(&self, asset: u32) -> Option<u32> {
        self.step_of[asset as usize]
    }

    /// The assets that a step makes or observes.
    pub fn assets_of(&self, step: u32) -> &[u32] {
        &self.assets_of[step as usize]
    }

    /// The checks that a step evaluates.
    pub fn checks_of(&self, step: u32) -> &[u32] {
        &self.checks_of[step as usize]
    }

    /// The checks on an asset.
    pub fn checks_on(&self, asset: u32) -> &[u32] {
        &self.checks_on[asset as usize]
    }

    /// The assets that an asset is made from.
    pub fn upstream_of(&self, asset: u32) -> &[u32] {
        self.assets.upstream(asset as usize)
    }

    /// The assets that are made from an asset.
    pub fn downstream_of(&self, asset: u32) -> &[u32] {
        self.assets.downstream(asset as usize)
    }

    /// An asset's place in the topological order.
    pub fn asset_rank(&self, asset: u32) -> u32 {
        self.assets.rank(asset as usize)
    }

    /// A step's place in the topological order.
    pub(crate) fn step_rank(&self, step: u32) -> u32 {
        self.steps.rank(step as usize)
    }

    /// Whether a step runs as Rust code inside a worker of this location.
    pub fn is_rust(&self, step: u32) -> bool {
        matches!(self.step(step).executor, Executor::Rust)
    }

    /// Whether an asset is made by a step of ours.
    pub fn is_materialized(&self, asset: u32) -> bool {
        matches!(self.asset(asset).role, AssetRole::Materialized { .. })
    }

    /// Reads what a launch or a schedule selects: an expression, or `job:name` for a declared job.
    ///
    /// # Errors
    /// A message that points into the text, or that names the jobs that exist.
    pub fn read_selection(&self, text: &str) -> Result<(Selection, Option<&crate::manifest::JobDef>), String> {
        let Some(name) = text.trim().strip_prefix("job:") else {
            return Selection::parse(text).map(|selection| (selection, None)).map_err(|error| error.render());
        };
        let job = self.manifest.jobs.iter().find(|job| job.name == name).ok_or_else(|| {
            let known: Vec<_> = self.manifest.jobs.iter().map(|job| job.name.as_str()).collect();
            format!(
                "no job is named `{name}`; there are: {}",
                if known.is_empty() { "none".into() } else { known.join(", ") }
            )
        })?;
        let selection = Selection::parse(&job.selection).map_err(|error| error.render())?;
        Ok((selection, Some(job)))
    }
}

impl Universe for Snapshot {
    fn len(&self) -> usize {
        self.manifest.assets.len()
    }

    fn key(&self, node: usize) -> &str {
        self.manifest.assets.get(node).map_or("", |asset| asset.key.as_str())
    }

    fn find(&self, key: &str) -> Option<usize> {
        self.find_asset(key).map(|asset| asset as usize)
    }

    fn group(&self, node: usize) -> &str {
        self.manifest.assets.get(node).map_or("", |asset| asset.group.as_str())
    }

    fn owners(&self, node: usize) -> &[String] {
        self.manifest.assets.get(node).map_or(&[], |asset| &asset.owners)
    }

    fn tags(&self, node: usize) -> &BTreeMap<String, String> {
        self.manifest.assets.get(node).map_or(&self.empty_tags, |asset| &asset.tags)
    }

    fn kinds(&self, node: usize) -> &[String] {
        self.manifest.assets.get(node).map_or(&[], |asset| &asset.kinds)
    }

    fn domain(&self, node: usize) -> Option<&str> {
        self.manifest.assets.get(node)?.domain.as_deref()
    }

    fn tier(&self, node: usize) -> Option<&str> {
        self.manifest.assets.get(node)?.tier.as_deref()
    }

    fn upstream(&self, node: usize) -> &[u32] {
        self.assets.upstream(node)
    }

    fn downstream(&self, node: usize) -> &[u32] {
        self.assets.downstream(node)
    }
}

//! From a selection to the steps of a run.

use serde::{Deserialize, Serialize};

use crate::{graph::Snapshot, id::StepNo};

/// The steps of one run in topological order. It is stored with the run and never changes.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Plan {
    /// The steps; a step's number is its place here.
    pub steps: Vec<PlanStep>,
}

/// One step of a run. Numbers of steps, assets and checks are those of the run's snapshot.
///
/// Names are short because a plan of 10,000 steps is stored and loaded whole.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PlanStep {
    /// The step.
    #[serde(rename = "s")]
    pub step: u32,
    /// The assets that it makes in this run.
    #[serde(rename = "a", default, skip_serializing_if = "Vec::is_empty")]
    pub assets: Vec<u32>,
    /// The checks that it evaluates in this run.
    #[serde(rename = "c", default, skip_serializing_if = "Vec::is_empty")]
    pub checks: Vec<u32>,
    /// The steps of this run that must succeed before it.
    #[serde(rename = "u", default, skip_serializing_if = "Vec::is_empty")]
    pub upstream: Vec<StepNo>,
}

impl Plan {
    /// Plans the steps that make the selected assets.
    ///
    /// A step that cannot be subset is planned for all of its assets. Checks on what is made are planned with it:
    /// those of the step itself, and those that run as steps of their own. A step waits for the steps that make
    /// what its assets are made from, and for blocking checks on that. External assets are not made and so not
    /// planned; a selection of nothing else gives an empty plan.
    pub fn new(snapshot: &Snapshot, selected: impl IntoIterator<Item = u32>) -> Self {
        let mut made = vec![Vec::new(); snapshot.manifest().steps.len()];
        for asset in selected {
            if let Some(step) = snapshot.step_of(asset) {
                made[step as usize].push(asset);
            }
        }
        let mut drafts = Vec::new();
        for (step, assets) in made.iter_mut().enumerate().filter(|(_, assets)| !assets.is_empty()) {
            if snapshot.step(step as u32).subset == crate::manifest::Subset::Whole {
                assets.clone_from(&snapshot.assets_of(step as u32).to_vec());
            }
            assets.sort_unstable();
            assets.dedup();
            drafts.push(step as u32);
        }
        let mut checks = vec![Vec::new(); made.len()];
        for assets in &made {
            for &check in assets.iter().flat_map(|&asset| snapshot.checks_on(asset)) {
                if let Some(step) = snapshot.find_step(&snapshot.check(check).step) {
                    checks[step as usize].push(check);
                }
            }
        }
        // Steps that only evaluate checks come on top of those that make something.
        drafts
            .extend((0..made.len() as u32).filter(|&s| made[s as usize].is_empty() && !checks[s as usize].is_empty()));
        drafts.sort_unstable_by_key(|&step| (snapshot.step_rank(step), step));
        Self::link(snapshot, &drafts, &mut made, &mut checks)
    }

    /// Gives drafts their numbers and upstreams.
    fn link(snapshot: &Snapshot, drafts: &[u32], made: &mut [Vec<u32>], checks: &mut [Vec<u32>]) -> Self {
        let mut number = vec![None; made.len()];
        for (at, &step) in drafts.iter().enumerate() {
            number[step as usize] = Some(StepNo(at as u32));
        }
        // Of a step that makes only some of its assets, the others are taken as they are.
        let mut planned = vec![false; snapshot.manifest().assets.len()];
        for &asset in made.iter().flatten() {
            planned[asset as usize] = true;
        }
        let of_check =
            |check: u32| snapshot.find_step(&snapshot.check(check).step).and_then(|step| number[step as usize]);
        let of_asset = |asset: u32| snapshot.step_of(asset).and_then(|step| number[step as usize]);
        let steps = drafts
            .iter()
            .map(|&step| {
                let (assets, checks) =
                    (std::mem::take(&mut made[step as usize]), std::mem::take(&mut checks[step as usize]));
                let mut upstream = Vec::new();
                let deps = assets.iter().flat_map(|&asset| snapshot.upstream_of(asset));
                for &dep in deps.filter(|&&dep| planned[dep as usize]) {
                    upstream.extend(of_asset(dep));
                    upstream.extend(
                        snapshot
                            .checks_on(dep)
                            .iter()
                            .filter(|&&c| snapshot.check(c).blocking)
                            .filter_map(|&c| of_check(c)),
                    );
                }
                for &check in &checks {
                    upstream.extend(snapshot.find_asset(snapshot.check(check).asset.as_str()).and_then(of_asset));
                }
                let own = number[step as usize];
                upstream.sort_unstable();
                upstream.dedup();
                upstream.retain(|&other| Some(other) != own);
                PlanStep { step, assets, checks, upstream }
            })
            .collect();
        Self { steps }
    }

    /// The part of the plan that is left when the others have succeeded: a retry from failure.
    #[must_use]
    pub fn only(&self, keep: &[StepNo]) -> Self {
        let mut number = vec![None; self.steps.len()];
        let mut kept: Vec<StepNo> = keep.iter().copied().filter(|step| step.index() < self.steps.len()).collect();
        kept.sort_unstable();
        kept.dedup();
        for (at, step) in kept.iter().enumerate() {
            number[step.index()] = Some(StepNo(at as u32));
        }
        let renumber = |step: &StepNo| {
            let mut step = self.steps[step.index()].clone();
            step.upstream = step.upstream.iter().filter_map(|upstream| number[upstream.index()]).collect();
            step
        };
        Self { steps: kept.iter().map(renumber).collect() }
    }

    /// The steps that wait for each step.
    pub fn downstream(&self) -> Vec<Vec<StepNo>> {
        let mut downstream = vec![Vec::new(); self.steps.len()];
        for (at, step) in self.steps.iter().enumerate() {
            for upstream in &step.upstream {
                if let Some(list) = downstream.get_mut(upstream.index()) {
                    list.push(StepNo(at as u32));
                }
            }
        }
        downstream
    }

    /// Whether every number in a stored plan means something in its snapshot.
    pub fn fits(&self, snapshot: &Snapshot) -> bool {
        let manifest = snapshot.manifest();
        self.steps.iter().enumerate().all(|(at, step)| {
            (step.step as usize) < manifest.steps.len()
                && step.assets.iter().all(|&asset| (asset as usize) < manifest.assets.len())
                && step.checks.iter().all(|&check| (check as usize) < manifest.checks.len())
                && step.upstream.iter().all(|upstream| upstream.index() < at)
        })
    }
}

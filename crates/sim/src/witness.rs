//! What really runs where, which the database cannot see.

use std::collections::BTreeMap;

use headwater_core::{
    id::{RunId, StepNo},
    lease::Lease,
};

use crate::worker::{Crew, Job};

/// Attempts in execution.
#[derive(Debug, Default)]
pub(crate) struct Witness {
    pub(crate) running: BTreeMap<(RunId, StepNo), Vec<usize>>,
    /// Whether overlaps count: a machine that stood still may overlap, and a step that does not stop does.
    pub(crate) strict: bool,
    /// How many attempts were started in all.
    pub(crate) started: u64,
}

impl Witness {
    /// An attempt starts. Gives the rule that it breaks.
    pub(crate) fn starts(&mut self, now: u64, worker: usize, job: &Job, crews: &[Crew]) -> Option<String> {
        self.started += 1;
        let at = job.lease.at;
        let others = self.running.entry((at.run, at.step)).or_default();
        let others_run = others.iter().any(|other| !crews[*other].paused);
        others.push(worker);
        (self.strict && others_run)
            .then(|| format!("at {now} two attempts of step {} of run {} are executed at once", job.lease.name, at.run))
    }

    /// An attempt ended, with its process.
    pub(crate) fn ends(&mut self, worker: usize, lease: &Lease) {
        let key = (lease.at.run, lease.at.step);
        if let Some(running) = self.running.get_mut(&key) {
            if let Some(at) = running.iter().position(|other| *other == worker) {
                running.remove(at);
            }
            if running.is_empty() {
                self.running.remove(&key);
            }
        }
    }

    /// How many attempts are in execution.
    pub(crate) fn count(&self) -> usize {
        self.running.values().map(Vec::len).sum()
    }
}

//! What the rules of alerts need to know of the world: open incidents, deadlines that people want to hear of, and how
//! long runs usually take.

use std::collections::{BTreeSet, VecDeque};

use super::{Bound, Run, Timer, World};
use crate::{
    alert::{Cause, IncidentRecord, IncidentState},
    id::{AssetId, DeploymentId, RunId, StepNo},
    key::AssetKey,
    manifest::AlertOn,
    record::{RunRecord, RunState, StepState, Trigger},
    report::StepFailure,
    time::{Millis, Timestamp},
};

/// How many durations are kept per schedule or selection.
const KEPT: usize = 20;
/// How many of them are needed before a run can be called long.
const ENOUGH: usize = 5;
/// How much longer than the median a run must take.
const TIMES: u64 = 3;

impl RunRecord {
    /// What its runs have in common: the schedule, or else the selection.
    pub fn line(&self) -> String {
        match &self.trigger {
            Trigger::Schedule { name, .. } => format!("schedule {name}"),
            _ => self.selection.clone(),
        }
    }
}

impl World {
    /// Whether any live definitions have alert policies.
    pub(crate) fn has_policies(&self) -> bool {
        self.policies_live
    }

    /// Whether any incident is open.
    pub(crate) fn has_incidents(&self) -> bool {
        !self.incidents.is_empty()
    }

    /// Open incidents of a deployment.
    pub fn incidents(&self, deployment: DeploymentId) -> impl Iterator<Item = &IncidentRecord> {
        self.incidents.values().filter(move |incident| incident.deployment == deployment)
    }

    /// The open incident of a cause.
    pub(crate) fn incident_of(&self, deployment: DeploymentId, cause: &Cause) -> Option<&IncidentRecord> {
        self.incidents.get(&(deployment, cause.clone()))
    }

    /// The key of an asset, with its deployment. It looks at every name, so it is for what is rare.
    pub(crate) fn key_of(&self, asset: AssetId) -> Option<(DeploymentId, AssetKey)> {
        self.names.iter().find(|(_, id)| **id == asset).map(|((deployment, key), _)| (*deployment, key.clone()))
    }

    /// When an asset was made last, over all of its partitions.
    pub(crate) fn made_at(&self, asset: AssetId) -> Option<Timestamp> {
        let all = self.current.range((asset, String::new())..).take_while(|((other, _), _)| *other == asset);
        all.filter_map(|(_, current)| current.made_at).max()
    }

    /// Keeps an incident, or forgets one that is over.
    pub(super) fn incident_changed(&mut self, incident: &IncidentRecord) {
        let place = (incident.deployment, incident.cause.clone());
        match incident.state {
            IncidentState::Resolved => self.incidents.remove(&place),
            IncidentState::Open | IncidentState::Acknowledged => self.incidents.insert(place, incident.clone()),
        };
    }

    /// Reads from the live definitions who watches what, and sets the timers of assets that may become late.
    pub(super) fn watch_live(&mut self) {
        let live: Vec<_> = self.live.values().map(|deploy| (deploy.deployment, deploy.snapshot.clone())).collect();
        self.policies_live = false;
        self.fresh.clear();
        for (deployment, snapshot) in live {
            let Some(bound) = self.bound.get(&(deployment, snapshot)).cloned() else {
                continue;
            };
            self.policies_live |= !bound.snapshot.manifest().alerts.is_empty();
            if asks(&bound, |on| matches!(on, AlertOn::AssetLate)) {
                self.watch_freshness(deployment, &bound);
            }
        }
    }

    fn watch_freshness(&mut self, deployment: DeploymentId, bound: &Bound) {
        for (number, asset) in bound.snapshot.manifest().assets.iter().enumerate() {
            if let (Some(freshness), Some(&id)) = (&asset.freshness, bound.ids.get(number)) {
                let location = bound.snapshot.location().to_owned();
                self.fresh.insert(id, (deployment, location, asset.key.clone(), freshness.fail_after));
                self.arm_late(id);
            }
        }
    }

    /// Sets the timer of an asset that may become late.
    pub(super) fn arm_late(&mut self, asset: AssetId) {
        if let Some((.., limit)) = self.fresh.get(&asset)
            && let Some(made_at) = self.made_at(asset)
        {
            self.timers.insert((made_at.plus(*limit), Timer::Late(asset)));
        }
    }

    /// Sets the timers of a run that people want to hear of.
    pub(super) fn arm_run(&mut self, id: RunId) {
        let Some(run) = self.runs.get(&id) else {
            return;
        };
        let timers: Vec<_> = match (run.record.state, &run.record.trigger, run.record.started_at) {
            (RunState::Queued, Trigger::Schedule { due_at, .. }, _) => {
                self.start_limits(run).into_iter().map(|limit| (due_at.plus(limit), Timer::Start(id))).collect()
            }
            (RunState::Running, _, Some(started_at)) => {
                self.long_limits(run).into_iter().map(|limit| (started_at.plus(limit), Timer::Long(id))).collect()
            }
            _ => Vec::new(),
        };
        self.timers.extend(timers);
    }

    fn policies_for(&self, run: &Run) -> Option<&Bound> {
        let place = (run.record.deployment, run.bound.snapshot.location().to_owned());
        let deploy = self.live.get(&place)?;
        self.bound.get(&(deploy.deployment, deploy.snapshot.clone())).map(|bound| &**bound)
    }

    /// How long after its time the run of a tick may start, by each policy that asks.
    fn start_limits(&self, run: &Run) -> BTreeSet<Millis> {
        let policies =
            self.policies_for(run).map(|live| live.snapshot.manifest().alerts.as_slice()).unwrap_or_default();
        let limits = policies.iter().flat_map(|policy| &policy.on).filter_map(|on| match on {
            AlertOn::ScheduleMissed { within } => Some(*within),
            _ => None,
        });
        limits.collect()
    }

    /// How long a run may take until somebody wants to hear of it, by each policy that asks.
    fn long_limits(&self, run: &Run) -> BTreeSet<Millis> {
        let policies =
            self.policies_for(run).map(|live| live.snapshot.manifest().alerts.as_slice()).unwrap_or_default();
        let limits = policies.iter().flat_map(|policy| &policy.on).filter_map(|on| match on {
            AlertOn::RunLong { limit: Some(limit) } => Some(*limit),
            AlertOn::RunLong { limit: None } => self.usual(run.record.deployment, &run.record.line()),
            _ => None,
        });
        limits.collect()
    }

    /// Three times the median of what the last runs took, once there are enough of them.
    pub(crate) fn usual(&self, deployment: DeploymentId, line: &str) -> Option<Millis> {
        let history = self.history.get(&(deployment, line.to_owned()))?;
        if history.len() < ENOUGH {
            return None;
        }
        let mut sorted: Vec<Millis> = history.iter().copied().collect();
        sorted.sort_unstable();
        // Shorter runs than a second are late by chance.
        Some(Millis((sorted[sorted.len() / 2].0 * TIMES).max(1_000)))
    }

    /// Remembers how long a run took.
    pub(super) fn remember_run(&mut self, record: &RunRecord, ended_at: Timestamp) {
        if let Some(started_at) = record.started_at {
            self.remember(record.deployment, record.line(), ended_at.since(started_at));
        }
    }

    /// Remembers how long a run of a line took.
    pub(super) fn remember(&mut self, deployment: DeploymentId, line: String, took: Millis) {
        let history: &mut VecDeque<Millis> = self.history.entry((deployment, line)).or_default();
        history.push_back(took);
        if history.len() > KEPT {
            history.pop_front();
        }
    }
}

fn asks(bound: &Bound, wanted: impl Fn(&AlertOn) -> bool) -> bool {
    bound.snapshot.manifest().alerts.iter().flat_map(|policy| &policy.on).any(wanted)
}

/// How many failures of one run are kept.
const MOST_FAILURES: usize = 50;

impl Run {
    /// Notes why a step of it did not do what it should, for those who are told of the run.
    pub(super) fn note_end(
        &mut self,
        step: StepNo,
        state: StepState,
        failure: Option<&StepFailure>,
        cause: Option<&str>,
    ) {
        match state {
            StepState::Failed if self.failures.len() < MOST_FAILURES => {
                self.failures.extend(failure.map(|failure| (step, failure.summary())));
            }
            StepState::Succeeded | StepState::Skipped if self.blocked.len() < MOST_FAILURES => {
                let cause = cause.filter(|cause| !self.blocked.contains(*cause));
                self.blocked.extend(cause.map(ToOwned::to_owned));
            }
            _ => {}
        }
    }
}

//! What a batch must fulfil before any of it is applied, so that a commit is all or nothing.

use std::collections::{BTreeMap, BTreeSet};

use headwater_core::{
    alert::{Cause, IncidentRecord},
    effect::{Effect, Recorded},
    id::{AssetId, DeploymentId, IncidentId, RunId, StepNo, WorkerId},
    key::AssetKey,
    record::{AssetRecord, RunState, StepState, TickOutcome, TickRecord},
    time::Timestamp,
};

use super::{State, is_unresolved};
use crate::error::CommitError;

/// What the effects seen so far change about what is stored, as far as rules depend on it.
#[derive(Default)]
struct Seen<'a> {
    runs: BTreeMap<RunId, RunState>,
    steps: BTreeMap<(RunId, StepNo), StepState>,
    workers: BTreeSet<WorkerId>,
    command_keys: BTreeSet<(DeploymentId, &'a str)>,
    launched: BTreeSet<(DeploymentId, &'a str, Timestamp)>,
    assets: BTreeMap<AssetId, &'a AssetRecord>,
    incidents: BTreeMap<IncidentId, &'a IncidentRecord>,
}

impl State {
    pub(super) fn check(&self, batch: &[Recorded]) -> Result<(), CommitError> {
        let mut seen = Seen::default();
        let mut last = self.last_seq;
        for recorded in batch {
            if recorded.seq != last.next() {
                return Err(conflict(format!("number {} follows {}", recorded.seq.0, last.0)));
            }
            last = recorded.seq;
            self.check_effect(&recorded.effect, &mut seen)?;
        }
        self.check_names(&seen.assets)?;
        self.check_causes(&seen.incidents)
    }

    fn check_effect<'a>(&self, effect: &'a Effect, seen: &mut Seen<'a>) -> Result<(), CommitError> {
        match effect {
            Effect::RunCreated { run, .. } => {
                let stored = self.runs.contains_key(&run.id);
                if stored || seen.runs.insert(run.id, run.state).is_some() {
                    return Err(conflict(format!("run {} exists", run.id)));
                }
            }
            Effect::RunStarted { run } => self.check_run(*run, RunState::Running, seen)?,
            Effect::RunCanceling { run, .. } => self.check_run(*run, RunState::Canceling, seen)?,
            Effect::RunEnded { run, state, .. } => self.check_run(*run, *state, seen)?,
            Effect::StepLeased { run, step, .. } => {
                self.check_step(*run, *step, StepState::Running, seen)?;
            }
            Effect::StepEnded { run, step, state, .. } => self.check_step(*run, *step, *state, seen)?,
            Effect::StepRetried { run, step, .. } => {
                if !seen.steps.contains_key(&(*run, *step)) && !self.steps.contains_key(&(*run, *step)) {
                    return Err(conflict(format!("step {} of run {run} was never leased", step.0)));
                }
                self.check_step(*run, *step, StepState::RetryWait, seen)?;
            }
            Effect::WorkerJoined(worker) => {
                seen.workers.insert(worker.id);
            }
            Effect::WorkerChanged { worker, .. }
                if !seen.workers.contains(worker) && !self.workers.contains_key(worker) =>
            {
                return Err(conflict(format!("worker {worker} never joined")));
            }
            Effect::CommandAccepted(command) => {
                if let Some(key) = &command.key {
                    self.check_command_key(command.deployment, key, seen)?;
                }
            }
            Effect::Ticked(tick) => self.check_tick(tick, seen)?,
            Effect::AssetsNamed(assets) => seen.assets.extend(assets.iter().map(|asset| (asset.id, asset))),
            Effect::IncidentChanged { incident, .. } => {
                seen.incidents.insert(incident.id, incident);
            }
            _ => {}
        }
        Ok(())
    }

    /// A run that has ended never changes again.
    fn check_run(&self, run: RunId, next: RunState, seen: &mut Seen<'_>) -> Result<(), CommitError> {
        let state = seen.runs.get(&run).copied().or_else(|| self.runs.get(&run).map(|run| run.state));
        match state {
            None => Err(conflict(format!("run {run} does not exist"))),
            Some(state) if state.is_final() => Err(conflict(format!("run {run} is {state}"))),
            Some(_) => {
                seen.runs.insert(run, next);
                Ok(())
            }
        }
    }

    /// A step that has ended never changes again.
    fn check_step(&self, run: RunId, step: StepNo, next: StepState, seen: &mut Seen<'_>) -> Result<(), CommitError> {
        let at = (run, step);
        let state = seen.steps.get(&at).copied().or_else(|| self.steps.get(&at).map(|step| step.state));
        if let Some(state) = state.filter(|state| state.is_final()) {
            return Err(conflict(format!("step {} of run {run} is {state}", step.0)));
        }
        seen.steps.insert(at, next);
        Ok(())
    }

    fn check_command_key<'a>(
        &self,
        deployment: DeploymentId,
        key: &'a str,
        seen: &mut Seen<'a>,
    ) -> Result<(), CommitError> {
        let mut stored = self.commands.values();
        let stored = stored.any(|command| command.deployment == deployment && command.key.as_deref() == Some(key));
        if stored || !seen.command_keys.insert((deployment, key)) {
            return Err(conflict(format!("a command with the key `{key}` exists")));
        }
        Ok(())
    }

    /// A tick launches once.
    fn check_tick<'a>(&self, tick: &'a TickRecord, seen: &mut Seen<'a>) -> Result<(), CommitError> {
        if tick.outcome != TickOutcome::Launched {
            return Ok(());
        }
        let same = |other: &TickRecord| {
            other.outcome == TickOutcome::Launched
                && other.deployment == tick.deployment
                && other.schedule == tick.schedule
                && other.due_at == tick.due_at
        };
        if self.ticks.values().any(same) || !seen.launched.insert((tick.deployment, &tick.schedule, tick.due_at)) {
            return Err(conflict(format!("the tick of `{}` at {} was launched", tick.schedule, tick.due_at)));
        }
        Ok(())
    }

    /// No two assets of a deployment have the same key once the batch is applied.
    fn check_names(&self, named: &BTreeMap<AssetId, &AssetRecord>) -> Result<(), CommitError> {
        if named.is_empty() {
            return Ok(());
        }
        let kept = self.assets.values().filter(|asset| !named.contains_key(&asset.id));
        let mut keys: BTreeSet<(DeploymentId, &AssetKey)> = BTreeSet::new();
        for asset in kept.chain(named.values().copied()) {
            if !keys.insert((asset.deployment, &asset.key)) {
                return Err(conflict(format!("two assets have the key `{}`", asset.key)));
            }
        }
        Ok(())
    }

    /// A cause has one incident that goes on, once the batch is applied.
    fn check_causes(&self, changed: &BTreeMap<IncidentId, &IncidentRecord>) -> Result<(), CommitError> {
        if changed.is_empty() {
            return Ok(());
        }
        let kept = self.incidents.values().filter(|incident| !changed.contains_key(&incident.id));
        let mut causes: BTreeSet<(DeploymentId, &Cause)> = BTreeSet::new();
        for incident in kept.chain(changed.values().copied()).filter(|incident| is_unresolved(incident)) {
            if !causes.insert((incident.deployment, &incident.cause)) {
                return Err(conflict(format!("two incidents are about `{}`", incident.cause)));
            }
        }
        Ok(())
    }
}

fn conflict(why: String) -> CommitError {
    CommitError::Conflict(why)
}

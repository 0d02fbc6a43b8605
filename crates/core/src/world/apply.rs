//! From one world to the next.

use std::sync::Arc;

use super::{Remembered, RestoreError, Schedule, Session, Timer, Worker, World};
use crate::{
    effect::{Effect, Recorded},
    id::{Attempt, DeploymentId, RunId, StepNo, WorkerId},
    manifest::Manifest,
    plan::Plan,
    record::{RunRecord, RunState, StepState, Trigger, VersionKind, WorkerState},
    time::Timestamp,
};

impl World {
    /// Applies a change that is being committed.
    ///
    /// # Errors
    /// [`RestoreError`] where a new snapshot or plan is not what it should be; decisions only give sound ones.
    pub fn apply(&mut self, recorded: &Recorded) -> Result<(), RestoreError> {
        self.last_seq = recorded.seq;
        let at = recorded.at;
        match &recorded.effect {
            Effect::SnapshotStored(snapshot) if !self.snapshots.contains_key(&snapshot.id) => {
                let manifest = Manifest::from_json(&snapshot.manifest).map_err(|error| RestoreError {
                    what: format!("snapshot {}", snapshot.id.short()),
                    why: error.to_string(),
                })?;
                self.add_snapshot(&snapshot.id, manifest)?;
            }
            Effect::AssetsNamed(assets) => {
                // A renamed asset has one key: the entry under its earlier key goes.
                let named: std::collections::BTreeSet<_> = assets.iter().map(|asset| asset.id).collect();
                self.names.retain(|_, id| !named.contains(id));
                self.names.extend(assets.iter().map(|asset| ((asset.deployment, asset.key.clone()), asset.id)));
            }
            Effect::Deployed(deploy) if deploy.refused.is_none() => {
                self.live.insert((deploy.deployment, deploy.location.clone()), deploy.clone());
                self.bind(deploy.deployment, &deploy.snapshot);
                self.arm_schedules(deploy.deployment);
                self.watch_live();
            }
            Effect::CommandAccepted(command) => {
                if let Some(key) = &command.key {
                    let remembered = Remembered { digest: command.digest.clone(), answer: command.answer.clone(), at };
                    self.commands.insert((command.deployment, key.clone()), remembered);
                }
            }
            Effect::RunCreated { run, plan } => self.run_created(run, plan)?,
            Effect::RunStarted { run } => self.run_started(*run, at),
            Effect::RunCanceling { run, by } => self.run_canceling(*run, by),
            Effect::RunEnded { run, state, .. } => self.run_ended(*run, *state, at),
            Effect::StepLeased { run, step, attempt, token, worker } => {
                self.step_leased(*run, *step, *attempt, at);
                if let Some(state) = self.step_mut(*run, *step) {
                    state.token = Some(*token);
                    state.worker = Some(*worker);
                }
                self.count_lease(*run, *step, *attempt, Some(*worker));
            }
            Effect::StepRetried { run, step, failures, losses, retry_at, .. } => {
                self.release(*run, *step);
                if let Some(state) = self.step_mut(*run, *step) {
                    state.state = StepState::RetryWait;
                    state.failures = *failures;
                    state.losses = *losses;
                    state.retry_at = Some(*retry_at);
                }
                self.timers.insert((*retry_at, Timer::Retry(*run, *step)));
            }
            Effect::StepEnded { run, step, state, failure, failures, losses, cause, .. } => {
                if let Some(run) = self.runs.get_mut(run) {
                    run.note_end(*step, *state, failure.as_ref(), cause.as_deref());
                }
                self.step_ended(*run, *step, *state, cause.as_deref());
                if let Some(step) = self.step_mut(*run, *step) {
                    step.failures = *failures;
                    step.losses = *losses;
                }
            }
            Effect::VersionRecorded(version) => {
                let current = self.current.entry((version.asset, version.partition.clone())).or_default();
                current.latest = Some((version.seq, version.version.clone()));
                if version.cursor.is_some() {
                    current.cursor.clone_from(&version.cursor);
                }
                if version.kind == VersionKind::Materialized {
                    current.made_at = Some(version.at);
                    self.arm_late(version.asset);
                }
            }
            Effect::WorkerJoined(worker) => {
                let session =
                    Session { expires_at: at.plus(self.settings.lease), reconciled: true, ..Session::default() };
                self.timers.insert((session.expires_at, Timer::Worker(worker.id)));
                let held = std::collections::BTreeSet::new();
                self.workers.insert(worker.id, Worker { record: (**worker).clone(), held, session });
            }
            Effect::WorkerChanged { worker, state } => self.worker_changed(*worker, *state, at),
            Effect::ScheduleMoved(schedule) => {
                let key = (schedule.deployment, schedule.name.clone());
                let runs = self.schedules.remove(&key).map(|old| old.runs).unwrap_or_default();
                self.schedules.insert(key, Schedule { record: schedule.clone(), runs });
                self.arm_schedule(schedule.deployment, &schedule.name);
            }
            Effect::IncidentChanged { incident, .. } => self.incident_changed(incident),
            Effect::PolicyMoved(policy) => {
                self.policies.insert((policy.deployment, policy.name.clone()), policy.clone());
            }
            Effect::PoolSet { deployment, pool, limit } => {
                let key = (*deployment, pool.clone());
                match limit {
                    Some(limit) => self.pool_set.insert(key, *limit),
                    None => self.pool_set.remove(&key),
                };
            }
            Effect::SnapshotStored(_)
            | Effect::Deployed(_)
            | Effect::AssetFailed { .. }
            | Effect::CheckRecorded(_)
            | Effect::Ticked(_)
            | Effect::MessageQueued(_)
            | Effect::MessagesWithdrawn { .. } => {}
        }
        Ok(())
    }

    fn step_mut(&mut self, run: RunId, step: StepNo) -> Option<&mut super::Step> {
        self.runs.get_mut(&run)?.steps.get_mut(step.index())
    }

    fn run_created(&mut self, run: &RunRecord, plan: &str) -> Result<(), RestoreError> {
        let broken = |why: String| RestoreError { what: format!("the plan of run {}", run.id), why };
        let plan: Plan = serde_json::from_str(plan).map_err(|error| broken(error.to_string()))?;
        let bound = self.bind(run.deployment, &run.snapshot).ok_or_else(|| broken("its snapshot is missing".into()))?;
        self.add_run(run.clone(), bound, Arc::new(plan));
        Ok(())
    }

    fn run_started(&mut self, id: RunId, at: Timestamp) {
        let Some(run) = self.runs.get_mut(&id) else {
            return;
        };
        run.record.state = RunState::Running;
        run.record.started_at = Some(at);
        let key = (std::cmp::Reverse(run.record.priority), run.record.created_seq, id);
        let (record, deadline) = (run.record.clone(), run.deadline());
        self.queue.remove(&key);
        self.count_run(&record, 1);
        if let Some(deadline) = deadline {
            self.timers.insert((deadline, Timer::Run(id)));
        }
        self.enqueue_ready(id);
        self.arm_run(id);
    }

    fn run_canceling(&mut self, id: RunId, by: &str) {
        let Some(run) = self.runs.get_mut(&id) else {
            return;
        };
        run.record.state = RunState::Canceling;
        run.record.reason = Some(by.to_owned());
        let keys: Vec<_> = (0..run.steps.len() as u32).map(|step| run.ready_key(StepNo(step))).collect();
        for (route, key) in keys {
            self.ready.remove(route, &key);
        }
    }

    fn run_ended(&mut self, id: RunId, state: RunState, at: Timestamp) {
        let Some(run) = self.runs.remove(&id) else {
            return;
        };
        if state == RunState::Succeeded {
            self.remember_run(&run.record, at);
        }
        for step in 0..run.steps.len() as u32 {
            let (route, key) = run.ready_key(StepNo(step));
            self.ready.remove(route, &key);
        }
        if run.record.state == RunState::Queued {
            self.queue.remove(&(std::cmp::Reverse(run.record.priority), run.record.created_seq, id));
        } else {
            self.count_run(&run.record, -1);
        }
        if let Trigger::Schedule { name, .. } = &run.record.trigger
            && let Some(schedule) = self.schedules.get_mut(&(run.record.deployment, name.clone()))
        {
            schedule.runs.remove(&id);
        }
        // The timers of its steps do nothing when they fire.
        if let Some(deadline) = run.deadline() {
            self.timers.remove(&(deadline, Timer::Run(id)));
        }
    }

    fn step_leased(&mut self, id: RunId, step: StepNo, attempt: Attempt, at: Timestamp) {
        let Some(run) = self.runs.get_mut(&id) else {
            return;
        };
        let (route, key) = run.ready_key(step);
        let Some(state) = run.steps.get_mut(step.index()) else {
            return;
        };
        state.state = StepState::Running;
        state.attempt = attempt;
        state.leased_at = Some(at);
        state.retry_at = None;
        run.running += 1;
        self.ready.remove(route, &key);
    }

    /// Counts a leased attempt wherever attempts are counted, and sets its deadline.
    pub(super) fn count_lease(&mut self, id: RunId, step: StepNo, attempt: Attempt, worker: Option<WorkerId>) {
        let Some(run) = self.runs.get(&id) else {
            return;
        };
        let deployment = run.record.deployment;
        let definition = run.bound.snapshot.step(run.plan.steps[step.index()].step);
        if let Some(timeout) = definition.timeout
            && let Some(leased_at) = run.steps[step.index()].leased_at
        {
            let deadline = leased_at.plus(timeout).plus(self.settings.timeout_grace);
            self.timers.insert((deadline, Timer::Step(id, step, attempt)));
        }
        if let Some(pool) = &definition.pool {
            *self.pool_use.entry((deployment, pool.clone())).or_insert(0) += 1;
        }
        if let Some(worker) = worker.and_then(|worker| self.workers.get_mut(&worker)) {
            worker.held.insert((id, step));
        }
    }

    /// Takes back whatever the current attempt of a step holds.
    fn release(&mut self, id: RunId, step: StepNo) {
        let Some(run) = self.runs.get_mut(&id) else {
            return;
        };
        let pool = run.pool(step).map(str::to_owned);
        let deployment = run.record.deployment;
        let (route, key) = run.ready_key(step);
        let Some(state) = run.steps.get_mut(step.index()) else {
            return;
        };
        let was_running = state.state == StepState::Running;
        let worker = state.worker.take();
        state.token = None;
        state.leased_at = None;
        if was_running {
            run.running -= 1;
            if let Some(pool) = pool
                && let Some(used) = self.pool_use.get_mut(&(deployment, pool))
            {
                *used = used.saturating_sub(1);
            }
            if let Some(worker) = worker.and_then(|worker| self.workers.get_mut(&worker)) {
                worker.held.remove(&(id, step));
            }
        } else {
            self.ready.remove(route, &key);
        }
    }

    fn step_ended(&mut self, id: RunId, step: StepNo, state: StepState, cause: Option<&str>) {
        self.release(id, step);
        let Some(run) = self.runs.get_mut(&id) else {
            return;
        };
        let Some(ended) = run.steps.get_mut(step.index()) else {
            return;
        };
        ended.state = state;
        ended.retry_at = None;
        run.open = run.open.saturating_sub(1);
        run.failed |= crate::decide::falls_short(state, cause);
        if state != StepState::Succeeded {
            return;
        }
        let downstream = Arc::clone(&run.downstream);
        let mut ready = Vec::new();
        for &next in &downstream[step.index()] {
            let waiting = &mut run.steps[next.index()];
            waiting.waits = waiting.waits.saturating_sub(1);
            if waiting.waits == 0 && waiting.state == StepState::Pending {
                ready.push(next);
            }
        }
        if run.record.state == RunState::Running {
            for next in ready {
                let (route, key) = run.ready_key(next);
                self.ready.insert(route, key);
            }
        }
    }

    /// Puts every step of a running run that could start into its queue.
    pub(super) fn enqueue_ready(&mut self, id: RunId) {
        let Some(run) = self.runs.get(&id) else {
            return;
        };
        if run.record.state != RunState::Running {
            return;
        }
        for (number, step) in run.steps.iter().enumerate() {
            let at = StepNo(number as u32);
            match step.state {
                StepState::Pending if step.waits == 0 => {
                    let (route, key) = run.ready_key(at);
                    self.ready.insert(route, key);
                }
                StepState::RetryWait => {
                    self.timers.insert((step.retry_at.unwrap_or(Timestamp::EPOCH), Timer::Retry(id, at)));
                }
                _ => {}
            }
        }
    }

    /// Puts a step whose wait is over back into its queue.
    pub(crate) fn retry_due(&mut self, id: RunId, step: StepNo, now: Timestamp) {
        let Some(run) = self.runs.get(&id) else {
            return;
        };
        let Some(state) = run.steps.get(step.index()) else {
            return;
        };
        let due = state.state == StepState::RetryWait && state.retry_at.is_none_or(|at| at <= now);
        if due && run.record.state == RunState::Running {
            let (route, key) = run.ready_key(step);
            self.ready.insert(route, key);
        }
    }

    /// Counts a run that is in progress, or no longer.
    pub(super) fn count_run(&mut self, record: &RunRecord, by: i32) {
        let bump = |count: &mut u32| *count = count.saturating_add_signed(by);
        bump(self.run_use.entry(record.deployment).or_insert(0));
        for (tag, value) in &record.tags {
            let key = (record.deployment, tag.clone(), value.clone());
            let count = self.tag_use.entry(key.clone()).or_insert(0);
            bump(count);
            if *count == 0 {
                self.tag_use.remove(&key);
            }
        }
    }

    fn worker_changed(&mut self, id: WorkerId, state: WorkerState, at: Timestamp) {
        match state {
            WorkerState::Active | WorkerState::Draining => {
                if let Some(worker) = self.workers.get_mut(&id) {
                    worker.record.state = state;
                    worker.record.changed_at = at;
                }
            }
            WorkerState::Gone | WorkerState::Lost => {
                self.workers.remove(&id);
            }
        }
    }

    pub(super) fn arm_schedules(&mut self, deployment: DeploymentId) {
        let names: Vec<String> =
            self.schedules.keys().filter(|(other, _)| *other == deployment).map(|(_, name)| name.clone()).collect();
        for name in names {
            self.arm_schedule(deployment, &name);
        }
    }

    /// Sets the timer of a schedule's next tick, where it is on and still declared.
    pub(super) fn arm_schedule(&mut self, deployment: DeploymentId, name: &str) {
        let Some(schedule) = self.schedules.get(&(deployment, name.to_owned())) else {
            return;
        };
        if schedule.record.switch != crate::manifest::Switch::On {
            return;
        }
        let watermark = schedule.record.watermark;
        let next = self
            .live(deployment)
            .find_map(|bound| {
                bound
                    .snapshot
                    .find_schedule(name)
                    .map(|(_, crons)| crons.iter().filter_map(|cron| cron.next_after(watermark)).min())
            })
            .flatten();
        if let Some(next) = next {
            self.timers.insert((next, Timer::Schedule(deployment, name.to_owned())));
        }
    }
}

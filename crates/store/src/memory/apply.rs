//! What each effect changes. A batch that passed the check applies without failing.

use headwater_core::{
    effect::{Effect, Recorded},
    id::{AssetId, Attempt, RunId, Seq, StepNo},
    record::{
        AssetCurrent, AttemptRecord, CheckRecord, LastFailure, Latest, RunRecord, RunState, StepRecord, StepState,
        VersionRecord,
    },
    time::Timestamp,
};

use super::State;

impl State {
    pub(super) fn apply(&mut self, recorded: &Recorded) {
        self.last_seq = recorded.seq;
        if let Some(event) = recorded.event() {
            self.events.insert(event.seq, event);
        }
        let at = recorded.at;
        match &recorded.effect {
            Effect::RunCreated { run, plan } => {
                self.plans.insert(run.id, plan.clone());
                self.runs.insert(run.id, (**run).clone());
            }
            Effect::RunStarted { run } => {
                self.change_run(*run, RunState::Running, |run| run.started_at = Some(at));
            }
            // A new leader has to know whether it was a person or a timeout.
            Effect::RunCanceling { run, by } => self.change_run(*run, RunState::Canceling, |run| {
                run.reason = Some(by.clone());
            }),
            Effect::RunEnded { run, state, reason } => self.change_run(*run, *state, |run| {
                run.ended_at = Some(at);
                run.reason.clone_from(reason);
            }),
            Effect::StepLeased { .. } | Effect::StepRetried { .. } | Effect::StepEnded { .. } => {
                self.apply_to_step(&recorded.effect, at);
            }
            Effect::VersionRecorded(version) => self.apply_version(version),
            Effect::AssetFailed { asset, partition, run } => {
                let current = self.current.entry((*asset, partition.clone()));
                let current = current.or_insert_with(|| nothing_of(*asset, partition));
                current.failed = Some(LastFailure { at, run: *run });
            }
            Effect::CheckRecorded(check) => self.apply_check(check),
            _ => self.apply_control(&recorded.effect, recorded.seq, at),
        }
    }

    fn apply_control(&mut self, effect: &Effect, seq: Seq, at: Timestamp) {
        match effect {
            Effect::SnapshotStored(text) => {
                self.snapshots.entry(text.id.clone()).or_insert_with(|| text.clone());
            }
            Effect::Deployed(deploy) => {
                if deploy.refused.is_none() {
                    self.live.insert((deploy.deployment, deploy.location.clone()), deploy.seq);
                }
                self.deploys.insert(deploy.seq, deploy.clone());
            }
            Effect::AssetsNamed(assets) => {
                self.assets.extend(assets.iter().map(|asset| (asset.id, asset.clone())));
            }
            Effect::CommandAccepted(command) => {
                self.commands.insert(command.seq, command.clone());
            }
            Effect::WorkerJoined(worker) => {
                self.workers.insert(worker.id, (**worker).clone());
            }
            Effect::WorkerChanged { worker, state } => {
                if let Some(worker) = self.workers.get_mut(worker) {
                    worker.state = *state;
                    worker.changed_at = at;
                }
            }
            Effect::ScheduleMoved(schedule) => {
                self.schedules.insert((schedule.deployment, schedule.name.clone()), schedule.clone());
            }
            Effect::Ticked(tick) => {
                self.ticks.insert(tick.seq, tick.clone());
            }
            Effect::PoolSet { deployment, pool, limit } => {
                let key = (*deployment, pool.clone());
                match limit {
                    Some(limit) => self.pools.insert(key, *limit),
                    None => self.pools.remove(&key),
                };
            }
            Effect::IncidentChanged { incident, .. } => {
                self.incidents.insert(incident.id, (**incident).clone());
            }
            Effect::PolicyMoved(policy) => {
                self.policies.insert((policy.deployment, policy.name.clone()), policy.clone());
            }
            Effect::MessageQueued(message) => self.queue(message, seq),
            Effect::MessagesWithdrawn { incident, channel } => self.withdraw(*incident, channel, at),
            _ => {}
        }
    }

    fn change_run(&mut self, run: RunId, state: RunState, change: impl FnOnce(&mut RunRecord)) {
        if let Some(run) = self.runs.get_mut(&run) {
            run.state = state;
            change(run);
        }
    }

    fn apply_to_step(&mut self, effect: &Effect, at: Timestamp) {
        match effect {
            // A lease begins an attempt, so what the attempt before left is cleared; it is in `attempts`.
            Effect::StepLeased { run, step, attempt, token, worker } => {
                let before = self.step(*run, *step);
                *before = StepRecord {
                    state: StepState::Running,
                    attempt: *attempt,
                    token: Some(*token),
                    worker: Some(*worker),
                    leased_at: Some(at),
                    failures: before.failures,
                    losses: before.losses,
                    ..pending(*run, *step)
                };
            }
            Effect::StepRetried { run, step, attempt, end, started_at, failure, failures, losses, retry_at } => {
                let record = self.step(*run, *step);
                record.state = StepState::RetryWait;
                record.attempt = *attempt;
                record.started_at = *started_at;
                record.failure.clone_from(failure);
                record.failures = *failures;
                record.losses = *losses;
                record.retry_at = Some(*retry_at);
                let ended = AttemptRecord {
                    run: *run,
                    step: *step,
                    attempt: *attempt,
                    worker: record.worker,
                    leased_at: record.leased_at,
                    started_at: *started_at,
                    ended_at: at,
                    end: *end,
                    failure: failure.clone(),
                };
                self.attempts.insert((*run, *step, *attempt), ended);
            }
            Effect::StepEnded { run, step, attempt, state, started_at, failure, failures, losses, cause } => {
                let record = self.step(*run, *step);
                record.state = *state;
                record.attempt = *attempt;
                record.started_at = *started_at;
                record.ended_at = Some(at);
                record.retry_at = None;
                record.failure.clone_from(failure);
                record.failures = *failures;
                record.losses = *losses;
                record.cause.clone_from(cause);
            }
            _ => {}
        }
    }

    fn step(&mut self, run: RunId, step: StepNo) -> &mut StepRecord {
        self.steps.entry((run, step)).or_insert_with(|| pending(run, step))
    }

    fn apply_version(&mut self, version: &VersionRecord) {
        let current = self.current.entry((version.asset, version.partition.clone()));
        let current = current.or_insert_with(|| nothing_of(version.asset, &version.partition));
        current.latest = Some(Latest {
            seq: version.seq,
            kind: version.kind,
            at: version.at,
            run: version.run,
            version: version.version.clone(),
            code_version: version.code_version.clone(),
        });
        // A version that says nothing about a cursor leaves the one of before.
        if version.cursor.is_some() {
            current.cursor.clone_from(&version.cursor);
        }
        current.failed = None;
        self.versions.insert(version.seq, version.clone());
    }

    fn apply_check(&mut self, check: &CheckRecord) {
        self.current_checks.insert((check.asset, check.check.clone(), check.partition.clone()), check.seq);
        self.checks.insert(check.seq, check.clone());
    }
}

fn pending(run: RunId, step: StepNo) -> StepRecord {
    StepRecord {
        run,
        step,
        state: StepState::Pending,
        attempt: Attempt(0),
        failures: 0,
        losses: 0,
        worker: None,
        token: None,
        leased_at: None,
        started_at: None,
        ended_at: None,
        retry_at: None,
        failure: None,
        cause: None,
    }
}

fn nothing_of(asset: AssetId, partition: &str) -> AssetCurrent {
    AssetCurrent { asset, partition: partition.to_owned(), latest: None, cursor: None, failed: None }
}

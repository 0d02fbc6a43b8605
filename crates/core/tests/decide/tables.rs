//! What a store would keep, in the plainest way, so that a world can be loaded anew at any moment.

use std::{collections::BTreeMap, sync::Arc};

use headwater_core::{
    alert::{IncidentRecord, IncidentState, PolicyRecord},
    effect::{Effect, Recorded, SnapshotText},
    id::{AssetId, Attempt, DeploymentId, IncidentId, RunId, Seq, SnapshotId, StepNo, WorkerId},
    record::{
        AssetCurrent, AssetRecord, CommandRecord, DeployRecord, DeploymentRecord, Latest, RunRecord, RunState,
        ScheduleRecord, StepRecord, StepState, WorkerRecord, WorkerState,
    },
    world::{ActiveRun, EndedRun, Image},
};

#[derive(Clone, Debug)]
pub(crate) struct StoredRun {
    pub(crate) record: RunRecord,
    pub(crate) plan: Arc<str>,
    pub(crate) steps: BTreeMap<StepNo, StepRecord>,
}

#[derive(Clone, Debug, Default)]
pub(crate) struct Tables {
    last: Seq,
    pub(crate) runs: BTreeMap<RunId, StoredRun>,
    live: BTreeMap<(DeploymentId, String), DeployRecord>,
    snapshots: BTreeMap<SnapshotId, SnapshotText>,
    assets: BTreeMap<AssetId, AssetRecord>,
    current: BTreeMap<(AssetId, String), AssetCurrent>,
    workers: BTreeMap<WorkerId, WorkerRecord>,
    schedules: BTreeMap<String, ScheduleRecord>,
    commands: Vec<CommandRecord>,
    pools: BTreeMap<(DeploymentId, String), u32>,
    pub(crate) incidents: BTreeMap<IncidentId, IncidentRecord>,
    policies: BTreeMap<String, PolicyRecord>,
}

impl Tables {
    pub(crate) fn image(&self) -> Image {
        let mut active: Vec<&StoredRun> = self.runs.values().filter(|run| !run.record.state.is_final()).collect();
        active.sort_by_key(|run| run.record.created_seq);
        Image {
            last_seq: self.last,
            deployments: vec![DeploymentRecord { id: DeploymentId::DEFAULT, name: "default".into() }],
            live: self.live.values().cloned().collect(),
            snapshots: self.snapshots.values().cloned().collect(),
            assets: self.assets.values().cloned().collect(),
            current: self.current.values().cloned().collect(),
            runs: active
                .into_iter()
                .map(|run| ActiveRun {
                    run: run.record.clone(),
                    plan: run.plan.clone(),
                    steps: run.steps.values().cloned().collect(),
                })
                .collect(),
            workers: self
                .workers
                .values()
                .filter(|worker| matches!(worker.state, WorkerState::Active | WorkerState::Draining))
                .cloned()
                .collect(),
            schedules: self.schedules.values().cloned().collect(),
            commands: self.commands.iter().filter(|command| command.key.is_some()).cloned().collect(),
            pools: self.pools.iter().map(|((deployment, pool), limit)| (*deployment, pool.clone(), *limit)).collect(),
            incidents: self.incidents.values().filter(|i| i.state != IncidentState::Resolved).cloned().collect(),
            policies: self.policies.values().cloned().collect(),
            history: self.history(),
        }
    }

    fn history(&self) -> Vec<EndedRun> {
        let succeeded = self.runs.values().filter(|run| run.record.state == RunState::Succeeded);
        let mut ended: Vec<_> = succeeded
            .filter_map(|run| Some((run.record.ended_at?, run.record.started_at?, &run.record)))
            .map(|(ended, started, run)| {
                (ended, EndedRun { deployment: run.deployment, line: run.line(), took: ended.since(started) })
            })
            .collect();
        ended.sort_by_key(|(ended, _)| *ended);
        ended.into_iter().map(|(_, run)| run).collect()
    }

    pub(crate) fn apply(&mut self, recorded: &Recorded) {
        self.last = recorded.seq;
        let at = recorded.at;
        match recorded.effect.clone() {
            Effect::SnapshotStored(text) => drop(self.snapshots.insert(text.id.clone(), text)),
            Effect::Deployed(deploy) if deploy.refused.is_some() => {}
            Effect::Deployed(deploy) => drop(self.live.insert((deploy.deployment, deploy.location.clone()), deploy)),
            Effect::AssetsNamed(assets) => self.assets.extend(assets.into_iter().map(|asset| (asset.id, asset))),
            Effect::CommandAccepted(command) => self.commands.push(command),
            Effect::RunCreated { run, plan } => {
                self.runs.insert(run.id, StoredRun { record: *run, plan, steps: BTreeMap::new() });
            }
            Effect::RunStarted { run } => {
                let run = self.run(run);
                run.state = RunState::Running;
                run.started_at = Some(at);
            }
            Effect::RunCanceling { run, by } => {
                let run = self.run(run);
                run.state = RunState::Canceling;
                run.reason = Some(by);
            }
            Effect::RunEnded { run, state, reason } => {
                let run = self.run(run);
                run.state = state;
                run.ended_at = Some(at);
                run.reason = reason;
            }
            Effect::StepLeased { run, step, attempt, token, worker } => {
                let of = self.step(run, step);
                of.state = StepState::Running;
                of.attempt = attempt;
                of.token = Some(token);
                of.worker = Some(worker);
                of.leased_at = Some(at);
            }
            Effect::StepRetried { run, step, failures, losses, retry_at, .. } => {
                let of = self.step(run, step);
                of.state = StepState::RetryWait;
                of.failures = failures;
                of.losses = losses;
                of.retry_at = Some(retry_at);
            }
            Effect::StepEnded { run, step, state, failure, failures, losses, cause, .. } => {
                let of = self.step(run, step);
                of.state = state;
                of.failures = failures;
                of.losses = losses;
                of.cause = cause;
                of.failure = failure;
                of.ended_at = Some(at);
            }
            other => self.apply_rest(other, recorded),
        }
    }

    fn apply_rest(&mut self, effect: Effect, recorded: &Recorded) {
        match effect {
            Effect::VersionRecorded(version) => {
                let entry =
                    self.current.entry((version.asset, version.partition.clone())).or_insert_with(|| AssetCurrent {
                        asset: version.asset,
                        partition: version.partition.clone(),
                        latest: None,
                        cursor: None,
                        failed: None,
                    });
                entry.latest = Some(Latest {
                    seq: version.seq,
                    kind: version.kind,
                    at: version.at,
                    run: version.run,
                    version: version.version,
                    code_version: version.code_version,
                });
                if version.cursor.is_some() {
                    entry.cursor = version.cursor;
                }
            }
            Effect::WorkerJoined(worker) => drop(self.workers.insert(worker.id, *worker)),
            Effect::WorkerChanged { worker, state } => {
                let worker = self.workers.get_mut(&worker).unwrap();
                worker.state = state;
                worker.changed_at = recorded.at;
            }
            Effect::ScheduleMoved(schedule) => drop(self.schedules.insert(schedule.name.clone(), schedule)),
            Effect::IncidentChanged { incident, .. } => drop(self.incidents.insert(incident.id, *incident)),
            Effect::PolicyMoved(policy) => drop(self.policies.insert(policy.name.clone(), policy)),
            Effect::PoolSet { deployment, pool, limit } => match limit {
                Some(limit) => drop(self.pools.insert((deployment, pool), limit)),
                None => drop(self.pools.remove(&(deployment, pool))),
            },
            _ => {}
        }
    }

    fn run(&mut self, run: RunId) -> &mut RunRecord {
        &mut self.runs.get_mut(&run).unwrap().record
    }

    fn step(&mut self, run: RunId, step: StepNo) -> &mut StepRecord {
        self.runs.get_mut(&run).unwrap().steps.entry(step).or_insert(StepRecord {
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
        })
    }
}

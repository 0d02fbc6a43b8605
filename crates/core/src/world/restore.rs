//! From what is stored to a world.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use super::{
    ActiveRun, Bound, Current, Image, Ready, Remembered, Run, Schedule, Session, Settings, Step, Timer, Worker, World,
    ready::Route,
};
use crate::{
    graph::Snapshot,
    id::{DeploymentId, SnapshotId, Term},
    manifest::Manifest,
    plan::Plan,
    record::{RunState, StepRecord, StepState, Trigger, VersionKind},
    time::Timestamp,
};

/// What is stored and cannot be understood. Nothing is decided until somebody looked.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{what} cannot be read: {why}")]
pub struct RestoreError {
    /// Which record.
    pub what: String,
    /// Why.
    pub why: String,
}

impl World {
    /// An empty world of a term.
    pub fn empty(term: Term, salt: u64, settings: Settings) -> Self {
        Self {
            term,
            last_seq: crate::id::Seq(0),
            settings,
            salt,
            deployments: BTreeMap::new(),
            live: BTreeMap::new(),
            snapshots: BTreeMap::new(),
            bound: BTreeMap::new(),
            names: BTreeMap::new(),
            current: BTreeMap::new(),
            runs: BTreeMap::new(),
            queue: BTreeSet::new(),
            tag_use: BTreeMap::new(),
            run_use: BTreeMap::new(),
            workers: BTreeMap::new(),
            ready: Ready::default(),
            pool_set: BTreeMap::new(),
            pool_use: BTreeMap::new(),
            schedules: BTreeMap::new(),
            commands: BTreeMap::new(),
            timers: BTreeSet::new(),
            incidents: BTreeMap::new(),
            policies: BTreeMap::new(),
            policies_live: false,
            fresh: BTreeMap::new(),
            history: BTreeMap::new(),
        }
    }

    /// The world of a new term. Every worker gets a fresh lease from `now` on, since nobody could poll meanwhile.
    ///
    /// # Errors
    /// [`RestoreError`] where a stored manifest or plan cannot be read.
    pub fn restore(
        image: Image,
        term: Term,
        salt: u64,
        settings: Settings,
        now: Timestamp,
    ) -> Result<Self, RestoreError> {
        let mut world = Self::empty(term, salt, settings);
        world.last_seq = image.last_seq;
        world.deployments = image.deployments.into_iter().map(|d| (d.id, d.name)).collect();
        world.names = image.assets.into_iter().map(|asset| ((asset.deployment, asset.key), asset.id)).collect();
        for current in image.current {
            let made_at = current.latest.as_ref().filter(|latest| latest.kind == VersionKind::Materialized);
            let made_at = made_at.map(|latest| latest.at);
            let latest = current.latest.map(|latest| (latest.seq, latest.version));
            let known = Current { latest, made_at, cursor: current.cursor };
            world.current.insert((current.asset, current.partition), known);
        }
        for stored in image.snapshots {
            let manifest = Manifest::from_json(&stored.manifest).map_err(|error| RestoreError {
                what: format!("snapshot {}", stored.id.short()),
                why: error.to_string(),
            })?;
            world.add_snapshot(&stored.id, manifest)?;
        }
        world.pool_set = image.pools.into_iter().map(|(deployment, pool, limit)| ((deployment, pool), limit)).collect();
        for deploy in image.live {
            let (deployment, snapshot) = (deploy.deployment, deploy.snapshot.clone());
            world.live.insert((deployment, deploy.location.clone()), deploy);
            world.bind(deployment, &snapshot);
        }
        world.watch_live();
        for incident in &image.incidents {
            world.incident_changed(incident);
        }
        world.policies =
            image.policies.into_iter().map(|policy| ((policy.deployment, policy.name.clone()), policy)).collect();
        for ended in image.history {
            world.remember(ended.deployment, ended.line, ended.took);
        }
        for schedule in image.schedules {
            let key = (schedule.deployment, schedule.name.clone());
            world.schedules.insert(key, Schedule { record: schedule, runs: BTreeSet::new() });
        }
        for record in image.workers {
            let session = Session { expires_at: now.plus(settings.lease), ..Session::default() };
            world.timers.insert((session.expires_at, Timer::Worker(record.id)));
            world.workers.insert(record.id, Worker { record, held: BTreeSet::new(), session });
        }
        for active in image.runs {
            world.add_active(active)?;
        }
        for command in image.commands {
            if let Some(key) = command.key {
                let remembered = Remembered { digest: command.digest, answer: command.answer, at: command.at };
                world.commands.insert((command.deployment, key), remembered);
            }
        }
        let names: Vec<_> = world.schedules.keys().cloned().collect();
        for (deployment, name) in names {
            world.arm_schedule(deployment, &name);
        }
        Ok(world)
    }

    pub(super) fn add_snapshot(&mut self, id: &SnapshotId, manifest: Manifest) -> Result<(), RestoreError> {
        if self.snapshots.contains_key(id) {
            return Ok(());
        }
        let snapshot = Snapshot::from_canonical(manifest, id.clone()).map_err(|findings| RestoreError {
            what: format!("snapshot {}", id.short()),
            why: findings.first().map(ToString::to_string).unwrap_or_default(),
        })?;
        self.snapshots.insert(id.clone(), Arc::new(snapshot));
        Ok(())
    }

    /// Gives a known snapshot's assets their identities and its steps their queues.
    pub(super) fn bind(&mut self, deployment: DeploymentId, id: &SnapshotId) -> Option<Arc<Bound>> {
        if let Some(bound) = self.bound.get(&(deployment, id.clone())) {
            return Some(Arc::clone(bound));
        }
        let snapshot = Arc::clone(self.snapshots.get(id)?);
        let ids = self.identities(deployment, &snapshot)?;
        let routes = snapshot
            .manifest()
            .steps
            .iter()
            .map(|step| {
                self.ready.route(Route {
                    deployment,
                    location: snapshot.location().to_owned(),
                    snapshot: id.clone(),
                    requires: step.requires.clone(),
                    pool: step.pool.clone(),
                })
            })
            .collect();
        let bound = Arc::new(Bound { snapshot, ids, routes });
        self.bound.insert((deployment, id.clone()), Arc::clone(&bound));
        Some(bound)
    }

    fn add_active(&mut self, active: ActiveRun) -> Result<(), RestoreError> {
        let what = || format!("the plan of run {}", active.run.id);
        let plan: Plan = serde_json::from_str(&active.plan)
            .map_err(|error| RestoreError { what: what(), why: error.to_string() })?;
        let deployment = active.run.deployment;
        let Some(bound) = self.bind(deployment, &active.run.snapshot) else {
            return Err(RestoreError {
                what: what(),
                why: "its snapshot or the identity of its assets is missing".into(),
            });
        };
        if !plan.fits(&bound.snapshot) {
            return Err(RestoreError { what: what(), why: "it does not fit its snapshot".into() });
        }
        let id = active.run.id;
        self.add_run(active.run, bound, Arc::new(plan));
        self.restore_steps(id, active.steps);
        Ok(())
    }

    /// Adds a run with all of its steps pending.
    pub(super) fn add_run(&mut self, record: crate::record::RunRecord, bound: Arc<Bound>, plan: Arc<Plan>) {
        let downstream = Arc::new(plan.downstream());
        let steps: Vec<Step> = plan.steps.iter().map(|step| Step::pending(step.upstream.len() as u32)).collect();
        let open = steps.len() as u32;
        if let Trigger::Schedule { name, .. } = &record.trigger
            && let Some(schedule) = self.schedules.get_mut(&(record.deployment, name.clone()))
        {
            schedule.runs.insert(record.id);
        }
        let id = record.id;
        match record.state {
            RunState::Queued => {
                self.queue.insert((std::cmp::Reverse(record.priority), record.created_seq, id));
            }
            _ => self.count_run(&record, 1),
        }
        let run = Run {
            record,
            bound,
            plan,
            downstream,
            steps,
            open,
            running: 0,
            failed: false,
            failures: BTreeMap::new(),
            blocked: BTreeSet::new(),
        };
        if let Some(deadline) = run.deadline() {
            self.timers.insert((deadline, Timer::Run(id)));
        }
        self.runs.insert(id, run);
        self.arm_run(id);
    }

    /// Puts the stored steps of a run in place of pending ones, and what is ready into its queues.
    fn restore_steps(&mut self, id: crate::id::RunId, records: Vec<StepRecord>) {
        let Some(run) = self.runs.get_mut(&id) else {
            return;
        };
        let mut leased = Vec::new();
        for record in records {
            let at = record.step;
            if at.index() < run.steps.len() {
                run.note_end(at, record.state, record.failure.as_ref(), record.cause.as_deref());
            }
            let Some(step) = run.steps.get_mut(at.index()) else {
                continue;
            };
            step.state = record.state;
            step.attempt = record.attempt;
            step.failures = record.failures;
            step.losses = record.losses;
            step.retry_at = record.retry_at.filter(|_| record.state == StepState::RetryWait);
            run.open -= u32::from(record.state.is_final());
            run.failed |= crate::decide::falls_short(record.state, record.cause.as_deref());
            if record.state == StepState::Running {
                step.worker = record.worker;
                step.token = record.token;
                step.leased_at = record.leased_at;
                run.running += 1;
                leased.push((at, record.attempt, record.worker));
            }
            if record.state == StepState::Succeeded {
                for next in run.downstream[at.index()].clone() {
                    run.steps[next.index()].waits = run.steps[next.index()].waits.saturating_sub(1);
                }
            }
        }
        for (at, attempt, worker) in leased {
            self.count_lease(id, at, attempt, worker);
        }
        self.enqueue_ready(id);
    }
}

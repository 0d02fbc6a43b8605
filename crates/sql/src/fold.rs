//! Folds a batch of effects into the rows that it leaves behind: one image per row, however often the batch
//! touches it, and one statement per table, however long the batch is.

mod alerts;
mod step;

use std::collections::BTreeMap;

use headwater_core::{
    effect::{Effect, Recorded},
    id::{AssetId, DeploymentId, RunId, Seq, StepNo, WorkerId},
    record::{
        AssetRecord, CheckRecord, RunRecord, RunState, ScheduleRecord, Trigger, VersionRecord, WorkerRecord,
        WorkerState,
    },
    report::InputVersion,
    time::{Millis, Timestamp},
};
use headwater_store::CommitError;

pub(crate) use self::alerts::marks;
use self::{alerts::Alerts, step::StepImage};
use crate::{
    cell::Cell,
    dialect::{Bulk, Rows},
    tables,
};

/// How many rows a statement must touch.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Expect {
    /// Each row that it was given; anything else contradicts what is stored.
    Every,
    /// Some may be there already.
    Any,
}

/// One statement of a commit.
pub(crate) struct Write<'a> {
    pub(crate) rows: Rows<'a>,
    pub(crate) expect: Expect,
}

/// Folds a batch. The statements come in the order in which they must run; those without rows are left out.
pub(crate) fn fold(batch: &[Recorded]) -> Result<Vec<Write<'_>>, CommitError> {
    let mut folded = Folded::new();
    for recorded in batch {
        folded.add(recorded)?;
    }
    folded.finish()
}

/// A change of a run from an earlier batch.
struct RunChange<'a> {
    state: RunState,
    started_at: Option<Timestamp>,
    ended_at: Option<Timestamp>,
    reason: Option<&'a str>,
}

/// A run that this batch creates, with what the batch does to it.
struct NewRun<'a> {
    run: &'a RunRecord,
    change: RunChange<'a>,
}

#[derive(Default)]
struct CurrentImage<'a> {
    latest: Option<&'a VersionRecord>,
    cursor: Option<&'a serde_json::Value>,
    failed: Option<(Timestamp, RunId)>,
}

struct Folded<'a> {
    events: Rows<'a>,
    versions: Rows<'a>,
    checks: Rows<'a>,
    attempts: Rows<'a>,
    plans: Rows<'a>,
    tags: Rows<'a>,
    snapshots: Rows<'a>,
    deploys: Rows<'a>,
    commands: Rows<'a>,
    ticks: Rows<'a>,
    alerts: Alerts<'a>,
    new_runs: BTreeMap<RunId, NewRun<'a>>,
    run_changes: BTreeMap<RunId, RunChange<'a>>,
    steps: BTreeMap<(RunId, StepNo), StepImage<'a>>,
    current: BTreeMap<(AssetId, &'a str), CurrentImage<'a>>,
    current_checks: BTreeMap<(AssetId, &'a str, &'a str), Seq>,
    live: BTreeMap<(DeploymentId, &'a str), Seq>,
    assets: BTreeMap<AssetId, &'a AssetRecord>,
    workers: BTreeMap<WorkerId, WorkerImage<'a>>,
    schedules: BTreeMap<(DeploymentId, &'a str), &'a ScheduleRecord>,
    pools: BTreeMap<(DeploymentId, &'a str), Option<u32>>,
}

struct WorkerImage<'a> {
    joined: Option<&'a WorkerRecord>,
    state: WorkerState,
    changed_at: Timestamp,
}

impl<'a> Folded<'a> {
    fn new() -> Self {
        Self {
            events: Rows::new(&tables::EVENTS),
            versions: Rows::new(&tables::VERSIONS),
            checks: Rows::new(&tables::CHECKS),
            attempts: Rows::new(&tables::ATTEMPTS),
            plans: Rows::new(&tables::RUN_PLANS),
            tags: Rows::new(&tables::RUN_TAGS),
            snapshots: Rows::new(&tables::SNAPSHOTS),
            deploys: Rows::new(&tables::DEPLOYS),
            commands: Rows::new(&tables::COMMANDS),
            ticks: Rows::new(&tables::TICKS),
            alerts: Alerts::default(),
            new_runs: BTreeMap::new(),
            run_changes: BTreeMap::new(),
            steps: BTreeMap::new(),
            current: BTreeMap::new(),
            current_checks: BTreeMap::new(),
            live: BTreeMap::new(),
            assets: BTreeMap::new(),
            workers: BTreeMap::new(),
            schedules: BTreeMap::new(),
            pools: BTreeMap::new(),
        }
    }

    fn add(&mut self, recorded: &'a Recorded) -> Result<(), CommitError> {
        self.add_event(recorded)?;
        let at = recorded.at;
        match &recorded.effect {
            Effect::RunCreated { run, plan } => self.create_run(run, plan)?,
            Effect::RunStarted { run } => {
                let change = self.run(*run, RunState::Running)?;
                change.started_at = Some(at);
            }
            // A new leader has to know whether it was a person or a timeout.
            Effect::RunCanceling { run, by } => {
                self.run(*run, RunState::Canceling)?.reason = Some(by.as_str());
            }
            Effect::RunEnded { run, state, reason } => {
                let change = self.run(*run, *state)?;
                change.ended_at = Some(at);
                change.reason = reason.as_deref();
            }
            Effect::StepLeased { .. } | Effect::StepRetried { .. } | Effect::StepEnded { .. } => {
                self.add_step(&recorded.effect, at)?;
            }
            Effect::VersionRecorded(version) => self.add_version(version)?,
            Effect::AssetFailed { asset, partition, run } => {
                self.current.entry((*asset, partition)).or_default().failed = Some((at, *run));
            }
            Effect::CheckRecorded(check) => self.add_check(check)?,
            control => self.add_control(control, recorded.seq, at)?,
        }
        Ok(())
    }

    fn add_event(&mut self, recorded: &'a Recorded) -> Result<(), CommitError> {
        let Some(event) = recorded.event() else {
            return Ok(());
        };
        let data = if event.data.is_null() { Cell::Null } else { json(&event.data)? };
        self.events.push([
            event.seq.0.into(),
            event.at.as_micros().into(),
            owned(event.kind),
            event.run.map(|run| run.0).into(),
            event.step.map(|step| step.0).into(),
            event.asset.map(|asset| asset.0).into(),
            event.subject.map_or(Cell::Null, owned),
            data,
        ]);
        Ok(())
    }

    fn create_run(&mut self, run: &'a RunRecord, plan: &'a str) -> Result<(), CommitError> {
        let change = RunChange {
            state: run.state,
            started_at: run.started_at,
            ended_at: run.ended_at,
            reason: run.reason.as_deref(),
        };
        if self.new_runs.insert(run.id, NewRun { run, change }).is_some() {
            return Err(conflict(format!("run {} exists", run.id)));
        }
        self.plans.push([run.id.0.into(), Cell::json_text(plan)]);
        for (name, value) in &run.tags {
            self.tags.push([
                run.id.0.into(),
                name.into(),
                value.into(),
                run.deployment.0.into(),
                run.created_seq.0.into(),
            ]);
        }
        Ok(())
    }

    /// The change of a run that is created here or was before; a run that has ended never changes.
    fn run(&mut self, id: RunId, next: RunState) -> Result<&mut RunChange<'a>, CommitError> {
        let change = match self.new_runs.get_mut(&id) {
            Some(new) => &mut new.change,
            None => self.run_changes.entry(id).or_insert(RunChange {
                // The statement itself checks what is stored.
                state: RunState::Queued,
                started_at: None,
                ended_at: None,
                reason: None,
            }),
        };
        if change.state.is_final() {
            return Err(conflict(format!("run {id} is {}", change.state)));
        }
        change.state = next;
        Ok(change)
    }

    fn add_version(&mut self, version: &'a VersionRecord) -> Result<(), CommitError> {
        let current = self.current.entry((version.asset, &version.partition)).or_default();
        current.latest = Some(version);
        current.failed = None;
        if version.cursor.is_some() {
            current.cursor = version.cursor.as_ref();
        }
        self.versions.push([
            version.seq.0.into(),
            version.at.as_micros().into(),
            version.asset.0.into(),
            (&version.partition).into(),
            version.kind.as_str().into(),
            version.run.map(|run| run.0).into(),
            version.step.map(|step| step.0).into(),
            version.attempt.map(|attempt| attempt.0).into(),
            version.duration.map(Millis::as_micros).into(),
            (&version.version).into(),
            version.code_version.as_ref().into(),
            if version.inputs.is_empty() { Cell::Null } else { json(&inputs(&version.inputs))? },
            if version.metadata.is_empty() { Cell::Null } else { json(&version.metadata)? },
            version.cursor.as_ref().map(json).transpose()?.unwrap_or(Cell::Null),
        ]);
        Ok(())
    }

    fn add_check(&mut self, check: &'a CheckRecord) -> Result<(), CommitError> {
        self.current_checks.insert((check.asset, &check.check, &check.partition), check.seq);
        self.checks.push([
            check.seq.0.into(),
            check.at.as_micros().into(),
            check.asset.0.into(),
            (&check.check).into(),
            (&check.partition).into(),
            check.run.map(|run| run.0).into(),
            check.step.map(|step| step.0).into(),
            check.version_seq.map(|seq| seq.0).into(),
            check.passed.into(),
            check.blocking.into(),
            severity(check.severity).into(),
            (&check.description).into(),
            if check.metadata.is_empty() { Cell::Null } else { json(&check.metadata)? },
        ]);
        Ok(())
    }

    fn add_control(&mut self, effect: &'a Effect, seq: Seq, at: Timestamp) -> Result<(), CommitError> {
        match effect {
            Effect::SnapshotStored(text) => self.snapshots.push([
                text.id.0.as_str().into(),
                (&text.location).into(),
                Cell::json_text(&text.manifest),
            ]),
            Effect::Deployed(deploy) => {
                if deploy.refused.is_none() {
                    self.live.insert((deploy.deployment, &deploy.location), deploy.seq);
                }
                self.deploys.push([
                    deploy.seq.0.into(),
                    deploy.at.as_micros().into(),
                    deploy.deployment.0.into(),
                    (&deploy.location).into(),
                    deploy.snapshot.0.as_str().into(),
                    (&deploy.by).into(),
                    deploy.refused.as_ref().into(),
                ]);
            }
            Effect::AssetsNamed(assets) => self.assets.extend(assets.iter().map(|asset| (asset.id, asset))),
            Effect::CommandAccepted(command) => self.commands.push([
                command.seq.0.into(),
                command.at.as_micros().into(),
                command.deployment.0.into(),
                command.key.as_ref().into(),
                (&command.digest).into(),
                (&command.principal).into(),
                (&command.kind).into(),
                json(&command.answer)?,
            ]),
            Effect::WorkerJoined(worker) => {
                let image = WorkerImage { joined: Some(worker), state: worker.state, changed_at: worker.changed_at };
                self.workers.insert(worker.id, image);
            }
            Effect::WorkerChanged { worker, state } => {
                let image = self.workers.entry(*worker);
                let image = image.or_insert(WorkerImage { joined: None, state: *state, changed_at: at });
                image.state = *state;
                image.changed_at = at;
            }
            Effect::ScheduleMoved(schedule) => {
                self.schedules.insert((schedule.deployment, &schedule.name), schedule);
            }
            Effect::Ticked(tick) => self.ticks.push([
                tick.seq.0.into(),
                tick.at.as_micros().into(),
                tick.deployment.0.into(),
                (&tick.schedule).into(),
                tick.due_at.as_micros().into(),
                tick.through_at.as_micros().into(),
                i64::try_from(tick.count).unwrap_or(i64::MAX).into(),
                tick.outcome.as_str().into(),
                tick.run.map(|run| run.0).into(),
                tick.reason.as_ref().into(),
            ]),
            Effect::PoolSet { deployment, pool, limit } => {
                self.pools.insert((*deployment, pool), *limit);
            }
            Effect::IncidentChanged { .. }
            | Effect::PolicyMoved(_)
            | Effect::MessageQueued(_)
            | Effect::MessagesWithdrawn { .. } => self.alerts.add(effect, seq, at),
            // Named here so that a new kind of effect does not compile until it is stored.
            Effect::RunCreated { .. }
            | Effect::RunStarted { .. }
            | Effect::RunCanceling { .. }
            | Effect::RunEnded { .. }
            | Effect::StepLeased { .. }
            | Effect::StepRetried { .. }
            | Effect::StepEnded { .. }
            | Effect::VersionRecorded(_)
            | Effect::AssetFailed { .. }
            | Effect::CheckRecorded(_) => {}
        }
        Ok(())
    }

    fn finish(self) -> Result<Vec<Write<'a>>, CommitError> {
        let mut writes = Writes(Vec::new());
        writes.put(Expect::Any, self.snapshots);
        writes.put(Expect::Every, self.deploys);
        writes.put(
            Expect::Every,
            rows(&tables::LIVE, self.live, |((deployment, location), seq)| {
                Ok([deployment.0.into(), location.into(), seq.0.into()])
            })?,
        );
        let (mut aside, mut assets) = (Rows::new(&tables::ASSETS_ASIDE), Rows::new(&tables::ASSETS));
        for (id, asset) in self.assets {
            // No key starts with a slash.
            aside.push([id.0.into(), asset.key.as_str().into(), owned(format!("/{id}"))]);
            assets.push([id.0.into(), asset.deployment.0.into(), asset.key.as_str().into()]);
        }
        writes.put(Expect::Any, aside);
        writes.put(Expect::Every, assets);
        writes.put(Expect::Every, self.commands);
        writes.put(Expect::Every, rows(&tables::RUNS, self.new_runs, |(_, new)| new_run(&new))?);
        writes.put(Expect::Every, self.plans);
        writes.put(Expect::Every, self.tags);
        writes.put(
            Expect::Every,
            rows(&tables::RUN_CHANGES, self.run_changes, |(id, change)| {
                Ok([
                    id.0.into(),
                    change.state.as_str().into(),
                    time(change.started_at),
                    time(change.ended_at),
                    change.reason.into(),
                ])
            })?,
        );
        writes.put(Expect::Every, self.attempts);
        writes.put(Expect::Every, rows(&tables::STEPS, self.steps, |(at, image)| image.row(at))?);
        writes.put(Expect::Every, self.versions);
        writes.put(Expect::Every, rows(&tables::ASSET_CURRENT, self.current, current)?);
        writes.put(Expect::Every, self.checks);
        writes.put(
            Expect::Every,
            rows(&tables::CHECK_CURRENT, self.current_checks, |((asset, name, partition), seq)| {
                Ok([asset.0.into(), name.into(), partition.into(), seq.0.into()])
            })?,
        );
        put_workers(&mut writes, self.workers)?;
        writes.put(
            Expect::Every,
            rows(&tables::SCHEDULES, self.schedules, |((deployment, name), schedule)| {
                Ok([deployment.0.into(), name.into(), switch(schedule).into(), schedule.watermark.as_micros().into()])
            })?,
        );
        writes.put(Expect::Every, self.ticks);
        put_pools(&mut writes, self.pools);
        self.alerts.put(&mut writes)?;
        writes.put(Expect::Every, self.events);
        Ok(writes.0)
    }
}

struct Writes<'a>(Vec<Write<'a>>);

impl<'a> Writes<'a> {
    fn put(&mut self, expect: Expect, rows: Rows<'a>) {
        if !rows.is_empty() {
            self.0.push(Write { rows, expect });
        }
    }
}

fn rows<'a, T, const N: usize>(
    bulk: &'static Bulk,
    images: impl IntoIterator<Item = T>,
    row: impl Fn(T) -> Result<[Cell<'a>; N], CommitError>,
) -> Result<Rows<'a>, CommitError> {
    let mut rows = Rows::new(bulk);
    for image in images {
        rows.push(row(image)?);
    }
    Ok(rows)
}

fn new_run<'a>(new: &NewRun<'a>) -> Result<[Cell<'a>; 19], CommitError> {
    let run = new.run;
    let schedule = match &run.trigger {
        Trigger::Schedule { name, .. } => Some(name),
        Trigger::Manual { .. } | Trigger::Retry { .. } => None,
    };
    Ok([
        run.id.0.into(),
        run.created_seq.0.into(),
        run.deployment.0.into(),
        run.snapshot.0.as_str().into(),
        new.change.state.as_str().into(),
        json(&run.trigger)?,
        schedule.into(),
        (&run.selection).into(),
        (&run.partition).into(),
        if run.tags.is_empty() { Cell::Null } else { json(&run.tags)? },
        if run.config.is_empty() { Cell::Null } else { json(&run.config)? },
        run.priority.into(),
        run.timeout.map(|timeout| i64::try_from(timeout.0).unwrap_or(i64::MAX)).into(),
        run.root.0.into(),
        run.steps.into(),
        run.created_at.as_micros().into(),
        time(new.change.started_at),
        time(new.change.ended_at),
        new.change.reason.into(),
    ])
}

fn current<'a>(
    ((asset, partition), image): ((AssetId, &'a str), CurrentImage<'a>),
) -> Result<[Cell<'a>; 11], CommitError> {
    let latest = image.latest;
    Ok([
        asset.0.into(),
        partition.into(),
        latest.map(|version| version.seq.0).into(),
        latest.map(|version| version.kind.as_str()).into(),
        time(latest.map(|version| version.at)),
        latest.and_then(|version| version.run).map(|run| run.0).into(),
        latest.map(|version| &version.version).into(),
        latest.and_then(|version| version.code_version.as_ref()).into(),
        image.cursor.map(json).transpose()?.unwrap_or(Cell::Null),
        time(image.failed.map(|(at, _)| at)),
        image.failed.map(|(_, run)| run.0).into(),
    ])
}

fn put_workers<'a>(writes: &mut Writes<'a>, workers: BTreeMap<WorkerId, WorkerImage<'a>>) -> Result<(), CommitError> {
    let (mut joined, mut changed) = (Rows::new(&tables::WORKERS), Rows::new(&tables::WORKER_CHANGES));
    for (id, image) in workers {
        let (state, changed_at) = (image.state.as_str().into(), image.changed_at.as_micros().into());
        let Some(worker) = image.joined else {
            changed.push([id.0.into(), state, changed_at]);
            continue;
        };
        joined.push([
            id.0.into(),
            (&worker.name).into(),
            (&worker.host).into(),
            worker.pid.into(),
            (&worker.location).into(),
            worker.snapshot.0.as_str().into(),
            worker.slots.into(),
            if worker.tags.is_empty() { Cell::Null } else { json(&worker.tags)? },
            (&worker.version).into(),
            state,
            worker.joined_at.as_micros().into(),
            changed_at,
        ]);
    }
    writes.put(Expect::Every, joined);
    writes.put(Expect::Every, changed);
    Ok(())
}

fn put_pools<'a>(writes: &mut Writes<'a>, pools: BTreeMap<(DeploymentId, &'a str), Option<u32>>) {
    let (mut set, mut cleared) = (Rows::new(&tables::POOLS), Rows::new(&tables::POOLS_CLEARED));
    for ((deployment, pool), limit) in pools {
        match limit {
            Some(limit) => set.push([deployment.0.into(), pool.into(), limit.into()]),
            None => cleared.push([deployment.0.into(), pool.into()]),
        }
    }
    writes.put(Expect::Every, set);
    writes.put(Expect::Any, cleared);
}

pub(crate) fn conflict(why: String) -> CommitError {
    CommitError::Conflict(why)
}

/// Inputs without the names of their fields: there are several with each version, and most of a row is theirs.
fn inputs(inputs: &[InputVersion]) -> Vec<(&str, Option<Seq>, Option<&str>)> {
    inputs.iter().map(|input| (input.asset.as_str(), input.seq, input.version.as_deref())).collect()
}

fn json<T: serde::Serialize + ?Sized>(value: &T) -> Result<Cell<'static>, CommitError> {
    Cell::json(value).map_err(|error| conflict(format!("a value is not JSON: {error}")))
}

fn time(at: Option<Timestamp>) -> Cell<'static> {
    at.map(Timestamp::as_micros).into()
}

/// A text made here; whatever of it came from outside is cleaned like any other.
fn owned(text: String) -> Cell<'static> {
    match headwater_store::clean::text(&text) {
        std::borrow::Cow::Borrowed(_) => Cell::Text(text.into()),
        std::borrow::Cow::Owned(cleaned) => Cell::Text(cleaned.into()),
    }
}

const fn severity(severity: headwater_core::manifest::Severity) -> &'static str {
    match severity {
        headwater_core::manifest::Severity::Warn => "warn",
        headwater_core::manifest::Severity::Error => "error",
    }
}

const fn switch(schedule: &ScheduleRecord) -> &'static str {
    match schedule.switch {
        headwater_core::manifest::Switch::On => "on",
        headwater_core::manifest::Switch::Off => "off",
    }
}

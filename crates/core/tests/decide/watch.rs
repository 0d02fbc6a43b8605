//! Rules that every stream of effects keeps, whatever happened. They are written from the design and know nothing of
//! how decisions are made.

use std::{collections::BTreeMap, sync::Arc};

use headwater_core::{
    effect::{Effect, Recorded},
    graph::Snapshot,
    id::{Attempt, RunId, Seq, SnapshotId, StepNo, WorkerId},
    manifest::Manifest,
    plan::Plan,
    record::{RunState, StepState, TickOutcome},
    time::Timestamp,
};

#[derive(Clone, Debug)]
pub(crate) struct SeenRun {
    pub(crate) snapshot: Arc<Snapshot>,
    pub(crate) plan: Plan,
    pub(crate) state: RunState,
    pub(crate) steps: Vec<SeenStep>,
}

#[derive(Clone, Debug)]
pub(crate) struct SeenStep {
    pub(crate) name: String,
    pub(crate) state: StepState,
    pub(crate) attempt: Attempt,
    pub(crate) worker: Option<WorkerId>,
}

/// What was seen so far.
#[derive(Clone, Debug, Default)]
pub(crate) struct Watch {
    pub(crate) runs: BTreeMap<RunId, SeenRun>,
    pub(crate) snapshots: BTreeMap<SnapshotId, Arc<Snapshot>>,
    last: Seq,
    versions: BTreeMap<(RunId, String), Seq>,
    ticks: BTreeMap<(String, Timestamp), u64>,
    keys: BTreeMap<String, String>,
}

impl Watch {
    /// Takes the next change and panics where it breaks a rule.
    pub(crate) fn see(&mut self, recorded: &Recorded) {
        assert_eq!(recorded.seq, self.last.next(), "numbers have no gaps");
        self.last = recorded.seq;
        match &recorded.effect {
            Effect::SnapshotStored(text) => {
                let manifest = Manifest::from_json(&text.manifest).unwrap();
                self.snapshots.insert(text.id.clone(), Arc::new(Snapshot::new(manifest).unwrap()));
            }
            Effect::RunCreated { run, plan } => {
                let snapshot = Arc::clone(&self.snapshots[&run.snapshot]);
                let plan: Plan = serde_json::from_str(plan).unwrap();
                assert!(!plan.steps.is_empty() && plan.fits(&snapshot), "a plan fits its snapshot");
                let steps = plan.steps.iter().map(|step| SeenStep {
                    name: snapshot.step(step.step).name.clone(),
                    state: StepState::Pending,
                    attempt: Attempt(0),
                    worker: None,
                });
                let seen = SeenRun { steps: steps.collect(), snapshot, plan, state: RunState::Queued };
                assert!(self.runs.insert(run.id, seen).is_none(), "run {} was created twice", run.id);
            }
            Effect::RunStarted { run } => self.run_becomes(*run, RunState::Running),
            Effect::RunCanceling { run, .. } => self.run_becomes(*run, RunState::Canceling),
            Effect::RunEnded { run, state, .. } => self.run_ends(*run, *state),
            Effect::StepLeased { run, step, attempt, worker, .. } => self.leased(*run, *step, *attempt, *worker),
            Effect::StepRetried { run, step, attempt, .. } => {
                self.step_becomes(*run, *step, *attempt, StepState::RetryWait);
            }
            Effect::StepEnded { run, step, attempt, state, .. } => {
                assert!(state.is_final());
                self.step_becomes(*run, *step, *attempt, *state);
            }
            Effect::VersionRecorded(version) => {
                assert_eq!(version.seq, recorded.seq);
                if let (Some(run), Some(step), Some(attempt)) = (version.run, version.step, version.attempt) {
                    let of = &self.runs[&run].steps[step.index()];
                    assert_eq!(
                        (of.state, of.attempt),
                        (StepState::Running, attempt),
                        "a version comes from a held attempt"
                    );
                    let twice = self.versions.insert((run, version.asset.to_string()), recorded.seq);
                    assert!(twice.is_none(), "run {run} recorded asset {} twice", version.asset);
                }
            }
            Effect::Ticked(tick) => {
                assert_eq!(tick.outcome == TickOutcome::Launched, tick.run.is_some());
                let twice = self.ticks.insert((tick.schedule.clone(), tick.due_at), tick.count);
                assert!(twice.is_none(), "tick {} of {} was decided twice", tick.due_at, tick.schedule);
            }
            Effect::CommandAccepted(command) => {
                if let Some(key) = &command.key {
                    let twice = self.keys.insert(key.clone(), command.digest.clone());
                    assert!(twice.is_none(), "the idempotency key {key} was accepted twice");
                }
            }
            _ => {}
        }
    }

    fn run_becomes(&mut self, run: RunId, next: RunState) {
        let run = self.runs.get_mut(&run).expect("the run exists");
        assert!(run.state.may_become(next), "a run went from {} to {next}", run.state);
        run.state = next;
    }

    fn run_ends(&mut self, id: RunId, state: RunState) {
        assert!(state.is_final());
        self.run_becomes(id, state);
        let run = &self.runs[&id];
        let running = run.steps.iter().filter(|step| step.state == StepState::Running).count();
        assert_eq!(running, 0, "run {id} ended with attempts in progress");
        if state == RunState::Succeeded {
            let done = |step: &SeenStep| matches!(step.state, StepState::Succeeded | StepState::Skipped);
            assert!(run.steps.iter().all(done), "run {id} succeeded with steps that did not: {:?}", run.steps);
        }
    }

    fn leased(&mut self, id: RunId, step: StepNo, attempt: Attempt, worker: WorkerId) {
        let run = self.runs.get_mut(&id).expect("the run exists");
        assert_eq!(run.state, RunState::Running, "only a running run is leased");
        for upstream in &run.plan.steps[step.index()].upstream {
            let upstream = &run.steps[upstream.index()];
            assert_eq!(
                upstream.state,
                StepState::Succeeded,
                "{} started before {}",
                run.steps[step.index()].name,
                upstream.name
            );
        }
        let of = &mut run.steps[step.index()];
        assert!(of.state.may_become(StepState::Running), "{} was leased while it was {}", of.name, of.state);
        assert_eq!(attempt, of.attempt.next(), "attempts count on");
        of.state = StepState::Running;
        of.attempt = attempt;
        of.worker = Some(worker);
    }

    fn step_becomes(&mut self, id: RunId, step: StepNo, attempt: Attempt, next: StepState) {
        let run = self.runs.get_mut(&id).expect("the run exists");
        assert!(!run.state.is_final(), "a step of an ended run changed");
        let of = &mut run.steps[step.index()];
        assert!(of.state.may_become(next), "{} went from {} to {next}", of.name, of.state);
        assert_eq!(of.attempt, attempt, "{} ended another attempt than its current one", of.name);
        of.state = next;
        of.worker = None;
    }

    /// How many attempts that need a pool are in progress.
    pub(crate) fn in_pool(&self, pool: &str) -> u32 {
        let of_run = |run: &SeenRun| {
            let steps = run.steps.iter().zip(&run.plan.steps);
            let taken = steps.filter(|(step, plan)| {
                step.state == StepState::Running && run.snapshot.step(plan.step).pool.as_deref() == Some(pool)
            });
            taken.count() as u32
        };
        self.runs.values().map(of_run).sum()
    }

    /// How many runs are in progress.
    pub(crate) fn in_progress(&self) -> u32 {
        self.runs.values().filter(|run| matches!(run.state, RunState::Running | RunState::Canceling)).count() as u32
    }
}

//! Runs a plan, one step after the other.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, PoisonError},
};

use headwater_core::{
    id::{Attempt, RunId, StepNo, Token},
    key::AssetKey,
    manifest::{ErrorClass, Executor, Severity},
    plan::{Plan, PlanStep},
    report::{AttemptRef, CheckOutcome, StepFailure, StepOutput},
};
use headwater_worker::{
    capture,
    logs::{Level, RecordSink, StepLog},
    registry::StepContext,
};
use serde_json::{Map, Value};
use tokio_util::sync::CancellationToken;
use tracing::{Dispatch, instrument::WithSubscriber};

use super::{Event, LogLine, TestRun, process};
use crate::{definitions::Built, io::Memory};

/// One run of the kit.
pub(super) struct Execution {
    pub(super) built: Built,
    pub(super) selected: Vec<u32>,
    pub(super) memory: Memory,
    pub(super) config: BTreeMap<String, Value>,
    pub(super) tags: BTreeMap<String, String>,
    pub(super) cursors: BTreeMap<AssetKey, Value>,
    /// Takes the `tracing` events of steps.
    pub(super) subscriber: Dispatch,
}

impl Execution {
    pub(super) async fn run(self) -> TestRun {
        let plan = Plan::new(&self.built.snapshot, self.selected.iter().copied());
        let mut run = TestRun::new(self.memory.clone());
        let mut ended = vec![false; plan.steps.len()];
        for (number, step) in plan.steps.iter().enumerate() {
            let name = self.built.snapshot.step(step.step).name.clone();
            if let Some(why) = self.held_back(step, &run, &ended, &plan) {
                self.skip(step, &name, why, &mut run);
                continue;
            }
            match self.attempt(number, step, &mut run).await {
                Ok(output) => {
                    ended[number] = true;
                    run.refused.extend(self.refused(&output));
                    run.record(&name, output);
                }
                Err(failure) => run.fail(&name, failure),
            }
        }
        self.built.shared.resources.teardown().await;
        run
    }

    /// Why a step cannot run, if it cannot.
    fn held_back(&self, step: &PlanStep, run: &TestRun, ended: &[bool], plan: &Plan) -> Option<String> {
        let snapshot = &self.built.snapshot;
        if let Some(upstream) = step.upstream.iter().find(|upstream| !ended[upstream.index()]) {
            let upstream = plan.steps.get(upstream.index()).map_or("", |step| snapshot.step(step.step).name.as_str());
            return Some(format!("{upstream} did not succeed"));
        }
        let made = |asset: u32| {
            run.output
                .materialized
                .iter()
                .chain(&run.output.observed)
                .any(|version| version.asset == snapshot.asset(asset).key)
        };
        let planned = |asset: u32| plan.steps.iter().any(|step| step.assets.contains(&asset));
        let checked = step
            .checks
            .iter()
            .filter(|_| step.assets.is_empty())
            .filter_map(|&check| snapshot.find_asset(snapshot.check(check).asset.as_str()));
        let upstream = step.assets.iter().flat_map(|&asset| snapshot.upstream_of(asset).iter().copied());
        for asset in upstream.chain(checked) {
            let key = &snapshot.asset(asset).key;
            if planned(asset) && !step.assets.contains(&asset) && !made(asset) {
                return Some(format!("{key} was not materialized"));
            }
        }
        let upstream = step.assets.iter().flat_map(|&asset| snapshot.upstream_of(asset));
        let mut checks = upstream.flat_map(|&asset| snapshot.checks_on(asset)).map(|&check| snapshot.check(check));
        checks
            .find(|check| {
                let of = |outcome: &&CheckOutcome| outcome.asset == check.asset && outcome.check == check.name;
                run.output.checks.iter().filter(of).any(|outcome| self.blocks(outcome))
            })
            .map(|check| format!("blocking check {} on {} failed", check.name, check.asset))
    }

    /// Whether an outcome holds back what is downstream, and fails the run.
    fn blocks(&self, outcome: &CheckOutcome) -> bool {
        let snapshot = &self.built.snapshot;
        let declared = snapshot.find_check(&outcome.asset, &outcome.check).map(|check| snapshot.check(check));
        !outcome.passed && outcome.severity == Severity::Error && declared.is_some_and(|check| check.blocking)
    }

    fn refused(&self, output: &StepOutput) -> Vec<String> {
        let refused = output.checks.iter().filter(|outcome| self.blocks(outcome));
        refused.map(|outcome| format!("{}:{}", outcome.asset, outcome.check)).collect()
    }

    fn skip(&self, step: &PlanStep, name: &str, why: String, run: &mut TestRun) {
        let assets = step.assets.iter().map(|&asset| self.built.snapshot.asset(asset).key.clone()).collect();
        run.events.push(Event::Skipped { step: name.to_owned(), assets, why });
    }

    async fn attempt(&self, number: usize, step: &PlanStep, run: &mut TestRun) -> Result<StepOutput, StepFailure> {
        let snapshot = &self.built.snapshot;
        let definition = snapshot.step(step.step);
        let sink = Arc::new(Sink::default());
        let context = self.context(number, step, StepLog::new(sink.clone()));
        let outcome = match (&definition.executor, self.built.registry.body(&definition.name)) {
            (Executor::Process(process), _) => process::run(process, &context).await,
            (Executor::Rust, Some(body)) => {
                let log = context.log.clone();
                capture::scoped(log, body.run(context))
                    .with_subscriber(self.subscriber.clone())
                    .await
                    .and_then(|outcome| outcome)
            }
            (Executor::Rust, None) => Err(StepFailure::new(ErrorClass::PROTOCOL, "the step has no code")),
        };
        let lines = std::mem::take(&mut *sink.0.lock().unwrap_or_else(PoisonError::into_inner));
        run.logs.extend(lines.into_iter().map(|line| LogLine { step: definition.name.clone(), ..line }));
        outcome
    }

    fn context(&self, number: usize, step: &PlanStep, log: StepLog) -> StepContext {
        let snapshot = &self.built.snapshot;
        let assets: Vec<_> = step.assets.iter().map(|&asset| snapshot.asset(asset).key.clone()).collect();
        let definition = snapshot.step(step.step);
        let check = |&check: &u32| (snapshot.check(check).asset.clone(), snapshot.check(check).name.clone());
        StepContext {
            at: AttemptRef {
                run: RunId(uuid::Uuid::nil()),
                step: StepNo(u32::try_from(number).unwrap_or(u32::MAX)),
                attempt: Attempt(1),
                token: Token(0),
            },
            step: definition.name.as_str().into(),
            checks: step.checks.iter().map(check).collect(),
            partition: String::new(),
            config: self.config.get(&definition.name).cloned().unwrap_or_default(),
            tags: self.tags.clone(),
            inputs: Vec::new(),
            cursors: self
                .cursors
                .iter()
                .filter(|(key, _)| assets.contains(key))
                .map(|(key, cursor)| (key.clone(), cursor.clone()))
                .collect(),
            assets,
            log,
            cancel: CancellationToken::new(),
        }
    }
}

/// Keeps what a step logs.
#[derive(Default)]
struct Sink(Mutex<Vec<LogLine>>);

impl RecordSink for Sink {
    fn record(&self, level: Level, target: &str, message: &str, fields: Map<String, Value>) {
        let line =
            LogLine { step: String::new(), level, target: target.to_owned(), message: message.to_owned(), fields };
        self.0.lock().unwrap_or_else(PoisonError::into_inner).push(line);
    }
}

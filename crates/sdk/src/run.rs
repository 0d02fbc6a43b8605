//! Between the worker and user code: one attempt of one step.

use std::{
    any::{Any, TypeId},
    sync::Arc,
};

use headwater_core::{
    key::AssetKey,
    manifest::ErrorClass,
    report::{CheckOutcome, Materialized as Version, StepFailure, StepOutput},
};
use headwater_worker::registry::{BodyFuture, StepBody, StepContext};

use crate::{
    argument::{Argument, missing},
    asset::{Asset, ViewOf},
    check::CheckResult,
    context::Context,
    error::{IntoStepError, Result, StepError},
    io::{IoManager, Memory, Slot},
    output::{Given, Materialized, Observation, Outputs, given},
    resource::Resources,
    spec::{AssetSpec, CheckSpec},
};

/// What all steps of a worker share.
pub(crate) struct Shared {
    pub(crate) resources: Resources,
    /// Keeps the values of all assets in place of their IO managers; only the test kit has it.
    pub(crate) memory: Option<Memory>,
}

/// A Rust step.
pub(crate) struct RustStep {
    pub(crate) run: fn(Invocation) -> BodyFuture,
    pub(crate) shared: Arc<Shared>,
}

impl StepBody for RustStep {
    fn run(&self, context: StepContext) -> BodyFuture {
        (self.run)(Invocation { context: Context::new(context), shared: Arc::clone(&self.shared) })
    }
}

/// One attempt, as the generated code sees it.
pub struct Invocation {
    context: Context,
    shared: Arc<Shared>,
}

impl std::fmt::Debug for Invocation {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.context.fmt(f)
    }
}

impl Invocation {
    pub(crate) fn context(&self) -> &Context {
        &self.context
    }

    pub(crate) fn resources(&self) -> &Resources {
        &self.shared.resources
    }

    /// A parameter of the function.
    pub async fn argument<P: Argument>(&self) -> std::result::Result<P, StepFailure> {
        P::take(self).await.map_err(StepError::into_failure)
    }

    /// Calls a plain function on a thread where it may block, with the attempt's log and the caller's subscriber.
    pub async fn blocking<T: Send + 'static>(
        &self,
        call: impl FnOnce() -> T + Send + 'static,
    ) -> std::result::Result<T, StepFailure> {
        let (span, log) = (tracing::Span::current(), self.context.log.clone());
        let subscriber = tracing::dispatcher::get_default(tracing::Dispatch::clone);
        let inside = move || {
            tracing::dispatcher::with_default(&subscriber, || {
                span.in_scope(|| headwater_worker::capture::scoped_blocking(log, call))
            })
        };
        match tokio::task::spawn_blocking(inside).await {
            Ok(outcome) => outcome,
            Err(error) => Err(StepFailure::new(ErrorClass::FAILURE, format!("the step's thread is gone: {error}"))),
        }
    }

    /// Keeps the value of the step's only asset.
    pub async fn materialize<A: Asset>(
        &self,
        version: Materialized<A::Value>,
    ) -> std::result::Result<StepOutput, StepFailure> {
        self.finish(vec![given::<A>(version)]).await.map_err(StepError::into_failure)
    }

    /// Keeps the values of a multi-asset.
    pub async fn give<S>(&self, outputs: Outputs<S>) -> std::result::Result<StepOutput, StepFailure> {
        self.finish(outputs.given).await.map_err(StepError::into_failure)
    }

    /// The version of somebody else's asset.
    pub fn observe<A: Asset>(&self, observation: Result<Observation>) -> std::result::Result<StepOutput, StepFailure> {
        let version = observation.and_then(|Observation { version, metadata }| {
            let partition = self.context.step().partition.clone();
            Ok(Version { asset: A::SPEC.key()?, partition, version: Some(version), metadata, cursor: None })
        });
        version
            .map(|version| StepOutput { observed: vec![version], ..StepOutput::default() })
            .map_err(StepError::into_failure)
    }

    /// The result of a check that is a step of its own.
    pub fn checked<A: Asset>(
        &self,
        spec: &CheckSpec,
        result: Result<CheckResult>,
    ) -> std::result::Result<StepOutput, StepFailure> {
        let outcome =
            result.and_then(|result| Ok(result.outcome(spec, A::SPEC.key()?, &self.context.step().partition)));
        outcome
            .map(|outcome| StepOutput { checks: vec![outcome], ..StepOutput::default() })
            .map_err(StepError::into_failure)
    }

    /// The value of an upstream asset.
    pub(crate) async fn load<A: Asset>(&self) -> Result<Arc<dyn Any + Send + Sync>> {
        load::<A::Io, A::Value>(&self.shared, self.slot(A::SPEC)?).await
    }

    fn slot(&self, spec: &AssetSpec) -> Result<Slot> {
        Ok(Slot::new(spec.key()?, &self.context.step().partition))
    }

    /// Keeps what was given, and holds it against what was asked for.
    async fn finish(&self, given: Vec<Given>) -> Result<StepOutput> {
        let mut output = StepOutput::default();
        let mut seen = Vec::with_capacity(given.len());
        for Given { spec, facts, save } in given {
            let slot = self.slot(spec)?;
            let asset = slot.asset().clone();
            if seen.contains(&asset) {
                return Err(protocol(format!("the step gave asset {asset} twice")));
            }
            seen.push(asset.clone());
            if !self.context.selected_keys().contains(&asset) {
                self.context.log.warn(format!("asset {asset} was given but not asked for; it is left as it was"));
                continue;
            }
            let Some(save) = save else { continue };
            let cursor = facts.cursor.transpose()?;
            let checks = self.own_checks(spec, &asset, facts.checks)?;
            save(Arc::clone(&self.shared), slot).await?;
            let partition = self.context.step().partition.clone();
            output.materialized.push(Version {
                asset,
                partition,
                version: facts.version,
                metadata: facts.metadata,
                cursor,
            });
            output.checks.extend(checks);
        }
        match self.context.selected_keys().iter().find(|asset| !seen.contains(asset)) {
            Some(asset) => {
                Err(protocol(format!("the step did not give asset {asset}; give it, or give Materialized::skipped()")))
            }
            None => Ok(output),
        }
    }

    /// The results of the checks that the step declares for an asset.
    fn own_checks(
        &self,
        spec: &AssetSpec,
        asset: &AssetKey,
        results: Vec<(String, CheckResult)>,
    ) -> Result<Vec<CheckOutcome>> {
        let mut outcomes = Vec::with_capacity(results.len());
        for (name, result) in results {
            let Some(check) = spec.checks.iter().find(|check| check.name == name) else {
                return Err(protocol(format!(
                    "the step evaluated check {name} on {asset}, which it does not declare; add checks({name})"
                )));
            };
            if outcomes.iter().any(|outcome: &CheckOutcome| outcome.check == name) {
                return Err(protocol(format!("the step evaluated check {name} on {asset} twice")));
            }
            outcomes.push(result.outcome(check, asset.clone(), &self.context.step().partition));
        }
        match spec.checks.iter().find(|check| outcomes.iter().all(|outcome| outcome.check != check.name)) {
            Some(check) => {
                Err(protocol(format!("the step did not evaluate check {} on {asset}, which it declares", check.name)))
            }
            None => Ok(outcomes),
        }
    }
}

fn protocol(message: String) -> StepError {
    StepError::of_class(ErrorClass::PROTOCOL, message).never()
}

/// Generic over manager and value, not over the asset, so that assets of one kind share the code.
async fn load<Io: IoManager<T>, T: Send + Sync + 'static>(
    shared: &Shared,
    slot: Slot,
) -> Result<Arc<dyn Any + Send + Sync>> {
    if is_unit::<T>() {
        return Ok(Arc::new(()));
    }
    if let Some(memory) = &shared.memory {
        return memory.get(&slot).ok_or_else(|| missing(slot.asset()));
    }
    let io = shared.resources.get::<Io>().await?;
    match io.load(&slot).await {
        Ok(Some(value)) => Ok(Arc::new(value)),
        Ok(None) => Err(missing(slot.asset())),
        Err(error) => Err(error.context(format!("the value of {} could not be read", slot.asset()))),
    }
}

pub(crate) fn is_unit<T: 'static>() -> bool {
    TypeId::of::<T>() == TypeId::of::<()>()
}

/// A returned error as a failure.
pub fn failure(error: impl IntoStepError) -> StepFailure {
    error.into_step_error().into_failure()
}

/// A parameter by reference of a check.
pub fn view<A: Asset, T: ViewOf<A> + ?Sized>(value: &A::Value) -> &T {
    T::view(value)
}

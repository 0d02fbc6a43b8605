//! What a step gives back.

use std::{any::Any, fmt, future::Future, marker::PhantomData, pin::Pin, sync::Arc};

use headwater_core::metadata::{Metadata, MetadataValue};
use serde::Serialize;

use crate::{
    asset::{Asset, OutputOf},
    check::CheckResult,
    error::{IntoStepError, Result, StepError},
    io::Slot,
    run::{Shared, is_unit},
    spec::AssetSpec,
};

/// A new version of an asset: its value and what is known about it.
///
/// ```
/// use headwater::prelude::*;
///
/// #[asset(checks(not_empty(blocking)))]
/// fn orders() -> Materialized<Vec<u64>> {
///     let orders = vec![1, 2, 3];
///     let not_empty = CheckResult::of(!orders.is_empty());
///     let rows = orders.len();
///     Materialized::new(orders)
///         .meta("rows", rows)
///         .meta("docs", Url("https://shop.example/orders"))
///         .version("2026-11-24")
///         .check("not_empty", not_empty)
/// }
/// # let run = headwater::testing::materialize(&definitions![orders], "*");
/// # assert!(run.check("orders", "not_empty").passed);
/// ```
pub struct Materialized<T = ()> {
    value: Option<T>,
    facts: Facts,
}

/// What is known about a version.
#[derive(Default)]
pub(crate) struct Facts {
    pub(crate) version: Option<String>,
    pub(crate) metadata: Metadata,
    pub(crate) cursor: Option<Result<serde_json::Value>>,
    pub(crate) checks: Vec<(String, CheckResult)>,
}

impl<T> Materialized<T> {
    /// A version with a value, which the asset's IO manager keeps.
    pub fn new(value: T) -> Self {
        Self { value: Some(value), facts: Facts::default() }
    }

    /// No new version: there was nothing to do. The step succeeds, and what is downstream does not run.
    pub fn skipped() -> Self {
        Self { value: None, facts: Facts::default() }
    }

    /// The version with a fact.
    #[must_use]
    pub fn meta(mut self, name: impl Into<String>, value: impl Into<MetadataValue>) -> Self {
        self.facts.metadata.insert(name.into(), value.into());
        self
    }

    /// The version with a data version of its own. Two equal ones mean that nothing changed.
    #[must_use]
    pub fn version(mut self, version: impl fmt::Display) -> Self {
        self.facts.version = Some(version.to_string());
        self
    }

    /// The version with where the next run goes on: it is kept if, and only if, this version is recorded.
    ///
    /// It comes back as it is, so secrets are not masked in it, other than in metadata and messages: keep none there.
    #[must_use]
    pub fn cursor(mut self, cursor: impl Serialize) -> Self {
        self.facts.cursor = Some(
            serde_json::to_value(cursor).map_err(|error| StepError::from(error).context("the cursor is not JSON")),
        );
        self
    }

    /// The result of a check that `checks(…)` in the attribute declares.
    #[must_use]
    pub fn check(mut self, name: impl Into<String>, result: CheckResult) -> Self {
        self.facts.checks.push((name.into(), result));
        self
    }
}

impl Materialized<()> {
    /// A version of an asset that the step wrote itself, without a value to keep.
    pub fn done() -> Self {
        Self::new(())
    }
}

impl<T> From<T> for Materialized<T> {
    fn from(value: T) -> Self {
        Self::new(value)
    }
}

impl<T: fmt::Debug> fmt::Debug for Materialized<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Materialized")
            .field("value", &self.value)
            .field("metadata", &self.facts.metadata)
            .finish_non_exhaustive()
    }
}

type Saving = Pin<Box<dyn Future<Output = Result<()>> + Send>>;
type Save = Box<dyn FnOnce(Arc<Shared>, Slot) -> Saving + Send>;

/// A version without its type.
pub(crate) struct Given {
    pub(crate) spec: &'static AssetSpec,
    pub(crate) facts: Facts,
    /// How the value is kept; none where the asset was skipped.
    pub(crate) save: Option<Save>,
}

pub(crate) fn given<A: Asset>(materialized: Materialized<A::Value>) -> Given {
    let Materialized { value, facts } = materialized;
    Given { spec: A::SPEC, facts, save: value.map(save::<A::Io, A::Value>) }
}

/// Generic over manager and value, not over the asset, so that assets of one kind share the code.
fn save<Io: crate::io::IoManager<T>, T: Send + Sync + 'static>(value: T) -> Save {
    Box::new(move |shared, slot| {
        if is_unit::<T>() {
            return Box::pin(std::future::ready(Ok(())));
        }
        Box::pin(async move {
            if let Some(memory) = &shared.memory {
                memory.put(&slot, Arc::new(value) as Arc<dyn Any + Send + Sync>);
                return Ok(());
            }
            let io = shared.resources.get::<Io>().await?;
            io.store(&slot, &value)
                .await
                .map_err(|error: StepError| error.context(format!("the value of {} was not kept", slot.asset())))
        })
    })
}

/// What a multi-asset gives: the versions of its outputs.
///
/// ```
/// use headwater::prelude::*;
///
/// #[multi_asset(subset, output(customers: Vec<String>, group = "cleansed"), output(products: Vec<u64>))]
/// async fn split(ctx: Context) -> Outputs<split> {
///     let mut outputs = Outputs::new();
///     if ctx.selected::<customers>() {
///         outputs.give::<customers>(Materialized::new(vec!["Anna".into()]).meta("rows", 1));
///     }
///     if ctx.selected::<products>() {
///         outputs.give::<products>(vec![7]);
///     }
///     outputs
/// }
///
/// let run = headwater::testing::materialize(&definitions![split], "customers");
/// assert_eq!(*run.value::<customers>(), ["Anna"]);
/// assert!(!run.is_materialized("products"));
/// ```
pub struct Outputs<S> {
    pub(crate) given: Vec<Given>,
    step: PhantomData<fn() -> S>,
}

impl<S> Outputs<S> {
    /// Nothing yet.
    pub fn new() -> Self {
        Self { given: Vec::new(), step: PhantomData }
    }

    /// Adds a version of one output.
    pub fn give<A: OutputOf<S>>(&mut self, version: impl Into<Materialized<A::Value>>) {
        self.given.push(given::<A>(version.into()));
    }

    /// The outputs with a version of one.
    #[must_use]
    pub fn with<A: OutputOf<S>>(mut self, version: impl Into<Materialized<A::Value>>) -> Self {
        self.give::<A>(version);
        self
    }
}

impl<S> Default for Outputs<S> {
    fn default() -> Self {
        Self::new()
    }
}

impl<S> fmt::Debug for Outputs<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.given.iter().map(|given| given.spec.key)).finish()
    }
}

/// The version of an asset that somebody else makes.
///
/// ```
/// use headwater::prelude::*;
///
/// /// The till's export, which the shop's staff drop into a folder.
/// #[observable(group = "raw")]
/// fn till_export() -> Result<Observation> {
///     Ok(Observation::new("2026-11-23").meta("rows", 10_000))
/// }
/// # let run = headwater::testing::materialize(&definitions![till_export], "*");
/// # assert_eq!(run.observed("till_export").version.as_deref(), Some("2026-11-23"));
/// ```
#[derive(Debug)]
pub struct Observation {
    pub(crate) version: String,
    pub(crate) metadata: Metadata,
}

impl Observation {
    /// The version that was seen. Two equal ones mean that nothing changed.
    pub fn new(version: impl fmt::Display) -> Self {
        Self { version: version.to_string(), metadata: Metadata::new() }
    }

    /// The observation with a fact.
    #[must_use]
    pub fn meta(mut self, name: impl Into<String>, value: impl Into<MetadataValue>) -> Self {
        self.metadata.insert(name.into(), value.into());
        self
    }
}

/// What an observable asset may return: an [`Observation`], or a version as text, also within a `Result`.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not an observation",
    note = "return an Observation or a version as text"
)]
pub trait IntoObservation {
    /// The observation.
    ///
    /// # Errors
    /// What the function returned.
    fn into_observation(self) -> Result<Observation>;
}

impl IntoObservation for Observation {
    fn into_observation(self) -> Result<Observation> {
        Ok(self)
    }
}

impl IntoObservation for String {
    fn into_observation(self) -> Result<Observation> {
        Ok(Observation::new(self))
    }
}

impl<O: IntoObservation, E: IntoStepError> IntoObservation for std::result::Result<O, E> {
    fn into_observation(self) -> Result<Observation> {
        self.map_err(IntoStepError::into_step_error).and_then(IntoObservation::into_observation)
    }
}

//! What a step knows about itself.

use std::{collections::BTreeMap, fmt, sync::Arc};

use headwater_core::{id::RunId, key::AssetKey, manifest::ErrorClass, report::InputVersion};
use headwater_worker::{logs::StepLog, registry::StepContext};
use serde::de::DeserializeOwned;

use crate::{
    asset::Asset,
    error::{Result, StepError},
};

/// What a step knows about itself: its run, its partition, where the last run stopped, and its log.
///
/// ```
/// use headwater::prelude::*;
///
/// #[asset]
/// async fn raw_orders(ctx: Context) -> Result<Materialized<Vec<u64>>> {
///     let since = ctx.cursor::<u64>()?.unwrap_or(0);
///     ctx.log.info(format!("orders after {since}, attempt {}", ctx.attempt()));
///     Ok(Materialized::new(vec![since + 1]).cursor(since + 1))
/// }
///
/// let mut kit = headwater::testing::Kit::new(&definitions![raw_orders]);
/// assert_eq!(*kit.materialize("*").value::<raw_orders>(), [1]);
/// assert_eq!(*kit.materialize("*").value::<raw_orders>(), [2]);
/// ```
#[derive(Clone)]
pub struct Context {
    /// The structured log of this attempt. Events of the `tracing` crate end up there too, with the fields of the
    /// spans that they are in.
    ///
    /// What is printed (`println!`, `eprintln!`, `dbg!`) does not: steps share the worker's standard output, so nobody
    /// can tell which one printed it. It goes to wherever the worker was started, and secrets are not masked in it.
    pub log: StepLog,
    step: Arc<StepContext>,
}

impl Context {
    pub(crate) fn new(step: StepContext) -> Self {
        Self { log: step.log.clone(), step: Arc::new(step) }
    }

    pub(crate) fn step(&self) -> &StepContext {
        &self.step
    }

    /// The run.
    pub fn run_id(&self) -> RunId {
        self.step.at.run
    }

    /// Which attempt of this step it is, counted from one.
    pub fn attempt(&self) -> u32 {
        self.step.at.attempt.0
    }

    /// The step's name.
    pub fn step_name(&self) -> &str {
        &self.step.step
    }

    /// Tags of the run.
    pub fn tags(&self) -> &BTreeMap<String, String> {
        &self.step.tags
    }

    /// The partition; none for an asset without partitions.
    pub fn partition_key(&self) -> Option<&str> {
        (!self.step.partition.is_empty()).then_some(&*self.step.partition)
    }

    /// The assets to make now. In a multi-asset without `subset` these are all of them.
    pub fn selected_keys(&self) -> &[AssetKey] {
        &self.step.assets
    }

    /// Whether an asset is to be made now.
    pub fn selected<A: Asset>(&self) -> bool {
        self.step.assets.iter().any(|key| key.as_str() == A::SPEC.key)
    }

    /// The versions of upstream assets when this attempt was leased.
    pub fn inputs(&self) -> &[InputVersion] {
        &self.step.inputs
    }

    /// Where the last materialization of the step's asset said that this one goes on; none the first time.
    ///
    /// A multi-asset has a cursor per asset: use [`Context::cursor_of`] there.
    ///
    /// # Errors
    /// The cursor that was kept is not a `T`; the error shows it.
    pub fn cursor<T: DeserializeOwned>(&self) -> Result<Option<T>> {
        self.step.assets.first().map_or(Ok(None), |asset| self.read_cursor(asset.as_str()))
    }

    /// Where the last materialization of one asset of this step said that this one goes on; none the first time.
    ///
    /// # Errors
    /// The cursor that was kept is not a `T`; the error shows it.
    pub fn cursor_of<A: Asset, T: DeserializeOwned>(&self) -> Result<Option<T>> {
        self.read_cursor(A::SPEC.key)
    }

    fn read_cursor<T: DeserializeOwned>(&self, asset: &str) -> Result<Option<T>> {
        let Some(cursor) = self.step.cursors.get(asset) else {
            return Ok(None);
        };
        T::deserialize(cursor).map(Some).map_err(|error| {
            let wanted = std::any::type_name::<T>();
            StepError::of_class(
                ErrorClass::CONFIG,
                format!("the cursor {cursor} of asset {asset} is not a {wanted}: {error}"),
            )
            .never()
        })
    }

    /// Whether the attempt must stop. An `async` function is stopped by itself at its next `.await`; a plain
    /// function that takes long should ask from time to time and return.
    pub fn is_cancelled(&self) -> bool {
        self.step.cancel.is_cancelled()
    }

    /// Starts a task of this attempt: its `tracing` events go to the attempt's log. A task that is started by
    /// `tokio::spawn` alone is not known to belong to the attempt, and its events go to the worker's log, unless it
    /// takes the current span along (`tracing`'s `Instrument::in_current_span`).
    ///
    /// Wait for it before the step returns: a task that goes on after that is nobody's, and what it logs is lost.
    ///
    /// ```
    /// use headwater::prelude::*;
    ///
    /// #[asset]
    /// async fn pages(ctx: Context) -> Result<u32> {
    ///     let tasks: Vec<_> = (0..3).map(|page| ctx.spawn(async move { page + 1 })).collect();
    ///     let mut last = 0;
    ///     for task in tasks {
    ///         last = task.await.map_err(StepError::from)?;
    ///     }
    ///     Ok(last)
    /// }
    /// # assert_eq!(*headwater::testing::materialize(&definitions![pages], "*").value::<pages>(), 3);
    /// ```
    pub fn spawn<T: Send + 'static>(
        &self,
        future: impl Future<Output = T> + Send + 'static,
    ) -> tokio::task::JoinHandle<T> {
        headwater_worker::capture::spawn(self.log.clone(), future)
    }

    /// Ends when the attempt must stop.
    pub async fn cancelled(&self) {
        self.step.cancel.cancelled().await;
    }
}

impl fmt::Debug for Context {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.step.fmt(f)
    }
}

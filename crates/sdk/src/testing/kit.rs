//! What a test sets up.

use std::{any::Any, collections::BTreeMap, sync::Arc};

use headwater_core::{key::AssetKey, selection::Selection};
use headwater_worker::capture;
use serde::Serialize;
use serde_json::Value;
use tracing_subscriber::layer::SubscriberExt;

use super::{TestRun, execute::Execution};
use crate::{
    asset::Asset,
    definitions::{Definitions, Values},
    io::{Memory, Slot},
    resource::Provider,
};

/// Runs assets with chosen inputs, config and resources. Values and cursors stay from one call to the next, so that
/// incremental assets can be tested.
///
/// ```
/// use headwater::prelude::*;
/// use headwater::testing::Kit;
///
/// struct Shop(&'static str);
///
/// #[asset]
/// async fn greeting(shop: Res<Shop>) -> String {
///     format!("from {}", shop.0)
/// }
///
/// let definitions = definitions![greeting].resource(Shop("the shop"));
/// let run = Kit::new(&definitions).resource(Shop("a fake")).materialize("*");
/// assert_eq!(*run.value::<greeting>(), "from a fake");
/// ```
#[derive(Clone)]
pub struct Kit {
    definitions: Definitions,
    memory: Memory,
    config: BTreeMap<String, Value>,
    tags: BTreeMap<String, String>,
    cursors: BTreeMap<AssetKey, Value>,
}

impl Kit {
    /// A kit for these definitions.
    pub fn new(definitions: &Definitions) -> Self {
        Self {
            definitions: definitions.clone(),
            memory: Memory::default(),
            config: BTreeMap::new(),
            tags: BTreeMap::new(),
            cursors: BTreeMap::new(),
        }
    }

    /// The kit with a resource in place of the one of the same type in the definitions.
    #[must_use]
    pub fn resource<R: Send + Sync + 'static>(mut self, resource: R) -> Self {
        self.definitions.replace(Provider::ready(resource));
        self
    }

    /// The kit with a value of an asset, as if it had been materialized before.
    #[must_use]
    #[expect(clippy::expect_used, reason = "the attribute checked the key")]
    pub fn value<A: Asset>(self, value: A::Value) -> Self {
        let key = A::SPEC.key().expect("a key that the attribute accepted");
        self.memory.put(&Slot::new(key, ""), Arc::new(value) as Arc<dyn Any + Send + Sync>);
        self
    }

    /// The kit with the config of a step; a step has the name of its asset.
    #[must_use]
    #[expect(clippy::expect_used, reason = "a test with a config that is not JSON is wrong")]
    pub fn config(mut self, step: impl Into<String>, config: impl Serialize) -> Self {
        self.config.insert(step.into(), serde_json::to_value(config).expect("a config that is JSON"));
        self
    }

    /// The kit with a tag of the run.
    #[must_use]
    pub fn tag(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.tags.insert(name.into(), value.into());
        self
    }

    /// The kit with where an asset goes on.
    #[must_use]
    #[expect(clippy::expect_used, reason = "a test with a cursor that is not JSON is wrong")]
    pub fn cursor<A: Asset>(mut self, cursor: impl Serialize) -> Self {
        let key = A::SPEC.key().expect("a key that the attribute accepted");
        self.cursors.insert(key, serde_json::to_value(cursor).expect("a cursor that is JSON"));
        self
    }

    /// Runs the selected assets. It works inside and outside of an async test: it has a runtime of its own.
    ///
    /// # Panics
    /// Where the definitions or the selection are not valid: the test is wrong then.
    #[track_caller]
    #[expect(clippy::expect_used, reason = "a machine without threads cannot run tests")]
    pub fn materialize(&mut self, selection: &str) -> TestRun {
        let execution = self.execution(selection);
        let run = std::thread::scope(|scope| {
            let thread = scope.spawn(|| {
                let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build();
                runtime.expect("a runtime").block_on(execution.run())
            });
            thread.join()
        });
        self.keep(run.unwrap_or_else(|panic| std::panic::resume_unwind(panic)))
    }

    /// As [`Kit::materialize`], on the runtime of an async test: for resources that belong to it.
    ///
    /// # Panics
    /// Where the definitions or the selection are not valid: the test is wrong then.
    pub async fn materialize_here(&mut self, selection: &str) -> TestRun {
        let run = self.execution(selection).run().await;
        self.keep(run)
    }

    fn keep(&mut self, run: TestRun) -> TestRun {
        for version in &run.output.materialized {
            if let Some(cursor) = &version.cursor {
                self.cursors.insert(version.asset.clone(), cursor.clone());
            }
        }
        run
    }

    #[track_caller]
    #[expect(clippy::panic, reason = "a test with definitions that are not valid is wrong")]
    fn execution(&self, selection: &str) -> Execution {
        let built = match self.definitions.build_with(Values::Memory(self.memory.clone())) {
            Ok(built) => built,
            Err(error) => panic!("{error}"),
        };
        let (selection, _) = match built.snapshot.read_selection(selection) {
            Ok(selection) => selection,
            Err(error) => panic!("{error}"),
        };
        let selected = evaluate(&selection, &built.snapshot);
        assert!(!selected.is_empty(), "{:?} selects no asset", selection.text());
        Execution {
            built,
            selected,
            memory: self.memory.clone(),
            config: self.config.clone(),
            tags: self.tags.clone(),
            cursors: self.cursors.clone(),
            subscriber: tracing_subscriber::registry().with(capture::layer()).into(),
        }
    }
}

fn evaluate(selection: &Selection, snapshot: &headwater_core::graph::Snapshot) -> Vec<u32> {
    selection.eval(snapshot).nodes.iter().filter_map(|node| u32::try_from(node).ok()).collect()
}

impl std::fmt::Debug for Kit {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Kit").field("definitions", &self.definitions).finish_non_exhaustive()
    }
}

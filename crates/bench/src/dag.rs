//! The graph that is measured: layers of assets that do nothing, each made from two or three of the layer before.

use std::{collections::BTreeMap, sync::Arc};

use headwater_core::{
    key::AssetKey,
    manifest::{AssetDef, AssetRole, Executor, Manifest, ProcessDef, StepDef},
    report::{Materialized, StepOutput},
};
use headwater_worker::registry::{BodyFuture, Registry, StepBody, StepContext};

/// The variable that tells a product process how many assets its graph has.
pub(crate) const ASSETS: &str = "HEADWATER_BENCH_ASSETS";

/// The shape of the measured graph.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Shape {
    /// √n layers of √n assets.
    Layered(usize),
    /// A chain.
    Chain(usize),
}

impl Shape {
    /// How a product process is told.
    pub(crate) fn to_env(self) -> String {
        match self {
            Self::Layered(assets) => format!("layered:{assets}"),
            Self::Chain(assets) => format!("chain:{assets}"),
        }
    }

    fn from_env() -> Self {
        let text = std::env::var(ASSETS).unwrap_or_default();
        match text.split_once(':') {
            Some(("chain", assets)) => Self::Chain(assets.parse().unwrap_or(100)),
            Some((_, assets)) => Self::Layered(assets.parse().unwrap_or(100)),
            None => Self::Layered(100),
        }
    }
}

fn key(text: &str) -> AssetKey {
    AssetKey::new(text).unwrap_or_else(|error| unreachable(&error))
}

#[allow(clippy::panic, reason = "the names above are sound")]
fn unreachable(error: &headwater_core::key::KeyError) -> AssetKey {
    panic!("{error}")
}

/// The manifest of a shape, with one process step that prints for the log figure.
pub(crate) fn manifest(shape: Shape) -> Manifest {
    let mut manifest = Manifest::new("bench");
    let name = |layer: usize, place: usize| format!("l{layer:03}/a{place:04}");
    let (layers, width) = match shape {
        Shape::Layered(assets) => {
            let width = (assets as f64).sqrt().round().max(1.0) as usize;
            (assets.div_ceil(width), width)
        }
        Shape::Chain(assets) => (assets, 1),
    };
    let total = match shape {
        Shape::Layered(assets) | Shape::Chain(assets) => assets,
    };
    for number in 0..total {
        let (layer, place) = (number / width, number % width);
        let text = name(layer, place);
        let mut asset = AssetDef::new(key(&text), AssetRole::Materialized { step: text.clone() });
        asset.group = format!("layer{layer}");
        asset.code_version = Some("1".into());
        if layer > 0 {
            let fan = 2 + (number % 2);
            let deps = (0..fan).map(|n| key(&name(layer - 1, (place * 7 + n * 3) % width)));
            asset.deps = deps.collect();
        }
        manifest.assets.push(asset);
        manifest.steps.push(StepDef::new(text, Executor::Rust));
    }
    debug_assert_eq!(layers, total.div_ceil(width));
    let print = ProcessDef {
        argv: vec![
            "sh".into(),
            "-c".into(),
            "yes 'a line of output that is about as long as usual, 2026-11-24T03:00:00Z' | head -c 200000000".into(),
        ],
        env: BTreeMap::new(),
        pass_env: Vec::new(),
        cwd: None,
    };
    manifest.assets.push(AssetDef::new(key("print"), AssetRole::Materialized { step: "print".into() }));
    manifest.steps.push(StepDef::new("print", Executor::Process(print)));
    manifest
}

/// Makes what it is asked to make, at once.
struct NoOp;

impl StepBody for NoOp {
    fn run(&self, context: StepContext) -> BodyFuture {
        let materialized = context.assets.into_iter().map(Materialized::new).collect();
        Box::pin(async move { Ok(StepOutput { materialized, ..StepOutput::default() }) })
    }
}

/// What a product process serves.
pub(crate) fn registry_from_env() -> Registry {
    let manifest = manifest(Shape::from_env());
    let body: Arc<dyn StepBody> = Arc::new(NoOp);
    let bodies = manifest.steps.iter().map(|step| (step.name.clone(), Arc::clone(&body))).collect();
    Registry::new(manifest, bodies)
}

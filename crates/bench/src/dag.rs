//! The graph that is measured: layers of assets that do nothing, each made from two or three of the layer before.

use std::{collections::BTreeMap, sync::Arc, time::Duration};

use headwater_core::{
    key::AssetKey,
    manifest::{
        AlertOn, AlertPolicyDef, AssetDef, AssetRole, ChannelDef, ChannelKind, ErrorClass, Executor, Manifest,
        ProcessDef, SecretRef, StepDef,
    },
    report::{Materialized, StepFailure, StepOutput},
};
use headwater_worker::registry::{BodyFuture, Registry, StepBody, StepContext};

/// The variable that tells a product process how many assets its graph has.
pub(crate) const ASSETS: &str = "HEADWATER_BENCH_ASSETS";

/// The variable of the server in which the address of the measured Slack channel stands.
pub(crate) const SLACK_URL: &str = "SLACK_BENCH_URL";

/// The shape of the measured graph.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Shape {
    /// √n layers of √n assets.
    Layered(usize),
    /// A chain.
    Chain(usize),
    /// Layered, and every step takes so many milliseconds.
    Slow(usize, u64),
    /// Assets on their own that cannot be made, and a Slack channel that hears of it.
    Failing(usize),
}

impl Shape {
    /// How a product process is told.
    pub(crate) fn to_env(self) -> String {
        match self {
            Self::Layered(assets) => format!("layered:{assets}"),
            Self::Chain(assets) => format!("chain:{assets}"),
            Self::Slow(assets, millis) => format!("slow:{assets}:{millis}"),
            Self::Failing(assets) => format!("failing:{assets}"),
        }
    }

    fn from_env() -> Self {
        let text = std::env::var(ASSETS).unwrap_or_default();
        let mut parts = text.split(':');
        let kind = parts.next().unwrap_or_default();
        let assets = parts.next().and_then(|part| part.parse().ok()).unwrap_or(100);
        let millis = parts.next().and_then(|part| part.parse().ok()).unwrap_or_default();
        match kind {
            "chain" => Self::Chain(assets),
            "slow" => Self::Slow(assets, millis),
            "failing" => Self::Failing(assets),
            _ => Self::Layered(assets),
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

/// The manifest of a shape.
pub(crate) fn manifest(shape: Shape) -> Manifest {
    match shape {
        Shape::Layered(assets) | Shape::Slow(assets, _) => {
            layered(assets, (assets as f64).sqrt().round().max(1.0) as usize)
        }
        Shape::Chain(assets) => layered(assets, 1),
        Shape::Failing(assets) => failing(assets),
    }
}

/// The key of an asset that cannot be made.
pub(crate) fn failing_key(number: usize) -> String {
    format!("fails/a{number:04}")
}

fn failing(assets: usize) -> Manifest {
    let mut manifest = Manifest::new("bench");
    for text in (0..assets).map(failing_key) {
        manifest.assets.push(AssetDef::new(key(&text), AssetRole::Materialized { step: text.clone() }));
        manifest.steps.push(StepDef::new(text, Executor::Rust));
    }
    let slack = ChannelKind::SlackWebhook { url: SecretRef::env(SLACK_URL) };
    manifest.channels.push(ChannelDef { name: "slack".into(), to: slack, source: None });
    manifest.alerts.push(AlertPolicyDef::new("fails", vec![AlertOn::AssetFailed], vec!["slack".into()]));
    manifest
}

/// Layers of a width, with one process step that prints for the log figure.
fn layered(total: usize, width: usize) -> Manifest {
    let mut manifest = Manifest::new("bench");
    let name = |layer: usize, place: usize| format!("l{layer:03}/a{place:04}");
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

/// Makes what it is asked to make, at once or after a while.
struct Makes(Duration);

impl StepBody for Makes {
    fn run(&self, context: StepContext) -> BodyFuture {
        let takes = self.0;
        let materialized = context.assets.into_iter().map(Materialized::new).collect();
        Box::pin(async move {
            if !takes.is_zero() {
                tokio::time::sleep(takes).await;
            }
            Ok(StepOutput { materialized, ..StepOutput::default() })
        })
    }
}

/// Cannot make anything.
struct Fails;

impl StepBody for Fails {
    fn run(&self, _: StepContext) -> BodyFuture {
        Box::pin(async { Err(StepFailure::new(ErrorClass::FAILURE, "the source answered 503 Service Unavailable")) })
    }
}

/// What a product process serves.
pub(crate) fn registry_from_env() -> Registry {
    let shape = Shape::from_env();
    let manifest = manifest(shape);
    let body: Arc<dyn StepBody> = match shape {
        Shape::Layered(_) | Shape::Chain(_) => Arc::new(Makes(Duration::ZERO)),
        Shape::Slow(_, millis) => Arc::new(Makes(Duration::from_millis(millis))),
        Shape::Failing(_) => Arc::new(Fails),
    };
    let bodies = manifest.steps.iter().map(|step| (step.name.clone(), Arc::clone(&body))).collect();
    Registry::new(manifest, bodies)
}

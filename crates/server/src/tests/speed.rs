//! Ten thousand assets. The bounds are wide, since tests run unoptimized on busy machines: they catch a mistake in
//! the order of growth, the benchmark measures.

use std::time::{Duration, Instant};

use headwater_api::ListQuery;
use headwater_core::manifest::{AssetDef, AssetRole, Executor, Manifest, StepDef};

use super::harness::{Server, key};

#[tokio::test]
async fn ten_thousand_assets_are_drawn_and_listed() {
    let name = |layer: usize, at: usize| format!("layer{layer:03}/a{at:03}");
    let mut manifest = Manifest::new("large");
    for (layer, at) in (0..100).flat_map(|layer| (0..100).map(move |at| (layer, at))) {
        let text = name(layer, at);
        let mut asset = AssetDef::new(key(&text), AssetRole::Materialized { step: text.clone() });
        if layer > 0 {
            asset.deps = vec![key(&name(layer - 1, at)), key(&name(layer - 1, (at + 1) % 100))];
        }
        manifest.assets.push(asset);
        manifest.steps.push(StepDef::new(text, Executor::Rust));
    }
    let server = Server::start().await;
    server.deploy(&manifest).await;
    let graph = server.client.graph(None).await.unwrap();
    assert_eq!((graph.nodes.len(), graph.edges.len()), (10_000, 19_800));
    let start = Instant::now();
    server.client.graph(None).await.unwrap();
    let drawn = start.elapsed();
    server.client.assets(Some("+layer050/a001+"), &ListQuery { cursor: None, limit: Some(500) }).await.unwrap();
    let listed = start.elapsed() - drawn;
    println!("graph {drawn:?}, list {listed:?}");
    assert!(drawn < Duration::from_secs(3) && listed < Duration::from_secs(3), "graph {drawn:?}, list {listed:?}");
}

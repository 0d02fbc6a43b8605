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
    compressed_on_demand(&server, &serde_json::to_vec(&graph).unwrap()).await;
    assert!(drawn < Duration::from_secs(3) && listed < Duration::from_secs(3), "graph {drawn:?}, list {listed:?}");
}

async fn compressed_on_demand(server: &Server, plain: &[u8]) {
    let ask = async |path: &str, coding: &str| {
        let request = reqwest::Client::new().get(format!("{}{path}", server.url)).header("accept-encoding", coding);
        let answer = request.send().await.unwrap();
        let coding = answer.headers().get("content-encoding").map(|coding| coding.to_str().unwrap().to_owned());
        (coding, answer.bytes().await.unwrap())
    };
    let graph = "/api/v1/deployments/default/graph";
    assert_eq!(ask(graph, "identity").await, (None, plain.to_vec().into()));
    let (coding, small) = ask(graph, "gzip, br").await;
    assert_eq!((coding.as_deref(), &small[..2]), (Some("gzip"), &[0x1f, 0x8b][..]));
    assert!(small.len() < plain.len() / 4, "{} of {} bytes", small.len(), plain.len());
    assert_eq!(ask("/api/v1/status", "gzip").await.0, None, "a small answer gains nothing");
}

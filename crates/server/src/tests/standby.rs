//! A server that does not lead, probes, and the document.

use headwater_api::{ErrorCode, LaunchRequest, ListQuery};
use headwater_client::{Client, IdempotencyKey, Patience};
use headwater_scheduler::Standing;

use super::harness::{Server, Worker, manifest, succeed};
use crate::{ServerOptions, routes};

#[tokio::test]
async fn a_standby_passes_commands_and_polls_on() {
    let leader = Server::start().await;
    let standby = Server::start_on(leader.store.clone(), ServerOptions::default()).await;
    standby.standing(|standing| matches!(standing, Standing::Following { .. })).await;
    let manifest = manifest();
    standby.deploy(&manifest).await;
    let mut worker = Worker::join(&standby.client, &manifest).await;
    let launch = LaunchRequest { selection: "*".into(), ..LaunchRequest::default() };
    let run = standby.client.launch(&launch, &IdempotencyKey::random()).await.unwrap().run;
    worker.work(3, succeed).await;
    assert_eq!(standby.client.run(run).await.unwrap().counts.succeeded, 3);
    assert!(standby.client.queue().await.unwrap().steps.is_empty());
    let refused = standby.client.launch(&LaunchRequest::default(), &IdempotencyKey::random()).await.unwrap_err();
    assert!(refused.code().is_some_and(|code| !code.is_passing()), "{refused}");

    // A request that was passed on once is not passed on again.
    let url = format!("{}/api/v1/deployments/default/runs/{run}/cancel", standby.url);
    let looped = reqwest::Client::new().post(url).header("x-headwater-forwarded-by", "x").send().await.unwrap();
    assert_eq!(looped.status(), 503);
    assert_eq!(looped.headers()["retry-after"], "1");
}

#[tokio::test]
async fn probes_and_figures() {
    let server = Server::start().await;
    assert_eq!(server.client.health().await.unwrap().status, "ok");
    server.client.ready().await.unwrap();
    server.client.assets(None, &ListQuery::default()).await.unwrap();
    let figures = reqwest::get(format!("{}/metrics", server.url)).await.unwrap().text().await.unwrap();
    for line in ["headwater_leading 1", "headwater_store_up 1", "route=\"/api/v1/deployments/{deployment}/assets\""] {
        assert!(figures.contains(line), "{line} is not in\n{figures}");
    }
    let page = reqwest::get(&server.url).await.unwrap().text().await.unwrap();
    assert!(page.contains("<title>Headwater"), "{page}");
    for code in ErrorCode::ALL {
        let page = reqwest::get(format!("{}/errors/{code}", server.url)).await.unwrap();
        assert_eq!(page.status(), 200);
    }
    let nobody = Client::new("http://127.0.0.1:1", None).unwrap();
    let patience = Patience { unreachable: std::time::Duration::ZERO, ..Patience::default() };
    let error = nobody.patience(patience).health().await.unwrap_err().to_string();
    assert!(error.contains("is it running?"), "{error}");
}

#[test]
fn every_route_is_documented() {
    let document: serde_json::Value = serde_json::from_str(&crate::openapi()).unwrap();
    assert_eq!(document["openapi"], "3.1.0");
    for row in routes::table(None).finish().2 {
        for method in row.methods {
            let operation = &document["paths"][&row.path][method.to_lowercase()];
            assert!(operation["summary"].as_str().is_some_and(|text| !text.is_empty()), "{method} {}", row.path);
            assert!(operation["responses"]["default"].is_object());
        }
    }
    // Every reference leads somewhere.
    let text = document.to_string();
    for reference in text.split("\"#/components/schemas/").skip(1) {
        let name = reference.split('"').next().unwrap();
        assert!(document["components"]["schemas"][name].is_object(), "{name} is not described");
    }
}

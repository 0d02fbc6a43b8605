//! From deploy to materialized, and what the API shows of it.

use headwater_api::{
    Attempt, ErrorCode, LaunchRequest, ListQuery, NodeState, PreviewQuery, ReportVersion, RetryFrom, RunQuery,
    RunState, StaleKind, Staleness, VersionQuery,
};
use headwater_client::IdempotencyKey;
use headwater_core::{
    id::RunId,
    lease::Lease,
    manifest::{ChannelDef, ChannelKind, SecretRef, Switch},
    record::{StepState, VersionKind},
    report::Outcome,
};

use headwater_notify::Secrets;
use headwater_scheduler::Standing;
use headwater_store::MemoryStore;

use super::harness::{Doing, Server, Worker, fail_orders, key, manifest, succeed};
use crate::ServerOptions;

fn everything() -> LaunchRequest {
    LaunchRequest { selection: "*".into(), ..LaunchRequest::default() }
}

async fn run(server: &Server, worker: &mut Worker, steps: usize, doing: Doing) -> RunId {
    let launched = server.client.launch(&everything(), &IdempotencyKey::random()).await.unwrap();
    worker.work(steps, doing).await;
    launched.run
}

#[tokio::test]
async fn a_run_is_recorded_and_shown() {
    let server = Server::start().await;
    let manifest = manifest();
    server.deploy(&manifest).await;
    let mut worker = Worker::join(&server.client, &manifest).await;
    let id = run(&server, &mut worker, 3, succeed).await;
    let client = &server.client;

    let shown = client.run(id).await.unwrap();
    assert_eq!((shown.run.state, shown.counts.succeeded, shown.counts.pending), (RunState::Succeeded, 3, 0));
    let steps = client.steps(id).await.unwrap().items;
    let names: Vec<_> = steps.iter().map(|step| step.name.as_str()).collect();
    assert_eq!(names, ["raw/orders", "shop/orders", "shop/été 🛒"]);
    assert_eq!(steps[1].upstream, [0]);
    assert_eq!(steps[1].checks, ["shop/orders:unique"]);
    assert!(steps.iter().all(|step| step.state == StepState::Succeeded && step.attempt == 1));
    let attempts = client.attempts(id).await.unwrap().items;
    assert!(matches!(attempts.as_slice(), [Attempt { step: 0, attempt: 1, end: Some(_), .. }, _, _]));

    let assets = client.assets(None, &ListQuery::default()).await.unwrap().items;
    assert!(assets.iter().all(|asset| asset.staleness == Staleness::Fresh && asset.latest.is_some()), "{assets:#?}");
    assert!(assets[1].checks[0].latest.as_ref().unwrap().passed);
    let detail = client.asset(&key("shop/été 🛒")).await.unwrap();
    assert_eq!(detail.upstream, [key("shop/orders")]);
    assert_eq!(detail.schedules, ["every night"]);
    let versions = client.asset_versions(&key("shop/orders"), &VersionQuery::default()).await.unwrap().items;
    assert_eq!((versions.len(), versions[0].run, versions[0].inputs.len()), (1, Some(id), 1));
    assert_eq!(client.run_versions(id).await.unwrap().items.len(), 3);
    assert_eq!(client.run_checks(id).await.unwrap().items.len(), 1);
    let checks = client.asset_checks(&key("shop/orders"), Some("unique"), &ListQuery::default()).await.unwrap();
    assert_eq!(checks.items.len(), 1);
    let graph = client.graph(Some("+shop/orders")).await.unwrap();
    assert_eq!((graph.nodes.len(), graph.edges.as_slice()), (2, [(0, 1)].as_slice()));
    assert!(graph.nodes.iter().all(|node| node.state == NodeState::Present));
    let events = client.run_events(id, None, 100).await.unwrap().items;
    let kinds: Vec<_> = events.iter().map(|event| event.kind.as_str()).collect();
    assert!(
        kinds.contains(&"run_queued") && kinds.contains(&"run_succeeded") && kinds.contains(&"asset_materialized"),
        "{kinds:?}"
    );
    assert_eq!(client.workers().await.unwrap().items[0].running, Some(0));
}

#[tokio::test]
async fn a_part_of_an_id_will_do() {
    let server = Server::start().await;
    let manifest = manifest();
    server.deploy(&manifest).await;
    let mut worker = Worker::join(&server.client, &manifest).await;
    let id = run(&server, &mut worker, 3, succeed).await;
    let text = id.to_string();
    for part in [text.as_str(), &text.to_uppercase(), &text[..13], &text[24..]] {
        assert_eq!(server.client.find_run(part).await.unwrap().run.id, id, "{part}");
    }
    let http = reqwest::Client::new();
    let steps = format!("{}/api/v1/deployments/default/runs/{}/steps", server.url, &text[..13]);
    assert_eq!(http.get(steps).send().await.unwrap().status(), 200, "every route takes it");
    for (text, code) in [("0000-00", ErrorCode::NotFound), ("last", ErrorCode::InvalidParameter)] {
        assert_eq!(server.client.find_run(text).await.unwrap_err().code(), Some(code), "{text}");
        assert_eq!(server.client.find_incident(text).await.unwrap_err().code(), Some(code), "{text}");
    }
}

#[tokio::test]
async fn a_failure_is_shown_and_repeated() {
    let server = Server::start().await;
    let manifest = manifest();
    server.deploy(&manifest).await;
    let mut worker = Worker::join(&server.client, &manifest).await;
    let id = run(&server, &mut worker, 2, fail_orders).await;
    let client = &server.client;
    let shown = client.run(id).await.unwrap();
    assert_eq!((shown.run.state, shown.counts.failed, shown.counts.skipped), (RunState::Failed, 1, 1));
    let steps = client.steps(id).await.unwrap().items;
    assert_eq!(steps[1].failure.as_ref().unwrap().message, "no orders today");
    let asset = client.asset(&key("shop/orders")).await.unwrap().asset;
    assert_eq!((asset.staleness, asset.failed.unwrap().run), (Staleness::Missing, id));

    let again = client.retry(id, RetryFrom::FromFailure, &IdempotencyKey::random()).await.unwrap();
    assert_eq!(again.steps, 2);
    assert_eq!(client.asset(&key("shop/orders")).await.unwrap().asset.in_progress.unwrap().run, again.run);
    worker.work(2, succeed).await;
    let chain = client.run(again.run).await.unwrap();
    assert_eq!((chain.run.state, chain.run.root, chain.chain.len()), (RunState::Succeeded, id, 2));
    let refused = client.retry(again.run, RetryFrom::FromFailure, &IdempotencyKey::random()).await.unwrap_err();
    assert_eq!(refused.code(), Some(ErrorCode::Conflict));
    let failed = RunQuery { state: Some("failed".into()), ..RunQuery::default() };
    assert_eq!(client.runs(&failed).await.unwrap().items.len(), 1);
}

/// Every check says no.
fn refuse(lease: &Lease) -> Outcome {
    match succeed(lease) {
        Outcome::Succeeded(mut output) => {
            output.checks.iter_mut().for_each(|check| check.passed = false);
            Outcome::Succeeded(output)
        }
        other => other,
    }
}

#[tokio::test]
async fn a_failed_blocking_check_fails_a_run_with_nothing_behind_it() {
    let server = Server::start().await;
    let manifest = manifest();
    server.deploy(&manifest).await;
    let mut worker = Worker::join(&server.client, &manifest).await;
    let alone = LaunchRequest { selection: "shop/orders".into(), ..everything() };
    let id = server.client.launch(&alone, &IdempotencyKey::random()).await.unwrap().run;
    worker.work(1, refuse).await;
    let shown = server.client.run(id).await.unwrap();
    assert_eq!((shown.run.state, shown.counts.succeeded), (RunState::Failed, 1));
    let steps = server.client.steps(id).await.unwrap().items;
    assert_eq!(
        (steps[0].state, steps[0].cause.as_deref()),
        (StepState::Succeeded, Some("check unique on shop/orders failed"))
    );
    let asset = server.client.asset(&key("shop/orders")).await.unwrap().asset;
    assert_eq!(asset.latest.unwrap().run, Some(id), "what was refused is recorded");
    let again = server.client.retry(id, RetryFrom::FromFailure, &IdempotencyKey::random()).await.unwrap();
    worker.work(1, succeed).await;
    assert_eq!(server.client.run(again.run).await.unwrap().run.state, RunState::Succeeded);
}

#[tokio::test]
async fn a_retry_from_failure_does_not_go_past_a_check_that_said_no() {
    let server = Server::start().await;
    let manifest = manifest();
    server.deploy(&manifest).await;
    let mut worker = Worker::join(&server.client, &manifest).await;
    let id = run(&server, &mut worker, 2, refuse).await;
    let shown = server.client.run(id).await.unwrap();
    assert_eq!((shown.run.state, shown.counts.succeeded, shown.counts.skipped), (RunState::Failed, 2, 1));
    // What was checked is made and checked again, before anything is made from it.
    let again = server.client.retry(id, RetryFrom::FromFailure, &IdempotencyKey::random()).await.unwrap();
    assert_eq!(again.steps, 2);
    let names: Vec<_> = server.client.steps(again.run).await.unwrap().items.into_iter().map(|step| step.name).collect();
    assert_eq!(names, ["shop/orders", "shop/été 🛒"]);
}

#[tokio::test]
async fn staleness_says_why() {
    let server = Server::start().await;
    let mut manifest = manifest();
    server.deploy(&manifest).await;
    let mut worker = Worker::join(&server.client, &manifest).await;
    run(&server, &mut worker, 3, succeed).await;
    let report = ReportVersion {
        kind: VersionKind::Materialized,
        partition: String::new(),
        version: Some("by hand".into()),
        metadata: Default::default(),
    };
    server.client.report_version(&key("raw/orders"), &report, &IdempotencyKey::random()).await.unwrap();
    manifest.assets[2].code_version = Some("2".into());
    server.deploy(&manifest).await;
    let assets = server.client.assets(None, &ListQuery::default()).await.unwrap().items;
    let why: Vec<Vec<StaleKind>> =
        assets.iter().map(|asset| asset.causes.iter().map(|cause| cause.kind).collect()).collect();
    assert_eq!(why, [vec![], vec![StaleKind::Data], vec![StaleKind::Code]]);
    assert_eq!(assets[1].causes[0].now.as_deref(), Some("by hand"));
}

#[tokio::test]
async fn the_same_key_is_the_same_command() {
    let server = Server::start().await;
    server.deploy(&manifest()).await;
    let key = IdempotencyKey::new("from the till");
    let first = server.client.launch(&everything(), &key).await.unwrap();
    let second = server.client.launch(&everything(), &key).await.unwrap();
    assert_eq!(first, second);
    let other = LaunchRequest { selection: "raw/orders".into(), ..LaunchRequest::default() };
    assert_eq!(server.client.launch(&other, &key).await.unwrap_err().code(), Some(ErrorCode::KeyReused));
    let canceled = server.client.cancel(first.run, &IdempotencyKey::random()).await.unwrap();
    assert!(canceled.state.is_some());
}

#[tokio::test]
async fn lists_come_in_parts() {
    let server = Server::start().await;
    server.deploy(&manifest()).await;
    for _ in 0..5 {
        server.client.launch(&everything(), &IdempotencyKey::random()).await.unwrap();
    }
    let mut query = RunQuery { limit: Some(2), ..RunQuery::default() };
    let mut seen = Vec::new();
    loop {
        let part = server.client.runs(&query).await.unwrap();
        seen.extend(part.items.into_iter().map(|run| run.id));
        query.cursor = part.next;
        if query.cursor.is_none() {
            break;
        }
    }
    seen.dedup();
    assert_eq!(seen.len(), 5);
    let first = server.client.assets(None, &ListQuery { cursor: None, limit: Some(2) }).await.unwrap();
    let rest = server.client.assets(None, &ListQuery { cursor: first.next, limit: Some(2) }).await.unwrap();
    assert_eq!((first.items.len(), rest.items.len(), rest.next), (2, 1, None));
}

#[tokio::test]
async fn a_deploy_says_which_channels_cannot_tell_anybody() {
    let secrets = Secrets::new(|name| (name == "SLACK_OK").then(|| "https://hooks.example/x".to_owned())).only(&[]);
    let server = Server::start_on(MemoryStore::new(), ServerOptions { secrets, ..ServerOptions::default() }).await;
    server.standing(|standing| matches!(standing, Standing::Leading(_))).await;
    let mut manifest = manifest();
    for (name, url) in [("good", "env:SLACK_OK"), ("later", "env:SLACK_NO"), ("nosy", "env:HEADWATER_TOKEN")] {
        let to = ChannelKind::SlackWebhook { url: SecretRef(url.into()) };
        manifest.channels.push(ChannelDef { name: name.into(), to, source: None });
    }
    let text = serde_json::to_string(&manifest).unwrap();
    let warnings = server.client.deploy(text, &IdempotencyKey::random()).await.unwrap().warnings;
    assert_eq!(
        warnings,
        [
            "channel later: SLACK_NO is not set in the server's environment",
            "channel nosy: channels may not name HEADWATER_TOKEN on this server; --alerts-secrets HEADWATER_TOKEN allows it",
        ]
    );
}

#[tokio::test]
async fn schedules_pools_and_definitions() {
    let server = Server::start().await;
    server.deploy(&manifest()).await;
    let client = &server.client;
    let schedule = client.schedules().await.unwrap().items.remove(0);
    assert_eq!((schedule.switch, schedule.next.len()), (Switch::Off, 3));
    client.switch_schedule("every night", Switch::On, &IdempotencyKey::random()).await.unwrap();
    assert_eq!(client.schedules().await.unwrap().items[0].switch, Switch::On);
    let preview = client.preview_schedule("every night", &PreviewQuery { count: Some(4), after: None }).await.unwrap();
    assert_eq!((preview.ticks.len(), preview.steps), (4, 2));
    assert!(client.ticks("every night", &ListQuery::default()).await.unwrap().items.is_empty());
    let missing = client.ticks("every day", &ListQuery::default()).await.unwrap_err();
    assert_eq!(missing.code(), Some(ErrorCode::NotFound));

    client.set_pool("warehouse", Some(1), &IdempotencyKey::random()).await.unwrap();
    let pool = client.pools().await.unwrap().items.remove(0);
    assert_eq!((pool.limit, pool.declared, pool.set, pool.used), (Some(1), Some(2), Some(1), Some(0)));
    client.launch(&everything(), &IdempotencyKey::random()).await.unwrap();
    assert_eq!(client.queue().await.unwrap().waiting_steps, 1);
    assert_eq!(client.jobs().await.unwrap().items[0].assets, 2);
    let deploy = client.deploys(&ListQuery::default()).await.unwrap().items.remove(0);
    assert!(deploy.live);
    assert_eq!(client.snapshot(&deploy.snapshot).await.unwrap(), manifest().canonical());
    assert_eq!(client.deployments().await.unwrap().items[0].locations[0].assets, 3);
    let status = client.status().await.unwrap();
    assert_eq!((status.principal.name.as_str(), status.running_runs), ("local", 1));
    let parsed = client.parse_selection("group:shop and kye:x").await.unwrap();
    assert!(parsed.error.is_some() && parsed.tokens.len() > 3);
    assert_eq!(client.parse_selection("group:shop").await.unwrap().matched, 2);
}

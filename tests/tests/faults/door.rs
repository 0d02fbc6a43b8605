//! Bad input at the door: a code, a message, and nothing changed.

use headwater_api::{ErrorCode, LaunchRequest, LogStream, Problem};
use headwater_client::{ClientError, IdempotencyKey};
use headwater_core::{
    key::AssetKey,
    manifest::{AssetDef, AssetRole, Executor, Manifest, ScheduleDef, StepDef},
};
use headwater_tests::fixture;
use serde_json::{Value, json};

use crate::harness::{Stack, Store, secs};

/// A manifest of assets with what each is made from.
fn manifest(assets: &[(&str, &[&str])]) -> Manifest {
    let mut manifest = Manifest::new("door");
    for (key, deps) in assets {
        let role = AssetRole::Materialized { step: (*key).to_owned() };
        let mut asset = AssetDef::new(AssetKey::new(key).unwrap(), role);
        asset.deps = deps.iter().map(|dep| AssetKey::new(dep).unwrap()).collect();
        manifest.assets.push(asset);
        manifest.steps.push(StepDef::new(*key, Executor::Rust));
    }
    manifest
}

async fn refused(stack: &Stack, manifest: &Value) -> Problem {
    let text = manifest.to_string();
    match stack.client.deploy(text, &IdempotencyKey::random()).await {
        Err(ClientError::Problem { problem, .. }) => *problem,
        other => panic!("it should have been refused: {other:?}"),
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn broken_manifests_are_refused_with_findings() {
    let stack = Stack::on(Store::Sqlite).start().await;
    let scheduled = |cron: &str, zone: &str| {
        let mut manifest = manifest(&[("a", &[])]);
        let mut schedule = ScheduleDef::new("nightly", cron, "key:a");
        schedule.zone = zone.to_owned();
        manifest.schedules.push(schedule);
        manifest
    };
    let with_schema = |schema: Value| {
        let mut manifest = scheduled("0 2 * * *", "UTC");
        manifest.steps[0].config_schema = Some(schema);
        manifest
    };
    let mut grouped = manifest(&[("a", &[])]);
    grouped.assets[0].group = "a\0b".into();
    let mut twice = manifest(&[("a", &[])]);
    twice.assets.push(twice.assets[0].clone());
    let cases = [
        (manifest(&[("a", &["c"]), ("b", &["a"]), ("c", &["b"])]), "asset-cycle", vec!["a", "b", "c"]),
        (twice, "asset-duplicate", vec!["a", "twice"]),
        (manifest(&[("a", &["nobody/made/this"])]), "asset-unknown", vec!["nobody/made/this"]),
        (scheduled("61 * * * *", "UTC"), "schedule-cron", vec!["nightly", "61"]),
        (scheduled("0 2 * * *", "Mars/Olympus"), "schedule-cron", vec!["nightly", "Mars/Olympus"]),
        (grouped, "asset-group", vec!["asset a", "group"]),
        (with_schema(json!({"type": "nothing"})), "step-config-schema", vec!["step a", "nothing"]),
        (with_schema(json!({"$ref": "http://127.0.0.1:1/x.json"})), "step-config-schema", vec!["step a"]),
        (with_schema(json!({"required": ["days"]})), "schedule-config", vec!["nightly", "step a", "days"]),
    ];
    for (manifest, code, words) in cases {
        let problem = refused(&stack, &serde_json::to_value(&manifest).unwrap()).await;
        assert_eq!(problem.code, ErrorCode::BrokenManifest, "{code}: {problem:?}");
        let finding = problem.findings.iter().find(|finding| finding.code == code);
        let finding = finding.unwrap_or_else(|| panic!("no finding {code}: {problem:#?}"));
        for word in words {
            assert!(finding.message.contains(word), "{code} names {word}: {}", finding.message);
        }
    }
    let deployments = stack.client.deployments().await.unwrap().items;
    assert_eq!(deployments[0].locations.len(), 1, "what was live stays live, and nothing else is");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_no_manifest_is_refused_with_its_place() {
    let stack = Stack::on(Store::Sqlite).prepare().await;
    let newer = json!({"format": 99, "location": "door", "things": []});
    let problem = refused(&stack, &newer).await;
    assert_eq!(problem.code, ErrorCode::BrokenManifest, "{problem:?}");
    assert!(format!("{problem:?}").contains("99") && format!("{problem:?}").contains("upgrade"), "{problem:?}");

    let key = "k".repeat(10_000);
    let long = json!({"format": 1, "location": "door", "assets": [{"key": key, "role": {"kind": "external"}}]});
    let problem = refused(&stack, &long).await;
    let text = format!("{problem:?}");
    assert!(text.contains("10000") && text.len() < 2_000, "it gives the length and not the key: {text}");

    for broken in
        [json!({"format": 1}), json!([1, 2]), json!({"format": 1, "location": "x", "surprise": 1}), Value::Null]
    {
        let problem = refused(&stack, &broken).await;
        assert!(matches!(problem.code, ErrorCode::BrokenManifest | ErrorCode::MalformedBody), "{broken}: {problem:?}");
        assert!(problem.message.len() > 10, "{problem:?}");
    }
    let error = stack.client.deploy("{\"format\": 1,".into(), &IdempotencyKey::random()).await.expect_err("no JSON");
    assert!(error.code().is_some(), "{error}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn requests_that_make_no_sense_are_refused_with_a_code() {
    let stack = Stack::on(Store::Sqlite).start().await;
    let ask = async |request: LaunchRequest| match stack.client.launch(&request, &IdempotencyKey::random()).await {
        Err(ClientError::Problem { problem, .. }) => *problem,
        other => panic!("it should have been refused: {other:?}"),
    };
    let select = |selection: &str| LaunchRequest { selection: selection.to_owned(), ..LaunchRequest::default() };
    let problem = ask(select("group:odd and (key:x or")).await;
    assert_eq!(problem.code, ErrorCode::InvalidSelection);
    assert!(problem.span.is_some(), "it points into the text: {problem:?}");
    assert_eq!(ask(select("grooup:odd")).await.code, ErrorCode::InvalidSelection);
    assert_eq!(ask(select("")).await.code, ErrorCode::InvalidSelection);
    for odd in [
        select("key:nobody"),
        select("job:nobody"),
        LaunchRequest { partition: "2026-01-01".into(), ..select("key:odd/nan") },
    ] {
        let problem = ask(odd.clone()).await;
        assert!(matches!(problem.code, ErrorCode::InvalidRequest | ErrorCode::NotFound), "{odd:?}: {problem:?}");
    }
    let unknown = LaunchRequest { config: [("nobody".to_owned(), json!(1))].into(), ..select("key:odd/nan") };
    assert_eq!(ask(unknown).await.code, ErrorCode::InvalidRequest);
    assert_eq!(stack.database.number("SELECT COUNT(*) FROM runs").await, 0, "nothing was recorded");
}

/// A key may be any text that people can read; it works from the launch to the log.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_emoji_key_works_end_to_end() {
    let mut stack = Stack::on(Store::Postgres).start().await;
    stack.start_worker("one", 2).await;
    let run = stack.launch("key:\"odd/🦀 é\"").await;
    stack.succeeded(run, secs(30)).await;
    let key = AssetKey::new(fixture::EMOJI).unwrap();
    let asset = stack.client.asset(&key).await.expect("the asset");
    assert_eq!(asset.asset.latest.expect("a version").run, Some(run));
    let found = stack.client.assets(Some("key:\"*🦀*\""), &Default::default()).await.expect("a selection");
    assert_eq!(found.items.len(), 1);
    let page = stack.log_end(run, "🦀 é", LogStream::Log).await;
    assert!(page.text.contains("🦀 says é"), "{page:?}");
    // The longest key that is allowed, counted in bytes.
    let key = "é".repeat(256);
    let longest = manifest(&[(&key, &[])]);
    stack.client.deploy(serde_json::to_string(&longest).unwrap(), &IdempotencyKey::random()).await.expect("512 bytes");
    stack.client.asset(&AssetKey::new(&key).unwrap()).await.expect("the asset");
}

/// Locations share one name space, and a run belongs to one of them.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_locations_do_not_take_from_each_other() {
    let stack = Stack::on(Store::Sqlite).start().await;
    let problem = refused(&stack, &serde_json::to_value(manifest(&[("odd/nan", &[])])).unwrap()).await;
    assert_eq!((problem.code, problem.findings[0].code.as_str()), (ErrorCode::Conflict, "asset-taken"), "{problem:?}");
    assert!(problem.message.contains(fixture::LOCATION) && problem.message.contains("door"), "{problem:?}");

    let mut guest = manifest(&[("guest", &["odd/nan"])]);
    guest.assets.push(AssetDef::new(AssetKey::new("odd/nan").unwrap(), AssetRole::External));
    stack.client.deploy(serde_json::to_string(&guest).unwrap(), &IdempotencyKey::random()).await.expect("external");
    let all = LaunchRequest { selection: "key:odd/nan or guest".into(), ..LaunchRequest::default() };
    let error = stack.client.launch(&all, &IdempotencyKey::random()).await.expect_err("two locations");
    assert!(error.to_string().contains("--location"), "it says what to do: {error}");
    for location in ["door", fixture::LOCATION] {
        let request = LaunchRequest { location: Some(location.into()), ..all.clone() };
        let launched = stack.client.launch(&request, &IdempotencyKey::random()).await.expect("one location");
        assert_eq!(launched.steps, 1, "{location}");
    }
    let nowhere = LaunchRequest { location: Some("nowhere".into()), ..all };
    let error = stack.client.launch(&nowhere, &IdempotencyKey::random()).await.expect_err("no such location");
    assert!(error.to_string().contains("there are: door, fixture"), "{error}");
}

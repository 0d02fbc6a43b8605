//! Steps that misbehave: each has a clear result, and the worker lives on.

use headwater_api::{LogStream, RunState, Step};
use headwater_core::{metadata::MetadataValue, record::StepState};
use headwater_tests::fixture;

use crate::harness::{Stack, Store, secs};

const MEGABYTE: u64 = 1024 * 1024;

async fn alone(stack: &Stack, name: &str) -> (RunState, Step) {
    let run = stack.launch(&format!("key:odd/{name}")).await;
    let detail = stack.ended(run, secs(60)).await;
    (detail.run.state, stack.step(run, name).await)
}

/// One worker goes through all kinds of failing steps and is still there after them.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn failures_say_what_happened() {
    let mut stack = Stack::on(Store::Sqlite).start().await;
    stack.start_worker("one", 4).await;
    for (name, class, message, details) in [
        ("panic", "panic", "panic has a bug", "fixture::body"),
        ("signal", "signal", "SIGSEGV", "last words"),
        ("exit3", "exit", "3", "what went wrong"),
        ("slow", "timeout", "500ms", ""),
    ] {
        let (state, step) = alone(&stack, name).await;
        assert_eq!((state, step.state, step.attempt), (RunState::Failed, StepState::Failed, 1), "{name}");
        let failure = step.failure.unwrap_or_else(|| panic!("{name} says nothing"));
        assert_eq!(failure.class, class, "{name}: {failure:?}");
        assert!(failure.message.contains(message), "{name}: {failure:?}");
        assert!(failure.details.contains(details), "{name}: {failure:?}");
    }
    let (state, step) = alone(&stack, "flaky").await;
    assert_eq!((state, step.attempt, step.failures), (RunState::Succeeded, 3, 2));
    stack.assert_alive();
    assert_eq!(stack.client.workers().await.unwrap().items.len(), 1, "the same worker from first to last");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn odd_metadata_is_kept_as_it_is() {
    for store in [Store::Sqlite, Store::Postgres] {
        let mut stack = Stack::on(store).start().await;
        stack.start_worker("one", 2).await;
        let run = stack.launch("key:odd/nan or key:odd/huge").await;
        stack.succeeded(run, secs(60)).await;
        let versions = stack.versions(run).await;
        let of = |key: &str| {
            let found =
                versions.iter().find(|version| version.asset.as_ref().is_some_and(|asset| asset.as_str() == key));
            &found.expect("a version").metadata
        };
        let float = |name: &str| match of("odd/nan").get(name) {
            Some(MetadataValue::Float(float)) => float.0,
            other => panic!("{name} is {other:?}"),
        };
        assert!(float("nan").is_nan());
        assert_eq!((float("up"), float("down"), float("pi")), (f64::INFINITY, f64::NEG_INFINITY, 3.25));
        assert_eq!(of("odd/huge").len(), 10_001);
        assert!(matches!(of("odd/huge").get("text"), Some(MetadataValue::Text(text)) if text.len() == 1_000_000));
    }
}

/// What a step tells of a secret is masked in its metadata, its failure and its log.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn secrets_do_not_leave_the_worker() {
    let mut stack = Stack::on(Store::Sqlite).start().await;
    let port = stack.port;
    stack.spawn_worker("one", 2, port, &["--secret", fixture::SECRET]);
    stack.joined("one").await;
    let run = stack.launch("key:odd/leak").await;
    stack.succeeded(run, secs(30)).await;
    let metadata = &stack.versions(run).await[0].metadata;
    assert_eq!(metadata["leak"], MetadataValue::Json(serde_json::json!({ "token": ["***"] })));
    let attempts = stack.attempts(run, "leak").await;
    assert_eq!(attempts[0].failure.as_ref().expect("why").message, "*** was not accepted");
    let log = stack.log_end(run, "leak", LogStream::Log).await;
    assert!(log.text.contains("the token is ***"), "{}", log.text);
}

/// 200 MB of output arrive whole and cost neither worker nor server memory.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_flood_of_output_is_kept_and_bounded() {
    let mut stack = Stack::on(Store::Sqlite).start().await;
    stack.start_worker("one", 2).await;
    let run = stack.launch("key:odd/flood").await;
    stack.succeeded(run, secs(120)).await;
    let end = stack.log_end(run, "flood", LogStream::Stdout).await;
    assert_eq!(end.size, 200_000_000);
    assert!(end.text.contains("about as long as usual"));
    let (server, worker) = (stack.server().peak_memory(), stack.worker("one").peak_memory());
    eprintln!("peak memory: server {} MB, worker {} MB", server / MEGABYTE, worker / MEGABYTE);
    assert!(server < 300 * MEGABYTE && worker < 300 * MEGABYTE);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn output_that_is_not_utf8_is_shown_as_far_as_it_is() {
    let mut stack = Stack::on(Store::Sqlite).start().await;
    stack.start_worker("one", 2).await;
    let run = stack.launch("key:odd/latin").await;
    stack.succeeded(run, secs(30)).await;
    let page = stack.log_end(run, "latin", LogStream::Stdout).await;
    assert!(page.text.starts_with("caf\u{fffd} ") && page.text.contains(" ok\nno line break "), "{page:?}");
}

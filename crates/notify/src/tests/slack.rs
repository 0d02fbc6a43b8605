//! A bot in Slack: threads, corrections, and what Slack answers.

use headwater_core::{
    alert::AlertTopic::{Acknowledged, Opened, Repeated, Resolved},
    manifest::{ChannelDef, ChannelKind, SecretRef},
    time::Millis,
};
use headwater_store::DeliveryState::{Dead, Waiting};
use serde_json::{Value, json};

use super::{
    harness::Bench,
    http::{Hook, Reply},
};

async fn bench(hook: &Hook) -> Bench {
    let to = ChannelKind::SlackBot {
        token: SecretRef::env("TOKEN"),
        channel: "#alerts".into(),
        api: Some(hook.url("/api/")),
    };
    let bench = Bench::new(vec![ChannelDef { name: "chat".into(), to, source: None }]).await;
    bench.secrets.lock().unwrap().insert("TOKEN".into(), "xoxb-s3cret".into());
    bench
}

fn ok(ts: &str) -> Reply {
    Reply::json(&json!({ "ok": true, "channel": "C1", "ts": ts }).to_string())
}

/// The method, and what of a body says where it goes.
fn place(request: &super::http::Received) -> (String, Value) {
    let body = request.json();
    assert_eq!(request.header("authorization"), "Bearer xoxb-s3cret");
    let method = request.path.strip_prefix("/api/chat.").unwrap().to_owned();
    let place = json!([body["channel"], body["ts"], body["thread_ts"], body["reply_broadcast"]]);
    (method, place)
}

#[tokio::test]
async fn an_incident_is_a_thread_and_its_first_message_says_how_it_stands() {
    let mut hook = Hook::start(ok("9.9"), [ok("1.1")]).await;
    let mut bench = bench(&hook).await;
    bench.queue(&[("chat", 1, Opened), ("chat", 1, Repeated), ("chat", 1, Acknowledged), ("chat", 1, Resolved)]).await;
    bench.queue(&[("chat", 2, Opened)]).await;
    bench.start();
    bench.until(|progress| progress.delivered == 5).await;
    let all = hook.rest();
    let first: Vec<_> = all.iter().filter(|request| !request.body.contains("8000-000000000002")).collect();
    let post = |place: Value| ("postMessage".to_owned(), place);
    let update = ("update".to_owned(), json!(["C1", "1.1", null, null]));
    let reply = post(json!(["C1", null, "1.1", false]));
    assert_eq!(
        first.iter().map(|request| place(request)).collect::<Vec<_>>(),
        [post(json!(["#alerts", null, null, null])), reply.clone(), update.clone(), reply.clone(), update, reply],
    );
    let header = |at: usize| first[at].json()["blocks"][0]["text"]["text"].as_str().unwrap().to_owned();
    assert_eq!(header(2), ":eyes: Taken by ann &lt;a&gt;: raw/été &lt;b&gt; could not be made");
    assert_eq!(header(4), ":white_check_mark: Resolved after 12m 5s: raw/été &lt;b&gt; could not be made");
    assert_eq!(bench.items().await[0].receipt, Some(json!({ "channel": "C1", "ts": "1.1" })));
}

#[tokio::test]
async fn errors_that_pass_are_repeated_and_others_say_what_to_do() {
    let refused = |error: &str| {
        let needed = (error == "missing_scope").then_some("chat:write");
        Reply::json(&json!({ "ok": false, "error": error, "needed": needed }).to_string())
    };
    let passing = [
        Reply::Answer(200, "retry-after: 20", json!({ "ok": false, "error": "ratelimited" }).to_string()),
        refused("internal_error"),
        Reply::json("<html>proxy</html>"),
        Reply::json("{\"ok\":1}"),
    ];
    let mut hook = Hook::start(ok("1.1"), passing).await;
    let mut bench = bench(&hook).await;
    bench.queue(&[("chat", 1, Opened)]).await;
    bench.start();
    let mut errors = Vec::new();
    for failed in 1..=4 {
        hook.next().await;
        let wait = bench.retry_after(failed).await;
        let (state, _, error) = bench.states().await.remove(0);
        assert_eq!(state, Waiting);
        assert!(failed != 1 || wait == Millis::secs(20), "{wait}");
        errors.push(error);
    }
    bench.until(|progress| progress.delivered == 1).await;
    let finals = ["channel_not_found", "not_in_channel", "invalid_auth", "missing_scope", "is_archived", "new_word"];
    for (number, error) in finals.into_iter().enumerate() {
        hook.then(refused(error));
        bench.queue(&[("chat", 2 + number as u128, Opened)]).await;
        bench.until(|progress| progress.dead == number as u64 + 1).await;
        let (state, _, error) = bench.states().await.pop().unwrap();
        assert_eq!(state, Dead);
        errors.push(error);
    }
    assert!(errors.iter().all(|error| !error.contains("s3cret")));
    insta::assert_snapshot!(errors.join("\n"));
}

#[tokio::test]
async fn a_first_message_that_is_gone_does_not_keep_the_rest_back() {
    let gone = Reply::json(&json!({ "ok": false, "error": "message_not_found" }).to_string());
    let mut hook = Hook::start(ok("9.9"), [ok("1.1"), gone]).await;
    let mut bench = bench(&hook).await;
    bench.queue(&[("chat", 1, Opened), ("chat", 1, Resolved)]).await;
    bench.start();
    bench.until(|progress| progress.delivered == 2).await;
    let methods: Vec<_> = hook.rest().iter().map(|request| place(request).0).collect();
    assert_eq!(methods, ["postMessage", "update", "postMessage"]);
}

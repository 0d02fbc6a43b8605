//! Delivering to a webhook that behaves badly in every way.

use std::time::Duration;

use headwater_core::{
    alert::AlertTopic::{Opened, Repeated, Resolved},
    effect::Effect,
    manifest::{ChannelDef, ChannelKind, SecretRef},
    time::Millis,
};
use headwater_store::DeliveryState::{Dead, Delivered, Waiting, Withdrawn};
use hmac::{Hmac, KeyInit as _, Mac as _};
use sha2::Sha256;

use super::{
    harness::{Bench, webhook},
    http::{Hook, Received, Reply},
    letters::{START, incident_id},
};

async fn bench(hook: &Hook) -> Bench {
    Bench::new(vec![webhook("chat", &hook.url("/hook"))]).await
}

/// The incident and the event of a request, which must be signed.
fn told(request: &Received) -> (u128, String) {
    let hex = request.header("headwater-signature").strip_prefix("v1=").unwrap();
    let bytes: Vec<u8> =
        (0..hex.len()).step_by(2).map(|at| u8::from_str_radix(&hex[at..at + 2], 16).unwrap()).collect();
    let mut mac = Hmac::<Sha256>::new_from_slice(b"geheim").unwrap();
    mac.update(format!("{}.{}", request.header("headwater-timestamp"), request.body).as_bytes());
    mac.verify_slice(&bytes).expect("the signature is of this body and this time");
    let body = request.json();
    assert_eq!(body["event"], request.header("headwater-event"));
    assert_eq!(body["id"], request.header("idempotency-key"));
    let id: uuid::Uuid = body["incident"]["id"].as_str().unwrap().parse().unwrap();
    (id.as_u128() - incident_id(0).0.as_u128(), request.header("headwater-event").to_owned())
}

fn event(number: u128, name: &str) -> (u128, String) {
    (number, format!("alert.{name}"))
}

#[tokio::test]
async fn an_incident_is_told_from_its_beginning_to_its_end() {
    let mut hook = Hook::start(Reply::ok(), []).await;
    let mut bench = bench(&hook).await;
    bench.start();
    for (number, topic) in [Opened, Repeated, Resolved].into_iter().enumerate() {
        bench.queue(&[("chat", 1, topic)]).await;
        let request = hook.next().await;
        assert_eq!(told(&request), (1, topic.as_str().to_owned()));
        assert_eq!(request.path, "/hook");
        assert_eq!(request.header("headwater-timestamp"), (START.as_micros() / 1_000_000).to_string());
        bench.until(|progress| progress.delivered == number as u64 + 1).await;
    }
    assert_eq!(bench.states().await, vec![(Delivered, 1, String::new()); 3]);
    bench.stop().await;
}

#[tokio::test]
async fn what_waits_when_it_starts_is_delivered_and_nobody_has_to_wake_it() {
    let mut hook = Hook::start(Reply::ok(), []).await;
    let mut bench = bench(&hook).await;
    bench.queue(&[("chat", 1, Opened)]).await;
    bench.start();
    hook.next().await;
    bench.until(|progress| progress.delivered == 1 && progress.sending == 0).await;
    bench.stop().await;
    // Started again without a message, it finds one by itself within five seconds.
    bench.start();
    bench.until(|progress| progress.looked_at == START && progress.next.is_none()).await;
    let quiet = bench.now();
    bench.queue_at(&[]).await;
    bench.advance(Millis::secs(5));
    bench.until(|progress| progress.looked_at > quiet).await;
}

#[tokio::test]
async fn a_failure_is_repeated_under_the_same_key_and_nothing_overtakes_it() {
    let mut hook = Hook::start(Reply::ok(), [Reply::status(500), Reply::status(503)]).await;
    let mut bench = bench(&hook).await;
    bench.queue(&[("chat", 1, Opened), ("chat", 1, Resolved)]).await;
    bench.start();
    let mut requests = vec![hook.next().await];
    bench.retry_after(1).await;
    let states = bench.states().await;
    assert_eq!(states[0], (Waiting, 1, "it answered 500: ok".into()));
    requests.push(hook.next().await);
    bench.retry_after(2).await;
    requests.extend([hook.next().await, hook.next().await]);
    bench.until(|progress| progress.delivered == 2).await;
    let told: Vec<_> = requests.iter().map(told).collect();
    assert_eq!(told, [event(1, "opened"), event(1, "opened"), event(1, "opened"), event(1, "resolved")]);
    let key = |at: usize| requests[at].header("idempotency-key");
    assert!(key(0) == key(1) && key(1) == key(2) && key(2) != key(3));
    assert_eq!(bench.states().await[0].1, 3);
}

#[tokio::test]
async fn other_incidents_go_on_while_one_waits() {
    let mut hook = Hook::start(Reply::ok(), [Reply::status(500)]).await;
    let mut bench = bench(&hook).await;
    bench.queue(&[("chat", 1, Opened), ("chat", 1, Resolved), ("chat", 2, Opened)]).await;
    bench.start();
    assert_eq!(told(&hook.next().await), event(1, "opened"));
    assert_eq!(told(&hook.next().await), event(2, "opened"));
    bench.until(|progress| progress.delivered == 1).await;
    bench.retry_after(1).await;
    assert_eq!(told(&hook.next().await), event(1, "opened"));
    assert_eq!(told(&hook.next().await), event(1, "resolved"));
}

#[tokio::test]
async fn a_channel_that_wants_to_be_left_alone_is() {
    let mut hook = Hook::start(Reply::ok(), [Reply::with(429, "retry-after: 30")]).await;
    let mut bench = bench(&hook).await;
    bench.queue(&[("chat", 1, Opened), ("chat", 2, Opened)]).await;
    bench.start();
    assert_eq!(told(&hook.next().await), event(1, "opened"));
    let wait = bench.retry_after(1).await;
    assert_eq!(wait, Millis::secs(30));
    assert!(hook.rest().is_empty(), "nothing else was sent meanwhile");
    let mut next = [told(&hook.next().await), told(&hook.next().await)];
    next.sort();
    assert_eq!(next, [event(1, "opened"), event(2, "opened")]);
    bench.until(|progress| progress.delivered == 2).await;
    assert_eq!(bench.states().await[0].1, 2);
    assert!(hook.rest().is_empty());
}

#[tokio::test]
async fn a_wait_may_be_a_date() {
    let mut hook = Hook::start(Reply::ok(), [Reply::with(429, "retry-after: Sat, 28 Nov 2026 03:02:00 GMT")]).await;
    let mut bench = bench(&hook).await;
    bench.advance("2026-11-28T03:00:00Z".parse::<headwater_core::time::Timestamp>().unwrap().since(START));
    bench.queue(&[("chat", 1, Opened)]).await;
    bench.start();
    hook.next().await;
    let from_three = Millis::secs(120).0 - bench.now().since("2026-11-28T03:00:00Z".parse().unwrap()).0;
    assert_eq!(bench.retry_after(1).await, Millis(from_three));
}

#[tokio::test]
async fn a_cut_a_slow_and_a_missing_answer_are_repeated() {
    let mut hook = Hook::start(Reply::ok(), [Reply::Cut, Reply::Slow, Reply::Hang]).await;
    let mut bench = bench(&hook).await;
    bench.timeout = Duration::from_millis(300);
    bench.queue(&[("chat", 1, Opened)]).await;
    bench.start();
    for (failed, error) in [(1, "no answer"), (2, "no answer in time"), (3, "no answer in time")] {
        hook.next().await;
        bench.retry_after(failed).await;
        let (state, attempts, said) = bench.states().await.remove(0);
        assert_eq!((state, u64::from(attempts)), (Waiting, failed));
        assert!(said.starts_with(error), "{said}");
    }
    hook.next().await;
    bench.until(|progress| progress.delivered == 1).await;
}

#[tokio::test]
async fn a_dead_server_that_comes_back_hears_everything_in_order() {
    let hook = Hook::start(Reply::ok(), []).await;
    let (address, mut bench) = (hook.address, bench(&hook).await);
    drop(hook);
    bench.queue(&[("chat", 1, Opened), ("chat", 1, Repeated)]).await;
    bench.start();
    for failed in 1..=8 {
        bench.retry_after(failed).await;
    }
    bench.until(|progress| progress.failed == 9 && progress.sending == 0).await;
    let mut hook = Hook::start_at(address, Reply::ok(), []).await;
    bench.queue(&[("chat", 1, Resolved)]).await;
    bench.retry_after(9).await;
    let told = [told(&hook.next().await), told(&hook.next().await), told(&hook.next().await)];
    assert_eq!(told, [event(1, "opened"), event(1, "repeated"), event(1, "resolved")]);
    bench.until(|progress| progress.delivered == 3).await;
    assert_eq!(bench.states().await.iter().map(|state| state.1).collect::<Vec<_>>(), [10, 1, 1]);
}

#[tokio::test]
async fn what_is_refused_is_dead_at_once_and_says_why() {
    let replies = [
        Reply::status(404),
        Reply::status(401),
        Reply::with(302, "location: http://169.254.169.254/latest?key=4711"),
        Reply::Answer(400, "", "no\nsuch\tfield".into()),
    ];
    let mut hook = Hook::start(Reply::ok(), replies).await;
    let mut bench = bench(&hook).await;
    bench.queue(&[("chat", 1, Opened), ("chat", 1, Repeated), ("chat", 2, Opened), ("chat", 3, Opened)]).await;
    bench.queue(&[("chat", 1, Resolved)]).await;
    bench.start();
    bench.until(|progress| progress.dead == 4 && progress.delivered == 1).await;
    assert_eq!(hook.next().await.path, "/hook");
    assert_eq!(hook.rest().len(), 4, "no redirect is followed");
    let mut errors: Vec<String> =
        bench.states().await.into_iter().map(|(state, _, error)| format!("{state:?} {error}")).collect();
    errors.sort();
    insta::assert_snapshot!(errors.join("\n"));
}

#[tokio::test]
async fn a_channel_that_is_not_declared_any_more_is_dead() {
    let mut hook = Hook::start(Reply::ok(), []).await;
    let mut bench = bench(&hook).await;
    bench.queue(&[("gone", 1, Opened), ("chat", 1, Opened)]).await;
    bench.start();
    hook.next().await;
    bench.until(|progress| progress.dead == 1 && progress.delivered == 1).await;
    let error = bench.states().await.remove(0);
    assert_eq!(error, (Dead, 1, "the channel `gone` is not declared any more by the location `shop`".into()));
}

#[tokio::test]
async fn a_deploy_that_moves_a_channel_is_followed() {
    let mut old = Hook::start(Reply::ok(), []).await;
    let mut new = Hook::start(Reply::ok(), []).await;
    let mut bench = bench(&old).await;
    bench.start();
    bench.queue(&[("chat", 1, Opened)]).await;
    old.next().await;
    bench.until(|progress| progress.delivered == 1).await;
    bench.deploy(vec![webhook("chat", &new.url("/new"))]).await;
    bench.queue(&[("chat", 1, Resolved)]).await;
    assert_eq!(new.next().await.path, "/new");
}

#[tokio::test]
async fn a_secret_that_is_missing_is_waited_for() {
    let mut hook = Hook::start(Reply::ok(), []).await;
    let mut bench = bench(&hook).await;
    let key = bench.secrets.lock().unwrap().remove("KEY").unwrap();
    bench.queue(&[("chat", 1, Opened)]).await;
    bench.start();
    assert_eq!(bench.retry_after(1).await, Millis::secs(60));
    let error = "KEY is not set in the server's environment; once it is there, the message is sent within a minute";
    assert_eq!(bench.states().await, [(Waiting, 0, error.into())]);
    bench.until(|progress| progress.failed == 2).await;
    bench.secrets.lock().unwrap().insert("KEY".into(), key);
    bench.retry_after(2).await;
    assert_eq!(told(&hook.next().await), event(1, "opened"));
    bench.until(|progress| progress.delivered == 1).await;
}

#[tokio::test]
async fn it_is_given_up_after_a_day() {
    let hook = Hook::start(Reply::status(500), []).await;
    let mut bench = bench(&hook).await;
    bench.queue(&[("chat", 1, Opened)]).await;
    bench.start();
    let mut failed = 0;
    while bench.now() < START.plus(Millis::secs(24 * 3_600)) {
        failed += 1;
        bench.retry_after(failed).await;
    }
    bench.until(|progress| progress.dead == 1).await;
    let (state, attempts, error) = bench.states().await.remove(0);
    assert_eq!((state, error.as_str()), (Dead, "given up after a day: it answered 500: ok"));
    assert!((100..130).contains(&attempts), "{attempts}");
}

#[tokio::test]
async fn killed_between_the_post_and_its_record_it_posts_again_under_the_same_key() {
    let mut hook = Hook::start(Reply::ok(), [Reply::Hang]).await;
    let mut bench = bench(&hook).await;
    bench.queue(&[("chat", 1, Opened), ("chat", 1, Resolved), ("chat", 2, Opened)]).await;
    bench.start();
    let first = hook.next().await;
    bench.kill().await;
    assert!(bench.states().await.iter().all(|state| *state == (Waiting, 0, String::new())));
    bench.start();
    let again = hook.next().await;
    assert_eq!((told(&first), &first.body), (event(1, "opened"), &again.body));
    assert_eq!(first.header("idempotency-key"), again.header("idempotency-key"));
    bench.until(|progress| progress.delivered == 3).await;
    let mut rest: Vec<_> = hook.rest().iter().map(told).collect();
    rest.sort();
    assert_eq!(rest, [event(1, "resolved"), event(2, "opened")], "nothing is lost, nothing else is doubled");
}

#[tokio::test]
async fn told_to_stop_it_records_what_it_has_posted() {
    let mut hook = Hook::start(Reply::ok(), []).await;
    let mut bench = bench(&hook).await;
    bench.queue(&[("chat", 1, Opened)]).await;
    bench.start();
    hook.next().await;
    bench.stop().await;
    assert_eq!(bench.states().await, [(Delivered, 1, String::new())]);
}

#[tokio::test]
async fn what_is_withdrawn_in_its_quiet_hours_is_not_sent() {
    let mut hook = Hook::start(Reply::ok(), []).await;
    let mut bench = bench(&hook).await;
    let morning = START.plus(Millis::secs(3_600));
    bench.queue_at(&[("chat", 1, Opened, morning), ("chat", 2, Opened, morning)]).await;
    bench.start();
    bench.until(|progress| progress.next == Some(morning) && progress.waiting == 2).await;
    let withdrawn = Effect::MessagesWithdrawn { incident: incident_id(1), channel: "chat".into() };
    bench.commit(vec![Box::new(move |_| withdrawn)]).await;
    bench.advance(Millis::secs(3_600));
    assert_eq!(told(&hook.next().await), event(2, "opened"));
    bench.until(|progress| progress.waiting == 0).await;
    let states: Vec<_> = bench.states().await.into_iter().map(|state| state.0).collect();
    assert_eq!(states, [Withdrawn, Delivered]);
    assert!(hook.rest().is_empty());
}

#[tokio::test]
async fn a_secret_is_in_no_error() {
    let body = "no hook at /services/T0-s3cret (http://x/services/T0-s3cret)";
    let hook = Hook::start(Reply::Answer(404, "", body.into()), []).await;
    let to = ChannelKind::SlackWebhook { url: SecretRef::env("SLACK") };
    let mut bench = Bench::new(vec![ChannelDef { name: "chat".into(), to, source: None }]).await;
    bench.secrets.lock().unwrap().insert("SLACK".into(), hook.url("/services/T0-s3cret"));
    bench.queue(&[("chat", 1, Opened)]).await;
    bench.start();
    bench.until(|progress| progress.dead == 1).await;
    let error = bench.states().await.remove(0).2;
    assert!(error.contains("no hook at /***") && !error.contains("s3cret"), "{error}");
}

#[tokio::test]
async fn a_private_address_is_refused_until_the_operator_allows_it() {
    let mut bench = Bench::new(vec![webhook("chat", "http://10.0.0.7/hook")]).await;
    bench.queue(&[("chat", 1, Opened)]).await;
    bench.start();
    assert_eq!(bench.retry_after(1).await, Millis::secs(60));
    let (state, attempts, error) = bench.states().await.remove(0);
    assert_eq!((state, attempts), (Waiting, 0));
    assert!(error.starts_with("10.0.0.7 is at 10.0.0.7, a private address, where no alert is sent"), "{error}");
}

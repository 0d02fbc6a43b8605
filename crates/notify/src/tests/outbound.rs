//! The way out: where it leads and where it does not.

use std::{
    io,
    net::IpAddr,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering::SeqCst},
    },
    time::Duration,
};

use async_trait::async_trait;

use super::{
    http::{Hook, Reply},
    letters::START,
};
use crate::{
    OutboundOptions,
    channel::{Failure, Then},
    outbound::{Answer, HttpPost, Lookup, Outbound},
    secret::Secret,
};

/// A name service that answers with another list of addresses each time, and then with the last one.
#[derive(Debug, Default)]
struct Names {
    answers: Vec<Vec<IpAddr>>,
    asked: AtomicUsize,
}

#[async_trait]
impl Lookup for Names {
    async fn lookup(&self, _: &str) -> io::Result<Vec<IpAddr>> {
        let asked = self.asked.fetch_add(1, SeqCst);
        Ok(self.answers[asked.min(self.answers.len() - 1)].clone())
    }
}

fn names(answers: &[&[&str]]) -> Arc<Names> {
    let read = |answer: &&[&str]| answer.iter().map(|address| address.parse().unwrap()).collect();
    Arc::new(Names { answers: answers.iter().map(read).collect(), ..Names::default() })
}

async fn post(allow: &[&str], lookup: Arc<Names>, url: &str) -> Result<Answer, Failure> {
    let allow = allow.iter().map(|entry| (*entry).to_owned()).collect();
    let options = OutboundOptions { allow, timeout: Duration::from_millis(500) };
    let post = HttpPost { url: Secret::new(url), headers: Vec::new(), body: "x".into() };
    Outbound::with_lookup(&options, lookup).unwrap().post(&post, START).await
}

#[tokio::test]
async fn a_literal_address_is_looked_at_however_it_is_written() {
    let mut hook = Hook::start(Reply::ok(), []).await;
    let port = hook.address.port();
    for host in [
        "127.0.0.1",
        "2130706433",
        "0177.0.0.1",
        "0x7f.1",
        "0x7f000001",
        "127.1",
        "[::1]",
        "[::ffff:127.0.0.1]",
        "[::ffff:7f00:1]",
        "[64:ff9b::7f00:1]",
        "[::7f00:1]",
        "0",
        "0.0.0.0",
        "[::]",
        "169.254.169.254",
        "[fd00:ec2::254]",
        "10.0.0.1",
        "100.64.0.1",
        "224.0.0.1",
        "①②⑦.0.0.1",
        "127。0。0。1",
    ] {
        let failure = post(&[], names(&[&["127.0.0.1"]]), &format!("http://{host}:{port}/")).await.unwrap_err();
        assert!(failure.error.contains("where no alert is sent"), "{host}: {}", failure.error);
        assert_eq!(failure.then, Then::Minute, "{host}");
    }
    assert!(hook.rest().is_empty());
}

#[tokio::test]
async fn what_is_allowed_is_reached() {
    let mut hook = Hook::start(Reply::ok(), []).await;
    let port = hook.address.port();
    for (allow, host) in [
        ("127.0.0.0/8", "127.0.0.1"),
        ("127.0.0.1", "2130706433"),
        ("hooks.internal", "hooks.internal"),
        ("HOOKS.internal", "hooks.Internal."),
        ("127.0.0.0/8", "hooks.internal"),
    ] {
        let answer = post(&[allow], names(&[&["127.0.0.1"]]), &format!("http://{host}:{port}/a")).await.unwrap();
        assert_eq!((answer.status, answer.body.as_str()), (200, "ok"));
        assert_eq!(hook.next().await.path, "/a");
    }
}

#[tokio::test]
async fn a_name_is_resolved_once_and_its_own_addresses_are_left_out() {
    let mut hook = Hook::start(Reply::ok(), []).await;
    let url = format!("http://hooks.example:{}/", hook.address.port());
    // The second answer would be allowed; nobody asks for it.
    let flips = names(&[&["10.0.0.7"], &["127.0.0.1"]]);
    let failure = post(&["127.0.0.1"], Arc::clone(&flips) as Arc<Names>, &url).await.unwrap_err();
    assert!(failure.error.starts_with("hooks.example is at 10.0.0.7, a private address"), "{}", failure.error);
    assert_eq!(flips.asked.load(SeqCst), 1);
    let flips = names(&[&["127.0.0.1"], &["10.0.0.7"]]);
    post(&["127.0.0.1"], Arc::clone(&flips), &url).await.unwrap();
    assert_eq!(flips.asked.load(SeqCst), 1);
    post(&["127.0.0.1"], names(&[&["169.254.169.254", "::1", "127.0.0.1", "10.0.0.1"]]), &url).await.unwrap();
    assert_eq!(hook.rest().len(), 2);
    let failure = post(&["127.0.0.1"], names(&[&[]]), &url).await.unwrap_err();
    assert!(failure.error.contains("hooks.example has no address"), "{}", failure.error);
    assert_eq!(failure.then, Then::Again { after: None });
}

#[test]
fn no_proxy_of_the_environment_is_asked() {
    // Nobody may change the environment of a process that has threads, so another one does the same test again.
    let mut child = std::process::Command::new(std::env::current_exe().unwrap());
    child.args(["--exact", "tests::outbound::what_is_allowed_is_reached"]);
    for name in ["http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"] {
        child.env(name, "http://127.0.0.1:1");
    }
    let output = child.output().unwrap();
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(output.status.success() && said.contains("1 passed"), "{said}");
}

#[tokio::test]
async fn no_redirect_is_followed() {
    let mut hook = Hook::start(Reply::ok(), [Reply::with(307, "location: /again")]).await;
    let answer = post(&["127.0.0.1"], names(&[&[]]), &hook.url("/")).await.unwrap();
    assert_eq!((answer.status, answer.location.as_deref()), (307, Some("/again")));
    assert_eq!(hook.rest().len(), 1);
}

#[tokio::test]
async fn an_answer_is_read_up_to_a_limit_and_a_time() {
    let hook = Hook::start(Reply::Slow, [Reply::Answer(200, "", "x".repeat(1_000_000))]).await;
    let answer = post(&["127.0.0.1"], names(&[&[]]), &hook.url("/")).await.unwrap();
    assert_eq!(answer.body.len(), 64 * 1024);
    let failure = post(&["127.0.0.1"], names(&[&[]]), &hook.url("/s3cret")).await.unwrap_err();
    assert_eq!(failure, Failure::again("no answer in time"));
}

#[tokio::test]
async fn an_address_that_is_none_is_not_repeated() {
    for url in ["s3cret", "ftp://127.0.0.1/s3cret", "file:///etc/s3cret", "https://"] {
        let failure = post(&[], names(&[&[]]), url).await.unwrap_err();
        assert_eq!(failure.then, Then::Never);
        assert!(!failure.error.contains("s3cret"), "{}", failure.error);
    }
}

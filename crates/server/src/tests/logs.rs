//! Output: stored, read in parts, followed.

use std::time::Duration;

use bytes::Bytes;
use futures_util::StreamExt;
use headwater_api::{LaunchRequest, LogQuery, LogStream, worker::ChunkQuery};
use headwater_client::{ClientError, IdempotencyKey};
use headwater_core::{
    id::{Attempt, RunId, StepNo, Token},
    report::AttemptRef,
};

use super::harness::{Server, manifest};

struct Writer<'s> {
    server: &'s Server,
    at: AttemptRef,
    number: u32,
    offset: u64,
}

impl Writer<'_> {
    async fn write(&mut self, text: &[u8], last: bool) -> Result<(), ClientError> {
        let about = ChunkQuery {
            offset: self.offset,
            raw_len: text.len() as u32,
            lines: text.iter().filter(|byte| **byte == b'\n').count() as u32,
            last,
        };
        let bytes = Bytes::from(zstd::bulk::compress(text, 1).unwrap());
        self.server.client.put_log_chunk(&self.at, LogStream::Stdout, self.number, &about, bytes).await?;
        self.number += 1;
        self.offset += text.len() as u64;
        Ok(())
    }
}

async fn start() -> (Server, RunId) {
    let server = Server::start().await;
    server.deploy(&manifest()).await;
    let request = LaunchRequest { selection: "*".into(), ..LaunchRequest::default() };
    let run = server.client.launch(&request, &IdempotencyKey::random()).await.unwrap().run;
    (server, run)
}

fn writer(server: &Server, run: RunId) -> Writer<'_> {
    let at = AttemptRef { run, step: StepNo(0), attempt: Attempt(1), token: Token(7) };
    Writer { server, at, number: 0, offset: 0 }
}

#[tokio::test]
async fn any_part_can_be_read() {
    let (server, run) = start().await;
    let mut writer = writer(&server, run);
    let whole = "été €\n".repeat(50);
    for piece in whole.as_bytes().chunks(37) {
        writer.write(piece, false).await.unwrap();
    }
    // The same chunk again changes nothing.
    writer.number -= 1;
    writer.offset -= (whole.len() % 37) as u64;
    writer.write(&whole.as_bytes()[whole.len() - whole.len() % 37..], false).await.unwrap();
    let read = |offset, limit| {
        let query = LogQuery { attempt: Some(1), offset: Some(offset), limit: Some(limit) };
        let client = server.client.clone();
        async move { client.log(run, StepNo(0), LogStream::Stdout, &query).await.unwrap() }
    };
    let mut text = String::new();
    let mut at = 0;
    while at < whole.len() as i64 {
        let page = read(at, 41).await;
        assert!(page.next > page.offset && page.size == whole.len() as u64 && !page.complete);
        text.push_str(&page.text);
        at = page.next as i64;
    }
    assert_eq!(text, whole);
    assert_eq!(read(-5, 100).await.text, &whole[whole.len() - 5..]);
    assert_eq!(read(9_999, 10).await.text, "");
    let url =
        format!("{}/api/v1/deployments/default/runs/{run}/steps/0/logs/stdout?attempt=1&offset=1&limit=3", server.url);
    let plain = reqwest::Client::new().get(url).header("accept", "text/plain").send().await.unwrap();
    assert_eq!(plain.headers()["x-headwater-next"], "4");
    assert_eq!(plain.bytes().await.unwrap(), &whole.as_bytes()[1..4]);
}

#[tokio::test]
async fn a_tail_follows_until_the_stream_ends() {
    let (server, run) = start().await;
    let mut writer = writer(&server, run);
    writer.write(b"first\n", false).await.unwrap();
    let mut tail = server.client.log_tail(run, StepNo(0), LogStream::Stdout, &LogQuery::default());
    let mut next =
        async || tokio::time::timeout(Duration::from_secs(20), tail.next()).await.unwrap().map(Result::unwrap);
    assert_eq!(next().await.unwrap().text, "first\n");
    // The first byte of a character waits for the second.
    writer.write(b"\xc3", false).await.unwrap();
    writer.write(b"\xa9\n", true).await.unwrap();
    let mut rest = String::new();
    while let Some(page) = next().await {
        rest.push_str(&page.text);
    }
    assert_eq!(rest, "é\n");
}

#[tokio::test]
async fn forged_chunks_are_refused() {
    let (server, run) = start().await;
    let at = AttemptRef { run, step: StepNo(0), attempt: Attempt(1), token: Token(7) };
    let about = ChunkQuery { offset: 0, raw_len: 5, lines: 0, last: false };
    let put = |bytes: &'static [u8], about| {
        let client = server.client.clone();
        async move { client.put_log_chunk(&at, LogStream::Log, 0, &about, Bytes::from_static(bytes)).await }
    };
    assert!(!put(b"hello", about).await.unwrap_err().is_passing());
    assert!(put(b"", about).await.is_err());
    let path =
        format!("{}/api/v1/worker/logs/{run}/0/1/..%2f..%2fetc/0?offset=0&raw_len=0&lines=0&last=true", server.url);
    let answer =
        reqwest::Client::new().put(path).header("x-headwater-attempt-token", "0".repeat(16)).send().await.unwrap();
    assert_eq!(answer.status(), 400);
}

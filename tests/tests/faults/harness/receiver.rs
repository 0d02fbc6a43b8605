//! What a webhook posts to.

use std::{
    net::SocketAddr,
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, Ordering},
    },
};

use serde_json::Value;
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::{TcpListener, TcpStream},
    task::JoinHandle,
};

/// A message as it arrived.
#[derive(Clone, Debug)]
pub(crate) struct Received {
    /// Its idempotency key.
    pub(crate) key: String,
    /// Its body.
    pub(crate) body: Value,
}

/// A server that takes webhooks, or cuts every connection; it ends with this.
#[derive(Debug)]
pub(crate) struct Receiver {
    address: SocketAddr,
    answers: Arc<AtomicBool>,
    received: Arc<Mutex<Vec<Received>>>,
    accepting: JoinHandle<()>,
}

impl Receiver {
    /// Starts one that cuts every connection.
    pub(crate) async fn dead() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let address = listener.local_addr().expect("its address");
        let (answers, received) = (Arc::new(AtomicBool::new(false)), Arc::default());
        let accepting = tokio::spawn({
            let (answers, received) = (Arc::clone(&answers), Arc::clone(&received));
            async move {
                while let Ok((stream, _)) = listener.accept().await {
                    if answers.load(Ordering::Acquire) {
                        tokio::spawn(take(stream, Arc::clone(&received)));
                    }
                }
            }
        });
        Self { address, answers, received, accepting }
    }

    pub(crate) fn url(&self) -> String {
        format!("http://{}/hook", self.address)
    }

    /// Takes messages from now on.
    pub(crate) fn revive(&self) {
        self.answers.store(true, Ordering::Release);
    }

    /// What arrived, in order.
    pub(crate) fn received(&self) -> Vec<Received> {
        self.received.lock().expect("no panic inside").clone()
    }
}

impl Drop for Receiver {
    fn drop(&mut self) {
        self.accepting.abort();
    }
}

async fn take(mut stream: TcpStream, received: Arc<Mutex<Vec<Received>>>) {
    let mut bytes = Vec::new();
    let mut part = [0; 16 * 1024];
    while let Ok(read @ 1..) = stream.read(&mut part).await {
        bytes.extend_from_slice(&part[..read]);
        let Some(end) = bytes.windows(4).position(|window| window == b"\r\n\r\n") else {
            continue;
        };
        let head = String::from_utf8_lossy(&bytes[..end]).to_lowercase();
        let header = |name: &str| {
            let line = head.lines().find_map(|line| line.strip_prefix(&format!("{name}:")));
            line.map(|value| value.trim().to_owned()).unwrap_or_default()
        };
        let length: usize = header("content-length").parse().expect("a body of known length");
        if bytes.len() < end + 4 + length {
            continue;
        }
        let body = serde_json::from_slice(&bytes[end + 4..end + 4 + length]).expect("a body in JSON");
        received.lock().expect("no panic inside").push(Received { key: header("idempotency-key"), body });
        let _ = stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\nconnection: close\r\n\r\n").await;
        return;
    }
}

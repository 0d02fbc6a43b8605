//! An HTTP server that records what arrives and answers as it is told.

use std::{
    collections::{BTreeMap, VecDeque},
    net::SocketAddr,
    sync::{Arc, Mutex},
    time::Duration,
};

use tokio::{
    io::{AsyncBufReadExt as _, AsyncReadExt as _, AsyncWriteExt as _, BufReader},
    net::{TcpListener, TcpStream},
    sync::mpsc,
    task::JoinHandle,
};

/// What a server does with a request.
#[derive(Clone, Debug)]
pub(super) enum Reply {
    /// It answers.
    Answer(u16, &'static str, String),
    /// It reads the request and never answers.
    Hang,
    /// It begins an answer and never ends it.
    Slow,
    /// It reads the request and cuts the connection.
    Cut,
}

impl Reply {
    pub(super) fn ok() -> Self {
        Self::status(200)
    }

    pub(super) fn status(status: u16) -> Self {
        Self::Answer(status, "", "ok".to_owned())
    }

    /// A status with a header, written as `name: value`.
    pub(super) fn with(status: u16, header: &'static str) -> Self {
        Self::Answer(status, header, String::new())
    }

    pub(super) fn json(body: &str) -> Self {
        Self::Answer(200, "content-type: application/json", body.to_owned())
    }
}

/// A request that arrived.
#[derive(Clone, Debug)]
pub(super) struct Received {
    pub(super) path: String,
    pub(super) headers: BTreeMap<String, String>,
    pub(super) body: String,
}

impl Received {
    pub(super) fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", String::as_str)
    }

    pub(super) fn json(&self) -> serde_json::Value {
        serde_json::from_str(&self.body).unwrap()
    }
}

/// The server. It stops when it is dropped.
#[derive(Debug)]
pub(super) struct Hook {
    pub(super) address: SocketAddr,
    received: mpsc::UnboundedReceiver<Received>,
    replies: Arc<Mutex<VecDeque<Reply>>>,
    serving: JoinHandle<()>,
}

impl Drop for Hook {
    fn drop(&mut self) {
        self.serving.abort();
    }
}

impl Hook {
    /// Answers with these replies, and then with `always`.
    pub(super) async fn start(always: Reply, first: impl IntoIterator<Item = Reply>) -> Self {
        Self::start_at("127.0.0.1:0".parse().unwrap(), always, first).await
    }

    pub(super) async fn start_at(address: SocketAddr, always: Reply, first: impl IntoIterator<Item = Reply>) -> Self {
        let listener = TcpListener::bind(address).await.unwrap();
        let address = listener.local_addr().unwrap();
        let replies: Arc<Mutex<VecDeque<Reply>>> = Arc::new(Mutex::new(first.into_iter().collect()));
        let (sender, received) = mpsc::unbounded_channel();
        let next = Arc::clone(&replies);
        let serving = tokio::spawn(async move {
            // Connections end with the server.
            let mut connections = tokio::task::JoinSet::new();
            while let Ok((connection, _)) = listener.accept().await {
                connections.spawn(serve(connection, Arc::clone(&next), always.clone(), sender.clone()));
            }
        });
        Self { address, received, replies, serving }
    }

    pub(super) fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }

    /// What to answer next, before it goes back to the usual.
    pub(super) fn then(&self, reply: Reply) {
        self.replies.lock().unwrap().push_back(reply);
    }

    /// The next request that arrives.
    pub(super) async fn next(&mut self) -> Received {
        let next = tokio::time::timeout(Duration::from_secs(20), self.received.recv());
        next.await.expect("a request arrives").expect("the server runs")
    }

    /// The requests that arrived and were not looked at.
    pub(super) fn rest(&mut self) -> Vec<Received> {
        std::iter::from_fn(|| self.received.try_recv().ok()).collect()
    }
}

async fn serve(
    connection: TcpStream,
    replies: Arc<Mutex<VecDeque<Reply>>>,
    always: Reply,
    sender: mpsc::UnboundedSender<Received>,
) {
    let mut connection = BufReader::new(connection);
    while let Some(request) = read(&mut connection).await {
        let reply = replies.lock().unwrap().pop_front().unwrap_or_else(|| always.clone());
        sender.send(request).ok();
        let stream = connection.get_mut();
        match reply {
            Reply::Answer(status, header, body) => {
                let header = if header.is_empty() { String::new() } else { format!("{header}\r\n") };
                let length = body.len();
                let answer = format!("HTTP/1.1 {status} Status\r\n{header}content-length: {length}\r\n\r\n{body}");
                // A client that read enough hangs up.
                if stream.write_all(answer.as_bytes()).await.is_err() {
                    return;
                }
            }
            Reply::Hang => std::future::pending().await,
            Reply::Slow => {
                let begin = b"HTTP/1.1 200 Status\r\ncontent-length: 1000\r\n\r\nsome";
                stream.write_all(begin).await.unwrap();
                std::future::pending::<()>().await;
            }
            Reply::Cut => return,
        }
    }
}

async fn read(connection: &mut BufReader<TcpStream>) -> Option<Received> {
    let mut line = String::new();
    connection.read_line(&mut line).await.ok().filter(|length| *length > 0)?;
    let path = line.split(' ').nth(1)?.to_owned();
    let mut headers = BTreeMap::new();
    loop {
        let mut line = String::new();
        connection.read_line(&mut line).await.ok()?;
        let Some((name, value)) = line.trim_end().split_once(": ") else {
            break;
        };
        headers.insert(name.to_lowercase(), value.to_owned());
    }
    let length = headers.get("content-length").map_or(0, |length| length.parse().unwrap());
    let mut body = vec![0; length];
    connection.read_exact(&mut body).await.ok()?;
    Some(Received { path, headers, body: String::from_utf8(body).unwrap() })
}

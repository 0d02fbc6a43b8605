//! One connection of server-sent events, as a stream of messages.

use std::{collections::VecDeque, time::Duration};

use futures_util::StreamExt;
use reqwest::{Response, Url};
use tokio::time::timeout;

use crate::{
    ClientError,
    sse::{Message, Parser},
};

/// Servers send a comment every 15 seconds; three of them missing is a dead connection.
const SILENCE: Duration = Duration::from_secs(45);
const FIRST_WAIT: Duration = Duration::from_millis(100);
const LONGEST_WAIT: Duration = Duration::from_secs(5);

/// An open connection.
pub(crate) struct Connection {
    url: Url,
    body: futures_util::stream::BoxStream<'static, reqwest::Result<bytes::Bytes>>,
    parser: Parser,
    ready: VecDeque<Message>,
}

impl Connection {
    pub(crate) fn new(response: Response) -> Self {
        let url = response.url().clone();
        Self { url, body: response.bytes_stream().boxed(), parser: Parser::default(), ready: VecDeque::new() }
    }

    /// The next message; none where the server ended the stream.
    pub(crate) async fn next(&mut self) -> Result<Option<Message>, ClientError> {
        loop {
            if let Some(message) = self.ready.pop_front() {
                return Ok(Some(message));
            }
            let silent = || ClientError::Unreachable {
                url: crate::error::origin(&self.url),
                reason: "the event stream went silent".into(),
                hint: "the connection is opened again".into(),
            };
            match timeout(SILENCE, self.body.next()).await {
                Err(_) => return Err(silent()),
                Ok(None) => return Ok(None),
                Ok(Some(Err(error))) => return Err(ClientError::transport(&self.url, &error)),
                Ok(Some(Ok(bytes))) => {
                    let messages = self.parser.push(&bytes).map_err(|error| ClientError::protocol(&self.url, error))?;
                    self.ready.extend(messages);
                }
            }
        }
    }
}

/// The waits between attempts to connect again.
pub(crate) struct Backoff(Duration);

impl Backoff {
    pub(crate) const fn new() -> Self {
        Self(FIRST_WAIT)
    }

    pub(crate) const fn reset(&mut self) {
        self.0 = FIRST_WAIT;
    }

    pub(crate) async fn wait(&mut self) {
        tokio::time::sleep(self.0).await;
        self.0 = (self.0 * 2).min(LONGEST_WAIT);
    }
}

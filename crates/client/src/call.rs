//! One call: built, sent, tried again, read.

use std::{sync::Arc, time::Duration};

use bytes::Bytes;
use headwater_api::{ErrorCode, IDEMPOTENCY_KEY, Problem};
use http::{HeaderName, StatusCode};
use reqwest::{
    Method, Response, Url,
    header::{AUTHORIZATION, CONTENT_TYPE, HeaderMap, HeaderValue, RETRY_AFTER},
};
use serde::{Serialize, de::DeserializeOwned};
use tokio::time::Instant;

use crate::{ClientError, IdempotencyKey, client::Inner};

const TIMEOUT: Duration = Duration::from_secs(30);
const FIRST_WAIT: Duration = Duration::from_millis(50);
const LONGEST_WAIT: Duration = Duration::from_secs(2);

/// Whether sending a call twice does harm.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Repeat {
    /// It does none: a read, or a command with a key.
    Harmless,
    /// The caller has its own loop.
    ByCaller,
}

/// A call that is being built.
pub(crate) struct Call {
    inner: Arc<Inner>,
    method: Method,
    url: Url,
    headers: HeaderMap,
    body: Option<Bytes>,
    timeout: Option<Duration>,
    repeat: Repeat,
    fault: Option<ClientError>,
}

impl Call {
    pub(crate) fn new(inner: Arc<Inner>, method: Method, url: Url) -> Self {
        let mut headers = HeaderMap::new();
        if let Some(token) = &inner.token {
            headers.insert(AUTHORIZATION, token.clone());
        }
        let repeat = if method == Method::GET { Repeat::Harmless } else { Repeat::ByCaller };
        Self { inner, method, url, headers, body: None, timeout: Some(TIMEOUT), repeat, fault: None }
    }

    #[cfg(test)]
    pub(crate) fn url(&self) -> &Url {
        &self.url
    }

    /// Adds a query; fields without a value are left out by the type.
    pub(crate) fn query(mut self, query: &impl Serialize) -> Self {
        match query_pairs(query) {
            Ok(pairs) if pairs.is_empty() => {}
            Ok(pairs) => {
                self.url.query_pairs_mut().extend_pairs(pairs);
            }
            Err(reason) => self.fault = Some(ClientError::protocol(&self.url, reason)),
        }
        self
    }

    pub(crate) fn json(mut self, body: &impl Serialize) -> Self {
        match serde_json::to_vec(body) {
            Ok(bytes) => self.bytes(Bytes::from(bytes), "application/json"),
            Err(error) => {
                self.fault = Some(ClientError::protocol(&self.url, error));
                self
            }
        }
    }

    pub(crate) fn bytes(mut self, bytes: Bytes, content_type: &'static str) -> Self {
        self.headers.insert(CONTENT_TYPE, HeaderValue::from_static(content_type));
        self.body = Some(bytes);
        self
    }

    pub(crate) fn header(mut self, name: &'static str, value: &str) -> Self {
        match HeaderValue::from_str(value) {
            Ok(value) => {
                self.headers.insert(HeaderName::from_static(name), value);
            }
            Err(_) => self.fault = Some(ClientError::protocol(&self.url, format!("`{value}` cannot be a {name}"))),
        }
        self
    }

    /// Makes it a command that may be sent again.
    pub(crate) fn key(mut self, key: &IdempotencyKey) -> Self {
        self.repeat = Repeat::Harmless;
        self.header(IDEMPOTENCY_KEY, key.as_str())
    }

    pub(crate) const fn timeout(mut self, timeout: Option<Duration>) -> Self {
        self.timeout = timeout;
        self
    }

    /// Never sends it twice.
    pub(crate) const fn once(mut self) -> Self {
        self.repeat = Repeat::ByCaller;
        self
    }

    /// Sends it and reads a JSON answer.
    pub(crate) async fn read<T: DeserializeOwned>(self) -> Result<T, ClientError> {
        let url = self.url.clone();
        let bytes = self.fetch().await?;
        serde_json::from_slice(&bytes).map_err(|error| ClientError::protocol(&url, error))
    }

    /// Sends it and reads the answer's bytes.
    pub(crate) async fn fetch(mut self) -> Result<Bytes, ClientError> {
        if let Some(fault) = self.fault.take() {
            return Err(fault);
        }
        let start = Instant::now();
        let mut wait = FIRST_WAIT;
        loop {
            let (error, after) = match self.attempt().await {
                Ok(bytes) => return Ok(bytes),
                Err(failed) => failed,
            };
            let patience = match &error {
                ClientError::Unreachable { .. } => self.inner.patience.unreachable,
                error if error.is_passing() => self.inner.patience.busy,
                _ => return Err(error),
            };
            let pause = after.unwrap_or(wait).min(LONGEST_WAIT);
            if self.repeat == Repeat::ByCaller || start.elapsed() + pause > patience {
                return Err(error);
            }
            tokio::time::sleep(pause).await;
            wait = (wait * 2).min(LONGEST_WAIT);
        }
    }

    async fn attempt(&self) -> Result<Bytes, (ClientError, Option<Duration>)> {
        let response = self.send().await?;
        response.bytes().await.map_err(|error| (ClientError::transport(&self.url, &error), None))
    }

    /// Sends it once and gives an answer whose status is a success, body unread.
    pub(crate) async fn open(mut self) -> Result<Response, ClientError> {
        if let Some(fault) = self.fault.take() {
            return Err(fault);
        }
        self.send().await.map_err(|(error, _)| error)
    }

    async fn send(&self) -> Result<Response, (ClientError, Option<Duration>)> {
        let mut request = self.inner.http.request(self.method.clone(), self.url.clone()).headers(self.headers.clone());
        if let Some(body) = &self.body {
            request = request.body(body.clone());
        }
        if let Some(timeout) = self.timeout {
            request = request.timeout(timeout);
        }
        let response = request.send().await.map_err(|error| (ClientError::transport(&self.url, &error), None))?;
        if response.status().is_success() {
            return Ok(response);
        }
        let after = retry_after(response.headers());
        Err((refusal(&self.url, response).await, after))
    }
}

/// Turns an answer that is no success into an error.
async fn refusal(url: &Url, response: Response) -> ClientError {
    let status = response.status();
    let body = response.bytes().await.unwrap_or_default();
    match serde_json::from_slice::<Problem>(&body) {
        Ok(problem) => ClientError::Problem { status: status.as_u16(), problem: Box::new(problem) },
        Err(_) if status.is_server_error() || status == StatusCode::TOO_MANY_REQUESTS => {
            let message = format!("the server answers {status}");
            ClientError::Problem {
                status: status.as_u16(),
                problem: Box::new(Problem::new(ErrorCode::Unknown, message)),
            }
        }
        Err(_) => ClientError::protocol(url, format!("it answers {status} without saying why")),
    }
}

fn retry_after(headers: &HeaderMap) -> Option<Duration> {
    headers.get(RETRY_AFTER)?.to_str().ok()?.parse().ok().map(Duration::from_secs)
}

/// The fields of a query as text pairs.
fn query_pairs(query: &impl Serialize) -> Result<Vec<(String, String)>, String> {
    let value = serde_json::to_value(query).map_err(|error| error.to_string())?;
    let serde_json::Value::Object(fields) = value else {
        return Err("a query has fields".to_owned());
    };
    Ok(fields
        .into_iter()
        .filter_map(|(name, value)| match value {
            serde_json::Value::Null => None,
            serde_json::Value::String(text) => Some((name, text)),
            other => Some((name, other.to_string())),
        })
        .collect())
}

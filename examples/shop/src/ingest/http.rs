//! A client that is patient within bounds: it retries 429, 5xx and broken connections, and honours `Retry-After`.

use super::IngestError;
use crate::random::Random;
use reqwest::header::RETRY_AFTER;
use reqwest::{Client, RequestBuilder, Response, StatusCode};
use serde::Serialize;
use serde::de::DeserializeOwned;
use std::time::Duration;

/// How often and how long to try.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RetryPolicy {
    /// Requests in all, the first included.
    pub attempts: u32,
    /// Pause after the first failure; doubled after each further one.
    pub first_pause: Duration,
    /// No pause is longer, whatever the other side asks for.
    pub longest_pause: Duration,
    /// Time one request may take.
    pub timeout: Duration,
}

impl Default for RetryPolicy {
    fn default() -> Self {
        Self {
            attempts: 8,
            first_pause: Duration::from_millis(100),
            longest_pause: Duration::from_secs(5),
            timeout: Duration::from_secs(20),
        }
    }
}

impl RetryPolicy {
    /// The pause after the `failed`-th failure, from 1.
    fn pause(&self, failed: u32, retry_after: Option<Duration>, random: &mut Random) -> Duration {
        let doubled = self.first_pause.saturating_mul(2_u32.saturating_pow(failed.saturating_sub(1)));
        // Several assets that failed together must not come back together.
        let jittered = doubled.mul_f64(0.75 + random.unit() / 2.0);
        retry_after.unwrap_or(jittered).min(self.longest_pause)
    }
}

/// The shop's API.
#[derive(Debug, Clone)]
pub struct ShopClient {
    http: Client,
    base: String,
    policy: RetryPolicy,
}

enum Failure {
    /// Trying again may help.
    Passing {
        last: String,
        retry_after: Option<Duration>,
    },
    Final(IngestError),
}

impl ShopClient {
    /// A client for the shop at `base`, such as `http://127.0.0.1:8099`.
    ///
    /// # Errors
    /// When the HTTP client cannot be set up.
    pub fn new(base: &str, policy: RetryPolicy) -> Result<Self, IngestError> {
        // Fails only when a provider is installed already, which is as good.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let http = Client::builder()
            .timeout(policy.timeout)
            .user_agent("shop-pipeline")
            .build()
            .map_err(|error| IngestError::Unexpected { url: base.to_owned(), problem: error.to_string() })?;
        Ok(Self { http, base: base.trim_end_matches('/').to_owned(), policy })
    }

    /// Where the shop is.
    #[must_use]
    pub fn base(&self) -> &str {
        &self.base
    }

    /// `GET` of a path with its query, read as JSON.
    ///
    /// # Errors
    /// [`IngestError::Unavailable`] after the last attempt, [`IngestError::Refused`] for other 4xx,
    /// [`IngestError::Unexpected`] for JSON of another shape.
    pub async fn get<T: DeserializeOwned>(&self, path: &str) -> Result<T, IngestError> {
        let url = format!("{}{path}", self.base);
        self.send(&url, || self.http.get(&url)).await
    }

    /// `POST` of a JSON body, which must be safe to send twice.
    ///
    /// # Errors
    /// As [`ShopClient::get`].
    pub async fn post<B: Serialize + Sync, T: DeserializeOwned>(&self, path: &str, body: &B) -> Result<T, IngestError> {
        let url = format!("{}{path}", self.base);
        self.send(&url, || self.http.post(&url).json(body)).await
    }

    async fn send<T: DeserializeOwned>(
        &self,
        url: &str,
        request: impl Fn() -> RequestBuilder + Send + Sync,
    ) -> Result<T, IngestError> {
        let mut random = Random::new(0, url);
        let mut failed = 0;
        loop {
            let (last, retry_after) = match read(url, request().send().await).await {
                Ok(value) => return Ok(value),
                Err(Failure::Final(error)) => return Err(error),
                Err(Failure::Passing { last, retry_after }) => (last, retry_after),
            };
            failed += 1;
            if failed >= self.policy.attempts.max(1) {
                return Err(IngestError::Unavailable { url: url.to_owned(), attempts: failed, last });
            }
            let pause = self.policy.pause(failed, retry_after, &mut random);
            tracing::warn!(url, failed, last, pause_ms = pause.as_millis() as u64, "will try again");
            tokio::time::sleep(pause).await;
        }
    }
}

async fn read<T: DeserializeOwned>(url: &str, response: reqwest::Result<Response>) -> Result<T, Failure> {
    let passing = |error: reqwest::Error| Failure::Passing { last: error.to_string(), retry_after: None };
    let response = response.map_err(passing)?;
    let status = response.status();
    let retry_after = retry_after(&response);
    let body = response.bytes().await.map_err(passing)?;
    if status.is_success() {
        return serde_json::from_slice(&body).map_err(|error| {
            Failure::Final(IngestError::Unexpected { url: url.to_owned(), problem: error.to_string() })
        });
    }
    let text: String = String::from_utf8_lossy(&body).chars().take(200).collect();
    if status == StatusCode::TOO_MANY_REQUESTS || status.is_server_error() {
        return Err(Failure::Passing { last: format!("{status}: {text}"), retry_after });
    }
    Err(Failure::Final(IngestError::Refused { url: url.to_owned(), status: status.as_u16(), body: text }))
}

/// `Retry-After` in seconds; its other form, a date, is left to the usual pause.
fn retry_after(response: &Response) -> Option<Duration> {
    response.headers().get(RETRY_AFTER)?.to_str().ok()?.parse().ok().map(Duration::from_secs)
}

#[cfg(test)]
mod tests {
    use super::RetryPolicy;
    use crate::random::Random;
    use std::time::Duration;

    #[test]
    fn pauses_grow_obey_the_other_side_and_stay_bounded() {
        let policy = RetryPolicy { longest_pause: Duration::from_secs(2), ..RetryPolicy::default() };
        let mut random = Random::new(1, "pauses");
        let third = policy.pause(3, None, &mut random);
        assert!((Duration::from_millis(300)..=Duration::from_millis(500)).contains(&third), "{third:?}");
        assert_eq!(policy.pause(1, Some(Duration::from_secs(1)), &mut random), Duration::from_secs(1));
        assert_eq!(policy.pause(1, Some(Duration::from_secs(900)), &mut random), policy.longest_pause);
        assert_eq!(policy.pause(40, None, &mut random), policy.longest_pause);
    }
}

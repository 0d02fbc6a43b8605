//! The one way out: every request of every channel goes through here.
//!
//! It follows no redirect, asks no proxy, waits ten seconds at most and reads 64 kB at most; it connects to public
//! addresses, and to others only where the operator allows them. An address is looked at after the name was resolved
//! and is then the one that is connected to, so that a name that changes its address in between gains nothing.

mod address;
mod guard;
mod smtp;

use std::{fmt, sync::Arc, time::Duration};

use headwater_core::time::{Millis, Timestamp};
use reqwest::{Url, header::HeaderMap};

pub use guard::AllowError;
pub(crate) use guard::{Allowed, Guard, Lookup, SystemLookup, refusal};
pub(crate) use smtp::MailPost;

use crate::{
    channel::{Failure, Then},
    secret::Secret,
};

/// The most that is read of an answer.
const MOST_ANSWER: usize = 64 * 1024;

/// How requests leave.
#[derive(Clone, Debug)]
pub struct OutboundOptions {
    /// Hosts and networks (`hooks.internal`, `10.0.0.0/8`) that are allowed although they are not public.
    pub allow: Vec<String>,
    /// How long a request may take, answer included.
    pub timeout: Duration,
}

impl Default for OutboundOptions {
    fn default() -> Self {
        Self { allow: Vec::new(), timeout: Duration::from_secs(10) }
    }
}

/// Why there is no way out.
#[derive(Debug, thiserror::Error)]
pub enum OutboundError {
    /// An entry of the allowed hosts cannot be read.
    #[error("allowed hosts for outgoing alerts: {0}")]
    Allow(#[from] AllowError),
    /// The HTTP client could not be set up.
    #[error("no HTTP client could be set up: {0}")]
    Client(#[from] reqwest::Error),
}

/// A request that is to be made. Its address may be a secret, and its headers may hold some.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct HttpPost {
    pub(crate) url: Secret,
    pub(crate) headers: Vec<(&'static str, String)>,
    pub(crate) body: String,
}

impl fmt::Debug for HttpPost {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "HttpPost({} bytes)", self.body.len())
    }
}

/// What came back.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    /// How long it wants to be left alone.
    pub(crate) retry_after: Option<Millis>,
    /// Where a redirect leads.
    pub(crate) location: Option<String>,
    pub(crate) body: String,
}

/// The way out.
#[derive(Clone, Debug)]
pub(crate) struct Outbound {
    client: reqwest::Client,
    guard: Guard,
    timeout: Duration,
}

impl Outbound {
    pub(crate) fn new(options: &OutboundOptions) -> Result<Self, OutboundError> {
        Self::with_lookup(options, Arc::new(SystemLookup))
    }

    pub(crate) fn with_lookup(options: &OutboundOptions, lookup: Arc<dyn Lookup>) -> Result<Self, OutboundError> {
        if rustls::crypto::CryptoProvider::get_default().is_none() {
            // Whoever installed one in between is just as good.
            let _ = rustls::crypto::ring::default_provider().install_default();
        }
        let guard = Guard::new(Allowed::parse(&options.allow)?, lookup);
        let client = reqwest::Client::builder()
            .user_agent(concat!("headwater/", env!("CARGO_PKG_VERSION")))
            .redirect(reqwest::redirect::Policy::none())
            .no_proxy()
            .referer(false)
            .connect_timeout(options.timeout)
            .timeout(options.timeout)
            .pool_idle_timeout(Duration::from_secs(30))
            .dns_resolver(guard.clone())
            .build()?;
        Ok(Self { client, guard, timeout: options.timeout })
    }

    /// Makes a request and reads the answer, whatever its status.
    pub(crate) async fn post(&self, post: &HttpPost, now: Timestamp) -> Result<Answer, Failure> {
        let url: Url = post.url.expose().parse().map_err(|_| not_an_address())?;
        if !matches!(url.scheme(), "http" | "https") {
            return Err(not_an_address());
        }
        // A literal address is not resolved, so it is looked at here; the parser already turned every way to write
        // one (decimal, octal, hexadecimal) into the usual one.
        let host = url.host_str().unwrap_or_default();
        if let Ok(address) = host.trim_matches(['[', ']']).parse() {
            self.guard.check(host, address).map_err(|refused| Failure::minute(refused.to_string()))?;
        }
        let mut request = self.client.post(url).body(post.body.clone());
        for (name, value) in &post.headers {
            request = request.header(*name, value);
        }
        let mut answer = request.send().await.map_err(failure)?;
        let header = |headers: &HeaderMap, name: &str| {
            headers.get(name).and_then(|value| value.to_str().ok()).map(ToOwned::to_owned)
        };
        let (status, headers) = (answer.status().as_u16(), answer.headers());
        let retry_after = header(headers, "retry-after").and_then(|text| retry_after(&text, now));
        let location = header(headers, "location");
        let mut body = Vec::new();
        while let Some(chunk) = answer.chunk().await.map_err(failure)? {
            body.extend_from_slice(&chunk[..chunk.len().min(MOST_ANSWER - body.len())]);
            if body.len() == MOST_ANSWER {
                break;
            }
        }
        let body = String::from_utf8_lossy(&body).into_owned();
        Ok(Answer { status, retry_after, location, body })
    }

    /// Hands a mail over.
    pub(crate) async fn mail(&self, post: &MailPost) -> Result<Answer, Failure> {
        smtp::send(post, &self.guard, self.timeout * 3).await
    }
}

fn not_an_address() -> Failure {
    Failure::never("its address is no web address; write it as https://hooks.example/path")
}

/// What a request that got no answer means. The address is not repeated, since it may be a secret.
fn failure(error: reqwest::Error) -> Failure {
    let error = error.without_url();
    if let Some(refused) = refusal(&error) {
        return Failure::minute(refused.to_string());
    }
    let what = if error.is_timeout() {
        "no answer in time".to_owned()
    } else if error.is_builder() {
        return Failure::never(format!("the request cannot be made: {}", causes(&error)));
    } else {
        format!("no answer: {}", causes(&error))
    };
    Failure { error: what, then: Then::Again { after: None } }
}

/// An error with its causes, in one line.
pub(crate) fn causes(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut next = error.source();
    while let Some(cause) = next {
        let cause_text = cause.to_string();
        if !text.contains(&cause_text) {
            text = format!("{text}: {cause_text}");
        }
        next = cause.source();
    }
    text
}

/// The longest that an answer can make a channel wait, in milliseconds.
const MOST_WAIT: u64 = 3_600_000;

/// How long a `Retry-After` says to wait, from a number of seconds or a date; at least a second, at most an hour.
fn retry_after(text: &str, now: Timestamp) -> Option<Millis> {
    let millis = match text.trim().parse::<f64>() {
        Ok(seconds) if seconds.is_finite() => (seconds * 1_000.0) as u64,
        Ok(_) => return None,
        Err(_) => {
            let at = jiff::fmt::rfc2822::DateTimeParser::new().parse_timestamp(text.trim()).ok()?;
            Timestamp::from_micros(at.as_microsecond()).since(now).0
        }
    };
    Some(Millis(millis.clamp(1_000, MOST_WAIT)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_are_read_and_capped() {
        let now = "2026-11-28T12:00:00Z".parse().unwrap();
        for (text, millis) in [
            ("30", Some(30_000)),
            (" 1.5 ", Some(1_500)),
            ("0", Some(1_000)),
            ("-5", Some(1_000)),
            ("86400", Some(3_600_000)),
            ("1e300", Some(3_600_000)),
            ("Sat, 28 Nov 2026 12:02:00 GMT", Some(120_000)),
            ("Sat, 28 Nov 2026 11:00:00 GMT", Some(1_000)),
            ("Mon, 30 Nov 2026 12:00:00 GMT", Some(3_600_000)),
            ("NaN", None),
            ("soon", None),
            ("", None),
        ] {
            assert_eq!(retry_after(text, now), millis.map(Millis), "{text}");
        }
    }
}

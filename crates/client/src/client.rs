//! The client and how it is set up.

use std::{sync::Arc, time::Duration};

use headwater_api::DEFAULT_DEPLOYMENT;
use reqwest::{Method, Url, header::HeaderValue};

use crate::{ClientError, call::Call};

/// How long a call is tried again before it counts as failed.
#[derive(Clone, Copy, Debug)]
pub struct Patience {
    /// While nobody answers at the address.
    pub unreachable: Duration,
    /// While a server answers that it cannot do it now: a new leader takes over, the database is away.
    pub busy: Duration,
}

impl Default for Patience {
    /// One second, and 15 seconds: longer than a hand-over takes.
    fn default() -> Self {
        Self { unreachable: Duration::from_secs(1), busy: Duration::from_secs(15) }
    }
}

/// A client of one server and one deployment; cheap to clone.
#[derive(Clone, Debug)]
pub struct Client {
    pub(crate) inner: Arc<Inner>,
}

#[derive(Clone, Debug)]
pub(crate) struct Inner {
    pub(crate) http: reqwest::Client,
    base: Url,
    pub(crate) token: Option<HeaderValue>,
    deployment: String,
    pub(crate) patience: Patience,
}

impl Client {
    /// A client of the server at an address such as `http://127.0.0.1:4000`, for the default deployment.
    ///
    /// # Errors
    /// [`ClientError::Address`] where the address is not one, or the token has characters that no token has.
    pub fn new(base_url: &str, token: Option<String>) -> Result<Self, ClientError> {
        let base = parse_base(base_url)?;
        let token = token.map(|token| bearer(&token, base_url)).transpose()?;
        let http = http_client(&base).map_err(|error| ClientError::Address {
            address: base_url.to_owned(),
            reason: crate::error::root_cause(&error),
        })?;
        let deployment = DEFAULT_DEPLOYMENT.to_owned();
        Ok(Self { inner: Arc::new(Inner { http, base, token, deployment, patience: Patience::default() }) })
    }

    /// The same client for another deployment.
    #[must_use]
    pub fn deployment(&self, name: &str) -> Self {
        Self { inner: Arc::new(Inner { deployment: name.to_owned(), ..Inner::clone(&self.inner) }) }
    }

    /// The same client with another patience.
    #[must_use]
    pub fn patience(&self, patience: Patience) -> Self {
        Self { inner: Arc::new(Inner { patience, ..Inner::clone(&self.inner) }) }
    }

    /// The server's address, without a slash at its end.
    pub fn base_url(&self) -> &str {
        self.inner.base.as_str().trim_end_matches('/')
    }

    /// The name of the deployment.
    pub fn deployment_name(&self) -> &str {
        &self.inner.deployment
    }

    /// A call of a route by its path from the root.
    pub(crate) fn call(&self, method: Method, path: &str) -> Call {
        let mut url = self.inner.base.clone();
        let prefix = url.path().trim_end_matches('/').to_owned();
        url.set_path(&format!("{prefix}{path}"));
        Call::new(Arc::clone(&self.inner), method, url)
    }

    /// A call of a route of the deployment; segments are encoded here.
    pub(crate) fn here(&self, method: Method, segments: &[&str]) -> Call {
        let mut path = format!("{}/deployments/{}", headwater_api::ROOT, encode(&self.inner.deployment));
        for segment in segments {
            path.push('/');
            path.push_str(&encode(segment));
        }
        self.call(method, &path)
    }
}

fn parse_base(text: &str) -> Result<Url, ClientError> {
    let refuse = |reason: &str| ClientError::Address { address: text.to_owned(), reason: reason.to_owned() };
    let url: Url = text.parse().map_err(|_| refuse("write it as http://127.0.0.1:4000"))?;
    match url.scheme() {
        "http" | "https" if url.has_host() => Ok(url),
        _ => Err(refuse("it starts with http:// or https://")),
    }
}

fn bearer(token: &str, address: &str) -> Result<HeaderValue, ClientError> {
    let mut value = HeaderValue::from_str(&format!("Bearer {}", token.trim())).map_err(|_| ClientError::Address {
        address: address.to_owned(),
        reason: "its token has characters that no token has".to_owned(),
    })?;
    value.set_sensitive(true);
    Ok(value)
}

fn http_client(base: &Url) -> Result<reqwest::Client, reqwest::Error> {
    // The HTTP library wants a provider even for a plain connection. A binary installs its own first; a second
    // installation changes nothing, so the result says nothing.
    if rustls::crypto::CryptoProvider::get_default().is_none() {
        let _ = rustls::crypto::ring::default_provider().install_default();
    }
    let mut builder = reqwest::Client::builder()
        .user_agent(concat!("headwater/", env!("CARGO_PKG_VERSION")))
        .redirect(reqwest::redirect::Policy::none())
        .connect_timeout(Duration::from_secs(5))
        .tcp_nodelay(true);
    if base.scheme() == "http" {
        // A plain connection needs no certificates; reading those of the system costs milliseconds.
        builder = builder.tls_certs_only([]).http1_only();
    }
    if is_loopback(base) {
        builder = builder.no_proxy();
    }
    builder.build()
}

fn is_loopback(url: &Url) -> bool {
    let host = url.host_str().unwrap_or_default().trim_matches(['[', ']']);
    host == "localhost" || host.parse::<std::net::IpAddr>().is_ok_and(|address| address.is_loopback())
}

/// One segment of a path: everything but unreserved characters is percent-encoded, `/` of an asset key included.
pub(crate) fn encode(segment: &str) -> String {
    let mut out = String::with_capacity(segment.len());
    for byte in segment.bytes() {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'_' | b'~' => out.push(char::from(byte)),
            // A lone dot segment would be folded away on the way.
            b'.' if segment != "." && segment != ".." => out.push('.'),
            _ => out.push_str(&format!("%{byte:02X}")),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn segments_are_encoded_once() {
        let client = Client::new("http://localhost:1/pre/", None).unwrap();
        let url = client.here(Method::GET, &["assets", "shop/été %2f", "..x"]).url().clone();
        assert_eq!(
            url.as_str(),
            "http://localhost:1/pre/api/v1/deployments/default/assets/shop%2F%C3%A9t%C3%A9%20%252f/..x",
        );
    }

    #[test]
    fn addresses_that_are_refused() {
        for text in ["", "localhost:4000", "ftp://x", "http://"] {
            assert!(matches!(Client::new(text, None), Err(ClientError::Address { .. })), "{text}");
        }
        assert!(Client::new("http://[::1]:4000", Some("bad\ntoken".into())).is_err());
    }
}

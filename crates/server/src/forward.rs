//! Passing requests on to the leader.

use std::{sync::OnceLock, time::Duration};

use axum::{
    body::{Body, to_bytes},
    extract::Request,
    response::Response,
};
use headwater_api::{ErrorCode, FORWARDED_BY};
use http::{
    HeaderMap, HeaderName, HeaderValue,
    header::{ACCEPT, AUTHORIZATION, CONTENT_TYPE, RETRY_AFTER},
};

use crate::problem::Refused;

/// The largest body that any of these routes takes.
const MAX_BODY: usize = 64 * 1024 * 1024;
/// Longer than a long poll is held.
const TIMEOUT: Duration = Duration::from_secs(90);

/// The client side of a server that does not lead.
#[derive(Default)]
pub(crate) struct Forwarder {
    http: OnceLock<Option<reqwest::Client>>,
}

impl Forwarder {
    /// Sends a request to the leader and gives its answer. The caller's own token goes along, so the leader decides
    /// anew what they may do.
    pub(crate) async fn pass_on(&self, leader: &str, request: Request) -> Result<Response, Refused> {
        let unreachable = |error: String| {
            Refused::new(ErrorCode::NotLeading, format!("the leader at {leader} does not answer: {error}"))
                .hint("a new leader takes over within seconds; try again")
        };
        let http = self.http.get_or_init(client).as_ref();
        let http = http.ok_or_else(|| Refused::new(ErrorCode::Internal, "no HTTP client could be set up"))?;
        let (parts, body) = request.into_parts();
        let target = parts.uri.path_and_query().map_or("/", |all| all.as_str());
        let url = format!("{}{target}", leader.trim_end_matches('/'));
        let bytes = to_bytes(body, MAX_BODY).await.map_err(|_| {
            Refused::new(ErrorCode::TooLarge, "the body is larger than this route takes, or was cut off")
        })?;
        let answer = http.request(parts.method, url).headers(kept(&parts.headers)).body(bytes).send().await;
        let answer = answer.map_err(|error| unreachable(error.without_url().to_string()))?;
        let mut response = Response::new(Body::empty());
        *response.status_mut() = answer.status();
        for name in [CONTENT_TYPE, RETRY_AFTER] {
            if let Some(value) = answer.headers().get(&name) {
                response.headers_mut().insert(name, value.clone());
            }
        }
        *response.body_mut() = Body::from_stream(answer.bytes_stream());
        Ok(response)
    }
}

/// What of a request's headers the leader has to know.
fn kept(headers: &HeaderMap) -> HeaderMap {
    let key = HeaderName::from_static(headwater_api::IDEMPOTENCY_KEY);
    let mut kept: HeaderMap = [AUTHORIZATION, CONTENT_TYPE, ACCEPT, key]
        .into_iter()
        .filter_map(|name| headers.get(&name).map(|value| (name, value.clone())))
        .collect();
    kept.insert(HeaderName::from_static(FORWARDED_BY), HeaderValue::from_static("server"));
    kept
}

fn client() -> Option<reqwest::Client> {
    if rustls::crypto::CryptoProvider::get_default().is_none() {
        // Whoever installed one in between is just as good.
        let _ = rustls::crypto::ring::default_provider().install_default();
    }
    let builder = reqwest::Client::builder()
        .no_proxy()
        .redirect(reqwest::redirect::Policy::none())
        .connect_timeout(Duration::from_secs(2))
        .timeout(TIMEOUT);
    builder.build().inspect_err(|error| tracing::error!(%error, "no HTTP client could be set up")).ok()
}

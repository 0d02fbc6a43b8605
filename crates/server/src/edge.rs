//! What every request passes before it is routed, and every answer on its way out.

use std::time::Instant;

use axum::{
    extract::{MatchedPath, Request, State},
    middleware::Next,
    response::{IntoResponse, Response},
};
use headwater_api::ErrorCode;
use http::{
    HeaderMap, HeaderName, HeaderValue, Method, Uri,
    header::{
        CACHE_CONTROL, CONTENT_SECURITY_POLICY, HOST, ORIGIN, REFERRER_POLICY, X_CONTENT_TYPE_OPTIONS, X_FRAME_OPTIONS,
    },
};

use crate::{app::App, problem::Refused};

/// The longest address in bytes.
const MAX_URI: usize = 8 * 1024;
const POLICY: &str = "default-src 'self'; img-src 'self' data:; object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'";

pub(crate) async fn edge(State(app): State<App>, request: Request, next: Next) -> Response {
    let start = Instant::now();
    let method = request.method().clone();
    let (mut response, route) = match admit(&app, request.method(), request.uri(), request.headers()) {
        Ok(()) => pass(request, next).await,
        Err(refused) => (refused.into_response(), None),
    };
    protect(response.headers_mut());
    let route = route.as_ref().map_or("none", |path| path.as_str());
    app.metrics.answered(&method, route, response.status().as_u16(), start.elapsed());
    response
}

/// Runs the rest; the matched route is known to the layers inside only, which leave it in the answer.
async fn pass(request: Request, next: Next) -> (Response, Option<MatchedPath>) {
    let mut response = next.run(request).await;
    let route = response.extensions_mut().remove::<MatchedPath>();
    (response, route)
}

fn admit(app: &App, method: &Method, uri: &Uri, headers: &HeaderMap) -> Result<(), Refused> {
    let length = uri.path_and_query().map_or(0, |all| all.as_str().len());
    if length > MAX_URI {
        let message = format!("the address has {length} bytes; at most {MAX_URI} are taken");
        return Err(Refused::new(ErrorCode::UriTooLong, message));
    }
    // With tokens, a page of another site can do nothing: browsers do not add a bearer token on their own.
    if app.tokens.is_empty() {
        known_host(app, headers)?;
    }
    if !method.is_safe() {
        same_site(headers)?;
    }
    Ok(())
}

/// A page that had its own name point to this address (DNS rebinding) still sends its own name.
fn known_host(app: &App, headers: &HeaderMap) -> Result<(), Refused> {
    let Some(host) = headers.get(HOST) else {
        return Ok(());
    };
    let name = host.to_str().map(host_name).unwrap_or_default();
    let loopback = name.eq_ignore_ascii_case("localhost")
        || name.parse::<std::net::IpAddr>().is_ok_and(|address| address.is_loopback());
    if loopback || app.options.allowed_hosts.iter().any(|allowed| allowed.eq_ignore_ascii_case(name)) {
        return Ok(());
    }
    let message = format!("this server does not answer as `{}`", name.escape_debug());
    Err(Refused::new(ErrorCode::UnknownHost, message).hint("use 127.0.0.1 or localhost, or allow the name"))
}

/// A host without its port and without the brackets of an IPv6 address.
fn host_name(host: &str) -> &str {
    match host.strip_prefix('[') {
        Some(rest) => rest.split(']').next().unwrap_or_default(),
        None => host.rsplit_once(':').map_or(host, |(name, _)| name),
    }
}

fn same_site(headers: &HeaderMap) -> Result<(), Refused> {
    let refuse = || Refused::new(ErrorCode::CrossSite, "the request comes from a page of another site");
    let site = HeaderName::from_static("sec-fetch-site");
    if headers.get(site).is_some_and(|site| site != "same-origin" && site != "none") {
        return Err(refuse());
    }
    let Some(origin) = headers.get(ORIGIN) else {
        return Ok(());
    };
    let origin = origin.to_str().ok().and_then(|origin| origin.split_once("://")).map(|(_, host)| host);
    let host = headers.get(HOST).and_then(|host| host.to_str().ok());
    if origin.is_some() && origin == host { Ok(()) } else { Err(refuse()) }
}

fn protect(headers: &mut HeaderMap) {
    let fixed = [
        (CONTENT_SECURITY_POLICY, POLICY),
        (X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (X_FRAME_OPTIONS, "DENY"),
        (REFERRER_POLICY, "no-referrer"),
        (HeaderName::from_static("cross-origin-resource-policy"), "same-origin"),
    ];
    for (name, value) in fixed {
        headers.insert(name, HeaderValue::from_static(value));
    }
    headers.entry(CACHE_CONTROL).or_insert(HeaderValue::from_static("no-store"));
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(pairs: &[(&'static str, &str)]) -> HeaderMap {
        pairs.iter().map(|(name, value)| (HeaderName::from_static(name), value.parse().unwrap())).collect()
    }

    #[test]
    fn requests_of_other_sites_are_refused() {
        let host = ("host", "127.0.0.1:4000");
        for (pairs, passes) in [
            (vec![host], true),
            (vec![host, ("origin", "http://127.0.0.1:4000")], true),
            (vec![host, ("origin", "http://127.0.0.1:4001")], false),
            (vec![host, ("origin", "https://evil.example")], false),
            (vec![host, ("origin", "null")], false),
            (vec![("origin", "http://127.0.0.1:4000")], false),
            (vec![host, ("sec-fetch-site", "cross-site")], false),
            (vec![host, ("sec-fetch-site", "same-site")], false),
            (vec![host, ("sec-fetch-site", "same-origin")], true),
            (vec![host, ("sec-fetch-site", "none")], true),
        ] {
            assert_eq!(same_site(&headers(&pairs)).is_ok(), passes, "{pairs:?}");
        }
    }

    #[test]
    fn hosts_lose_their_port() {
        for (host, name) in
            [("localhost:1", "localhost"), ("[::1]:1", "::1"), ("a.b", "a.b"), ("[::1]", "::1"), ("", "")]
        {
            assert_eq!(host_name(host), name);
        }
    }
}

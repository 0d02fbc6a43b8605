//! The bundle of the UI, as it was built into this binary.
//!
//! Files beside which a compressed one lies are sent compressed; names under `static/` change with their content, so
//! that browsers keep them for good. Every other address that a browser asks for is a screen of the UI, which finds
//! its way by itself.

use axum::{
    body::Body,
    extract::Request,
    response::{Html, IntoResponse, Response},
};
use http::{
    HeaderMap, HeaderValue, Method, StatusCode,
    header::{ACCEPT, ACCEPT_ENCODING, CACHE_CONTROL, CONTENT_ENCODING, CONTENT_TYPE, ETAG, IF_NONE_MATCH, VARY},
};
use rust_embed::{EmbeddedFile, RustEmbed};

#[derive(RustEmbed)]
#[folder = "../../web/dist"]
#[exclude = "*.map"]
#[exclude = ".vite/*"]
#[allow_missing = true]
struct Bundle;

const INDEX: &str = "index.html";
const FOR_GOOD: &str = "public, max-age=31536000, immutable";
const ASK_AGAIN: &str = "no-cache";

/// A file of the UI, or the page for a screen of it; none where the address is not the UI's.
pub(crate) fn answer(request: &Request) -> Option<Response> {
    if request.method() != Method::GET && request.method() != Method::HEAD {
        return None;
    }
    let path = request.uri().path().trim_start_matches('/');
    if let Some(response) = file(path, request.headers()) {
        return Some(response);
    }
    let reserved = ["api/", "static/", "errors/"].iter().any(|prefix| path.starts_with(prefix));
    let wants_page = request.headers().get(ACCEPT).and_then(|accept| accept.to_str().ok());
    let wants_page = wants_page.is_some_and(|accept| accept.contains("text/html"));
    (!reserved && wants_page).then(|| index(request.headers()))
}

/// The page of the UI.
pub(crate) fn index(headers: &HeaderMap) -> Response {
    file(INDEX, headers).unwrap_or_else(without_ui)
}

fn file(path: &str, headers: &HeaderMap) -> Option<Response> {
    let kind = content_type(path)?;
    let plain = Bundle::get(path)?;
    let tag = HeaderValue::from_str(&format!("\"{}\"", short(&plain))).ok()?;
    let cache = if path.starts_with("static/") { FOR_GOOD } else { ASK_AGAIN };
    let mut response = if headers.get(IF_NONE_MATCH) == Some(&tag) {
        StatusCode::NOT_MODIFIED.into_response()
    } else {
        let (body, encoding) = encoded(path, plain, headers);
        let mut response = Response::new(Body::from(body.data.into_owned()));
        if let Some(encoding) = encoding {
            response.headers_mut().insert(CONTENT_ENCODING, HeaderValue::from_static(encoding));
        }
        response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static(kind));
        response
    };
    let fields = [(ETAG, tag), (CACHE_CONTROL, HeaderValue::from_static(cache))];
    response.headers_mut().extend(fields);
    response.headers_mut().insert(VARY, HeaderValue::from_static("accept-encoding"));
    Some(response)
}

/// The smallest form that the browser takes.
fn encoded(path: &str, plain: EmbeddedFile, headers: &HeaderMap) -> (EmbeddedFile, Option<&'static str>) {
    let accepted = headers.get(ACCEPT_ENCODING).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let takes = |name: &str| {
        accepted.split(',').any(|part| {
            let (coding, quality) = part.split_once(';').unwrap_or((part, ""));
            coding.trim().eq_ignore_ascii_case(name) && quality.replace(' ', "") != "q=0"
        })
    };
    for (coding, ending) in [("br", "br"), ("gzip", "gz")] {
        if takes(coding)
            && let Some(smaller) = Bundle::get(&format!("{path}.{ending}"))
        {
            return (smaller, Some(coding));
        }
    }
    (plain, None)
}

fn short(file: &EmbeddedFile) -> String {
    file.metadata.sha256_hash().iter().take(12).map(|byte| format!("{byte:02x}")).collect()
}

/// The types of files that a bundle has; others are not served.
fn content_type(path: &str) -> Option<&'static str> {
    Some(match path.rsplit_once('.')?.1 {
        "html" => "text/html; charset=utf-8",
        "js" => "text/javascript; charset=utf-8",
        "css" => "text/css; charset=utf-8",
        "svg" => "image/svg+xml",
        "png" => "image/png",
        "ico" => "image/x-icon",
        "woff2" => "font/woff2",
        "json" | "webmanifest" => "application/json",
        "txt" => "text/plain; charset=utf-8",
        _ => return None,
    })
}

/// A binary that was built without the bundle says so, and what to do.
fn without_ui() -> Response {
    let version = env!("CARGO_PKG_VERSION");
    Html(format!(
        "<!doctype html><html lang=en><meta charset=utf-8><title>Headwater</title>\
         <h1>Headwater is running, without its UI</h1>\
         <p>Version {version} was built without the bundle of the UI, which needs Node 20 or later with npm. \
         In the project's folder, <code>./just demo</code> builds both; <code>./just ui</code> builds the bundle \
         alone, after which the binary must be built again.</p>\
         <ul><li><a href=/openapi.json>The API</a> (OpenAPI 3.1)</li>\
         <li><a href=/api/v1/status>Status</a></li><li><a href=/metrics>Metrics</a></li></ul></html>"
    ))
    .into_response()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn get(path: &str, headers: &[(http::HeaderName, &str)]) -> Option<Response> {
        let mut request = Request::builder().uri(path);
        for (name, value) in headers {
            request = request.header(name, *value);
        }
        answer(&request.body(Body::empty()).unwrap())
    }

    #[test]
    fn screens_are_pages_and_the_api_is_not() {
        let html = [(ACCEPT, "text/html,application/xhtml+xml")];
        for screen in ["/runs", "/assets/raw/orders", "/lineage?select=group%3Araw"] {
            let page = get(screen, &html).unwrap();
            assert_eq!(page.headers()[CONTENT_TYPE], "text/html; charset=utf-8", "{screen}");
            assert!(get(screen, &[(ACCEPT, "application/json")]).is_none(), "{screen}");
        }
        for other in ["/api/v1/nothing", "/static/nothing.js", "/errors/nothing"] {
            assert!(get(other, &html).is_none(), "{other}");
        }
        assert!(get("/../Cargo.toml", &[]).is_none());
    }

    #[test]
    fn files_are_compressed_kept_and_asked_for_once() {
        let Some(name) = Bundle::iter().find(|name| name.starts_with("static/") && name.ends_with(".js")) else {
            // Without the bundle there is a page that says so.
            assert!(Bundle::get(INDEX).is_none());
            return;
        };
        let path = format!("/{name}");
        let plain = get(&path, &[]).unwrap();
        assert_eq!(plain.headers()[CACHE_CONTROL], FOR_GOOD);
        assert!(!plain.headers().contains_key(CONTENT_ENCODING));
        let small = get(&path, &[(ACCEPT_ENCODING, "gzip, br;q=0")]).unwrap();
        assert_eq!(small.headers()[CONTENT_ENCODING], "gzip");
        let small = get(&path, &[(ACCEPT_ENCODING, "gzip, deflate, br")]).unwrap();
        assert_eq!(small.headers()[CONTENT_ENCODING], "br");
        let tag = plain.headers()[ETAG].to_str().unwrap();
        assert_eq!(get(&path, &[(IF_NONE_MATCH, tag)]).unwrap().status(), StatusCode::NOT_MODIFIED);
        assert_eq!(get("/", &[(ACCEPT, "text/html")]).unwrap().headers()[CACHE_CONTROL], ASK_AGAIN);
    }
}

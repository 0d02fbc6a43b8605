//! The first page and the document.

use axum::response::{Html, IntoResponse, Response};
use http::{HeaderValue, header::CONTENT_TYPE};

/// A page that says that the server runs.
#[utoipa::path(get, path = "/", tag = "server", responses((status = 200, description = "A page", content_type = "text/html")))]
pub(super) async fn home() -> Html<String> {
    let version = env!("CARGO_PKG_VERSION");
    Html(format!(
        "<!doctype html><html lang=en><meta charset=utf-8><title>Headwater</title>\
         <h1>Headwater is running</h1><p>Version {version}.</p>\
         <ul><li><a href=/openapi.json>The API</a> (OpenAPI 3.1)</li>\
         <li><a href=/api/v1/status>Status</a></li><li><a href=/metrics>Metrics</a></li></ul></html>"
    ))
}

/// The API's OpenAPI document.
#[utoipa::path(get, path = "/openapi.json", tag = "server", responses((status = 200, description = "OpenAPI 3.1", body = Object)))]
pub(super) async fn openapi_json() -> Response {
    static DOCUMENT: std::sync::OnceLock<String> = std::sync::OnceLock::new();
    let document = DOCUMENT.get_or_init(crate::openapi).as_str();
    ([(CONTENT_TYPE, HeaderValue::from_static("application/json"))], document).into_response()
}

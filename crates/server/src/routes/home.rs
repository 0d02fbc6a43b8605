//! The first page and the document.

use axum::response::{IntoResponse, Response};
use http::{HeaderMap, HeaderValue, header::CONTENT_TYPE};

use crate::ui;

/// A page that says that the server runs.
#[utoipa::path(get, path = "/", tag = "server", responses((status = 200, description = "A page", content_type = "text/html")))]
pub(super) async fn home(headers: HeaderMap) -> Response {
    ui::index(&headers)
}

/// The API's OpenAPI document.
#[utoipa::path(get, path = "/openapi.json", tag = "server", responses((status = 200, description = "OpenAPI 3.1", body = Object)))]
pub(super) async fn openapi_json() -> Response {
    static DOCUMENT: std::sync::OnceLock<String> = std::sync::OnceLock::new();
    let document = DOCUMENT.get_or_init(crate::openapi).as_str();
    ([(CONTENT_TYPE, HeaderValue::from_static("application/json"))], document).into_response()
}

//! The pages of error codes (D20).

use axum::response::{Html, IntoResponse, Response};
use headwater_api::ErrorCode;

use crate::{extract::PathOf, problem::Refused};

/// What an error code means and what to do.
#[utoipa::path(
    get, path = "/errors/{code}", tag = "server",
    params(("code" = String, Path, description = "The code")),
    responses((status = 200, description = "A page", content_type = "text/html")),
)]
pub(super) async fn error_page(PathOf(code): PathOf<String>) -> Response {
    let Some(code) = ErrorCode::parse(&code) else {
        return Refused::missing("error code", code.escape_debug()).into_response();
    };
    // Codes and explanations are ours and hold no markup.
    Html(format!(
        "<!doctype html><html lang=en><meta charset=utf-8><title>{code}</title>\
         <h1>{code}</h1><p>HTTP status {}.</p><p>{}</p></html>",
        code.status(),
        code.explanation(),
    ))
    .into_response()
}

//! The HTTP server: routes, who may ask, the event stream, the log store, metrics.
//!
//! A request passes `edge` (is it from here), the router, `gate` (who asks, may they, does this server lead, is there
//! time) and its handler in `routes`. Handlers read from the store and put questions and commands to the leader
//! through its [`Control`]; no rule of the domain is decided here.

mod app;
mod auth;
mod config;
mod cursor;
mod edge;
mod extract;
mod forward;
mod gate;
mod hub;
mod ids;
mod logs;
mod metrics;
mod options;
mod part;
mod problem;
mod routes;
mod serve;
mod table;
#[cfg(test)]
mod tests;
mod ui;
mod views;

use std::{any::Any, sync::Arc};

use axum::{
    Router,
    extract::Request,
    middleware,
    response::{IntoResponse, Response},
};
use headwater_api::ErrorCode;
use headwater_scheduler::Control;
use headwater_store::Store;
use http::{Extensions, HeaderMap, StatusCode, Version, header::CONTENT_TYPE};
use object_store::ObjectStore;
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;
use tower_http::{
    CompressionLevel,
    catch_panic::CatchPanicLayer,
    compression::{
        CompressionLayer,
        predicate::{Predicate, SizeAbove},
    },
};
use utoipa::openapi::{RefOr, Response as DocumentedResponse, path::Operation};

pub use config::config_findings;
pub use options::{ServerOptions, SetupError, TokenEntry};

use crate::{app::App, problem::Refused};

/// From how many bytes on an answer is compressed.
const WORTH_COMPRESSING: u64 = 16 * 1024;

/// Serves the API on a listener until the token is cancelled, and ends within the options' drain time after that.
///
/// # Errors
/// [`SetupError`] where the options do not allow the listener's address, or the socket does not work.
pub async fn serve(
    options: ServerOptions,
    store: Arc<dyn Store>,
    control: Control,
    logs: Arc<dyn ObjectStore>,
    listener: TcpListener,
    shutdown: CancellationToken,
) -> Result<(), SetupError> {
    options.check(listener.local_addr()?)?;
    let drain = options.drain;
    let router = router(options, store, control, logs, shutdown.clone())?;
    serve::serve(listener, router, shutdown, drain).await;
    Ok(())
}

/// The routes as a service, for those who bring their own connections. It needs a running tokio runtime.
///
/// # Errors
/// [`SetupError::Token`] for a token entry that is not one.
pub fn router(
    options: ServerOptions,
    store: Arc<dyn Store>,
    control: Control,
    logs: Arc<dyn ObjectStore>,
    shutdown: CancellationToken,
) -> Result<Router, SetupError> {
    let app = App::new(options, store, control, logs, shutdown)?;
    let (routes, _, _) = routes::table(Some(app.clone())).finish();
    Ok(routes
        .fallback(unknown_route)
        .method_not_allowed_fallback(unknown_method)
        .layer(compression())
        .layer(CatchPanicLayer::custom(panicked))
        .layer(middleware::from_fn_with_state(app.clone(), edge::edge))
        .with_state(app))
}

/// Large answers of the API leave compressed, for who takes that: the graph of ten thousand assets has 2.6 MB. Files of
/// the UI are compressed already, and streams must not wait in a buffer.
fn compression() -> CompressionLayer<impl Predicate> {
    let is_json = |_: StatusCode, _: Version, headers: &HeaderMap, _: &Extensions| {
        headers.get(CONTENT_TYPE).is_some_and(|kind| kind.as_bytes().starts_with(b"application/json"))
    };
    let when = SizeAbove::new(WORTH_COMPRESSING).and(is_json);
    CompressionLayer::new().quality(CompressionLevel::Fastest).compress_when(when)
}

/// What no route takes may be a screen of the UI.
async fn unknown_route(request: Request) -> Response {
    if let Some(page) = ui::answer(&request) {
        return page;
    }
    let path: String = request.uri().path().chars().take(200).collect();
    Refused::new(ErrorCode::UnknownRoute, format!("there is no route `{path}`"))
        .hint("routes are listed in /openapi.json")
        .into_response()
}

async fn unknown_method(request: Request) -> Refused {
    Refused::new(ErrorCode::MethodNotAllowed, format!("this route does not take {}", request.method()))
}

#[expect(clippy::needless_pass_by_value, reason = "the layer hands it over")]
fn panicked(panic: Box<dyn Any + Send + 'static>) -> Response {
    let what = panic.downcast_ref::<&str>().map(ToString::to_string);
    let what = what.or_else(|| panic.downcast_ref::<String>().cloned()).unwrap_or_default();
    tracing::error!(what, "a handler panicked");
    Refused::new(ErrorCode::Internal, "the server met something that it did not expect").into_response()
}

/// The OpenAPI 3.1 document as pretty JSON, with a line break at its end.
pub fn openapi() -> String {
    let (_, mut document, _) = routes::table(None).finish();
    document.info.version = env!("CARGO_PKG_VERSION").to_owned();
    for item in document.paths.paths.values_mut() {
        let operations = [&mut item.get, &mut item.put, &mut item.post, &mut item.delete];
        operations.into_iter().flatten().for_each(add_problem);
    }
    // The document is made of maps, lists and text only.
    let mut text = document.to_pretty_json().unwrap_or_default();
    text.push('\n');
    text
}

/// Every route may refuse.
fn add_problem(operation: &mut Operation) {
    let content =
        utoipa::openapi::ContentBuilder::new().schema(Some(utoipa::openapi::Ref::from_schema_name("Problem"))).build();
    let response: DocumentedResponse = utoipa::openapi::ResponseBuilder::new()
        .description("Why the request was refused")
        .content("application/json", content)
        .build();
    operation.responses.responses.insert("default".to_owned(), RefOr::T(response));
}

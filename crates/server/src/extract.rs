//! What handlers take: the same refusals for every route that is asked wrongly.

use axum::{
    extract::{
        FromRequest, FromRequestParts, Path, Query, RawPathParams, Request,
        rejection::{BytesRejection, PathRejection, QueryRejection},
    },
    http::{HeaderMap, header::CONTENT_TYPE, request::Parts},
};
use bytes::Bytes;
use headwater_api::{ErrorCode, IDEMPOTENCY_KEY, Place, Principal, Problem};
use headwater_core::{command::Command, record::DeploymentRecord};
use serde::de::DeserializeOwned;

use crate::{app::App, problem::Refused};

/// The parameters of a path.
pub(crate) struct PathOf<T>(pub(crate) T);

impl<S: Send + Sync, T: DeserializeOwned + Send> FromRequestParts<S> for PathOf<T> {
    type Rejection = Refused;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Refused> {
        let Path(value) = Path::<T>::from_request_parts(parts, state).await.map_err(|error: PathRejection| {
            Refused::new(ErrorCode::InvalidParameter, format!("the address is not understood: {}", error.body_text()))
        })?;
        Ok(Self(value))
    }
}

/// The fields of a query. Unknown and repeated ones are refused.
pub(crate) struct QueryOf<T>(pub(crate) T);

impl<S: Send + Sync, T: DeserializeOwned + Send> FromRequestParts<S> for QueryOf<T> {
    type Rejection = Refused;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Refused> {
        let Query(value) = Query::<T>::from_request_parts(parts, state).await.map_err(|error: QueryRejection| {
            Refused::new(ErrorCode::InvalidParameter, format!("the query is not understood: {}", error.body_text()))
        })?;
        Ok(Self(value))
    }
}

/// A body of JSON.
pub(crate) struct JsonBody<T>(pub(crate) T);

impl<S: Send + Sync, T: DeserializeOwned> FromRequest<S> for JsonBody<T> {
    type Rejection = Refused;

    async fn from_request(request: Request, state: &S) -> Result<Self, Refused> {
        let bytes = json_bytes(request, state).await?;
        serde_json::from_slice(&bytes).map(Self).map_err(|error| malformed(&error).into())
    }
}

/// The bytes of a body that says that it is JSON.
pub(crate) struct JsonBytes(pub(crate) Bytes);

impl<S: Send + Sync> FromRequest<S> for JsonBytes {
    type Rejection = Refused;

    async fn from_request(request: Request, state: &S) -> Result<Self, Refused> {
        json_bytes(request, state).await.map(Self)
    }
}

async fn json_bytes<S: Send + Sync>(request: Request, state: &S) -> Result<Bytes, Refused> {
    // A form of another site can send text, but not this content type.
    let kind = request.headers().get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let kind = kind.split(';').next().unwrap_or_default().trim();
    if !kind.eq_ignore_ascii_case("application/json") {
        let message = format!("the body is `{}`; this route takes application/json", kind.escape_debug());
        return Err(Refused::new(ErrorCode::UnsupportedMediaType, message));
    }
    Bytes::from_request(request, state).await.map_err(body_refused)
}

/// Says why a body could not be read.
pub(crate) fn body_refused(error: BytesRejection) -> Refused {
    match error.status().as_u16() {
        413 => Refused::new(ErrorCode::TooLarge, "the body is larger than this route takes"),
        _ => Refused::new(ErrorCode::MalformedBody, format!("the body could not be read: {}", error.body_text())),
    }
}

fn malformed(error: &serde_json::Error) -> Problem {
    Problem {
        place: Some(Place { line: error.line().max(1), column: error.column().max(1) }),
        ..Problem::new(ErrorCode::MalformedBody, format!("the body is not what this route takes: {error}"))
    }
}

/// The deployment that a route is about.
pub(crate) struct Here(pub(crate) DeploymentRecord);

impl FromRequestParts<App> for Here {
    type Rejection = Refused;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Refused> {
        let params = RawPathParams::from_request_parts(parts, app).await.map_err(|error| {
            Refused::new(ErrorCode::InvalidParameter, format!("the address is not understood: {error}"))
        })?;
        let name = params.iter().find(|(name, _)| *name == "deployment").map_or("", |(_, value)| value);
        app.views.deployment(&*app.store, name).await?.map(Self).ok_or_else(|| Refused::missing("deployment", name))
    }
}

/// Who asks, and under which idempotency key.
pub(crate) struct Caller {
    pub(crate) principal: Principal,
    key: Option<String>,
}

/// The longest idempotency key in bytes.
const MAX_KEY: usize = 255;

impl<S: Send + Sync> FromRequestParts<S> for Caller {
    type Rejection = Refused;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Refused> {
        let principal = parts.extensions.get::<Principal>().cloned();
        let principal = principal.ok_or_else(|| Refused::new(ErrorCode::Unauthorized, "nobody is known to ask"))?;
        Ok(Self { principal, key: idempotency_key(&parts.headers)? })
    }
}

fn idempotency_key(headers: &HeaderMap) -> Result<Option<String>, Refused> {
    let Some(value) = headers.get(IDEMPOTENCY_KEY) else {
        return Ok(None);
    };
    let text = value.to_str().ok().filter(|text| !text.is_empty() && text.len() <= MAX_KEY);
    let refuse = || {
        let message = format!("an idempotency key has 1 to {MAX_KEY} printable ASCII characters");
        Refused::new(ErrorCode::InvalidParameter, message)
    };
    text.map(|text| Some(text.to_owned())).ok_or_else(refuse)
}

impl Caller {
    /// A command as the leader takes it.
    pub(crate) fn request(self, here: &Here, command: Command) -> headwater_core::command::Request {
        headwater_core::command::Request {
            deployment: here.0.id,
            principal: self.principal.name,
            key: self.key,
            command,
        }
    }
}

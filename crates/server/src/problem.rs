//! Refusals on their way out.

use axum::{
    Json,
    response::{IntoResponse, Response},
};
use headwater_api::{ErrorCode, Problem};
use headwater_core::command::{Refusal, RefusalCode};
use headwater_scheduler::ControlError;
use headwater_store::StoreError;
use http::{
    HeaderValue, StatusCode,
    header::{RETRY_AFTER, WWW_AUTHENTICATE},
};

/// What a handler gives.
pub(crate) type Reply<T> = Result<Json<T>, Refused>;

/// A problem that ends a request.
#[derive(Debug)]
pub(crate) struct Refused(pub(crate) Box<Problem>);

impl Refused {
    pub(crate) fn new(code: ErrorCode, message: impl Into<String>) -> Self {
        Self(Box::new(Problem::new(code, message)))
    }

    pub(crate) fn hint(self, hint: impl Into<String>) -> Self {
        Self(Box::new(self.0.hint(hint)))
    }

    /// Nothing has that name.
    pub(crate) fn missing(what: &str, name: impl std::fmt::Display) -> Self {
        Self::new(ErrorCode::NotFound, format!("there is no {what} `{name}`"))
    }
}

impl From<Problem> for Refused {
    fn from(problem: Problem) -> Self {
        Self(Box::new(problem))
    }
}

impl From<StoreError> for Refused {
    fn from(error: StoreError) -> Self {
        let code = match error {
            StoreError::Unavailable(_) | StoreError::Schema(_) | StoreError::Setup(_) => ErrorCode::StoreUnavailable,
            StoreError::Corrupt(_) => ErrorCode::Internal,
        };
        if code == ErrorCode::Internal {
            tracing::error!(%error, "a read found something unexpected in the store");
        }
        Self::new(code, error.to_string())
    }
}

impl From<ControlError> for Refused {
    fn from(error: ControlError) -> Self {
        let code = match error {
            ControlError::Refused(refusal) => return refusal.into(),
            ControlError::NotLeading => ErrorCode::NotLeading,
            ControlError::Unknown(_) => ErrorCode::OutcomeUnknown,
            ControlError::Busy => ErrorCode::Busy,
            ControlError::UnknownWorker => ErrorCode::UnknownWorker,
        };
        Self::new(code, error.to_string())
    }
}

impl From<Refusal> for Refused {
    fn from(refusal: Refusal) -> Self {
        let code = match refusal.code {
            RefusalCode::NotFound => ErrorCode::NotFound,
            RefusalCode::Invalid => ErrorCode::InvalidRequest,
            RefusalCode::Conflict => ErrorCode::Conflict,
            RefusalCode::KeyReused => ErrorCode::KeyReused,
            RefusalCode::BrokenManifest => ErrorCode::BrokenManifest,
        };
        let mut problem = Problem::new(code, refusal.message);
        problem.findings = refusal.findings.into_iter().map(Into::into).collect();
        problem.into()
    }
}

impl IntoResponse for Refused {
    fn into_response(self) -> Response {
        let code = self.0.code;
        let status = StatusCode::from_u16(code.status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let mut response = (status, Json(self.0)).into_response();
        if code.is_passing() {
            response.headers_mut().insert(RETRY_AFTER, HeaderValue::from_static("1"));
        }
        if code == ErrorCode::Unauthorized {
            response.headers_mut().insert(WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
        }
        response
    }
}

//! What a refused request is answered with.

use headwater_core::selection::SelectionError;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::code::ErrorCode;

/// Why a request was refused: what, where, and what to do.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error, Serialize, Deserialize, ToSchema)]
#[error("{message} [{code}]")]
pub struct Problem {
    /// What kind of problem; each has a page at `/errors/{code}`.
    pub code: ErrorCode,
    /// What is wrong, for people.
    pub message: String,
    /// What to do about it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hint: Option<String>,
    /// Single findings with their places, where there are several.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub findings: Vec<Finding>,
    /// The piece of a selection that is wrong.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub span: Option<Span>,
    /// Where in the body it is wrong.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub place: Option<Place>,
}

impl Problem {
    /// A problem with a message.
    pub fn new(code: ErrorCode, message: impl Into<String>) -> Self {
        Self { code, message: message.into(), hint: None, findings: Vec::new(), span: None, place: None }
    }

    /// Adds what to do.
    #[must_use]
    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }
}

impl From<SelectionError> for Problem {
    fn from(error: SelectionError) -> Self {
        let span = Span { start: error.span.start, end: error.span.end };
        Self { hint: error.hint, span: Some(span), ..Self::new(ErrorCode::InvalidSelection, error.message) }
    }
}

/// A piece of a text, in bytes of UTF-8: `start` is inside, `end` is not.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Span {
    /// First byte.
    pub start: usize,
    /// One past the last byte.
    pub end: usize,
}

/// A place in a body.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Place {
    /// Line, counted from one.
    pub line: usize,
    /// Column, counted from one.
    pub column: usize,
}

/// One thing that is wrong with a manifest.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(as = Finding)]
pub struct Finding {
    /// A stable code, as in `asset-cycle`.
    pub code: String,
    /// What is wrong.
    pub message: String,
    /// Where it is declared.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schema(value_type = Vec<Source>)]
    pub at: Vec<headwater_core::manifest::SourceRef>,
    /// What to do.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub hint: String,
}

impl From<headwater_core::graph::Finding> for Finding {
    fn from(finding: headwater_core::graph::Finding) -> Self {
        Self { code: finding.code, message: finding.message, at: finding.at, hint: finding.hint }
    }
}

/// A place in the user's sources.
#[derive(Debug, Serialize, ToSchema)]
pub struct Source {
    /// Path as the compiler or loader saw it.
    pub file: String,
    /// Line, counted from one.
    pub line: u32,
    /// Column, counted from one; absent where it is not known.
    pub column: Option<u32>,
}

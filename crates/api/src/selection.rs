//! What an editor of selections asks.

use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::problem::Span;

/// A text that may be a selection.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct ParseQuery {
    /// The text.
    pub text: String,
}

/// What a text means as a selection.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ParsedSelection {
    /// Its words, from left to right.
    pub tokens: Vec<SelectionToken>,
    /// The same in canonical form, where it is a selection.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub canonical: Option<String>,
    /// What is wrong with it otherwise.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub error: Option<SelectionFault>,
    /// How many assets it selects.
    pub matched: u32,
    /// The first of them by key.
    pub sample: Vec<String>,
    /// Conditions that no asset meets.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub warnings: Vec<SelectionWarning>,
}

/// A word of a selection.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct SelectionToken {
    /// What it is: `word`, `quoted`, `and`, `or`, `not`, `plus`, `colon`, `equals`, `open`, `close`, ...
    pub kind: String,
    /// Where it stands.
    pub span: Span,
}

/// Why a text is not a selection.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct SelectionFault {
    /// What is wrong.
    pub message: String,
    /// The piece that is wrong.
    pub span: Span,
    /// What to do about it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hint: Option<String>,
}

/// A condition that no asset meets.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct SelectionWarning {
    /// The same for people.
    pub message: String,
    /// Where it stands.
    pub span: Span,
    /// Values that exist and look like it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub suggestions: Vec<String>,
}

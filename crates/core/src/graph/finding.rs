//! What is wrong with a declaration.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::manifest::SourceRef;

/// One thing that is wrong with a manifest: what, where, and what to do.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Finding {
    /// A stable code, as in `asset-cycle`.
    pub code: String,
    /// What is wrong.
    pub message: String,
    /// Where it is declared, as far as that is known.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub at: Vec<SourceRef>,
    /// What to do.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub hint: String,
}

impl Finding {
    /// A finding with a code and a message.
    pub fn new(code: &str, message: impl Into<String>) -> Self {
        Self { code: code.to_owned(), message: message.into(), at: Vec::new(), hint: String::new() }
    }

    /// Adds a place, where it is known.
    #[must_use]
    pub fn at(mut self, source: Option<&SourceRef>) -> Self {
        self.at.extend(source.cloned());
        self
    }

    /// Adds what to do.
    #[must_use]
    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = hint.into();
        self
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for source in &self.at {
            write!(f, "{source}: ")?;
        }
        write!(f, "{} [{}]", self.message, self.code)?;
        if self.hint.is_empty() { Ok(()) } else { write!(f, "; {}", self.hint) }
    }
}

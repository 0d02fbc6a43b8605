//! What can go wrong with a call, by what the caller can do.

use std::error::Error as _;

use headwater_api::{ErrorCode, Problem};

/// Why a call gave nothing.
#[derive(Debug, thiserror::Error)]
pub enum ClientError {
    /// The address is not one.
    #[error("`{address}` is not the address of a server: {reason}")]
    Address {
        /// The address.
        address: String,
        /// What is wrong with it.
        reason: String,
    },
    /// No server answers there.
    #[error("no server answers at {url}: {reason}; {hint}")]
    Unreachable {
        /// The address.
        url: String,
        /// What happened.
        reason: String,
        /// What to do.
        hint: String,
    },
    /// The server refused, and says why.
    #[error("{}{}", .problem.message, hint_of(.problem))]
    Problem {
        /// The HTTP status.
        status: u16,
        /// What the server says.
        problem: Box<Problem>,
    },
    /// Something answered that is not a server of a version that this client understands.
    #[error("the answer of {url} is not understood: {reason}")]
    Protocol {
        /// The address.
        url: String,
        /// What was not understood.
        reason: String,
    },
}

fn hint_of(problem: &Problem) -> String {
    problem.hint.as_ref().map_or_else(String::new, |hint| format!("; {hint}"))
}

impl ClientError {
    /// The server's error code, where it gave one.
    pub fn code(&self) -> Option<ErrorCode> {
        match self {
            Self::Problem { problem, .. } => Some(problem.code),
            _ => None,
        }
    }

    /// Whether the same call may work a moment later.
    pub fn is_passing(&self) -> bool {
        match self {
            Self::Unreachable { .. } => true,
            Self::Problem { problem, status } => problem.code.is_passing() || matches!(status, 429 | 502..=504),
            Self::Address { .. } | Self::Protocol { .. } => false,
        }
    }

    pub(crate) fn transport(url: &reqwest::Url, error: &reqwest::Error) -> Self {
        let url = origin(url);
        // An answer that breaks off counts as undecodable to the HTTP library; it is a broken connection. What the body
        // says is read elsewhere.
        if error.is_builder() {
            return Self::Protocol { url, reason: root_cause(error) };
        }
        let hint = match error.is_connect() {
            true => "is it running? `dev` starts one, --server names another",
            false => "the connection broke; it may work again in a moment",
        };
        let reason = match error.is_timeout() {
            true => "it did not answer in time".to_owned(),
            false => root_cause(error),
        };
        Self::Unreachable { url, reason, hint: hint.into() }
    }

    pub(crate) fn protocol(url: &reqwest::Url, reason: impl ToString) -> Self {
        Self::Protocol { url: origin(url), reason: reason.to_string() }
    }
}

/// Scheme, host and port: what a person recognizes, and no query that could hold anything private.
pub(crate) fn origin(url: &reqwest::Url) -> String {
    url.origin().ascii_serialization()
}

/// The innermost cause, which is the one that tells: "Connection refused".
pub(crate) fn root_cause(error: &reqwest::Error) -> String {
    let mut cause: &dyn std::error::Error = error;
    while let Some(inner) = cause.source() {
        cause = inner;
    }
    if cause.to_string().is_empty() {
        error.source().map_or_else(|| error.to_string(), ToString::to_string)
    } else {
        cause.to_string()
    }
}

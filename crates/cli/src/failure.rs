//! How a command ends, and what it says when it does not end well.

use std::{fmt, io, process::ExitCode};

use headwater_api::Problem;
use headwater_client::ClientError;
use headwater_core::selection::SelectionError;
use serde::Serialize;

use crate::edge::program;

/// What the exit code says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Exit {
    /// Everything is as it should be.
    Success = 0,
    /// The run, the check or the command failed.
    Failed = 1,
    /// The command cannot be understood, or asks for something that does not exist.
    Usage = 2,
    /// The run was cancelled.
    Canceled = 3,
    /// No server answers, or it does not answer in time.
    Unreachable = 4,
    /// Stopped by Ctrl-C while something else goes on.
    Interrupted = 130,
    /// Whoever read the output has enough of it.
    Pipe = 141,
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(exit as u8)
    }
}

/// How a command ends when nothing is in its way.
pub(crate) type Done = Result<Exit, Failure>;

/// Why a command did not do what it was asked: what, where, and what to do.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(crate) struct Failure {
    /// A stable code that people can look up.
    pub(crate) code: String,
    /// What is wrong.
    pub(crate) message: String,
    /// Further lines: findings, the text with a caret.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) details: Vec<String>,
    /// What to do.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) hint: Option<String>,
    /// The exit code that it ends with.
    #[serde(skip)]
    pub(crate) exit: Exit,
}

impl Failure {
    pub(crate) fn new(exit: Exit, code: &str, message: impl Into<String>) -> Self {
        Self { code: code.to_owned(), message: message.into(), details: Vec::new(), hint: None, exit }
    }

    /// The command line asks for something that makes no sense.
    pub(crate) fn usage(message: impl Into<String>) -> Self {
        Self::new(Exit::Usage, "usage", message)
    }

    /// What the reader of the command line says: its first line, and what comes after it.
    pub(crate) fn arguments(text: &str) -> Self {
        let mut lines = text.lines().map(str::trim).filter(|line| !line.is_empty());
        let first = lines.next().unwrap_or_default();
        let mut failure = Self::usage(first.strip_prefix("error: ").unwrap_or(first));
        failure.details = lines.map(str::to_owned).collect();
        failure
    }

    /// Something on this machine is in the way.
    pub(crate) fn local(message: impl Into<String>) -> Self {
        Self::new(Exit::Failed, "local", message)
    }

    /// A file that cannot be read or written.
    pub(crate) fn file(what: &str, path: &std::path::Path, error: &io::Error) -> Self {
        Self::new(Exit::Failed, "file", format!("cannot {what} {}: {error}", path.display()))
    }

    #[must_use]
    pub(crate) fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }

    #[must_use]
    pub(crate) fn detail(mut self, line: impl Into<String>) -> Self {
        self.details.push(line.into());
        self
    }

    /// A text that is not a selection, with carets under the wrong piece.
    pub(crate) fn selection(error: &SelectionError) -> Self {
        let mut failure = Self::new(Exit::Usage, "invalid-selection", error.message.clone());
        let shown = error.render();
        // The rendering starts with the message and ends with the hint, which have places of their own here.
        let lines = shown.lines().skip(1).filter(|line| !line.starts_with("hint: "));
        failure.details = lines.map(str::to_owned).collect();
        failure.hint.clone_from(&error.hint);
        failure
    }
}

impl From<ClientError> for Failure {
    fn from(error: ClientError) -> Self {
        match error {
            ClientError::Unreachable { url, reason, hint } => {
                Self::new(Exit::Unreachable, "unreachable", format!("no server answers at {url}: {reason}")).hint(hint)
            }
            ClientError::Problem { problem, .. } => Self::from(*problem),
            ClientError::Address { .. } => Self::new(Exit::Usage, "address", error.to_string()),
            ClientError::Protocol { .. } => Self::new(Exit::Failed, "protocol", error.to_string())
                .hint(format!("is it a Headwater server? `{} doctor` compares the versions", program())),
        }
    }
}

impl From<Problem> for Failure {
    fn from(problem: Problem) -> Self {
        let exit = match problem.code.status() {
            503 | 504 => Exit::Unreachable,
            400 | 404 | 422 => Exit::Usage,
            _ => Exit::Failed,
        };
        let mut failure = Self::new(exit, problem.code.as_str(), problem.message);
        failure.details = problem.findings.iter().map(finding).collect();
        if let Some(place) = problem.place {
            failure.details.push(format!("at line {}, column {}", place.line, place.column));
        }
        failure.hint = problem.hint.or_else(|| match problem.code {
            headwater_api::ErrorCode::Unauthorized => Some(format!(
                "give one with --token, HEADWATER_TOKEN or a profile; `{} token new` makes one",
                program()
            )),
            _ => None,
        });
        failure
    }
}

fn finding(finding: &headwater_api::Finding) -> String {
    let at: String = finding.at.iter().map(|source| format!("{source}: ")).collect();
    let hint = if finding.hint.is_empty() { String::new() } else { format!("; {}", finding.hint) };
    format!("{at}{} [{}]{hint}", finding.message, finding.code)
}

impl From<io::Error> for Failure {
    /// An error of standard output: the other errors of files name the file, see [`Failure::file`].
    fn from(error: io::Error) -> Self {
        match error.kind() {
            io::ErrorKind::BrokenPipe => Self::new(Exit::Pipe, "pipe", "standard output is closed"),
            _ => Self::new(Exit::Failed, "output", format!("cannot write to standard output: {error}")),
        }
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)?;
        for line in &self.details {
            write!(f, "\n{line}")?;
        }
        self.hint.iter().try_for_each(|hint| write!(f, "\n{hint}"))
    }
}

#[cfg(test)]
mod tests {
    use headwater_core::selection::Selection;

    use super::*;

    #[test]
    fn selections_are_shown_with_a_caret() {
        let failure = Failure::selection(&Selection::parse("groop:raw").unwrap_err());
        insta::assert_snapshot!(failure, @r"
        unknown attribute `groop` (known: key, group, owner, tag, kind, domain, tier)
          groop:raw
          ^^^^^
        did you mean `group`?
        ");
        assert_eq!(failure.exit, Exit::Usage);
    }

    #[test]
    fn a_server_that_does_not_answer_has_its_own_exit_code() {
        let error =
            ClientError::Unreachable { url: "http://x".into(), reason: "refused".into(), hint: "start it".into() };
        let failure = Failure::from(error);
        assert_eq!((failure.exit, failure.hint.as_deref()), (Exit::Unreachable, Some("start it")));
    }
}

//! Output of steps.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

/// A stream of an attempt's output.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum LogStream {
    /// What the step's process wrote to its standard output.
    Stdout,
    /// What the step's process wrote to its standard error.
    Stderr,
    /// Structured records, one JSON object per line.
    Log,
}

impl LogStream {
    /// Every stream, in the order in which they are shown.
    pub const ALL: [Self; 3] = [Self::Stdout, Self::Stderr, Self::Log];

    /// The stream's name in addresses.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Stdout => "stdout",
            Self::Stderr => "stderr",
            Self::Log => "log",
        }
    }
}

impl fmt::Display for LogStream {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for LogStream {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        Self::ALL
            .into_iter()
            .find(|stream| stream.as_str() == text)
            .ok_or_else(|| "a stream is one of stdout, stderr and log".to_owned())
    }
}

/// Which part of a stream.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, IntoParams)]
#[serde(default, deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct LogQuery {
    /// Which attempt, counted from one; the current or last one without it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub attempt: Option<u32>,
    /// From this byte on, counted from zero. Negative counts from the end.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub offset: Option<i64>,
    /// At most so many bytes, up to 1,048,576; 262,144 without it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub limit: Option<u32>,
}

/// A part of a stream.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct LogPage {
    /// Which attempt.
    pub attempt: u32,
    /// The first byte of the part.
    pub offset: u64,
    /// The byte after the part: the offset to go on from.
    pub next: u64,
    /// How many bytes are stored now.
    pub size: u64,
    /// Whether the stream has ended at `size`.
    pub complete: bool,
    /// The part as text; bytes that are not UTF-8 are shown as U+FFFD. A character is never cut in two.
    pub text: String,
}

/// The last event of a tail.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct TailEnd {
    /// How many bytes the stream has.
    pub size: u64,
}

//! Identities as types: what is a run cannot be mistaken for a worker.
//!
//! Ids are made outside of `core` (the edge owns randomness) and passed in.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};
use uuid::Uuid;

macro_rules! uuid_id {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(pub Uuid);

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, concat!(stringify!($name), "({})"), self.0)
            }
        }

        impl FromStr for $name {
            type Err = uuid::Error;

            fn from_str(text: &str) -> Result<Self, uuid::Error> {
                text.parse().map(Self)
            }
        }
    };
}

uuid_id! {
    /// One run: a request to execute a set of steps once.
    RunId
}
uuid_id! {
    /// One worker process, from its start to its end; a restarted worker is another one.
    WorkerId
}
uuid_id! {
    /// The stable identity of an asset; it survives a rename through an alias (D15).
    AssetId
}
uuid_id! {
    /// One incident: a root cause from when it shows until it is gone.
    IncidentId
}
uuid_id! {
    /// One server process, from its start to its end.
    ServerId
}

/// A deployment: one set of live definitions with its own state. There is one, `default`, for now.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct DeploymentId(pub i32);

impl DeploymentId {
    /// The deployment that the first migration creates.
    pub const DEFAULT: Self = Self(1);
}

/// A step's place in its run's plan, counted from zero in topological order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct StepNo(pub u32);

impl StepNo {
    /// The number as an index into the plan's steps.
    pub const fn index(self) -> usize {
        self.0 as usize
    }
}

/// How often a step was leased, counted from one. Handing a step back does not make the number smaller.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Attempt(pub u32);

impl Attempt {
    /// The attempt after this one.
    #[must_use]
    pub const fn next(self) -> Self {
        Self(self.0 + 1)
    }
}

/// The fencing token of one attempt: a report that does not carry it records nothing (D7).
///
/// It is unpredictable and differs between terms, so that a lease from before a restored backup
/// cannot match a lease from after it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Token(pub u64);

impl fmt::Display for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:016x}", self.0)
    }
}

impl FromStr for Token {
    type Err = std::num::ParseIntError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        u64::from_str_radix(text, 16).map(Self)
    }
}

impl Serialize for Token {
    /// As sixteen hexadecimal digits: a 64-bit number does not survive JavaScript.
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Token {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = std::borrow::Cow::<'de, str>::deserialize(deserializer)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}

/// A leader's term. Every new leader has a higher one; a commit under an older term fails (D3).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Term(pub i64);

/// A place in the event log. The leader is its only writer, so the order of numbers is the order of commits.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Seq(pub i64);

impl Seq {
    /// The place after this one.
    #[must_use]
    pub const fn next(self) -> Self {
        Self(self.0 + 1)
    }
}

/// A definition snapshot's address: the blake3 hash of its canonical manifest, in hexadecimal.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(transparent)]
pub struct SnapshotId(pub String);

impl SnapshotId {
    /// The first twelve digits, enough for a person.
    pub fn short(&self) -> &str {
        self.0.get(..12).unwrap_or(&self.0)
    }
}

impl fmt::Display for SnapshotId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Debug for SnapshotId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SnapshotId({})", self.short())
    }
}

/// The identity of one step of one run as a UUID, for systems that want one (OpenLineage, traces).
///
/// It is derived and never stored: version 8, the run's bytes mixed with the step's number.
pub fn step_uuid(run: RunId, step: StepNo) -> Uuid {
    let mut hasher = blake3::Hasher::new();
    hasher.update(run.0.as_bytes());
    hasher.update(&step.0.to_le_bytes());
    let mut bytes = [0; 16];
    hasher.finalize_xof().fill(&mut bytes);
    uuid::Builder::from_custom_bytes(bytes).into_uuid()
}

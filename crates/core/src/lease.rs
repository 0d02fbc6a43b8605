//! What passes between the control plane and its workers (D6, D7).

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::{
    id::{Term, WorkerId},
    key::AssetKey,
    report::{AttemptRef, InputVersion, Report},
    time::Millis,
};

/// An attempt that a worker may execute, with all that it needs to know.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Lease {
    /// Which attempt, and the proof.
    #[serde(flatten)]
    pub at: AttemptRef,
    /// The step's name.
    pub name: String,
    /// The assets to make.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub assets: Vec<AssetKey>,
    /// The checks to evaluate.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub checks: Vec<(AssetKey, String)>,
    /// The partition; empty for assets without partitions.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub partition: String,
    /// The versions of upstream assets at this moment.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub inputs: Vec<InputVersion>,
    /// Where each asset's last version said that the next run goes on.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub cursors: BTreeMap<AssetKey, serde_json::Value>,
    /// The step's config; null where there is none.
    #[serde(default, skip_serializing_if = "serde_json::Value::is_null")]
    pub config: serde_json::Value,
    /// Tags of the run.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub tags: BTreeMap<String, String>,
    /// How to run it where it is not Rust code of the worker's own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub process: Option<crate::manifest::ProcessDef>,
    /// The longest that it may take.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub timeout: Option<Millis>,
}

/// One poll: everything that a worker has to say, and how much it can take.
///
/// Polls of one worker are numbered. A later poll supersedes an earlier one that is still waiting: the earlier
/// one is answered at once with nothing. What was granted and is not acknowledged is given again, so a lost
/// answer costs a round trip and never a step.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Poll {
    /// The worker.
    pub worker: WorkerId,
    /// The term under which the worker last heard from a leader.
    pub term: Term,
    /// This poll's number, counted from one.
    pub number: u64,
    /// Numbers of the grants that the worker received. They are sent again until a poll that carried them was answered.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub acknowledged: Vec<u64>,
    /// How many attempts it is willing to hold at once, those that it holds already included.
    #[serde(default)]
    pub capacity: u32,
    /// Whether it takes new steps at all.
    #[serde(default)]
    pub mood: Mood,
    /// Attempts that ended. They are sent again until a poll that carried them was answered.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub reports: Vec<Report>,
    /// Every attempt that the worker holds or has not yet reported; given when the leader asked for it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub held: Option<Vec<AttemptRef>>,
}

/// Whether a worker takes new steps.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Mood {
    /// It does.
    #[default]
    Working,
    /// It finishes what it has.
    Draining,
    /// It holds nothing and says good-bye.
    Leaving,
}

/// What a worker is told.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Grant {
    /// The leader's term.
    pub term: Term,
    /// The grant's number, to be acknowledged; zero for a grant without leases.
    #[serde(default)]
    pub number: u64,
    /// New attempts.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub leases: Vec<Lease>,
    /// Attempts to stop: somebody cancelled them, or another worker has them by now.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub stop: Vec<Stop>,
    /// The leader is new or lost track: the next poll must say what the worker holds.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub say_held: bool,
}

/// An attempt to stop.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Stop {
    /// Which attempt.
    #[serde(flatten)]
    pub at: AttemptRef,
    /// Why.
    pub why: StopReason,
}

/// Why an attempt must stop.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum StopReason {
    /// Its run was cancelled. The worker reports when nothing of it is left.
    Canceled,
    /// The lease is lost. Whatever the worker reports records nothing.
    Fenced,
}

/// A worker that joins.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Join {
    /// Its id, new at every start.
    pub worker: WorkerId,
    /// The name that people gave it.
    pub name: String,
    /// Its host, as it says.
    pub host: String,
    /// Its process id there.
    pub pid: u32,
    /// The code location that it serves.
    pub location: String,
    /// The snapshot of its manifest; the server must know it, see the deploy command.
    pub snapshot: crate::id::SnapshotId,
    /// How many attempts it runs at once.
    pub slots: u32,
    /// What it has; steps choose by it.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub tags: BTreeMap<String, String>,
    /// The version of Headwater that it was built with.
    pub version: String,
}

/// What a joining worker is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Welcome {
    /// The leader's term.
    pub term: Term,
    /// How long its leases live without a poll.
    pub lease: Millis,
    /// How long the server holds a poll that has nothing to say.
    pub hold: Millis,
}
